// Package scrub removes from free text what names somebody ("effacement des éléments
// d'identité"), so that a commission reads a file without a name, a home or an age
// (D. 612-1-13 I al. 2).
package scrub

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sceau/catalogue"
)

// scrubbed stands in a text where something that names somebody was.
const scrubbed = "[…]"

// A Scrubber removes from free texts the names, numbers, addresses, mails and
// phones of one candidate and the responsibles ("effacement des noms"), so that a
// commission reads a file without a name (D. 612-1-13).
type Scrubber struct {
	needles [][]rune // folded, longest first is not needed: every one is tried
}

// patterns catch what looks like a contact or a number whoever it belongs to: a
// text may name a grandmother's phone as well.
var patterns = []*regexp.Regexp{
	regexp.MustCompile(`[\p{L}0-9._%+-]+@[\p{L}0-9.-]+\.\p{L}{2,}`),
	regexp.MustCompile(`(?:\+33|0)[ .]?[1-9](?:[ .-]?[0-9]{2}){4}`),
	regexp.MustCompile(`\b[0-9]{9}[0-9A-Za-z][A-Za-z]\b`),
}

// Forget clears what was learnt.
func (s *Scrubber) Forget() {
	for _, needle := range s.needles {
		clear(needle)
	}
	s.needles = nil
}

// Learn adds a value that must not stand in any text: strings as they are, lists
// and objects by their strings. A value that cannot be read is an error, so that no
// text leaves half cleared.
func (s *Scrubber) Learn(kind catalogue.Kind, value json.RawMessage) error {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return errNotJSON // the cause would quote it
	}
	s.learnAny(v)
	return nil
}

func (s *Scrubber) learnAny(v any) {
	switch v := v.(type) {
	case string:
		s.learnText(v)
	case []any:
		for _, e := range v {
			s.learnAny(e)
		}
	case map[string]any:
		for _, e := range v {
			s.learnAny(e)
		}
	}
}

func (s *Scrubber) learnText(text string) {
	folded := fold(text)
	if len(folded.runes) == 0 {
		return
	}
	s.needles = append(s.needles, folded.runes)
	// A compound name is written in parts too; parts of two letters would eat
	// articles and initials of everything else.
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if p := fold(part).runes; len(p) >= 3 && len(p) < len(folded.runes) {
			s.needles = append(s.needles, p)
		}
	}
}

// Clean gives the value with every known needle and every pattern replaced. It
// works on strings at any depth and leaves the shape alone.
func (s *Scrubber) Clean(value json.RawMessage) (json.RawMessage, error) {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return nil, errNotJSON
	}
	return json.Marshal(s.cleanAny(v))
}

var errNotJSON = errors.New("a value is not JSON")

func (s *Scrubber) cleanAny(v any) any {
	switch v := v.(type) {
	case string:
		return s.cleanText(v)
	case []any:
		for i := range v {
			v[i] = s.cleanAny(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = s.cleanAny(v[k])
		}
	}
	return v
}

func (s *Scrubber) cleanText(text string) string {
	for _, p := range patterns {
		text = p.ReplaceAllString(text, scrubbed)
	}
	f := fold(text)
	hit := make([]bool, len(text))
	for _, needle := range s.needles {
		for at := 0; at+len(needle) <= len(f.runes); at++ {
			if !f.whole(at, len(needle)) || !equalRunes(f.runes[at:at+len(needle)], needle) {
				continue
			}
			for k := f.from[at]; k < f.to[at+len(needle)-1]; k++ {
				hit[k] = true
			}
		}
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		if !hit[i] {
			_, size := utf8.DecodeRuneInString(text[i:])
			out.WriteString(text[i : i+size])
			i += size
			continue
		}
		out.WriteString(scrubbed)
		for i < len(text) && hit[i] {
			i++
		}
	}
	return out.String()
}

// folded is a text without case, accents, apostrophes and hyphens, with the way
// back to the bytes it came from: "N'GUYÊN" and "nguyen" are the same name.
type folded struct {
	runes    []rune
	from, to []int // byte range of each rune in the text
	text     string
}

func fold(text string) folded {
	f := folded{text: text}
	for at, r := range text {
		size := utf8.RuneLen(r)
		if size < 0 {
			size = 1
		}
		if unicode.Is(unicode.Mn, r) && len(f.to) > 0 {
			// An accent written apart belongs to the letter before it.
			f.to[len(f.to)-1] = at + size
			continue
		}
		for _, d := range norm.NFD.String(string(r)) {
			if !unicode.IsLetter(d) && !unicode.IsDigit(d) {
				continue
			}
			f.runes = append(f.runes, unicode.ToLower(d))
			f.from = append(f.from, at)
			f.to = append(f.to, at+size)
		}
	}
	return f
}

// whole says whether n runes from at stand as a word: "Ines" in "cuisines" is not
// a name.
func (f folded) whole(at, n int) bool {
	before, _ := utf8.DecodeLastRuneInString(f.text[:f.from[at]])
	after, _ := utf8.DecodeRuneInString(f.text[f.to[at+n-1]:])
	return !isWord(before) && !isWord(after)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

func equalRunes(a, b []rune) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
