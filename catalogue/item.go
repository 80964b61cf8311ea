package catalogue

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
)

// An Item is one atomic line of the annex: the smallest thing that is sealed,
// granted, refused, corrected or forgotten.
type Item struct {
	ID             ItemID
	Heading        int
	Line           string // the annex's line that it was read from, French
	Label          string // French
	Name           string // English; also the name of its column and its key in an imported dossier
	Subject        string // whose datum it is: candidate, responsible, agent ...
	AppliesTo      string
	Kind           Kind
	Class          ClassID
	GDPR           string // none, art9_health, offence_like ...
	Research       string // direct_identifier, quasi_identifier, sensitive, insensitive
	CoreNeed       bool   // the admission core needs it
	CoreForm       string // and in this form only
	RectifiableBy  string // candidate, school, agent, not
	Implicit       bool   // not a line of the annex, but nothing works without it
	Fate2020       string // move, expire, destroy
	FateAmended    string // keep, destroy, coarsen:FORM
	PresenceSecret bool   // that a value exists already tells something
	Repeats        Repeat
	Note           string
	Bundle         string // the bundle of documents whose unit of erasure holds it, or ""
	Format         string // the name of its check
	Pad            int    // the one size of its sealed value in bytes; 0 means the next power of two
	Required       bool   // null is refused

	check *shape
}

// Column is the item's column in its sealed table.
func (i Item) Column() string { return i.Name }

// Coarse is the coarse form that stays when the archive lets the value go, or "".
func (i Item) Coarse() string {
	form, _ := strings.CutPrefix(i.FateAmended, "coarsen:")
	if form == i.FateAmended {
		return ""
	}
	return form
}

var (
	kinds    = []string{"string", "text", "date", "timestamp", "bool", "int", "decimal", "enum", "list", "document", "credential", "ip", "event", "phone", "email", "address"}
	research = []string{"direct_identifier", "quasi_identifier", "sensitive", "insensitive"}
)

// readFields reads fields/*.yaml, one file a heading.
func (c *Catalogue) readFields(fsys fs.FS) error {
	files, err := fs.Glob(fsys, "fields/*.yaml")
	if err != nil {
		return err
	}
	sort.Strings(files)
	c.named = map[string]int{}
	c.where = map[ItemID]string{}
	for _, file := range files {
		doc, err := c.document(fsys, file)
		if err != nil {
			return err
		}
		top := doc.root.fields("heading", "label", "items")
		heading := Heading{top.number("heading", 0), top.text("label")}
		for _, e := range wordEntries(top, "items") {
			item, err := c.readItem(e, heading.Number)
			if err != nil {
				return err
			}
			if where, ok := c.where[item.ID]; ok {
				return e.errorf("item %s appears twice, first at %s", item.ID, where)
			}
			if _, ok := c.named[item.Name]; ok {
				return e.errorf("item %s: the name %s is already taken", item.ID, item.Name)
			}
			c.where[item.ID] = fmt.Sprintf("%s:%d", e.file, e.node.Line)
			c.named[item.Name] = -1
			c.items = append(c.items, item)
		}
		if top.err != nil {
			return top.err
		}
		c.headings = append(c.headings, heading)
	}
	return nil
}

func (c *Catalogue) readItem(e entry, heading int) (Item, error) {
	v := c.vocabulary
	f := e.fields("id", "line", "label", "name", "subject", "applies_to", "kind", "class", "gdpr", "research",
		"core_need?", "core_form?", "rectifiable_by", "implicit?", "fate_2020", "fate_amended", "presence_secret?",
		"repeats", "note?", "bundle?", "pad?", "required?", "format")
	item := Item{
		ID: ItemID(f.text("id")), Heading: heading, Line: f.text("line"), Label: f.text("label"), Name: f.text("name"),
		Subject: f.word("subject", ids(v.subjects)...), AppliesTo: f.text("applies_to"),
		Kind: Kind(f.word("kind", kinds...)), Class: ClassID(f.text("class")),
		GDPR: f.word("gdpr", ids(v.gdpr)...), Research: f.word("research", research...),
		CoreNeed: f.yes("core_need"), CoreForm: f.text("core_form"), RectifiableBy: f.word("rectifiable_by", ids(v.rectify)...),
		Implicit: f.yes("implicit"), Fate2020: f.word("fate_2020", "move", "expire", "destroy"), FateAmended: f.text("fate_amended"),
		PresenceSecret: f.yes("presence_secret"), Repeats: Repeat(f.word("repeats", ids(v.repeats)...)),
		Note: f.text("note"), Required: f.yes("required"), Pad: f.number("pad", 0),
	}
	if f.has("bundle") {
		item.Bundle = f.word("bundle", ids(v.bundles)...)
	}
	if f.err != nil {
		return Item{}, fmt.Errorf("%w%s", f.err, ofItem(f))
	}
	if _, ok := c.classIndex[item.Class]; !ok {
		return Item{}, f.values["class"].errorf("item %s: unknown class %q", item.ID, item.Class)
	}
	if form := item.Coarse(); form != "" && !known(v.coarse, form) ||
		form == "" && !slices.Contains([]string{"keep", "destroy"}, item.FateAmended) {
		return Item{}, f.values["fate_amended"].errorf("item %s: unknown fate %q", item.ID, item.FateAmended)
	}
	var err error
	item.check = &shape{}
	if item.check.format, item.Format, err = c.readFormat(f.values["format"]); err != nil {
		return Item{}, fmt.Errorf("%w%s", err, ofItem(f))
	}
	if err := c.readPad(f, &item); err != nil {
		return Item{}, err
	}
	return item, nil
}

// ofItem names the item that an error is about, if it says which it is.
func ofItem(f *fields) string {
	e, ok := f.values["id"]
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (item %s)", e.node.Value)
}
