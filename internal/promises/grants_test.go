package promises_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/grants"
	"sceau/internal/postgres/roles"
	"sceau/policy"
)

func TestEachRoleMayDoWhatItDoesAndNoMore(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	table, err := p.Table(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, cluster := range roles.Clusters {
		for _, said := range drifts(t, p, table, cluster) {
			t.Error(said)
		}
		for _, role := range roles.Of(cluster) {
			if role != roles.Owner && len(grants.Wanted(table, role)) == 0 {
				t.Errorf("%s: nobody said what %s is for", cluster, role)
			}
		}
	}
}

func drifts(t *testing.T, p *place, table *policy.Table, cluster string) []string {
	t.Helper()
	said, err := grants.Differences(t.Context(), p.owner[cluster], table, cluster)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// What an administrator does by hand is named, whichever way it was done.
func TestAGrantByHandIsNamed(t *testing.T) {
	p := open(t)
	table, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, do, undo, want string }{
		{"a table", "GRANT UPDATE ON mission TO sceau_gate", "REVOKE UPDATE ON mission FROM sceau_gate", "sceau_gate may UPDATE mission, which"},
		{"a column", "GRANT UPDATE (until) ON mission TO sceau_gate", "REVOKE UPDATE (until) ON mission FROM sceau_gate", "sceau_gate may UPDATE mission.until, which"},
		{"everybody", "GRANT SELECT ON password TO PUBLIC", "REVOKE SELECT ON password FROM PUBLIC", "sceau_core may SELECT password, which"},
		{"a partition", `GRANT SELECT ON "agents_agent_2026" TO sceau_gate`, `REVOKE SELECT ON "agents_agent_2026" FROM sceau_gate`, "sceau_gate may SELECT agents_agent_2026, which"},
		{"a view elsewhere", "CREATE SCHEMA helper; CREATE VIEW helper.all_health AS SELECT * FROM public.health; GRANT SELECT ON helper.all_health TO sceau_intake", "DROP SCHEMA helper CASCADE", "sceau_intake may SELECT helper.all_health, which"},
		{"another function of a known name", "CREATE FUNCTION spend_allowance(text) RETURNS void LANGUAGE sql SECURITY DEFINER AS ''; GRANT EXECUTE ON FUNCTION spend_allowance(text) TO sceau_gate", "DROP FUNCTION spend_allowance(text)", "sceau_gate may EXECUTE spend_allowance(text), which"},
		{"a trigger asleep", "ALTER TABLE core.run DISABLE TRIGGER run_stays", "ALTER TABLE core.run ENABLE TRIGGER run_stays", "trigger run_stays on core.run has another state"},
		{"taken away", "REVOKE SELECT ON routing FROM sceau_gate", "GRANT SELECT ON routing TO sceau_gate", "sceau_gate may not SELECT routing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.asAdmin(t, "data", tt.do)
			said := drifts(t, p, table, "data")
			p.asAdmin(t, "data", tt.undo)
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, tt.want) }) {
				t.Errorf("it is not named: %v", said)
			}
		})
	}
	if said := drifts(t, p, table, "data"); len(said) > 0 {
		t.Errorf("this test leaves %v behind", said)
	}
}

// A table that grants less asks for fewer grants, and the statements written from it
// take them back.
func TestTheGrantsFollowTheSignedTable(t *testing.T) {
	p := open(t)
	table, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	less, err := policy.Compile(table.Vocabulary(), slices.DeleteFunc(slices.Clone(table.Rows()), func(r policy.Row) bool {
		return r.Item == "A01.13" || r.Item == "A16.06" && r.Recipient == "SYS-project"
	}))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(drifts(t, p, less, "data"), "\n")
	for _, want := range []string{"sceau_gate may SELECT civil_status, which", "sceau_project may SELECT choices_coded_wish.candidate_answer_date, which"} {
		if !strings.Contains(said, want) {
			t.Errorf("it is not named that %s:\n%s", want, said)
		}
	}
	p.asAdmin(t, "data", grants.SQL(less, "of this test"))
	for _, said := range drifts(t, p, less, "data") {
		t.Errorf("with the grants written from the table: %s", said)
	}
	p.asAdmin(t, "data", grants.SQL(table, "in force"))
	for _, said := range drifts(t, p, table, "data") {
		t.Errorf("with those of the table in force again: %s", said)
	}
}

