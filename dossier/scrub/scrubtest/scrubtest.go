// Package scrubtest writes French texts in which it is known what names somebody, and
// where: what teachers, heads of school and candidates write, with the names, numbers,
// addresses, mails, phones and ages of invented people planted in the spellings that
// people use, and the same texts with nothing planted.
//
// Nobody in them exists: family names and places are syllables, mails end in
// example.org, phones come from the ranges kept for fiction, numbers begin with 999,
// communes with 99.
package scrubtest

import (
	"strings"

	"sceau/catalogue"
)

// A Kind is what a planted piece is of.
type Kind string

const (
	Name        Kind = "name"
	Responsible Kind = "name of a responsible"
	Number      Kind = "number"
	Address     Kind = "address"
	Mail        Kind = "mail"
	Phone       Kind = "phone"
	Age         Kind = "age"
)

// Kinds are all of them, in the order of tables.
var Kinds = []Kind{Name, Responsible, Number, Address, Mail, Phone, Age}

// A Text is one free text, and its twin with nothing planted.
type Text struct {
	Of      *Person
	Item    catalogue.ItemID
	Body    string
	Planted []Planted
	Plain   string
}

// Planted is one piece of a text that names somebody.
type Planted struct {
	Kind     Kind
	Spelling string
	From, To int // bytes of the body
}

// A Spelling is one way to write a piece, for tables.
type Spelling struct {
	Kind Kind
	Name string
	// Residue says that nobody expects it to be found: it is counted all the same.
	Residue bool
}

// Spellings are all that are planted, in the order of tables.
func Spellings() (all []Spelling) {
	for _, s := range spellings {
		all = append(all, Spelling{s.kind, s.name, s.residue})
	}
	return all
}

// Year is that of the campaign in which the texts are read.
const Year = 2026

// Texts writes n of them. The same seed writes the same ones, and a longer row begins
// with the shorter one.
func Texts(seed uint64, n int) []Text {
	texts := make([]Text, n)
	for i := range texts {
		texts[i] = write(newDice(seed, uint64(i)), i)
	}
	return texts
}

// write makes one text: some ordinary sentences, and among them one or two in which a
// piece is planted. Spellings take turns, so that the rare ones are measured as well
// as the common ones; the person is drawn to fit the first.
func write(d *dice, turn int) Text {
	first := spellings[turn%len(spellings)]
	p, piece := invent(d), ""
	for piece = first.write(d, p); piece == ""; piece = first.write(d, p) {
		p = invent(d)
	}
	voice := pick(d, voices)
	t := Text{Of: p, Item: pick(d, voice.items)}
	var body, plain strings.Builder
	next := func(sentence, twin string) {
		for _, b := range []*strings.Builder{&body, &plain} {
			if b.Len() > 0 {
				b.WriteString(" ")
			}
		}
		if body.Len() > 0 && d.percent(6) {
			body.WriteString("\n")
			plain.WriteString("\n")
		}
		body.WriteString(sentence)
		plain.WriteString(twin)
	}
	ordinary := func(most int) {
		for range d.below(most + 1) {
			s := pick(d, voice.ordinary)
			next(s, s)
		}
	}
	plant := func(s spelling, piece string) {
		sentence := pick(d, voice.sentences(s.frame))
		with, twin, from := fill(sentence, piece)
		next(with, twin)
		end := body.Len() - len(with)
		t.Planted = append(t.Planted, Planted{s.kind, s.name, end + from, end + from + len(piece)})
	}
	ordinary(4)
	plant(first, piece)
	ordinary(3)
	if d.percent(60) {
		other := pick(d, spellings)
		if piece := other.write(d, p); piece != "" {
			plant(other, piece)
			ordinary(2)
		}
	}
	t.Body, t.Plain = body.String(), plain.String()
	return t
}

// fill puts a piece where a sentence has {before ~ after|without}, and gives its twin.
// "de~" and "que~" lose their vowel before another, as the language does.
func fill(sentence, piece string) (with, twin string, from int) {
	before, rest, _ := strings.Cut(sentence, "{")
	slot, after, _ := strings.Cut(rest, "}")
	planted, without, _ := strings.Cut(slot, "|")
	left, right, _ := strings.Cut(planted, "~")
	for _, word := range []string{"de", "que"} {
		if stem, ok := strings.CutSuffix(left, word); ok {
			if left += " "; startsWithVowel(piece) {
				left = stem + word[:len(word)-1] + "'"
			}
		}
	}
	with = before + left
	return with + piece + right + after, before + without + after, len(with)
}
