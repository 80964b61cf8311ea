package dossiers

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sceau/dossier"
)

// Missions are those that nobody has ended, with the programmes of today.
func (d *Desk) Missions(ctx context.Context) ([]dossier.Mission, error) {
	found := map[string]stands{}
	rows, err := d.db.Query(ctx, `
		SELECT m.mission, m.campaign, m.recipient, m.organisation, m.scopes, m.until, m.ended_at, m.credential, m.agent_unit, c.label, c.demo, c.calendar, `+frozenOf+`
		FROM mission m JOIN campaign c USING (campaign)
		WHERE m.ended_at IS NULL`)
	if err != nil {
		return nil, quiet("listing missions", err)
	}
	missions, err := pgx.CollectRows(rows, scanMission)
	if err != nil {
		return nil, quiet("listing missions", err)
	}
	for _, s := range missions {
		if s.err != nil {
			return nil, s.err
		}
		found[s.mission.ID] = s
	}
	if err := d.programmes(ctx, found); err != nil {
		return nil, quiet("listing missions", err)
	}
	var out []dossier.Mission
	for _, s := range found {
		out = append(out, s.mission)
	}
	return out, nil
}

// Headcount counts missions, routes, facts and accounts. It reads no ciphertext and
// follows no route.
func (d *Desk) Headcount(ctx context.Context) (dossier.Headcount, error) {
	h := dossier.Headcount{Routes: map[dossier.Counted]int64{}, Facts: map[string]int64{}}
	var err error
	if h.Missions, err = d.Missions(ctx); err != nil {
		return h, err
	}
	var routes dossier.Counted
	var n int64
	if err = d.each(ctx, `SELECT campaign, scope_kind, scope_id, state, count(*) FROM routing GROUP BY 1, 2, 3, 4`,
		[]any{&routes.Campaign, &routes.Scope.Kind, &routes.Scope.ID, &routes.State, &n}, func() { h.Routes[routes] = n }); err != nil {
		return h, quiet("counting routes", err)
	}
	var kind string
	if err = d.each(ctx, `SELECT kind, count(*) FROM fact WHERE ended_at IS NULL AND (until IS NULL OR until >= current_date) GROUP BY kind`,
		[]any{&kind, &n}, func() { h.Facts[kind] = n }); err != nil {
		return h, quiet("counting facts", err)
	}
	err = d.db.QueryRow(ctx, `SELECT count(*) FILTER (WHERE responsible = 0), count(*) FILTER (WHERE responsible > 0) FROM account`).
		Scan(&h.Accounts, &h.Responsibles)
	return h, quiet("counting accounts", err)
}

func (d *Desk) each(ctx context.Context, statement string, into []any, row func()) error {
	rows, err := d.db.Query(ctx, statement)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, into, func() error { row(); return nil })
	return err
}
