package dossier

import (
	"encoding/json"
	"testing"

	"sceau/catalogue"
)

func TestWhatLeavesIsTheGrantedForm(t *testing.T) {
	c := catalogue.MustLoad()
	for _, tt := range []struct {
		name        string
		item        catalogue.ItemID
		derive      catalogue.Derive
		value, want string // want "" is a refusal
	}{
		{"the value itself", "A01.06", "as-is", `"Brélaz"`, `"Brélaz"`},
		{"an income becomes its band", "A02.01", "band", `33000`, `"25000-34999"`},
		{"a negative income is in the lowest band", "A02.01", "band", `-12`, `"0"`},
		{"a distance becomes its band", "A15.03", "band", `12.4`, `"10-29"`},
		{"a name has no band", "A01.06", "band", `"Brélaz"`, ``},
		{"a certificate held", "A13.01", "yes-no", `true`, `true`},
		{"no value counts as no", "A13.01", "yes-no", `null`, `false`},
		{"a bursary step is a yes", "A02.06", "yes-no", `4`, `true`},
		{"an academy is no yes or no by itself", "A01.17", "yes-no", `"Lyon"`, ``},
		{"oui si reads oui", "A16.07", "status-only", `"oui_si"`, `"oui"`},
		{"en attente stays", "A16.07", "status-only", `"en_attente"`, `"en_attente"`},
		{"a text is no status", "A16.08", "status-only", `"raison"`, ``},
		{"a date is cut to its year", "A01.08", "coded", `"2008-02-29"`, `"2008"`},
		{"clergy is merged", "A01.24", "coded", `"44"`, `"45"`},
		{"a police officer is not", "A01.24", "coded", `"53"`, `"53"`},
		{"a name has no code", "A01.06", "coded", `"Brélaz"`, ``},
		{"a free text has no code", "A07.15", "coded", `"texte"`, ``},
		{"a document has no code", "A07.03", "coded", `{"name":"f","pdf":""}`, ``},
		{"a match hands out nothing", "A01.22", "match", `"Brélaz"`, ``},
		{"a count hands out nothing", "A02.01", "count", `33000`, ``},
		{"an unknown word hands out nothing", "A01.06", "whatever", `"Brélaz"`, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			it, ok := c.Item(tt.item)
			if !ok {
				t.Fatalf("no item %s", tt.item)
			}
			f, ok := derivationOf(it, tt.derive, "R1c")
			if ok != (tt.want != "") {
				t.Fatalf("has the form: %t", ok)
			}
			if !ok {
				return
			}
			got, err := f(json.RawMessage(tt.value))
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestTheProjectionGetsTheCoreFormAndNoMore(t *testing.T) {
	c := catalogue.MustLoad()
	for _, id := range []catalogue.ItemID{"A01.01", "A01.09", "A08.03", "A12.03", "A16.06"} {
		it, _ := c.Item(id)
		if _, ok := derivationOf(it, "coded", "SYS-project"); ok {
			t.Errorf("%s: its core form takes other items, and it was given alone", id)
		}
	}
	it, _ := c.Item("A15.08")
	f, ok := derivationOf(it, "coded", "SYS-project")
	if !ok {
		t.Fatal("A15.08 has a core form")
	}
	for value, want := range map[string]string{`"2026-03-01"`: "true", "null": "false"} {
		if got, err := f(json.RawMessage(value)); err != nil || string(got) != want {
			t.Errorf("wish confirmed: got %s, %v; want %s", got, err, want)
		}
	}
}
