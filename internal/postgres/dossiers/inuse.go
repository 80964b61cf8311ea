package dossiers

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// inUse are the scopes that may have a route: those that intake registered, and those that
// routes really stand under. The register alone is a plain table: with one row less of it a
// person who goes would leave a route behind, and who looked would be told without a jury.
//
// Routes are found by leaps, from each scope to the next of the index of lists: some
// thirty thousand scopes stand over millions of routes.
const inUse = `
	WITH RECURSIVE routed (scope_kind, scope_id) AS (
		(SELECT scope_kind, scope_id FROM routing WHERE campaign = $1 AND scope_kind <> 'file'
			ORDER BY scope_kind, scope_id LIMIT 1)
		UNION ALL
		SELECT next.* FROM routed, LATERAL (SELECT r.scope_kind, r.scope_id FROM routing r
			WHERE r.campaign = $1 AND r.scope_kind <> 'file' AND (r.scope_kind, r.scope_id) > (routed.scope_kind, routed.scope_id)
			ORDER BY r.scope_kind, r.scope_id LIMIT 1) next)
	SELECT scope_kind, scope_id FROM routed
	UNION SELECT scope_kind, scope_id FROM scope WHERE campaign = $1`

// stoodOn are the scopes that a campaign stands on whoever has a route: its programmes and
// schools with what they are under, and whatever any mission was ever given, ended ones
// included. A route that was put under another scope's name is missed by its own name here.
const stoodOn = `
	UNION SELECT 'programme', programme FROM programme WHERE campaign = $1
	UNION SELECT 'academy-of-programme', academy FROM programme WHERE campaign = $1
	UNION SELECT 'ministry-of-programme', ministry FROM programme WHERE campaign = $1 AND ministry <> ''
	UNION SELECT 'school', uai FROM school WHERE campaign = $1
	UNION SELECT 'academy', academy FROM school WHERE campaign = $1
	UNION SELECT 'ministry-of-school', ministry FROM school WHERE campaign = $1 AND ministry <> ''
	UNION SELECT kind, jsonb_array_elements_text(scopes -> list) FROM mission, (VALUES
		('programme', 'programmes'), ('school', 'schools'), ('academy', 'academies'), ('academy-of-programme', 'academies'),
		('ministry-of-school', 'ministries'), ('ministry-of-programme', 'ministries')) given (kind, list)
		WHERE campaign = $1`

// Scopes implements dossier.Scopes, for the history of a file.
func (d *Desk) Scopes(ctx context.Context, campaign string) ([]dossier.Scope, error) {
	return scopesOf(ctx, d.db, inUse+stoodOn, campaign)
}

// Scopes implements dossier.Eraser.
func (e Eraser) Scopes(ctx context.Context, campaign string) ([]dossier.Scope, error) {
	return scopesOf(ctx, e.DB, inUse, campaign)
}

func scopesOf(ctx context.Context, db *pgxpool.Pool, sql, campaign string) ([]dossier.Scope, error) {
	rows, err := db.Query(ctx, sql, campaign)
	if err != nil {
		return nil, quiet("listing scopes", err)
	}
	scopes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.Scope])
	return scopes, quiet("listing scopes", err)
}
