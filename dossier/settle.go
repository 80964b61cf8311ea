package dossier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// An answer is one cell on its way out: ciphertext until the trace is durable.
type answer struct {
	want   int // index in the wanted items
	row    *SealedRow
	column int // position in the row's cells
	face   recordFace
	grant  policy.Grant
	derive derivation // nil for scrub, which needs the person
}

// fetch selects the ciphertext of the wanted items, and of no other column.
func (g *Gate) fetch(ctx context.Context, a asking, h held, wanted []want) ([]answer, error) {
	var selections []Selection
	var columns [][]int // for each selection, the wanted items in the order of its columns
	for i, w := range wanted {
		if w.place.table == connectionTable {
			continue
		}
		plan := &g.Layout.Tables[w.place.table]
		at := slices.IndexFunc(selections, func(s Selection) bool {
			return s.Table == w.place.table && slices.Equal(s.Records, w.records)
		})
		if at < 0 {
			at = len(selections)
			selections = append(selections, Selection{Table: w.place.table, Units: g.unitsFor(a, h, plan.Table), Records: w.records})
			columns = append(columns, nil)
		}
		selections[at].Columns = append(selections[at].Columns, w.place.column)
		columns[at] = append(columns[at], i)
	}
	rows, err := g.Shelf.Cells(ctx, a.campaign.ID, selections)
	if err != nil {
		return nil, err
	}
	cells := 0
	for s := range rows {
		cells += len(rows[s]) * len(columns[s])
	}
	answers := make([]answer, 0, cells)
	for s := range rows {
		for r := range rows[s] {
			row := &rows[s][r]
			if !slices.Contains(selections[s].Units, row.Unit) {
				return nil, fmt.Errorf("selecting from %s: a row of a unit that was not asked for", g.Layout.Tables[selections[s].Table].Name)
			}
			row.Table = selections[s].Table
			var face recordFace
			if row.Record != (crypto.RecordID{}) {
				face = readFace(a.key, row.Record)
			}
			if face.Padding {
				continue // written so that presence does not show; it answers nothing
			}
			for k, i := range columns[s] {
				answers = append(answers, answer{want: i, row: row, column: k, face: face})
			}
		}
	}
	return answers, nil
}

// unitsFor bounds a responsible's account to the own record: a parent never reads
// the other one's, which may be a protected address.
func (g *Gate) unitsFor(a asking, h held, t catalogue.Table) []crypto.UnitID {
	if string(t.Unit) == KindResponsible && a.mission.Responsible > 0 {
		return []crypto.UnitID{Responsible(h.candidate, a.mission.Responsible)}
	}
	return unitsOf(t, h.candidate)
}

// settle decides each cell with the facts of its own record. For an item named by
// the caller at least one record must be granted, unless the file as a whole is.
// empty are the items that are granted and of which the file has no record.
func (g *Gate) settle(a asking, h held, wanted []want, answers []answer, named bool) (granted []answer, empty []catalogue.ItemID, refused *Refusal) {
	q, err := g.query(a)
	if err != nil {
		return nil, nil, g.outside(a, wanted[0].item.ID, err)
	}
	granted = append(make([]answer, 0, len(answers)), g.settleConnections(a, h, wanted)...)
	answered := make([]bool, len(wanted))
	for _, x := range granted {
		answered[x.want] = true
	}
	for _, x := range answers {
		w := wanted[x.want]
		q.Relations, q.Guards = g.factsOf(a, h, w.item, x)
		grant, ok := g.table().Decide(&q, w.index)
		if !ok {
			continue
		}
		if x.derive, ok = opens(w.item, grant, a.mission.Recipient); !ok {
			continue
		}
		x.grant = grant
		answered[x.want] = true
		granted = append(granted, x)
	}
	for i, w := range wanted {
		if answered[i] {
			continue
		}
		grant, ok := g.onNoRecord(&q, a, h, w)
		switch {
		case !ok && named:
			return nil, nil, g.refusal(a, w.item.ID, g.table().Why(&q, w.index))
		case !ok:
			continue
		}
		if _, ok = opens(w.item, grant, a.mission.Recipient); ok {
			empty = append(empty, w.item.ID)
		} else if named {
			row := g.table().Row(grant.Row)
			return nil, nil, g.refusal(a, w.item.ID, policy.Refusal{Article: row.Article,
				Reason: "granted in form " + string(grant.Derive) + ", which this item does not give by itself"})
		}
	}
	return granted, empty, nil
}

