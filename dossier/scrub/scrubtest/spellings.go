package scrubtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A spelling is one way in which people write what names somebody.
type spelling struct {
	kind  Kind
	name  string
	frame frame // the sentences it fits in
	// write gives the piece, or nothing when this person cannot be written so.
	write   func(d *dice, p *Person) string
	residue bool
}

var spellings = slices.Concat(namesOfCandidates, namesOfResponsibles, numbers, addresses, mails, phones, agesAndBirths)

var namesOfCandidates = []spelling{
	{Name, "first and last name", who, func(d *dice, p *Person) string { return p.first[0] + " " + p.last }, false},
	{Name, "last name in capitals, then the first", who, func(d *dice, p *Person) string { return strings.ToUpper(p.last) + " " + p.first[0] }, false},
	{Name, "first name alone", who, func(d *dice, p *Person) string { return p.first[0] }, false},
	{Name, "last name alone", who, func(d *dice, p *Person) string { return p.last }, false},
	{Name, "a second first name", who, func(d *dice, p *Person) string { return nth(p.first, 1) }, false},
	{Name, "capitals", who, func(d *dice, p *Person) string { return strings.ToUpper(either(d, p)) }, false},
	{Name, "capitals without accents", who, func(d *dice, p *Person) string {
		if s := accented(d, p); s != "" {
			return Ascii(strings.ToUpper(s))
		}
		return ""
	}, false},
	{Name, "without accents", who, func(d *dice, p *Person) string { return Ascii(accented(d, p)) }, false},
	{Name, "accents written apart", who, func(d *dice, p *Person) string { return norm.NFD.String(accented(d, p)) }, false},
	{Name, "lower case", who, func(d *dice, p *Person) string { return unlessWord(p, strings.ToLower(either(d, p))) }, false},
	{Name, "lower case, both names", who, func(d *dice, p *Person) string { return strings.ToLower(p.first[0] + " " + p.last) }, false},
	{Name, "initial and last name", who, func(d *dice, p *Person) string {
		return initial(p.first[0]) + pick(d, []string{". ", ".", " "}) + p.last
	}, false},
	{Name, "initials of a compound and last name", who, func(d *dice, p *Person) string {
		parts := strings.Split(p.first[0], "-")
		if len(parts) != 2 {
			return ""
		}
		return initial(parts[0]) + pick(d, []string{".-", "-", "."}) + initial(parts[1]) + pick(d, []string{". ", " "}) + p.last
	}, false},
	{Name, "first name and initial", who, func(d *dice, p *Person) string {
		return p.first[0] + " " + initial(p.last) + pick(d, []string{"", "."})
	}, false},
	{Name, "one part of a compound", who, func(d *dice, p *Person) string { return onePart(d, p) }, false},
	{Name, "a compound with a blank", who, func(d *dice, p *Person) string { return strings.ReplaceAll(compound(d, p), "-", " ") }, false},
	{Name, "a compound in one word", who, func(d *dice, p *Person) string {
		return capital(strings.ToLower(letters(compound(d, p))))
	}, false},
	{Name, "a name in two words", who, func(d *dice, p *Person) string { return inTwo(d, p) }, false},
	{Name, "without its particle", who, func(d *dice, p *Person) string { return withoutParticle(p.last) }, false},
	{Name, "its particle joined", who, func(d *dice, p *Person) string {
		if withoutParticle(p.last) == "" {
			return ""
		}
		return capital(strings.ToLower(letters(p.last)))
	}, false},
	{Name, "another apostrophe, or none", who, func(d *dice, p *Person) string {
		if !strings.Contains(p.last, "'") {
			return ""
		}
		return strings.ReplaceAll(p.last, "'", pick(d, []string{"’", " ", "ʼ", "' "}))
	}, false},
	{Name, "both names in one word", who, func(d *dice, p *Person) string {
		return pick(d, []string{capital(letters(p.first[0])) + letters(p.last), strings.ToLower(Ascii(letters(p.first[0]) + letters(p.last)))})
	}, false},
	{Name, "letters apart", who, func(d *dice, p *Person) string {
		return strings.Join(strings.Split(strings.ToUpper(letters(Ascii(p.last))), ""), " ")
	}, false},
	{Name, "cut at the end of a line", who, func(d *dice, p *Person) string {
		cut := p.last
		if strings.ContainsAny(cut, " -'") {
			return ""
		}
		at := 3
		for !utf8.RuneStart(cut[at]) {
			at++
		}
		return cut[:at] + "-\n" + cut[at:]
	}, false},
	{Name, "one letter more, less or other", who, func(d *dice, p *Person) string { return typo(d, p, capital) }, false},
	{Name, "two letters swapped", who, func(d *dice, p *Person) string { return swapped(d, p) }, false},
	{Name, "one letter wrong, in lower case", who, func(d *dice, p *Person) string { return typo(d, p, strings.ToLower) }, false},
	{Name, "both names, one letter wrong", who, func(d *dice, p *Person) string {
		if wrong := misspell(d, p.last, nil); wrong != "" {
			return p.first[0] + " " + wrong
		}
		return ""
	}, false},
	{Name, "a first name cut short", who, func(d *dice, p *Person) string {
		name := []rune(p.first[0])
		if len(name) < 6 || strings.Contains(p.first[0], "-") {
			return ""
		}
		return string(name[:d.between(4, len(name)-2)])
	}, false},
	{Name, "a first name cut to three letters", who, func(d *dice, p *Person) string {
		name := []rune(p.first[0])
		if len(name) < 5 || strings.Contains(p.first[0], "-") {
			return ""
		}
		return string(name[:3])
	}, false},
	{Name, "a syllable said twice", who, func(d *dice, p *Person) string {
		name := []rune(Ascii(p.first[0]))
		if startsWithVowel(p.first[0]) || !startsWithVowel(string(name[1:])) {
			return ""
		}
		return capital(strings.ToLower(string(name[:2]) + string(name[:2])))
	}, false},
	{Name, "capitals out of place", who, func(d *dice, p *Person) string {
		name := []rune(strings.ToLower(either(d, p)))
		at := d.between(1, len(name)-1)
		name[at] = unicode.ToUpper(name[at])
		return unlessWord(p, string(name))
	}, false},
	{Name, "last name behind a title", titled, func(d *dice, p *Person) string {
		return pick(d, []string{p.last, strings.ToUpper(p.last), strings.ToLower(p.last)})
	}, false},
	{Name, "stuck to a number", who, func(d *dice, p *Person) string {
		return pick(d, []string{p.first[0], strings.ToLower(Ascii(p.first[0]))}) + fmt.Sprint(p.born.year%100)
	}, false},
	{Name, "by ear", who, func(d *dice, p *Person) string { return unlessWord(p, byEar(either(d, p))) }, false},
	{Name, "the first letter wrong", who, func(d *dice, p *Person) string {
		name := strings.ToLower(letters(either(d, p)))
		if len(name) < 6 || p.Word {
			return ""
		}
		return capital(pick(d, []string{"b", "d", "f", "m", "p", "s", "t", "v"}) + name[utf8.RuneLen([]rune(name)[0]):])
	}, true},
	{Name, "two letters wrong", who, func(d *dice, p *Person) string {
		once := misspell(d, either(d, p), p)
		return misspell(d, once, p)
	}, true},
	{Name, "a name that is a word, in lower case", who, func(d *dice, p *Person) string {
		for _, name := range []string{p.first[0], p.last} {
			if slices.Contains(wordFirst, name) || slices.Contains(wordLast, name) {
				return strings.ToLower(name)
			}
		}
		return ""
	}, true},
	{Name, "another nickname", who, func(d *dice, p *Person) string {
		name := []rune(p.first[0])
		if len(name) < 5 || strings.Contains(p.first[0], "-") {
			return ""
		}
		return pick(d, []string{capital(string(name[len(name)-4:])), string(name[:2]) + "dou", string(name[:2]) + "ki"})
	}, true},
	{Name, "initials alone", who, func(d *dice, p *Person) string { return initial(p.first[0]) + "." + initial(p.last) + "." }, true},
}

