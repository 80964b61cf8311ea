package columns_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sceau/catalogue"
	"sceau/internal/postgres/columns"
	"sceau/internal/testkit"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func differences(t *testing.T, conn *pgx.Conn, cluster string) []string {
	t.Helper()
	out, err := columns.Differences(context.Background(), conn, cluster, catalogue.MustLoad().Columns())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryColumnOfTheLiveDatabasesIsDeclared(t *testing.T) {
	for _, cluster := range []string{"data", "keyring", "audit"} {
		t.Run(cluster, func(t *testing.T) {
			for _, d := range differences(t, connect(t, testkit.Postgres(t, cluster).Admin()), cluster) {
				t.Error(d)
			}
		})
	}
}

func TestAnUndeclaredColumnIsSeen(t *testing.T) {
	conn := connect(t, testkit.Postgres(t, "data").Admin())
	before := len(differences(t, conn, "data"))
	for _, tt := range []struct{ name, alter, want string }{
		{"a column more on a sealed table", "ALTER TABLE health ADD COLUMN hint boolean", "health.hint is not declared"},
		{"a table more", "CREATE TABLE notebook (line text)", "notebook.line is not declared"},
		{"a sealed column that would take a clear value", "ALTER TABLE fraud ALTER COLUMN preregistration_fraud_record TYPE text USING ''", "fraud.preregistration_fraud_record is sealed and does not hold bytes"},
		{"a declared column that went", "ALTER TABLE contact_coded DROP COLUMN academy_of_residence", "contact_coded.academy_of_residence is declared and does not exist"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := conn.Exec(context.Background(), tt.alter); err != nil {
				t.Fatal(err)
			}
			got := differences(t, conn, "data")
			if len(got) <= before || !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("differences are %q, want one that says %q", got, tt.want)
			}
			before = len(got)
		})
	}
}

func TestACampaignIsAPartitionThatServingRolesCannotReshape(t *testing.T) {
	ctx := context.Background()
	d := testkit.Postgres(t, "data")
	register := connect(t, d.DSN("sceau_register"))
	if _, err := register.Exec(ctx, "SELECT open_campaign('parcoursup-2026')"); err != nil {
		t.Fatal(err)
	}
	insert := `INSERT INTO contact_coded (campaign, unit, record, branch_version, commitment, academy_of_residence)
		VALUES ($1, '\x01', '\x01', 1, '\x01', '\x01')`
	intake := connect(t, d.DSN("sceau_intake"))
	if _, err := intake.Exec(ctx, insert, "parcoursup-2026"); err != nil {
		t.Errorf("intake adds a row: %v", err)
	}
	gate := connect(t, d.DSN("sceau_gate"))
	if _, err := gate.Exec(ctx, `SELECT academy_of_residence FROM contact_coded`); err != nil {
		t.Errorf("the gate reads a cell: %v", err)
	}
	for _, tt := range []struct {
		name string
		conn *pgx.Conn
		sql  string
	}{
		{"a campaign that nobody opened takes no row", intake, strings.ReplaceAll(insert, "$1", "'another'")},
		{"intake never looks back", intake, "SELECT unit FROM contact_coded"},
		{"intake changes nothing", intake, `UPDATE contact_coded SET academy_of_residence = '\x03'`},
		{"the gate changes no cell", gate, `UPDATE contact_coded SET academy_of_residence = '\x02'`},
		{"the gate deletes nothing", gate, "DELETE FROM contact_coded"},
		{"the gate cannot give a row to somebody else", gate, `UPDATE contact_coded SET unit = '\x02'`},
		{"the register reads no dossier", register, "SELECT unit FROM contact_coded"},
		{"the register makes no table of its own", register, "CREATE TABLE notebook (line text)"},
		{"the gate opens no campaign", gate, "SELECT open_campaign('another')"},
		{"a campaign's name is a name", register, "SELECT open_campaign('x) ; DROP TABLE health; --')"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.conn.Exec(ctx, tt.sql); err == nil {
				t.Error("it went through")
			}
		})
	}
}
