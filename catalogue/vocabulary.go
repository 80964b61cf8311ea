package catalogue

import (
	"io/fs"
	"slices"
)

// A Word is one id of a closed list, with its French label and what it means.
type Word[ID ~string] struct {
	ID      ID
	Label   string // French
	Meaning string
}

// A Fact is a word that holds or not at the moment of an access: a relation or
// a guard. Nothing a caller says makes it hold.
type Fact[ID ~string] struct {
	Word[ID]
	Source     Source
	RecordedBy []RecipientID // who may record it, where Source is fact
	To         Reach         // whom one record of it may name, where Source is fact
	Within     Relation      // recorded or not, it holds only where this holds by itself
	HoldsOn    Scope
}

// Reach says how many callers one recorded fact may open a file to. A relation never
// reaches a whole recipient: one line would open a file to every teacher of the country.
type Reach string

const (
	ToMission      Reach = "mission"
	ToOrganisation Reach = "organisation" // or to one mission
	ToRecipient    Reach = "recipient"    // or to an organisation, or to one mission
)

// Source says where a fact comes from.
type Source string

const (
	SourceMission   Source = "mission"   // the caller's mission says it
	SourceRouting   Source = "routing"   // a routing row joins the caller's scope and the file
	SourceDossier   Source = "dossier"   // computed at intake from the dossier, sealed in the routing row
	SourceFact      Source = "fact"      // recorded by another mission than the one that reads
	SourceReference Source = "reference" // the reference of programmes and schools says it
	SourceGate      Source = "gate"      // the gate sets it on its own act, and nobody else
	SourceNone      Source = "none"      // nothing records it yet: it never holds
)

// Scope says what a fact is true of.
type Scope string

const (
	OnFile    Scope = "file"
	OnWish    Scope = "wish"
	OnRequest Scope = "request"
	OnClass   Scope = "class"
	OnItem    Scope = "item"
	OnRecord  Scope = "record"
	OnMission Scope = "mission"
)

var (
	reaches = []string{"mission", "organisation", "recipient"}
	sources = []string{"mission", "routing", "dossier", "fact", "reference", "gate", "none"}
	scopes  = []string{"file", "wish", "request", "class", "item", "record", "mission"}
)

type vocabulary struct {
	purposes  []Word[Purpose]
	phases    []Word[Phase]
	relations []Fact[Relation]
	guards    []Fact[Guard]
	derives   []Word[Derive]
	coarse    []Word[string]
	repeats   []Word[Repeat]
	bundles   []Word[string]
	gdpr      []Word[string]
	rectify   []Word[string]
	fates     []Word[string]
	access    []Word[string]
	subjects  []Word[string]
	// lists of values that formats name instead of repeating them: academies,
	// countries, occupations.
	lists map[string][]string
}

// Purposes are the decree's three ("finalités").
func (c *Catalogue) Purposes() []Word[Purpose] { return c.vocabulary.purposes }

// Phases are those of a campaign's calendar, in order.
func (c *Catalogue) Phases() []Word[Phase] { return c.vocabulary.phases }

// Relations in a fixed order: a set of them may be a bit set.
func (c *Catalogue) Relations() []Fact[Relation] { return c.vocabulary.relations }

// Guards in a fixed order: a set of them may be a bit set.
func (c *Catalogue) Guards() []Fact[Guard] { return c.vocabulary.guards }

// Derives are the forms that a value may leave the gate in.
func (c *Catalogue) Derives() []Word[Derive] { return c.vocabulary.derives }

// Repeats are the records that an item may be repeated by.
func (c *Catalogue) Repeats() []Word[Repeat] { return c.vocabulary.repeats }

// Values is a closed list that formats refer to by name, such as "academies".
func (c *Catalogue) Values(list string) []string { return c.vocabulary.lists[list] }

type worded[ID ~string] interface{ id() ID }

type labelled[ID ~string] interface {
	worded[ID]
	label() string
}

func (w Word[ID]) id() ID        { return w.ID }
func (w Word[ID]) label() string { return w.Label }

func known[W worded[ID], ID ~string](words []W, id ID) bool {
	return slices.ContainsFunc(words, func(w W) bool { return w.id() == id })
}

// label is the French label of a word, or the word itself.
func label[W labelled[ID], ID ~string](words []W, id ID) string {
	for _, w := range words {
		if w.id() == id {
			return w.label()
		}
	}
	return string(id)
}

func ids[W worded[ID], ID ~string](words []W) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w.id())
	}
	return out
}

func (c *Catalogue) readVocabulary(fsys fs.FS) error {
	doc, err := c.document(fsys, "vocabulary.yaml")
	if err != nil {
		return err
	}
	f := doc.root.fields("purposes", "phases", "relations", "guards", "derives", "coarse", "repeats", "bundles",
		"gdpr", "rectify", "fates", "access", "subjects", "classes")
	v := &c.vocabulary
	v.purposes = readWords[Purpose](f, "purposes")
	v.phases = readWords[Phase](f, "phases")
	v.derives = readWords[Derive](f, "derives")
	v.coarse = readWords[string](f, "coarse")
	v.repeats = readWords[Repeat](f, "repeats")
	v.bundles = readWords[string](f, "bundles")
	v.gdpr = readWords[string](f, "gdpr")
	v.rectify = readWords[string](f, "rectify")
	v.fates = readWords[string](f, "fates")
	v.access = readWords[string](f, "access")
	v.subjects = readWords[string](f, "subjects")
	v.relations = readFacts[Relation](c, f, "relations")
	v.guards = readFacts[Guard](c, f, "guards")
	c.readClassWords(f)
	if f.err == nil {
		f.fail(c.checkReach(doc.root))
	}
	if f.err != nil {
		return f.err
	}
	return c.readLists(fsys)
}

