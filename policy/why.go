package policy

import (
	"fmt"
	"slices"
	"strings"

	"sceau/catalogue"
)

// Refusal says why an item is not granted, in words that cite the law.
type Refusal struct {
	Item    catalogue.ItemID
	Article string
	Reason  string
}

// Why explains a refusal. It names the nearest row: the same context with a
// fact missing, then another phase, relation or purpose of the same recipient,
// then what the decree's table says of the class. It is for answers to people,
// and takes its time; for an item that is granted it has no reason to give.
func (t *Table) Why(q *Query, item int) Refusal {
	v := t.vocabulary
	it := v.Catalogue.Items()[item]
	recipient, purpose, phase, action := t.context(q.slot)
	refusal := Refusal{Item: it.ID}

	if d, ok := v.denial(recipient, purpose, phase, q.Relations, it.ID); ok {
		refusal.Article, refusal.Reason = d.Source, d.Why
		return refusal
	}
	if q.cells >= 0 {
		c := t.cells[q.cells+int32(item)]
		if near := t.nearest(q, t.entries[c.first:c.first+c.n]); near != nil {
			refusal.Article = t.rows[near.row].Article
			refusal.Reason = v.missing(near, q)
			return refusal
		}
	}
	if r, reason := t.elsewhere(recipient, purpose, phase, action, it.ID); r != nil {
		refusal.Article, refusal.Reason = r.Article, reason
		return refusal
	}
	refusal.Article, refusal.Reason = v.closed(recipient, it)
	return refusal
}

// context spells a slot: the reverse of Table.slot.
func (t *Table) context(slot int32) (catalogue.RecipientID, catalogue.Purpose, catalogue.Phase, Action) {
	c, s := t.vocabulary.Catalogue, int(slot)
	action := Read
	if s%2 == 1 {
		action = Write
	}
	s /= 2
	phase := c.Phases()[s%len(c.Phases())].ID
	s /= len(c.Phases())
	purpose := c.Purposes()[s%len(c.Purposes())].ID
	return c.Recipients()[s/len(c.Purposes())].ID, purpose, phase, action
}

// WhyNone explains why nothing of a dossier is handed out under the relations of q: as
// count or match only, in another phase, for another purpose, under another relation, or not at
// all. Like Why it takes its time.
func (t *Table) WhyNone(q *Query) Refusal {
	r, p, ph, a := t.context(q.slot)
	var closed, inPhase, inPurpose, inRelation *Row
	var phases []string
	for i := range t.rows {
		row := &t.rows[i]
		if row.Recipient != r || row.Action != a {
			continue
		}
		relation, _ := t.vocabulary.Relations(row.Relation) // known since the table was compiled
		here := row.Purpose == p && row.Phase == ph
		switch {
		case q.Relations&relation == 0:
			if here && row.Form > catalogue.FormAggregate {
				inRelation = plainer(inRelation, row)
			}
		case here: // a count, or a match
			closed = plainer(closed, row)
		case row.Form <= catalogue.FormAggregate || row.Derive == "match":
		case row.Purpose == p:
			if !slices.Contains(phases, string(row.Phase)) {
				phases = append(phases, string(row.Phase))
			}
			inPhase = plainer(inPhase, row)
		default:
			inPurpose = plainer(inPurpose, row)
		}
	}
	slices.Sort(phases)
	switch {
	case inPhase != nil:
		return Refusal{Article: inPhase.Article, Reason: fmt.Sprintf("granted to %s in %s, not in %s", r, strings.Join(phases, ", "), ph)}
	case closed != nil:
		return Refusal{Article: closed.Article, Reason: fmt.Sprintf("%s is granted %s here, which hands out nothing of one dossier", r, closed.Derive)}
	case inPurpose != nil:
		return Refusal{Article: inPurpose.Article, Reason: fmt.Sprintf("%s does not need them; %s has them for %s", p, r, inPurpose.Purpose)}
	case inRelation != nil:
		return Refusal{Article: inRelation.Article, Reason: "not held: relation " + string(inRelation.Relation)}
	}
	return Refusal{Article: "Art. 3 al. 1; GDPR 5(1)(c)", Reason: fmt.Sprintf("no task of %s needs them", r)}
}

// plainer is the row that asks for fewer guards: the plainest to cite.
func plainer(best, row *Row) *Row {
	if best == nil || len(row.Guards) < len(best.Guards) {
		return row
	}
	return best
}

func (v *Vocabulary) denial(r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase, held RelationSet, item catalogue.ItemID) (catalogue.CeilingRow, bool) {
	for _, d := range v.denials() {
		if d.Recipient != r || (d.Purpose != catalogue.All && d.Purpose != p) ||
			!slices.Contains(d.Phases, ph) || !slices.Contains(d.Items, item) {
			continue
		}
		set, err := v.Relations(d.Relations...)
		if err == nil && (len(d.Relations) == 0 || held&set != 0) {
			return d, true
		}
	}
	return catalogue.CeilingRow{}, false
}

// nearest prefers a row whose relation is held, then the one that lacks fewest
// facts.
func (t *Table) nearest(q *Query, es []entry) *entry {
	var best *entry
	lacks := func(e *entry) int {
		n := len(t.vocabulary.GuardWords(e.guards &^ q.Guards))
		if q.Relations&e.relation == 0 {
			n += 100
		}
		return n
	}
	for i := range es {
		if best == nil || lacks(&es[i]) < lacks(best) {
			best = &es[i]
		}
	}
	return best
}

func (v *Vocabulary) missing(e *entry, q *Query) string {
	var needs []string
	if q.Relations&e.relation == 0 {
		needs = append(needs, "relation "+string(v.RelationWords(e.relation)[0]))
	}
	for _, g := range v.GuardWords(e.guards &^ q.Guards) {
		needs = append(needs, "guard "+string(g))
	}
	return "not held: " + strings.Join(needs, ", ")
}

// elsewhere finds what the same recipient is granted of the item in another
// context, and says what differs.
func (t *Table) elsewhere(r catalogue.RecipientID, p catalogue.Purpose, ph catalogue.Phase, a Action, item catalogue.ItemID) (*Row, string) {
	var inPhase, inAction, inPurpose *Row
	var phases []string
	for i := range t.rows {
		row := &t.rows[i]
		if row.Recipient != r || row.Item != item {
			continue
		}
		switch {
		case row.Purpose == p && row.Action == a:
			if !slices.Contains(phases, string(row.Phase)) {
				phases = append(phases, string(row.Phase))
			}
			inPhase = row
		case row.Purpose == p && row.Phase == ph:
			inAction = row
		case row.Action == a:
			inPurpose = row
		}
	}
	switch {
	case inAction != nil:
		return inAction, fmt.Sprintf("granted to %s for action %s, not %s", r, inAction.Action, a)
	case inPhase != nil:
		return inPhase, fmt.Sprintf("granted to %s in %s, not in %s", r, strings.Join(phases, ", "), ph)
	case inPurpose != nil:
		return inPurpose, fmt.Sprintf("%s does not need %s; %s has it for %s", p, item, r, inPurpose.Purpose)
	}
	return nil, ""
}

// closed cites the decree's table on a class that is closed to the recipient.
func (v *Vocabulary) closed(r catalogue.RecipientID, it catalogue.Item) (article, reason string) {
	for _, d := range v.Catalogue.Ceiling() {
		if d.Recipient == r && d.Class == it.Class && !d.Grants() && len(d.Items) == 0 {
			return d.Source, d.Why
		}
	}
	return "Art. 3 al. 1; GDPR 5(1)(c)", fmt.Sprintf("no task of %s needs %s", r, it.ID)
}
