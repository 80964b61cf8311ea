package scrubtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"sceau/catalogue"
)

// A Person is an invented candidate, with what is known of them and of the
// responsibles.
type Person struct {
	// Known are the items that the gate opens to clear a text, as they are stored.
	Known []Value
	// Word says that one of the names is a word of the language as well: Rose, Petit.
	Word bool

	last    string
	first   []string
	parents []relative

	registration, ine, exam, campus string
	number                          int
	street, postcode, town          string
	mobile, landline, mail          string
	born                            day
}

type relative struct {
	last, first, mail, phone string
}

type day struct{ day, month, year int }

// A Value is one item, in clear.
type Value struct {
	Item catalogue.ItemID
	JSON json.RawMessage
}

// Family names are put together from syllables that sound French; no list of real
// names was looked at. A few are words of the language, because such names are where
// clearing a text costs most.
var (
	onsets  = []string{"b", "br", "c", "cl", "cr", "d", "dr", "f", "fl", "fr", "g", "gr", "j", "l", "m", "n", "p", "pl", "pr", "r", "s", "t", "tr", "v", "ch", "gu", "vr"}
	nuclei  = []string{"a", "e", "i", "o", "u", "ai", "au", "eu", "ou", "oi", "an", "on", "in", "é", "è"}
	endings = []string{"rel", "din", "vane", "quet", "lard", "zon", "gnac", "veau", "biel", "ront", "mais", "thou", "lec", "ssin", "dric", "quin", "nay", "vaud", "llot", "ffec", "ric", "bon", "mont", "val", "rand"}

	// First names are common ones, of several origins.
	firstNames = []string{"Inès", "Aïcha", "Camille", "Chloé", "Léa", "Manon", "Louise", "Zoé", "Sarah", "Anaïs", "Clara", "Maëlys", "Fatima", "Nour", "Juliette", "Éloïse", "Yasmine", "Océane", "Romane", "Lucie", "Alice", "Mathilde", "Salomé", "Mélissa", "Hélène", "Noémie", "Linh", "Awa", "Charlotte", "Apolline", "Marie",
		"Malo", "Thibault", "Lucas", "Hugo", "Nathan", "Louis", "Gabriel", "Léo", "Arthur", "Mohamed", "Yanis", "Adam", "Jules", "Théo", "Mathis", "Tom", "Baptiste", "Antoine", "Ibrahim", "Karim", "Valentin", "Quentin", "Samuel", "Minh", "Moussa", "Bilal", "Paul", "Aurélien", "Émile", "Emmanuelle", "Alexandre", "Sébastien"}
	compounds = []string{"Zoé-Lou", "Marie-Aïcha", "Jean-Malo", "Anne-Salomé", "Lou-Anne", "Paul-Émile", "Nour-Éloïse", "Jean-Baptiste"}

	wordFirst = []string{"Rose", "Pierre", "Marin", "Clément", "Victoire", "Aurore", "Ambre", "Prudence", "Olive", "Constant", "Juste", "Modeste", "Perle", "Noël", "Aimé", "Désiré", "Violette", "France"}
	wordLast  = []string{"Petit", "Martin", "Grand", "Blanc", "Berger", "Legrand", "Dubois", "Lebon", "Marchand", "Roux", "Fort", "Laporte", "Sage", "Vidal", "Beau", "Mercier", "Moulin", "Lecoq"}
)

