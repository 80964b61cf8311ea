package opa

import (
	"fmt"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/plain"
)

// A Refusal is one item of a sheet row that the law does not let stand in a
// context: it is not granted there.
type Refusal struct {
	policy.Context
	SheetRow string
	Item     catalogue.ItemID
	Code     string
	Article  string
}

// Sentence says it to a lawyer, in French.
func (r Refusal) Sentence(c *catalogue.Catalogue) string {
	s := plain.Speaker{Catalogue: c}
	return fmt.Sprintf("La ligne %s accorderait à %s la donnée %s, %s, et la règle %s le refuse (%s).",
		r.SheetRow, s.Recipient(r.Recipient), s.Item(r.Item), s.Context(r.Purpose, r.Phase, r.Relation), r.Code, r.Article)
}

// An Unfounded grant is one that a rule makes and no row of the sheet says.
type Unfounded struct {
	policy.Context
	SheetRow string // what the rule named
	Item     catalogue.ItemID
}

// Sentence says it to a lawyer, in French.
func (u Unfounded) Sentence(c *catalogue.Catalogue) string {
	s := plain.Speaker{Catalogue: c}
	return fmt.Sprintf("Les règles accorderaient à %s la donnée %s, %s, ce que sa fiche ne dit pas (%q) : une règle retire, elle n'ajoute rien (Art. 3 al. 1).",
		s.Recipient(u.Recipient), s.Item(u.Item), s.Context(u.Purpose, u.Phase, u.Relation), u.SheetRow)
}
