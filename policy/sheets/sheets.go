// Package sheets holds what this deployment grants: one file per recipient,
// written and changed by lawyers.
//
// A sheet may grant less than the decree's ceiling and never more. It grants
// nothing by itself: the law (policy/rego) must allow each row, the checker
// must find it below the ceiling, and people must sign the table it gives.
package sheets

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sceau/catalogue"
)

// Files are the sheets that this binary was built with.
//
//go:embed *.yaml
var Files embed.FS

// A Sheet is all that one recipient is granted.
type Sheet struct {
	Recipient catalogue.RecipientID
	Nothing   string // why the sheet is empty; said, so that an oversight is not read as a choice
	Limits    *Limits
	Rows      []Row
}

// Limits are how many files one mission of the recipient may have answered: in one
// request, in any hour, in a day, and in an export that a second person approved.
type Limits struct{ Request, Hour, Day, Export int }

// A Row grants items to the recipient of its sheet.
type Row struct {
	ID        string // "S-R4b-exam-03"
	Items     []catalogue.ItemID
	Purpose   catalogue.Purpose
	Access    string // aggregate, pseudonymised, read, write
	Relations []catalogue.Relation
	Phases    []catalogue.Phase
	Guards    []catalogue.Guard // sorted
	Derive    catalogue.Derive
	Article   string
	Why       string
	File      string
	Line      int
}

// Accesses that a row may give. Not giving is not writing a row.
var accesses = []string{"aggregate", "pseudonymised", "read", "write"}

// Load reads a folder of sheets: exactly one per recipient of the catalogue.
// Whatever is misspelt, missing or said twice is refused at its line.
func Load(c *catalogue.Catalogue, fsys fs.FS) ([]Sheet, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	found := map[catalogue.RecipientID]Sheet{}
	for _, name := range names {
		s, err := read(c, fsys, name)
		if err != nil {
			return nil, fmt.Errorf("reading the sheets: %w", err)
		}
		found[s.Recipient] = s
	}
	var out []Sheet
	for _, r := range c.Recipients() {
		s, ok := found[r.ID]
		if !ok {
			return nil, fmt.Errorf("reading the sheets: %s has none: %s.yaml is not there, and who is to have nothing says so in a sheet", r.ID, r.ID)
		}
		out = append(out, s)
	}
	return out, nil
}

func read(c *catalogue.Catalogue, fsys fs.FS, name string) (Sheet, error) {
	root, err := document(fsys, name)
	if err != nil {
		return Sheet{}, err
	}
	m := root.mapping("recipient", "limits?", "nothing?", "rows")
	s := Sheet{Recipient: catalogue.RecipientID(m.text("recipient")), Nothing: m.text("nothing")}
	rows := m.list("rows")
	if m.err != nil {
		return Sheet{}, m.err
	}
	if _, ok := c.Recipient(s.Recipient); !ok {
		return Sheet{}, m.at("recipient").errorf("unknown recipient %q", s.Recipient)
	}
	if want := string(s.Recipient) + ".yaml"; path.Base(name) != want {
		return Sheet{}, m.at("recipient").errorf("the sheet of %s is the file %s", s.Recipient, want)
	}
	if (len(rows) == 0) != (s.Nothing != "") {
		return Sheet{}, root.errorf("a sheet has rows, or says in `nothing` why it has none")
	}
	if s.Limits, err = readLimits(m); err != nil {
		return Sheet{}, err
	}
	seen := map[string]bool{}
	for _, n := range rows {
		row, err := readRow(c, s.Recipient, n)
		if err != nil {
			return Sheet{}, err
		}
		if seen[row.ID] {
			return Sheet{}, n.errorf("row %s appears twice", row.ID)
		}
		seen[row.ID] = true
		s.Rows = append(s.Rows, row)
	}
	rec, _ := c.Recipient(s.Recipient) // looked up above
	if s.Limits == nil && rec.Type != "system" && slices.ContainsFunc(s.Rows, Row.readsFiles) {
		return Sheet{}, root.errorf("a sheet that grants more than counts has limits: {request: N, hour: N, day: N}")
	}
	return s, nil
}

