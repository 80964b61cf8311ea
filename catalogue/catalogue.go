// Package catalogue says what personal data exists, why, who needs it and how long.
//
// Every item of the decree's annex is described once, in fields/*.yaml, and
// nothing else in the house may list them a second time: tables, columns,
// associated data, policy, labels and the article 30 register are derived from
// here. The decree itself lies in decree/, word for word. A register that says
// less or more than the decree does not load.
package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

// Ids are those of the decree's tables. Each has a type of its own, so that a
// class can never be handed where a recipient is expected.
type (
	ItemID      string // "A01.06"
	ClassID     string // a key class: "identity"
	RecipientID string // "R4b-exam"
	Purpose     string // P1, P2, P3 ("finalité")
	Phase       string // PH0 to PH8
	Relation    string // what is true between the caller and the person
	Guard       string // a fact of the database that a row requires
	Derive      string // what leaves the gate in place of the value
	Fate        string // which of a class's two branches an item belongs to
	Repeat      string // what an item is repeated by: "per_wish"
	Kind        string // string, text, date, bool ...
	UnitKind    string // whose key it is: the unit of erasure
)

// A class whose items all share one fate has one branch key. Where the decree
// keeps some items and destroys others, the class has two: what stays is
// coded, the rest is other.
const (
	FateWhole Fate = ""
	FateCoded Fate = "coded"
	FateOther Fate = "other"
)

// The units of erasure: each has one secret, and dies at once with it.
const (
	UnitCandidate   UnitKind = "candidate"
	UnitResponsible UnitKind = "responsible"
	UnitBundle      UnitKind = "bundle" // the documents that support one decision
	UnitAgent       UnitKind = "agent"
)

// All is the purpose of a denial that holds whatever the purpose.
const All Purpose = "ALL"

// A Class is a key class: items that open together, or not at all.
type Class struct {
	ID       ClassID
	Label    string // French
	Meaning  string
	Subjects string
	Why      string // why a boundary stands here
	Opens    string // who ever opens it
	Note     string
	Keys     KeyPlan
	Fates    []Fate // one branch key each; empty when the class has none
}

// KeyPlan says what stands in a class's half of the two locks.
type KeyPlan string

const (
	KeysBranch KeyPlan = "branch" // one key per campaign, class and fate
	KeysPerson KeyPlan = "person" // 32 bytes of each person, so that Vault sees each opening
	KeysDay    KeyPlan = "day"    // one key per UTC day, in the trace cluster
	KeysNone   KeyPlan = "none"   // nothing is sealed: only a slow hash exists
)

// A Recipient is one of the decree's article 3 ("destinataire"), a sub-role of
// one, a data subject, an overseer, a system, or a named non-recipient.
type Recipient struct {
	ID, Parent      RecipientID
	Type            string // recipient, sub-role, data-subject, oversight, system, non-recipient
	Article         string // of the decree's article 3
	Label           string // French
	Name            string
	Relation        string // prose; the ceiling has the closed list
	PurposesAllowed []Purpose
	PurposesNeeded  []Purpose
	Level           string // identified, pseudonymised, aggregate, none ...
	Note            string
}

// A Catalogue is a whole register, read and found consistent. It is immutable.
type Catalogue struct {
	items       []Item
	index       map[ItemID]int
	named       map[string]int
	where       map[ItemID]string // file:line of each entry, for errors
	headings    []Heading
	classes     []Class
	classIndex  map[ClassID]int
	recipients  []Recipient
	recIndex    map[RecipientID]int
	vocabulary  vocabulary
	ceiling     []CeilingRow
	tables      []Table
	tableOf     map[ItemID]int
	columns     []Column
	indexes     []Index
	identities  []Identity
	identityFor map[RecipientID]map[ClassID]string
	ahead       ahead
}

// A Heading is one of the annex's numbered headings ("rubrique").
type Heading struct {
	Number int
	Label  string
}

//go:embed decree fields *.yaml
var register embed.FS

var load = sync.OnceValues(func() (*Catalogue, error) { return Parse(register) })

// Load returns the register that this binary was built with.
func Load() (*Catalogue, error) { return load() }

// MustLoad is Load for tests, which have nothing to do without a register.
func MustLoad() *Catalogue {
	c, err := Load()
	if err != nil {
		panic(err)
	}
	return c
}

// Decree is the law as data, for a checker that wants to read it by itself.
func Decree() fs.FS {
	sub, err := fs.Sub(register, "decree")
	if err != nil {
		panic(err) // the folder is embedded: its name cannot be wrong at run time
	}
	return sub
}

// Parse reads a register from any tree laid out as this folder. Each error
// names a file and a line.
func Parse(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{ahead: readAhead(fsys)}
	// Each step may use the words that an earlier one has established, so an
	// unknown word is refused where it is written.
	for _, step := range []func(fs.FS) error{
		c.readClasses,
		c.readRecipients,
		c.readVocabulary,
		c.readFields,
		c.checkDecree,
		c.deriveTables,
		c.readCeiling,
		c.readColumns,
		c.readIndexes,
		c.readIdentities,
	} {
		if err := step(fsys); err != nil {
			return nil, fmt.Errorf("reading the register: %w", err)
		}
	}
	c.ahead = ahead{}
	return c, nil
}

// Items are all the items of the annex, in its order. Callers must not write
// to the slices that a Catalogue returns.
func (c *Catalogue) Items() []Item { return c.items }

// Item returns the item of that id.
func (c *Catalogue) Item(id ItemID) (Item, bool) {
	i, ok := c.index[id]
	if !ok {
		return Item{}, false
	}
	return c.items[i], true
}

// ItemNamed returns the item whose English name is that one.
func (c *Catalogue) ItemNamed(name string) (Item, bool) {
	i, ok := c.named[name]
	if !ok {
		return Item{}, false
	}
	return c.items[i], true
}

// ItemIndex is the position of an item in Items, or -1.
func (c *Catalogue) ItemIndex(id ItemID) int {
	if i, ok := c.index[id]; ok {
		return i
	}
	return -1
}

// Headings are the annex's headings, in order.
func (c *Catalogue) Headings() []Heading { return c.headings }

// Classes are the key classes, in the order of the decree's table.
func (c *Catalogue) Classes() []Class { return c.classes }

// Class returns the class of that id.
func (c *Catalogue) Class(id ClassID) (Class, bool) {
	i, ok := c.classIndex[id]
	if !ok {
		return Class{}, false
	}
	return c.classes[i], true
}

// Recipients are all the actors that the decree's tables know.
func (c *Catalogue) Recipients() []Recipient { return c.recipients }

// Recipient returns the recipient of that id.
func (c *Catalogue) Recipient(id RecipientID) (Recipient, bool) {
	i, ok := c.recIndex[id]
	if !ok {
		return Recipient{}, false
	}
	return c.recipients[i], true
}
