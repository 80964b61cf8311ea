package scrub

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestACommissionReadsATextWithoutTheName(t *testing.T) {
	var s Scrubber
	for _, v := range []string{`"N'Guyên-Brélaz"`, `["Inès","Zoé-Lou"]`, `"ines.brelaz@example.org"`, `"+33639980001"`,
		`{"lines":["12 rue des Exemples"],"city":"Ville-Fictive-03"}`, `"999123456AB"`} {
		if err := s.Learn("string", json.RawMessage(v)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ name, text, want string }{
		{"a name as written", "Inès travaille bien.", "[…] travaille bien."},
		{"without accents, in capitals", "INES travaille bien.", "[…] travaille bien."},
		{"a compound name without its signs", "Le dossier de NGuyen Brelaz.", "Le dossier de […]."},
		{"one part of a compound name", "M. Brélaz est assidu.", "M. […] est assidu."},
		{"a decomposed accent", "Ine\u0300s progresse.", "[…] progresse."},
		{"a mail that is not the candidate's", "écrire à mamie@example.org", "écrire à […]"},
		{"a phone written with spaces", "au 06 39 98 12 34 le soir", "au […] le soir"},
		{"a phone of the file", "+33639980001", "[…]"},
		{"an address in the text", "habite 12 rue des Exemples depuis", "habite […] depuis"},
		{"an INE", "n° 999123456AB", "n° […]"},
		{"a word that contains a name", "Les cuisines et Loubna.", "Les cuisines et Loubna."},
		{"nothing", "Élève sérieuse.", "Élève sérieuse."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := s.cleanText(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzNoNeedleIsLeft(f *testing.F) {
	f.Add("Inès", "le travail d'Inès est bon")
	f.Add("É", "É é E")
	f.Fuzz(func(t *testing.T, name, text string) {
		if !utf8.ValidString(name) || !utf8.ValidString(text) {
			t.Skip() // JSON brings valid text only
		}
		var s Scrubber
		s.learnText(name)
		cleaned := s.cleanText(text)
		if !utf8.ValidString(cleaned) {
			t.Fatalf("the text is no text any more")
		}
		needle := fold(name).runes
		if len(needle) == 0 {
			return
		}
		again := fold(cleaned)
		for at := 0; at+len(needle) <= len(again.runes); at++ {
			if equalRunes(again.runes[at:at+len(needle)], needle) && again.whole(at, len(needle)) {
				t.Fatalf("a needle of %d letters is left", len(needle))
			}
		}
	})
}
