package dossiers

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Endings are what a register lets in no more: missions and facts that have ended, and
// what is frozen. They are carried to a register that was brought back from before.
type Endings struct {
	missions []mission // all of them, so that one that is not here is found
	facts    []endedFact
	freezes  []freeze
}

type mission struct {
	Mission string
	EndedAt *time.Time
}

type endedFact struct {
	Fact    string
	EndedAt time.Time
	EndedBy *string
}

type freeze struct {
	Campaign, Kind, Name string
	FrozenAt             time.Time
	FrozenBy             string
}

// Endings reads them.
func (r Register) Endings(ctx context.Context) (e Endings, err error) {
	if e.missions, err = list[mission](ctx, r, `SELECT mission, ended_at FROM mission`); err != nil {
		return e, quiet("reading which missions have ended", err)
	}
	if e.facts, err = list[endedFact](ctx, r, `SELECT fact, ended_at, ended_by FROM fact WHERE ended_at IS NOT NULL`); err != nil {
		return e, quiet("reading which facts have ended", err)
	}
	e.freezes, err = list[freeze](ctx, r, `SELECT campaign, kind, name, frozen_at, frozen_by FROM brake WHERE thawed_at IS NULL`)
	return e, quiet("asking what is frozen", err)
}

func list[T any](ctx context.Context, r Register, statement string) ([]T, error) {
	rows, err := r.DB.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// Carried counts what a register has learnt of the endings of another.
type Carried struct {
	Missions int64 `json:"missions"`
	Facts    int64 `json:"facts"`
	Freezes  int64 `json:"freezes"`
	// Unknown are missions that the other has never heard of: it is no later state of this
	// register, and who of them has ended is not known.
	Unknown int64 `json:"unknown_missions"`
}

// Carry ends and freezes here what has ended or is frozen there, all or none. What has
// ended or is frozen here stays so.
func (r Register) Carry(ctx context.Context, e Endings) (c Carried, err error) {
	var missions, facts, by, campaigns, kinds, names, frozenBy []string
	var missionsEnded []*time.Time
	var factsEnded, frozenAt []time.Time
	for _, m := range e.missions {
		missions, missionsEnded = append(missions, m.Mission), append(missionsEnded, m.EndedAt)
	}
	for _, f := range e.facts {
		facts, factsEnded = append(facts, f.Fact), append(factsEnded, f.EndedAt)
		if by = append(by, ""); f.EndedBy != nil {
			by[len(by)-1] = *f.EndedBy
		}
	}
	for _, f := range e.freezes {
		campaigns, kinds, names = append(campaigns, f.Campaign), append(kinds, f.Kind), append(names, f.Name)
		frozenAt, frozenBy = append(frozenAt, f.FrozenAt), append(frozenBy, f.FrozenBy)
	}
	err = pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		if err := count(ctx, tx, &c.Missions, `UPDATE mission m SET ended_at = e.at FROM unnest($1::text[], $2::timestamptz[]) AS e (mission, at)
			WHERE m.mission = e.mission AND m.ended_at IS NULL AND e.at IS NOT NULL`, missions, missionsEnded); err != nil {
			return err
		}
		if err := count(ctx, tx, &c.Facts, `UPDATE fact f SET ended_at = e.at, ended_by = nullif(e.by, '') FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS e (fact, at, by)
			WHERE f.fact = e.fact AND f.ended_at IS NULL`, facts, factsEnded, by); err != nil {
			return err
		}
		// A campaign that came later is not here, and needs no brake.
		if err := count(ctx, tx, &c.Freezes, `INSERT INTO brake (campaign, kind, name, frozen_at, frozen_by)
			SELECT e.* FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) AS e (campaign, kind, name, frozen_at, frozen_by)
			WHERE EXISTS (SELECT FROM campaign c WHERE c.campaign = e.campaign)
			ON CONFLICT (campaign, kind, name) WHERE thawed_at IS NULL DO NOTHING`, campaigns, kinds, names, frozenAt, frozenBy); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM mission WHERE mission <> ALL ($1::text[])`, missions).Scan(&c.Unknown)
	})
	return c, quiet("carrying over what has ended", err)
}

func count(ctx context.Context, tx pgx.Tx, n *int64, statement string, args ...any) error {
	done, err := tx.Exec(ctx, statement, args...)
	*n = done.RowsAffected()
	return err
}
