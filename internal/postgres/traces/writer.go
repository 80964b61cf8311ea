// Package traces keeps the traces of accesses in PostgreSQL, through two roles: one
// that adds and cannot read back, one that reads and cannot add.
package traces

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	locks "sceau/internal/postgres/pool"
)

// The first half of the advisory locks of this cluster. The second is the day, or
// lockDayLog, which is no day of a living log.
const (
	lockSpace  = 1399014739 // "Scau"
	lockDayLog = -1
)

// A Writer adds traces as sceau_trace_write.
type Writer struct {
	pool    *pgxpool.Pool
	columns []string // of a connection, in the order of audit.ConnectionItems

	mu     sync.Mutex
	opened map[string]map[audit.Day]bool // partitions known to exist, by table
}

var _ audit.Store = (*Writer)(nil)

// OpenWriter prepares to write to the database at dsn. It connects when it is
// first needed, and again whenever the database comes back.
func OpenWriter(ctx context.Context, dsn string) (*Writer, error) {
	columns, err := connectionColumns()
	if err != nil {
		return nil, err
	}
	pool, err := open(ctx, dsn, "sceau trace-write", plansOfWriter)
	if err != nil {
		return nil, err
	}
	return &Writer{pool: pool, columns: columns, opened: map[string]map[audit.Day]bool{"trace": {}, "connection": {}}}, nil
}

// Close ends the connections.
func (w *Writer) Close() { w.pool.Close() }

// A generic plan would lock a year of partitions to read one day: a reader never has
// one. An insertion locks its own partition alone, and planning it anew cost a third of
// a commit (measured): there the server chooses.
const (
	plansOfReader = "force_custom_plan"
	plansOfWriter = "auto"
)

func open(ctx context.Context, dsn, name, plans string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("opening the traces: the DSN does not parse") // the cause would quote the password
	}
	p := config.ConnConfig.RuntimeParams
	p["application_name"] = name
	p["timezone"] = "UTC"
	// "Durable" must not depend on how the server is set.
	p["synchronous_commit"] = "on"
	p["plan_cache_mode"] = plans
	p["lock_timeout"] = locks.LockTimeout
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	config.MaxConns = max(config.MaxConns, 8)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the traces: %w", err)
	}
	return pool, nil
}

// connectionColumns are the columns of a connection, as the register names them.
func connectionColumns() ([]string, error) {
	register, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range audit.ConnectionItems {
		item, ok := register.Item(id)
		if !ok {
			return nil, fmt.Errorf("item %s of connections is not in the register", id)
		}
		out = append(out, item.Column())
	}
	return out, nil
}

func (w *Writer) DayKeys(ctx context.Context, days ...audit.Day) (map[audit.Day]crypto.Wrap, error) {
	return dayKeys(ctx, w.pool, days)
}

func dayKeys(ctx context.Context, pool *pgxpool.Pool, days []audit.Day) (map[audit.Day]crypto.Wrap, error) {
	rows, err := pool.Query(ctx, "SELECT day, wrap FROM day_key WHERE day = ANY ($1::date[])", dates(days))
	if err != nil {
		return nil, err
	}
	out := map[audit.Day]crypto.Wrap{}
	var day time.Time
	var wrap []byte
	_, err = pgx.ForEachRow(rows, []any{&day, &wrap}, func() error {
		out[audit.DayOf(day)] = slices.Clone(wrap)
		return nil
	})
	return out, err
}

func dates(days []audit.Day) []time.Time {
	out := make([]time.Time, len(days))
	for i, d := range days {
		out[i] = d.Start()
	}
	return out
}

func (w *Writer) KeepDayKeys(ctx context.Context, offers map[audit.Day]crypto.Wrap) (map[audit.Day]crypto.Wrap, error) {
	var days []audit.Day
	for d := range offers {
		days = append(days, d)
	}
	slices.Sort(days) // in one order: two processes must not wait for each other
	var wraps [][]byte
	var versions []int32
	for _, d := range days {
		wraps = append(wraps, offers[d])
		versions = append(versions, int32(offers[d].Version()))
	}
	_, err := w.pool.Exec(ctx, `
		INSERT INTO day_key (day, wrap, key_version)
		SELECT * FROM unnest($1::date[], $2::bytea[], $3::integer[])
		ON CONFLICT (day) DO NOTHING`, dates(days), wraps, versions)
	if err != nil {
		return nil, err
	}
	return w.DayKeys(ctx, days...)
}

func (w *Writer) AddFieldSets(ctx context.Context, sets ...audit.FieldSet) error {
	batch := &pgx.Batch{}
	for _, s := range sets {
		items := make([]string, len(s.Items))
		for i, it := range s.Items {
			items[i] = string(it)
		}
		batch.Queue("INSERT INTO field_set (id, items) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", s.ID[:], items)
	}
	return w.pool.SendBatch(ctx, batch).Close()
}

