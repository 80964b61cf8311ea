// Package policy promises that who may see which field, and for what, is read
// from one table that people have signed, and from nothing else.
//
// The table is made elsewhere, at publish time: policy/sheets holds what this
// deployment grants, policy/rego what the law requires and refuses, policy/opa
// joins the two, policy/proof checks the result against the decree; policy/signed
// keeps what people sign, and says which table is in force. At run time there is
// only a look-up: rows of the relations held, whose guards hold, minus whatever an
// overlay takes away afterwards.
package policy

import (
	"cmp"
	"slices"
	"strings"

	"sceau/catalogue"
)

// Action is what a row lets one do with a value. Searching and exporting are
// reads, under limits that an overlay keeps.
type Action string

const (
	Read  Action = "read"
	Write Action = "write"
)

// Row is one line of the table: one item, granted to one recipient, for one
// purpose, in one phase, by one relation, if all the guards hold.
type Row struct {
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Action    Action
	Phase     catalogue.Phase
	Relation  catalogue.Relation
	Guards    []catalogue.Guard // sorted; empty when the relation is enough
	Item      catalogue.ItemID
	Form      catalogue.Form
	Derive    catalogue.Derive
	Article   string // what a refusal or an explanation cites
	SheetRow  string // the row of the sheet it comes from
}

// A Context is one of the base: who asks, what for, when, and by which relation.
type Context struct {
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Relation  catalogue.Relation
}

// archivePhase is the only phase outside the active base ("base active").
const archivePhase catalogue.Phase = "PH8"

// State is the base that the phase belongs to: active, or archive.
func (r Row) State() string {
	if r.Phase == archivePhase {
		return "archive"
	}
	return "active"
}

// Flags are the guards as the table writes them.
func (r Row) Flags() string {
	words := make([]string, len(r.Guards))
	for i, g := range r.Guards {
		words[i] = string(g)
	}
	return strings.Join(words, "+")
}

// compare orders rows as they are written: recipient first, so that a reader
// finds all that one recipient has in one place.
func compare(a, b Row) int {
	return cmp.Or(
		cmp.Compare(a.Recipient, b.Recipient),
		cmp.Compare(a.Purpose, b.Purpose),
		cmp.Compare(a.Action, b.Action),
		cmp.Compare(a.State(), b.State()),
		cmp.Compare(a.Phase, b.Phase),
		cmp.Compare(a.Relation, b.Relation),
		cmp.Compare(a.Flags(), b.Flags()),
		cmp.Compare(a.Item, b.Item),
		cmp.Compare(a.Form, b.Form),
		cmp.Compare(a.Derive, b.Derive),
		cmp.Compare(a.SheetRow, b.SheetRow),
	)
}

// same says that two rows grant the same thing under the same conditions.
func same(a, b Row) bool {
	a.SheetRow, b.SheetRow = "", ""
	return compare(a, b) == 0
}

// Sort puts rows in the order of the table, and keeps one of those that grant
// exactly the same: a second sheet row adds nothing to it.
func Sort(rows []Row) []Row {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, compare)
	return slices.CompactFunc(rows, same)
}
