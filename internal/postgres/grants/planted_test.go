package grants_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/catalogue"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/grants"
	"sceau/internal/testkit"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

// A planted server is one that a test spoils: roles, and much else, are a server's and
// not a database's.
type planted struct {
	*testkit.Database
	admin *pgxpool.Pool
	table *policy.Table
}

var drafted = sync.OnceValues(func() (*publish.Draft, error) {
	return publish.Make(context.Background(), catalogue.MustLoad(), opa.Sources{})
})

func plant(t *testing.T, cluster string) planted {
	t.Helper()
	d, err := drafted()
	if err != nil {
		t.Fatal(err)
	}
	p := planted{Database: testkit.OwnPostgres(t, cluster, nil), table: d.Table}
	p.admin = p.as(t, p.Admin())
	return p
}

func (p planted) as(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1 // one statement remembers for the next
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func (p planted) do(t *testing.T, statements string) {
	t.Helper()
	if _, err := p.admin.Exec(t.Context(), strings.ReplaceAll(statements, "(database)", `"`+p.Name+`"`)); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func (p planted) said(t *testing.T, by grants.Server, operators ...string) []string {
	t.Helper()
	said, err := grants.Differences(t.Context(), by, p.table, p.Cluster, operators...)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

type drift struct{ name, do, undo, want string }

// What an administrator does by hand is named, whichever way it was done; and what the
// packages of PostgreSQL install is no drift.
func TestWhatIsDoneToAServerByHandIsNamed(t *testing.T) {
	for cluster, drifts := range map[string][]drift{
		"data": {
			{"a membership", "GRANT sceau_register TO sceau_gate", "REVOKE sceau_register FROM sceau_gate", "sceau_gate may member of sceau_register, which"},
			{"a predefined role", "GRANT pg_read_all_data TO sceau_gate", "REVOKE pg_read_all_data FROM sceau_gate", "sceau_gate may member of pg_read_all_data, which"},
			{"a predefined role, to the owner", "GRANT pg_read_server_files TO sceau_owner", "REVOKE pg_read_server_files FROM sceau_owner", "sceau_owner is a member of pg_read_server_files, which"},
			{"a stranger", "CREATE ROLE visitor LOGIN; GRANT CONNECT ON DATABASE (database) TO visitor", "DROP OWNED BY visitor; DROP ROLE visitor", "visitor may enter the database, and is"},
			{"the door, to everybody", "GRANT CONNECT ON DATABASE (database) TO PUBLIC", "REVOKE CONNECT ON DATABASE (database) FROM PUBLIC", "everybody may CONNECT in the database"},
			{"a grant to a stranger who does not log in", "CREATE ROLE helpers; GRANT SELECT ON health TO helpers", "DROP OWNED BY helpers; DROP ROLE helpers", "helpers may SELECT health, which"},
			{"a stranger in one of ours", "CREATE ROLE helpers; GRANT sceau_gate TO helpers", "DROP ROLE helpers", "helpers is a member of sceau_gate, and is no role of Sceau"},
			{"a stranger who reads files", "CREATE ROLE helpers LOGIN; GRANT pg_read_server_files TO helpers", "DROP ROLE helpers", "helpers is a member of pg_read_server_files, and"},
			{"another superuser", "CREATE ROLE visitor LOGIN SUPERUSER", "DROP ROLE visitor", "visitor is SUPERUSER, and is no role of Sceau"},
			{"a stranger who copies the server", "CREATE ROLE visitor LOGIN REPLICATION", "DROP ROLE visitor", "visitor is REPLICATION, and"},
			{"CREATEROLE", "ALTER ROLE sceau_forget CREATEROLE", "ALTER ROLE sceau_forget NOCREATEROLE", "sceau_forget is CREATEROLE, which"},
			{"CREATEDB", "ALTER ROLE sceau_forget CREATEDB", "ALTER ROLE sceau_forget NOCREATEDB", "sceau_forget is CREATEDB, which"},
			{"REPLICATION", "ALTER ROLE sceau_gate REPLICATION", "ALTER ROLE sceau_gate NOREPLICATION", "sceau_gate is REPLICATION, which"},
			{"BYPASSRLS", "ALTER ROLE sceau_gate BYPASSRLS", "ALTER ROLE sceau_gate NOBYPASSRLS", "sceau_gate is BYPASSRLS, which"},
			{"SUPERUSER", "ALTER ROLE sceau_core SUPERUSER", "ALTER ROLE sceau_core NOSUPERUSER", "sceau_core is SUPERUSER, which"},
			{"SUPERUSER, to the owner", "ALTER ROLE sceau_owner SUPERUSER", "ALTER ROLE sceau_owner NOSUPERUSER", "sceau_owner is SUPERUSER, which"},
			{"a role that may not log in", "ALTER ROLE sceau_core NOLOGIN", "ALTER ROLE sceau_core LOGIN", "sceau_core may not log in"},
			{"a role that is gone", "ALTER ROLE sceau_core RENAME TO helper", "ALTER ROLE helper RENAME TO sceau_core", "sceau_core is gone, who is needed"},
			{"a view elsewhere", "CREATE SCHEMA helper; CREATE VIEW helper.all_health AS SELECT * FROM public.health; GRANT SELECT ON helper.all_health TO sceau_intake", "DROP SCHEMA helper CASCADE", "sceau_intake may SELECT helper.all_health, which"},
			{"the way to it", "CREATE SCHEMA helper; GRANT USAGE ON SCHEMA helper TO sceau_intake", "DROP SCHEMA helper", "sceau_intake may USAGE of the schema helper, which"},
			{"a view that nobody is granted yet", "CREATE VIEW all_health AS SELECT * FROM health", "DROP VIEW all_health", "view all_health was made by no migration"},
			{"a name that looks like another", `CREATE TABLE public."core.run" (x text); GRANT SELECT ON public."core.run" TO sceau_core`, `DROP TABLE public."core.run"`, `sceau_core may SELECT "core.run", which`},
			{"another function of a known name", "CREATE FUNCTION spend_allowance(text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN QUERY EXECUTE $1; END $$; REVOKE ALL ON FUNCTION spend_allowance(text) FROM PUBLIC; GRANT EXECUTE ON FUNCTION spend_allowance(text) TO sceau_gate",
				"DROP FUNCTION spend_allowance(text)", "sceau_gate may EXECUTE spend_allowance(text), which"},
			{"a function that nobody is granted yet", "CREATE FUNCTION helper() RETURNS void LANGUAGE sql AS ''; REVOKE ALL ON FUNCTION helper() FROM PUBLIC", "DROP FUNCTION helper()", "function helper() was made by no migration"},
			{"a body", "SELECT set_config('t.body', pg_get_functiondef('forget_account(text,bytea,smallint)'::regprocedure), false); CREATE OR REPLACE FUNCTION forget_account(of_campaign text, of_unit bytea, of_responsible smallint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN END'",
				"DO $$ BEGIN EXECUTE current_setting('t.body'); END $$", "function forget_account(text, bytea, smallint) has another body"},
			{"the rights of a function", "ALTER FUNCTION open_campaign(text) SECURITY INVOKER", "ALTER FUNCTION open_campaign(text) SECURITY DEFINER", "function open_campaign(text) has another right to run as its owner"},
			{"the path of a function", "ALTER FUNCTION open_campaign(text) RESET search_path", "ALTER FUNCTION open_campaign(text) SET search_path = pg_catalog, public, pg_temp", "function open_campaign(text) has another setting"},
			{"the owner of a function", "ALTER FUNCTION open_campaign(text) OWNER TO sceau_admin", "ALTER FUNCTION open_campaign(text) OWNER TO sceau_owner", "open_campaign(text) belongs to sceau_admin, and should to sceau_owner"},
			{"the owner of a table", "ALTER TABLE mission OWNER TO sceau_register", "ALTER TABLE mission OWNER TO sceau_owner; GRANT SELECT, INSERT, UPDATE (ended_at) ON mission TO sceau_register", "mission belongs to sceau_register, and"},
			{"a function of the server", "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO sceau_gate", "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM sceau_gate", "sceau_gate may EXECUTE pg_catalog.pg_read_file(text), which"},
			{"a function of the server, to everybody", "GRANT EXECUTE ON FUNCTION lo_import(text) TO PUBLIC; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC", "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM PUBLIC; REVOKE EXECUTE ON FUNCTION lo_import(text) FROM PUBLIC", "everybody may EXECUTE pg_catalog.pg_read_file(text), which"},
			{"the owner of a function of the server", "ALTER FUNCTION pg_read_file(text) OWNER TO sceau_gate", "ALTER FUNCTION pg_read_file(text) OWNER TO sceau_admin", "pg_catalog.pg_read_file(text) belongs to sceau_gate, and should to who made the server"},
			{"the rights of a function of the server", "ALTER FUNCTION pg_ls_dir(text) SECURITY DEFINER", "ALTER FUNCTION pg_ls_dir(text) SECURITY INVOKER", "pg_catalog.pg_ls_dir(text) runs by the rights of its owner"},
			{"what is too long for its row", "DO $$ BEGIN EXECUTE format('GRANT SELECT ON %s TO sceau_gate', (SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'policy_publication')); END $$",
				"DO $$ BEGIN EXECUTE format('REVOKE SELECT ON %s FROM sceau_gate', (SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'policy_publication')); END $$", "sceau_gate may SELECT pg_toast.pg_toast_"},
			{"a catalog", "GRANT SELECT ON pg_authid TO sceau_core", "REVOKE SELECT ON pg_authid FROM sceau_core", "sceau_core may SELECT pg_catalog.pg_authid, which"},
			{"a column of a catalog", "GRANT SELECT (rolpassword) ON pg_authid TO sceau_core", "REVOKE SELECT (rolpassword) ON pg_authid FROM sceau_core", "sceau_core may SELECT pg_catalog.pg_authid.rolpassword, which"},
			{"a schema of the server", "GRANT CREATE ON SCHEMA pg_catalog TO sceau_gate", "REVOKE CREATE ON SCHEMA pg_catalog FROM sceau_gate", "sceau_gate may CREATE of the schema pg_catalog, which"},
			{"the schema of ours", "GRANT CREATE ON SCHEMA public TO sceau_gate", "REVOKE CREATE ON SCHEMA public FROM sceau_gate", "sceau_gate may CREATE of the schema public, which"},
			{"a parameter", "GRANT SET ON PARAMETER session_replication_role TO sceau_gate", "REVOKE SET ON PARAMETER session_replication_role FROM sceau_gate", "sceau_gate may SET the parameter session_replication_role, which"},
			{"a parameter of the whole server", "GRANT ALTER SYSTEM ON PARAMETER archive_command TO sceau_gate", "REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM sceau_gate", "sceau_gate may ALTER SYSTEM the parameter archive_command, which"},
			{"a tablespace", "GRANT CREATE ON TABLESPACE pg_default TO sceau_gate", "REVOKE CREATE ON TABLESPACE pg_default FROM sceau_gate", "sceau_gate may CREATE in the tablespace pg_default, which"},
			{"what does not exist yet", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO sceau_core", "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM sceau_core", "sceau_core may SELECT any table that sceau_admin will make, which"},
			{"what does not exist yet, in a schema", "ALTER DEFAULT PRIVILEGES FOR ROLE sceau_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO PUBLIC", "ALTER DEFAULT PRIVILEGES FOR ROLE sceau_owner IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "everybody may EXECUTE any function that sceau_owner will make"},
			{"the right to pass on", "GRANT SELECT ON mission TO sceau_gate WITH GRANT OPTION", "REVOKE GRANT OPTION FOR SELECT ON mission FROM sceau_gate", "sceau_gate may pass on SELECT mission, which"},
			{"the right to pass on a column", "GRANT UPDATE (until) ON mission TO sceau_register WITH GRANT OPTION", "REVOKE UPDATE (until) ON mission FROM sceau_register", "sceau_register may pass on UPDATE mission.until, which"},
			{"a verb seldom thought of", "GRANT TRIGGER ON mission TO sceau_gate", "REVOKE TRIGGER ON mission FROM sceau_gate", "sceau_gate may TRIGGER mission, which"},
			{"a trigger asleep", "ALTER TABLE core.run DISABLE TRIGGER run_stays", "ALTER TABLE core.run ENABLE TRIGGER run_stays", "trigger run_stays on core.run has another state"},
			{"a trigger for replicas alone", "ALTER TABLE core.run ENABLE REPLICA TRIGGER run_stays", "ALTER TABLE core.run ENABLE TRIGGER run_stays", "trigger run_stays on core.run has another state"},
			{"a trigger of another hand", "CREATE TRIGGER helper BEFORE INSERT ON mission FOR EACH STATEMENT EXECUTE FUNCTION core.run_stays()", "DROP TRIGGER helper ON mission", "trigger helper on mission was made by no migration"},
			{"a rule", "CREATE RULE helper AS ON INSERT TO mission DO ALSO NOTIFY helper", "DROP RULE helper ON mission", "rule helper on mission was made by no migration"},
			{"a check of another hand", "ALTER TABLE mission ADD CONSTRAINT helper CHECK (pg_sleep(0) IS NOT NULL)", "ALTER TABLE mission DROP CONSTRAINT helper", "constraint helper on mission was made by no migration"},
			{"a default of another hand", "ALTER TABLE mission ALTER organisation SET DEFAULT current_user", "ALTER TABLE mission ALTER organisation DROP DEFAULT", "default of mission.organisation was made by no migration"},
			{"a foreign key gone", "ALTER TABLE policy_signature DROP CONSTRAINT policy_signature_publication_fkey",
				"ALTER TABLE policy_signature ADD CONSTRAINT policy_signature_publication_fkey FOREIGN KEY (publication) REFERENCES policy_publication", "constraint policy_signature_publication_fkey on policy_signature is gone"},
			{"a foreign key asleep", "ALTER TABLE policy_signature DISABLE TRIGGER ALL", "ALTER TABLE policy_signature ENABLE TRIGGER ALL", "on public.policy_signature sleeps"},
			{"a path for a role", "ALTER ROLE sceau_gate SET search_path = helper, pg_catalog", "ALTER ROLE sceau_gate RESET search_path", "sceau_gate is given search_path=helper, pg_catalog, which"},
			{"triggers asleep for a role", "ALTER ROLE sceau_core IN DATABASE (database) SET session_replication_role = replica", "ALTER ROLE sceau_core IN DATABASE (database) RESET session_replication_role", "sceau_core is given session_replication_role=replica, which"},
			{"triggers asleep for everybody", "ALTER DATABASE (database) SET session_replication_role = replica", "ALTER DATABASE (database) RESET session_replication_role", "everybody is given session_replication_role=replica, which"},
			{"a publication", "CREATE PUBLICATION helper FOR TABLE health", "DROP PUBLICATION helper", "publication helper was made by no migration"},
			{"a server elsewhere", "CREATE FOREIGN DATA WRAPPER helper; CREATE SERVER away FOREIGN DATA WRAPPER helper; GRANT USAGE ON FOREIGN SERVER away TO sceau_gate", "DROP FOREIGN DATA WRAPPER helper CASCADE", "sceau_gate may USAGE of the server away, which"},
			{"an event trigger", "CREATE FUNCTION helper() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER helper ON ddl_command_start EXECUTE FUNCTION helper()", "DROP EVENT TRIGGER helper; DROP FUNCTION helper()", "event trigger helper was made by no migration"},
		},
		"keyring": {
			{"a trigger gone", "DROP TRIGGER forgotten_units_come ON unit_secret",
				"CREATE TRIGGER forgotten_units_come AFTER INSERT ON unit_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_forgotten_units()", "trigger forgotten_units_come on unit_secret is gone"},
			{"a function gone", "ALTER FUNCTION raise_floor(text, text, text, integer) RENAME TO raised", "ALTER FUNCTION raised(text, text, text, integer) RENAME TO raise_floor", "function raise_floor(text, text, text, integer) is gone"},
			{"a secret read by who writes", "GRANT SELECT ON unit_secret TO sceau_keyring_write", "REVOKE SELECT ON unit_secret FROM sceau_keyring_write", "sceau_keyring_write may SELECT unit_secret, which"},
		},
	} {
		p := plant(t, cluster)
		if said := p.said(t, p.admin); len(said) > 0 {
			t.Fatalf("before anything was done to %s: %v", cluster, said)
		}
		for _, d := range drifts {
			p.do(t, d.do)
			said := p.said(t, p.admin)
			p.do(t, d.undo)
			if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, cluster+": ") && strings.Contains(s, d.want) }) {
				t.Errorf("%s is not named:\n%s", d.name, strings.Join(said, "\n"))
			}
			if !slices.IsSorted(said) {
				t.Errorf("%s: in no order: %q", d.name, said)
			}
		}
		if left := p.said(t, p.admin); len(left) > 0 {
			t.Errorf("these cases leave %q behind in %s", left, cluster)
		}
	}
}

// Each of the three roles that drift asks as sees all there is to see.
func TestARoleThatServesSeesWhatDiffers(t *testing.T) {
	p := plant(t, "data")
	gate := p.as(t, p.DSN("sceau_gate"))
	if said := p.said(t, gate); len(said) > 0 {
		t.Fatalf("before anything was done: %v", said)
	}
	// A role is shown painted catalogs, if its path leads to them.
	p.do(t, `CREATE SCHEMA helper; GRANT USAGE ON SCHEMA helper TO sceau_gate;
		CREATE VIEW helper.pg_roles AS SELECT * FROM pg_catalog.pg_roles WHERE false; GRANT SELECT ON helper.pg_roles TO sceau_gate;
		ALTER ROLE sceau_gate SET search_path = helper, pg_catalog; GRANT SET ON PARAMETER session_replication_role TO sceau_core; ALTER ROLE sceau_forget CREATEROLE`)
	gate.Reset()
	if byGate, byAdmin := p.said(t, gate), p.said(t, p.admin); !slices.Equal(byGate, byAdmin) || len(byGate) < 5 {
		t.Errorf("the gate sees\n%s\nits administrator\n%s", strings.Join(byGate, "\n"), strings.Join(byAdmin, "\n"))
	}
}

func TestWhatAConnectionMayNotSeeIsSaid(t *testing.T) {
	p := plant(t, "data")
	gate := p.as(t, p.DSN("sceau_gate"))
	for relation, want := range map[string]string{
		"pg_parameter_acl": "what is granted beside is not seen: permission denied for table pg_parameter_acl",
		"pg_trigger":       "which triggers sleep is not seen: permission denied for table pg_trigger",
		"pg_proc":          "what sceau_gate may do is not seen: permission denied for table pg_proc",
		"pg_roles":         "what roles are is not seen: permission denied for view pg_roles",
	} {
		p.do(t, "REVOKE SELECT ON "+relation+" FROM PUBLIC")
		if said := p.said(t, gate); !slices.Contains(said, "data: "+want) {
			t.Errorf("without %s: %q", relation, said)
		}
		p.do(t, "GRANT SELECT ON "+relation+" TO PUBLIC")
		if said := p.said(t, gate); len(said) > 0 {
			t.Errorf("with %s again: %q", relation, said)
		}
	}
}

// Whoever administers a server on behalf of the platform is no stranger there.
func TestAnOperatorIsNoDrift(t *testing.T) {
	p := plant(t, "data")
	p.do(t, "CREATE ROLE hosting LOGIN CREATEROLE CREATEDB; GRANT sceau_owner TO hosting")
	if said := p.said(t, p.admin, "hosting"); len(said) > 0 {
		t.Errorf("the operator: %q", said)
	}
	if said := p.said(t, p.admin); len(said) != 4 {
		t.Errorf("a stranger with the same rights: %q", said)
	}
}

// A database that came back from its dump is what the migrations made.
func TestADatabaseThatCameBackIsNoDrift(t *testing.T) {
	p := plant(t, "keyring")
	p.do(t, `CREATE DATABASE back OWNER sceau_owner TEMPLATE template0`)
	p.do(t, `REVOKE ALL ON DATABASE back FROM PUBLIC`)
	dump := filepath.Join(t.TempDir(), "dump")
	back := func(dsn string) string { return strings.Replace(dsn, "/"+p.Name, "/back", 1) }
	if err := pgserver.Run(t.Context(), p.Admin(), "pg_dump", "--format=custom", "--file="+dump); err != nil {
		t.Fatal(err)
	}
	if err := pgserver.Run(t.Context(), back(p.DSN("sceau_owner")), "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", dump); err != nil {
		t.Fatal(err)
	}
	db := p.as(t, back(p.Admin()))
	defer db.Close()
	if said := p.said(t, db); len(said) > 0 {
		t.Errorf("%q", said)
	}
}
