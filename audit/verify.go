package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sceau/catalogue"
)

// A Verification says what to verify traces with.
type Verification struct {
	Store ReadStore

	// Keys and DayKey open the keys of the days: without them a leaf cannot be
	// rebuilt from its row, and only the structure is verified, which a stranger
	// may do.
	Keys   Keys
	DayKey string

	// Verifiers are the public keys of the log. Nil: signatures are not looked at,
	// and a history rewritten from end to end would pass.
	Verifiers note.Verifiers

	// Kept are checkpoints that somebody kept outside. The database cannot forget
	// those.
	Kept [][]byte
}

// A Finding is something that an untouched log does not have.
type Finding struct {
	Day Day `json:"day"`
	// Seq is the first trace in doubt; -1 where the finding is about no trace.
	Seq  int64  `json:"seq"`
	What string `json:"what"`
}

func (f Finding) String() string {
	if f.Seq < 0 {
		return fmt.Sprintf("%s: %s", f.Day, f.What)
	}
	return fmt.Sprintf("%s/%d: %s", f.Day, f.Seq, f.What)
}

// A DayReport is what was verified of one day.
type DayReport struct {
	Day     Day       `json:"day"`
	Traces  int64     `json:"traces"`
	Root    tlog.Hash `json:"root"`
	Closed  bool      `json:"closed"`
	Content bool      `json:"content"` // leaves were rebuilt from the rows
	Signed  int64     `json:"signed"`  // how many of the traces a checkpoint covers
}

// A Report is the outcome of a verification. Every tampering gives a finding, and
// findings come sorted: the first is the first divergence.
type Report struct {
	Days        []DayReport `json:"days"`
	Closed      int64       `json:"closed"` // days in the permanent log
	Traces      int64       `json:"traces"`
	Checkpoints int         `json:"checkpoints"` // whose signature is known
	Findings    []Finding   `json:"findings"`
}

// OK says that nothing was found.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// mostFindings of one day; a day rewritten from end to end needs no million lines.
const mostFindings = 20

// Verify rebuilds every live day from its rows, compares it with the stored
// hashes, the checkpoints and the permanent log of days, and reports what does not
// agree. An error means that it could not look, not that something is wrong.
func Verify(ctx context.Context, v Verification) (Report, error) {
	if v.Store == nil {
		return Report{}, errors.New("verifying traces: no store")
	}
	w := &verifier{
		Verification: v, signed: map[string][]statement{}, found: map[Day]int{},
		asked: map[FieldSetID]bool{}, good: map[FieldSetID]bool{},
		report: Report{Days: []DayReport{}, Findings: []Finding{}}, // none is a list too, for a pipe
	}
	if err := w.run(ctx); err != nil {
		return Report{}, fmt.Errorf("verifying traces: %w", err)
	}
	slices.SortStableFunc(w.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Seq, b.Seq))
	})
	return w.report, nil
}

type verifier struct {
	Verification
	report Report
	signed map[string][]statement // by tree
	log    map[Day]DayRoot
	sets   map[FieldSetID][]catalogue.ItemID
	asked  map[FieldSetID]bool // sets looked for since
	good   map[FieldSetID]bool // sets that answer to their name
	found  map[Day]int
}

func (w *verifier) find(d Day, seq int64, format string, args ...any) {
	if w.found[d]++; w.found[d] <= mostFindings {
		w.report.Findings = append(w.report.Findings, Finding{d, seq, fmt.Sprintf(format, args...)})
	}
}

func (w *verifier) run(ctx context.Context) error {
	if err := w.readCheckpoints(ctx); err != nil {
		return err
	}
	if err := w.verifyLogOfDays(ctx); err != nil {
		return err
	}
	days, err := w.Store.Days(ctx)
	if err != nil {
		return err
	}
	// A day may be known only by what was signed about it.
	all := map[Day]bool{}
	for _, d := range days {
		all[d] = true
	}
	for d := range w.log {
		all[d] = true
	}
	for tree := range w.signed {
		if tree == TreeOfDays {
			continue
		}
		d, err := ParseDay(tree)
		if err != nil {
			w.find(0, -1, "a signed checkpoint is of tree %q, which is no day", tree)
			continue
		}
		all[d] = true
	}
	keys := map[Day]*dayKey{}
	if w.Keys != nil {
		wraps, err := w.Store.DayKeys(ctx, slices.Collect(maps.Keys(all))...)
		if err != nil {
			return err
		}
		if keys, err = unwrapDays(ctx, w.Keys, w.DayKey, wraps); err != nil {
			return err
		}
		defer zeroAll(keys)
	}
	for _, d := range slices.Sorted(maps.Keys(all)) {
		if err := w.verifyDay(ctx, d, keys[d]); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
	}
	return nil
}

