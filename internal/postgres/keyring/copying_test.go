package keyring_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

type holding func(context.Context, string) (context.Context, func(), error)

// tries says whether a hold is had within a moment.
func tries(t *testing.T, hold holding, dsn string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, release, err := hold(ctx, dsn)
	if err == nil {
		release()
	}
	return err == nil
}

func TestNothingIsDestroyedWhileSomebodyCopiesKeys(t *testing.T) {
	dsn := testkit.Postgres(t, "keyring").DSN(roles.Owner)
	_, first, err := keyring.Copying(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := keyring.Copying(t.Context(), dsn)
	if err != nil {
		t.Fatalf("two backups at once: %v", err)
	}
	first()
	if tries(t, keyring.NoCopying, dsn) {
		t.Error("keys may be destroyed while one of two backups goes on")
	}
	second()
	_, alone, err := keyring.NoCopying(t.Context(), dsn)
	if err != nil {
		t.Fatalf("with nobody there: %v", err)
	}
	if tries(t, keyring.Copying, dsn) || tries(t, keyring.NoCopying, dsn) {
		t.Error("a backup, or another destruction, began in the middle of one")
	}
	alone()
	if !tries(t, keyring.Copying, dsn) {
		t.Error("the end of a destruction let nobody in")
	}
}

func TestWhoLosesTheHoldIsTold(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	held, release, err := keyring.Copying(t.Context(), db.DSN(roles.Owner))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if held.Err() != nil {
		t.Fatal("the hold was lost before anything happened")
	}
	conn, err := pgx.Connect(t.Context(), db.Admin())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sceau copying' AND datname = current_database()"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-held.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the session ended, and who works under its lock goes on")
	}
	if t.Context().Err() != nil || context.Cause(held) == nil {
		t.Errorf("the cause is %v", context.Cause(held))
	}
}
