package opa

import (
	"testing"

	"sceau/catalogue"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

func TestTheSheetsAskForNothingThatTheLawRefuses(t *testing.T) {
	b, err := Build(t.Context(), catalogue.MustLoad(), Sources{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Refused {
		t.Error(r)
	}
	if len(b.Rows) == 0 {
		t.Error("nothing is granted to anybody")
	}
}

// The contexts evaluated are those that a sheet names. This asks the others
// too, for recipients of different kinds: nothing may come of them.
func TestAContextThatNoSheetNamesGrantsNothing(t *testing.T) {
	c := catalogue.MustLoad()
	all, err := sheets.Load(c, sheets.Files)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEvaluator(t.Context(), c, rego.Files, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		switch s.Recipient {
		case "R5", "R4b-exam", "R2a-med", "SYS-intake", "X1":
		default:
			continue
		}
		named := map[Input]bool{}
		for _, in := range contexts(s) {
			named[in] = true
		}
		for _, p := range c.Purposes() {
			for _, ph := range c.Phases() {
				for _, rel := range c.Relations() {
					in := Input{s.Recipient, p.ID, ph.ID, rel.ID}
					b := &Built{}
					if err := e.evaluate(t.Context(), s, in, b); err != nil {
						t.Fatal(err)
					}
					if !named[in] && len(b.Rows)+len(b.Refused) > 0 {
						t.Errorf("%+v grants %d and refuses %d", in, len(b.Rows), len(b.Refused))
					}
				}
			}
		}
	}
}

func BenchmarkDraftOfEverybody(b *testing.B) {
	for b.Loop() {
		if _, err := Build(b.Context(), catalogue.MustLoad(), Sources{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDraftOfOneRecipient(b *testing.B) {
	for b.Loop() {
		if _, err := Build(b.Context(), catalogue.MustLoad(), Sources{Only: []catalogue.RecipientID{"R2a"}}); err != nil {
			b.Fatal(err)
		}
	}
}
