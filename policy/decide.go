package policy

import (
	"fmt"

	"sceau/catalogue"
)

// A Query is a question put to the table many times, one item after another.
// Its words were checked once; relations and guards are filled in from facts,
// anew for each record where they differ.
type Query struct {
	Relations RelationSet
	Guards    GuardSet

	slot  int32
	cells int32 // -1: nothing is granted there to anybody
}

// Query prepares a question. A word that is not of the catalogue is an error.
func (t *Table) Query(r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase, a Action) (Query, error) {
	v := t.vocabulary
	ri, ok := v.recipients[r]
	if !ok {
		return Query{}, fmt.Errorf("unknown recipient %q", r)
	}
	pi, ok := v.purposes[p]
	if !ok {
		return Query{}, fmt.Errorf("unknown purpose %q", p)
	}
	phi, ok := v.phases[ph]
	if !ok {
		return Query{}, fmt.Errorf("unknown phase %q", ph)
	}
	if a != Read && a != Write {
		return Query{}, fmt.Errorf("unknown action %q", a)
	}
	s := t.slot(ri, pi, phi, a)
	return Query{slot: int32(s), cells: t.slots[s]}, nil
}

// Closed says that the table has no row at all for that recipient, purpose, phase and
// action, whatever holds.
func (q Query) Closed() bool { return q.cells < 0 }

// Grant is how much of a value may leave, and the row that says so.
type Grant struct {
	Form   catalogue.Form
	Derive catalogue.Derive
	Row    int
}

// Decide says in what form the item of that index is granted, the best among
// the rows whose relation is held and whose guards all hold. A form aggregate
// is a grant to the statistics module: it opens nothing of one dossier.
func (t *Table) Decide(q *Query, item int) (Grant, bool) {
	if q.cells < 0 || uint(item) >= uint(len(t.vocabulary.Catalogue.Items())) {
		return Grant{}, false
	}
	c := &t.cells[q.cells+int32(item)]
	if q.Relations&c.except != 0 {
		return Grant{}, false
	}
	for i := c.first; i < c.first+c.n; i++ {
		e := &t.entries[i]
		if q.Relations&e.relation != 0 && q.Guards&e.guards == e.guards {
			return Grant{e.form, t.derives[e.derive], int(e.row)}, true
		}
	}
	return Grant{}, false
}

// Could says whether some guards could bring a grant of the item that fits, under the
// relations held. It decides nothing: who asks what is worth looking up has no file yet,
// and so no guard.
func (t *Table) Could(q *Query, item int, fits func(Grant) bool) bool {
	if q.cells < 0 || uint(item) >= uint(len(t.vocabulary.Catalogue.Items())) {
		return false
	}
	c := &t.cells[q.cells+int32(item)]
	if q.Relations&c.except != 0 {
		return false
	}
	for _, e := range t.entries[c.first : c.first+c.n] {
		if q.Relations&e.relation != 0 && fits(Grant{e.form, t.derives[e.derive], int(e.row)}) {
			return true
		}
	}
	return false
}

// Items are the indexes of the items granted, in the order of the annex.
func (t *Table) Items(q *Query) []int {
	var out []int
	for i := range t.vocabulary.Catalogue.Items() {
		if _, ok := t.Decide(q, i); ok {
			out = append(out, i)
		}
	}
	return out
}

// Needs are the facts worth looking up before a decision: a relation or a
// guard outside them changes nothing for this recipient, purpose and phase.
func (t *Table) Needs(r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase) (RelationSet, GuardSet) {
	var relations RelationSet
	var guards GuardSet
	for _, a := range []Action{Read, Write} {
		q, err := t.Query(r, p, ph, a)
		if err != nil || q.cells < 0 {
			continue
		}
		for _, c := range t.cells[q.cells : int(q.cells)+len(t.vocabulary.Catalogue.Items())] {
			for _, e := range t.entries[c.first : c.first+c.n] {
				relations |= e.relation
				guards |= e.guards
			}
			// Where something is granted, what would close it is worth asking.
			// A denial whatever the relation closes an empty cell already.
			if c.n > 0 {
				relations |= c.except
			}
		}
	}
	return relations, guards
}
