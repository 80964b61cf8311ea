package dossiers

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
)

// An Eraser removes what leads to a person, as the role that can do nothing else.
type Eraser struct{ DB *pgxpool.Pool }

var _ dossier.Eraser = Eraser{}

// Route implements dossier.Eraser.
func (e Eraser) Route(ctx context.Context, campaign string, tag [16]byte) (dossier.Route, bool, error) {
	rows, err := e.DB.Query(ctx, `SELECT scope_kind, scope_id, file_no, state, ref_tag, sealed_ref
		FROM routing WHERE (campaign, ref_tag) = ($1, $2)`, campaign, tag[:])
	if err != nil {
		return dossier.Route{}, false, quiet("finding a route", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRoute)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, quiet("finding a route", err)
}

// EraseFile implements dossier.Eraser.
func (e Eraser) EraseFile(ctx context.Context, campaign string, c dossier.Ref, tags [][16]byte) error {
	_, err := e.DB.Exec(ctx, `SELECT forget_file($1, $2, $3)`, campaign, c[:], unitBytes(tags))
	return quiet("erasing a file", err)
}

// EraseAccount implements dossier.Eraser.
func (e Eraser) EraseAccount(ctx context.Context, campaign string, c dossier.Ref, responsible int) error {
	_, err := e.DB.Exec(ctx, `SELECT forget_account($1, $2, $3)`, campaign, c[:], int16(responsible))
	return quiet("erasing an account", err)
}
