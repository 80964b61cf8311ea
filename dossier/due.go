package dossier

import (
	"slices"

	"sceau/catalogue"
)

// due are the items that the ceiling lets a part of the platform open for a work of its
// own, in a phase and while some guards hold. The work needs them all: a text would keep
// the name that the table no longer lets the gate know, and a rate would count a grant
// holder as none. So where the table in force grants less, the work is not done.
func due(c *catalogue.Catalogue, r catalogue.RecipientID, phase catalogue.Phase, holds ...catalogue.Guard) (items []catalogue.ItemID) {
	for _, row := range c.Ceiling() {
		if row.Recipient != r || !row.Grants() || !slices.Contains(row.Phases, phase) {
			continue
		}
		if slices.ContainsFunc(row.Guards, func(g catalogue.Guard) bool { return !slices.Contains(holds, g) }) {
			continue
		}
		items = append(items, row.Items...)
	}
	slices.Sort(items)
	return slices.Compact(items)
}
