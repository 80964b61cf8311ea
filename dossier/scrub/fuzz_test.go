package scrub

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What is left of a text holds no name that needs no proof, and no number, however it is
// accented or parted: looked for again by code that shares nothing with the scrubber's.
func FuzzNoNeedleIsLeft(f *testing.F) {
	f.Add("Inès", "le travail d'Inès est bon")
	f.Add("É", "É é E")
	f.Add("Brélaz", "B RÉ\u00adLAZ, bre-\nlaz, dBrélaz et BRÉLAZ7")
	f.Add("Le Brizon", "le brizon, LeBrizon, Le-Brizon")
	f.Add("9123456", "n°9 123 456, 9.123.456")
	f.Add("Rose", "une rose, Rose, mme rose")
	f.Add("ab", "a ab b")
	f.Add("ͺ", "ͺ ͺa Inès")
	f.Fuzz(func(t *testing.T, name, text string) {
		if !utf8.ValidString(name) || !utf8.ValidString(text) {
			t.Skip() // JSON brings valid text only
		}
		value, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &Scrubber{Year: 2026}
		if err := s.Learn("string", value); err != nil {
			t.Fatal(err)
		}
		cleaned := string(s.cleanText([]byte(text)))
		if !utf8.ValidString(cleaned) {
			t.Fatal("the text is no text any more")
		}
		if strings.ContainsAny(name, "(),/") {
			return // two names, learnt apart
		}
		needle := letters(name)
		isNumber := strings.ContainsAny(name, "0123456789")
		if !isNumber && (len(needle) < 3 || len(strings.FieldsFunc(name, notLetter)) > 1 || isCommon([]byte(plain(needle))) || isBetweenNames([]byte(plain(needle)))) {
			return // it takes a proof, which other tests try
		}
		if len(needle) == 0 {
			return
		}
		for _, piece := range strings.Split(cleaned, gone) {
			if left(letters(piece), needle, isNumber) {
				t.Fatalf("a needle of %d letters is left", len(needle))
			}
		}
	})
}

// Whatever the value, what was JSON stays JSON of the same shape, and what was not is an
// error.
func FuzzClearingKeepsTheShape(f *testing.F) {
	for _, seed := range []string{`"Inès a 17 ans"`, `{"name":"Inès","n":1}`, `["06 39 98 12 34",{"a":null}]`, `"\"`, `{"Inès":`, `"a@b"`, `"née en 08"`, `"12 rue du Conte, au 12 bât. B"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		s := knowing(t, "list", `["Inès"]`, "string", `"Brélaz"`, "address", `"12 rue du Conte, 99003 Vémais-sur-Fable"`)
		cleaned, err := s.Clean(value)
		if err != nil {
			return
		}
		var was, is any
		if json.Unmarshal(value, &was) != nil {
			return // a number that Go has no room for
		}
		if json.Unmarshal(cleaned, &is) != nil {
			t.Fatal("what was JSON is none")
		}
		if shapeOf(was) != shapeOf(is) {
			t.Fatal("the shape changed")
		}
	})
}

func shapeOf(v any) string {
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			b.WriteString("s")
		case []any:
			b.WriteString("[")
			for _, e := range v {
				walk(e)
			}
			b.WriteString("]")
		case map[string]any:
			text, _ := json.Marshal(len(v))
			b.Write(text)
		default:
			b.WriteString("v")
		}
	}
	walk(v)
	return b.String()
}

// A letter is one of a text, as the oracle has it: without case and accent, and whether
// something parts it from the one before.
type letter struct {
	is     rune
	starts bool
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.In(r, unicode.Mn, unicode.Cf) }

// letters takes a text apart, slowly.
func letters(text string) (all []letter) {
	starts := true
	for _, r := range text {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			continue
		}
		if r == 'ʼ' || r == 'ʹ' || r == 'ꞌ' || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			starts = true
			continue
		}
		lower := string(unicode.ToLower(r))
		for _, pair := range [][2]string{{"œ", "oe"}, {"æ", "ae"}, {"ß", "ss"}, {"ø", "o"}, {"ł", "l"}, {"đ", "d"}, {"ð", "d"}, {"ı", "i"}} {
			lower = strings.ReplaceAll(lower, pair[0], pair[1])
		}
		for _, d := range norm.NFKD.String(lower) {
			if unicode.IsLetter(d) || unicode.IsDigit(d) {
				all = append(all, letter{unicode.ToLower(d), starts})
				starts = false
			}
		}
	}
	return all
}

func plain(all []letter) string {
	var b strings.Builder
	for _, l := range all {
		b.WriteRune(l.is)
	}
	return b.String()
}

// left says whether a needle stands in a text as a word of its own; a number, in any
// groups.
func left(text, needle []letter, groups bool) bool {
	for at := range text {
		if at+len(needle) > len(text) || !text[at].starts || at+len(needle) < len(text) && !text[at+len(needle)].starts {
			continue
		}
		same := true
		for k, n := range needle {
			same = same && text[at+k].is == n.is && (k == 0 || groups || !text[at+k].starts)
		}
		if same {
			return true
		}
	}
	return false
}