var namesOfResponsibles = []spelling{
	{Responsible, "first and last name", whose, func(d *dice, p *Person) string { r := pick(d, p.parents); return r.first + " " + r.last }, false},
	{Responsible, "last name alone", whose, func(d *dice, p *Person) string { return pick(d, p.parents).last }, false},
	{Responsible, "first name alone", whose, func(d *dice, p *Person) string { return pick(d, p.parents).first }, false},
	{Responsible, "capitals without accents", whose, func(d *dice, p *Person) string { return Ascii(strings.ToUpper(pick(d, p.parents).last)) }, false},
	{Responsible, "initial and last name", whose, func(d *dice, p *Person) string {
		r := pick(d, p.parents)
		return initial(r.first) + ". " + r.last
	}, false},
	{Responsible, "lower case, both names", whose, func(d *dice, p *Person) string {
		r := pick(d, p.parents)
		return strings.ToLower(r.first + " " + r.last)
	}, false},
	{Responsible, "one letter more, less or other", whose, func(d *dice, p *Person) string { return misspell(d, pick(d, p.parents).last, p) }, false},
}

var numbers = []spelling{
	{Number, "registration number", number, func(d *dice, p *Person) string { return p.registration }, false},
	{Number, "registration number, with blanks", number, func(d *dice, p *Person) string {
		return pick(d, []string{p.registration[:1] + " " + p.registration[1:4] + " " + p.registration[4:], p.registration[:3] + " " + p.registration[3:], p.registration[:4] + "\u00a0" + p.registration[4:]})
	}, false},
	{Number, "registration number, with points", number, func(d *dice, p *Person) string {
		return p.registration[:1] + "." + p.registration[1:4] + "." + p.registration[4:]
	}, false},
	{Number, "INE", number, func(d *dice, p *Person) string { return p.ine }, false},
	{Number, "INE, with blanks or hyphens", number, func(d *dice, p *Person) string {
		s := pick(d, []string{" ", " ", "-", "."})
		return p.ine[:3] + s + p.ine[3:6] + s + p.ine[6:9] + s + p.ine[9:]
	}, false},
	{Number, "INE, in lower case", number, func(d *dice, p *Person) string {
		return strings.ToLower(pick(d, []string{p.ine, p.ine[:9] + " " + p.ine[9:]}))
	}, false},
	{Number, "somebody else's INE", number, func(d *dice, p *Person) string { return invent(d).ine }, false},
	{Number, "number of the baccalauréat", number, func(d *dice, p *Person) string {
		return pick(d, []string{p.exam, p.exam[:3] + " " + p.exam[3:6] + " " + p.exam[6:]})
	}, false},
	{Number, "Campus France number", number, func(d *dice, p *Person) string {
		return pick(d, []string{p.campus, strings.ReplaceAll(p.campus, "-", " "), strings.ReplaceAll(p.campus, "-", "")})
	}, false},
	{Number, "the last four digits", number, func(d *dice, p *Person) string { return p.registration[3:] }, true},
}

