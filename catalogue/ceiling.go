package catalogue

import (
	"io/fs"
	"strings"
)

// A CeilingRow is one row of need-to-know.csv: the most that a deployment may
// grant. A row of access none grants nothing; with items, it removes them
// whatever else grants.
type CeilingRow struct {
	Row       string // "N0017"
	Recipient RecipientID
	Class     ClassID
	Items     []ItemID // empty: every item of the class
	Purpose   Purpose
	Access    string // none, aggregate, pseudonymised, read, write
	Relations []Relation
	Phases    []Phase
	Guards    []Guard
	Derive    Derive
	Condition string
	Basis     string // explicit, public-source, strictest-reading
	Source    string
	Why       string
	Line      int
}

// Grants says whether the row opens anything.
func (r CeilingRow) Grants() bool { return r.Access != "none" }

var ceilingHeader = strings.Split("row,recipient_id,key_class,item_ids,purpose,access,relation,phase,relations,phases,guards,derive,condition,basis,source,justification", ",")

// Ceiling is need-to-know.csv, each word of it found in the vocabulary.
func (c *Catalogue) Ceiling() []CeilingRow { return c.ceiling }

func (c *Catalogue) readCeiling(fsys fs.FS) error {
	rows, err := c.ceilingRows(fsys)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range rows {
		row := CeilingRow{
			Row: r.get("row"), Recipient: RecipientID(r.get("recipient_id")), Class: ClassID(r.get("key_class")),
			Items: splitIDs[ItemID](r.get("item_ids"), ";"), Purpose: Purpose(r.get("purpose")), Access: r.get("access"),
			Relations: splitIDs[Relation](r.get("relations"), "|"), Phases: splitIDs[Phase](r.get("phases"), ";"),
			Guards: splitIDs[Guard](r.get("guards"), ";"), Derive: Derive(r.get("derive")), Condition: r.get("condition"),
			Basis: r.get("basis"), Source: r.get("source"), Why: r.get("justification"), Line: r.line,
		}
		if seen[row.Row] {
			return r.errorf("row %s appears twice", row.Row)
		}
		seen[row.Row] = true
		if err := c.checkCeilingRow(r, row); err != nil {
			return err
		}
		c.ceiling = append(c.ceiling, row)
	}
	return nil
}

func (c *Catalogue) checkCeilingRow(r record, row CeilingRow) error {
	if _, ok := c.recIndex[row.Recipient]; !ok {
		return r.errorf("unknown recipient %q", row.Recipient)
	}
	if _, ok := c.classIndex[row.Class]; !ok {
		return r.errorf("unknown class %q", row.Class)
	}
	for _, id := range row.Items {
		item, ok := c.Item(id)
		if !ok {
			return r.errorf("item %s is not in the annex", id)
		}
		if item.Class != row.Class {
			return r.errorf("item %s is of class %s, not %s", id, item.Class, row.Class)
		}
	}
	v := c.vocabulary
	if row.Purpose != All && !known(v.purposes, row.Purpose) {
		return r.errorf("unknown purpose %q", row.Purpose)
	}
	if row.Purpose == All && row.Grants() {
		return r.errorf("purpose ALL is for denials only")
	}
	if !known(v.access, row.Access) {
		return r.errorf("unknown access %q", row.Access)
	}
	for _, w := range row.Relations {
		if !known(v.relations, w) {
			return r.errorf("unknown relation %q", w)
		}
	}
	for _, w := range row.Phases {
		if !known(v.phases, w) {
			return r.errorf("unknown phase %q", w)
		}
	}
	for _, w := range row.Guards {
		if !known(v.guards, w) {
			return r.errorf("unknown guard %q", w)
		}
	}
	if row.Derive != "" && !known(v.derives, row.Derive) {
		return r.errorf("unknown derive %q", row.Derive)
	}
	// A row that grants without saying to whom, when and how would be read as
	// granting always; the decree has no such row.
	if row.Grants() && (len(row.Relations) == 0 || len(row.Phases) == 0 || row.Derive == "") {
		return r.errorf("a row that grants names its relations, phases and derive")
	}
	return nil
}
