package publications_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/internal/postgres/publications"
	"sceau/internal/testkit"
	"sceau/policy/signed"
	"sceau/policy/signed/signedtest"
)

func open(t *testing.T, dsn string) publications.Store {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return publications.Store{DB: pool}
}

func TestTheRealStoreKeepsWhatTheMemoryKeeps(t *testing.T) {
	signedtest.Conformance(t, func(t *testing.T) signed.Publications {
		return open(t, testkit.Postgres(t, "data").DSN("sceau_policy"))
	})
}

func TestNobodyWhoServesMayChangeATableOrASignature(t *testing.T) {
	db := testkit.Postgres(t, "data")
	s := open(t, db.DSN("sceau_policy"))
	text := "a statement: 1\n"
	p := signed.Publication{ID: signed.StatementID(text), Text: text}
	if err := s.Add(t.Context(), p, signed.Enclosed{Table: []byte("rows")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sign(t.Context(), p.ID, signed.Signature{Signer: "ines", Line: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ role, what, sql string }{
		{"sceau_policy", "rewrite a statement", "UPDATE policy_publication SET statement = 'other'"},
		{"sceau_policy", "rewrite a table", "UPDATE policy_publication SET table_csv = ''"},
		{"sceau_policy", "remove a publication", "DELETE FROM policy_publication"},
		{"sceau_policy", "remove a signature", "DELETE FROM policy_signature"},
		{"sceau_policy", "empty the tables", "TRUNCATE policy_signature, policy_publication"},
		{"sceau_policy", "read missions", "SELECT * FROM mission"},
		{"sceau_gate", "publish", "INSERT INTO policy_publication (publication, statement, table_csv) VALUES (repeat('a', 64), '', '')"},
		{"sceau_gate", "sign", "INSERT INTO policy_signature (publication, signer, line) SELECT publication, 'malo', '' FROM policy_publication"},
		{"sceau_intake", "sign", "INSERT INTO policy_signature (publication, signer, line) SELECT publication, 'malo', '' FROM policy_publication"},
		{"sceau_register", "publish", "INSERT INTO policy_publication (publication, statement, table_csv) VALUES (repeat('b', 64), '', '')"},
	} {
		t.Run(tt.role+" may not "+tt.what, func(t *testing.T) {
			conn, err := pgx.Connect(t.Context(), db.DSN(tt.role))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			if _, err := conn.Exec(t.Context(), tt.sql); err == nil {
				t.Errorf("%s was allowed: %s", tt.role, tt.sql)
			}
		})
	}
	t.Run("the gate reads the table it runs on", func(t *testing.T) {
		got, err := open(t, db.DSN("sceau_gate")).Enclosed(t.Context(), p.ID)
		if err != nil || string(got.Table) != "rows" {
			t.Errorf("it read %q, %v", got.Table, err)
		}
	})
}