var addresses = []spelling{
	{Address, "on one line", home, func(d *dice, p *Person) string {
		return fmt.Sprintf("%d %s, %s %s", p.number, p.street, p.postcode, p.town)
	}, false},
	{Address, "on three lines", home, func(d *dice, p *Person) string {
		return fmt.Sprintf("%d %s\n%s\n%s", p.number, p.street, p.postcode, p.town)
	}, false},
	{Address, "capitals without accents", home, func(d *dice, p *Person) string {
		return Ascii(strings.ToUpper(fmt.Sprintf("%d %s %s %s", p.number, p.street, p.postcode, p.town)))
	}, false},
	{Address, "abbreviated", home, func(d *dice, p *Person) string {
		short := abbreviated(d, p.street)
		if short == "" {
			return ""
		}
		return fmt.Sprintf("%d%s %s", p.number, pick(d, []string{"", ",", "bis"}), short)
	}, false},
	{Address, "number and street", home, func(d *dice, p *Person) string { return fmt.Sprintf("%d %s", p.number, p.street) }, false},
	{Address, "street alone", home, func(d *dice, p *Person) string { return p.street }, false},
	{Address, "in lower case", home, func(d *dice, p *Person) string { return strings.ToLower(fmt.Sprintf("%d %s", p.number, p.street)) }, false},
	{Address, "one letter wrong", home, func(d *dice, p *Person) string {
		way, rest, _ := strings.Cut(p.street, " ")
		name := rest[strings.LastIndexAny(rest, " '")+1:]
		if wrong := misspell(d, name, p); wrong != "" {
			return fmt.Sprintf("%d %s %s%s", p.number, way, strings.TrimSuffix(rest, name), wrong)
		}
		return ""
	}, false},
	{Address, "the number behind", home, func(d *dice, p *Person) string {
		return p.street + pick(d, []string{", au ", ", n° ", " au "}) + fmt.Sprint(p.number)
	}, false},
	{Address, "without its articles", home, func(d *dice, p *Person) string {
		way, rest, _ := strings.Cut(p.street, " ")
		return fmt.Sprintf("%d %s %s", p.number, way, rest[strings.LastIndexAny(rest, " '")+1:])
	}, false},
	{Address, "with building and floor", home, func(d *dice, p *Person) string {
		return fmt.Sprintf("%d %s, %s", p.number, p.street, pick(d, []string{"bât. B, 3e étage", "appt 14", "bâtiment C", "escalier 2, porte 31"}))
	}, false},
	{Address, "postcode and town", home, func(d *dice, p *Person) string { return p.postcode + " " + p.town }, false},
	{Address, "postcode alone", postcode, func(d *dice, p *Person) string {
		return pick(d, []string{p.postcode, p.postcode, p.postcode[:2] + " " + p.postcode[2:]})
	}, false},
	{Address, "town alone", town, func(d *dice, p *Person) string { return p.town }, false},
	{Address, "town in capitals", town, func(d *dice, p *Person) string { return Ascii(strings.ToUpper(p.town)) }, false},
	{Address, "town in lower case", town, func(d *dice, p *Person) string { return strings.ToLower(Ascii(p.town)) }, false},
	{Address, "town with blanks", town, func(d *dice, p *Person) string {
		if !strings.Contains(p.town, "-") {
			return ""
		}
		return strings.ReplaceAll(p.town, "-", " ")
	}, false},
	{Address, "first part of the town", town, func(d *dice, p *Person) string {
		part, _, long := strings.Cut(p.town, "-")
		if !long {
			return ""
		}
		return part
	}, false},
	{Address, "another address, with its number", home, func(d *dice, p *Person) string {
		return fmt.Sprintf("%d %s %s", d.between(1, 99), pick(d, []string{"rue de la", "avenue du", "boulevard de", "allée des"}), oneName(d))
	}, false},
	{Address, "name of the street without its kind", home, func(d *dice, p *Person) string {
		_, rest, _ := strings.Cut(p.street, " ")
		return rest[strings.LastIndexAny(rest, " '")+1:]
	}, true},
}

