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

// HeldByIdentities says whether the register of identities holds what the table
// needs and no more: an identity that opens a class does so for somebody to whom the
// table grants some of it, and what the table grants to somebody has an identity that
// opens it. Vault's policies are written from the register, so that a class too many
// there is a key too many in the hands of whoever steals a credential.
func (t *Table) HeldByIdentities() error {
	c := t.vocabulary.Catalogue
	var all []catalogue.RecipientID
	for _, r := range c.Recipients() {
		all = append(all, r.ID)
	}
	for _, class := range c.Classes() {
		opens := map[string][]catalogue.RecipientID{}
		for _, r := range all {
			if who, ok := c.IdentityFor(r, class.ID); ok {
				opens[who] = append(opens[who], r)
			}
		}
		for _, who := range c.Identities() {
			if !slices.Contains(who.Classes, class.ID) || who.Task != "" {
				continue
			}
			// Who counts opens too: an aggregate is granted like anything else.
			if len(t.Grantees(class.ID, catalogue.FormAggregate, opens[who.Name]...)) == 0 {
				return fmt.Errorf("identity %s opens class %s in catalogue/identities.yaml, and no row of the table grants any of it to a recipient for whom it does", who.Name, class.ID)
			}
		}
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
