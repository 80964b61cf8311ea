// Package columns compares the columns of a live database with those that the
// catalogue declares, so that no table can quietly learn something about people.
package columns

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"sceau/catalogue"
)

// Differences lists every column that the database has and the catalogue does
// not, and the reverse, in words. None means that the schema is the one that
// people were told about.
func Differences(ctx context.Context, conn *pgx.Conn, cluster string, declared []catalogue.Column) ([]string, error) {
	// A partition has the columns of its parent by construction.
	rows, err := conn.Query(ctx, `
		SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, a.attname, a.atttypid = 'bytea'::regtype
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
			AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY 1, a.attname`)
	if err != nil {
		return nil, fmt.Errorf("reading the columns of %s: %w", cluster, err)
	}
	type column struct {
		Table, Name string
		Bytes       bool
	}
	live, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil {
		return nil, fmt.Errorf("reading the columns of %s: %w", cluster, err)
	}

	var out []string
	for _, l := range live {
		i := slices.IndexFunc(declared, func(d catalogue.Column) bool {
			return d.Cluster == cluster && d.Table == l.Table && d.Name == l.Name
		})
		switch {
		case i < 0:
			out = append(out, fmt.Sprintf("%s: column %s.%s is not declared", cluster, l.Table, l.Name))
		case declared[i].Kind == "sealed" && !l.Bytes, declared[i].Kind == "index" && !l.Bytes:
			// A sealed column of type text would take a value in clear.
			out = append(out, fmt.Sprintf("%s: column %s.%s is %s and does not hold bytes", cluster, l.Table, l.Name, declared[i].Kind))
		}
	}
	for _, d := range declared {
		if d.Cluster == cluster && !slices.ContainsFunc(live, func(l column) bool { return l.Table == d.Table && l.Name == d.Name }) {
			out = append(out, fmt.Sprintf("%s: column %s.%s is declared and does not exist", cluster, d.Table, d.Name))
		}
	}
	return out, nil
}
