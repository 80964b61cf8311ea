package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
)

// The lemma by which a proof on the base holds everywhere: a guard that does not hold,
// and an overlay that lies over the file, remove grants and change none of those left;
// so does each of them added to others. Whatever is granted under any guards and any
// overlays is granted, at least so much, with every guard true and nothing over it.
func TestGuardsAndOverlaysOnlyTakeAway(t *testing.T) {
	tb := table(t)
	c := tb.Vocabulary().Catalogue
	every := ^policy.GuardSet(0)
	rapid.Check(t, func(t *rapid.T) {
		row := tb.Row(rapid.IntRange(0, tb.Len()-1).Draw(t, "row"))
		q, err := tb.Query(row.Recipient, row.Purpose, row.Phase, row.Action)
		if err != nil {
			t.Fatal(err)
		}
		relation, _ := tb.Vocabulary().Relations(row.Relation)
		q.Relations = relation | policy.RelationSet(rapid.Uint32Range(0, 1<<len(c.Relations())-1).Draw(t, "relations"))
		q.Guards = policy.GuardSet(rapid.Uint64().Draw(t, "guards"))
		over := overlays(t, c, row)
		for _, it := range []catalogue.ItemID{row.Item, rapid.SampledFrom(c.Items()).Draw(t, "another item").ID} {
			i := c.ItemIndex(it)
			left, granted := under(tb, &q, i, over)
			alone, had := tb.Decide(&q, i)
			if granted && (!had || left != alone) {
				t.Fatalf("%s: an overlay made a grant of %+v from %+v", it, left, alone)
			}
			more := append(over, overlays(t, c, row)...)
			if still, ok := under(tb, &q, i, more); ok && (!granted || still != left) {
				t.Fatalf("%s: with one overlay more it is granted again", it)
			}
			base := q
			base.Guards = every
			if whole, ok := tb.Decide(&base, i); granted && (!ok || whole.Form < left.Form) {
				t.Fatalf("%s: granted %s under some guards, and %s with all of them true", it, left.Form, whole.Form)
			}
		}
	})
}

// under is how the gate asks: the table, and then what lies over the file.
func under(tb *policy.Table, q *policy.Query, item int, over policy.Overlays) (policy.Grant, bool) {
	g, ok := tb.Decide(q, item)
	if _, taken := over.Take(tb.Row(g.Row).Purpose, tb.Vocabulary().Catalogue.Items()[item]); taken {
		return policy.Grant{}, false
	}
	return g, ok
}

// overlays draws some, half of them about the row.
func overlays(t *rapid.T, c *catalogue.Catalogue, row policy.Row) policy.Overlays {
	var out policy.Overlays
	for range rapid.IntRange(0, 3).Draw(t, "overlays") {
		var o policy.Overlay
		it, _ := c.Item(row.Item)
		if rapid.Bool().Draw(t, "about another") {
			it = rapid.SampledFrom(c.Items()).Draw(t, "its item")
		}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			o.Items = []catalogue.ItemID{it.ID}
		case 1:
			o.Classes = []catalogue.ClassID{it.Class}
		case 2:
			o.Purposes = []catalogue.Purpose{rapid.SampledFrom(c.Purposes()).Draw(t, "its purpose").ID}
		}
		out = append(out, o)
	}
	return out
}

func TestAnOverlayTakesWhatItIsAbout(t *testing.T) {
	c := catalogue.MustLoad()
	name, _ := c.Item("A01.06")
	mark, _ := c.Item("A08.08")
	for _, tt := range []struct {
		name string
		over policy.Overlay
		p    catalogue.Purpose
		it   catalogue.Item
		want bool
	}{
		{"everything", policy.Overlay{}, "P1", name, true},
		{"an item", policy.Overlay{Items: []catalogue.ItemID{"A01.06"}}, "P1", name, true},
		{"another item", policy.Overlay{Items: []catalogue.ItemID{"A01.06"}}, "P1", mark, false},
		{"a class", policy.Overlay{Classes: []catalogue.ClassID{"identity"}}, "P2", name, true},
		{"another class", policy.Overlay{Classes: []catalogue.ClassID{"identity"}}, "P2", mark, false},
		{"a purpose", policy.Overlay{Purposes: []catalogue.Purpose{"P2"}}, "P2", mark, true},
		{"another purpose", policy.Overlay{Purposes: []catalogue.Purpose{"P2"}}, "P1", mark, false},
		{"a class for a purpose", policy.Overlay{Classes: []catalogue.ClassID{"identity"}, Purposes: []catalogue.Purpose{"P2"}}, "P1", name, false},
	} {
		if got := tt.over.Takes(tt.p, tt.it); got != tt.want {
			t.Errorf("%s: taken %t", tt.name, got)
		}
	}
}
