package scrub

import (
	"bytes"
	"strconv"
)

// Ages and births are found by how they are written, and nothing is opened for them:
// the gate may not know a birth date to clear a text (SYS-gate has no row for A01.08).

var (
	units  = map[string]int{"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9}
	small  = map[string]int{"quatorze": 14, "quinze": 15, "seize": 16, "dix": 10, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50}
	months = set("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre janv fevr avr juil sept oct nov dec")

	// A time that passes has as many years as an age: "depuis 17 ans", "17 ans de danse".
	lasting = set("depuis pendant durant dans en sur sous apres avant y plus moins pres environ cours bout")
	goesOn  = set("de d plus apres avant auparavant durant")
	aged    = set("age agee ages agees")
)

// ages finds numbers of years that somebody has.
func (s *Scrubber) ages(r *reading) {
	for i := 1; i < len(r.words); i++ {
		if w := string(r.folded(i)); w != "ans" && w != "an" {
			continue
		}
		n, from := r.numberUpTo(i - 1)
		if n < 14 {
			continue // nobody is a candidate at that age: a time, or a memory
		}
		before, farther := r.wordBefore(from), r.wordBefore(from-1)
		said := aged[farther] && before == "de" || aged[before] || before == "ai" || before == "avoir"
		lasts := lasting[before] || (before == "de" || before == "a" || before == "les") && (lasting[farther] || farther == "tous")
		if i+1 < len(r.words) && !bytes.ContainsAny(r.gap(i+1), ".,;:!?\n)") && goesOn[string(r.folded(i+1))] {
			lasts = !aged[farther]
		}
		if !lasts && (said || n < 30) {
			r.remove(from, i+1)
		}
	}
}

func (r *reading) wordBefore(i int) string {
	if i <= 0 {
		return ""
	}
	return string(r.folded(i - 1))
}

// numberUpTo reads a number that ends with word i, in digits or in words, and says where
// it begins.
func (r *reading) numberUpTo(i int) (n, from int) {
	w := string(r.folded(i))
	if r.words[i].shape == digit {
		n, err := strconv.Atoi(w)
		if err != nil || len(w) > 2 {
			return 0, i
		}
		return n, i
	}
	if n, ok := small[w]; ok {
		return n, i
	}
	if n, ok := units[w]; ok && i > 0 {
		ten := i - 1
		if string(r.folded(ten)) == "et" && ten > 0 {
			ten--
		}
		if tens := small[string(r.folded(ten))]; tens%10 == 0 && tens > 0 {
			return tens + n, ten
		}
	}
	return 0, i
}

// births finds the date behind "né le" and the like. The words stay, the date goes.
func (s *Scrubber) births(r *reading) {
	for i := range r.words {
		w := r.words[i]
		switch string(r.folded(i)) {
		case "ne": // "ne" is a negation, unless it has its accent or no case
			if w.shape != upper && w.to-w.from == 2 && !bytes.HasPrefix(r.text[w.to:], []byte("(e)")) {
				continue
			}
		case "nee", "nes", "nees", "naissance":
		default:
			continue
		}
		for k := i + 1; k < min(i+9, len(r.words)) && !bytes.ContainsAny(r.gap(k), ".!?;"); k++ {
			end, _ := r.date(k)
			if end == 0 && r.words[k].shape == digit && len(r.folded(k)) == 2 {
				end = k + 1 // "née en 08"
			}
			if end > k+1 || end > 0 && r.wordBefore(k) == "en" {
				r.remove(k, end)
				break
			}
		}
	}
}

// oldDates finds whole dates that nothing calls a birth, of the years in which those who
// are candidates were born. A date of history stays, unless it is of those years.
func (s *Scrubber) oldDates(r *reading) {
	if s.Year == 0 || r.digits < 5 {
		return
	}
	for i := range r.words {
		if end, year := r.date(i); end > i+2 && year >= s.Year-30 && year <= s.Year-14 {
			r.remove(i, end)
		}
	}
}

// date reads a date that begins with word i: a day, a month and perhaps a year, a month
// and a year, or a year alone. It says where the date ends, 0 when there is none.
func (r *reading) date(i int) (end, year int) {
	n := r.numberAt(i)
	switch {
	case n >= 1900 && n < 2100:
		if month, day := r.numberAt(i+1), r.numberAt(i+2); month >= 1 && month <= 12 && day >= 1 && day <= 31 && r.tight(i+1) && r.tight(i+2) {
			return i + 3, n
		}
		return i + 1, n
	case months[r.wordAt(i)]:
		if y := r.numberAt(i + 1); y >= 1900 && y < 2100 {
			return i + 2, y
		}
	case n >= 1 && n <= 31:
		k := i + 1
		if w := r.wordAt(k); w == "er" {
			k++
		}
		month := r.numberAt(k)
		if !months[r.wordAt(k)] && !(month >= 1 && month <= 12 && r.tight(k) && r.tight(k+1) && r.numberAt(k+1) >= 0) {
			return 0, 0
		}
		if y := r.numberAt(k + 1); y >= 1900 && y < 2100 || y >= 0 && y < 100 && len(r.wordAt(k+1)) == 2 && month > 0 {
			return k + 2, y
		}
		if months[r.wordAt(k)] {
			return k + 1, 0
		}
	}
	return 0, 0
}

// tight says whether one sign parts two numbers, as in a date.
func (r *reading) tight(i int) bool {
	return i > 0 && i < len(r.words) && len(r.gap(i)) == 1 && bytes.ContainsAny(r.gap(i), "/-. ")
}

func (r *reading) wordAt(i int) string {
	if i < 0 || i >= len(r.words) {
		return ""
	}
	return string(r.folded(i))
}

// numberAt is a number of at most four digits, -1 for anything else.
func (r *reading) numberAt(i int) int {
	if i < 0 || i >= len(r.words) || r.words[i].shape != digit || len(r.folded(i)) > 4 {
		return -1
	}
	n, _ := strconv.Atoi(string(r.folded(i)))
	return n
}
