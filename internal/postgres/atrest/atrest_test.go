package atrest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sceau/internal/postgres/atrest"
	"sceau/internal/scan"
	"sceau/internal/testkit"
)

// markers invents canaries of 20 characters between accents.
func markers(n int, seed uint64) (all []scan.Canary, values []string) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		b := make([]byte, 20)
		for k := range b {
			b[k] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"[r.IntN(57)]
		}
		v := "Œ" + string(b) + "é"
		all, values = append(all, scan.Canary{Line: 1 + i, Item: "A01.06", Name: "birth_name", Value: v}), append(values, v)
	}
	return all, values
}

func scanner(t *testing.T, canaries []scan.Canary) *scan.Scanner {
	t.Helper()
	s, err := scan.New(canaries, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATableInClearIsFoundInEveryPlaceOfARealServer(t *testing.T) {
	db := testkit.Postgres(t, "data")
	ctx, dir := t.Context(), t.TempDir()
	told, values := markers(400, 1)
	silent, _ := markers(400, 2)

	if err := atrest.Plant(ctx, db.Admin(), values); err != nil {
		t.Fatal(err)
	}
	if err := atrest.Settle(ctx, db.Admin()); err != nil {
		t.Fatal(err)
	}
	table, index, err := atrest.Files(ctx, db.Admin(), db.DataDir())
	if err != nil {
		t.Fatal(err)
	}
	dump, backup := filepath.Join(dir, "dump.sql"), filepath.Join(dir, "backup")
	if err := atrest.Dump(ctx, db.Admin(), dump); err != nil {
		t.Fatal(err)
	}
	if err := atrest.BaseBackup(ctx, db.Admin(), backup); err != nil {
		t.Fatal(err)
	}
	sees, finds := scanner(t, told), scanner(t, silent)
	for _, p := range []scan.Place{
		{Name: "table", Path: table},
		{Name: "index", Path: index},
		{Name: "write-ahead log", Path: filepath.Join(db.DataDir(), "pg_wal")},
		{Name: "data folder", Path: db.DataDir()},
		{Name: "dump", Path: dump},
		{Name: "base backup", Path: backup},
	} {
		t.Run(p.Name, func(t *testing.T) {
			r, err := sees.See(ctx, p)
			if err != nil || r.Found != 400 {
				t.Errorf("found %d of 400: %v", r.Found, err)
			}
			// Other canaries, which nobody wrote: all was read and none is there.
			if r, err := finds.Path(ctx, p); err != nil {
				t.Errorf("found %d of canaries never written: %v", r.Found, err)
			}
		})
	}
	// The private settings keep values out of the log, errors included.
	if r, err := sees.Path(ctx, scan.Place{Name: "log", Path: db.LogFile()}); err != nil {
		t.Errorf("log: found %d: %v", r.Found, err)
	}
}

func TestADecoyTellsEverythingAndLeavesNothing(t *testing.T) {
	if os.Getenv("SCEAU_SKIP_PARTS") == "1" {
		t.Skip("needs real parts, and SCEAU_SKIP_PARTS=1 says there are none")
	}
	all, values := markers(50, 3)
	d, forget, err := atrest.Bait(t.Context(), values)
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t, all)
	for name, path := range map[string]string{"table": d.Table, "index": d.Index, "log": d.WAL, "dump": d.Dump, "backup": d.Backup} {
		if r, err := s.See(t.Context(), scan.Place{Name: name, Path: path}); err != nil {
			t.Errorf("found %d: %v", r.Found, err)
		}
	}
	if err := forget(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.Dump); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a decoy is left behind: %v", err)
	}

	// The twin: one value short, and the control says so.
	d, forget, err = atrest.Bait(t.Context(), values[1:])
	if err != nil {
		t.Fatal(err)
	}
	defer forget()
	if r, err := s.See(t.Context(), scan.Place{Name: "table", Path: d.Table}); !errors.Is(err, scan.ErrBlind) || r.Found != 49 {
		t.Errorf("a table that lacks one: found %d, %v", r.Found, err)
	}
}

func TestNoErrorQuotesThePassword(t *testing.T) {
	const password = "correct-horse-battery"
	for _, dsn := range []string{
		fmt.Sprintf("postgres://sceau_admin:%s@127.0.0.1:1/sceau?sslmode=disable", password),
		fmt.Sprintf("host=127.0.0.1 port=bad password=%s", password),
	} {
		for _, err := range []error{
			atrest.Settle(t.Context(), dsn),
			atrest.Dump(t.Context(), dsn, filepath.Join(t.TempDir(), "dump")),
			atrest.BaseBackup(t.Context(), dsn, filepath.Join(t.TempDir(), "backup")),
		} {
			if err == nil || strings.Contains(err.Error(), password) {
				t.Errorf("got %v", err)
			}
		}
	}
}
