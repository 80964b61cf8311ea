package promises_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/policy"
)

// without is the table in force less what a part of the platform opens of one item.
func (p *place) without(t *testing.T, r catalogue.RecipientID, item catalogue.ItemID) *policy.Table {
	t.Helper()
	in, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.DeleteFunc(slices.Clone(in.Rows()), func(row policy.Row) bool { return row.Recipient == r && row.Item == item })
	if len(rows) == in.Len() {
		t.Fatalf("%s opens no %s", r, item)
	}
	less, err := policy.Compile(p.Words, rows)
	if err != nil {
		t.Fatal(err)
	}
	return less.Under(in.Limits())
}

// A text is cleared of every name and address, or is not given: a table that no longer
// lets the gate know one of them grants less, and would show more.
func TestATextIsClearedOfEverythingOrNotGiven(t *testing.T) {
	p := open(t)
	a, _, programme, _ := p.two(t, "2026")
	jury := p.commission(t, "own-work", "2026", programme)
	const text = catalogue.ItemID("A07.02")
	in, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gate := p.node(t, in.Limits())
	reading := func() (given bool, err error) {
		v, err := gate.Read(t.Context(), p.asksAs(t, jury, a.ref, text))
		defer v.Forget()
		return slices.ContainsFunc(v.Fields, func(f dossier.Field) bool { return f.Item == text && len(f.Value.Reveal()) > len("null") }), err
	}
	if given, err := reading(); !given || err != nil {
		t.Fatalf("the control: under the table in force the text is given %t, %v", given, err)
	}
	for _, item := range []catalogue.ItemID{"A01.01", "A01.03", "A01.06", "A01.07", "A01.14", "A01.22"} {
		gate.Put(p.without(t, "SYS-gate", item))
		if given, err := reading(); given || err == nil || !strings.Contains(err.Error(), "clearing a text of "+string(item)) {
			t.Errorf("a text that was not cleared of %s: given %t, %v", item, given, err)
		}
	}
	gate.Put(in)
	if given, err := reading(); !given || err != nil {
		t.Errorf("the control: given %t, %v", given, err)
	}
}

// A view is whole, or there is none: with the grants left out, nobody would count in the
// rate of grant holders, and nothing would say so.
func TestAViewIsWholeOrThereIsNone(t *testing.T) {
	p := open(t)
	projectable(t, p, "whole-view", 6, 77)
	for _, item := range []catalogue.ItemID{"A02.06", "A02.07", "A15.08", "A16.05"} {
		projection, err := p.Projection(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		projection.Table = p.without(t, dossier.ProjectRecipient, item)
		var refused *dossier.Refusal
		if _, err := projection.Project(t.Context(), "whole-view", "a-run", "operator"); !errors.As(err, &refused) || refused.Item != item {
			t.Errorf("without %s: %v, want its refusal", item, err)
		}
	}
	p.project(t, "whole-view")
}