// readCheckpoints keeps what a known key signed, by tree and size.
func (w *verifier) readCheckpoints(ctx context.Context) error {
	if w.Verifiers == nil {
		return nil
	}
	held, err := w.Store.Checkpoints(ctx)
	if err != nil {
		return err
	}
	for _, cp := range held {
		day, _ := ParseDay(cp.Tree) // the tree of days has no date: its findings come first
		s, err := openCheckpoint(cp.Note, w.Verifiers)
		switch {
		case err != nil:
			w.find(day, cp.Size, "checkpoint at %d traces is not signed by a known key of the log", cp.Size)
		case s.tree != cp.Tree || s.size != cp.Size:
			w.find(day, cp.Size, "checkpoint stored for %s at %d says %s at %d", cp.Tree, cp.Size, s.tree, s.size)
			w.keep(s)
		default:
			w.keep(s)
		}
	}
	for i, msg := range w.Kept {
		s, err := openCheckpoint(msg, w.Verifiers)
		if err != nil {
			return fmt.Errorf("checkpoint %d kept outside: %w", i, err)
		}
		w.keep(s)
	}
	for _, list := range w.signed {
		slices.SortStableFunc(list, func(a, b statement) int { return cmp.Compare(a.size, b.size) })
	}
	return nil
}

func (w *verifier) keep(s statement) {
	w.signed[s.tree] = append(w.signed[s.tree], s)
	w.report.Checkpoints++
}

