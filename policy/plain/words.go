// Package plain says tables of access in the words of people: what a row grants, what
// changes between two tables, who may see what. A lawyer reads its sentences, in French
// or in English, and signs on them; so each names ids and labels together, and nothing
// is said that a row does not say.
package plain

import (
	"fmt"
	"strings"

	"sceau/catalogue"
	"sceau/policy"
)

// A Language is one that the sentences are written in.
type Language string

const (
	French  Language = "fr"
	English Language = "en"
)

// A Speaker knows the labels of the catalogue, and one language.
type Speaker struct {
	Catalogue *catalogue.Catalogue
	Language  Language
}

// in chooses between the two languages.
func (s Speaker) in(french, english string) string {
	if s.Language == English {
		return english
	}
	return french
}

func (s Speaker) called(id, french, english string) string {
	if label := s.in(french, english); label != "" && label != id {
		return id + " (" + label + ")"
	}
	return id
}

// Recipient is one of the decree, with its label.
func (s Speaker) Recipient(id catalogue.RecipientID) string {
	r, _ := s.Catalogue.Recipient(id)
	return s.called(string(id), r.Label, words(r.Name))
}

// Item is one of the annex, with its label.
func (s Speaker) Item(id catalogue.ItemID) string {
	it, _ := s.Catalogue.Item(id)
	return s.called(string(id), it.Label, words(it.Name))
}

// Purpose is one of the three of article 1.
func (s Speaker) Purpose(id catalogue.Purpose) string {
	for _, w := range s.Catalogue.Purposes() {
		if w.ID == id {
			return s.called(string(id), w.Label, w.Meaning)
		}
	}
	return string(id)
}

// Phase is one of the calendar of a campaign.
func (s Speaker) Phase(id catalogue.Phase) string {
	for _, w := range s.Catalogue.Phases() {
		if w.ID == id {
			return s.called(string(id), w.Label, w.Meaning)
		}
	}
	return string(id)
}

// Relation is what is true between the caller and the person.
func (s Speaker) Relation(id catalogue.Relation) string {
	for _, w := range s.Catalogue.Relations() {
		if w.ID == id {
			return s.called(string(id), w.Label, strings.ReplaceAll(string(id), "_", " ")) + s.never(w.Source)
		}
	}
	return string(id)
}

// never marks a fact that nothing records yet: a row that needs it is granted on paper.
func (s Speaker) never(source catalogue.Source) string {
	if source == catalogue.SourceNone {
		return s.in(" [jamais vrai aujourd'hui]", " [never true today]")
	}
	return ""
}

// Guard is a fact that a row asks for.
func (s Speaker) Guard(id catalogue.Guard) string {
	for _, w := range s.Catalogue.Guards() {
		if w.ID == id {
			return s.called(string(id), w.Label, strings.ReplaceAll(string(id), "_", " ")) + s.never(w.Source)
		}
	}
	return string(id)
}

// Derive says in which form a value leaves.
func (s Speaker) Derive(form catalogue.Form, derive catalogue.Derive) string {
	known := map[catalogue.Form][2]string{
		catalogue.FormAggregate:     {"en comptage", "as a count"},
		catalogue.FormPseudonymised: {"sous numéro de dossier", "under a file number"},
		catalogue.FormMasked:        {"masquée", "masked"},
		catalogue.FormClear:         {"en clair", "in clear"},
	}
	text := s.in(known[form][0], known[form][1])
	if form == catalogue.FormClear || form == catalogue.FormAggregate || derive == "as-is" {
		return text
	}
	word := string(derive)
	if s.Language == French {
		for _, w := range s.Catalogue.Derives() {
			if w.ID == derive {
				word = w.Label
			}
		}
	}
	return fmt.Sprintf("%s (%s)", text, word)
}

// Context is where a row stands: purpose, phase, relation.
func (s Speaker) Context(p catalogue.Purpose, ph catalogue.Phase, rel catalogue.Relation) string {
	return fmt.Sprintf(s.in("pour %s, en %s, par la relation %s", "for %s, in %s, by the relation %s"), s.Purpose(p), s.Phase(ph), s.Relation(rel))
}

// Act is what a row lets one do.
func (s Speaker) Act(a policy.Action) string {
	if a == policy.Write {
		return s.in("écrire", "write")
	}
	return s.in("lire", "read")
}

// words turns an English name of the catalogue into words.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// list joins words as the language does.
func (s Speaker) list(of []string) string {
	if len(of) < 2 {
		return strings.Join(of, "")
	}
	return strings.Join(of[:len(of)-1], ", ") + s.in(" et ", " and ") + of[len(of)-1]
}
