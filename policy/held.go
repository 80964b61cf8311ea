package policy

import (
	"fmt"
	"slices"

	"sceau/catalogue"
)

// Grantees are the recipients, among those given, to whom the table grants something
// of a class in a form or a better one.
func (t *Table) Grantees(class catalogue.ClassID, form catalogue.Form, among ...catalogue.RecipientID) []catalogue.RecipientID {
	granted := map[catalogue.RecipientID]bool{}
	for _, r := range t.rows {
		item, _ := t.vocabulary.Catalogue.Item(r.Item) // known since the table was compiled
		if item.Class == class && r.Form >= form {
			granted[r.Recipient] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(among), func(r catalogue.RecipientID) bool { return !granted[r] })
}

// Opens are the classes that an identity needs to open under the table: of those that
// the register gives it, the ones of which some recipient it serves is granted something.
// Vault's policies are written from them, so that a table that grants less leaves a key
// less in the hands of whoever steals a credential. An identity with a task of its own,
// which opens for nobody, keeps all of its classes.
func (t *Table) Opens(who catalogue.Identity) []catalogue.ClassID {
	if who.Task != "" {
		return who.Classes
	}
	c := t.vocabulary.Catalogue
	return slices.DeleteFunc(slices.Clone(who.Classes), func(class catalogue.ClassID) bool {
		var serves []catalogue.RecipientID
		for _, r := range c.Recipients() {
			if name, ok := c.IdentityFor(r.ID, class); ok && name == who.Name {
				serves = append(serves, r.ID)
			}
		}
		// Who counts opens too: an aggregate is granted like anything else.
		return len(t.Grantees(class, catalogue.FormAggregate, serves...)) == 0
	})
}

// OfNobody are the rows of whom the decree does not name: hosts, vendors, media, anybody
// else. There is none in a table that was proved.
func (t *Table) OfNobody() []Row {
	return slices.DeleteFunc(slices.Clone(t.rows), func(r Row) bool {
		rec, _ := t.vocabulary.Catalogue.Recipient(r.Recipient)
		return rec.Type != "non-recipient"
	})
}

// HeldByIdentities says whether what the table grants to somebody has an identity that
// opens it: without one it is granted on paper.
func (t *Table) HeldByIdentities() error {
	c := t.vocabulary.Catalogue
	var all []catalogue.RecipientID
	for _, r := range c.Recipients() {
		all = append(all, r.ID)
	}
	for _, class := range c.Classes() {
		if class.Keys == catalogue.KeysNone {
			continue // a slow hash, which nobody opens
		}
		// Aggregates alone are made by jobs, for whoever reads them.
		for _, r := range t.Grantees(class.ID, catalogue.FormPseudonymised, all...) {
			if _, ok := c.IdentityFor(r, class.ID); !ok {
				return fmt.Errorf("the table grants some of class %s to %s, and no identity of catalogue/identities.yaml opens it for that recipient", class.ID, r)
			}
		}
	}
	return nil
}