// verifyLogOfDays checks the permanent log by itself: no hole, and every line
// under a signature.
func (w *verifier) verifyLogOfDays(ctx context.Context) error {
	log, err := w.Store.DayLog(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(log, func(a, b DayRoot) int { return cmp.Compare(a.Position, b.Position) })
	w.log = make(map[Day]DayRoot, len(log))
	check := newRootCheck(w.signed[TreeOfDays])
	var tree edge
	check.at(tree, nil)
	for i, line := range log {
		if line.Position != int64(i) {
			w.find(line.Day, -1, "the log of days jumps from line %d to line %d", i-1, line.Position)
		}
		if i > 0 && line.Day != log[i-1].Day+1 {
			w.find(log[i-1].Day+1, -1, "missing from the log of days, which goes on with %s", line.Day)
		}
		if _, twice := w.log[line.Day]; twice {
			w.find(line.Day, -1, "stands twice in the log of days")
		}
		w.log[line.Day] = line
		tree.append(nil, tlog.RecordHash(line.record()))
		check.at(tree, func(agreed, size int64) {
			w.find(log[agreed].Day, -1, "the log of days is not the one signed at %d days", size)
		})
	}
	if size, beyond := check.beyond(tree.size); beyond {
		day := Day(0)
		if len(log) > 0 {
			day = log[len(log)-1].Day + 1
		}
		w.find(day, -1, "the log of days has %d lines where %d were signed", len(log), size)
	}
	if check.agreed < tree.size && w.Verifiers != nil {
		w.find(log[check.agreed].Day, -1, "closed without a signature")
	}
	w.report.Closed = int64(len(log))
	return nil
}

// rootCheck compares a tree that grows with what was signed about it.
type rootCheck struct {
	signed []statement // sorted by size
	agreed int64       // the largest size at which a signature agreed
}

func newRootCheck(signed []statement) *rootCheck { return &rootCheck{signed: signed} }

// at compares the tree with the statements of its present size, and tells differ
// from which size on the tree is in doubt.
func (c *rootCheck) at(tree edge, differ func(agreed, size int64)) {
	for len(c.signed) > 0 && c.signed[0].size == tree.size {
		if c.signed[0].root == tree.root() {
			c.agreed = tree.size
		} else if differ != nil {
			differ(c.agreed, tree.size)
		}
		c.signed = c.signed[1:]
	}
}

// beyond gives the largest signed size that the tree never reached.
func (c *rootCheck) beyond(size int64) (int64, bool) {
	if n := len(c.signed); n > 0 && c.signed[n-1].size > size {
		return c.signed[n-1].size, true
	}
	return 0, false
}

// verifyDay walks the hashes and the rows of a day side by side. The tree is built
// on the stored leaves, and each row is held against its own leaf: so a row that
// changed is named by itself, and a leaf that changed with it by the tree.
func (w *verifier) verifyDay(ctx context.Context, day Day, key *dayKey) error {
	return w.Store.Day(ctx, day, func(rows iter.Seq2[*Row, error], hashes iter.Seq2[HashRun, error]) error {
		return w.walkDay(ctx, day, key, rows, hashes)
	})
}

func (w *verifier) walkDay(ctx context.Context, day Day, key *dayKey, rows iter.Seq2[*Row, error], hashes iter.Seq2[HashRun, error]) error {
	pull, stop := iter.Pull2(rows)
	defer stop()
	walk := &rowWalk{verifier: w, ctx: ctx, day: day, key: key, pull: pull}
	check := newRootCheck(w.signed[day.String()])

	var tree edge
	check.at(tree, nil)
	var stored []tlog.Hash
	for run, err := range hashes {
		if err != nil {
			return err
		}
		if run.First != tree.size {
			w.find(day, min(run.First, tree.size), "hashes of traces %d to %d do not follow %d traces", run.First, run.First+run.Count-1, tree.size)
			break // what follows cannot be placed
		}
		if want := tlog.StoredHashCount(run.First+run.Count) - tlog.StoredHashCount(run.First); run.Count < 1 || int64(len(run.Hashes)) != want {
			w.find(day, run.First, "%d hashes for %d traces", len(run.Hashes), run.Count)
			break
		}
		rest := run.Hashes
		for range run.Count {
			seq := tree.size
			leaf := rest[0]
			stored = tree.append(stored[:0], leaf)
			if !slices.Equal(stored, rest[:len(stored)]) {
				w.find(day, seq, "a stored hash is not that of the traces below it")
			}
			rest = rest[len(stored):]
			if err := walk.to(seq, leaf); err != nil {
				return err
			}
			check.at(tree, func(agreed, size int64) {
				w.find(day, agreed, "the first %d traces are not those signed; the first %d are", size, agreed)
			})
		}
	}
	if err := walk.end(tree.size); err != nil {
		return err
	}
	if size, beyond := check.beyond(tree.size); beyond {
		w.find(day, tree.size, "%d traces where %d were signed", tree.size, size)
	}
	root := tree.root()
	line, closed := w.log[day]
	switch {
	case !closed:
		if len(w.log) > 0 && day < slices.Min(slices.Collect(maps.Keys(w.log))) {
			w.find(day, -1, "has traces, and the log of days starts after it")
		}
	case line.Size != tree.size:
		w.find(day, min(line.Size, tree.size), "%d traces where the log of days says %d", tree.size, line.Size)
	case line.Root != root:
		w.find(day, check.agreed, "the root is not the one in the log of days; the first %d traces are signed", check.agreed)
	}
	if walk.count > 0 && key == nil && w.Keys != nil {
		w.find(day, -1, "has traces, and no key to rebuild them with")
	}
	w.report.Traces += tree.size
	w.report.Days = append(w.report.Days, DayReport{
		Day: day, Traces: tree.size, Root: root, Closed: closed,
		Content: key != nil, Signed: check.agreed,
	})
	return nil
}

// rowWalk follows the rows of a day while the tree is rebuilt.
type rowWalk struct {
	*verifier
	ctx   context.Context // of this walk only
	day   Day
	key   *dayKey
	pull  func() (*Row, error, bool)
	ahead *Row // read, and beyond the leaf of the last call
	last  *Row
	count int64
}

func (w *rowWalk) next() (*Row, error) {
	if r := w.ahead; r != nil {
		w.ahead = nil
		return r, nil
	}
	r, err, more := w.pull()
	if err != nil || !more {
		return nil, err
	}
	w.count++
	return r, nil
}

// to finds the row of a leaf and holds it against it.
func (w *rowWalk) to(seq int64, stored tlog.Hash) error {
	for {
		r, err := w.next()
		if err != nil {
			return err
		}
		if r == nil || r.Seq > seq {
			w.ahead = r
			w.find(w.day, seq, "the trace is missing")
			return nil
		}
		if r.Seq < seq {
			w.find(w.day, r.Seq, "a second trace stands at this place")
			continue
		}
		return w.hold(r, stored)
	}
}

func (w *rowWalk) hold(r *Row, stored tlog.Hash) error {
	switch {
	case r.Day != w.day || DayOf(r.At) != w.day:
		w.find(w.day, r.Seq, "the trace is dated of another day")
	case w.last != nil && r.At.Before(w.last.At):
		w.find(w.day, r.Seq, "the trace is dated before the one it follows")
	case w.key != nil && leaf(w.key.leafSalt(r.Seq), r) != stored:
		w.find(w.day, r.Seq, "the trace is not the one that was written")
	}
	w.last = r

	items, known := w.sets[r.FieldSet]
	if !known && !w.asked[r.FieldSet] {
		// Sets are written before the traces that name them, so whatever came
		// since the last reading is there now.
		var err error
		if w.sets, err = w.Store.FieldSets(w.ctx); err != nil {
			return err
		}
		w.asked[r.FieldSet] = true
		items, known = w.sets[r.FieldSet]
	}
	if !known {
		w.find(w.day, r.Seq, "the set of items of the trace is missing")
	} else if !w.good[r.FieldSet] {
		if NewFieldSet(items).ID != r.FieldSet {
			w.find(w.day, r.Seq, "the set of items of the trace is not the one that was written")
			return nil
		}
		w.good[r.FieldSet] = true
	}
	return nil
}

// end reports the rows that no leaf accounts for.
func (w *rowWalk) end(size int64) error {
	for {
		r, err := w.next()
		if err != nil || r == nil {
			return err
		}
		w.find(w.day, r.Seq, "the trace was not written by the log, which has %d", size)
	}
}
