package scrub

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"sceau/catalogue"
)

// knowing is a scrubber that learnt these, each a kind and a value.
func knowing(t testing.TB, values ...string) *Scrubber {
	t.Helper()
	s := &Scrubber{Year: 2026}
	for i := 0; i < len(values); i += 2 {
		if err := s.Learn(catalogue.Kind(values[i]), json.RawMessage(values[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestACommissionReadsATextWithoutTheName(t *testing.T) {
	s := knowing(t, "string", `"N'Guyên-Brélaz"`, "list", `["Inès","Zoé-Lou"]`, "email", `"ines.brelaz@example.org"`, "phone", `"+33639980001"`,
		"address", `"12 bis, rue du Gal de Fable, 99003 Vémais-sur-Conte"`, "string", `"999123456AB"`, "string", `"9123456"`, "string", `"XA26-00042"`)
	for _, tt := range []struct{ name, text, want string }{
		{"a name as written", "Inès travaille bien.", "[…] travaille bien."},
		{"without accents, in capitals", "INES travaille bien.", "[…] travaille bien."},
		{"a compound name without its signs", "Le dossier de NGuyen Brelaz.", "Le dossier de […]."},
		{"one part of a compound name", "M. Brélaz est assidu.", "M. […] est assidu."},
		{"a part with its apostrophe lost", "Mlle NGuyen, assidue.", "Mlle […], assidue."},
		{"a decomposed accent", "Ine\u0300s progresse.", "[…] progresse."},
		{"a hyphen that does not show", "BRÉ\u00adLAZ progresse.", "[…] progresse."},
		{"an apostrophe that was forgotten", "le travail dInès", "le travail d[…]"},
		{"an initial before the name", "I. N'Guyên progresse", "[…] progresse"},
		{"an initial behind", "Inès N. progresse", "[…]. progresse"},
		{"several names are one piece", "l'élève NGUYÊN-BRÉLAZ Inès Zoé", "l'élève […]"},
		{"one letter wrong", "Brelas et Bérlaz", "[…] et […]"},
		{"a number that sticks to a name", "ines08 sur le réseau", "[…] sur le réseau"},
		{"a mail that is not the candidate's", "écrire à mamie@example.org", "écrire à […]"},
		{"a mail in words", "ines point brelaz arobase example point org, merci", "[…], merci"},
		{"a phone written with spaces", "au 06 39 98 12 34 le soir", "au […] le soir"},
		{"a phone of the file", "+33639980001", "[…]"},
		{"a phone from abroad, twice prefixed", "au +33 (0)6 39.98.00.01.", "au […]."},
		{"an address in the text", "habite 12bis r. du général de fable depuis", "habite […] depuis"},
		{"an address of somebody else", "au 5, avenue des Tilleuls, près d'ici", "au […], près d'ici"},
		{"the town, and its first part", "de Vemais sur Conte à VÉMAIS", "de […] à […]"},
		{"the postcode", "code 99 003", "code […]"},
		{"an INE", "n° 999123456AB", "n° […]"},
		{"an INE in groups", "INE 999 123 456 AB", "INE […]"},
		{"a registration number in groups", "n°9 123 456", "n°[…]"},
		{"a Campus France number", "dossier XA26 00042", "dossier […]"},
		{"an age", "Âgée de 17 ans, elle progresse", "Âgée de […], elle progresse"},
		{"a birth", "née à l'étranger le 12/03/2008, bilingue", "née à l'étranger le […], bilingue"},
		{"a date of those years", "acte du 3 mai 2008", "acte du […]"},
		{"a word that contains a name", "Les cuisines et Loubna.", "Les cuisines et Loubna."},
		{"a time that passes", "depuis 17 ans, 20 ans d'expérience, un bac à 3 ans", "depuis 17 ans, 20 ans d'expérience, un bac à 3 ans"},
		{"dates of school, of history", "du 12/01/2026 au 16/01/2026 ; loi du 9 décembre 1905", "du 12/01/2026 au 16/01/2026 ; loi du 9 décembre 1905"},
		{"marks in a row", "12 14 15 16 18 17 13 12 11 10", "12 14 15 16 18 17 13 12 11 10"},
		{"words of an address that are words", "la rue, la place des femmes, sur le général", "la rue, la place des femmes, sur le général"},
		{"nothing", "Élève sérieuse.", "Élève sérieuse."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(s.cleanText([]byte(tt.text))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A name that is a word of the language takes a capital or a neighbour: without it, a
// text about a candidate called Petit would lose every small thing.
func TestAWordThatIsANameStaysAWord(t *testing.T) {
	s := knowing(t, "string", `"Petit (née Le)"`, "list", `["Rose"]`, "string", `"Legrand"`)
	for _, tt := range []struct{ name, text, want string }{
		{"a word in lower case", "un petit groupe, la rose des vents", "un petit groupe, la rose des vents"},
		{"with a capital", "Le travail de Rose. Petit est assidue.", "Le travail de […]. […] est assidue."},
		{"behind a title", "mme petit est venue", "mme […] est venue"},
		{"beside the other name, in lower case", "rose petit est venue", "[…] est venue"},
		{"an article is no name", "Le travail, le soir, LE MATIN", "Le travail, le soir, LE MATIN"},
		{"but beside one", "avec Rose Le.", "avec […]."},
		{"a name in two words takes a capital", "le grand nombre, Le Grand est venu", "le grand nombre, […] est venu"},
		{"the price: a sentence may begin so", "Petit bémol", "[…] bémol"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(s.cleanText([]byte(tt.text))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A name may hold two, a digit, or be what another of the family is called.
func TestNamesOfTheCivilStatusAreTakenApart(t *testing.T) {
	s := knowing(t, "string", `"Kerlo (née Brizavon), ép. Tadrivel"`, "string", `"Vocresson 2"`, "string", `"Thibault"`, "list", `["Thibault"]`)
	for text, want := range map[string]string{
		"Mme Kerlo, Mlle Brizavon et M. Tadrivel": "Mme […], Mlle […] et M. […]",
		"née en France, épouse":                   "née en France, épouse",
		"Vocresson":                               "[…]",
		"avec Thib":                               "avec […]",
	} {
		if got := string(s.cleanText([]byte(text))); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestClearingLeavesTheShapeAlone(t *testing.T) {
	s := knowing(t, "string", `"Brélaz"`)
	for value, want := range map[string]string{
		`"Élève Brélaz"`: `"Élève […]"`,
		`null`:           `null`,
		`[{"name":"M. Brélaz","year":2025,"mark":12.50,"Brélaz":"\u0042rélaz"}]`: `[{"name":"M. […]","year":2025,"mark":12.50,"Brélaz":"[…]"}]`,
		`{"a" : "Bré\u006caz" , "b":[true,"x"]}`:                                 `{"a" : "[…]" , "b":[true,"x"]}`,
	} {
		got, err := s.Clean(json.RawMessage(value))
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v; want %s", value, got, err, want)
		}
	}
	for _, bad := range []string{`"Brélaz`, `Brélaz`, `["Brélaz",]`, "\"\xff\""} {
		if got, err := s.Clean(json.RawMessage(bad)); err == nil || strings.Contains(err.Error(), "Br") {
			t.Errorf("%q is cleared as %q, error %v", bad, got, err)
		}
		if err := s.Learn("string", json.RawMessage(bad)); err == nil {
			t.Errorf("%q is learnt", bad)
		}
	}
}

func TestWhatWasLearntIsForgotten(t *testing.T) {
	s := knowing(t, "string", `"Brélaz"`, "list", `["Inès"]`, "address", `"12 rue du Conte, 99003 Vémais-sur-Fable"`, "phone", `"+33639980001"`)
	s.cleanText([]byte("Inès Brélaz, 12 rue du Conte, Vémais"))
	kept := [][]byte{s.text.fold[:cap(s.text.fold)], s.first}
	for _, n := range s.names {
		kept = append(kept, n.fold)
	}
	kept = append(kept, s.codes...)
	for _, st := range s.streets {
		kept = append(kept, st.name...)
	}
	for _, p := range s.places {
		kept = append(kept, p...)
	}
	if len(kept) < 10 {
		t.Fatalf("%d pieces were kept: nothing was tried", len(kept))
	}
	s.Forget()
	for _, k := range kept {
		if len(bytes.Trim(k, "\x00")) > 0 {
			t.Error("a piece is left in memory")
		}
	}
	if got := string(s.cleanText([]byte("Inès Brélaz"))); got != "Inès Brélaz" {
		t.Errorf("a scrubber that forgot still removes: %q", got)
	}
}
