package traces

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// A Reader reads traces as sceau_trace_read.
type Reader struct {
	pool    *pgxpool.Pool
	columns []string // of a connection, in the order of audit.ConnectionItems
}

var _ audit.ReadStore = (*Reader)(nil)

// OpenReader prepares to read the database at dsn.
func OpenReader(ctx context.Context, dsn string) (*Reader, error) {
	columns, err := connectionColumns()
	if err != nil {
		return nil, err
	}
	pool, err := open(ctx, dsn, "sceau trace-read", plansOfReader)
	if err != nil {
		return nil, err
	}
	return &Reader{pool: pool, columns: columns}, nil
}

// Close ends the connections.
func (r *Reader) Close() { r.pool.Close() }

func (r *Reader) DayKeys(ctx context.Context, days ...audit.Day) (map[audit.Day]crypto.Wrap, error) {
	return dayKeys(ctx, r.pool, days)
}

func (r *Reader) DayLog(ctx context.Context) ([]audit.DayRoot, error) { return dayLog(ctx, r.pool) }

func (r *Reader) Days(ctx context.Context) ([]audit.Day, error) {
	rows, err := r.pool.Query(ctx, "SELECT day FROM trace_hash UNION SELECT day FROM trace ORDER BY day")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (audit.Day, error) {
		var day time.Time
		err := row.Scan(&day)
		return audit.DayOf(day), err
	})
}

// Day reads rows and hashes on two connections that share one snapshot.
func (r *Reader) Day(ctx context.Context, day audit.Day, look func(iter.Seq2[*audit.Row, error], iter.Seq2[audit.HashRun, error]) error) error {
	still := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, r.pool, still, func(first pgx.Tx) error {
		var snapshot string
		if err := first.QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&snapshot); err != nil {
			return err
		}
		return pgx.BeginTxFunc(ctx, r.pool, still, func(second pgx.Tx) error {
			// The name comes from the server, and this statement takes no parameter.
			if _, err := second.Exec(ctx, "SET TRANSACTION SNAPSHOT '"+strings.ReplaceAll(snapshot, "'", "")+"'"); err != nil {
				return err
			}
			return look(rowsWhere(ctx, first, "day = $1::date ORDER BY seq", day.Start()), hashRuns(ctx, second, day))
		})
	})
}

func hashRuns(ctx context.Context, db querier, day audit.Day) iter.Seq2[audit.HashRun, error] {
	return each(ctx, db, func(row pgx.Rows) (audit.HashRun, error) {
		var run audit.HashRun
		var flat []byte
		if err := row.Scan(&run.First, &run.Count, &flat); err != nil {
			return run, err
		}
		// A run that was cut short has fewer hashes: whoever verifies counts them.
		for h := range slices.Chunk(flat, tlog.HashSize) {
			var hash tlog.Hash
			copy(hash[:], h)
			run.Hashes = append(run.Hashes, hash)
		}
		return run, nil
	}, "SELECT first_seq, traces, hashes FROM trace_hash WHERE day = $1::date ORDER BY first_seq", day.Start())
}

