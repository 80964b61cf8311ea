package promises_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/roles"
)

// granted is all that the roles who serve may do, and why. A grant that is not here is
// one too many, whoever added it.
var granted = map[string]map[string][]string{
	"sceau_gate": {
		"SELECT": {"(sealed)", "campaign", "programme", "mission", "account", "fact", "routing", "blind_index", "policy_publication", "policy_signature", "brake"},
	},
	"sceau_intake": {
		"SELECT": {"campaign", // which are open, when it serves
			"brake",               // nothing enters what is frozen
			"programme", "school", // routes are drawn from them
			"blind_index",               // a registration number enters once
			"import", "import_refusal"}, // an import resumes
		"INSERT": {"(sealed)", "pseudonym", "agents_agent", "account", "password", "routing", "scope", "blind_index", "import", "import_refusal"},
		"UPDATE": {"import.lines", "import.bytes", "import.entered", "import.refused", "import.fields", "import.done"},
	},
	"sceau_register": {
		"SELECT": {"campaign", "programme", "school", "mission", "fact", "brake"},
		"INSERT": {"campaign", "programme", "school", "mission", "fact", "brake"},
		"UPDATE": {"campaign.calendar", "mission.ended_at", "fact.ended_at", "fact.ended_by", "brake.thawed_at", "brake.thawed_by"},
	},
	"sceau_forget": {
		"SELECT": {"scope", "routing"}, // a route is found by a tag, and removed by a function
	},
	"sceau_reseal": {
		"SELECT": {"(branch)", "pseudonym", "brake", "loose_document"},
		"INSERT": {"loose_document"},
		"UPDATE": {"(branch).cells", "pseudonym.branch_version", "pseudonym.commitment", "pseudonym.candidate_pseudonym"}, // and headers, but nothing that says whose a row is
		"DELETE": {"loose_document"},
	},
	"sceau_project": {
		"SELECT": {"(core)", // what the core needs, column by column
			"campaign", "programme", "brake", "routing", "fact", // who is in, and what holds
			"policy_publication", "policy_signature", // what the table grants
			"pseudonym", "rectified_input", "core.run"},
		"INSERT": {"pseudonym", "rectified_input", "core.run"},
		"UPDATE": {"core.run.input_digest", "core.run.ended_at", "core.run.dropped_at", "core.run.signature"},
	},
	"sceau_core": { // runs, and nothing of a dossier
		"SELECT": {"core.run"},
		"INSERT": {"core.run"},
		"UPDATE": {"core.run.input_digest", "core.run.output_file", "core.run.output_digest", "core.run.ended_at", "core.run.signature"},
	},
	"sceau_policy": {
		"SELECT": {"policy_publication", "policy_signature"},
		"INSERT": {"policy_publication", "policy_signature"},
	},
	"sceau_keyring_write": {
		"SELECT": {"key_name", "branch_key", "wrap_floor"},
		"INSERT": {"unit_secret", "unit_class_secret"},
	},
	"sceau_keyring_read": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "held_key", "run_key"},
	},
	"sceau_keyring_run": { // keys of files of runs, and no wrap of a person
		"SELECT": {"key_name", "branch_key", "wrap_floor", "run_key"},
		"INSERT": {"run_key"},
		"DELETE": {"run_key"},
	},
	"sceau_keyring_hold": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "wrap_floor", "held_key"},
		"INSERT": {"held_key"},
	},
	"sceau_keyring_turn": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "wrap_floor", "forgetting", "key_turn", "branch_turn", "key_rotation", "epoch", "held_key", "run_key"},
		"INSERT": {"key_turn", "branch_turn", "key_rotation", "epoch"},
		"UPDATE": {"key_turn", "branch_turn", "key_rotation.done_at", "epoch", "held_key.wrap", "run_key.wrap", "branch_key.wrap", "unit_secret.wrap", "unit_class_secret.wrap", "key_name.state"},
	},
	"sceau_keyring_forget": {
		"SELECT": {"forgetting"},
	},
	"sceau_trace_write": {
		"SELECT": {"day_key", "trace_hash", "day_log", "field_set.id"},
		"INSERT": {"day_key", "field_set", "trace", "trace_hash", "day_log", "checkpoint", "connection"},
	},
	"sceau_trace_read": {
		"SELECT": {"day_key", "field_set", "trace", "trace_hash", "day_log", "checkpoint", "connection"},
	},
}