// openDays makes the partitions of days exist, once for each process.
func (w *Writer) openDays(ctx context.Context, table, call string, days ...audit.Day) error {
	w.mu.Lock()
	var missing []audit.Day
	for _, d := range days {
		if !w.opened[table][d] {
			missing = append(missing, d)
		}
	}
	w.mu.Unlock()
	if len(missing) == 0 {
		return nil
	}
	if _, err := w.pool.Exec(ctx, call, dates(missing)); err != nil {
		return fmt.Errorf("making room for %d days of table %s: %w", len(missing), table, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range missing {
		w.opened[table][d] = true
	}
	return nil
}

const headQuery = `
	SELECT coalesce(h.size, 0), h.last_at, EXISTS (SELECT FROM day_log WHERE day = $1::date)
	FROM (VALUES (1)) one LEFT JOIN LATERAL (
		SELECT first_seq + traces AS size, last_at FROM trace_hash
		WHERE day = $1::date ORDER BY first_seq DESC LIMIT 1
	) h ON true`

func scanHead(row pgx.Row) (audit.Head, error) {
	var h audit.Head
	var last *time.Time
	err := row.Scan(&h.Size, &last, &h.Closed)
	if last != nil {
		h.Last = last.UTC()
	}
	return h, err
}

// Append takes two round trips besides the commit: one to hold the day and see
// where it stands, one to write, with the commit in its tail.
func (w *Writer) Append(ctx context.Context, day audit.Day, fill func(audit.Head) (audit.Batch, error)) error {
	if err := w.openDays(ctx, "trace", "SELECT open_trace_day(d) FROM unnest($1::date[]) d", day); err != nil {
		return err
	}
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// A connection that is released within a transaction is closed by the pool,
	// and what it held with it.
	defer conn.Release()

	head, err := holdDay(ctx, conn, day)
	if err != nil {
		return err
	}
	head.Hashes = hashReader(ctx, conn, day)
	batch, err := fill(head)
	if err != nil {
		return err
	}
	out := &pgx.Batch{}
	queueRows(out, day, batch.Rows)
	queueHashes(out, day, batch)
	queueCheckpoints(out, batch.Checkpoints)
	out.Queue("COMMIT")
	return conn.SendBatch(ctx, out).Close()
}

func holdDay(ctx context.Context, conn *pgxpool.Conn, day audit.Day) (audit.Head, error) {
	in := &pgx.Batch{}
	in.Queue("BEGIN")
	in.Queue("SELECT pg_advisory_xact_lock($1::integer, $2::integer)", lockSpace, int32(day))
	// A statement of its own, after the lock: it sees what the last holder wrote.
	in.Queue(headQuery, day.Start())
	results := conn.SendBatch(ctx, in)
	defer results.Close()
	for range 2 {
		if _, err := results.Exec(); err != nil {
			return audit.Head{}, err
		}
	}
	head, err := scanHead(results.QueryRow())
	if err != nil {
		return audit.Head{}, err
	}
	return head, results.Close()
}

func queueRows(out *pgx.Batch, day audit.Day, rows []*audit.Row) {
	n := len(rows)
	seq, at := make([]int64, n), make([]time.Time, n)
	words := make([][]string, 8)
	for i := range words {
		words[i] = make([]string, n)
	}
	cells := make([][][]byte, 5)
	for i := range cells {
		cells[i] = make([][]byte, n)
	}
	for i, r := range rows {
		seq[i], at[i] = r.Seq, r.At
		for j, s := range []string{r.Campaign, r.Recipient, r.Organisation, r.Purpose, r.Action, r.Decision, r.Rule, r.Policy} {
			words[j][i] = s
		}
		for j, b := range [][]byte{r.FieldSet[:], r.Subject[:], r.Agent[:], r.SealedAgent, r.SealedRest} {
			cells[j][i] = b
		}
	}
	out.Queue(`
		INSERT INTO trace (day, seq, at, campaign, recipient, organisation, purpose, action, decision, rule, policy,
			field_set, subject_tag, agent_tag, sealed_agent, sealed_rest)
		SELECT $1::date, * FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
			$8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bytea[])`,
		day.Start(), seq, at, words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7],
		cells[0], cells[1], cells[2], cells[3], cells[4])
}

func queueHashes(out *pgx.Batch, day audit.Day, b audit.Batch) {
	flat := make([]byte, 0, len(b.Hashes)*tlog.HashSize)
	for _, h := range b.Hashes {
		flat = append(flat, h[:]...)
	}
	out.Queue("INSERT INTO trace_hash (day, first_seq, traces, base, last_at, hashes) VALUES ($1, $2, $3, $4, $5, $6)",
		day.Start(), b.First, len(b.Rows), tlog.StoredHashCount(b.First), b.Rows[len(b.Rows)-1].At, flat)
}

func queueCheckpoints(out *pgx.Batch, checkpoints []audit.Checkpoint) {
	for _, cp := range checkpoints {
		out.Queue("INSERT INTO checkpoint (tree, size, note) VALUES ($1, $2, $3)", cp.Tree, cp.Size, string(cp.Note))
	}
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// hashReader reads hashes of a day out of the runs that hold them. The run of a
// hash is that of the last trace below it.
func hashReader(ctx context.Context, db querier, day audit.Day) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		last := make([]int64, len(indexes))
		for i, x := range indexes {
			level, n := tlog.SplitStoredHashIndex(x)
			last[i] = (n+1)<<level - 1
		}
		rows, err := db.Query(ctx, `
			SELECT substring(h.hashes FROM ((i.place - h.base) * 32 + 1)::integer FOR 32)
			FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS i (place, seq, n)
			CROSS JOIN LATERAL (
				SELECT base, hashes FROM trace_hash
				WHERE day = $1::date AND first_seq <= i.seq ORDER BY first_seq DESC LIMIT 1
			) h ORDER BY i.n`, day.Start(), indexes, last)
		if err != nil {
			return nil, err
		}
		out := make([]tlog.Hash, 0, len(indexes))
		var b []byte
		_, err = pgx.ForEachRow(rows, []any{&b}, func() error {
			if len(b) != tlog.HashSize {
				return fmt.Errorf("a stored hash of %s has %d bytes", day, len(b))
			}
			out = append(out, tlog.Hash(b))
			return nil
		})
		if err == nil && len(out) != len(indexes) {
			err = fmt.Errorf("%d hashes of %s stored where %d were looked for", len(out), day, len(indexes))
		}
		return out, err
	})
}

