package scrub

import "bytes"

// A street is a way ("rue") and what it is called.
type street struct {
	way  string
	name place
}

// A place is the words of a street, a town, a house that say which one it is: no
// articles, no numbers, abbreviations written out.
type place [][]byte

func (p place) forget() {
	for _, w := range p {
		clear(w)
	}
}

// ways are the kinds of streets, as they are and as they are shortened.
var ways = map[string]string{
	"rue": "rue", "r": "rue", "avenue": "avenue", "av": "avenue", "ave": "avenue", "boulevard": "boulevard", "bd": "boulevard",
	"bld": "boulevard", "blvd": "boulevard", "boul": "boulevard", "bvd": "boulevard", "place": "place", "pl": "place", "plc": "place",
	"allee": "allee", "allees": "allee", "all": "allee", "impasse": "impasse", "imp": "impasse", "chemin": "chemin", "ch": "chemin",
	"che": "chemin", "chem": "chemin", "route": "route", "rte": "route", "square": "square", "sq": "square", "residence": "residence",
	"res": "residence", "resid": "residence", "lotissement": "lotissement", "lot": "lotissement", "faubourg": "faubourg", "fg": "faubourg",
	"fbg": "faubourg", "cours": "cours", "crs": "cours", "passage": "passage", "pass": "passage", "quai": "quai", "hameau": "hameau",
	"ham": "hameau", "cite": "cite", "clos": "clos", "voie": "voie", "sentier": "sentier", "esplanade": "esplanade", "ruelle": "ruelle",
}

// plainWays name nothing else: a number before one of them begins an address, whoever's.
var plainWays = set("rue avenue boulevard impasse allee chemin square faubourg ruelle")

var written = map[string]string{"st": "saint", "ste": "sainte", "dr": "docteur", "gal": "general", "gen": "general", "mal": "marechal",
	"pdt": "president", "pr": "professeur", "prof": "professeur", "cdt": "commandant", "cne": "capitaine", "lt": "lieutenant", "mgr": "monseigneur"}

func canonical(word []byte) []byte {
	if long, ok := written[string(word)]; ok {
		return []byte(long)
	}
	return word
}

// learnAddress takes an address apart at commas, ends of lines and the postcode.
func (s *Scrubber) learnAddress(text []byte) {
	var r reading
	r.read(text)
	from := 0
	for i := range r.words {
		isPostcode := r.words[i].shape == digit && len(r.folded(i)) == 5
		if isPostcode || i > from && bytes.ContainsAny(r.gap(i), ",;\n") {
			s.learnPart(&r, from, i)
			from = i
		}
		if isPostcode {
			s.addCode(r.folded(i))
			from = i + 1
		}
	}
	s.learnPart(&r, from, len(r.words))
	r.forget()
}

func (s *Scrubber) learnPart(r *reading, i, end int) {
	for k := i; k < end; k++ {
		if way, ok := ways[string(r.folded(k))]; ok && k < end-1 {
			if name := placeOf(r, k+1, end); len(name) > 0 {
				s.streets = append(s.streets, street{way, name})
				return
			}
		}
	}
	if p := placeOf(r, i, end); len(p) > 0 {
		s.places = append(s.places, p)
		// "Vémais" for Vémais-sur-Fable, where that part is no word of the language.
		if len(p) > 1 && len(p[0]) >= 4 && !isCommon(p[0]) {
			s.places = append(s.places, place{bytes.Clone(p[0])})
		}
	}
}

func placeOf(r *reading, i, end int) (p place) {
	for k := i; k < end; k++ {
		if w := r.folded(k); r.words[k].shape != digit && !r.words[k].article && string(w) != "sur" && string(w) != "cedex" && !isSuffix(w) {
			p = append(p, bytes.Clone(canonical(w)))
		}
	}
	return p
}

// isSuffix says whether a word makes two houses of one number.
func isSuffix(w []byte) bool {
	switch string(w) {
	case "bis", "ter", "quater":
		return true
	}
	return len(w) == 1 && w[0] >= 'a'
}

