package policy

import (
	"fmt"

	"sceau/catalogue"
)

// A Question is a context spelled in words, as a person asks it of the table:
// nothing is opened and no fact is looked up.
type Question struct {
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Action    Action // zero means Read
	Relations []catalogue.Relation
	Guards    []catalogue.Guard
	Items     []catalogue.ItemID // none: every item granted
}

// A Verdict is what the table says of one item.
type Verdict struct {
	Item     catalogue.ItemID `json:"item"`
	Granted  bool             `json:"granted"`
	Form     string           `json:"form"`
	Derive   catalogue.Derive `json:"derive,omitempty"`
	Write    bool             `json:"write"` // may also be written in this context
	Article  string           `json:"article"`
	SheetRow string           `json:"sheet_row,omitempty"`
	Reason   string           `json:"reason,omitempty"` // of a refusal
}

// Answer says what the table grants in a context, item by item, and why not.
func (t *Table) Answer(q Question) ([]Verdict, error) {
	if q.Action == "" {
		q.Action = Read
	}
	v := t.vocabulary
	ask, err := t.Query(q.Recipient, q.Purpose, q.Phase, q.Action)
	if err != nil {
		return nil, err
	}
	if ask.Relations, err = v.Relations(q.Relations...); err != nil {
		return nil, err
	}
	if ask.Guards, err = v.Guards(q.Guards...); err != nil {
		return nil, err
	}
	write, err := t.Query(q.Recipient, q.Purpose, q.Phase, Write)
	if err != nil {
		return nil, err
	}
	write.Relations, write.Guards = ask.Relations, ask.Guards

	var indexes []int
	for _, id := range q.Items {
		i := v.Catalogue.ItemIndex(id)
		if i < 0 {
			return nil, fmt.Errorf("item %q is not in the annex", id)
		}
		indexes = append(indexes, i)
	}
	if len(q.Items) == 0 {
		indexes = t.Items(&ask)
	}
	out := make([]Verdict, 0, len(indexes))
	for _, i := range indexes {
		verdict := Verdict{Item: v.Catalogue.Items()[i].ID, Form: catalogue.FormNone.String()}
		_, verdict.Write = t.Decide(&write, i)
		if g, ok := t.Decide(&ask, i); ok {
			row := t.rows[g.Row]
			verdict.Granted, verdict.Form, verdict.Derive = true, g.Form.String(), g.Derive
			verdict.Article, verdict.SheetRow = row.Article, row.SheetRow
		} else {
			why := t.Why(&ask, i)
			verdict.Article, verdict.Reason = why.Article, why.Reason
		}
		out = append(out, verdict)
	}
	return out, nil
}
