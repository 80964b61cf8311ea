package catalogue

import (
	"cmp"
	"io/fs"
	"slices"
)

// A Column is one column of one of the databases, and which of the four kinds
// it is. A test compares the list with the live databases: a column that is
// not declared here fails the build.
type Column struct {
	Cluster string // data, keyring, audit
	Table   string
	Name    string
	Kind    string // sealed, index, routing, technical
}

var (
	clusters    = []string{"data", "keyring", "audit"}
	columnKinds = []string{"sealed", "index", "routing", "technical"}
)

// header are the columns that stand before the cells of every sealed table.
// None of them counts anything.
var header = []string{"campaign", "unit", "record", "branch_version", "commitment"}

// Columns are all the columns of all the databases, sorted.
func (c *Catalogue) Columns() []Column { return c.columns }

func (c *Catalogue) readColumns(fsys fs.FS) error {
	seen := map[Column]bool{} // kind left out: two kinds for one column is a contradiction
	add := func(col Column) bool {
		key := col
		key.Kind = ""
		if seen[key] {
			return false
		}
		seen[key] = true
		c.columns = append(c.columns, col)
		return true
	}
	for _, t := range c.tables {
		for _, name := range header {
			add(Column{"data", t.Name, name, "technical"})
		}
		for _, id := range t.Items {
			i, _ := c.Item(id)
			add(Column{"data", t.Name, i.Column(), "sealed"})
		}
	}
	doc, err := c.document(fsys, "columns.yaml")
	if err != nil {
		return err
	}
	top := doc.root.fields("data?", "keyring?", "audit?")
	if top.err != nil {
		return top.err
	}
	for _, cluster := range clusters {
		e, ok := top.values[cluster]
		if !ok {
			continue
		}
		tables, err := e.pairs()
		if err != nil {
			return err
		}
		for _, t := range tables {
			cols, err := t.value.pairs()
			if err != nil {
				return err
			}
			for _, col := range cols {
				kind, err := col.value.text()
				if err != nil {
					return err
				}
				if !slices.Contains(columnKinds, kind) {
					return col.value.errorf("column %s.%s: unknown kind %q", t.key, col.key, kind)
				}
				if !add(Column{cluster, t.key, col.key, kind}) {
					return col.value.errorf("column %s.%s follows from the items already", t.key, col.key)
				}
			}
		}
	}
	slices.SortFunc(c.columns, func(a, b Column) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Name, b.Name))
	})
	return nil
}
