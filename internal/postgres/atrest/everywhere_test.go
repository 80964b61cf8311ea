package atrest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/atrest"
	"sceau/internal/scan"
	"sceau/internal/testkit"
)

// loud are the settings of a server that tells: where those of the product keep a place
// empty, a search there has to see something first.
var loud = map[string]string{
	"wal_level": "logical", "max_replication_slots": "2", "wal_compression": "off", "full_page_writes": "on",
	"shared_preload_libraries":          "pg_stat_statements",
	"log_statement":                     "all",
	"log_min_error_statement":           "error",
	"log_min_messages":                  "warning",
	"log_parameter_max_length_on_error": "-1",
	"log_error_verbosity":               "default",
	"work_mem":                          "64kB",
}

// disguised are canaries, each written in another of the encodings that are searched.
func disguised(seed uint64) (all []scan.Canary, written [][]byte) {
	all, _ = markers(scan.Disguises(), seed)
	return all, scan.Disguise(all)
}

// asText keeps those that a column of text can hold: UTF-16 is none to PostgreSQL.
func asText(all []scan.Canary, written [][]byte) (canaries []scan.Canary, texts []string) {
	for i, w := range written {
		if utf8.Valid(w) && !bytes.ContainsRune(w, 0) {
			canaries, texts = append(canaries, all[i]), append(texts, string(w))
		}
	}
	return canaries, texts
}

