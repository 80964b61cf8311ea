package session

import (
	"slices"
	"strings"
	"testing"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/view"
)

// Whatever becomes of a wish is explained to its candidate, and each programme has a sheet
// for each of its groups.
func TestEveryWishOfEveryDayIsExplained(t *testing.T) {
	told := map[string]int{}
	for seed := range uint64(6) {
		var last *Standing
		season(t, seed, 12, func(s *Session, o *Offer, state *campaign.State, d *Day, before *Shown, events []campaign.Event) {
			last = &Standing{s, state, d}
			for i := range int32(s.Config.Roll.Wishes.Len()) {
				e, err := last.Explain(i, true)
				if err != nil {
					t.Fatalf("seed %d, day %d, wish %d: %v", seed, d.Number, i, err)
				}
				if e.Day != d.Number || len(e.Said) < 2 || slices.Contains(e.Said, "") || (e.Waiting != nil) != (d.Outcome.Status[i] == core.Waiting) {
					t.Fatalf("seed %d, day %d, wish %d is told %+v", seed, d.Number, i, e)
				}
				told[e.Status]++
			}
		})
		sheets := 0
		for _, programme := range []string{"F1", "F2", "F3"} {
			sheets += len(last.Sheets(programme))
		}
		if sheets != len(last.Groups) || len(last.Sheets("F9")) != 0 {
			t.Errorf("%d sheets of %d groups", sheets, len(last.Groups))
		}
	}
	for _, status := range []core.Status{core.Waiting, core.Pending, core.Accepted, core.Proposed, core.Refused, core.Dropped} {
		if told[string(rune(status))] == 0 {
			t.Errorf("no wish of status %c was explained", status)
		}
	}
}

func TestAWishThatIsInNoGroupIsToldWhy(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(w *view.Wish, o *Offer)
		want   string
	}{
		"not confirmed":          {func(w *view.Wish, o *Offer) { w.Confirmed = false }, "pas été confirmé"},
		"not complete":           {func(w *view.Wish, o *Offer) { w.Complete = false }, "incomplet"},
		"not ranked":             {func(w *view.Wish, o *Offer) { w.PedagogicalRank = 0 }, "pas classé ce vœu, par sa décision cev-7"},
		"by apprenticeship":      {func(w *view.Wish, o *Offer) { o.Groups[0].Apprenticeship = true }, "contrat d'apprentissage"},
		"refused, though ranked": {func(w *view.Wish, o *Offer) { w.Institution = core.No }, "« non » à ce vœu, par la décision cev-7"},
		"in another list": {func(w *view.Wish, o *Offer) {
			o.Groups[0].GroupName, o.Groups[0].Others = GroupName{Programme: "F1"}, true
		}, "une liste"},
		"ranked, in no list": {func(w *view.Wish, o *Offer) {
			w.Group = view.NoGroup
			o.Groups = append(o.Groups, Group{GroupName: GroupName{Programme: "F1"}, Others: true})
		}, "une liste"},
	} {
		t.Run(name, func(t *testing.T) {
			v, o := small(t, 5)
			at := slices.IndexFunc(v.Wishes, func(w view.Wish) bool {
				return v.Programmes[w.Programme] == "F1" && v.Groups[w.Group] == "Bacs généraux"
			})
			tt.change(&v.Wishes[at], o)
			s, err := New(v, o)
			if err != nil {
				t.Fatal(err)
			}
			who := v.Persons[v.Wishes[at].Candidate].Pseudonym
			if _, takes := s.Row(who, "F1", v.Wishes[at].Boarding); takes {
				t.Error("it takes part")
			}
			if said := s.Absent(who, "F1"); !strings.Contains(said, tt.want) {
				t.Errorf("told %q", said)
			}
			if said := s.Absent(who, "F9"); !strings.Contains(said, "il a été annulé, ou") {
				t.Errorf("of a programme that was not asked for: %q", said)
			}
			if said := s.Absent(view.Pseudonym{9, 9, 9}, "F1"); !strings.Contains(said, "Ce dossier est arrivé après") {
				t.Errorf("of nobody: %q", said)
			}
		})
	}
}