// onNoRecord decides an item of which the file has no record: granted all the same
// where the file is, or for a wish of the caller's own. The query keeps the facts of
// the last try, to say what is missing.
func (g *Gate) onNoRecord(q *policy.Query, a asking, h held, w want) (policy.Grant, bool) {
	q.Relations, q.Guards = h.relations, h.guards|h.classes[w.item.Class]|h.items[w.item.ID]
	if w.item.Repeats != "per_wish" {
		q.Guards |= g.wishGuards(a, h)
		return g.table().Decide(q, w.index)
	}
	file := q.Guards
	for id, own := range h.wishes {
		q.Relations = h.relations&^g.ownWish | own
		q.Guards = file | h.records[id] | g.marked(a, readFace(a.key, id))
		if grant, ok := g.table().Decide(q, w.index); ok {
			return grant, true
		}
	}
	q.Relations, q.Guards = h.relations&^g.ownWish, file
	return g.table().Decide(q, w.index)
}

// opens says whether a grant lets a value of one dossier out, and in which form: a
// match and a count do not, nor does a form that takes more than this item.
func opens(it catalogue.Item, g policy.Grant, r catalogue.RecipientID) (derivation, bool) {
	if g.Form <= catalogue.FormAggregate {
		return nil, false
	}
	if g.Derive == "scrub" {
		return nil, true
	}
	return derivationOf(it, g.Derive, r)
}

// factsOf are the relations and guards that hold on one record.
func (g *Gate) factsOf(a asking, h held, it catalogue.Item, x answer) (policy.RelationSet, policy.GuardSet) {
	relations := h.relations
	guards := h.guards | h.classes[it.Class] | h.items[it.ID] | h.records[x.row.Record] | g.mission(a, it, x)
	if it.Repeats == "per_wish" {
		// Judged record by record: on the record of another programme, of another
		// academy, these relations do not hold.
		relations = relations&^(g.ownWish|g.tiedWish) | h.wishes[x.row.Record] | g.tied(a, h, x.face)
	}
	guards |= g.marked(a, x.face)
	// Marks of the caller's own wishes hold on the file too: an identity proof is one
	// document, asked for by one military wish.
	if it.Repeats != "per_wish" {
		guards |= g.wishGuards(a, h)
	}
	return relations, guards
}

// wishGuards are the marks of the caller's own wishes, for items that stand once.
func (g *Gate) wishGuards(a asking, h held) (guards policy.GuardSet) {
	for id := range h.wishes {
		guards |= g.marked(a, readFace(a.key, id)) | h.records[id]
	}
	return guards
}

// marked gives the guards that a record carries in its id.
func (g *Gate) marked(a asking, face recordFace) (guards policy.GuardSet) {
	for i, m := range recordMarks {
		// Both the programme and the caller belong to that ministry, or it is nothing.
		if face.Marks&(1<<i) != 0 && (m != "armed_forces" || a.mission.Scopes.ArmedForces) {
			guards |= g.guard(m)
		}
	}
	return guards
}

// mission gives the guards that rest on what the caller teaches.
func (g *Gate) mission(a asking, it catalogue.Item, x answer) policy.GuardSet {
	if it.Repeats != "per_school_year_subject" || x.face.Subject == 0 {
		return 0
	}
	for _, s := range a.mission.Scopes.Subjects {
		if subjectHash(s) == x.face.Subject {
			return g.guard("own_subject")
		}
	}
	return 0
}

// tied gives the wish relations that rest on the programme's academy or ministry.
func (g *Gate) tied(a asking, h held, face recordFace) (relations policy.RelationSet) {
	for _, academy := range a.mission.Scopes.Academies {
		if tie(academy) == uint16(face.Subject>>16) {
			relations |= h.relations & g.relation("academy_of_programme")
		}
	}
	for _, ministry := range a.mission.Scopes.Ministries {
		if tie(ministry) == uint16(face.Subject) {
			relations |= h.relations & g.relation("supervised_programme")
		}
	}
	return relations
}

// anyGuards counts as true every guard that some record could still bring.
func (g *Gate) anyGuards(h held, it catalogue.Item) policy.GuardSet {
	guards := h.guards | h.classes[it.Class] | h.items[it.ID] | g.recordGuards
	for _, r := range h.records {
		guards |= r
	}
	return guards
}

// rules names the sheet rows that an answer rests on, for the trace.
func (g *Gate) rules(answers []answer) string {
	var rows []string
	for _, x := range answers {
		row := g.table().Row(x.grant.Row).SheetRow
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	return strings.Join(rows, "+")
}

// itemsOf names the items that an answer opens, sorted: the field set of the trace.
func itemsOf(wanted []want, answers []answer) []catalogue.ItemID {
	var ids []catalogue.ItemID
	seen := make([]bool, len(wanted))
	for _, x := range answers {
		if !seen[x.want] {
			seen[x.want] = true
			ids = append(ids, wanted[x.want].item.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
