package dossiers

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/dossier"
)

// frozenOf is what is frozen in a campaign: names behind their kinds.
const frozenOf = `ARRAY(SELECT f.kind || ' ' || f.name FROM brake f WHERE f.campaign = c.campaign AND f.thawed_at IS NULL)`

// readFreezes reads what is frozen in one campaign.
func readFreezes(ctx context.Context, db interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, campaign string) (dossier.Frozen, error) {
	var frozen []string
	err := db.QueryRow(ctx, `SELECT `+frozenOf+` FROM (VALUES ($1::text)) AS c (campaign)`, campaign).Scan(&frozen)
	return readFrozen(frozen), quiet("asking what is frozen", err)
}

func readFrozen(all []string) (f dossier.Frozen) {
	for _, one := range all {
		kind, name, _ := strings.Cut(one, " ")
		f.Add(dossier.FreezeKind(kind), name)
	}
	return f
}

// Freeze freezes a campaign, a class or a mission, at once. What is frozen stays so.
func (r Register) Freeze(ctx context.Context, campaign string, kind dossier.FreezeKind, name, by string, at time.Time) error {
	_, err := r.DB.Exec(ctx, `INSERT INTO brake (campaign, kind, name, frozen_at, frozen_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (campaign, kind, name) WHERE thawed_at IS NULL DO NOTHING`, campaign, kind, name, at, by)
	return quiet("freezing", err)
}

// Thaw lifts a freeze, and says whether there was one.
func (r Register) Thaw(ctx context.Context, campaign string, kind dossier.FreezeKind, name, by string, at time.Time) (bool, error) {
	done, err := r.DB.Exec(ctx, `UPDATE brake SET thawed_at = $5, thawed_by = $4
		WHERE (campaign, kind, name) = ($1, $2, $3) AND thawed_at IS NULL`, campaign, kind, name, by, at)
	return done.RowsAffected() > 0, quiet("thawing", err)
}

// Frozen is what is frozen in a campaign now.
func (r Register) Frozen(ctx context.Context, campaign string) (dossier.Frozen, error) {
	return readFreezes(ctx, r.DB, campaign)
}
