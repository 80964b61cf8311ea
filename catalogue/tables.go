package catalogue

import (
	"io/fs"
	"slices"
	"sort"
	"strings"
)

// A Table is one sealed table. Items share a table when they share all that
// decides who opens them and when they go: class, fate, what they repeat by,
// and whose secret seals them.
type Table struct {
	Name    string
	Class   ClassID
	Fate    Fate
	Repeats Repeat
	Unit    UnitKind
	Bundle  string
	Items   []ItemID
	// MinRecords is how many records everybody has, as padded nulls where
	// there is nothing to say: else the number of rows would tell.
	MinRecords int
}

// Tables are the sealed tables, by name.
func (c *Catalogue) Tables() []Table { return c.tables }

// Table returns the sealed table that holds an item. Items of the connection
// class lie under the keys of their day, and passwords under none.
func (c *Catalogue) Table(id ItemID) (Table, bool) {
	i, ok := c.tableOf[id]
	if !ok {
		return Table{}, false
	}
	return c.tables[i], true
}

// TableNamed returns the sealed table of that name.
func (c *Catalogue) TableNamed(name string) (Table, bool) {
	i, ok := slices.BinarySearchFunc(c.tables, name, func(t Table, n string) int { return strings.Compare(t.Name, n) })
	if !ok {
		return Table{}, false
	}
	return c.tables[i], true
}

func (c *Catalogue) deriveTables(fs.FS) error {
	split := map[ClassID]bool{}
	for _, cl := range c.classes {
		keep, go1 := false, false
		for _, i := range c.items {
			if i.Class == cl.ID {
				keep = keep || i.FateAmended == "keep"
				go1 = go1 || i.FateAmended != "keep"
			}
		}
		split[cl.ID] = keep && go1
	}
	byName := map[string]*Table{}
	for _, i := range c.items {
		class := c.classes[c.classIndex[i.Class]]
		if class.Keys != KeysBranch && class.Keys != KeysPerson {
			continue
		}
		t := Table{Class: i.Class, Fate: fateOf(i, split[i.Class]), Repeats: i.Repeats, Unit: unitOf(i), Bundle: i.Bundle}
		t.Name = tableName(t)
		if byName[t.Name] == nil {
			byName[t.Name] = &t
		}
		byName[t.Name].Items = append(byName[t.Name].Items, i.ID)
	}
	for _, t := range byName {
		t.MinRecords = c.minRecords(*t)
		c.tables = append(c.tables, *t)
	}
	sort.Slice(c.tables, func(a, b int) bool { return c.tables[a].Name < c.tables[b].Name })
	c.tableOf = map[ItemID]int{}
	for n, t := range c.tables {
		for _, id := range t.Items {
			c.tableOf[id] = n
		}
		cl := &c.classes[c.classIndex[t.Class]]
		if !slices.Contains(cl.Fates, t.Fate) {
			cl.Fates = append(cl.Fates, t.Fate)
		}
	}
	for n := range c.classes {
		slices.Sort(c.classes[n].Fates)
	}
	return nil
}

func fateOf(i Item, split bool) Fate {
	switch {
	case !split:
		return FateWhole
	case i.FateAmended == "keep":
		return FateCoded
	default:
		// A coarsened value goes too; its coarse form is sealed anew as coded.
		return FateOther
	}
}

func unitOf(i Item) UnitKind {
	switch {
	case i.Bundle != "":
		return UnitBundle
	case i.Repeats == "per_responsible":
		return UnitResponsible
	case i.Repeats == "per_agent":
		return UnitAgent
	}
	return UnitCandidate
}

func tableName(t Table) string {
	parts := []string{string(t.Class)}
	if t.Fate != FateWhole {
		parts = append(parts, string(t.Fate))
	}
	if word, ok := strings.CutPrefix(string(t.Repeats), "per_"); ok {
		parts = append(parts, word)
	}
	if t.Bundle != "" {
		parts = append(parts, strings.ReplaceAll(t.Bundle, "-", "_"))
	}
	return strings.Join(parts, "_")
}

func (c *Catalogue) minRecords(t Table) int {
	secret := slices.ContainsFunc(t.Items, func(id ItemID) bool {
		i, _ := c.Item(id)
		return i.PresenceSecret
	})
	switch {
	case t.Repeats == "one":
		return 1
	case !secret, t.Repeats == "per_wish", t.Repeats == "per_responsible":
		// How many wishes or responsibles somebody has is told by other rows
		// already; each of those records is written in full.
		return 0
	case t.Repeats == "per_request":
		return 2 // one assimilation, one re-examination
	}
	return 1
}
