// Package grants says what each role of the database servers may do under a signed
// table, reads what it really may, and names the difference.
//
// Of the sealed tables, the role of the gate reads the columns that the table grants to
// somebody, and the role of the projection those that it grants to SYS-project: a
// column that nobody is granted is selected by nobody, whatever the program asks. The
// rest follows from what each role is for.
package grants

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/postgres/roles"
	"sceau/policy"
)

// Roles whose columns follow the table.
const (
	gate       = "sceau_gate"
	projection = "sceau_project"
)

// header are the columns of a sealed row beside its cells.
var header = []string{"campaign", "unit", "record", "branch_version", "commitment"}

// agents is read through no gate: no dossier holds what is an agent's own.
const agents = "per_agent"

// Wanted lists what a role may do, as Live spells it: the verb and the thing.
func Wanted(t *policy.Table, role string) []string {
	c := t.Vocabulary().Catalogue
	var want []string
	for verb, things := range allowed[role] {
		for _, thing := range things {
			for _, named := range expand(c, t, role, thing) {
				want = append(want, verb+" "+named)
			}
		}
	}
	for _, f := range functions[role] {
		want = append(want, "EXECUTE "+f)
	}
	slices.Sort(want)
	return want
}

// expand gives the tables and columns behind a word of the list.
func expand(c *catalogue.Catalogue, t *policy.Table, role, word string) (names []string) {
	if !strings.HasPrefix(word, "(") {
		return []string{word}
	}
	for _, s := range c.Tables() {
		class, _ := c.Class(s.Class)
		switch {
		case word == "(sealed)" && s.Repeats != agents, word == "(branch)" && class.Keys == catalogue.KeysBranch:
			names = append(names, s.Name)
		case word == "(branch).cells" && class.Keys == catalogue.KeysBranch:
			names = append(names, s.Name+".branch_version", s.Name+".commitment")
			names = append(names, columns(c, s, s.Items)...)
		case word == "(granted)":
			names = append(names, readable(c, role, s, granted(t, role, s))...)
		}
	}
	return names
}

// readable spells a sealed table: whole to the gate where all of it is granted, and
// otherwise its columns one by one. The projection has a list of columns, always.
func readable(c *catalogue.Catalogue, role string, s catalogue.Table, items []catalogue.ItemID) []string {
	switch {
	case len(items) == 0:
		return nil
	case whole(role, s, items):
		return []string{s.Name}
	}
	var names []string
	for _, h := range header {
		names = append(names, s.Name+"."+h)
	}
	return append(names, columns(c, s, items)...)
}

func whole(role string, s catalogue.Table, items []catalogue.ItemID) bool {
	return role == gate && len(items) == len(s.Items)
}

func columns(c *catalogue.Catalogue, s catalogue.Table, items []catalogue.ItemID) (names []string) {
	for _, id := range items {
		it, _ := c.Item(id)
		names = append(names, s.Name+"."+it.Column())
	}
	return names
}

// granted are the items of a sealed table that the signed table lets a role read. An
// aggregate opens nothing of one dossier: jobs of their own make counts. And the
// projection leaves out what it is granted and does not read.
func granted(t *policy.Table, role string, s catalogue.Table) (items []catalogue.ItemID) {
	if s.Repeats == agents {
		return nil
	}
	projected := dossier.Projected(t.Vocabulary().Catalogue)
	for _, id := range s.Items {
		if role == projection && !slices.Contains(projected, id) {
			continue
		}
		if slices.ContainsFunc(t.Rows(), func(r policy.Row) bool {
			return r.Item == id && r.Form > catalogue.FormAggregate && (role == projection) == (r.Recipient == "SYS-project")
		}) {
			items = append(items, id)
		}
	}
	return items
}

