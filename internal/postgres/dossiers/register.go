package dossiers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// A Register changes what decides: campaigns, calendars, missions, facts. It reads
// no ciphertext.
type Register struct{ DB *pgxpool.Pool }

// CreateCampaign adds a campaign with its calendar, programmes and schools, and the
// partitions of its sealed tables. Done twice it changes nothing.
func (r Register) CreateCampaign(ctx context.Context, c dossier.Campaign, programmes []dossier.Programme, schools []dossier.School) error {
	err := pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO campaign (campaign, label, demo, calendar) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			c.ID, c.Label, c.Demo, writeCalendar(c.Calendar))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"programme"},
			[]string{"campaign", "programme", "label", "institution", "academy", "ministry", "pool", "flags"},
			pgx.CopyFromSlice(len(programmes), func(i int) ([]any, error) {
				p := programmes[i]
				flags := p.Flags
				if flags == nil {
					flags = []string{}
				}
				return []any{c.ID, p.ID, p.Label, p.Institution, p.Academy, p.Ministry, p.Pool, flags}, nil
			}))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"school"}, []string{"campaign", "uai", "academy", "ministry"},
			pgx.CopyFromSlice(len(schools), func(i int) ([]any, error) {
				s := schools[i]
				return []any{c.ID, s.UAI, s.Academy, s.Ministry}, nil
			}))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT open_campaign($1)`, c.ID)
		return err
	})
	return quiet("creating campaign "+c.ID, err)
}

// SetCalendar replaces the calendar of a campaign.
func (r Register) SetCalendar(ctx context.Context, campaign string, calendar dossier.Calendar) error {
	tag, err := r.DB.Exec(ctx, `UPDATE campaign SET calendar = $2 WHERE campaign = $1`, campaign, writeCalendar(calendar))
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("there is no campaign %s", campaign)
	}
	return quiet("moving the calendar of "+campaign, err)
}

func writeCalendar(calendar dossier.Calendar) map[string]string {
	days := make(map[string]string, len(calendar))
	for phase, begins := range calendar {
		days[string(phase)] = begins.Format(time.DateOnly)
	}
	return days
}

// Campaigns lists campaigns with their calendars, oldest first.
func (r Register) Campaigns(ctx context.Context) ([]dossier.Campaign, error) {
	rows, err := r.DB.Query(ctx, `SELECT campaign, label, demo, calendar FROM campaign ORDER BY created_at, campaign`)
	if err != nil {
		return nil, quiet("listing campaigns", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c dossier.Campaign, err error) {
		var calendar []byte
		if err := row.Scan(&c.ID, &c.Label, &c.Demo, &calendar); err != nil {
			return c, err
		}
		c.Calendar, err = readCalendar(calendar)
		return c, err
	})
	return list, quiet("listing campaigns", err)
}

// Reference reads the programmes and schools of a campaign.
func (r Register) Reference(ctx context.Context, campaign string) (*dossier.Reference, error) {
	return readReference(ctx, r.DB, campaign)
}

// Reference reads, as the role of intake, what routing is drawn from.
func (v Vestry) Reference(ctx context.Context, campaign string) (*dossier.Reference, error) {
	return readReference(ctx, v.DB, campaign)
}

// Campaigns lists, as the role of intake, the campaigns that dossiers may enter:
// those with programmes to ask for.
func (v Vestry) Campaigns(ctx context.Context) ([]string, error) {
	rows, err := v.DB.Query(ctx, `SELECT DISTINCT campaign FROM programme ORDER BY campaign`)
	if err != nil {
		return nil, quiet("listing campaigns", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, quiet("listing campaigns", err)
}

func readReference(ctx context.Context, db *pgxpool.Pool, campaign string) (*dossier.Reference, error) {
	rows, err := db.Query(ctx, `SELECT programme, label, institution, academy, ministry, pool, flags FROM programme WHERE campaign = $1`, campaign)
	if err != nil {
		return nil, quiet("reading programmes", err)
	}
	programmes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.Programme])
	if err != nil {
		return nil, quiet("reading programmes", err)
	}
	rows, err = db.Query(ctx, `SELECT uai, academy, ministry FROM school WHERE campaign = $1`, campaign)
	if err != nil {
		return nil, quiet("reading schools", err)
	}
	schools, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.School])
	if err != nil {
		return nil, quiet("reading schools", err)
	}
	return dossier.NewReference(programmes, schools), nil
}

// AddMissions adds missions with the units of their agents, all or none. A mission
// that exists is an error: a mission is ended, never changed.
func (r Register) AddMissions(ctx context.Context, missions []dossier.Mission, agents map[string]dossier.Ref) error {
	err := pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		for _, m := range missions {
			scopes, err := json.Marshal(m.Scopes)
			if err != nil {
				return err
			}
			unit := agents[m.ID]
			_, err = tx.Exec(ctx, `INSERT INTO mission (mission, campaign, recipient, organisation, scopes, until, credential, agent_unit)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				m.ID, m.Campaign, string(m.Recipient), m.Organisation, scopes, m.Until, m.Credential[:], unit[:])
			if err != nil {
				return quiet("adding mission "+m.ID, err)
			}
		}
		return nil
	})
	return err
}

// HasMission says whether a mission of that name was ever recorded.
func (r Register) HasMission(ctx context.Context, id string) (known bool, err error) {
	err = r.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM mission WHERE mission = $1)`, id).Scan(&known)
	return known, quiet("looking for a mission", err)
}

// EndMission ends a mission at once.
func (r Register) EndMission(ctx context.Context, id string) error {
	tag, err := r.DB.Exec(ctx, `UPDATE mission SET ended_at = now() WHERE mission = $1 AND ended_at IS NULL`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("mission %s: %w", id, dossier.ErrNoSuchMission)
	}
	return quiet("ending a mission", err)
}

// AddFacts implements dossier.FactBook.
func (r Register) AddFacts(ctx context.Context, campaign string, facts []dossier.FactRow) error {
	err := pgx.BeginFunc(ctx, r.DB, func(tx pgx.Tx) error {
		for _, f := range facts {
			var until *time.Time
			if !f.Until.IsZero() {
				until = &f.Until
			}
			_, err := tx.Exec(ctx, `INSERT INTO fact (fact, campaign, kind, tag, sealed, recorded_by, begins, until)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, f.ID, campaign, f.Kind, f.Tag[:], f.Sealed, f.RecordedBy, f.From, until)
			if err != nil {
				return quiet("recording fact "+f.ID, err)
			}
		}
		return nil
	})
	return err
}

// Fact implements dossier.FactBook.
func (r Register) Fact(ctx context.Context, id string) (campaign string, f dossier.FactRow, err error) {
	rows, err := r.DB.Query(ctx, `SELECT fact, kind, tag, sealed, recorded_by, begins, until, ended_at, campaign
		FROM fact WHERE fact = $1 AND ended_at IS NULL`, id)
	if err != nil {
		return "", f, quiet("finding a fact", err)
	}
	f, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (dossier.FactRow, error) { return scanFactAnd(row, &campaign) })
	if errors.Is(err, pgx.ErrNoRows) {
		return "", f, dossier.ErrNoSuchFact
	}
	return campaign, f, quiet("finding a fact", err)
}

// EndFact implements dossier.FactBook.
func (r Register) EndFact(ctx context.Context, id, by string) error {
	tag, err := r.DB.Exec(ctx, `UPDATE fact SET ended_at = now(), ended_by = $2
		WHERE fact = $1 AND recorded_by = $2 AND ended_at IS NULL`, id, by)
	if err == nil && tag.RowsAffected() == 0 {
		return dossier.ErrNoSuchFact
	}
	return quiet("ending a fact", err)
}

// CampaignOf is the campaign of a mission.
func (r Register) CampaignOf(ctx context.Context, mission string) (campaign string, err error) {
	err = r.DB.QueryRow(ctx, `SELECT campaign FROM mission WHERE mission = $1`, mission).Scan(&campaign)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", dossier.ErrNoSuchMission
	}
	return campaign, quiet("finding a mission", err)
}
