package dossiers

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// Exports keeps the steps of exports, as the role that adds them and changes none.
type Exports struct{ DB *pgxpool.Pool }

var _ dossier.ExportBook = Exports{}

// AddStep implements dossier.ExportBook.
func (e Exports) AddStep(ctx context.Context, s dossier.ExportStep) error {
	_, err := e.DB.Exec(ctx, `INSERT INTO export_step (export, step, kind, campaign, body, seal) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.Export, s.Step, string(s.Kind), s.Campaign, string(s.Body), s.Seal)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return dossier.ErrExportMoved
	}
	return quiet("keeping a step of an export", err)
}

// Steps implements dossier.ExportBook.
func (e Exports) Steps(ctx context.Context, export string) ([]dossier.ExportStep, error) {
	rows, err := e.DB.Query(ctx, `SELECT export, step, kind, campaign, body, seal FROM export_step WHERE export = $1 ORDER BY step`, export)
	if err != nil {
		return nil, quiet("reading an export", err)
	}
	steps, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s dossier.ExportStep, err error) {
		var body string
		err = row.Scan(&s.Export, &s.Step, &s.Kind, &s.Campaign, &body, &s.Seal)
		s.Body = []byte(body)
		return s, err
	})
	return steps, quiet("reading an export", err)
}