// Live reads what a role may do to the tables, columns, sequences and functions of ours,
// by whatever way: a grant of its own, of PUBLIC, of a role it is a member of. Partitions
// are looked at too: a grant on one opens a campaign by the back door.
func Live(ctx context.Context, db Querier, role string) ([]string, error) {
	rows, err := db.Query(ctx, live, role)
	if err != nil {
		return nil, fmt.Errorf("reading what %s may do: %w", role, err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading what %s may do: %w", role, err)
	}
	slices.Sort(got)
	return got, nil
}

// A Querier runs a query on one cluster.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const live = `
	SELECT v || ' ' || replace(c.relnamespace::regnamespace || '.', 'public.', '') || c.relname
	FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) v
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace IN ('public'::regnamespace, to_regnamespace('core')) AND has_table_privilege($1, c.oid, v)
	UNION
	SELECT v || ' ' || replace(c.relnamespace::regnamespace || '.', 'public.', '') || c.relname || '.' || a.attname
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) v
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
	SELECT v || ' in the database' FROM unnest('{CREATE,TEMPORARY}'::text[]) v WHERE has_database_privilege($1, current_database(), v)`

// Strangers are roles that may enter the database and are none of ours. A superuser may
// do anything by nature and is not one: whoever operates the server is (X1), and holds
// ciphertext.
func Strangers(ctx context.Context, db Querier, cluster string) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT rolname FROM pg_roles
		WHERE NOT rolsuper AND rolcanlogin AND rolname <> ALL($1) AND has_database_privilege(oid, current_database(), 'CONNECT')
		ORDER BY rolname`, roles.Of(cluster))
	if err != nil {
		return nil, fmt.Errorf("looking for strangers in %s: %w", cluster, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Differences compares a cluster with what the table wants of it, a sentence for each
// difference.
func Differences(ctx context.Context, db Querier, t *policy.Table, cluster string) ([]string, error) {
	var said []string
	for _, role := range roles.Of(cluster) {
		if role == roles.Owner {
			continue
		}
		got, err := Live(ctx, db, role)
		if err != nil {
			return nil, err
		}
		want := Wanted(t, role)
		for _, g := range got {
			if _, ok := slices.BinarySearch(want, g); !ok {
				said = append(said, fmt.Sprintf("%s: %s may %s, which nothing signed needs", cluster, role, g))
			}
		}
		for _, w := range want {
			if _, ok := slices.BinarySearch(got, w); !ok {
				said = append(said, fmt.Sprintf("%s: %s may not %s, which it needs", cluster, role, w))
			}
		}
	}
	strangers, err := Strangers(ctx, db, cluster)
	if err != nil {
		return nil, err
	}
	for _, s := range strangers {
		said = append(said, fmt.Sprintf("%s: %s may enter the database, and is no role of Sceau", cluster, s))
	}
	return said, nil
}

// SQL writes the grants that follow the table, for whoever owns the database of the data
// cluster. Run twice it changes nothing; run after a table that grants less, it takes
// back what is granted to nobody any more.
func SQL(t *policy.Table, publication string) string {
	c := t.Vocabulary().Catalogue
	var b strings.Builder
	fmt.Fprintf(&b, "-- What the gate and the projection may read of the sealed tables.\n-- Generated by sceau policy vault, never edited, from the signed table in force, publication\n--   %s\n-- The owner of the database of the data cluster applies it: psql -1 -f grants.sql\n\n", publication)
	tables := slices.Clone(c.Tables())
	slices.SortFunc(tables, func(a, b catalogue.Table) int { return cmp.Compare(a.Name, b.Name) })
	for _, role := range []string{gate, projection} {
		for _, s := range tables {
			items := granted(t, role, s)
			fmt.Fprintf(&b, "REVOKE ALL ON %s FROM %s;\n", ident(s.Name), role)
			switch {
			case len(items) == 0:
			case whole(role, s, items):
				fmt.Fprintf(&b, "GRANT SELECT ON %s TO %s;\n", ident(s.Name), role)
			default:
				names := slices.Clone(header)
				for _, id := range items {
					it, _ := c.Item(id)
					names = append(names, it.Column())
				}
				fmt.Fprintf(&b, "GRANT SELECT (%s) ON %s TO %s;\n", strings.Join(names, ", "), ident(s.Name), role)
			}
		}
	}
	return b.String()
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }
