package scrub

import (
	"bytes"
	"slices"
)

// A name is one way to call somebody: all of a name, a part of a compound, a first and
// a last name in one word.
type name struct {
	fold  []byte // without case, accents and signs
	cuts  uint64 // of the bytes before which the name itself has a blank or a sign
	first bool   // may be cut short, as among friends
	joint bool   // made of two others
	needs proof
}

// A proof is what it takes to hold a word for a name. Rose, Petit and Le are names and
// words of the language: without it, half of a text would go with them.
type proof byte

const (
	none    proof = iota // whatever its case
	capital              // or beside a name, or behind a title
	company              // only that
)

// learnName takes a name of the civil status, which may hold two: "X (née Y)".
func (s *Scrubber) learnName(text []byte, first bool) {
	for _, one := range bytes.FieldsFunc(text, func(r rune) bool { return r == '(' || r == ')' || r == '/' || r == ',' }) {
		var r reading
		r.read(one)
		from := 0
		for i := range r.words {
			if isBetweenNames(r.folded(i)) {
				s.addName(&r, from, i, first)
				from = i + 1
			}
		}
		s.addName(&r, from, len(r.words), first)
		r.forget()
	}
}

// addName adds the name that words i to end-1 spell, and its parts: at hyphens, at
// blanks too, at apostrophes too. "Guyên", "N'Guyên" and "Brélaz" are all ways to say
// N'Guyên-Brélaz.
func (s *Scrubber) addName(r *reading, i, end int, first bool) {
	s.addPart(r, i, end, first)
	for _, signs := range []string{"-‐‑", "-‐‑ \u00a0", ""} {
		from := i
		for k := i + 1; k <= end; k++ {
			if k == end || signs == "" || bytes.ContainsAny(r.gap(k), signs) {
				// Parts of two letters are articles and initials of everything else.
				if part := r.words[k-1].end - r.words[from].at; k-from < end-i && part >= 3 && !(k-from == 1 && r.words[from].article) {
					s.addPart(r, from, k, first)
				}
				from = k
			}
		}
	}
}

func (s *Scrubber) addPart(r *reading, i, end int, first bool) {
	if i >= end {
		return
	}
	n := name{fold: bytes.Clone(r.fold[r.words[i].at:r.words[end-1].end]), first: first}
	plain := true
	for k := i; k < end; k++ {
		if cut := r.words[k].at - r.words[i].at; k > i && cut < 64 {
			n.cuts |= 1 << cut
		}
		plain = plain && (isCommon(r.folded(k)) || len(r.folded(k)) == 1)
		if !r.words[k].article {
			s.learnInitial(r.folded(k))
		}
	}
	switch {
	case end-i == 1:
		n.needs = proofOf(n.fold)
	case plain: // "de la Porte" is "de la porte" as well
		n.needs = capital
	}
	s.add(n)
}

func (s *Scrubber) add(n name) {
	at := slices.IndexFunc(s.names, func(m name) bool { return bytes.Equal(m.fold, n.fold) && m.cuts == n.cuts })
	if at < 0 {
		s.names = append(s.names, n)
		return
	}
	s.names[at].first = s.names[at].first || n.first // somebody's first name is another's last
}

func (s *Scrubber) learnInitial(word []byte) {
	if !bytes.Contains(s.first, word[:1]) {
		s.first = append(s.first, word[0])
	}
}

func proofOf(word []byte) proof {
	switch {
	case isArticle(word) || len(word) == 1:
		return company
	case isCommon(word) || len(word) == 2:
		return capital
	}
	return none
}

// settle adds what takes two names to know: both, in one word or in two. Side by side
// each proves the other, whatever their case.
func (s *Scrubber) settle() {
	if s.settled {
		return
	}
	s.settled = true
	known := slices.DeleteFunc(slices.Clone(s.names), func(n name) bool { return n.joint })
	for _, a := range known {
		for _, b := range known {
			if a.first && !b.first && len(a.fold) > 1 && len(b.fold) > 2 {
				s.add(both(a, b))
				s.add(both(b, a))
				s.add(name{fold: slices.Concat(a.fold[:1], b.fold), joint: true})
			}
		}
	}
}

func both(a, b name) name {
	n := name{fold: slices.Concat(a.fold, b.fold), cuts: a.cuts, joint: true}
	if at := len(a.fold); at < 64 {
		n.cuts |= 1<<at | b.cuts<<at
	}
	return n
}

// knownNames finds names as they are known. A name of one word may be cut in two where
// a capital follows, or at the end of a line.
func (s *Scrubber) knownNames(r *reading) {
	for i := range r.words {
		letter := r.folded(i)[0]
		for k := range s.names {
			n := &s.names[k]
			if n.fold[0] != letter {
				continue
			}
			if end := r.spells(i, n.fold); end > 0 {
				if part, fits := n.parted(r, i, end); fits && n.proven(r.words[part].shape) {
					r.name(i, end)
				}
			}
		}
	}
}

