package scrub

import (
	"bytes"
	"regexp"
	"slices"
)

// learnCode takes a number of the file, or what stands before the sign of a mail: it is
// looked for with any signs between its letters and digits.
func (s *Scrubber) learnCode(text []byte) {
	var r reading
	r.read(text)
	s.addCode(r.fold)
	r.forget()
}

func (s *Scrubber) addCode(code []byte) {
	if len(code) > 0 && !slices.ContainsFunc(s.codes, func(c []byte) bool { return bytes.Equal(c, code) }) {
		s.codes = append(s.codes, bytes.Clone(code))
	}
}

// learnPhone takes a number as it is stored, and as it is dialled in the country.
func (s *Scrubber) learnPhone(text []byte) {
	var r reading
	r.read(text)
	s.addCode(r.fold)
	if home, french := bytes.CutPrefix(r.fold, []byte("33")); french {
		s.addCode(home)
		s.addCode(slices.Concat([]byte("0"), home))
	}
	r.forget()
}

func (s *Scrubber) knownCodes(r *reading) {
	for i := range r.words {
		for _, code := range s.codes {
			if code[0] == r.folded(i)[0] {
				if end := r.spells(i, code); end > 0 {
					r.remove(i, end)
				}
			}
		}
	}
}

// Whose a mail, a phone or an INE is, is not asked. Each pattern costs time, and is
// tried only on texts that have a sign of what it finds.
var (
	mail  = regexp.MustCompile(`(?:[\p{L}0-9._%+-]+(?: \. [\p{L}0-9_%+-]+)*[ \x{a0}]?)?@[ \x{a0}]?[\p{L}0-9_-]+(?:(?:\.| \. )[\p{L}0-9_-]+)*`)
	local = `[\p{L}0-9._%+-]+(?:\s(?:point|dot|\.)\s[\p{L}0-9_%+-]+)*`
	host  = `[\p{L}0-9_-]+(?:(?:\.|\s\.\s|\s?[(\[]?\b(?:point|dot)\b[)\]]?\s?)[\p{L}0-9-]+)*`
	// "at" and "chez" by themselves are words, and take a host with a point.
	mailInWords = regexp.MustCompile(`(?i)` + local + `\s?(?:[(\[{<]\s?(?:at|a|arr?obase?|chez)\s?[)\]}>]|\barr?obase?\b|\ba commercial\b|-at-)\s?` + host +
		`|` + local + `\s(?:at|chez)\s[\p{L}0-9-]+(?:(?:\.|\spoint\s|\sdot\s)[\p{L}0-9-]+)+`)

	between = `[ .\-–\x{a0}\x{202f}()]`
	phone   = regexp.MustCompile(`(?:\(?(?:\+|\b00)` + between + `?33\)?|\(33\))` + between + `{0,2}(?:\(0\))?` + between + `?[1-9](?:` + between + `{0,3}[0-9]){8}\b` +
		`|\(?\b[0oO]` + between + `{0,3}[1-9](?:` + between + `{0,3}[0-9]){8}\b` +
		`|\b0[1-9](?:/[0-9]{2}){4}\b` +
		`|\+[1-9](?:` + between + `{0,2}[0-9]){7,13}\b`)

	// Nine digits and two letters, ten digits and one; with blanks, letters are capitals.
	ine = regexp.MustCompile(`\b[0-9]{9} ?[0-9A-Za-z][A-Za-z]\b|\b[0-9](?:[ .\-\x{a0}]?[0-9]){8}[ .\-\x{a0}]?(?:[0-9][ .\-]?[A-Z]|[A-Z] ?[A-Z])\b`)
)

func (s *Scrubber) mails(r *reading) {
	if bytes.IndexByte(r.text, '@') >= 0 {
		r.removeAll(mail)
	}
}

func (s *Scrubber) mailsInWords(r *reading) {
	for i := range r.words {
		switch string(r.folded(i)) {
		case "a":
			if !bytes.ContainsAny(r.gap(i), "([{<") {
				continue
			}
		case "at", "chez", "commercial", "arobase", "arrobase", "arobas", "arrobas":
		default:
			continue
		}
		r.removeAll(mailInWords)
		return
	}
}

func (s *Scrubber) phones(r *reading)          { r.removeNumbers(phone) }
func (s *Scrubber) nationalNumbers(r *reading) { r.removeNumbers(ine) }

// removeNumbers tries a pattern where nine digits or more stand together, with no word
// of three letters among them.
func (r *reading) removeNumbers(p *regexp.Regexp) {
	if r.digits < 9 {
		return
	}
	for i := 0; i < len(r.words); i++ {
		digits, end := 0, i
		for end < len(r.words) && (end == i || len(r.gap(end)) <= 6) {
			if w := r.words[end]; w.shape == digit {
				digits += w.end - w.at
			} else if w.end-w.at > 2 {
				break
			}
			end++
		}
		if digits >= 9 {
			from, to := max(0, r.words[i].from-2), min(len(r.text), r.words[end-1].to+1)
			for _, at := range p.FindAllIndex(r.text[from:to], -1) {
				r.removeBytes(from+at[0], from+at[1])
			}
		}
		i = max(i, end-1)
	}
}

func (r *reading) removeAll(p *regexp.Regexp) {
	for _, at := range p.FindAllIndex(r.text, -1) {
		r.removeBytes(at[0], at[1])
	}
}