func wordEntries(f *fields, key string) []entry {
	e, ok := f.values[key]
	if !ok || f.err != nil {
		return nil
	}
	es, err := e.list()
	if err != nil {
		f.fail(err)
	}
	return es
}

func readWords[ID ~string](f *fields, key string) []Word[ID] {
	var out []Word[ID]
	for _, e := range wordEntries(f, key) {
		w := e.fields("id", "label", "meaning")
		word := Word[ID]{ID(w.text("id")), w.text("label"), w.text("meaning")}
		if w.err == nil && known(out, word.ID) {
			w.fail(e.errorf("%s appears twice", word.ID))
		}
		if w.err != nil {
			f.fail(w.err)
			return nil
		}
		out = append(out, word)
	}
	return out
}

func readFacts[ID ~string](c *Catalogue, f *fields, key string) []Fact[ID] {
	var out []Fact[ID]
	for _, e := range wordEntries(f, key) {
		w := e.fields("id", "label", "meaning", "source", "recorded_by?", "to?", "within?", "holds_on")
		fact := Fact[ID]{
			Word:    Word[ID]{ID(w.text("id")), w.text("label"), w.text("meaning")},
			Source:  Source(w.word("source", sources...)),
			HoldsOn: Scope(w.word("holds_on", scopes...)),
		}
		names, es := w.words("recorded_by")
		for i, r := range names {
			if _, ok := c.recIndex[RecipientID(r)]; !ok {
				w.fail(es[i].errorf("unknown recipient %q", r))
			}
		}
		fact.RecordedBy = convert[RecipientID](names)
		if w.has("to") {
			fact.To = Reach(w.word("to", reaches...))
		}
		if w.has("within") {
			fact.Within = Relation(w.text("within"))
		}
		if w.err == nil && (fact.Source == SourceFact) != (len(names) > 0) {
			w.fail(e.errorf("%s: recorded_by goes with source fact, and with no other", fact.ID))
		}
		if w.err == nil && (fact.Source == SourceFact) != (fact.To != "") {
			w.fail(e.errorf("%s: to goes with source fact, and with no other", fact.ID))
		}
		if w.err == nil && known(out, fact.ID) {
			w.fail(e.errorf("%s appears twice", fact.ID))
		}
		if w.err != nil {
			f.fail(w.err)
			return nil
		}
		out = append(out, fact)
	}
	return out
}

// checkReach refuses a relation that one record could open to a whole recipient, and one
// that leans on what is itself recorded.
func (c *Catalogue) checkReach(at entry) error {
	for _, r := range c.vocabulary.relations {
		if r.To == ToRecipient {
			return at.errorf("%s: a recorded relation names a mission or an organisation, never a whole recipient", r.ID)
		}
		leans := slices.ContainsFunc(c.vocabulary.relations, func(w Fact[Relation]) bool {
			return w.ID == r.Within && (w.Source == SourceRouting || w.Source == SourceReference)
		})
		if r.Within != "" && !leans {
			return at.errorf("%s: within names a relation of routing", r.ID)
		}
	}
	for _, g := range c.vocabulary.guards {
		if g.Within != "" {
			return at.errorf("%s: within is for relations", g.ID)
		}
	}
	return nil
}

func (c *Catalogue) readClassWords(f *fields) {
	seen := map[ClassID]bool{}
	for _, e := range wordEntries(f, "classes") {
		w := e.fields("id", "label", "meaning", "keys")
		id := ClassID(w.text("id"))
		i, ok := c.classIndex[id]
		if w.err == nil && (!ok || seen[id]) {
			w.fail(e.errorf("class %q is unknown, or appears twice", id))
		}
		keys := w.word("keys", string(KeysBranch), string(KeysPerson), string(KeysDay), string(KeysNone))
		if w.err != nil {
			f.fail(w.err)
			return
		}
		seen[id] = true
		c.classes[i].Label, c.classes[i].Meaning, c.classes[i].Keys = w.text("label"), w.text("meaning"), KeyPlan(keys)
	}
	for _, cl := range c.classes {
		if f.err == nil && !seen[cl.ID] {
			f.fail(f.errorf("class %s has no label", cl.ID))
		}
	}
}

func (c *Catalogue) readLists(fsys fs.FS) error {
	doc, err := c.document(fsys, "lists.yaml")
	if err != nil {
		return err
	}
	ps, err := doc.root.pairs()
	if err != nil {
		return err
	}
	c.vocabulary.lists = map[string][]string{}
	for _, p := range ps {
		f := &fields{entry: doc.root, values: map[string]entry{p.key: p.value}}
		values, _ := f.words(p.key)
		if f.err != nil {
			return f.err
		}
		c.vocabulary.lists[p.key] = values
	}
	return nil
}
