package grants

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A Server begins a transaction on the database of one cluster.
type Server interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// A look is one reading of the catalogs of a cluster, all of it at one moment.
type look struct {
	tx      pgx.Tx
	cluster string
	unseen  []string // what the connection had no right to see
}

func begin(ctx context.Context, db Server, cluster string) (*look, func(), error) {
	tx, err := db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, nil, fmt.Errorf("looking at %s: %w", cluster, err)
	}
	end := func() { _ = tx.Rollback(context.WithoutCancel(ctx)) } // it read, and nothing else
	// A role whose path was set by hand would be shown catalogs that somebody painted.
	if _, err := tx.Exec(ctx, "SET LOCAL search_path = pg_catalog, pg_temp"); err != nil {
		end()
		return nil, nil, fmt.Errorf("looking at %s: %w", cluster, err)
	}
	return &look{tx: tx, cluster: cluster}, end, nil
}

const denied = "42501"

// ask reads a column of texts. What it may not read it notes, and goes on.
func (l *look) ask(ctx context.Context, what, sql string, args ...any) ([]string, error) {
	return collect(ctx, l, what, sql, pgx.RowTo[string], args...)
}

func collect[T any](ctx context.Context, l *look, what, sql string, to pgx.RowToFunc[T], args ...any) ([]T, error) {
	// A refusal ends a transaction: each question has one of its own within.
	inner, err := l.tx.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading %s in %s: %w", what, l.cluster, err)
	}
	defer func() { _ = inner.Rollback(context.WithoutCancel(ctx)) }()
	rows, err := inner.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("reading %s in %s: %w", what, l.cluster, err)
	}
	found, err := pgx.CollectRows(rows, to)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == denied {
		l.unseen = append(l.unseen, fmt.Sprintf("%s is not seen: %s", what, refused.Message))
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s in %s: %w", what, l.cluster, err)
	}
	return found, nil
}