// parted says whether words i to end-1 are cut where the name is, or as hands do that
// write a name, and with which of them the last part of the name begins.
func (n *name) parted(r *reading, i, end int) (last int, fits bool) {
	last = i
	for k := i + 1; k < end; k++ {
		cut := r.words[k].at - r.words[i].at
		if own := cut < 64 && n.cuts&(1<<cut) != 0; own && r.beside(k) {
			last = k
		} else if own || r.words[k].shape == lower && !bytes.ContainsAny(r.gap(k), "\n-'") {
			return 0, false // "le grand nombre" is not Legrand
		}
	}
	return last, true
}

func (n *name) proven(sh shape) bool {
	return n.needs == none || n.needs == capital && sh != lower
}

// nearNames finds names with one letter more, less or other, or two swapped, as people
// write a name that they have heard. Words of the language are none, and a short word
// takes a capital.
func (s *Scrubber) nearNames(r *reading) {
	for i := range r.words {
		w, word := &r.words[i], r.folded(i)
		if w.shape == digit || r.named[i] || len(word) < 5 || w.shape == lower && len(word) < 8 {
			continue
		}
		for k := range s.names {
			n := &s.names[k]
			if n.needs == none && len(n.fold) >= 5 && near(word, n.fold) && !isCommon(word) {
				r.name(i, i+1)
				break
			}
		}
	}
}

// shortNames finds first names as friends and teachers cut them: the beginning of one,
// or a syllable said twice.
func (s *Scrubber) shortNames(r *reading) {
	for i := range r.words {
		w, word := &r.words[i], r.folded(i)
		if w.shape != title || r.named[i] || len(word) < 3 || isCommon(word) {
			continue
		}
		for k := range s.names {
			n := &s.names[k]
			if !n.first || len(n.fold) < 3 {
				continue
			}
			begins := len(word) < len(n.fold) && bytes.HasPrefix(n.fold, word) && (len(word) > 3 || !w.opens && !r.hyphened(i))
			twice := len(word) == 4 && bytes.Equal(word[:2], word[2:]) && bytes.HasPrefix(n.fold, word[:2])
			if begins || twice {
				r.name(i, i+1)
				break
			}
		}
	}
}

// hyphened says whether a hyphen follows a word: the name of a place goes on.
func (r *reading) hyphened(i int) bool {
	return r.words[i].to < len(r.text) && r.text[r.words[i].to] == '-'
}

// beside finds what is a name because of what stands beside it: initials, particles,
// a number that sticks to it, and names that are words of the language. Each may be the
// neighbour of another.
func (s *Scrubber) beside(r *reading) {
	for again := true; again; {
		again = false
		for i := range r.words {
			again = s.takeCompany(r, i) || again
		}
		for i := range r.words {
			again = s.takeCompany(r, len(r.words)-1-i) || again
		}
	}
}

func (s *Scrubber) takeCompany(r *reading, i int) (taken bool) {
	if r.named[i] {
		return false
	}
	before, after := i > 0 && r.named[i-1] && r.beside(i), i+1 < len(r.words) && r.named[i+1] && r.beside(i+1)
	behindTitle := i > 0 && isTitle(r.folded(i-1)) && r.beside(i)
	if !before && !after && !behindTitle {
		return false
	}
	end := s.inCompany(r, i, before, after)
	if end > 0 {
		r.name(i, end)
	}
	return end > 0
}

func (s *Scrubber) inCompany(r *reading, i int, before, after bool) (end int) {
	word, sh := r.folded(i), r.words[i].shape
	switch {
	case sh == digit:
		if before && len(r.gap(i)) == 0 { // "ines08"
			return i + 1
		}
		return 0
	case before && after && isParticle(word):
		return i + 1
	case (before || after) && sh == title && len(word) == 1 && bytes.Contains(s.first, word):
		return i + 1
	case (before || after) && sh == upper && len(word) == 2 && bytes.Contains(s.first, word[:1]) && bytes.Contains(s.first, word[1:]):
		return i + 1
	}
	for k := range s.names {
		n := &s.names[k]
		if n.needs != none {
			if end := r.spells(i, n.fold); end > 0 {
				if _, fits := n.parted(r, i, end); fits {
					return end
				}
			}
		}
		if (before || after) && sh != lower && sh != digit && len(word) >= 4 && len(n.fold) >= 4 && near(word, n.fold) && !isCommon(word) {
			return i + 1
		}
	}
	return 0
}

// near says whether one letter was added, left out, taken for another, or swapped with
// the next. Hands seldom miss the first letter; a silent h comes and goes.
func near(a, b []byte) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch len(b) - len(a) {
	case 0:
		i := 0
		for i < len(a) && a[i] == b[i] {
			i++
		}
		if i == len(a) {
			return true
		}
		swap := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && bytes.Equal(a[i+2:], b[i+2:])
		return swap || i > 0 && bytes.Equal(a[i+1:], b[i+1:])
	case 1:
		i := 0
		for i < len(a) && a[i] == b[i] {
			i++
		}
		return (i > 0 || b[0] == 'h') && bytes.Equal(a[i:], b[i+1:])
	}
	return false
}