var mails = []spelling{
	{Mail, "as it is", contact, func(d *dice, p *Person) string { return p.mail }, false},
	{Mail, "in capitals", contact, func(d *dice, p *Person) string { return strings.ToUpper(p.mail) }, false},
	{Mail, "blanks around the sign", contact, func(d *dice, p *Person) string {
		return strings.ReplaceAll(p.mail, "@", pick(d, []string{" @ ", " @", "@ "}))
	}, false},
	{Mail, "blanks around every sign", contact, func(d *dice, p *Person) string {
		return strings.NewReplacer("@", " @ ", ".", " . ").Replace(p.mail)
	}, false},
	{Mail, "arobase", contact, func(d *dice, p *Person) string {
		return strings.ReplaceAll(p.mail, "@", pick(d, []string{" arobase ", " (arobase) ", "(arobase)", " Arobase "}))
	}, false},
	{Mail, "arobase and point", contact, func(d *dice, p *Person) string {
		return strings.NewReplacer("@", " arobase ", ".", " point ").Replace(p.mail)
	}, false},
	{Mail, "(at)", contact, func(d *dice, p *Person) string {
		return strings.ReplaceAll(p.mail, "@", pick(d, []string{"(at)", " (at) ", "[at]", " [at] ", " at ", "(a)"}))
	}, false},
	{Mail, "another word for the sign", contact, func(d *dice, p *Person) string {
		return strings.ReplaceAll(p.mail, "@", pick(d, []string{" chez ", "-at-", " AROBAS ", "{at}", " a commercial "}))
	}, false},
	{Mail, "without its end", contact, func(d *dice, p *Person) string { return strings.TrimSuffix(p.mail, ".org") }, false},
	{Mail, "the part before the sign", contact, func(d *dice, p *Person) string { before, _, _ := strings.Cut(p.mail, "@"); return before }, false},
	{Mail, "somebody else's", contact, func(d *dice, p *Person) string { return invent(d).mail }, false},
	{Mail, "a responsible's", contact, func(d *dice, p *Person) string { return pick(d, p.parents).mail }, false},
	{Mail, "an account of a network", contact, func(d *dice, p *Person) string {
		return "@" + strings.ToLower(oneNameAscii(d)) + fmt.Sprint(d.below(100))
	}, false},
	{Mail, "an account without its sign", contact, func(d *dice, p *Person) string { return "zed_" + strings.ToLower(oneNameAscii(d)) }, true},
}

