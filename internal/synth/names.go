package synth

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Family names are put together from syllables that sound French; no list of real
// names was looked at, on purpose.
var (
	onsets  = []string{"b", "br", "c", "cl", "cr", "d", "dr", "f", "fl", "fr", "g", "gr", "j", "l", "m", "n", "p", "pl", "pr", "r", "s", "t", "tr", "v", "ch", "gu", "vr"}
	nuclei  = []string{"a", "e", "i", "o", "u", "ai", "au", "eu", "ou", "oi", "an", "on", "in", "é", "è"}
	endings = []string{"rel", "din", "vane", "quet", "lard", "zon", "gnac", "veau", "biel", "ront", "mais", "thou", "lec", "ssin", "dric", "quin", "nay", "vaud", "llot", "ffec", "ric", "bon", "mont", "val", "rand"}
)

// familyName makes a name of two or three syllables, sometimes of two parts.
func familyName(d *dice) string {
	name := oneName(d)
	switch u := d.below(1000); {
	case u < 25:
		name += "-" + oneName(d)
	case u < 33:
		name = "d'" + startingWithVowel(d)
	case u < 45:
		name = "Le " + name
	}
	return name
}

func oneName(d *dice) string {
	var b strings.Builder
	for range d.between(1, 2) {
		b.WriteString(pick(d, onsets))
		b.WriteString(pick(d, nuclei))
	}
	b.WriteString(pick(d, endings))
	return capital(b.String())
}

func startingWithVowel(d *dice) string {
	return capital(pick(d, []string{"a", "é", "o", "i", "u"}) + pick(d, onsets) + pick(d, nuclei) + pick(d, endings))
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func townName(d *dice) string {
	return capital(pick(d, onsets)+pick(d, nuclei)+pick(d, endings)) + pick(d, []string{"", "-sur-Fable", "-la-Fiction", "-les-Exemples", "-le-Conte"})
}

// First names come from a short closed list of common ones, of several origins.
var (
	girls = []string{"Inès", "Aïcha", "Camille", "Chloé", "Léa", "Manon", "Emma", "Jade", "Louise", "Zoé", "Sarah", "Lina", "Anaïs", "Clara", "Maëlys", "Fatima", "Nour", "Juliette", "Éloïse", "Margaux", "Yasmine", "Océane", "Romane", "Lucie", "Alice", "Ambre", "Mathilde", "Salomé", "Assia", "Mélissa", "Hélène", "Noémie", "Linh", "Awa", "Charlotte", "Élise", "Amina", "Victoire", "Apolline", "Marie"}
	boys  = []string{"Malo", "Thibault", "Lucas", "Hugo", "Nathan", "Enzo", "Louis", "Gabriel", "Léo", "Arthur", "Mohamed", "Yanis", "Rayan", "Adam", "Maël", "Noé", "Jules", "Théo", "Ethan", "Sacha", "Mathis", "Tom", "Clément", "Baptiste", "Antoine", "Ibrahim", "Karim", "Axel", "Valentin", "Rémi", "Loïc", "Quentin", "Samuel", "Minh", "Moussa", "Romain", "Bilal", "Paul", "Aurélien", "Émile"}
)

func firstNames(d *dice, sex string, into []string) []string {
	from := boys
	if sex == female {
		from = girls
	}
	n := 1
	switch u := d.below(100); {
	case u < 12:
		n = 3
	case u < 47:
		n = 2
	}
	for len(into) < n {
		if name := pick(d, from); !slices.Contains(into, name) {
			into = append(into, name)
		}
	}
	return into
}

// ascii spells a name for a mail address.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case strings.ContainsRune("éèêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("àâä", r):
			b.WriteByte('a')
		case strings.ContainsRune("ïîì", r):
			b.WriteByte('i')
		case strings.ContainsRune("ôöó", r):
			b.WriteByte('o')
		case strings.ContainsRune("ùûü", r):
			b.WriteByte('u')
		case r == 'ç':
			b.WriteByte('c')
		}
	}
	return b.String()
}