// follows says where the words of a place end that begin at word i, articles left out or
// not; 0 when it is another. A long word may have a letter wrong.
func (p place) follows(r *reading, i int) (end int) {
	for _, want := range p {
		for i < len(r.words) && (r.words[i].article || string(r.folded(i)) == "sur") && !bytes.Equal(r.folded(i), want) {
			i++
		}
		if i >= len(r.words) {
			return 0
		}
		have := canonical(r.folded(i))
		if !bytes.Equal(have, want) && !(len(want) >= 6 && len(have) >= 5 && near(have, want)) {
			return 0
		}
		i++
	}
	return i
}

func (s *Scrubber) knownStreets(r *reading) {
	if len(s.streets) == 0 {
		return
	}
	for i := range r.words {
		way, ok := ways[string(r.folded(i))]
		if !ok {
			continue
		}
		for _, st := range s.streets {
			if st.way == way {
				if end := st.name.follows(r, i+1); end > 0 {
					r.remove(r.numberBefore(i), r.houseBehind(end))
				}
			}
		}
	}
}

// numberBefore gives the word at which the number of a house begins, or i.
func (r *reading) numberBefore(i int) int {
	k := i - 1
	if k > 0 && isSuffix(r.folded(k)) {
		k--
	}
	if k < 0 || r.words[k].shape != digit || len(r.folded(k)) > 4 || r.words[i].from-r.words[k].to > 8 {
		return i
	}
	return k
}

// doors are what comes behind a street, with a number or a letter.
var doors = set("bat batiment esc escalier app appt apt appartement porte etage hall entree cage")

// houseBehind follows an address past its street: ", au 12", ", bât. B, 3e étage".
func (r *reading) houseBehind(end int) int {
	short := func(k int) bool {
		return k < len(r.words) && len(r.folded(k)) <= 3 && r.words[k].from-r.words[k-1].to <= 3
	}
	if w := r.wordAt(end); (w == "au" || w == "n" || w == "no" || w == "numero") && short(end) && short(end+1) && r.words[end+1].shape == digit {
		end += 2
	}
	for {
		switch {
		case doors[r.wordAt(end)]:
			if end++; short(end) && (r.words[end].shape == digit || len(r.folded(end)) == 1) {
				end++
			}
		case short(end) && r.words[end].shape == digit && (doors[r.wordAt(end+1)] || doors[r.wordAt(end+2)]):
			end++
		case short(end) && doors[r.wordAt(end+1)] && r.words[end-1].shape == digit: // 3e étage
			end++
		default:
			return end
		}
	}
}

// knownPlaces finds towns and houses. One that is a word of the language, or a part of
// another name, takes a capital.
func (s *Scrubber) knownPlaces(r *reading) {
	for i := range r.words {
		if r.words[i].shape == digit || r.words[i].article {
			continue
		}
		letter := canonical(r.folded(i))[0]
		for _, p := range s.places {
			if p[0][0] != letter {
				continue
			}
			end := p.follows(r, i)
			if end == 0 {
				continue
			}
			one := len(p) == 1 && (isCommon(p[0]) || len(p[0]) < 4)
			if r.words[i].shape != lower || !one && (len(p) > 1 || bytes.Equal(r.folded(i), p[0])) {
				r.remove(i, end)
			}
		}
	}
}

// anyAddress finds a number, a way and what it is called: an address of somebody, if not
// of the candidate.
func (s *Scrubber) anyAddress(r *reading) {
	if r.digits == 0 {
		return
	}
	for i := range r.words {
		way := ways[string(r.folded(i))]
		if !plainWays[way] || len(r.folded(i)) < 2 && r.words[i].to < len(r.text) && r.text[r.words[i].to] != '.' {
			continue
		}
		from := r.numberBefore(i)
		if from == i {
			continue
		}
		end := i + 1
		for end < len(r.words) && r.words[end].article {
			end++
		}
		named := end
		for end < len(r.words) && r.words[end].shape != digit && (end == named || r.words[end].shape != lower) && !bytes.ContainsAny(r.gap(end), ".,;:!?\n(") {
			end++
		}
		if end > named {
			r.remove(from, r.houseBehind(end))
		}
	}
}