func (w *Writer) CloseDay(ctx context.Context, day audit.Day, fill func(audit.Head, []audit.DayRoot) (*audit.Closing, error)) error {
	return pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		// The log of days first, then the day: whoever appends takes the day alone.
		for _, second := range []int32{lockDayLog, int32(day)} {
			if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1::integer, $2::integer)", lockSpace, second); err != nil {
				return err
			}
		}
		head, err := scanHead(tx.QueryRow(ctx, headQuery, day.Start()))
		if err != nil {
			return err
		}
		head.Hashes = hashReader(ctx, tx, day)
		log, err := dayLog(ctx, tx)
		if err != nil {
			return err
		}
		c, err := fill(head, log)
		if err != nil || c == nil {
			return err
		}
		out := &pgx.Batch{}
		out.Queue("INSERT INTO day_log (position, day, size, root) VALUES ($1, $2, $3, $4)",
			c.Position, c.Day.Start(), c.Size, c.Root[:])
		queueCheckpoints(out, c.Checkpoints)
		return tx.SendBatch(ctx, out).Close()
	})
}

func (w *Writer) Head(ctx context.Context, day audit.Day, look func(audit.Head) error) error {
	head, err := scanHead(w.pool.QueryRow(ctx, headQuery, day.Start()))
	if err != nil {
		return err
	}
	// What is stored never changes, so the hashes of this size may be read later.
	head.Hashes = hashReader(ctx, w.pool, day)
	return look(head)
}

func (w *Writer) FirstDay(ctx context.Context) (audit.Day, bool, error) {
	var first *time.Time
	err := w.pool.QueryRow(ctx, "SELECT min(day) FROM trace_hash").Scan(&first)
	if err != nil || first == nil {
		return 0, false, err
	}
	return audit.DayOf(*first), true, nil
}

func (w *Writer) DayLog(ctx context.Context) ([]audit.DayRoot, error) { return dayLog(ctx, w.pool) }

func dayLog(ctx context.Context, db querier) ([]audit.DayRoot, error) {
	rows, err := db.Query(ctx, "SELECT position, day, size, root FROM day_log ORDER BY position")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (audit.DayRoot, error) {
		var d audit.DayRoot
		var day time.Time
		var root []byte
		if err := row.Scan(&d.Position, &day, &d.Size, &root); err != nil {
			return d, err
		}
		d.Day = audit.DayOf(day)
		copy(d.Root[:], root)
		return d, nil
	})
}

func (w *Writer) AddCheckpoints(ctx context.Context, checkpoints ...audit.Checkpoint) error {
	out := &pgx.Batch{}
	queueCheckpoints(out, checkpoints)
	return w.pool.SendBatch(ctx, out).Close()
}

func (w *Writer) AddConnections(ctx context.Context, rows []audit.ConnectionRow) error {
	days := map[audit.Day]bool{}
	for _, r := range rows {
		days[r.Day] = true
	}
	var sorted []audit.Day
	for d := range days {
		sorted = append(sorted, d)
	}
	slices.Sort(sorted)
	if err := w.openDays(ctx, "connection", "SELECT open_connection_days($1)", sorted...); err != nil {
		return err
	}
	_, err := w.pool.CopyFrom(ctx, pgx.Identifier{"connection"}, append([]string{"day", "subject_tag", "record"}, w.columns...),
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := &rows[i]
			out := []any{r.Day.Start(), r.Subject[:], r.Record[:]}
			for _, item := range audit.ConnectionItems {
				out = append(out, r.Cells[item])
			}
			return out, nil
		}))
	return err
}
