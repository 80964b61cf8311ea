package catalogue_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sceau/catalogue"
)

func pdf(n int) string {
	return base64.StdEncoding.EncodeToString(append([]byte("%PDF-1.7\n"), make([]byte, max(0, n-9))...))
}

func document(n int) string { return `{"name":"justificatif.pdf","pdf":"` + pdf(n) + `"}` }

const argon = `$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG0Aw0ObG0Aww`

func TestAValueOfTheRightShapeIsAccepted(t *testing.T) {
	for _, tt := range []struct{ item, value string }{
		{"A01.01", `"0000042"`},
		{"A01.02", `"` + argon + `"`},
		{"A01.02", `"$scrypt$ln=15,r=8,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG0Aw0ObG0Aww"`},
		{"A01.03", `"999000001AB"`},
		{"A01.03", `"9990000012C"`},
		{"A01.03", `null`}, // some have none
		{"A01.04", `"FR23-00001"`},
		{"A01.05", `"M."`},
		{"A01.06", `"Ü"`}, // a name of one letter
		{"A01.06", `"` + strings.Repeat("é", 60) + `"`},
		{"A01.06", `"d’Argent-O'Néill"`},
		{"A01.07", `[]`}, // no first name
		{"A01.07", `null`},
		{"A01.07", `["Inès","Aïcha"]`},
		{"A01.08", `"2008-02-29"`},
		{"A01.10", `"FRA"`},
		{"A01.11", `"2A"`},
		{"A01.11", `"974"`},
		{"A01.12", `"99042"`},
		{"A01.12", `"2B033"`},
		{"A01.13", `"FRA"`},
		{"A01.13", `["FRA","DZA"]`},
		{"A01.14", `"12 rue des Exemples, 99042 Ville-Fictive-42"`},
		{"A01.15", `"+33639980001"`},
		{"A01.17", `"Nouvelle-Calédonie"`},
		{"A01.17", `"étranger"`},
		{"A01.19", `"ines.exemple+1@example.org"`},
		{"A01.20", document(300_000)},
		{"A01.21", `"lui-même"`},
		{"A01.24", `"44"`},
		{"A02.01", `-1200`}, // one income in a hundred is negative or zero
		{"A02.01", `33000.50`},
		{"A02.06", `6`},
		{"A03.09", `"R4b-exam"`},
		{"A04.06", document(300_000)},
		{"A06.01", `"chèque"`},
		{"A06.03", `91.00`},
		{"A07.02", `"Mon projet:\nétudier."`},
		{"A07.03", document(30_000)},
		{"A07.14", `[{"name":"Malo Exemple","phone":"+33639980002"}]`},
		{"A08.01", `"0990001Z"`},
		{"A08.08", `[{"term":"T1","mark":12.5},{"term":"T2","mark":20.00,"class_average":11.25}]`},
		{"A08.10", `[{"term":"T1","rank":1,"size":36}]`},
		{"A08.16", `"très satisfaisante"`},
		{"A12.03", `"STMG"`},
		{"A12.09", `"0123456789"`},
		{"A12.13", `"félicitations"`},
		{"A12.14", `"2"`},
		{"A13.02", `false`},
		{"A14.01", `"2001:db8::1"`},
		{"A14.02", `"2026-03-29T23:59:59+02:00"`},
		{"A15.03", `9500.0`},
		{"A15.X1", `"12345"`},
		{"A16.05", `"accepte et maintient"`},
		{"A16.07", `"oui_si"`},
	} {
		t.Run(tt.item, func(t *testing.T) {
			item, ok := catalogue.MustLoad().Item(catalogue.ItemID(tt.item))
			if !ok {
				t.Fatal("no such item")
			}
			if err := item.Check(json.RawMessage(tt.value)); err != nil {
				t.Errorf("%v (%s)", err, item.Name)
			}
		})
	}
}

