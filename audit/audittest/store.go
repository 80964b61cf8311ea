// Package audittest holds the memory twin of the store of traces, and the one
// suite that runs on the twin and on the real database.
package audittest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// A Store keeps traces in memory: both sides, the one that writes and the one that
// reads.
type Store struct {
	mu          sync.Mutex
	keys        map[audit.Day]crypto.Wrap
	sets        map[audit.FieldSetID][]catalogue.ItemID
	days        map[audit.Day]*day
	log         []audit.DayRoot
	checkpoints []audit.Checkpoint
	connections []audit.ConnectionRow
	commits     int
}

type day struct {
	rows []*audit.Row
	runs []audit.HashRun
	last time.Time
}

var (
	_ audit.Store     = (*Store)(nil)
	_ audit.ReadStore = (*Store)(nil)
)

// NewStore gives an empty store.
func NewStore() *Store {
	return &Store{
		keys: map[audit.Day]crypto.Wrap{},
		sets: map[audit.FieldSetID][]catalogue.ItemID{},
		days: map[audit.Day]*day{},
	}
}

// Commits is how many batches were written.
func (s *Store) Commits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits
}

func (s *Store) DayKeys(_ context.Context, days ...audit.Day) (map[audit.Day]crypto.Wrap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[audit.Day]crypto.Wrap{}
	for _, d := range days {
		if w, held := s.keys[d]; held {
			out[d] = slices.Clone(w)
		}
	}
	return out, nil
}

func (s *Store) KeepDayKeys(ctx context.Context, offers map[audit.Day]crypto.Wrap) (map[audit.Day]crypto.Wrap, error) {
	s.mu.Lock()
	for d, w := range offers {
		if _, held := s.keys[d]; !held {
			s.keys[d] = slices.Clone(w)
		}
	}
	s.mu.Unlock()
	return s.DayKeys(ctx, slices.Collect(maps.Keys(offers))...)
}

func (s *Store) AddFieldSets(_ context.Context, sets ...audit.FieldSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, set := range sets {
		if _, known := s.sets[set.ID]; !known {
			s.sets[set.ID] = slices.Clone(set.Items)
		}
	}
	return nil
}

func (s *Store) Append(_ context.Context, d audit.Day, fill func(audit.Head) (audit.Batch, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := s.head(d)
	b, err := fill(head)
	if err != nil {
		return err
	}
	if b.First != head.Size {
		return fmt.Errorf("batch at %d in a day of %d traces", b.First, head.Size)
	}
	if s.days[d] == nil {
		s.days[d] = &day{}
	}
	it := s.days[d]
	for _, r := range b.Rows {
		c := *r
		it.rows = append(it.rows, &c)
		it.last = r.At
	}
	it.runs = append(it.runs, audit.HashRun{First: b.First, Count: int64(len(b.Rows)), Hashes: slices.Clone(b.Hashes)})
	s.checkpoints = append(s.checkpoints, b.Checkpoints...)
	s.commits++
	return nil
}

func (s *Store) head(d audit.Day) audit.Head {
	h := audit.Head{Hashes: hashes{s.days[d]}}
	if it := s.days[d]; it != nil && len(it.runs) > 0 {
		last := it.runs[len(it.runs)-1]
		h.Size, h.Last = last.First+last.Count, it.last
	}
	h.Closed = slices.ContainsFunc(s.log, func(l audit.DayRoot) bool { return l.Day == d })
	return h
}

// hashes reads the hashes of a day run by run, as the database does.
type hashes struct{ *day }

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		found := false
		for _, r := range h.runs {
			if at := x - tlog.StoredHashCount(r.First); at >= 0 && at < int64(len(r.Hashes)) {
				out[i], found = r.Hashes[at], true
			}
		}
		if !found {
			return nil, fmt.Errorf("hash %d is not stored", x)
		}
	}
	return out, nil
}

