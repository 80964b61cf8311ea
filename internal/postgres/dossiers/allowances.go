package dossiers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/dossier"
	"sceau/dossier/gather"
	"sceau/internal/postgres/pool"
)

// Allowances counts what missions are answered, for all nodes in one table, as the role
// of the gate, which can add and take nothing back. Readers of one process who come at
// once make one statement, and one line in it where they are of one mission.
type Allowances struct {
	db  *pgxpool.Pool
	way gather.Way[dossier.Charge, dossier.Spent]
}

var _ dossier.Allowances = (*Allowances)(nil)

// NewAllowances counts through the connections of db.
func NewAllowances(db *pgxpool.Pool) *Allowances {
	a := &Allowances{db: db}
	a.way.Go, a.way.Longest = a.spend, pool.Longest
	return a
}

// Spend implements dossier.Allowances.
func (a *Allowances) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	return a.way.Ask(ctx, c)
}

// A line is charges that are alike: of one holder, under one limit, of as many files.
type line struct {
	dossier.Charge       // the latest of them
	of             []int // their places among what was asked
}

// linesOf puts charges that are alike together, and lines in the order of their holders.
// Of one holder refusals come first: whoever was refused too often is answered no more.
func linesOf(asked []dossier.Charge) []line {
	var lines []line
	at := map[dossier.Charge]int{}
	for i, c := range asked {
		alike := c
		alike.At = time.Time{}
		k, ok := at[alike]
		if !ok {
			k = len(lines)
			at[alike] = k
			lines = append(lines, line{Charge: c})
		}
		if c.At.After(lines[k].At) {
			lines[k].At = c.At
		}
		lines[k].of = append(lines[k].of, i)
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if c := bytes.Compare(a.Holder[:], b.Holder[:]); c != 0 {
			return c
		}
		return rank(a.Kind) - rank(b.Kind)
	})
	return lines
}

func rank(k dossier.ChargeKind) int {
	return slices.Index([]dossier.ChargeKind{dossier.ChargeRefusal, dossier.ChargeFiles, dossier.ChargeExport}, k)
}

// spend charges all of them in one statement, whose locks end with it.
func (a *Allowances) spend(ctx context.Context, asked []dossier.Charge) ([]dossier.Spent, error) {
	lines := linesOf(asked)
	var (
		holders                             [][]byte
		kinds                               []string
		files, times, hours, days, refusals []int32
		ats                                 []time.Time
	)
	for _, l := range lines {
		most := l.Limit.Day
		if l.Kind == dossier.ChargeExport {
			most = l.Limit.Export
		}
		holders, kinds, ats = append(holders, l.Holder[:]), append(kinds, string(l.Kind)), append(ats, l.At)
		files, times = append(files, bounded(l.Files)), append(times, bounded(len(l.of)))
		hours, days, refusals = append(hours, bounded(l.Limit.Hour)), append(days, bounded(most)), append(refusals, bounded(l.Refusals))
	}
	rows, err := a.db.Query(ctx, `SELECT taken, day_files, day_exported, began, answers, refused FROM spend_allowance($1, $2, $3, $4, $5, $6, $7, $8)`,
		holders, kinds, files, times, hours, days, refusals, ats)
	if err != nil {
		return nil, unspent(err)
	}
	answers := make([]dossier.Spent, len(asked))
	n := 0
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (none struct{}, err error) {
		var taken int
		var s dossier.Spent
		var began []time.Time
		var counted, refused []int
		if err := row.Scan(&taken, &s.Day, &s.Exported, &began, &counted, &refused); err != nil || n == len(lines) {
			return none, err
		}
		for k := range began {
			s.Slots = append(s.Slots, dossier.Slot{Began: began[k], Files: counted[k], Refusals: refused[k]})
		}
		for k, i := range lines[n].of {
			s.Taken = k < taken // whoever asked first
			answers[i] = s
		}
		n++
		return none, nil
	})
	if err == nil && n != len(lines) {
		err = fmt.Errorf("%d answers to %d charges", n, len(lines))
	}
	return answers, unspent(err)
}

// bounded keeps a number within a column: a limit beyond it is none in practice.
func bounded(n int) int32 { return int32(min(max(n, 0), 1<<30)) }

// aheadCode is what the database says to a node whose clock is minutes ahead of its own.
const aheadCode = "SC042"

func unspent(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == aheadCode {
		return fmt.Errorf("counting what a mission is answered: %w: the clock of this machine is ahead of the database's", dossier.ErrUnavailable)
	}
	return quiet("counting what a mission is answered", err)
}
