package dossiers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sceau/catalogue"
	"sceau/dossier"
)

// holding says, for each relation that a route brings, which rows of routing bring it to
// the scope $2. It is written by hand, once, beside dossier.Route.Relations, which says the
// same of a row in memory; a property holds the two together, whatever lies in the table.
//
// The kind of a scope is part of the predicate: an academy and a programme may have one
// id, and so may two campaigns.
var holding = map[catalogue.Relation]string{
	"applied_programme":    `scope_kind = 'programme' AND scope_id = $2 AND state IN ('confirmed', 'admitted')`,
	"admitted_programme":   `scope_kind = 'programme' AND scope_id = $2 AND state = 'admitted'`,
	"own_pupil":            `scope_kind = 'school' AND scope_id = $2`,
	"academy_of_residence": `scope_kind = 'academy' AND scope_id = $2`,
	"academy_of_programme": `scope_kind = 'academy-of-programme' AND scope_id = $2`,
	"supervised_school":    `scope_kind = 'ministry-of-school' AND scope_id = $2`,
	"supervised_programme": `scope_kind = 'ministry-of-programme' AND scope_id = $2`,
}

// page puts a predicate into the statement of a page. It goes on from a number, and never
// counts rows from the beginning: what enters meanwhile would shift them.
func page(holds string) string {
	return `SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref FROM routing
		WHERE campaign = $1 AND ` + holds + ` AND file_no > $3 ORDER BY file_no LIMIT $4`
}

// List implements dossier.Desk.
func (d *Desk) List(ctx context.Context, l dossier.Listing) ([]dossier.Route, error) {
	holds, ok := holding[l.By]
	if !ok {
		return nil, fmt.Errorf("no route brings the relation %s", l.By)
	}
	return d.page(ctx, page(holds), l)
}

func (d *Desk) page(ctx context.Context, sql string, l dossier.Listing) ([]dossier.Route, error) {
	after := []byte{} // comes before every number
	if l.After != (dossier.FileNo{}) {
		after = l.After[:]
	}
	rows, err := d.db.Query(ctx, sql, l.Campaign, l.ID, after, l.Limit)
	if err != nil {
		return nil, quiet("reading a page of a list", err)
	}
	routes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dossier.Route, error) { return scanRoute(row) })
	return routes, quiet("reading a page of a list", err)
}

// Numbered implements dossier.Desk.
func (d *Desk) Numbered(ctx context.Context, campaign string, scope dossier.Scope, no dossier.FileNo) (dossier.Route, bool, error) {
	rows, err := d.db.Query(ctx, `SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref FROM routing
		WHERE campaign = $1 AND file_no = $2 AND scope_kind = $3 AND scope_id = $4`, campaign, no[:], string(scope.Kind), scope.ID)
	if err != nil {
		return dossier.Route{}, false, quiet("looking for a file number", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (dossier.Route, error) { return scanRoute(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return dossier.Route{}, false, nil
	}
	return r, err == nil, quiet("looking for a file number", err)
}
