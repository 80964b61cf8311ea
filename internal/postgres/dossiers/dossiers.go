// Package dossiers keeps sealed dossiers in PostgreSQL, with the register that says
// who may ask: it implements the ports of sceau/dossier.
//
// Each concern connects as its own role, so that a hole in one of them is no hole in
// the others: the gate selects, intake inserts, the register changes missions and
// facts. What they may do is in migrations/data.
package dossiers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sceau/dossier"
	"sceau/internal/postgres/pool"
)

// Ready says whether the data cluster answers whoever serves.
func Ready(ctx context.Context, db *pool.Pool) error {
	_, err := db.Exec(ctx, `SELECT FROM campaign LIMIT 1`)
	return quiet("asking the data cluster", err)
}

// quiet keeps the condition of a database error and drops its message and detail,
// which quote the row.
func quiet(doing string, err error) error {
	if err == nil {
		return nil
	}
	if pool.Away(err) {
		return fmt.Errorf("%s: %w", doing, dossier.ErrUnavailable)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fmt.Errorf("%s: database condition %s on %s%s", doing, pg.Code, pg.TableName, pg.ConstraintName)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }

func unitBytes[T ~[16]byte](ids []T) [][]byte {
	out := make([][]byte, len(ids))
	for i := range ids {
		out[i] = ids[i][:]
	}
	return out
}