// readsFiles: a count is of no one's file.
func (r Row) readsFiles() bool { return r.Access != "aggregate" }

func readLimits(m *mapping) (*Limits, error) {
	if !m.has("limits") {
		return nil, nil
	}
	l := m.at("limits").mapping("request", "hour", "day", "export?")
	limits := Limits{l.number("request"), l.number("hour"), l.number("day"), l.number("export")}
	switch {
	case l.err != nil:
		return nil, l.err
	case limits.Request > limits.Hour || limits.Hour > limits.Day:
		// A limit that another one never lets be reached reads as what it is not.
		return nil, l.node.errorf("a request is no more than an hour, and an hour no more than a day")
	}
	return &limits, nil
}

func readRow(c *catalogue.Catalogue, r catalogue.RecipientID, n node) (Row, error) {
	m := n.mapping("row", "items?", "class?", "purpose", "access", "relations", "phases", "guards?", "derive", "article", "why")
	row := Row{
		ID: m.text("row"), Purpose: catalogue.Purpose(m.text("purpose")), Access: m.text("access"),
		Derive: catalogue.Derive(m.text("derive")), Article: m.text("article"), Why: m.text("why"),
		File: n.file, Line: n.yaml.Line,
	}
	relations := words(m, "relations", c.Relations(), func(w catalogue.Fact[catalogue.Relation]) catalogue.Relation { return w.ID })
	phases := words(m, "phases", c.Phases(), func(w catalogue.Word[catalogue.Phase]) catalogue.Phase { return w.ID })
	guards := words(m, "guards", c.Guards(), func(w catalogue.Fact[catalogue.Guard]) catalogue.Guard { return w.ID })
	row.Relations, row.Phases, row.Guards = relations, phases, guards
	slices.Sort(row.Guards)
	row.Items = items(c, m)
	if m.err != nil {
		return Row{}, m.err
	}
	switch {
	case !strings.HasPrefix(row.ID, "S-"+string(r)+"-"):
		return Row{}, m.at("row").errorf("a row of %s is named S-%s-NN", r, r)
	case !slices.ContainsFunc(c.Purposes(), func(w catalogue.Word[catalogue.Purpose]) bool { return w.ID == row.Purpose }):
		return Row{}, m.at("purpose").errorf("unknown purpose %q", row.Purpose)
	case !slices.Contains(accesses, row.Access):
		return Row{}, m.at("access").errorf("unknown access %q: one of %s", row.Access, strings.Join(accesses, ", "))
	case !slices.ContainsFunc(c.Derives(), func(w catalogue.Word[catalogue.Derive]) bool { return w.ID == row.Derive }):
		return Row{}, m.at("derive").errorf("unknown derive %q", row.Derive)
	case (row.Access == "aggregate") != (row.Derive == "count"):
		return Row{}, m.at("derive").errorf("access aggregate and derive count go together")
	case len(row.Relations) == 0 || len(row.Phases) == 0:
		return Row{}, n.errorf("row %s names no relation or no phase", row.ID)
	case row.Article == "" || row.Why == "":
		return Row{}, n.errorf("row %s cites no article, or says no why", row.ID)
	}
	return row, nil
}

// items reads a list of items, or a class that stands for all of its items.
func items(c *catalogue.Catalogue, m *mapping) []catalogue.ItemID {
	if m.has("items") == m.has("class") {
		m.fail(m.node.errorf("a row names its items or a class"))
		return nil
	}
	if m.has("items") {
		return words(m, "items", c.Items(), func(i catalogue.Item) catalogue.ItemID { return i.ID })
	}
	class := catalogue.ClassID(m.text("class"))
	var out []catalogue.ItemID
	for _, i := range c.Items() {
		if i.Class == class {
			out = append(out, i.ID)
		}
	}
	if len(out) == 0 {
		m.fail(m.at("class").errorf("unknown class %q", class))
	}
	return out
}