func TestAValueOfAnotherShapeIsRefusedWithItsRule(t *testing.T) {
	for _, tt := range []struct{ name, item, value, rule string }{
		{"a registration number of six digits", "A01.01", `"123456"`, "7 digits"},
		{"no registration number", "A01.01", `null`, "a value is required"},
		{"a number in place of digits", "A01.01", `1234567`, "7 digits"},
		{"an INE of ten characters", "A01.03", `"999000001A"`, "11 characters"},
		{"an INE in small letters", "A01.03", `"999000001ab"`, "11 characters"},
		{"a Campus France number without hyphen", "A01.04", `"FR2300001"`, "a hyphen"},
		{"a clear password", "A01.02", `"correct horse battery staple"`, "only the hash"},
		{"a fast hash", "A01.02", `"$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"`, "only the hash"},
		{"a hash that takes no memory", "A01.02", `"` + strings.Replace(argon, "m=65536", "m=8", 1) + `"`, "only the hash"},
		{"an agent's clear password", "A03.08", `"azerty"`, "only the hash"},
		{"an empty name", "A01.06", `""`, "a name of"},
		{"a name with a tag", "A01.06", `"<b>Malo</b>"`, "a name has letters"},
		{"a 30 February", "A01.08", `"2008-02-30"`, "a date from"},
		{"a date day first", "A01.08", `"28/02/2008"`, "a date from"},
		{"a country of two letters", "A01.10", `"FR"`, "one of 249 values"},
		{"a department that was cut in two", "A01.11", `"20"`, "a department"},
		{"three nationalities", "A01.13", `["FRA","DZA","MAR"]`, "a list of 1 to 2"},
		{"a national phone number", "A01.15", `"0639980001"`, "E.164"},
		{"an academy that does not exist", "A01.17", `"Atlantide"`, "one of 35 values"},
		{"an address with a display name", "A01.19", `"Inès <ines@example.org>"`, "an e-mail address"},
		{"a document that is not a PDF", "A01.20", `{"name":"photo.jpg","pdf":"` + base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff")) + `"}`, "not a PDF"},
		{"a document with a path", "A01.20", `{"name":"../etc/passwd","pdf":"` + pdf(20) + `"}`, "no path"},
		{"a document with something else inside", "A01.20", `{"name":"a.pdf","pdf":"` + pdf(20) + `","photo":"x"}`, "a PDF of at most"},
		{"a document above its cell", "A04.06", document(400_001), "more than 400000 bytes"},
		{"an occupation that does not exist", "A01.24", `"40"`, "one of 41 values"},
		{"a step above six", "A02.06", `7`, "from 1 to 6"},
		{"a step and a half", "A02.06", `1.5`, "a whole number"},
		{"a mark above twenty", "A08.08", `[{"term":"T1","mark":20.01}]`, "element 1: mark: a number from 0 to 20"},
		{"a mark with three decimals", "A08.08", `[{"term":"T1","mark":12.125}]`, "at most 2 decimals"},
		{"a mark with an exponent", "A08.08", `[{"term":"T1","mark":1e1}]`, "at most 2 decimals"},
		{"a mark without term", "A08.08", `[{"mark":12}]`, "element 1: term: a value is required"},
		{"a mark with a note beside it", "A08.08", `[{"term":"T1","mark":12,"note":"x"}]`, "a field other than"},
		{"a rank above the size of the class", "A08.10", `[{"term":"T1","rank":37,"size":36}]`, "rank is not above size"},
		{"a hole in a list", "A08.02", `["terminale",null]`, "element 2: a value is required"},
		{"a bac registration of seven digits", "A12.09", `"1234567"`, "10 digits"},
		{"a yes in words", "A13.02", `"oui"`, "true or false"},
		{"an address with a zone", "A14.01", `"fe80::1%eth0"`, "an IP address"},
		{"an instant without offset", "A14.02", `"2026-03-29T23:59:59"`, "RFC 3339"},
		{"a distance in hectometres and metres", "A15.03", `9.55`, "at most 1 decimals"},
		{"no programme", "A15.X1", `null`, "a value is required"},
		{"an answer in English", "A16.05", `"accepts"`, "one of accepte"},
		{"a text with a null character", "A07.02", `"a\u0000b"`, "a control character"},
		{"a text too long", "A07.02", `"` + strings.Repeat("a", 2001) + `"`, "longer than 2000 characters"},
		{"a text too long for its one size", "A04.03", `"` + strings.Repeat("😀", 1000) + `"`, "longer than the 2044 bytes"},
		{"half a value", "A13.02", `{"a":`, "not valid JSON"},
		{"nothing at all", "A13.02", ``, "not valid JSON"},
		{"two values", "A13.02", `true false`, "more than one JSON value"},
		{"bytes that are no UTF-8", "A01.06", "\"\xff\xfe\"", "not valid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			item, _ := catalogue.MustLoad().Item(catalogue.ItemID(tt.item))
			err := item.Check(json.RawMessage(tt.value))
			var bad *catalogue.FormatError
			if !errors.As(err, &bad) {
				t.Fatalf("the error is %v, want a FormatError", err)
			}
			if bad.Item != item.ID || !strings.Contains(bad.Rule, tt.rule) {
				t.Errorf("item %s, rule %q: want %s and %q", bad.Item, bad.Rule, tt.item, tt.rule)
			}
		})
	}
}

func TestAgesAreCountedOnTheDayTheCallerGives(t *testing.T) {
	item, _ := catalogue.MustLoad().ItemNamed("birth_date")
	opening := time.Date(2026, time.January, 20, 0, 0, 0, 0, time.UTC)
	for value, ok := range map[string]bool{
		`"2014-01-20"`: true,  // twelve that day
		`"2014-01-21"`: false, // twelve the day after
		`"1926-01-20"`: true,
		`"1925-01-20"`: false,
		`null`:         true,
	} {
		if err := item.CheckOn(json.RawMessage(value), opening); (err == nil) != ok {
			t.Errorf("%s: %v, want accepted = %v", value, err, ok)
		}
	}
}

// anyValue draws JSON in which every string, and every key, is a mark that can be
// recognised.
func anyValue(mark string) *rapid.Generator[any] {
	text := rapid.Custom(func(t *rapid.T) any {
		return mark + rapid.StringN(0, 60, -1).Draw(t, "text")
	})
	scalar := rapid.OneOf(text,
		rapid.Custom(func(t *rapid.T) any { return rapid.Int64Range(71_717_171, 1<<40).Draw(t, "int") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.Bool().Draw(t, "bool") }))
	return rapid.OneOf(scalar,
		rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(scalar, 0, 6).Draw(t, "list") }),
		rapid.Custom(func(t *rapid.T) any {
			out := map[string]any{}
			for _, k := range rapid.SliceOfN(rapid.SampledFrom([]string{"name", "pdf", "term", "mark", "rank", "size", "test", mark}), 0, 6).Draw(t, "keys") {
				out[k] = scalar.Draw(t, "value")
			}
			return out
		}))
}

func TestARefusalNeverRepeatsTheValue(t *testing.T) {
	const mark = "Zq7xKw"
	items := catalogue.MustLoad().Items()
	rapid.Check(t, func(t *rapid.T) {
		value := anyValue(mark).Draw(t, "value")
		raw, err := json.Marshal(value)
		if err != nil {
			t.Skip()
		}
		// The one element alone, and broken JSON, must stay as silent.
		if rapid.Bool().Draw(t, "cut") && len(raw) > 1 {
			raw = raw[:len(raw)-1]
		}
		for _, item := range items {
			err := item.Check(raw)
			if err == nil {
				continue
			}
			said := fmt.Sprintf("%v %+v %#v", err, err, err)
			if strings.Contains(said, mark) || strings.Contains(said, "717") {
				t.Fatalf("%s says %q", item.ID, said)
			}
		}
	})
}

func TestOneValueHasOneSpelling(t *testing.T) {
	item, _ := catalogue.MustLoad().ItemNamed("marks")
	want := `[{"mark":12.5,"subject":"Maths & \"co\"","term":"T1"}]`
	for _, spelling := range []string{
		want,
		"[ {\"term\":\"T1\",\n \"subject\":\"Maths \\u0026 \\\"co\\\"\", \"mark\":12.5} ]",
	} {
		got, err := item.Canonical(json.RawMessage(spelling))
		if err != nil || string(got) != want {
			t.Errorf("%s is sealed as %s (%v), want %s", spelling, got, err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, _ := catalogue.MustLoad().ItemNamed("motivated_study_project")
		raw, err := json.Marshal(rapid.StringN(1, 400, -1).Draw(t, "text"))
		if err != nil {
			t.Skip()
		}
		once, err := text.Canonical(raw)
		if err != nil {
			return
		}
		twice, err := text.Canonical(once)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("a canonical value changed when read again: %v", err)
		}
		var a, b string
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(once, &b) != nil || a != b {
			t.Fatal("the canonical spelling says another thing")
		}
		if size, fits := text.Padded(len(once)); !fits || size < len(once)+catalogue.PadHeader {
			t.Fatalf("%d bytes are padded to %d", len(once), size)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`null`, `"Inès"`, `[{"term":"T1","mark":12.5}]`, document(20), `{"a":`, "\xff"} {
		f.Add(seed)
	}
	items := catalogue.MustLoad().Items()
	f.Fuzz(func(t *testing.T, raw string) {
		for _, item := range items {
			once, err := item.Canonical(json.RawMessage(raw))
			if err != nil {
				continue
			}
			if twice, err := item.Canonical(once); err != nil || string(twice) != string(once) {
				t.Fatalf("%s: a canonical value changed when read again: %v", item.ID, err)
			}
			if _, fits := item.Padded(len(once)); !fits && item.Kind != "document" {
				t.Fatalf("%s: an accepted value does not fit its cell", item.ID)
			}
		}
	})
}
