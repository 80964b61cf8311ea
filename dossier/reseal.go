package dossier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
)

// Resealing seals every row of a class anew under the newest version of its branch key,
// while the class is read and written. It shows a value to nobody: a cell is opened and
// sealed again inside crypto, and of a document the reference alone is seen here.
//
// A row changes whole, in one statement, and only while it stands as it was read: who
// reads meanwhile has the row before or the row after, and both versions open. What it
// has done it has done for good, so that it may be killed at any moment.
type Resealing struct {
	Layout    *Layout
	Ring      *crypto.Keyring
	Rows      Resealer
	Turns     rotation.BranchTurns
	Documents DocumentMover
	Traces    Recorder
	Now       func() time.Time
	Progress  rotation.Progress // may be nil
	Page      int               // rows at once; 0 is 500
}

// A Resealer changes sealed rows where they stand.
type Resealer interface {
	// Frozen is what is frozen in a campaign at this moment.
	Frozen(ctx context.Context, campaign string) (Frozen, error)
	// CountOthers says how many rows of a table are not under a version of the branch key.
	CountOthers(ctx context.Context, campaign string, table int, version uint32) (int64, error)
	// Others reads up to limit of them, whole, in the order of their places: those beyond
	// after, which is the unit and the record of a row; nil is the beginning.
	Others(ctx context.Context, campaign string, table int, version uint32, after []byte, limit int) ([]SealedRow, error)
	// Loosen names a blob to which no cell leads yet.
	Loosen(ctx context.Context, campaign string, at time.Time, blob string) error
	// Replace puts rows of one table in place of others where these stand as they were
	// read, cell for cell, all in one transaction, and says which. A blob that a row
	// leads to from now on is loose no more, and one that it led to is. A blob that was
	// swept away meanwhile undoes everything.
	Replace(ctx context.Context, campaign string, at time.Time, swaps []Swap) (done []bool, err error)
	// Sweep has the blobs removed that have been loose since before a moment, forgets
	// them, and says since when the youngest of those left is: zero when there is none.
	Sweep(ctx context.Context, campaign string, before time.Time, remove func(blob string) error) (removed int64, youngest time.Time, err error)
}

// A Swap is one row and what takes its place.
type Swap struct {
	Was, Becomes SealedRow
	Left, Made   []string // blobs that the one led to, and the other does
}

// DocumentMover is Documents that can be removed.
type DocumentMover interface {
	Documents
	// Remove removes a blob. One that is not there is done.
	Remove(ctx context.Context, name string) error
}

// Settled is how long after a branch key was added some row may still come under the
// version before: a process goes on with what it read for BookLife, and the batch that
// it has sealed then has a minute to be committed. Nor does a request that read the
// name of a blob before it changed last longer.
const Settled = crypto.BookLife + longestBatch + 3*time.Minute

// ErrDamaged means that some rows do not open where they stand: altered, or moved there.
// They are left as they are.
var ErrDamaged = errors.New("some rows do not open, and stay as they are")

// A DamagedRow is a place, never a value.
type DamagedRow struct {
	Table  string           `json:"table"`
	Unit   crypto.UnitID    `json:"unit"`
	Record string           `json:"record,omitempty"` // empty for what stands once
	Item   catalogue.ItemID `json:"item,omitempty"`   // empty when it is the header that is refused
}

// mostDamaged is how many places a report lists.
const mostDamaged = 1000

// A Reseal is the outcome of one run.
type Reseal struct {
	Campaign  string `json:"campaign"`
	Class     string `json:"class"`
	Version   uint32 `json:"version"`
	Rows      int64  `json:"rows"` // sealed anew by this run
	Cells     int64  `json:"cells"`
	Documents int64  `json:"documents"`
	Removed   int64  `json:"documents_removed"` // blobs that no cell leads to any more
	// Of the last pass through the tables:
	Forgotten int64        `json:"forgotten"` // rows of forgotten units: ciphertext of nobody, which stays
	Damaged   int64        `json:"damaged"`
	Places    []DamagedRow `json:"places,omitempty"` // of the first thousand damaged
	Ended     bool         `json:"ended"`
	// Due is when another run can end it: until then rows may come under the version
	// before, and blobs be read.
	Due time.Time `json:"due,omitzero"`
}

// A pass is one way through the tables.
type pass struct {
	whole  bool  // from the first row, in this run
	found  int64 // rows to seal anew
	sealed int64 // of them, those that stood still until they were
}

// inVain is how many passes may find rows that all change before they are sealed anew.
const inVain = 10