// A value in clear that PostgreSQL copied anywhere on its own: statistics, files of a
// sort, the log, a slot, texts of statements. Each place is filled on purpose, with a
// canary in each encoding that it can hold, and all are found there.
func TestAValueIsFoundWhereverAServerCopiesIt(t *testing.T) {
	db := testkit.OwnPostgres(t, "data", loud)
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, db.Admin())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	path := func(relation string) string {
		t.Helper()
		var file string
		if err := conn.QueryRow(ctx, "SELECT pg_relation_filepath($1::regclass)", relation).Scan(&file); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(db.DataDir(), file)
	}
	silent := scanner(t, func() []scan.Canary { all, _ := disguised(99); return all }())
	// see wants all of the canaries in a place, and none of others.
	see := func(name, path string, all []scan.Canary) {
		t.Helper()
		if len(all) < 60 {
			t.Fatalf("%s: %d canaries: too few encodings", name, len(all))
		}
		if r, err := scanner(t, all).See(ctx, scan.Place{Name: name, Path: path}); err != nil {
			t.Errorf("found %d of %d: %v", r.Found, len(all), err)
		}
		if r, err := silent.Path(ctx, scan.Place{Name: name, Path: path}); err != nil {
			t.Errorf("found %d of canaries that nobody wrote: %v", r.Found, err)
		}
	}

	// The log: what was refused is quoted with the parameter that was.
	fromLog, texts := asText(disguised(10))
	exec("CREATE TABLE refused (value text CHECK (length(value) < 0))")
	for _, text := range texts {
		if _, err := conn.Exec(ctx, "INSERT INTO refused VALUES ($1)", text); err == nil {
			t.Fatal("a row that no table takes was taken")
		}
	}
	see("server log", db.LogFile(), fromLog)

	// Texts of statements: constants of queries are taken out of them, not those of
	// commands.
	fromStatements, texts := asText(disguised(11))
	exec("CREATE EXTENSION pg_stat_statements")
	for _, text := range texts {
		var quoted string
		if err := conn.QueryRow(ctx, "SELECT quote_literal($1::text)", text).Scan(&quoted); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(quoted, "E") {
			// A backslash is doubled in that form: said otherwise, it is as it was.
			quoted = "'" + strings.ReplaceAll(text, "'", "''") + "'"
		}
		exec("COMMENT ON TABLE refused IS " + quoted)
	}
	see("texts of statements", filepath.Join(db.DataDir(), "pg_stat_tmp"), fromStatements)

	// A slot of logical replication gives out what its subscriber would keep.
	fromSlot, texts := asText(disguised(12))
	exec("SELECT pg_create_logical_replication_slot('reader', 'test_decoding')")
	exec("CREATE TABLE replicated (value text)")
	exec("INSERT INTO replicated SELECT unnest($1::text[])", texts)
	exec("CHECKPOINT") // a slot reads what is on the disk
	var changes strings.Builder
	rows, err := conn.Query(ctx, "SELECT data FROM pg_logical_slot_peek_changes('reader', NULL, NULL)")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&changes, line)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	slot := filepath.Join(t.TempDir(), "slot")
	if err := os.WriteFile(slot, []byte(changes.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	see("logical replication slot", slot, fromSlot)
	exec("SELECT pg_drop_replication_slot('reader')")

	// Files of a sort that does not fit in memory, as long as it lasts. Values lie there
	// across blocks: each is sorted several times.
	fromSort, written := disguised(13)
	exec("CREATE TABLE sorted (value bytea)")
	exec("INSERT INTO sorted SELECT v FROM unnest($1::bytea[]) v, generate_series(1, 20)", written)
	exec("INSERT INTO sorted SELECT sha256(n::text::bytea) FROM generate_series(1, 20000) n")
	exec("BEGIN")
	exec("DECLARE s CURSOR FOR SELECT value FROM sorted ORDER BY value")
	exec("FETCH 1 FROM s")
	see("files of a sort", filepath.Join(db.DataDir(), "base", "pgsql_tmp"), fromSort)
	exec("ROLLBACK")

	// Most common values: one column each, so that no entry is long enough to be
	// compressed.
	fromStatistics, written := disguised(14)
	var columns, holes []string
	args := make([]any, len(written))
	for i, w := range written {
		columns, holes = append(columns, fmt.Sprintf("v%d bytea", i)), append(holes, fmt.Sprintf("$%d::bytea", i+1))
		args[i] = w
	}
	exec("CREATE TABLE common (" + strings.Join(columns, ", ") + ")")
	exec("INSERT INTO common SELECT "+strings.Join(holes, ", ")+" FROM generate_series(1, 3)", args...)
	exec("ANALYZE common")
	exec("DROP TABLE replicated")

	// Values too long for a page, as they are.
	fromToast, written := disguised(15)
	exec("CREATE TABLE long (value bytea)")
	exec("ALTER TABLE long ALTER value SET STORAGE EXTERNAL")
	for _, w := range written {
		exec("INSERT INTO long VALUES ($1)", bytes.Join([][]byte{w, bytes.Repeat([]byte(" long "), 600)}, []byte(" ")))
	}
	// Rows and an index over them.
	fromTable, written := disguised(16)
	exec("CREATE TABLE told (value bytea)")
	exec("INSERT INTO told SELECT unnest($1::bytea[])", written)
	exec("CREATE INDEX told_index ON told (value)")
	// And text, as a dump writes it.
	fromDump, texts := asText(disguised(17))
	exec("CREATE TABLE dumped (value text)")
	exec("INSERT INTO dumped SELECT unnest($1::text[])", texts)
	if err := atrest.Settle(ctx, db.Admin()); err != nil {
		t.Fatal(err)
	}
	see("statistics", path("pg_statistic"), fromStatistics)
	var toast string
	if err := conn.QueryRow(ctx, "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'long'").Scan(&toast); err != nil {
		t.Fatal(err)
	}
	see("long values", path(toast), fromToast)
	see("table", path("told"), fromTable)
	see("index", path("told_index"), fromTable)
	see("write-ahead log", filepath.Join(db.DataDir(), "pg_wal"), fromTable)

	dir := t.TempDir()
	if err := atrest.Dump(ctx, db.Admin(), filepath.Join(dir, "dump.sql")); err != nil {
		t.Fatal(err)
	}
	see("dump", filepath.Join(dir, "dump.sql"), fromDump)
	// As `sceau backup` writes it: it is compressed, and looked into.
	if err := pgserver.Run(ctx, db.Admin(), "pg_dump", "--format=custom", "--compress=1", "--file="+filepath.Join(dir, "custom.dump")); err != nil {
		t.Fatal(err)
	}
	see("dump in custom format", filepath.Join(dir, "custom.dump"), fromDump)
	if err := atrest.BaseBackup(ctx, db.Admin(), filepath.Join(dir, "backup")); err != nil {
		t.Fatal(err)
	}
	see("base backup", filepath.Join(dir, "backup"), fromTable)
	see("statistics in a base backup", filepath.Join(dir, "backup"), fromStatistics)
}

// The twin with the settings of the product: the same errors, forced on the same
// parameters, leave nothing in the log, and no statement is kept.
func TestAnErrorForcedOnAParameterLeavesNothingInTheLog(t *testing.T) {
	db := testkit.Postgres(t, "data")
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, db.Admin())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	all, texts := asText(disguised(20))
	if _, err := conn.Exec(ctx, "CREATE TABLE refused (value text CHECK (length(value) < 0), day date, once text UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		for _, sql := range []string{
			"INSERT INTO refused VALUES ($1)",                                       // the row is quoted in a detail
			"INSERT INTO refused (day) VALUES (($1::text)::date)",                   // the value is quoted in the message
			"SELECT $1::text::int",                                                  // and here
			"INSERT INTO refused (once) SELECT $1::text FROM generate_series(1, 2)", // the key is
			"DO $$BEGIN RAISE EXCEPTION '%', current_setting('x.y'); END$$",
			"SELECT set_config('x.y', $1::text, false), 1/0",
		} {
			var args []any
			if strings.Contains(sql, "$1") {
				args = append(args, text)
			}
			if _, err := conn.Exec(ctx, sql, args...); err == nil {
				t.Fatalf("%s: no error came of it", sql)
			}
		}
	}
	// The twin above finds them all in the log of a server with other settings.
	if r, err := scanner(t, all).Path(ctx, scan.Place{Name: "server log", Path: db.LogFile()}); err != nil {
		t.Errorf("found %d: %v", r.Found, err)
	}
}