func (s *Store) CloseDay(_ context.Context, d audit.Day, fill func(audit.Head, []audit.DayRoot) (*audit.Closing, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := fill(s.head(d), slices.Clone(s.log))
	if err != nil || c == nil {
		return err
	}
	s.log = append(s.log, c.DayRoot)
	s.checkpoints = append(s.checkpoints, c.Checkpoints...)
	return nil
}

func (s *Store) Head(_ context.Context, d audit.Day, look func(audit.Head) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return look(s.head(d))
}

func (s *Store) FirstDay(context.Context) (audit.Day, bool, error) {
	days, _ := s.Days(context.Background())
	if len(days) == 0 {
		return 0, false, nil
	}
	return days[0], true, nil
}

func (s *Store) DayLog(context.Context) ([]audit.DayRoot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log), nil
}

func (s *Store) AddCheckpoints(_ context.Context, cps ...audit.Checkpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checkpoints = append(s.checkpoints, cps...)
	return nil
}

func (s *Store) Checkpoints(context.Context) ([]audit.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.checkpoints), nil
}

func (s *Store) FieldSets(context.Context) (map[audit.FieldSetID][]catalogue.ItemID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.sets), nil
}

func (s *Store) Days(context.Context) ([]audit.Day, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []audit.Day
	for d, it := range s.days {
		if len(it.rows)+len(it.runs) > 0 {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (s *Store) Day(ctx context.Context, d audit.Day, look func(iter.Seq2[*audit.Row, error], iter.Seq2[audit.HashRun, error]) error) error {
	rows := s.Rows(ctx, d, audit.Selection{})
	s.mu.Lock()
	var runs []audit.HashRun
	if it := s.days[d]; it != nil {
		runs = slices.Clone(it.runs)
	}
	s.mu.Unlock()
	return look(rows, func(yield func(audit.HashRun, error) bool) {
		for _, r := range runs {
			if !yield(r, nil) {
				return
			}
		}
	})
}

func (s *Store) Rows(_ context.Context, d audit.Day, which audit.Selection) iter.Seq2[*audit.Row, error] {
	return s.rowsWhere(func(r *audit.Row) bool { return r.Day == d && which.Takes(r) })
}

func (s *Store) RowsOf(_ context.Context, tags map[audit.Day][]audit.Tag) iter.Seq2[*audit.Row, error] {
	return s.rowsWhere(func(r *audit.Row) bool { return slices.Contains(tags[r.Day], r.Subject) })
}

func (s *Store) rowsWhere(keep func(*audit.Row) bool) iter.Seq2[*audit.Row, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*audit.Row
	for _, d := range slices.Sorted(maps.Keys(s.days)) {
		for _, r := range s.days[d].rows {
			if keep(r) {
				c := *r
				rows = append(rows, &c)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b *audit.Row) int {
		if a.Day != b.Day {
			return int(a.Day - b.Day)
		}
		return int(a.Seq - b.Seq)
	})
	return func(yield func(*audit.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *Store) Row(ctx context.Context, d audit.Day, seq int64) (*audit.Row, error) {
	for r := range s.rowsWhere(func(r *audit.Row) bool { return r.Day == d && r.Seq == seq }) {
		return r, nil
	}
	return nil, audit.ErrNoTrace
}

func (s *Store) Hashes(_ context.Context, d audit.Day) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.days[d] == nil {
			return nil, audit.ErrNoTrace
		}
		return hashes{s.days[d]}.ReadHashes(indexes)
	})
}

func (s *Store) AddConnections(_ context.Context, rows []audit.ConnectionRow) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections = append(s.connections, rows...)
	return nil
}

func (s *Store) ConnectionsOf(_ context.Context, tags map[audit.Day][]audit.Tag, items []catalogue.ItemID) iter.Seq2[audit.ConnectionRow, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []audit.ConnectionRow
	for _, r := range s.connections {
		if !slices.Contains(tags[r.Day], r.Subject) {
			continue
		}
		asked := map[catalogue.ItemID][]byte{}
		for _, it := range items {
			asked[it] = r.Cells[it]
		}
		r.Cells = asked
		out = append(out, r)
	}
	return func(yield func(audit.ConnectionRow, error) bool) {
		for _, r := range out {
			if !yield(r, nil) {
				return
			}
		}
	}
}