// each yields what a query returns, as it arrives.
func each[T any](ctx context.Context, db querier, scan func(pgx.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := db.Query(ctx, query, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows)
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

const rowColumns = `day, seq, at, campaign, recipient, organisation, purpose, action, field_set, decision, rule, policy,
	subject_tag, agent_tag, sealed_agent, sealed_rest`

func scanRow(row pgx.Rows) (*audit.Row, error) {
	var r audit.Row
	var day time.Time
	var set, subject, agent []byte
	err := row.Scan(&day, &r.Seq, &r.At, &r.Campaign, &r.Recipient, &r.Organisation, &r.Purpose, &r.Action, &set,
		&r.Decision, &r.Rule, &r.Policy, &subject, &agent, &r.SealedAgent, &r.SealedRest)
	if err != nil {
		return nil, err
	}
	r.Day, r.At = audit.DayOf(day), r.At.UTC()
	copy(r.FieldSet[:], set)
	copy(r.Subject[:], subject)
	copy(r.Agent[:], agent)
	return &r, nil
}

func rowsWhere(ctx context.Context, db querier, where string, args ...any) iter.Seq2[*audit.Row, error] {
	return each(ctx, db, scanRow, "SELECT "+rowColumns+" FROM trace WHERE "+where, args...)
}

func (r *Reader) Rows(ctx context.Context, day audit.Day, which audit.Selection) iter.Seq2[*audit.Row, error] {
	return rowsWhere(ctx, r.pool, "day = $1::date AND ($2 = '' OR decision = $2) AND ($3 = '' OR action = $3) ORDER BY seq",
		day.Start(), which.Decision, which.Action)
}

func (r *Reader) Row(ctx context.Context, day audit.Day, seq int64) (*audit.Row, error) {
	for row, err := range rowsWhere(ctx, r.pool, "day = $1::date AND seq = $2", day.Start(), seq) {
		return row, err
	}
	return nil, audit.ErrNoTrace
}

func (r *Reader) Hashes(ctx context.Context, day audit.Day) tlog.HashReader {
	return hashReader(ctx, r.pool, day)
}

func (r *Reader) Checkpoints(ctx context.Context) ([]audit.Checkpoint, error) {
	rows, err := r.pool.Query(ctx, "SELECT tree, size, note FROM checkpoint ORDER BY id")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (audit.Checkpoint, error) {
		var cp audit.Checkpoint
		var note string
		err := row.Scan(&cp.Tree, &cp.Size, &note)
		cp.Note = []byte(note)
		return cp, err
	})
}

func (r *Reader) FieldSets(ctx context.Context) (map[audit.FieldSetID][]catalogue.ItemID, error) {
	rows, err := r.pool.Query(ctx, "SELECT id, items FROM field_set")
	if err != nil {
		return nil, err
	}
	out := map[audit.FieldSetID][]catalogue.ItemID{}
	var id []byte
	var items []string
	_, err = pgx.ForEachRow(rows, []any{&id, &items}, func() error {
		var key audit.FieldSetID
		copy(key[:], id)
		set := make([]catalogue.ItemID, len(items))
		for i, it := range items {
			set[i] = catalogue.ItemID(it)
		}
		out[key] = set
		return nil
	})
	return out, err
}

func (r *Reader) RowsOf(ctx context.Context, tags map[audit.Day][]audit.Tag) iter.Seq2[*audit.Row, error] {
	return byTag(ctx, r.pool, tags, scanRow, rowColumns, "trace", "ORDER BY seq")
}

// byTag sends one query for each day, all in one pipeline: the tags of a day are
// looked for in its own partition.
func byTag[T any](ctx context.Context, pool *pgxpool.Pool, tags map[audit.Day][]audit.Tag, scan func(pgx.Rows) (T, error), columns, table, order string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for days := range slices.Chunk(slices.Sorted(maps.Keys(tags)), 64) {
			batch := &pgx.Batch{}
			for _, d := range days {
				wanted := make([][]byte, len(tags[d]))
				for i, t := range tags[d] {
					wanted[i] = t[:]
				}
				batch.Queue("SELECT "+columns+" FROM "+table+" WHERE day = $1::date AND subject_tag = ANY ($2::bytea[]) "+order, d.Start(), wanted)
			}
			var found []T
			results := pool.SendBatch(ctx, batch)
			for range days {
				rows, err := results.Query()
				for err == nil && rows.Next() {
					var v T
					if v, err = scan(rows); err == nil {
						found = append(found, v)
					}
				}
				if rows != nil {
					rows.Close()
					err = errors.Join(err, rows.Err())
				}
				if err != nil {
					results.Close()
					yield(none, err)
					return
				}
			}
			if err := results.Close(); err != nil {
				yield(none, err)
				return
			}
			for _, v := range found {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// ConnectionsOf selects the columns of the items named, so that one which is not
// granted never leaves the database.
func (r *Reader) ConnectionsOf(ctx context.Context, tags map[audit.Day][]audit.Tag, items []catalogue.ItemID) iter.Seq2[audit.ConnectionRow, error] {
	columns := "day, subject_tag, record"
	for _, item := range items {
		i := slices.Index(audit.ConnectionItems, item)
		if i < 0 {
			return func(yield func(audit.ConnectionRow, error) bool) {
				yield(audit.ConnectionRow{}, fmt.Errorf("%s is no item of a connection", item))
			}
		}
		columns += ", " + pgx.Identifier{r.columns[i]}.Sanitize()
	}
	scan := func(row pgx.Rows) (audit.ConnectionRow, error) {
		var day time.Time
		var subject, record []byte
		cells := make([][]byte, len(items))
		into := []any{&day, &subject, &record}
		for i := range cells {
			into = append(into, &cells[i])
		}
		if err := row.Scan(into...); err != nil {
			return audit.ConnectionRow{}, err
		}
		out := audit.ConnectionRow{Day: audit.DayOf(day), Cells: map[catalogue.ItemID][]byte{}}
		copy(out.Subject[:], subject)
		copy(out.Record[:], record)
		for i, item := range items {
			out.Cells[item] = cells[i]
		}
		return out, nil
	}
	return byTag(ctx, r.pool, tags, scan, columns, "connection", "")
}
