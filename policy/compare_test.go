package policy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/policytest"
	"sceau/policy/proof"
)

// What Compare calls no wider decides no wider: whatever holds, each form that the new
// table gives, the old one gave.
func TestWhatIsNotWiderGrantsNothingMore(t *testing.T) {
	// Two recipients stand for all: to compile everybody's rows a hundred times is slow.
	base := policytest.Compiled(t, slices.DeleteFunc(slices.Clone(table(t).Rows()), func(r policy.Row) bool {
		return r.Recipient != "R4b-conv" && r.Recipient != "R3a"
	}))
	v, c := base.Vocabulary(), base.Vocabulary().Catalogue
	rapid.Check(t, func(t *rapid.T) {
		rows := slices.Clone(base.Rows())
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			i := rapid.IntRange(0, len(rows)-1).Draw(t, "row")
			r := rows[i]
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				rows = slices.Delete(rows, i, i+1)
				continue
			case 1:
				r.Guards = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Guards), rapid.SampledFrom(c.Guards()).Draw(t, "guard").ID))))
			case 2:
				r.Guards = nil
			case 3:
				r.Phase = rapid.SampledFrom(c.Phases()).Draw(t, "phase").ID
			case 4:
				r.Form, r.Derive = catalogue.FormMasked, "yes-no"
			}
			rows = append(rows, r)
		}
		tb, err := policy.Compile(v, rows)
		if err != nil {
			t.Skip("the decree denies it outright")
		}
		change := policy.Compare(base, tb.Under(base.Limits()))
		for _, r := range rows {
			if same(change.Wider, r) {
				continue
			}
			// A row that is not wider: where it alone holds, the old table grants as much.
			q, err := base.Query(r.Recipient, r.Purpose, r.Phase, r.Action)
			if err != nil {
				t.Fatal(err)
			}
			q.Relations, _ = v.Relations(r.Relation)
			q.Guards, _ = v.Guards(r.Guards...)
			if g, ok := base.Decide(&q, c.ItemIndex(r.Item)); !ok || g.Form < r.Form {
				t.Fatalf("%s %s was granted %s, the new table grants %s", r.Recipient, r.Item, g.Form, r.Form)
			}
		}
		// And a wider one is: there, the old table granted less, or something else.
		for _, r := range change.Wider {
			q, _ := base.Query(r.Recipient, r.Purpose, r.Phase, r.Action)
			q.Relations, _ = v.Relations(r.Relation)
			q.Guards, _ = v.Guards(r.Guards...)
			if g, ok := base.Decide(&q, c.ItemIndex(r.Item)); ok && g.Form > r.Form && g.Derive == "as-is" {
				t.Fatalf("%s %s is called wider, and was granted as it is", r.Recipient, r.Item)
			}
		}
		if back := policy.Compare(tb.Under(base.Limits()), base); len(back.Wider) != len(change.Narrower) || len(back.Narrower) != len(change.Wider) {
			t.Fatalf("there it widens %d and narrows %d, back %d and %d", len(change.Wider), len(change.Narrower), len(back.Wider), len(back.Narrower))
		}
	})
}

func same(rows []policy.Row, r policy.Row) bool {
	return slices.ContainsFunc(rows, func(x policy.Row) bool {
		return x.Recipient == r.Recipient && x.Purpose == r.Purpose && x.Action == r.Action && x.Phase == r.Phase &&
			x.Relation == r.Relation && x.Item == r.Item && x.Flags() == r.Flags() && x.Form == r.Form && x.Derive == r.Derive
	})
}

// A row that grants the same by another article changes nothing that decides, and all
// that a person signs.
func TestAnotherCitationIsNamed(t *testing.T) {
	rows := slices.Clone(table(t).Rows())
	for i := range rows {
		if rows[i].SheetRow == "S-R3a-01" {
			rows[i].Article = "Art. 99"
		}
	}
	c := policy.Compare(table(t), policytest.Compiled(t, rows))
	if c.Widens()+c.Narrows() > 0 || len(c.Restated) == 0 || c.Restated[0].After.Article != "Art. 99" {
		t.Errorf("it widens %d, narrows %d and restates %d", c.Widens(), c.Narrows(), len(c.Restated))
	}
}

// The couple's own value is the value: calling it so hides nothing.
func TestTheOwnCoupleIsNoLessThanTheValue(t *testing.T) {
	rows := slices.Clone(table(t).Rows())
	changed := false
	for i, r := range rows {
		if r.Recipient == "R4b-conv" && r.Item == "A01.06" && r.Derive == "as-is" {
			rows[i].Form, rows[i].Derive, changed = catalogue.FormMasked, "own-couple", true
		}
	}
	if !changed {
		t.Fatal("R4b-conv reads no name: choose another row")
	}
	couple := policytest.Compiled(t, rows)
	if c := policy.Compare(table(t), couple); c.Widens() == 0 {
		t.Error("a name told as the couple's own counts as less")
	}
	if x, err := proof.Check(couple.Rows(), catalogue.Decree()); err != nil || len(x) == 0 {
		t.Errorf("the proof lets a name be the couple's own: %v", err)
	}
}
