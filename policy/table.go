package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"sceau/catalogue"
)

// Table is the access table, ready to be looked up. It is immutable and may be
// shared by any number of goroutines.
type Table struct {
	vocabulary *Vocabulary
	rows       []Row
	hash       string
	limits     Limits

	// slots leads from (recipient, purpose, phase, action) to the first of its
	// cells, one per item, or to -1 where nothing at all is granted: the
	// ceiling grants something in a few hundred of 2,808.
	slots   []int32
	cells   []cell
	entries []entry
	derives []catalogue.Derive
}

// cell is the entries of one item, best form first.
type cell struct {
	first, n int32
	// except are the relations whose holding closes the item, whatever else
	// holds: the denials that the ceiling writes item by item.
	except RelationSet
}

type entry struct {
	relation RelationSet
	guards   GuardSet
	row      int32
	form     catalogue.Form
	derive   uint8
}

// Compile makes a table of rows. Every word must be known, every row coherent
// and above no denial of the decree; rows are sorted, and kept once.
func Compile(v *Vocabulary, rows []Row) (*Table, error) {
	t := &Table{vocabulary: v, rows: Sort(rows)}
	for i, r := range t.rows {
		if err := v.check(r); err != nil {
			return nil, fmt.Errorf("row %d of the table (%s, %s): %w", i+1, r.SheetRow, r.Item, err)
		}
	}
	for _, w := range v.Catalogue.Derives() {
		t.derives = append(t.derives, w.ID)
	}
	if err := t.index(); err != nil {
		return nil, err
	}
	sum := sha256.New()
	if err := t.WriteCSV(sum); err != nil {
		return nil, err
	}
	t.hash = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

func (v *Vocabulary) check(r Row) error {
	if _, ok := v.recipients[r.Recipient]; !ok {
		return fmt.Errorf("unknown recipient %q", r.Recipient)
	}
	if _, ok := v.purposes[r.Purpose]; !ok {
		return fmt.Errorf("unknown purpose %q", r.Purpose)
	}
	if _, ok := v.phases[r.Phase]; !ok {
		return fmt.Errorf("unknown phase %q", r.Phase)
	}
	if r.Action != Read && r.Action != Write {
		return fmt.Errorf("unknown action %q", r.Action)
	}
	if _, err := v.Relations(r.Relation); err != nil {
		return err
	}
	if _, err := v.Guards(r.Guards...); err != nil {
		return err
	}
	if !slices.IsSorted(r.Guards) || len(slices.Compact(slices.Clone(r.Guards))) != len(r.Guards) {
		return errors.New("guards are written in order, each once")
	}
	if v.Catalogue.ItemIndex(r.Item) < 0 {
		return fmt.Errorf("item %q is not in the annex", r.Item)
	}
	if _, ok := v.derives[r.Derive]; !ok {
		return fmt.Errorf("unknown derive %q", r.Derive)
	}
	if r.Article == "" || r.SheetRow == "" {
		return errors.New("a grant cites its article and its sheet row")
	}
	if !Legible(r.Article) || !Legible(r.SheetRow) {
		return errors.New("an article and a sheet row are of printable characters, on one line")
	}
	return coherent(r)
}

// coherent refuses a row whose form says one thing and whose derive another:
// the gate obeys the derive, and people sign the form.
func coherent(r Row) error {
	asIs, count := r.Derive == "as-is", r.Derive == "count"
	switch {
	case r.Form == catalogue.FormClear && !asIs,
		r.Form == catalogue.FormMasked && (asIs || count),
		r.Form == catalogue.FormPseudonymised && count,
		r.Form == catalogue.FormAggregate && !count,
		r.Form == catalogue.FormNone, r.Form > catalogue.FormClear:
		return fmt.Errorf("form %s does not go with derive %s", r.Form, r.Derive)
	case r.Action == Write && r.Form < catalogue.FormMasked:
		return fmt.Errorf("nothing is written in form %s", r.Form)
	}
	return nil
}

func (t *Table) index() error {
	v := t.vocabulary
	items := len(v.Catalogue.Items())
	t.slots = make([]int32, len(v.recipients)*len(v.purposes)*len(v.phases)*2)
	for i := range t.slots {
		t.slots[i] = -1
	}
	byCell := map[int32][]entry{}
	for i, r := range t.rows {
		s := t.slot(v.recipients[r.Recipient], v.purposes[r.Purpose], v.phases[r.Phase], r.Action)
		if t.slots[s] < 0 {
			t.slots[s] = int32(len(t.cells))
			t.cells = append(t.cells, make([]cell, items)...)
		}
		relation, _ := v.Relations(r.Relation) // checked
		guards, _ := v.Guards(r.Guards...)
		c := t.slots[s] + int32(v.Catalogue.ItemIndex(r.Item))
		byCell[c] = append(byCell[c], entry{relation, guards, int32(i), r.Form, uint8(v.derives[r.Derive])})
	}
	for c := range t.cells {
		es := byCell[int32(c)]
		// The first entry that fits is then the answer. As-is is the first of
		// the catalogue's derives, so with equal forms it comes first.
		slices.SortStableFunc(es, func(a, b entry) int {
			return cmp.Or(-cmp.Compare(a.form, b.form), cmp.Compare(a.derive, b.derive))
		})
		t.cells[c].first, t.cells[c].n = int32(len(t.entries)), int32(len(es))
		t.entries = append(t.entries, es...)
	}
	return t.applyDenials()
}

// applyDenials takes the item-level denials of the ceiling into the cells. A
// denial by another relation than the granted one is kept to be compared at
// decision time; one that covers a row outright means the table is wrong.
func (t *Table) applyDenials() error {
	for _, d := range t.vocabulary.denials() {
		for _, phase := range d.Phases {
			for _, p := range t.vocabulary.Catalogue.Purposes() {
				if d.Purpose != catalogue.All && d.Purpose != p.ID {
					continue
				}
				if err := t.deny(d, p.ID, phase); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *Table) deny(d catalogue.CeilingRow, p catalogue.Purpose, phase catalogue.Phase) error {
	v := t.vocabulary
	set, err := v.Relations(d.Relations...)
	if err != nil {
		return err
	}
	if len(d.Relations) == 0 {
		set = ^RelationSet(0)
	}
	for _, action := range []Action{Read, Write} {
		base := t.slots[t.slot(v.recipients[d.Recipient], v.purposes[p], v.phases[phase], action)]
		if base < 0 {
			continue
		}
		for _, item := range d.Items {
			c := &t.cells[base+int32(v.Catalogue.ItemIndex(item))]
			for _, e := range t.entries[c.first : c.first+c.n] {
				if e.relation&set != 0 {
					r := t.rows[e.row]
					return fmt.Errorf("%s grants %s to %s, which %s of the decree denies (%s)", r.SheetRow, r.Item, r.Recipient, d.Row, d.Source)
				}
			}
			c.except |= set
		}
	}
	return nil
}

// denials are the rows of the ceiling that remove items, whatever grants.
func (v *Vocabulary) denials() []catalogue.CeilingRow {
	var out []catalogue.CeilingRow
	for _, r := range v.Catalogue.Ceiling() {
		if !r.Grants() && len(r.Items) > 0 {
			out = append(out, r)
		}
	}
	return out
}

func (t *Table) slot(recipient, purpose, phase int, action Action) int {
	v := t.vocabulary
	s := ((recipient*len(v.purposes)+purpose)*len(v.phases) + phase) * 2
	if action == Write {
		s++
	}
	return s
}

// Hash names the table by its content: two tables that grant alike have one
// hash, and one changed cell gives another.
func (t *Table) Hash() string { return t.hash }

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Row is the i-th row, in the order of the table.
func (t *Table) Row(i int) Row { return t.rows[i] }

// Rows are all rows, in order. Callers must not write to them.
func (t *Table) Rows() []Row { return t.rows }

// Vocabulary is the numbering that the table was compiled with.
func (t *Table) Vocabulary() *Vocabulary { return t.vocabulary }