var phones = []spelling{
	{Phone, "ten digits", call, func(d *dice, p *Person) string { return national(d, p) }, false},
	{Phone, "blanks", call, func(d *dice, p *Person) string { return pairs(national(d, p), " ") }, false},
	{Phone, "points", call, func(d *dice, p *Person) string { return pairs(national(d, p), ".") }, false},
	{Phone, "hyphens", call, func(d *dice, p *Person) string { return pairs(national(d, p), pick(d, []string{"-", " - ", "–"})) }, false},
	{Phone, "strokes", call, func(d *dice, p *Person) string { return pairs(national(d, p), "/") }, false},
	{Phone, "blanks that do not break", call, func(d *dice, p *Person) string { return pairs(national(d, p), pick(d, []string{"\u00a0", "\u202f"})) }, false},
	{Phone, "groups of three", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{n[:4] + " " + n[4:7] + " " + n[7:], n[:3] + " " + n[3:6] + " " + n[6:], n[:2] + " " + n[2:5] + " " + n[5:8] + " " + n[8:]})
	}, false},
	{Phone, "+33", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{"+33" + n[1:], "+33 " + n[1:2] + " " + pairs(n[2:], " "), "+33." + n[1:2] + "." + pairs(n[2:], ".")})
	}, false},
	{Phone, "+33 (0)", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{"+33 (0)" + n[1:2] + " " + pairs(n[2:], " "), "+33(0)" + n[1:]})
	}, false},
	{Phone, "0033", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{"0033" + n[1:], "0033 " + n[1:2] + " " + pairs(n[2:], " "), "00 33 " + n[1:2] + " " + pairs(n[2:], " ")})
	}, false},
	{Phone, "parentheses", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{"(" + n[:2] + ") " + pairs(n[2:], " "), "(+33) " + n[1:2] + " " + pairs(n[2:], " "), "(33) " + n[1:2] + " " + pairs(n[2:], " ")})
	}, false},
	{Phone, "without its first zero", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return pick(d, []string{n[1:], n[1:2] + " " + pairs(n[2:], " ")})
	}, false},
	{Phone, "mixed signs", call, func(d *dice, p *Person) string {
		n := national(d, p)
		return n[:2] + " " + n[2:4] + "." + n[4:6] + "-" + n[6:8] + "  " + n[8:]
	}, false},
	{Phone, "commas or strokes below", call, func(d *dice, p *Person) string { return pairs(national(d, p), pick(d, []string{",", "_", ", "})) }, false},
	{Phone, "a letter for a zero", call, func(d *dice, p *Person) string { return pairs("O"+national(d, p)[1:], pick(d, []string{" ", ""})) }, false},
	{Phone, "somebody else's", call, func(d *dice, p *Person) string { return pairs(fmt.Sprintf("063998%04d", d.below(10_000)), " ") }, false},
	{Phone, "in words", call, func(d *dice, p *Person) string { return inWords(national(d, p)) }, true},
}