// asAdmin runs statements as whoever administers the server.
func (p *place) asAdmin(t *testing.T, cluster, statements string) {
	t.Helper()
	if _, err := p.owner[cluster].Exec(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// tablesOfCore are the columns of a sealed table that the core needs.
func (p *place) tablesOfCore(s catalogue.Table) (columns []string) {
	for _, id := range dossier.Projected(p.Catalogue) {
		if slices.Contains(s.Items, id) {
			columns = append(columns, string(id))
		}
	}
	return columns
}

// A grant is worth what the server answers to a statement.
func TestTheServerRefusesEachRoleWhatIsNotItsPart(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	tries := map[string][]string{
		"sceau_gate": {
			"INSERT INTO mission SELECT * FROM mission",
			"UPDATE mission SET until = until",
			"UPDATE mission SET ended_at = NULL",
			"INSERT INTO account SELECT * FROM account",
			"UPDATE account SET credential = credential",
			"UPDATE campaign SET calendar = calendar",
			"UPDATE campaign SET demo = true",
			"INSERT INTO fact SELECT * FROM fact",
			"UPDATE fact SET ended_at = NULL",
			"UPDATE routing SET state = 'confirmed'",
			"INSERT INTO routing SELECT * FROM routing",
			"DELETE FROM routing",
			"UPDATE identity_other SET last_name = last_name",
			"UPDATE health SET commitment = commitment",
			"INSERT INTO health SELECT * FROM health",
			"DELETE FROM identity_other",
			"TRUNCATE identity_other",
			"SELECT agent_last_name FROM agents_agent",
			"SELECT hash FROM password",
			"SELECT source FROM import",
			"INSERT INTO policy_publication (publication, statement, table_csv) VALUES (repeat('a', 64), '', '')",
			"INSERT INTO policy_signature (publication, signer, line) SELECT publication, 'x', '' FROM policy_publication",
			"SELECT open_campaign('another')",
			"CREATE TABLE notebook (line text)",
			"CREATE TEMPORARY TABLE notebook (line text)",
			"COPY identity_other FROM STDIN",
		},
		"sceau_intake": {
			"SELECT last_name FROM identity_other",
			"SELECT count(*) FROM health",
			"COPY identity_other TO STDOUT",
			"SELECT credential FROM account",
			"SELECT hash FROM password",
			"SELECT file_no FROM routing",
			"SELECT mission FROM mission",
			"SELECT fact FROM fact",
			"SELECT publication FROM policy_publication",
			"UPDATE identity_other SET last_name = ''",
			"UPDATE account SET credential = credential",
			"UPDATE blind_index SET unit = unit",
			"DELETE FROM blind_index",
			"DELETE FROM import_refusal",
			"DELETE FROM identity_other",
			"INSERT INTO mission (mission) VALUES ('x')",
			"INSERT INTO fact (fact, campaign, kind, tag, sealed, recorded_by, begins) VALUES ('x', '2026', 'x', '', '', 'x', now())",
			"INSERT INTO identity_other (campaign, unit) VALUES ('2026', '') RETURNING last_name",
			"INSERT INTO account (campaign, unit, responsible, recipient, credential) VALUES ('2026', '', 0, 'S1', '') ON CONFLICT (unit, responsible) DO UPDATE SET credential = excluded.credential",
			"INSERT INTO programme SELECT * FROM programme",
		},
		"sceau_register": {
			"SELECT last_name FROM identity_other",
			"SELECT count(*) FROM health",
			"SELECT unit FROM account",
			"SELECT file_no FROM routing",
			"SELECT mac FROM blind_index",
			"SELECT hash FROM password",
			"INSERT INTO routing (campaign) VALUES ('2026')",
			"INSERT INTO account (campaign) VALUES ('2026')",
			"INSERT INTO agents_agent (campaign) VALUES ('2026')",
			"UPDATE mission SET credential = credential",
			"UPDATE mission SET scopes = scopes",
			"UPDATE mission SET until = until",
			"UPDATE mission SET recipient = recipient",
			"UPDATE fact SET until = NULL",
			"UPDATE fact SET sealed = sealed",
			"UPDATE campaign SET demo = true",
			"DELETE FROM mission",
			"DELETE FROM fact",
			"DELETE FROM campaign",
			"SELECT publication FROM policy_publication",
			"CREATE TABLE notebook (line text)",
		},
		"sceau_forget": {
			"SELECT last_name FROM identity_other",
			"SELECT mac FROM blind_index",
			"SELECT hash FROM password",
			"SELECT credential FROM account",
			"DELETE FROM routing",
			"DELETE FROM blind_index",
			"DELETE FROM account",
			"UPDATE routing SET state = state",
			"INSERT INTO scope VALUES ('2026', 'school', 'x')",
			"CREATE TABLE notebook (line text)",
		},
		"sceau_reseal": {
			"SELECT unit FROM health",
			"UPDATE fraud SET commitment = commitment",
			"UPDATE identity_other SET unit = unit",
			"UPDATE identity_other SET record = record",
			"UPDATE identity_other SET campaign = campaign",
			"INSERT INTO identity_other SELECT * FROM identity_other",
			"SELECT credential FROM account",
			"SELECT mac FROM blind_index",
			"SELECT file_no FROM routing",
			"SELECT hash FROM password",
			"SELECT mission FROM mission",
			"UPDATE loose_document SET since = since",
			"UPDATE brake SET thawed_at = thawed_at",
			"CREATE TABLE notebook (line text)",
		},
		"sceau_project": {
			"SELECT last_name FROM identity_other",
			"SELECT registration_number FROM identity_other",
			"SELECT unit FROM health",
			"SELECT unit FROM fraud",
			"SELECT * FROM choices_coded_wish",
			"SELECT hash FROM password",
			"SELECT mac FROM blind_index",
			"SELECT credential FROM account",
			"SELECT mission FROM mission",
			"UPDATE pseudonym SET candidate_pseudonym = candidate_pseudonym",
			"DELETE FROM pseudonym",
			"UPDATE core.run SET takes = NULL",
			"UPDATE core.run SET output_digest = ''",
			"DELETE FROM core.run",
			"UPDATE rectified_input SET columns = '{}'",
			"DELETE FROM rectified_input",
			"CREATE TABLE notebook (line text)",
			"CREATE TABLE core.notebook (line text)",
		},
		"sceau_core": {
			"SELECT candidate_pseudonym FROM public.pseudonym",
			"SELECT wish_target_programme FROM public.choices_coded_wish",
			"SELECT file_no FROM public.routing",
			"SELECT campaign FROM public.campaign",
			"SELECT tag FROM public.rectified_input",
			"SELECT fact FROM public.fact",
			"SELECT mac FROM public.blind_index",
			"SELECT unit FROM public.account",
			"UPDATE core.run SET dropped_at = now()",
			"UPDATE core.run SET run = 'x'",
			"DELETE FROM core.run",
			"TRUNCATE core.run",
			"CREATE TABLE core.notebook (line text)",
		},
		"sceau_policy": {
			"SELECT last_name FROM identity_other",
			"SELECT unit FROM health",
			"SELECT file_no FROM routing",
			"SELECT mission FROM mission",
			"SELECT unit FROM account",
			"SELECT fact FROM fact",
			"SELECT mac FROM blind_index",
			"SELECT campaign FROM campaign",
			"UPDATE policy_publication SET statement = statement",
			"DELETE FROM policy_signature",
			"CREATE TABLE notebook (line text)",
		},
	}
	n := 0
	for _, role := range sortedKeys(tries) {
		conn := p.connect(t, "data", role)
		for _, statement := range tries[role] {
			_, err := conn.Exec(ctx, statement)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" {
				t.Errorf("%s: %s: %v, want permission denied (42501)", role, statement, err)
			}
			n++
		}
		// Every sealed table, not those named above alone.
		for _, s := range p.Catalogue.Tables() {
			verbs := []string{"SELECT unit FROM %s", "UPDATE %s SET unit = unit", "DELETE FROM %s", "TRUNCATE %s", "SELECT FROM %s FOR UPDATE"}
			class, _ := p.Catalogue.Class(s.Class)
			switch {
			case role == "sceau_project" && len(p.tablesOfCore(s)) > 0:
				verbs = verbs[1:] // the columns of its list, and no other
			case role == "sceau_gate" && s.Name != "agents_agent":
				verbs = verbs[1:]
			case role == "sceau_reseal" && class.Keys == catalogue.KeysBranch:
				verbs = verbs[1:4] // to lock a row is to be able to change it
			}
			if role != "sceau_intake" {
				verbs = append(verbs, "INSERT INTO %s (campaign) VALUES ('2026')")
			}
			for _, verb := range verbs {
				statement := fmt.Sprintf(verb, "public."+ident(s.Name))
				_, err := conn.Exec(ctx, statement)
				var refused *pgconn.PgError
				if !errors.As(err, &refused) || refused.Code != "42501" {
					t.Errorf("%s: %s: %v, want permission denied (42501)", role, statement, err)
				}
				n++
			}
		}
	}
	t.Logf("%d statements refused", n)
}

// Roles of one cluster are strangers in the others.
func TestNoRoleEntersTheClusterOfAnother(t *testing.T) {
	p := open(t)
	for _, cluster := range roles.Clusters {
		for _, other := range roles.Clusters {
			for _, role := range roles.Of(other) {
				if other == cluster || role == roles.Owner {
					continue
				}
				if _, err := p.at.DSN(cluster, role); err == nil {
					t.Errorf("%s has an address in %s", role, cluster)
				}
				var exists bool
				if err := p.owner[cluster].QueryRow(context.Background(), "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
					t.Fatal(err)
				}
				if exists {
					t.Errorf("%s exists in %s", role, cluster)
				}
			}
		}
	}
}