func invent(d *dice) *Person {
	p := &Person{first: []string{pick(d, firstNames)}, last: familyName(d)}
	switch u := d.below(100); {
	case u < 14:
		p.first[0] = pick(d, compounds)
	case u < 24:
		p.first[0], p.Word = pick(d, wordFirst), true
	}
	for len(p.first) < 3 && d.percent(35) {
		if another := pick(d, firstNames); !slices.Contains(p.first, another) {
			p.first = append(p.first, another)
		}
	}
	if d.percent(8) {
		p.last, p.Word = pick(d, wordLast), true
	}
	p.registration = fmt.Sprintf("9%06d", d.below(1_000_000))
	p.ine = fmt.Sprintf("999%06d%c%c", d.below(1_000_000), 'A'+d.below(26), 'A'+d.below(26))
	p.exam = fmt.Sprintf("999%07d", d.below(10_000_000))
	p.campus = fmt.Sprintf("X%c%02d-%05d", 'A'+d.below(26), 20+d.below(7), d.below(100_000))
	p.number, p.street = d.between(1, 180), pick(d, streets)
	if d.percent(30) {
		p.street = pick(d, ways) + " " + oneName(d)
	}
	p.postcode, p.town = fmt.Sprintf("99%03d", d.below(1000)), townName(d)
	p.mobile, p.landline = fmt.Sprintf("+3363998%04d", d.below(10_000)), pick(d, landlines)+fmt.Sprintf("%04d", d.below(10_000))
	p.mail = strings.ToLower(Ascii(p.first[0])+"."+letters(Ascii(p.last))) + fmt.Sprintf("%03d@example.org", d.below(1000))
	p.born = day{d.between(1, 28), d.between(1, 12), Year - d.between(17, 19)}
	for i := range d.between(1, 2) {
		r := relative{last: p.last, first: pick(d, firstNames), phone: fmt.Sprintf("+3363998%04d", d.below(10_000))}
		if i == 1 || d.percent(30) {
			r.last = familyName(d)
		}
		r.mail = strings.ToLower(Ascii(r.first)+letters(Ascii(r.last))) + "@example.org"
		p.parents = append(p.parents, r)
	}
	p.remember()
	return p
}

// remember writes the items down, as intake stores them.
func (p *Person) remember() {
	home := fmt.Sprintf("%d %s, %s %s", p.number, p.street, p.postcode, p.town)
	for _, v := range []struct {
		item  catalogue.ItemID
		value any
	}{
		{"A01.01", p.registration}, {"A01.03", p.ine}, {"A01.04", p.campus}, {"A01.06", p.last}, {"A01.07", p.first}, {"A12.09", p.exam},
		{"A01.14", home}, {"A01.15", p.mobile}, {"A01.16", p.landline}, {"A01.19", p.mail},
	} {
		p.know(v.item, v.value)
	}
	for _, r := range p.parents {
		p.know("A01.22", r.last)
		p.know("A01.23", []string{r.first})
		p.know("A01.25", home)
		p.know("A01.26", r.phone)
		p.know("A01.27", r.mail)
	}
}

func (p *Person) know(item catalogue.ItemID, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and lists of strings
	}
	p.Known = append(p.Known, Value{item, text})
}

// familyName makes a name of two or three syllables, of two parts or with a particle
// one time in four.
func familyName(d *dice) string {
	name := oneName(d)
	switch u := d.below(100); {
	case u < 12:
		name += "-" + oneName(d)
	case u < 16:
		name = "d'" + startingWithVowel(d)
	case u < 22:
		name = pick(d, []string{"Le ", "de ", "El ", "Ben ", "de La "}) + name
	case u < 25:
		name += " " + oneName(d)
	}
	return name
}

func oneName(d *dice) string {
	name := pick(d, onsets) + pick(d, nuclei)
	if d.percent(50) {
		name += pick(d, onsets) + pick(d, nuclei)
	}
	return capital(name + pick(d, endings))
}

func startingWithVowel(d *dice) string {
	return capital(pick(d, []string{"a", "é", "o", "i", "u"}) + pick(d, onsets) + pick(d, nuclei) + pick(d, endings))
}

var (
	ways    = []string{"rue", "avenue", "boulevard", "place", "allée", "impasse", "chemin", "route", "square"}
	streets = []string{"rue des Exemples", "allée du Spécimen", "impasse de la Fiction", "avenue des Essais", "rue de l'Échantillon",
		"place du Modèle", "chemin des Hypothèses", "boulevard de l'Invention", "rue du Conte", "square de la Maquette"}
	landlines = []string{"+3319900", "+3326191", "+3335301", "+3346571", "+3353649"}
)

func townName(d *dice) string {
	return oneName(d) + pick(d, []string{"", "", "-sur-Fable", "-la-Fiction", "-les-Exemples", "-le-Conte"})
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Ascii spells a name without accents.
func Ascii(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		panic(err) // the transformers do not fail
	}
	return plain
}

// letters leaves nothing but letters.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

func startsWithVowel(s string) bool {
	return s != "" && strings.ContainsRune("aeiouyAEIOUY", rune(Ascii(s)[0]))
}
