package opa

import (
	"testing"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

func TestTheSheetsAskForNothingThatTheLawRefuses(t *testing.T) {
	b, err := Build(t.Context(), catalogue.MustLoad(), Sources{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Refused {
		t.Error(r.Sentence(catalogue.MustLoad()))
	}
	if len(b.Rows) == 0 {
		t.Error("nothing is granted to anybody")
	}
}

// Every context of the base is asked, of every recipient: 52 of them, three purposes,
// nine phases, 23 relations.
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
	asked, said := 0, map[policy.Context]bool{}
	for _, s := range all {
		for _, in := range named(s) {
			said[in] = true
		}
		answers, err := e.everywhere(t.Context(), base(c, s.Recipient))
		if err != nil {
			t.Fatal(err)
		}
		asked += len(answers)
		for _, a := range answers {
			if n := len(a.rows) + len(a.refused) + len(a.unfounded); !said[a.in] && n > 0 {
				t.Errorf("%+v says %d things", a.in, n)
			}
		}
	}
	if asked != 52*3*9*23 {
		t.Errorf("%d contexts were asked", asked)
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
