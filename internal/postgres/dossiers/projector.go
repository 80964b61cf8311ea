package dossiers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// A Projector reads what the admission core needs, as the role that is granted these
// columns and no other.
type Projector struct {
	db     *pgxpool.Pool
	layout *dossier.Layout
	shelf  *Shelf
}

var _ dossier.CoreRows = (*Projector)(nil)

// NewProjector reads through the connections of db.
func NewProjector(db *pgxpool.Pool, layout *dossier.Layout) *Projector {
	return &Projector{db, layout, NewShelf(db, layout)}
}

// Standing implements dossier.CoreRows.
func (p *Projector) Standing(ctx context.Context, campaign string) (c dossier.Campaign, err error) {
	var calendar []byte
	var frozen []string
	err = p.db.QueryRow(ctx, `SELECT c.campaign, c.label, c.demo, c.calendar, `+frozenOf+` FROM campaign c WHERE c.campaign = $1`, campaign).
		Scan(&c.ID, &c.Label, &c.Demo, &calendar, &frozen)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("there is no campaign %s", campaign)
	}
	if err != nil {
		return c, quiet("finding a campaign", err)
	}
	c.Frozen = readFrozen(frozen)
	c.Calendar, err = readCalendar(calendar)
	return c, err
}

// Programmes implements dossier.CoreRows.
func (p *Projector) Programmes(ctx context.Context, campaign string) (map[string]dossier.Programme, error) {
	rows, err := p.db.Query(ctx, `SELECT programme, label, institution, academy, ministry, pool, flags FROM programme WHERE campaign = $1`, campaign)
	if err != nil {
		return nil, quiet("reading programmes", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.Programme])
	if err != nil {
		return nil, quiet("reading programmes", err)
	}
	return dossier.NewReference(list, nil).Programmes, nil
}

// CountFiles implements dossier.CoreRows.
func (p *Projector) CountFiles(ctx context.Context, campaign string) (n int64, err error) {
	err = p.db.QueryRow(ctx, `SELECT count(*) FROM routing WHERE campaign = $1 AND scope_kind = 'file'`, campaign).Scan(&n)
	return n, quiet("counting files", err)
}

// Files implements dossier.CoreRows.
func (p *Projector) Files(ctx context.Context, campaign string, after dossier.FileNo, limit int) ([]dossier.Route, error) {
	rows, err := p.db.Query(ctx, `SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref FROM routing
		WHERE campaign = $1 AND scope_kind = 'file' AND file_no > $2 ORDER BY file_no LIMIT $3`, campaign, after[:], limit)
	if err != nil {
		return nil, quiet("reading routes of files", err)
	}
	routes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dossier.Route, error) { return scanRoute(row) })
	return routes, quiet("reading routes of files", err)
}

// Facts implements dossier.CoreRows.
func (p *Projector) Facts(ctx context.Context, campaign string, tags [][16]byte) ([]dossier.FactRow, error) {
	rows, err := p.db.Query(ctx, `SELECT fact, kind, tag, sealed, recorded_by, begins, until, ended_at FROM fact
		WHERE campaign = $1 AND tag = ANY($2)`, campaign, unitBytes(tags))
	if err != nil {
		return nil, quiet("reading facts", err)
	}
	facts, err := pgx.CollectRows(rows, scanFact)
	return facts, quiet("reading facts", err)
}

// Cells implements dossier.CoreRows.
func (p *Projector) Cells(ctx context.Context, campaign string, selections []dossier.Selection) ([][]dossier.SealedRow, error) {
	return p.shelf.Cells(ctx, campaign, selections)
}

// AddPseudonyms implements dossier.CoreRows.
func (p *Projector) AddPseudonyms(ctx context.Context, campaign string, sealed []dossier.SealedRow) error {
	rows := make([]*dossier.SealedRow, len(sealed))
	for i := range sealed {
		rows[i] = &sealed[i]
	}
	pipe := &pgx.Batch{}
	Vestry{Layout: p.layout}.queueTable(pipe, campaign, p.layout.Pseudonym(), rows)
	return quiet("adding pseudonyms", p.db.SendBatch(ctx, pipe).Close())
}

// Rectified implements dossier.CoreRows.
func (p *Projector) Rectified(ctx context.Context, campaign, run string) (map[[16]byte][]string, error) {
	rows, err := p.db.Query(ctx, `SELECT tag, columns FROM rectified_input WHERE campaign = $1 AND run = $2`, campaign, run)
	if err != nil {
		return nil, quiet("reading cases", err)
	}
	said := map[[16]byte][]string{}
	var tag []byte
	var columns []string
	_, err = pgx.ForEachRow(rows, []any{&tag, &columns}, func() error {
		var of [16]byte
		copy(of[:], tag)
		said[of] = append(said[of], columns...)
		return nil
	})
	return said, quiet("reading cases", err)
}

// AddRectified implements dossier.CoreRows.
func (p *Projector) AddRectified(ctx context.Context, campaign string, cases []dossier.RectifiedInput) error {
	_, err := p.db.CopyFrom(ctx, pgx.Identifier{"rectified_input"}, []string{"rectified", "campaign", "run", "tag", "sealed", "columns", "raised_at"},
		pgx.CopyFromSlice(len(cases), func(i int) ([]any, error) {
			c := cases[i]
			return []any{c.ID, campaign, c.Run, c.Tag[:], c.Sealed, c.Columns, c.At}, nil
		}))
	return quiet("raising cases", err)
}
