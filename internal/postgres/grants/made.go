package grants

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// What the migrations make, written from databases that were just migrated: a test
// holds each file to them.
//
//go:embed made/*.txt
var written embed.FS

// Made lists, trait by trait, what stands in a database beside its rows and can act or
// show: tables, functions, triggers, and whatever else a hand may plant. Functions are
// known by a hash of their body, by the rights with which they run and by what is set
// while they do.
func Made(ctx context.Context, db Server, cluster string) ([]Trait, error) {
	l, end, err := begin(ctx, db, cluster)
	if err != nil {
		return nil, err
	}
	defer end()
	found, err := l.traits(ctx)
	if err == nil && len(l.unseen) > 0 {
		err = fmt.Errorf("reading what is made in %s: %s", cluster, l.unseen[0])
	}
	return found, err
}

// A Trait is one thing of a database, and what is true of it.
type Trait struct{ Thing, Name, Value string }

func (t Trait) String() string { return t.Thing + "\t" + t.Name + "\t" + t.Value }

func (l *look) traits(ctx context.Context) ([]Trait, error) {
	return collect(ctx, l, "what was made", made, pgx.RowToStructByPos[Trait])
}

// made compares what there is with what the migrations make.
func (l *look) made(ctx context.Context) (said []string, err error) {
	text, err := written.ReadFile("made/" + l.cluster + ".txt")
	if err != nil {
		return nil, fmt.Errorf("what the migrations make in %s is not known: %w", l.cluster, err)
	}
	type key struct{ thing, trait string }
	want, known := map[key]string{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		thing, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		trait, value, _ := strings.Cut(rest, "\t")
		want[key{thing, trait}], known[thing] = value, true
	}
	before := len(l.unseen)
	found, err := l.traits(ctx)
	if err != nil || len(l.unseen) > before {
		return nil, err
	}
	seen := map[string]bool{}
	for _, f := range found {
		switch value, ok := want[key{f.Thing, f.Name}]; {
		case !known[f.Thing] && !seen[f.Thing]:
			said = append(said, f.Thing+" was made by no migration")
		case ok && value != f.Value:
			said = append(said, fmt.Sprintf("%s has another %s than the migrations give it", f.Thing, f.Name))
		}
		seen[f.Thing] = true
	}
	for thing := range known {
		if !seen[thing] {
			said = append(said, thing+" is gone, which the migrations make")
		}
	}
	return said, nil
}