var agesAndBirths = []spelling{
	{Age, "aged n", aged, func(d *dice, p *Person) string { return fmt.Sprintf("%d ans", Year-p.born.year) }, false},
	{Age, "I am n", has, func(d *dice, p *Person) string { return fmt.Sprintf("%d ans", Year-p.born.year) }, false},
	{Age, "at n", at, func(d *dice, p *Person) string { return fmt.Sprintf("%d ans", Year-p.born.year-d.below(2)) }, false},
	{Age, "in words", has, func(d *dice, p *Person) string {
		return []string{"dix-sept ans", "dix-huit ans", "dix neuf ans"}[Year-p.born.year-17]
	}, false},
	{Age, "without a blank", has, func(d *dice, p *Person) string { return fmt.Sprintf("%dans", Year-p.born.year) }, false},
	{Age, "soon n", soon, func(d *dice, p *Person) string { return fmt.Sprintf("%d ans", Year-p.born.year) }, false},
	{Age, "the day of birth", born, func(d *dice, p *Person) string { return fmt.Sprintf("%d %s", p.born.day, months[p.born.month-1]) }, false},
	{Age, "date of birth in words", born, func(d *dice, p *Person) string {
		return fmt.Sprintf("%d %s %d", p.born.day, months[p.born.month-1], p.born.year)
	}, false},
	{Age, "date of birth in digits", born, func(d *dice, p *Person) string {
		return pick(d, []string{fmt.Sprintf("%02d/%02d/%d", p.born.day, p.born.month, p.born.year), fmt.Sprintf("%02d.%02d.%02d", p.born.day, p.born.month, p.born.year%100),
			fmt.Sprintf("%d-%02d-%02d", p.born.year, p.born.month, p.born.day)})
	}, false},
	{Age, "year of birth", bornIn, func(d *dice, p *Person) string {
		return pick(d, []string{fmt.Sprint(p.born.year), fmt.Sprintf("%s %d", months[p.born.month-1], p.born.year)})
	}, false},
	{Age, "year of birth in two digits", bornIn, func(d *dice, p *Person) string { return fmt.Sprintf("%02d", p.born.year%100) }, false},
	{Age, "that date, with nothing around it", dated, func(d *dice, p *Person) string {
		return pick(d, []string{fmt.Sprintf("%02d/%02d/%d", p.born.day, p.born.month, p.born.year), fmt.Sprintf("%d %s %d", p.born.day, months[p.born.month-1], p.born.year)})
	}, false},
	{Age, "of age, or a minor", has18, func(d *dice, p *Person) string { return pick(d, []string{"majeur", "encore mineur"}) }, true},
}

var months = []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

func nth(list []string, n int) string {
	if n >= len(list) {
		return ""
	}
	return list[n]
}

func either(d *dice, p *Person) string { return pick(d, []string{p.first[0], p.last}) }

// unlessWord leaves what is a word of the language in lower case to a spelling of its own.
func unlessWord(p *Person, s string) string {
	if p.Word {
		return ""
	}
	return s
}

func accented(d *dice, p *Person) string {
	for _, name := range []string{either(d, p), p.first[0], p.last} {
		if Ascii(name) != name {
			return name
		}
	}
	return ""
}

func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(Ascii(withParticleLast(name)))
	return string(unicode.ToUpper(r))
}

func withParticleLast(name string) string {
	if bare := withoutParticle(name); bare != "" {
		return bare
	}
	return name
}

func compound(d *dice, p *Person) string {
	for _, name := range []string{either(d, p), p.first[0], p.last} {
		if strings.Contains(name, "-") {
			return name
		}
	}
	return ""
}

