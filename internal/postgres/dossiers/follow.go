package dossiers

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/dossier"
)

// A following asks for what lies under some tags of one campaign.
type following struct {
	campaign      string
	routes, facts [][16]byte
}

type followed struct {
	routes []dossier.Route
	facts  []dossier.FactRow
}

// Follow implements dossier.Desk: routes and facts in one round trip.
func (d *Desk) Follow(ctx context.Context, campaign string, routes, facts [][16]byte) ([]dossier.Route, []dossier.FactRow, error) {
	f, err := d.follow.Ask(ctx, following{campaign, routes, facts})
	return f.routes, f.facts, err
}

// A tagged is a tag of one campaign.
type tagged struct {
	campaign string
	tag      [16]byte
}

// followings reads what lies under the tags of all, and gives back to each what
// lies under its own.
func (d *Desk) followings(ctx context.Context, asked []following) ([]followed, error) {
	type tags struct{ routes, facts [][]byte }
	wanted := map[string]*tags{}
	for _, q := range asked {
		t := wanted[q.campaign]
		if t == nil {
			t = &tags{}
			wanted[q.campaign] = t
		}
		t.routes, t.facts = append(t.routes, unitBytes(q.routes)...), append(t.facts, unitBytes(q.facts)...)
	}
	routes, facts := map[tagged]dossier.Route{}, map[tagged][]dossier.FactRow{}
	var batch pgx.Batch
	for campaign, t := range wanted {
		batch.Queue(`SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref
			FROM routing WHERE campaign = $1 AND ref_tag = ANY($2)`, campaign, t.routes).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				r, err := scanRoute(rows)
				if err != nil {
					return err
				}
				routes[tagged{campaign, r.Tag}] = r
			}
			return rows.Err()
		})
		if len(t.facts) == 0 {
			continue
		}
		batch.Queue(`SELECT fact, kind, tag, sealed, recorded_by, begins, until, ended_at
			FROM fact WHERE campaign = $1 AND tag = ANY($2)`, campaign, t.facts).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				f, err := scanFact(rows)
				if err != nil {
					return err
				}
				at := tagged{campaign, f.Tag}
				facts[at] = append(facts[at], f)
			}
			return rows.Err()
		})
	}
	if err := d.db.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, quiet("following routes", err)
	}
	answers := make([]followed, len(asked))
	for i, q := range asked {
		for _, tag := range q.routes {
			if r, ok := routes[tagged{q.campaign, tag}]; ok {
				answers[i].routes = append(answers[i].routes, r)
			}
		}
		for _, tag := range q.facts {
			answers[i].facts = append(answers[i].facts, facts[tagged{q.campaign, tag}]...)
		}
	}
	return answers, nil
}

func scanRoute(row pgx.CollectableRow) (r dossier.Route, err error) {
	var no, tag []byte
	err = row.Scan(&r.Scope.Kind, &r.Scope.ID, &no, &r.State, &tag, &r.Sealed)
	copy(r.FileNo[:], no)
	copy(r.Tag[:], tag)
	return r, err
}

func scanFact(row pgx.CollectableRow) (dossier.FactRow, error) { return scanFactAnd(row) }

// scanFactAnd scans a fact, and what stands after it.
func scanFactAnd(row pgx.CollectableRow, more ...any) (f dossier.FactRow, err error) {
	var tag []byte
	var until, ended *time.Time
	err = row.Scan(append([]any{&f.ID, &f.Kind, &tag, &f.Sealed, &f.RecordedBy, &f.From, &until, &ended}, more...)...)
	copy(f.Tag[:], tag)
	if until != nil {
		f.Until = *until
	}
	if ended != nil {
		f.EndedAt = *ended
	}
	return f, err
}
