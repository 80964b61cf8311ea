package traces_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
	"sceau/audit/audittest"
	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/internal/postgres/roles"
	"sceau/internal/postgres/traces"
	"sceau/internal/testkit"
)

const dayKey = "sceau-trace-day"

func parts(t *testing.T) audittest.Parts {
	t.Helper()
	return partsOn(t, testkit.Postgres(t, "audit"))
}

func partsOn(t *testing.T, db *testkit.Database) audittest.Parts {
	t.Helper()
	writer, err := traces.OpenWriter(t.Context(), db.DSN("sceau_trace_write"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(writer.Close)
	reader, err := traces.OpenReader(t.Context(), db.DSN("sceau_trace_read"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(reader.Close)
	return audittest.Parts{
		Store: writer, Read: reader, Tamper: &owner{connect(t, db.DSN(roles.Owner))},
		Keys: keys(t), DayKey: dayKey,
	}
}

func keys(t *testing.T) *cryptotest.Service {
	service := &cryptotest.Service{}
	if err := service.CreateKey(t.Context(), dayKey, crypto.WrapKey); err != nil {
		t.Fatal(err)
	}
	return service
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func TestPostgreSQLKeepsTraces(t *testing.T) { audittest.Conformance(t, parts) }

func TestEachTamperingByTheOwnerIsFound(t *testing.T) { audittest.Tampering(t, parts) }

// owner changes what is stored, as whoever owns the database could.
type owner struct{ conn *pgx.Conn }

func (o *owner) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	tag, err := o.conn.Exec(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	if tag.RowsAffected() == 0 {
		t.Fatalf("nothing was changed by %s", query)
	}
}

func (o *owner) ChangeClear(t testing.TB, d audit.Day, seq int64) {
	o.exec(t, "UPDATE trace SET purpose = 'P3' WHERE day = $1 AND seq = $2", d.Start(), seq)
}

func (o *owner) ChangeSealed(t testing.TB, d audit.Day, seq int64) {
	o.exec(t, "UPDATE trace SET sealed_rest = set_bit(sealed_rest, 160, 1 - get_bit(sealed_rest, 160)) WHERE day = $1 AND seq = $2", d.Start(), seq)
}

func (o *owner) Redate(t testing.TB, d audit.Day, seq int64) {
	o.exec(t, "UPDATE trace SET at = at - interval '1 hour' WHERE day = $1 AND seq = $2", d.Start(), seq)
}

func (o *owner) Swap(t testing.TB, d audit.Day, a, b int64) {
	for _, step := range [][2]int64{{a, 1 << 40}, {b, a}, {1 << 40, b}} {
		o.exec(t, "UPDATE trace SET seq = $3 WHERE day = $1 AND seq = $2", d.Start(), step[0], step[1])
	}
}

func (o *owner) Delete(t testing.TB, d audit.Day, seq int64) {
	o.exec(t, "DELETE FROM trace WHERE day = $1 AND seq = $2", d.Start(), seq)
}

func (o *owner) Add(t testing.TB, d audit.Day) {
	o.exec(t, `INSERT INTO trace SELECT day, seq + 1, at, campaign, recipient, organisation, purpose, action, field_set, decision, rule,
		policy, subject_tag, agent_tag, sealed_agent, sealed_rest FROM trace WHERE day = $1 ORDER BY seq DESC LIMIT 1`, d.Start())
}

func (o *owner) ChangeHash(t testing.TB, d audit.Day, i int) {
	o.exec(t, `UPDATE trace_hash SET hashes = set_bit(hashes, $2, 1 - get_bit(hashes, $2))
		WHERE day = $1 AND first_seq = (SELECT max(first_seq) FROM trace_hash WHERE day = $1)`, d.Start(), 256*i+56)
}

func (o *owner) Truncate(t testing.TB, d audit.Day, size int64) {
	o.exec(t, "DELETE FROM trace WHERE day = $1 AND seq >= $2", d.Start(), size)
	o.exec(t, "DELETE FROM trace_hash WHERE day = $1 AND first_seq >= $2", d.Start(), size)
}

func (o *owner) Erase(t testing.TB, d audit.Day) { o.Truncate(t, d, 0) }

func (o *owner) ChangeRoot(t testing.TB, d audit.Day, to tlog.Hash) {
	o.exec(t, "UPDATE day_log SET root = $2 WHERE day = $1", d.Start(), to[:])
}

func (o *owner) ForgetClosing(t testing.TB, d audit.Day) {
	o.exec(t, "DELETE FROM day_log WHERE day = $1", d.Start())
}

func (o *owner) ReplaceCheckpoints(t testing.TB, all []audit.Checkpoint) {
	o.exec(t, "DELETE FROM checkpoint")
	for _, cp := range all {
		o.exec(t, "INSERT INTO checkpoint (tree, size, note) VALUES ($1, $2, $3)", cp.Tree, cp.Size, string(cp.Note))
	}
}

func (o *owner) ChangeFieldSet(t testing.TB, id audit.FieldSetID) {
	o.exec(t, "UPDATE field_set SET items = items || '{A01.06}' WHERE id = $1", id[:])
}

// written gives a database with one trace and one connection in it.
func written(t *testing.T) *testkit.Database {
	t.Helper()
	db := testkit.Postgres(t, "audit")
	p := partsOn(t, db)
	log, err := audit.New(audit.Config{Store: p.Store, Keys: p.Keys, DayKey: p.DayKey, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := log.Record(t.Context(), audittest.Reading([]byte("file-ines"), 1)); err != nil {
		t.Fatal(err)
	}
	if err := log.RecordConnections(t.Context(), []audit.Connection{{Subject: []byte("file-ines"), At: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestTheRoleThatWritesTracesCannotTakeOneBack(t *testing.T) {
	db := written(t)
	conn := connect(t, db.DSN("sceau_trace_write"))
	var partitions []string
	admin := connect(t, db.Admin())
	rows, err := admin.Query(t.Context(), "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind = 'r'")
	if err != nil {
		t.Fatal(err)
	}
	if partitions, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(partitions) != 3 {
		t.Fatalf("%d partitions (%v)", len(partitions), err)
	}
	tables := append([]string{"trace", "trace_hash", "day_key", "field_set", "day_log", "checkpoint", "connection"}, partitions...)
	var forbidden []string
	for _, table := range tables {
		forbidden = append(forbidden, "DELETE FROM "+table, "TRUNCATE "+table, "DROP TABLE "+table,
			"ALTER TABLE "+table+" ADD COLUMN more text")
	}
	for _, table := range append([]string{"trace", "connection", "checkpoint"}, partitions...) {
		forbidden = append(forbidden, "SELECT * FROM "+table, "SELECT count(*) FROM "+table, "COPY "+table+" TO STDOUT")
	}
	forbidden = append(forbidden,
		"UPDATE trace SET purpose = 'P3'", "UPDATE trace_hash SET hashes = ''", "UPDATE day_log SET size = 0",
		"UPDATE day_key SET wrap = ''", "UPDATE checkpoint SET note = ''", "UPDATE field_set SET items = '{}'", "UPDATE connection SET ip_address = ''",
		"INSERT INTO day_key SELECT day, wrap, 0 FROM day_key ON CONFLICT (day) DO UPDATE SET key_version = 0",
		"INSERT INTO trace SELECT * FROM trace RETURNING seq", "SELECT items FROM field_set",
		"SELECT open_partition('trace', 'trace_2020', '2020-01-01', '2020-01-02')", "SELECT sealed_agent FROM trace WHERE false",
		"ALTER TABLE trace DETACH PARTITION "+partitions[0], "CREATE TABLE more (a int)", "SET ROLE sceau_owner",
	)
	refused(t, conn, forbidden)
}

func TestTheRoleThatReadsTracesCannotAddOne(t *testing.T) {
	db := written(t)
	conn := connect(t, db.DSN("sceau_trace_read"))
	var forbidden []string
	for _, table := range []string{"trace", "trace_hash", "day_key", "field_set", "day_log", "checkpoint", "connection"} {
		forbidden = append(forbidden, "INSERT INTO "+table+" DEFAULT VALUES", "DELETE FROM "+table, "TRUNCATE "+table, "DROP TABLE "+table)
	}
	refused(t, conn, append(forbidden, "UPDATE trace SET purpose = 'P3'", "SELECT open_trace_day('2026-01-01')", "SELECT open_connection_days('{2026-01-01}')"))
}

// refused wants each statement to fail for want of a privilege: failing for
// another reason would prove nothing.
func refused(t *testing.T, conn *pgx.Conn, statements []string) {
	t.Helper()
	for _, q := range statements {
		_, err := conn.Exec(t.Context(), q)
		var state interface{ SQLState() string }
		if err == nil {
			t.Errorf("allowed: %s", q)
		} else if !errors.As(err, &state) || state.SQLState() != "42501" {
			t.Errorf("%s failed, and not for want of a privilege: %v", q, err)
		}
	}
}

func TestADatabaseThatComesBackIsWrittenToWithoutARestart(t *testing.T) {
	db := testkit.Postgres(t, "audit")
	p := partsOn(t, db)
	log, err := audit.New(audit.Config{Store: p.Store, Keys: p.Keys, DayKey: p.DayKey, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	record := func() error {
		_, err := log.Record(t.Context(), audittest.Reading([]byte("file-ines"), 1))
		return err
	}
	if err := record(); err != nil {
		t.Fatal(err)
	}
	// The server refuses the role and drops it, as it does while it restarts.
	admin := connect(t, db.Admin())
	run := func(q string) {
		if _, err := admin.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	name := pgx.Identifier{db.Name}.Sanitize()
	run("REVOKE CONNECT ON DATABASE " + name + " FROM sceau_trace_write")
	run(fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND usename = 'sceau_trace_write'", db.Name))
	for range 3 {
		if err := record(); !errors.Is(err, audit.ErrNotRecorded) {
			t.Fatalf("without a database: %v", err)
		}
	}
	run("GRANT CONNECT ON DATABASE " + name + " TO sceau_trace_write")
	if err := record(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
	if r, err := audit.Verify(t.Context(), audit.Verification{Store: p.Read, Keys: p.Keys, DayKey: p.DayKey}); err != nil || !r.OK() || r.Traces != 2 {
		t.Errorf("%+v (%v)", r, err)
	}
}

func TestNothingSealedIsReadableOnDisk(t *testing.T) {
	db := written(t)
	admin := connect(t, db.Admin())
	if _, err := admin.Exec(t.Context(), "CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	// What the event says in clear is the control: it is found, so the search works.
	control, sealed := "0750001A", []string{"mission-0007", "candidate-of", "request-1", "file-ines", "revision 4"}
	seen := grep(t, db.DataDir(), append(sealed, control))
	if !seen[control] {
		t.Fatal("the control was not found: this test would prove nothing")
	}
	for _, s := range sealed {
		if seen[s] {
			t.Errorf("%q stands in clear in the files of the database", s)
		}
	}
}

func grep(t *testing.T, dir string, words []string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	var walk func(string)
	walk = func(path string) {
		entries, err := os.ReadDir(path)
		if err != nil {
			return // removed meanwhile
		}
		for _, e := range entries {
			full := path + "/" + e.Name()
			if e.IsDir() {
				walk(full)
				continue
			}
			data, err := os.ReadFile(full)
			if err != nil {
				continue
			}
			for _, w := range words {
				if strings.Contains(string(data), w) {
					seen[w] = true
				}
			}
		}
	}
	walk(dir)
	return seen
}

func TestAYearOfConnectionsIsKept(t *testing.T) {
	p := parts(t)
	log, err := audit.New(audit.Config{Store: p.Store, Keys: p.Keys, DayKey: p.DayKey, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var all []audit.Connection
	now := time.Now()
	for i := range 365 {
		all = append(all, audit.Connection{Subject: []byte("file-ines"), At: now.AddDate(0, 0, -i)})
	}
	if err := log.RecordConnections(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	reader := &audit.Reader{Store: p.Read, Keys: p.Keys, DayKey: p.DayKey, Now: time.Now}
	today := audit.DayOf(now)
	start := time.Now()
	found, err := reader.ConnectionsOf(t.Context(), [][]byte{[]byte("file-ines")}, today-400, today, audit.ConnectionItems...)
	if err != nil || len(found) != 365 {
		t.Errorf("%d connections of 365 (%v)", len(found), err)
	}
	t.Logf("a year of one person read in %s", time.Since(start).Round(time.Millisecond))
}
