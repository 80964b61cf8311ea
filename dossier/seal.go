package dossier

import (
	"encoding/json"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/crypto"
)

// A SealedRow is one row of a sealed table: a header that counts nothing, and one
// cell for every item of the table, nulls included.
type SealedRow struct {
	Table         int // of the layout, see Plan
	Unit          crypto.UnitID
	Record        crypto.RecordID
	BranchVersion uint32
	Commitment    [16]byte
	Cells         [][]byte
}

// A Layout is the order of sealed tables and of their columns, derived from the
// catalogue once.
type Layout struct {
	Tables  []TablePlan
	byItem  map[catalogue.ItemID]place
	bundles []string           // kinds of bundles of documents, sorted
	written []catalogue.ItemID // what intake writes for everybody, sorted
	// own are the classes in which every person has a secret of their own, so that
	// each opening is a call that the key service authorises and audits.
	own []string

	pseudonym TablePlan
}

// A TablePlan is one sealed table and where its values stand in a filing.
type TablePlan struct {
	catalogue.Table
	Columns []string
	items   []catalogue.Item
	at      []int // positions in the record of the form
	secret  bool  // holds an item whose presence is a secret
}

type place struct{ table, column int }

// NewLayout derives the layout.
func NewLayout(c *catalogue.Catalogue, forms *Forms) *Layout {
	l := &Layout{byItem: map[catalogue.ItemID]place{}, pseudonym: pseudonymPlan(c)}
	for _, t := range c.Tables() {
		plan := TablePlan{Table: t}
		fm := forms.forms[t.Repeats]
		for k, id := range t.Items {
			it, _ := c.Item(id)
			plan.items = append(plan.items, it)
			plan.Columns = append(plan.Columns, it.Column())
			plan.secret = plan.secret || it.PresenceSecret
			l.byItem[id] = place{len(l.Tables), k}
			plan.at = append(plan.at, fm.byID[id])
		}
		if t.Bundle != "" && !slices.Contains(l.bundles, t.Bundle) {
			l.bundles = append(l.bundles, t.Bundle)
		}
		if t.Repeats != perAgent {
			l.written = append(l.written, t.Items...)
		}
		l.Tables = append(l.Tables, plan)
	}
	for _, class := range c.Classes() {
		if class.Keys == catalogue.KeysPerson {
			l.own = append(l.own, string(class.ID))
		}
	}
	slices.Sort(l.bundles)
	slices.Sort(l.written)
	return l
}

// A unitRecord is a record on its way to a table.
type unitRecord struct {
	unit   crypto.UnitID
	id     crypto.RecordID
	values Record // nil for a record of padding
}

// rowsFor lists the records of table t. Where presence is a secret, every record
// is written, and padding up to the table's minimum: two files, one with the secret
// and one without, have the same rows.
func (f *Filing) rowsFor(t *TablePlan, c Ref, ids recordIDs) []unitRecord {
	if t.Repeats == "one" {
		return []unitRecord{{unit: unitsOf(t.Table, c)[0], values: f.one}}
	}
	var rows []unitRecord
	records := f.many[t.Repeats]
	for i, rec := range records {
		always := t.secret && (t.Repeats == "per_wish" || t.Repeats == "per_responsible")
		if !always && !t.holds(rec) {
			continue
		}
		unit := c
		switch string(t.Unit) {
		case KindResponsible:
			unit = Responsible(c, i+1)
		case KindBundle:
			unit = Bundle(c, t.Bundle)
		}
		rows = append(rows, unitRecord{unit: unit, id: ids.of(t.Repeats, i), values: rec})
	}
	for n := 0; len(rows) < t.MinRecords; n++ {
		unit := c
		if string(t.Unit) == KindBundle {
			unit = Bundle(c, t.Bundle)
		}
		rows = append(rows, unitRecord{unit: unit, id: ids.padding(t.Repeats, n)})
	}
	return rows
}

// holds says whether a record has any value for this table: the annex's documents
// and tests of all kinds come in one list and part here.
func (t *TablePlan) holds(rec Record) bool {
	for _, k := range t.at {
		if rec[k] != nil {
			return true
		}
	}
	return false
}

// recordIDs gives every record of a filing its id, once.
type recordIDs struct {
	key   *crypto.RoutingKey
	c     Ref
	faces map[catalogue.Repeat][]crypto.RecordID
}

func (f *Filing) recordIDs(key *crypto.RoutingKey, c Ref, ref *Reference) recordIDs {
	ids := recordIDs{key: key, c: c, faces: map[catalogue.Repeat][]crypto.RecordID{}}
	for word, records := range f.many {
		fm := f.forms.forms[word]
		list := make([]crypto.RecordID, len(records))
		for i, face := range facesOf(word, fm, records, ref) {
			list[i] = recordID(key, c, word, face)
		}
		ids.faces[word] = list
	}
	return ids
}

func facesOf(word catalogue.Repeat, fm *form, records []Record, ref *Reference) []recordFace {
	if word == "per_school_year" || word == "per_school_year_subject" {
		return schoolFaces(word, fm, records)
	}
	faces := make([]recordFace, len(records))
	for i, rec := range records {
		faces[i] = recordFace{Ordinal: uint16(i)}
		if word == "per_wish" {
			p := ref.Programmes[fm.text(rec, "A15.X1")]
			faces[i].Marks = recordMarksOf(fm, rec, p)
			faces[i].Subject = uint32(tie(p.Academy))<<16 | uint32(tie(p.Ministry))
		}
	}
	return faces
}

func (ids recordIDs) of(word catalogue.Repeat, i int) crypto.RecordID { return ids.faces[word][i] }

// padding ids follow those of the records sent in, and differ from them in the
// bit that tells the gate to pass over the row.
func (ids recordIDs) padding(word catalogue.Repeat, n int) crypto.RecordID {
	return recordID(ids.key, ids.c, word, recordFace{Ordinal: uint16(len(ids.faces[word]) + n), Padding: true})
}

// firstRevision is the revision of a cell when it is first written.
const firstRevision = 1

var null = json.RawMessage("null")

// sealCells seals one record: every item, absent ones as padded nulls. The cells
// share one buffer.
func (t *TablePlan) sealCells(row *crypto.Row, rec Record, revision uint32) ([][]byte, error) {
	values, sizes := make([]json.RawMessage, len(t.items)), make([]int, len(t.items))
	whole, longest := 0, 0
	for k := range t.items {
		values[k] = null
		if rec != nil && rec[t.at[k]] != nil {
			values[k] = rec[t.at[k]]
		}
		var fits bool
		if sizes[k], fits = t.items[k].Padded(len(values[k])); !fits {
			return nil, &LineError{Item: t.items[k].ID, Rule: "too long for its place"}
		}
		whole, longest = whole+crypto.CellOverhead+sizes[k], max(longest, sizes[k])
	}
	cells := make([][]byte, len(t.items))
	buffer, padded := make([]byte, 0, whole), make([]byte, 0, longest)
	for k, value := range values {
		var err error
		if padded, err = crypto.Pad(padded[:0], value, crypto.Padding{Fixed: sizes[k]}); err != nil {
			return nil, fmt.Errorf("padding %s: %w", t.items[k].ID, err)
		}
		from := len(buffer)
		buffer = row.Seal(buffer, string(t.items[k].ID), revision, padded)
		cells[k] = buffer[from:len(buffer):len(buffer)]
	}
	clear(padded[:cap(padded)])
	return cells, nil
}
