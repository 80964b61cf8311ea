package policy

import (
	"fmt"
	"slices"

	"sceau/catalogue"
)

// A Change is what one table grants more, and less, than the one it replaces.
// Rows that say the same under another citation are in neither list.
type Change struct {
	Wider    []Row // of the new table: the old one granted less there, or nothing
	Narrower []Row // of the old table: the new one grants less there, or nothing
	Rights   []Row // of those, what takes from a right of the person, or from what guards it

	// Restated are rows that grant the same by another article or another row of the
	// sheet: nothing that decides, and all that a person signs.
	Restated []Restated

	// Recipients whose limit is higher, and lower, than before.
	Raised, Lowered []catalogue.RecipientID
	Curbed          []catalogue.RecipientID // of the lowered, those by whom a right is exercised
}

// A Restated row is one that stands on other words than before.
type Restated struct{ Before, After Row }

// Widens counts what two people have to sign: rows that grant more, and limits
// that were raised.
func (c Change) Widens() int { return len(c.Wider) + len(c.Raised) }

// Narrows counts what is granted less.
func (c Change) Narrows() int { return len(c.Narrower) + len(c.Lowered) }

// Takes counts what takes from a right of the person.
func (c Change) Takes() int { return len(c.Rights) + len(c.Curbed) }

// Compare finds what changes when a table replaces another; nil grants nothing.
//
// It is exact, row by row: a row of the new table is wider unless one row of the
// old one, for the same recipient, purpose, action, phase, relation and item, asks
// for no other guard and tells as much. Guards are never negated, so what no single
// row covers is granted in the context where just its own relation and guards hold.
func Compare(old, new *Table) Change {
	var c Change
	c.Wider = old.leaves(new)
	c.Narrower = new.leaves(old)
	for _, r := range c.Narrower {
		if old.serves(r) {
			c.Rights = append(c.Rights, r)
		}
	}
	c.Restated = new.restates(old)
	for _, r := range everybody(old, new) {
		before, after := old.Limit(r), new.Limit(r)
		if !after.within(before) {
			c.Raised = append(c.Raised, r)
		} else if after != before {
			c.Lowered = append(c.Lowered, r)
			if slices.ContainsFunc(old.rows, func(row Row) bool { return row.Recipient == r && old.serves(row) }) {
				c.Curbed = append(c.Curbed, r)
			}
		}
	}
	return c
}

// serves says whether a row serves a right of the person it is about (art. 15, 16, 18, 21;
// loi 78-17 art. 85; an authority's or a court's file): the person's own reading and
// writing, and whatever a registered request or a case opens. So does what the platform
// opens for its own work: names to take them out of a text, a grant to count it in a rate.
// To take it away is no minimisation.
func (t *Table) serves(r Row) bool {
	rec, _ := t.vocabulary.Catalogue.Recipient(r.Recipient)
	return rec.Type == "data-subject" || rec.Type == "system" || r.Relation == "open_request" || r.Relation == "case_file"
}

// restates finds the rows of t that another table has under another citation.
func (t *Table) restates(of *Table) []Restated {
	if t == nil || of == nil {
		return nil
	}
	had := map[string]Row{}
	for _, r := range of.rows {
		had[r.grant()] = r
	}
	var out []Restated
	for _, r := range t.rows {
		if before, ok := had[r.grant()]; ok && (before.Article != r.Article || before.SheetRow != r.SheetRow) {
			out = append(out, Restated{before, r})
		}
	}
	return out
}

// grant spells a row without what it cites.
func (r Row) grant() string {
	return fmt.Sprint(r.where(), " ", r.Flags(), " ", r.Form, " ", r.Derive)
}

// leaves are the rows of another table that t does not cover.
func (t *Table) leaves(of *Table) []Row {
	if of == nil {
		return nil
	}
	granted := map[where][]Row{}
	if t != nil {
		for _, r := range t.rows {
			granted[r.where()] = append(granted[r.where()], r)
		}
	}
	var out []Row
	for _, r := range of.rows {
		if !slices.ContainsFunc(granted[r.where()], r.within) {
			out = append(out, r)
		}
	}
	return out
}

// where is a context of the base, and the item asked there.
type where struct {
	recipient catalogue.RecipientID
	purpose   catalogue.Purpose
	action    Action
	phase     catalogue.Phase
	relation  catalogue.Relation
	item      catalogue.ItemID
}

func (r Row) where() where {
	return where{r.Recipient, r.Purpose, r.Action, r.Phase, r.Relation, r.Item}
}

// within says that another row of the same place already grants what r grants. A
// value as it is may be told as anything less; a band, a match and one bit tell
// different things, and none is less than another. The couple's own value is the value
// itself: it is less of nothing.
func (r Row) within(other Row) bool {
	for _, g := range other.Guards {
		if !slices.Contains(r.Guards, g) {
			return false
		}
	}
	return r.Form <= other.Form && (r.Derive == other.Derive || other.Derive == "as-is" && r.Derive != "own-couple" || r.Derive == "count")
}

// everybody is the recipients, in the catalogue's order, of whichever table there is.
func everybody(old, new *Table) []catalogue.RecipientID {
	var out []catalogue.RecipientID
	if new == nil {
		new = old
	}
	if new == nil {
		return nil
	}
	for _, r := range new.vocabulary.Catalogue.Recipients() {
		out = append(out, r.ID)
	}
	return out
}

// Contexts is in how many contexts of the base something changes.
func (c Change) Contexts() int {
	seen := map[Context]bool{}
	for _, rows := range [][]Row{c.Wider, c.Narrower} {
		for _, r := range rows {
			seen[Context{r.Recipient, r.Purpose, r.Phase, r.Relation}] = true
		}
	}
	return len(seen)
}
