package grants_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/catalogue"
	"sceau/internal/postgres/grants"
	"sceau/internal/testkit"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

// Roles are the server's, not the database's: what only its administrator can do.
func TestARoleMadeByHandIsNamed(t *testing.T) {
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	db := testkit.OwnPostgres(t, "data", nil)
	admin, err := pgxpool.New(t.Context(), db.Admin())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(admin.Close)
	said := func() []string {
		t.Helper()
		said, err := grants.Differences(t.Context(), admin, d.Table, "data")
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if now := said(); len(now) > 0 {
		t.Fatalf("before anything was done: %v", now)
	}
	for _, tt := range []struct{ name, do, want string }{
		{"a membership", "GRANT sceau_register TO sceau_gate", "sceau_gate may member of sceau_register, which"},
		{"a stranger", `CREATE ROLE visitor LOGIN; GRANT CONNECT ON DATABASE "` + db.Name + `" TO visitor`, "visitor may enter the database"},
	} {
		if _, err := admin.Exec(t.Context(), tt.do); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(said(), func(s string) bool { return strings.Contains(s, tt.want) }) {
			t.Errorf("%s is not named: %v", tt.name, said())
		}
	}
}

func TestNoRowIsOfAnOperator(t *testing.T) {
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if rows := d.Table.OfNobody(); len(rows) > 0 {
		t.Errorf("%d rows are of no recipient: %+v", len(rows), rows[0])
	}
	forged, err := policy.Compile(d.Table.Vocabulary(), append(slices.Clone(d.Table.Rows()), policy.Row{Recipient: "X1", Purpose: "P1", Action: policy.Read,
		Phase: "PH3", Relation: "national", Item: "A01.06", Form: catalogue.FormClear, Derive: "as-is", Article: "Art. 3", SheetRow: "S-X1-01"}))
	if err == nil && len(forged.OfNobody()) != 1 {
		t.Error("a row of an operator is not named")
	}
}
