package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/bits"

	"sceau/catalogue"
)

// RelationSet is what is true between the caller and the person, a bit for
// each of the catalogue's relations.
type RelationSet uint32

// GuardSet is the facts that hold, a bit for each of the catalogue's guards.
type GuardSet uint64

// Has says whether every relation of other is held.
func (s RelationSet) Has(other RelationSet) bool { return s&other == other }

// Has says whether every guard of other holds.
func (s GuardSet) Has(other GuardSet) bool { return s&other == other }

// A Vocabulary numbers the words of the catalogue, so that a decision compares
// bits and allocates nothing. A word that the catalogue does not know is an
// error wherever it comes from: a typing mistake must not read as "not held".
type Vocabulary struct {
	Catalogue *catalogue.Catalogue

	recipients map[catalogue.RecipientID]int
	purposes   map[catalogue.Purpose]int
	phases     map[catalogue.Phase]int
	relations  map[catalogue.Relation]int
	guards     map[catalogue.Guard]int
	derives    map[catalogue.Derive]int
}

// NewVocabulary numbers a register. It panics on one that has more relations
// or guards than the sets have bits, which the register's tests would show
// before anybody runs it.
func NewVocabulary(c *catalogue.Catalogue) *Vocabulary {
	v := &Vocabulary{
		Catalogue:  c,
		recipients: map[catalogue.RecipientID]int{},
		purposes:   map[catalogue.Purpose]int{},
		phases:     map[catalogue.Phase]int{},
		relations:  map[catalogue.Relation]int{},
		guards:     map[catalogue.Guard]int{},
		derives:    map[catalogue.Derive]int{},
	}
	for i, r := range c.Recipients() {
		v.recipients[r.ID] = i
	}
	for i, w := range c.Purposes() {
		v.purposes[w.ID] = i
	}
	for i, w := range c.Phases() {
		v.phases[w.ID] = i
	}
	for i, w := range c.Relations() {
		v.relations[w.ID] = i
	}
	for i, w := range c.Guards() {
		v.guards[w.ID] = i
	}
	for i, w := range c.Derives() {
		v.derives[w.ID] = i
	}
	if len(v.relations) > bits.UintSize/2 || len(v.guards) > 64 {
		panic(fmt.Sprintf("policy: %d relations and %d guards do not fit their sets", len(v.relations), len(v.guards)))
	}
	return v
}

// Relations is the set of those words.
func (v *Vocabulary) Relations(words ...catalogue.Relation) (RelationSet, error) {
	var set RelationSet
	for _, w := range words {
		i, ok := v.relations[w]
		if !ok {
			return 0, fmt.Errorf("unknown relation %q", w)
		}
		set |= 1 << i
	}
	return set, nil
}

// Guards is the set of those words.
func (v *Vocabulary) Guards(words ...catalogue.Guard) (GuardSet, error) {
	var set GuardSet
	for _, w := range words {
		i, ok := v.guards[w]
		if !ok {
			return 0, fmt.Errorf("unknown guard %q", w)
		}
		set |= 1 << i
	}
	return set, nil
}

// RelationWords spells a set, in the catalogue's order.
func (v *Vocabulary) RelationWords(set RelationSet) []catalogue.Relation {
	var out []catalogue.Relation
	for i, w := range v.Catalogue.Relations() {
		if set&(1<<i) != 0 {
			out = append(out, w.ID)
		}
	}
	return out
}

// GuardWords spells a set, in the catalogue's order.
func (v *Vocabulary) GuardWords(set GuardSet) []catalogue.Guard {
	var out []catalogue.Guard
	for i, w := range v.Catalogue.Guards() {
		if set&(1<<i) != 0 {
			out = append(out, w.ID)
		}
	}
	return out
}

// DecreeHash names a file of the decree by its content. A table proved against
// one ceiling says nothing of another.
func DecreeHash(file string) (string, error) {
	raw, err := fs.ReadFile(catalogue.Decree(), file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
