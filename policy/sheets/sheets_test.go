package sheets_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

func TestEveryRecipientHasASheet(t *testing.T) {
	c := catalogue.MustLoad()
	all, err := sheets.Load(c, sheets.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(c.Recipients()) {
		t.Errorf("%d sheets for %d recipients", len(all), len(c.Recipients()))
	}
	for _, s := range all {
		if strings.HasPrefix(string(s.Recipient), "X") && (len(s.Rows) > 0 || s.Nothing == "") {
			t.Errorf("%s, who is no recipient, has %d rows", s.Recipient, len(s.Rows))
		}
	}
}

const right = `recipient: R5
limits: {request: 1, hour: 40, day: 200}
rows:
  - row: S-R5-01
    items: [A15.05, A16.07]
    purpose: P2
    access: read
    relations: [own_call]
    phases: [PH3, PH4]
    guards: [caller_verified]
    derive: status-only
    article: "Art. 3 5°"
    why: "states of wishes"
`

func TestAMistakeInASheetIsToldAtItsLine(t *testing.T) {
	c := catalogue.MustLoad()
	for _, tt := range []struct{ name, from, to, want string }{
		{"a misspelt key", "access: read", "acess: read", "R5.yaml:7: unknown key acess"},
		{"a key twice", "access: read", "access: read\n    access: write", "R5.yaml:8: key access appears twice"},
		{"a key less", "    purpose: P2\n", "", "R5.yaml:4: purpose is missing"},
		{"an item off the annex", "A15.05", "A99.01", `R5.yaml:5: items: unknown word "A99.01"`},
		{"an item twice", "A16.07", "A15.05", "R5.yaml:5: items: A15.05 appears twice"},
		{"an unknown relation", "own_call", "any_call", `R5.yaml:8: relations: unknown word "any_call"`},
		{"an unknown phase", "PH4", "PH9", `R5.yaml:9: phases: unknown word "PH9"`},
		{"an unknown guard", "caller_verified", "caller_known", `R5.yaml:10: guards: unknown word "caller_known"`},
		{"an unknown purpose", "purpose: P2", "purpose: ALL", `R5.yaml:6: unknown purpose "ALL"`},
		{"an unknown access", "access: read", "access: none", `R5.yaml:7: unknown access "none"`},
		{"an unknown derive", "status-only", "hidden", `R5.yaml:11: unknown derive "hidden"`},
		{"a count that is read", "status-only", "count", "R5.yaml:11: access aggregate and derive count go together"},
		{"another recipient's row", "S-R5-01", "S-R6-01", "R5.yaml:4: a row of R5 is named S-R5-NN"},
		{"another recipient's file", "recipient: R5", "recipient: R6", "R5.yaml:1: the sheet of R6 is the file R6.yaml"},
		{"an unknown recipient", "recipient: R5", "recipient: R99", `R5.yaml:1: unknown recipient "R99"`},
		{"no relation", "[own_call]", "[]", "R5.yaml:4: row S-R5-01 names no relation"},
		{"no citation", `"Art. 3 5°"`, `""`, "R5.yaml:4: row S-R5-01 cites no article"},
		{"items and a class", "purpose: P2", "class: choices\n    purpose: P2", "R5.yaml:4: a row names its items or a class"},
		{"an unknown class", "items: [A15.05, A16.07]", "class: wealth", `R5.yaml:5: unknown class "wealth"`},
		{"no limits", "limits: {request: 1, hour: 40, day: 200}\n", "", "R5.yaml:1: a sheet that grants more than counts has limits"},
		{"a limit that is no number", "hour: 40", "hour: many", "R5.yaml:2: hour is a number of files"},
		{"a limit below none", "hour: 40", "hour: -1", "R5.yaml:2: hour is a number of files"},
		{"a limit that none reaches", "day: 200", "day: 30", "R5.yaml:2: a request is no more than an hour"},
		{"a limit forgotten", ", day: 200", "", "R5.yaml:2: day is missing"},
		{"rows and nothing", "rows:", "nothing: decided\nrows:", "R5.yaml:1: a sheet has rows, or says"},
		{"an article that clears the screen", `"Art. 3 5°"`, `"Art. 3 5°\e[2J\e[8m"`, "R5.yaml:12: article is of printable characters"},
		{"an article of two lines", `"Art. 3 5°"`, `"Art. 3 5°\r\nArt. 4"`, "R5.yaml:12: article is of printable characters"},
		{"a reason that turns round", `"states of wishes"`, `"states\u202Esehsiw fo"`, "R5.yaml:13: why is of printable characters"},
		{"a reason that ends elsewhere", `"states of wishes"`, `"states\u2028of wishes"`, "R5.yaml:13: why is of printable characters"},
		{"no YAML", "recipient: R5", "\trecipient: R5", "R5.yaml: yaml:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(right, tt.from, tt.to, 1)
			if text == right {
				t.Fatal("the mistake was not made")
			}
			_, err := sheets.Load(c, folder(t, "R5.yaml", text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it was read, or refused otherwise: %v", err)
			}
		})
	}
	t.Run("a row twice", func(t *testing.T) {
		second := right[strings.Index(right, "  - row"):]
		if _, err := sheets.Load(c, folder(t, "R5.yaml", right+second)); err == nil || !strings.Contains(err.Error(), "R5.yaml:14: row S-R5-01 appears twice") {
			t.Errorf("it was read, or refused otherwise: %v", err)
		}
	})
	t.Run("no mistake", func(t *testing.T) {
		if _, err := sheets.Load(c, folder(t, "R5.yaml", right)); err != nil {
			t.Error(err)
		}
	})
	t.Run("a sheet less", func(t *testing.T) {
		f := folder(t, "R5.yaml", right)
		delete(f, "X1.yaml")
		if _, err := sheets.Load(c, f); err == nil || !strings.Contains(err.Error(), "X1 has none") {
			t.Errorf("it was read, or refused otherwise: %v", err)
		}
	})
}

func folder(t *testing.T, name, text string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := sheets.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		raw, err := sheets.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[n.Name()] = &fstest.MapFile{Data: raw}
	}
	out[name] = &fstest.MapFile{Data: []byte(text)}
	return out
}
