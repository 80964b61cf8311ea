package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"sceau/catalogue"
)

// A Reader reads traces back: for the candidate who asks who looked, for the one
// who supervises. It never answers what is past its year. Reading traces is an
// access: the caller records it first.
type Reader struct {
	Store  ReadStore
	Keys   Keys
	DayKey string
	Now    func() time.Time
}

// An Entry is a trace read back, without its agent.
type Entry struct {
	*Row
	FileNo    []byte // of Subject only: through which of the file numbers asked for
	Items     []catalogue.ItemID
	Candidate string
	Request   string
	Detail    []byte
}

// lifetime is the longest a trace opens: a year from the event, rounded up to the
// day of a leap year, and the day in which it goes (RET-10).
const lifetime = 366 + 1

// oldest is the first day that may still be read.
func (r *Reader) oldest() Day { return DayOf(r.Now()) - lifetime }

// Subject is the history of one person: the traces of the file numbers the person
// has, from first to last, in the order of time. A file number has a tag of its
// own each day, so a year of one costs at most 366 look-ups.
func (r *Reader) Subject(ctx context.Context, fileNos [][]byte, first, last Day) ([]Entry, error) {
	keys, tags, names, err := r.tagsOf(ctx, fileNos, first, last)
	if err != nil {
		return nil, err
	}
	defer zeroAll(keys)
	sets, err := r.Store.FieldSets(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the sets of items of traces: %w", err)
	}
	var out []Entry
	for row, err := range r.Store.RowsOf(ctx, tags) {
		if err != nil {
			return nil, fmt.Errorf("reading traces: %w", err)
		}
		e, err := entry(keys[row.Day], row, sets)
		if err != nil {
			return nil, err
		}
		e.FileNo = names[row.Day][row.Subject]
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Seq, b.Seq))
	})
	return out, nil
}

// Between yields the traces of the days from first to last that a selection
// takes, for supervision: refusals, exports, readings of the traces.
func (r *Reader) Between(ctx context.Context, first, last Day, which Selection) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		keys, err := r.open(ctx, first, last)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer zeroAll(keys)
		sets, err := r.Store.FieldSets(ctx)
		if err != nil {
			yield(Entry{}, fmt.Errorf("reading the sets of items of traces: %w", err))
			return
		}
		for d := max(first, r.oldest()); d <= last; d++ {
			if keys[d] == nil {
				continue
			}
			for row, err := range r.Store.Rows(ctx, d, which) {
				if err != nil {
					yield(Entry{}, fmt.Errorf("reading the traces of %s: %w", d, err))
					return
				}
				e, err := entry(keys[d], row, sets)
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// Refusals yields what was refused on the days from first to last.
func (r *Reader) Refusals(ctx context.Context, first, last Day) iter.Seq2[Entry, error] {
	return r.Between(ctx, first, last, Selection{Decision: Refused})
}

// Agent opens who acted. Apart from the rest, because it takes a request and a
// reason of its own.
func (r *Reader) Agent(ctx context.Context, row *Row) (string, error) {
	keys, err := r.open(ctx, row.Day, row.Day)
	if err != nil {
		return "", err
	}
	defer zeroAll(keys)
	if keys[row.Day] == nil {
		return "", errNoKey(row.Day)
	}
	return keys[row.Day].openAgent(row)
}

func errNoKey(d Day) error { return fmt.Errorf("traces of %s: the key of that day is gone", d) }

func entry(k *dayKey, row *Row, sets map[FieldSetID][]catalogue.ItemID) (Entry, error) {
	if k == nil {
		return Entry{}, errNoKey(row.Day)
	}
	e := Entry{Row: row, Items: sets[row.FieldSet]}
	var err error
	e.Candidate, e.Request, e.Detail, err = k.openRest(row)
	return e, err
}

// open gives the keys of those days of the span which have one and may be read.
func (r *Reader) open(ctx context.Context, first, last Day) (map[Day]*dayKey, error) {
	if r.Now == nil {
		return nil, errors.New("reading traces: no clock to tell what is past its year")
	}
	var days []Day
	for d := max(first, r.oldest()); d <= last && len(days) < 2*lifetime; d++ {
		days = append(days, d)
	}
	wraps, err := r.Store.DayKeys(ctx, days...)
	if err != nil {
		return nil, fmt.Errorf("reading the keys of days of traces: %w", err)
	}
	return unwrapDays(ctx, r.Keys, r.DayKey, wraps)
}

// tagsOf computes the tag of each file number on each day.
func (r *Reader) tagsOf(ctx context.Context, fileNos [][]byte, first, last Day) (map[Day]*dayKey, map[Day][]Tag, map[Day]map[Tag][]byte, error) {
	for _, f := range fileNos {
		if len(f) == 0 {
			return nil, nil, nil, errors.New("reading traces: a file number is empty")
		}
	}
	keys, err := r.open(ctx, first, last)
	if err != nil {
		return nil, nil, nil, err
	}
	tags := make(map[Day][]Tag, len(keys))
	names := make(map[Day]map[Tag][]byte, len(keys))
	for d, k := range keys {
		names[d] = make(map[Tag][]byte, len(fileNos))
		for _, f := range fileNos {
			t := k.subjectTag(f)
			tags[d] = append(tags[d], t)
			names[d][t] = f
		}
	}
	return keys, tags, names, nil
}
