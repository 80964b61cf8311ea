package dossiers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/dossier"
	"sceau/dossier/dossiertest"
	"sceau/internal/postgres/pool"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
	"sceau/policy"
)

func poolOf(t testing.TB, db *testkit.Database, role string) *pool.Pool {
	t.Helper()
	p, err := pool.Open(t.Context(), db.DSN(role))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestTheDatabaseKeepsToTheLimits(t *testing.T) {
	db := testkit.Postgres(t, "data")
	dossiertest.TestAllowances(t, func(t *testing.T) (one, other dossier.Allowances) {
		return NewAllowances(poolOf(t, db, "sceau_gate")), NewAllowances(poolOf(t, db, "sceau_gate"))
	})
}

// Whoever has the password of the gate can count against somebody, and give nothing back:
// not by a statement, and not by lying about the time or the limits.
func TestTheRoleOfTheGateTakesNoCountBack(t *testing.T) {
	db := testkit.Postgres(t, "data")
	gate := poolOf(t, db, "sceau_gate")
	ctx := t.Context()
	allowances := NewAllowances(gate)
	c := dossier.Charge{Holder: [16]byte{1}, At: time.Now(), Kind: dossier.ChargeFiles, Files: 10, Limit: policy.Limit{Hour: 10, Day: 10}, Refusals: 60}
	if s, err := allowances.Spend(ctx, c); err != nil || !s.Taken {
		t.Fatal(s, err)
	}
	for _, sql := range []string{
		"SELECT * FROM allowance", "DELETE FROM allowance", "TRUNCATE allowance", "UPDATE allowance SET files = 0",
		"INSERT INTO allowance VALUES ('\\x0100', now(), current_date, 0, 0, '{}', '{}', '{}', 0, 0)",
		"ALTER TABLE allowance DISABLE TRIGGER ALL", "CREATE OR REPLACE FUNCTION public.greatest(a timestamptz, b timestamptz) RETURNS timestamptz RETURN a",
	} {
		if _, err := gate.Exec(ctx, sql); err == nil {
			t.Errorf("the role of the gate may: %s", sql)
		}
	}
	for name, lie := range map[string]func(dossier.Charge) dossier.Charge{
		"tomorrow":        func(c dossier.Charge) dossier.Charge { c.At = c.At.Add(24 * time.Hour); return c },
		"in two hours":    func(c dossier.Charge) dossier.Charge { c.At = c.At.Add(2 * time.Hour); return c },
		"long ago":        func(c dossier.Charge) dossier.Charge { c.At = c.At.AddDate(-1, 0, 0); return c },
		"a negative":      func(c dossier.Charge) dossier.Charge { c.Files = -5; return c },
		"a greater limit": func(c dossier.Charge) dossier.Charge { c.Limit.Hour, c.Limit.Day = 1000, 1000; return c },
		"another kind":    func(c dossier.Charge) dossier.Charge { c.Kind = "gift"; return c },
		"an export":       func(c dossier.Charge) dossier.Charge { c.Kind, c.Limit.Export = dossier.ChargeExport, 9; return c },
		"as many refusals": func(c dossier.Charge) dossier.Charge {
			c.Kind, c.Limit = dossier.ChargeRefusal, policy.Limit{}
			return c
		},
	} {
		_, err := allowances.Spend(ctx, lie(c))
		if at := lie(c).At; at.After(c.At) && !errors.Is(err, dossier.ErrUnavailable) {
			t.Errorf("%s: the clock of %s is believed: %v", name, at, err)
		}
		if s, err := allowances.Spend(ctx, c); err != nil || s.Taken || s.Day < 10 {
			t.Errorf("%s: %+v, %v: the count was given back", name, s, err)
		}
	}
	for _, role := range roles.Of("data") {
		if role == roles.Owner || role == "sceau_gate" {
			continue
		}
		if _, err := NewAllowances(poolOf(t, db, role)).Spend(ctx, c); err == nil {
			t.Errorf("%s may count what missions are answered", role)
		}
	}
}

// Who was not there for two days leaves nothing behind, and who was keeps their count.
func TestOldCountsGo(t *testing.T) {
	db := testkit.Postgres(t, "data")
	allowances := NewAllowances(poolOf(t, db, "sceau_gate"))
	spend := func(holder byte, ago time.Duration) {
		c := dossier.Charge{Holder: [16]byte{holder}, At: time.Now().Add(-ago), Kind: dossier.ChargeFiles, Files: 1, Limit: policy.Limit{Hour: 10, Day: 10}, Refusals: 60}
		if _, err := allowances.Spend(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	const days = 24 * time.Hour
	spend(1, 90*days)
	spend(2, 3*days)
	spend(3, days)
	// A newcomer with a clock of long ago clears nothing that is younger.
	spend(4, 80*days)
	left := func() string {
		conn, err := pgx.Connect(t.Context(), db.DSN(roles.Owner))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		rows, _ := conn.Query(t.Context(), "SELECT get_byte(holder, 0)::text FROM allowance ORDER BY holder")
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, " ")
	}
	if got := left(); got != "2 3 4" {
		t.Errorf("of 1 2 3 4 there are %s left", got)
	}
	spend(5, 0)
	if got := left(); got != "3 5" {
		t.Errorf("there are %s left, want those of the last two days", got)
	}
}

// A database that is away answers nobody.
func TestWithoutTheDatabaseNothingIsCounted(t *testing.T) {
	p, err := pool.Open(t.Context(), "postgres://sceau_gate@127.0.0.1:1/sceau")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := NewAllowances(p).Spend(t.Context(), dossier.Charge{Files: 1, At: time.Now(), Kind: dossier.ChargeFiles})
	if !errors.Is(err, dossier.ErrUnavailable) || s.Taken {
		t.Errorf("taken %v, %v", s.Taken, err)
	}
}

// What 64 readers of one mission cost who are charged together.
func BenchmarkSpendByManyReaders(b *testing.B) {
	allowances := NewAllowances(poolOf(b, testkit.Postgres(b, "data"), "sceau_gate"))
	for _, missions := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d-missions", missions), func(b *testing.B) {
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for n := 0; pb.Next(); n++ {
					c := dossier.Charge{Holder: [16]byte{byte(n % missions), 7}, At: time.Now(), Kind: dossier.ChargeFiles, Files: 1,
						Limit: policy.Limit{Hour: 1 << 30, Day: 1 << 30}, Refusals: 60}
					if s, err := allowances.Spend(context.Background(), c); err != nil || !s.Taken {
						b.Error(s, err)
					}
				}
			})
		})
	}
}