// made leaves out partitions, which follow campaigns and days, unless they lie elsewhere.
// What has no name of a schema was made by hand where its id is above those of initdb.
const made = `
	WITH place AS (
		SELECT oid, nspname, CASE nspname WHEN 'public' THEN '' ELSE quote_ident(nspname) || '.' END AS before, nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AS ours FROM pg_namespace
		WHERE nspname NOT LIKE 'pg\_toast%' AND nspname NOT LIKE 'pg\_temp%'
	), rel AS (
		SELECT c.*, before || quote_ident(relname) AS name FROM pg_class c JOIN place p ON p.oid = relnamespace WHERE ours OR c.oid >= 16384
	), fn AS (
		SELECT f.*, 'function ' || before || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')' AS name
		FROM pg_proc f JOIN place p ON p.oid = pronamespace WHERE ours OR f.oid >= 16384
	), thing (thing, trait, value) AS (
		SELECT 'schema ' || quote_ident(nspname), 'kind', '' FROM place WHERE ours AND nspname <> 'public' OR oid >= 16384
		UNION ALL
		SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' WHEN 'f' THEN 'foreign table ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || name, 'row security',
			concat_ws(' ', relrowsecurity, relforcerowsecurity) FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (relkind = 'f' OR NOT relispartition)
		UNION ALL
		SELECT name, 'body', encode(sha256(convert_to(concat_ws(E'\x01', prosrc, probin, prosqlbody), 'UTF8')), 'hex') FROM fn
		UNION ALL
		SELECT name, 'right to run as its owner', prosecdef::text FROM fn
		UNION ALL
		SELECT name, 'setting', coalesce(array_to_string(proconfig, '; '), '') FROM fn
		UNION ALL
		SELECT name, 'manner', concat_ws(' ', (SELECT lanname FROM pg_language l WHERE l.oid = prolang), prokind, provolatile, proparallel,
			proleakproof, proisstrict, 'returns', CASE WHEN proretset THEN 'setof' END, format_type(prorettype, NULL)) FROM fn
		UNION ALL
		SELECT 'trigger ' || tgname || ' on ' || name, 'deed', pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
		UNION ALL
		SELECT 'trigger ' || tgname || ' on ' || name, 'state', CASE tgenabled WHEN 'O' THEN 'awake' WHEN 'D' THEN 'disabled' WHEN 'A' THEN 'always' ELSE 'on replicas' END
		FROM pg_trigger t JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
		UNION ALL -- by their names: how PostgreSQL spells what they say changes with its versions
		SELECT 'constraint ' || conname || ' on ' || name, 'kind', concat_ws(' ', contype, convalidated, condeferrable) FROM pg_constraint k JOIN rel ON rel.oid = conrelid
		WHERE contype <> 'n' AND conparentid = 0 AND NOT relispartition
		UNION ALL
		SELECT 'default of ' || name || '.' || quote_ident(attname), 'kind', attgenerated::text
		FROM pg_attrdef d JOIN rel ON rel.oid = adrelid JOIN pg_attribute a ON a.attrelid = adrelid AND attnum = adnum WHERE NOT relispartition
		UNION ALL
		SELECT 'rule ' || rulename || ' on ' || name, 'kind', '' FROM pg_rewrite r JOIN rel ON rel.oid = ev_class WHERE rulename <> '_RETURN'
		UNION ALL
		SELECT 'row policy ' || polname || ' on ' || name, 'kind', '' FROM pg_policy JOIN rel ON rel.oid = polrelid
		UNION ALL
		SELECT 'operator ' || oprname || ' (' || oprleft::regtype || ', ' || oprright::regtype || ')', 'kind', '' FROM pg_operator WHERE oid >= 16384
		UNION ALL
		SELECT 'cast of ' || castsource::regtype || ' to ' || casttarget::regtype, 'kind', '' FROM pg_cast WHERE oid >= 16384
		UNION ALL
		SELECT 'extension ' || extname, 'kind', '' FROM pg_extension WHERE oid >= 16384
		UNION ALL
		SELECT 'language ' || lanname, 'kind', '' FROM pg_language WHERE oid >= 16384
		UNION ALL
		SELECT 'wrapper ' || fdwname, 'kind', '' FROM pg_foreign_data_wrapper
		UNION ALL
		SELECT 'server ' || srvname, 'kind', '' FROM pg_foreign_server
		UNION ALL
		SELECT 'event trigger ' || evtname, 'kind', '' FROM pg_event_trigger
		UNION ALL
		SELECT 'publication ' || pubname, 'kind', '' FROM pg_publication
		UNION ALL
		SELECT 'subscription ' || subname, 'kind', '' FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
	)
	SELECT thing, trait, value FROM thing ORDER BY thing COLLATE "C", trait COLLATE "C", value COLLATE "C"`

// asleep are the triggers that enforce a foreign key, or stand on a partition for those
// of its table, where they were put to sleep one by one.
const asleep = `
	SELECT CASE WHEN conname IS NULL THEN 'trigger ' || tgname ELSE 'constraint ' || conname END || ' on ' || tgrelid::regclass || ' sleeps: it holds nobody'
	FROM pg_trigger t LEFT JOIN pg_constraint k ON k.oid = tgconstraint
	WHERE tgenabled <> 'O' AND (tgisinternal OR tgparentid <> 0)`
