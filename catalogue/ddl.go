package catalogue

import (
	"fmt"
	"strings"
)

// DDL writes the statements that make the sealed tables. They are copied into a
// migration once and never run from here: a database changes by a file that
// somebody read.
//
// No cell may be null: a null is a padded null under seal, so that the database
// cannot tell who left a field empty.
func (c *Catalogue) DDL() string {
	var b strings.Builder
	for _, t := range c.tables {
		fmt.Fprintf(&b, "-- %s\n", c.describe(t))
		fmt.Fprintf(&b, "CREATE TABLE %s (\n", t.Name)
		b.WriteString("\tcampaign text NOT NULL,\n\tunit bytea NOT NULL,\n\trecord bytea NOT NULL,\n")
		b.WriteString("\tbranch_version integer NOT NULL,\n\tcommitment bytea NOT NULL,\n")
		for _, id := range t.Items {
			i, _ := c.Item(id)
			fmt.Fprintf(&b, "\t%s bytea NOT NULL, -- %s\n", i.Column(), id)
		}
		b.WriteString("\tPRIMARY KEY (unit, record, campaign)\n) PARTITION BY LIST (campaign);\n\n")
	}
	return b.String()
}

// describe says in a few words what one table holds.
func (c *Catalogue) describe(t Table) string {
	class, _ := c.Class(t.Class)
	out := class.Label
	for _, r := range c.vocabulary.repeats {
		if r.ID == t.Repeats && t.Repeats != "one" {
			out += ", " + r.Label
		}
	}
	for _, b := range c.vocabulary.bundles {
		if b.ID == t.Bundle {
			out += ", " + b.Label
		}
	}
	switch t.Fate {
	case FateCoded:
		out += " (reste codé à deux ans)"
	case FateOther:
		out += " (part à deux ans)"
	}
	return out
}