// functions are those that a role may call, of ours.
var functions = map[string][]string{
	"sceau_register":       {"open_campaign"},
	"sceau_forget":         {"forget_account", "forget_file"},
	"sceau_keyring_turn":   {"raise_floor"},
	"sceau_keyring_forget": {"forget_units"},
	"sceau_trace_write":    {"open_connection_days", "open_trace_day"},
}

func TestEachRoleMayDoWhatItDoesAndNoMore(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	for _, cluster := range roles.Clusters {
		for _, role := range roles.Of(cluster) {
			if role == roles.Owner {
				continue
			}
			var want []string
			for verb, tables := range granted[role] {
				for _, table := range tables {
					for _, named := range p.tablesNamed(table) {
						want = append(want, verb+" "+named)
					}
				}
			}
			for _, f := range functions[role] {
				want = append(want, "EXECUTE "+f)
			}
			// Partitions too: a grant on one of them opens a campaign by the back door.
			rows, err := p.owner[cluster].Query(ctx, `
				SELECT v || ' ' || replace(c.relnamespace::regnamespace || '.', 'public.', '') || c.relname FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) v
				WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace IN ('public'::regnamespace, to_regnamespace('core')) AND has_table_privilege($1, c.oid, v)
				UNION
				SELECT v || ' ' || replace(c.relnamespace::regnamespace || '.', 'public.', '') || c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) v
				WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace IN ('public'::regnamespace, to_regnamespace('core')) AND a.attnum > 0 AND NOT a.attisdropped
					AND has_column_privilege($1, c.oid, a.attnum, v) AND NOT has_table_privilege($1, c.oid, v)
				UNION
				SELECT v || ' sequence ' || c.relname FROM pg_class c, unnest('{USAGE,SELECT,UPDATE}'::text[]) v
				WHERE c.relkind = 'S' AND c.relnamespace IN ('public'::regnamespace, to_regnamespace('core')) AND has_sequence_privilege($1, c.oid, v)
				UNION
				SELECT 'EXECUTE ' || f.proname FROM pg_proc f WHERE f.pronamespace IN ('public'::regnamespace, to_regnamespace('core')) AND has_function_privilege($1, f.oid, 'EXECUTE')
				UNION
				SELECT 'CREATE in the schema' FROM pg_namespace n WHERE n.nspname IN ('public', 'core') AND has_schema_privilege($1, n.oid, 'CREATE')
				UNION
				SELECT 'member of ' || r.rolname FROM pg_roles r WHERE r.rolname <> $1 AND pg_has_role($1, r.oid, 'MEMBER')
				UNION
				SELECT v || ' in the database' FROM unnest('{CREATE,TEMPORARY}'::text[]) v WHERE has_database_privilege($1, current_database(), v)`, role)
			if err != nil {
				t.Fatal(err)
			}
			got, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range got {
				if !slices.Contains(want, g) {
					t.Errorf("%s: %s may %s, which nothing here needs", cluster, role, g)
				}
			}
			for _, w := range want {
				if !slices.Contains(got, w) {
					t.Errorf("%s: %s may not %s, which it needs", cluster, role, w)
				}
			}
			if len(want) == 0 {
				t.Errorf("%s: nobody said what %s is for", cluster, role)
			}
		}
	}
}

// tablesNamed are the tables behind a word of the list above, or its columns.
func (p *place) tablesNamed(word string) (names []string) {
	if !strings.HasPrefix(word, "(") {
		return []string{word}
	}
	core := dossier.Projected(p.Catalogue)
	for _, s := range p.Catalogue.Tables() {
		class, _ := p.Catalogue.Class(s.Class)
		switch {
		case word == "(sealed)" && s.Name != "agents_agent", word == "(branch)" && class.Keys == catalogue.KeysBranch:
			names = append(names, s.Name)
		case word == "(branch).cells" && class.Keys == catalogue.KeysBranch:
			names = append(names, s.Name+".branch_version", s.Name+".commitment")
			for _, id := range s.Items {
				it, _ := p.Catalogue.Item(id)
				names = append(names, s.Name+"."+it.Column())
			}
		case word == "(core)":
			headed := false
			for _, id := range s.Items {
				if !slices.Contains(core, id) {
					continue
				}
				if !headed {
					for _, head := range []string{"campaign", "unit", "record", "branch_version", "commitment"} {
						names = append(names, s.Name+"."+head)
					}
					headed = true
				}
				it, _ := p.Catalogue.Item(id)
				names = append(names, s.Name+"."+it.Column())
			}
		}
	}
	return names
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
