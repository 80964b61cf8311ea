package policy_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
)

// What could be granted is what some guards would grant, and nothing else.
func TestWhatCouldBeGrantedIsWhatSomeGuardsGrant(t *testing.T) {
	c, tb := catalogue.MustLoad(), table(t)
	rapid.Check(t, func(t *rapid.T) {
		row := tb.Row(rapid.IntRange(0, tb.Len()-1).Draw(t, "row"))
		if rapid.Bool().Draw(t, "anywhere") {
			row.Item = rapid.SampledFrom(c.Items()).Draw(t, "item").ID
			row.Phase = rapid.SampledFrom(c.Phases()).Draw(t, "phase").ID
		}
		q, err := tb.Query(row.Recipient, row.Purpose, row.Phase, row.Action)
		if err != nil {
			t.Fatal(err)
		}
		q.Relations = policy.RelationSet(rapid.Uint32Range(0, 1<<len(c.Relations())-1).Draw(t, "relations"))
		i := item(row.Item)
		anything := func(policy.Grant) bool { return true }
		q.Guards = policy.GuardSet(rapid.Uint64Range(0, 1<<len(c.Guards())-1).Draw(t, "guards"))
		if g, ok := tb.Decide(&q, i); ok && !tb.Could(&q, i, func(other policy.Grant) bool { return other == g }) {
			t.Fatalf("%s is granted to %s as %s %s, and could not be", row.Item, row.Recipient, g.Form, g.Derive)
		}
		q.Guards = ^policy.GuardSet(0)
		if _, ok := tb.Decide(&q, i); ok != tb.Could(&q, i, anything) {
			t.Fatalf("%s to %s: granted with every guard %t, could be %t", row.Item, row.Recipient, ok, !ok)
		}
		if tb.Could(&q, i, func(policy.Grant) bool { return false }) {
			t.Fatal("a grant that does not fit was counted")
		}
	})
}

func TestARefusalOfEverythingSaysWhatTheRecipientHasElsewhere(t *testing.T) {
	tb := table(t)
	for _, tt := range []struct {
		name            string
		query           policy.Query
		article, reason string
	}{
		{"another phase", ask(t, "R4b-exam", "P1", "PH1", policy.Read, "applied_programme"), "Art. 3 4°", "granted to R4b-exam in PH3, PH4, PH5, PH6, not in PH1"},
		{"another purpose", ask(t, "R4b-exam", "P3", "PH3", policy.Read, "applied_programme"), "Art. 3 4°", "P3 does not need them; R4b-exam has them for P1"},
		{"another relation", ask(t, "R4b-exam", "P1", "PH3", policy.Read, "own_pupil"), "Art. 3 4°", "not held: relation applied_programme"},
		{"counts only", ask(t, "R2a", "P3", "PH3", policy.Read, "academy_of_programme"), "Art. 1 al. 3", "R2a is granted count here, which hands out nothing of one dossier"},
		{"a match hands out nothing", ask(t, "SYS-gate", "P1", "PH3", policy.Read, "applied_programme"), "", "SYS-gate is granted match here, which hands out nothing of one dossier"},
		{"nothing anywhere", ask(t, "X1", "P1", "PH3", policy.Read, "applied_programme"), "Art. 3 al. 1", "no task of X1 needs them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			why := tb.WhyNone(&tt.query)
			if !strings.Contains(why.Article, tt.article) || why.Reason != tt.reason {
				t.Errorf("it cites %q and says %q", why.Article, why.Reason)
			}
		})
	}
}
