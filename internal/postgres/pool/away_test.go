package pool_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"sceau/internal/postgres/pool"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

func TestADatabaseThatIsAwayIsToldFromOneThatSaysNo(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"it is shutting down", &pgconn.PgError{Code: "57P01"}, true},
		{"its disk is full", &pgconn.PgError{Code: "53100"}, true},
		{"it has no connection left", &pgconn.PgError{Code: "53300"}, true},
		{"somebody holds the lock", &pgconn.PgError{Code: "55P03"}, true},
		{"it cannot write its log and goes down", &pgconn.PgError{Code: "XX000", SeverityUnlocalized: "PANIC"}, true},
		{"a fault of the statement", &pgconn.PgError{Code: "XX000", SeverityUnlocalized: "ERROR"}, false},
		{"a wrong password", &pgconn.PgError{Code: "28P01"}, false},
		{"a row that is there", &pgconn.PgError{Code: "23505"}, false},
	} {
		if got := pool.Away(tt.err); got != tt.want {
			t.Errorf("%s: away %t, want %t", tt.name, got, tt.want)
		}
	}
}

// A lock that nobody gives back ends the wait of those behind it, and no more than
// that: the statement of whoever holds it goes on.
func TestALockThatNobodyGivesBackDoesNotHangThoseBehindIt(t *testing.T) {
	db := testkit.Postgres(t, "data")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := pool.Open(ctx, db.DSN(roles.Owner))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Exec(ctx, `CREATE TABLE held (x integer)`); err != nil {
		t.Fatal(err)
	}
	tx, err := p.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if _, err := tx.Exec(ctx, `LOCK TABLE held IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	_, err = p.Exec(ctx, `SELECT * FROM held`)
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "55P03" || !pool.Away(err) {
		t.Errorf("behind the lock: %v, want a wait that ends (55P03), and a database that is away", err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Exec(ctx, `SELECT * FROM held`); err != nil {
		t.Errorf("with the lock given back: %v", err)
	}
}