// Run goes on with the change of a branch key whose version was added, as far as it can
// be carried now. The caller holds rotation.Store.Alone, and by is who runs it.
//
// Errors: ErrDamaged, ErrNotTraced, crypto.ErrFrozen.
func (r *Resealing) Run(ctx context.Context, t rotation.BranchTurn, by string) (Reseal, error) {
	out := Reseal{Campaign: t.Campaign, Class: t.Class, Version: t.Version}
	if t.State != rotation.Resealing {
		return out, fmt.Errorf("version %d of the branch key of class %s is %s: there is nothing to seal anew", t.Version, t.Class, t.State)
	}
	if err := r.trace(ctx, by, out, "began", nil); err != nil {
		return out, err
	}
	err := r.run(ctx, &t, &out)
	// The end is traced whatever it was, and whoever left meanwhile.
	if second := r.trace(context.WithoutCancel(ctx), by, out, "ended", err); err == nil {
		err = second
	}
	return out, err
}

func (r *Resealing) trace(ctx context.Context, by string, out Reseal, step string, failed error) error {
	out.Places = nil // the trace has counts
	detail, err := json.Marshal(struct {
		Step string `json:"step"`
		Reseal
	}{step, out})
	if err != nil {
		return err
	}
	event := KeyringEvent(out.Campaign, "reseal", "branch", by)
	event.Items, event.Detail = r.items(out.Class), detail
	if failed != nil {
		event.Decision, event.Rule = audit.Failed, outcome(failed)
	}
	if _, err := r.Traces.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	return nil
}

// tables are those of a class, in the order of their names.
func (r *Resealing) tables(class string) (tables []int) {
	for t := range r.Layout.Tables {
		if string(r.Layout.Tables[t].Class) == class {
			tables = append(tables, t)
		}
	}
	if string(r.Layout.pseudonym.Class) == class {
		tables = append(tables, r.Layout.Pseudonym())
	}
	return tables
}

func (r *Resealing) items(class string) (items []catalogue.ItemID) {
	for _, t := range r.tables(class) {
		items = append(items, r.Layout.Plan(t).Items...)
	}
	slices.Sort(items)
	return slices.Compact(items)
}

// run goes through the tables until a way from end to end finds nothing left to do.
func (r *Resealing) run(ctx context.Context, t *rotation.BranchTurn, out *Reseal) error {
	var all int64
	for _, table := range r.tables(t.Class) {
		n, err := r.Rows.CountOthers(ctx, t.Campaign, table, t.Version)
		if err != nil {
			return err
		}
		all += n
	}
	for vain := 0; vain < inVain; {
		if _, err := r.sweep(ctx, t.Campaign, out); err != nil {
			return err
		}
		p := pass{whole: t.Table == ""}
		if p.whole {
			t.Pass = r.Now()
		}
		began := t.Pass
		out.Forgotten, out.Damaged, out.Places = 0, 0, nil
		for _, table := range r.tables(t.Class) {
			if r.Layout.Plan(table).Name < t.Table {
				continue // done with by the run that was cut
			}
			if err := r.table(ctx, t, table, &p, out, all); err != nil {
				return err
			}
		}
		t.Table, t.After, t.Pass = "", nil, time.Time{}
		if err := r.Turns.SaveBranchTurn(ctx, *t); err != nil {
			return err
		}
		if p.whole && p.found == 0 {
			return r.end(ctx, t, began, out)
		}
		if vain++; p.sealed > 0 || !p.whole {
			vain = 0
		}
	}
	return fmt.Errorf("class %s of campaign %s: its rows change faster than they are sealed anew", t.Class, t.Campaign)
}

// end closes the change when nothing can come under the version before any more.
func (r *Resealing) end(ctx context.Context, t *rotation.BranchTurn, began time.Time, out *Reseal) error {
	if out.Damaged > 0 {
		return fmt.Errorf("class %s of campaign %s: %w: %d of them", t.Class, t.Campaign, ErrDamaged, out.Damaged)
	}
	settled := t.Added.Add(Settled)
	if !began.After(settled) {
		out.Due = settled
	}
	youngest, err := r.sweep(ctx, t.Campaign, out)
	if err != nil {
		return err
	}
	if !youngest.IsZero() && youngest.Add(Settled).After(out.Due) {
		out.Due = youngest.Add(Settled)
	}
	if !out.Due.IsZero() {
		return nil
	}
	t.State, t.Done = rotation.BranchEnded, r.Now()
	out.Ended = true
	return r.Turns.SaveBranchTurn(ctx, *t)
}

// sweep removes the blobs that no cell leads to, once nobody can be reading them.
func (r *Resealing) sweep(ctx context.Context, campaign string, out *Reseal) (youngest time.Time, err error) {
	removed, youngest, err := r.Rows.Sweep(ctx, campaign, r.Now().Add(-Settled), func(blob string) error { return r.Documents.Remove(ctx, blob) })
	out.Removed += removed
	return youngest, err
}
