// Package scrub removes from free text what names somebody ("effacement des éléments
// d'identité"), so that a commission reads a file without a name, a home or an age
// (D. 612-1-13 I al. 2).
//
// What is known of the candidate and the responsibles is looked for in the spellings
// that people use. What looks like a mail, a phone, an INE, an address with its number
// or an age goes whoever it belongs to: a text may give a grandmother's phone as well.
//
// It is a broom and no proof. docs/scrubbing.md publishes how much of each spelling
// goes, what goes with it, and what stays: a text cleared here may still say who it is
// about, and is never an anonymous one.
package scrub

import (
	"bytes"
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"sceau/catalogue"
)

// gone stands in a text where something that names somebody was.
const gone = "[…]"

// A Scrubber clears texts of one candidate and the responsibles. The zero value knows
// nobody, and removes what names anybody.
type Scrubber struct {
	// Year is that of the reading: a whole date of fourteen to thirty years before is
	// somebody's birth. Zero leaves dates that nothing calls one.
	Year int

	names   []name
	first   []byte // letters with which a name begins, once each
	codes   [][]byte
	streets []street
	places  []place
	settled bool

	rules []rule // nil for all of them
	text  reading
}

// A rule finds one sort of what must go. They are tried in this order: what stands
// beside a name is looked for when names are known.
type rule struct {
	name string
	find func(*Scrubber, *reading)
}

var allRules = []rule{
	{"mail", (*Scrubber).mails},
	{"mail in words", (*Scrubber).mailsInWords},
	{"phone", (*Scrubber).phones},
	{"INE", (*Scrubber).nationalNumbers},
	{"known number", (*Scrubber).knownCodes},
	{"known street", (*Scrubber).knownStreets},
	{"known place", (*Scrubber).knownPlaces},
	{"address", (*Scrubber).anyAddress},
	{"age", (*Scrubber).ages},
	{"birth", (*Scrubber).births},
	{"date of birth alone", (*Scrubber).oldDates},
	{"name", (*Scrubber).knownNames},
	{"misspelt name", (*Scrubber).nearNames},
	{"name cut short", (*Scrubber).shortNames},
	{"beside a name", (*Scrubber).beside},
}

// Learn adds a value that must not stand in any text, by the kind of its item: a list
// is one of first names, a string with a digit a number, and with a word a name as well.
// A value that cannot be read is an error, so that no text leaves half cleared.
func (s *Scrubber) Learn(kind catalogue.Kind, value json.RawMessage) error {
	s.settled = false
	return eachString(value, func(_ literal, text []byte) error {
		switch {
		case kind == "phone":
			s.learnPhone(text)
		case kind == "email":
			local, _, _ := bytes.Cut(text, []byte("@"))
			s.learnCode(local)
		case kind == "address":
			s.learnAddress(text)
		default:
			number := bytes.ContainsAny(text, "0123456789")
			if number {
				s.learnCode(text)
			}
			if !number || hasWord(text) {
				s.learnName(text, kind == "list")
			}
		}
		clear(text)
		return nil
	})
}

// hasWord says whether three letters stand together, as in no number of a person.
func hasWord(text []byte) bool {
	run := 0
	for _, c := range string(text) {
		if run++; !unicode.IsLetter(c) {
			run = 0
		}
		if run == 3 {
			return true
		}
	}
	return false
}

// Forget clears what was learnt, and the last text that was read.
func (s *Scrubber) Forget() {
	for _, n := range s.names {
		clear(n.fold)
	}
	for _, c := range s.codes {
		clear(c)
	}
	for _, st := range s.streets {
		st.name.forget()
	}
	for _, p := range s.places {
		p.forget()
	}
	clear(s.first)
	s.text.forget()
	*s = Scrubber{Year: s.Year, rules: s.rules}
}

// Clean gives the value with all of that replaced. It works on strings at any depth and
// leaves the shape alone.
func (s *Scrubber) Clean(value json.RawMessage) (json.RawMessage, error) {
	out := make([]byte, 0, len(value)+len(gone))
	done := 0
	err := eachString(value, func(at literal, text []byte) error {
		cleaned := s.cleanText(text)
		out = append(out, value[done:at.from]...)
		done = at.to
		var err error
		out, err = jsontext.AppendQuote(out, cleaned)
		clear(text)
		return err
	})
	return append(out, value[done:]...), err
}

// cleanText is Clean of one text.
func (s *Scrubber) cleanText(text []byte) []byte {
	hit := s.hits(text)
	out := make([]byte, 0, len(text)+len(gone))
	for i := 0; i < len(text); {
		if !hit[i] {
			_, size := utf8.DecodeRune(text[i:])
			out = append(out, text[i:i+size]...)
			i += size
			continue
		}
		out = append(out, gone...)
		for i < len(text) && hit[i] {
			i++
		}
	}
	return out
}

// hits says of each byte of a text whether it goes.
func (s *Scrubber) hits(text []byte) []bool {
	s.settle()
	r := &s.text
	r.read(text)
	rules := s.rules
	if rules == nil {
		rules = allRules
	}
	for _, rule := range rules {
		rule.find(s, r)
	}
	r.join()
	return r.hit
}
