package synth

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sceau/catalogue"
)

func TestOneCandidateInTenThousandIsACanaryAndAtLeastFive(t *testing.T) {
	for _, tt := range []struct {
		candidates int
		edge       bool
		want       int
	}{{0, false, 0}, {1, false, 1}, {4, false, 4}, {5, false, 5}, {6, false, 5}, {92, false, 5}, {2000, true, 5}, {50_000, false, 5}, {50_001, false, 6}, {917_000, true, 92}} {
		g, err := newGenerator(Options{Candidates: tt.candidates, Seed: 4, Edge: tt.edge})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for i := range tt.candidates {
			if g.isCanary(i) {
				got++
				if i < len(g.edges) {
					t.Errorf("%d candidates: an edge case is a canary", tt.candidates)
				}
			}
		}
		if got != tt.want {
			t.Errorf("%d candidates: %d canaries, want %d", tt.candidates, got, tt.want)
		}
	}
}

// textKinds are the kinds of items in which text can stand.
var textKinds = []catalogue.Kind{"string", "text", "list", "address", "email", "document", "ip"}

func TestEveryTextItemHasACanaryInEachCanaryCandidate(t *testing.T) {
	c := catalogue.MustLoad()
	lines, canaries := generate(t, Options{Candidates: 300, Seed: 12})
	at := map[int]map[catalogue.ItemID]bool{}
	for _, s := range canaries {
		if at[s.Line] == nil {
			at[s.Line] = map[catalogue.ItemID]bool{}
		}
		at[s.Line][s.Item] = true
		if it, ok := c.Item(s.Item); !ok || it.Name != s.Name {
			t.Errorf("item %s is not %s", s.Item, s.Name)
		}
	}
	if len(at) != leastCanaries {
		t.Fatalf("%d canary candidates", len(at))
	}
	for line, found := range at {
		d := read(t, c, lines[line-1])
		d.check(t, c, line)
		for _, it := range c.Items() {
			if it.Repeats == "per_agent" || !slices.Contains(textKinds, it.Kind) {
				continue
			}
			switch it.Name {
			case "school_information", "wish_target_programme":
				// Codes of the reference: others have them too.
				if found[it.ID] {
					t.Errorf("line %d: %s is no canary", line, it.ID)
				}
				continue
			case "nationality":
				continue
			}
			if !found[it.ID] {
				t.Errorf("line %d: item %s (%s) has no canary", line, it.ID, it.Name)
			}
		}
		for _, word := range []string{"per_wish", "per_responsible", "per_activity", "per_request", "per_document", "per_school_year", "per_exam_test", "per_payment", "per_event"} {
			if len(d.many[word]) == 0 {
				t.Errorf("line %d: no record of %s", line, word)
			}
		}
		for _, name := range []string{"disability_liaison_form", "gross_global_income", "preregistration_fraud_record"} {
			if d.one[name] == nil {
				t.Errorf("line %d: no %s", line, name)
			}
		}
	}
}

func TestACanaryStandsInItsLineAndInNoOther(t *testing.T) {
	lines, canaries := generate(t, Options{Candidates: 400, Seed: 13, Edge: true})
	documents := 0
	seen := map[string]int{}
	for _, s := range canaries {
		if utf8.RuneCountInString(s.Value) < 7 {
			t.Errorf("item %s: a canary of %d characters is found anywhere", s.Item, utf8.RuneCountInString(s.Value))
		}
		if line, ok := seen[s.Value]; ok && line != s.Line {
			t.Errorf("item %s: lines %d and %d have one canary", s.Item, line, s.Line)
		}
		seen[s.Value] = s.Line
		accented := strings.HasPrefix(s.Value, "Œ") && strings.HasSuffix(s.Value, "é")
		inside := !accented && len(s.Value) == 20
		if inside {
			documents++ // within a page, which is in base64
			continue
		}
		for i, line := range lines {
			if found := bytes.Contains(line, []byte(s.Value)); found != (i+1 == s.Line) {
				t.Errorf("item %s of line %d: found on line %d is %v", s.Item, s.Line, i+1, found)
			}
		}
	}
	if documents == 0 {
		t.Error("no canary stands within a document")
	}
	if len(canaries) < 5*100 {
		t.Errorf("%d canaries", len(canaries))
	}
}