// onePart is one part of a compound name that says who is meant: a part of three
// letters is any first name, and is left to other spellings.
func onePart(d *dice, p *Person) string {
	parts := strings.FieldsFunc(compound(d, p), func(r rune) bool { return r == '-' })
	parts = slices.DeleteFunc(parts, func(s string) bool { return utf8.RuneCountInString(s) < 3 })
	if len(parts) == 0 {
		return ""
	}
	return pick(d, parts)
}

func inTwo(d *dice, p *Person) string {
	name := []rune(p.last)
	if p.Word || strings.ContainsAny(p.last, " -'") || len(name) < 6 {
		return ""
	}
	at := d.between(2, len(name)-3)
	return string(name[:at]) + pick(d, []string{" ", "-"}) + capital(string(name[at:]))
}

func withoutParticle(name string) string {
	for _, particle := range []string{"de La ", "de ", "Le ", "El ", "Ben ", "d'"} {
		if bare, ok := strings.CutPrefix(name, particle); ok {
			return bare
		}
	}
	return ""
}

// byEar writes a name as somebody does who has heard it and no more.
func byEar(name string) string {
	heard := strings.NewReplacer("ai", "é", "au", "o", "eau", "o", "qu", "k", "ph", "f", "ss", "c", "th", "t", "ï", "y", "in", "ain", "en", "an", "ff", "f", "ll", "l").Replace(name)
	if heard == name {
		return ""
	}
	return heard
}

// typo writes one of the names with a wrong letter.
func typo(d *dice, p *Person, as func(string) string) string {
	if wrong := misspell(d, either(d, p), p); wrong != "" {
		return as(wrong)
	}
	return ""
}

// misspell changes one letter of a name of five letters or more, and not the first. A
// result that somebody of the family bears as a name is none.
func misspell(d *dice, name string, p *Person) string {
	letters := []rune(name)
	if len(letters) < 5 || strings.ContainsAny(name, " -'") || p != nil && p.Word {
		return ""
	}
	at := d.between(1, len(letters)-1)
	switch d.below(3) {
	case 0:
		letters = slices.Delete(letters, at, at+1)
	case 1:
		letters = slices.Insert(letters, at, letters[at])
	default:
		letters[at] = pick(d, []rune("aeinrstlou"))
	}
	if Ascii(string(letters)) == Ascii(name) {
		return ""
	}
	return string(letters)
}

func swapped(d *dice, p *Person) string {
	name := []rune(either(d, p))
	if len(name) < 5 || strings.ContainsAny(string(name), " -'") || p.Word {
		return ""
	}
	at := d.between(1, len(name)-2)
	if unicode.ToLower(name[at]) == unicode.ToLower(name[at+1]) {
		return ""
	}
	name[at], name[at+1] = name[at+1], name[at]
	return string(name)
}

func abbreviated(d *dice, street string) string {
	way, rest, _ := strings.Cut(street, " ")
	short, ok := map[string][]string{"rue": {"r.", "R."}, "avenue": {"av.", "Av.", "ave"}, "boulevard": {"bd", "Bd", "boul.", "bld"}, "place": {"pl.", "Pl."},
		"allée": {"all.", "All."}, "impasse": {"imp.", "Imp."}, "chemin": {"ch.", "Chem."}, "route": {"rte", "Rte"}, "square": {"sq.", "Sq."}}[way]
	if !ok {
		return ""
	}
	return pick(d, short) + " " + rest
}

func oneNameAscii(d *dice) string { return Ascii(oneName(d)) }

// national is a number of the file, as it is dialled in the country.
func national(d *dice, p *Person) string {
	return "0" + strings.TrimPrefix(pick(d, []string{p.mobile, p.mobile, p.landline, p.parents[0].phone}), "+33")
}

// pairs writes digits two by two.
func pairs(digits, between string) string {
	var groups []string
	for i := 0; i < len(digits); i += 2 {
		groups = append(groups, digits[i:min(i+2, len(digits))])
	}
	return strings.Join(groups, between)
}

func inWords(digits string) string {
	names := []string{"zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"}
	var words []string
	for _, c := range digits {
		words = append(words, names[c-'0'])
	}
	return strings.Join(words, " ")
}
