package session

import (
	"slices"
	"strings"
	"testing"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/explain"
	"sceau/core/view"
)

// Whatever becomes of a wish is explained to its candidate, and each programme has a sheet
// for each of its groups.
func TestEveryWishOfEveryDayIsExplained(t *testing.T) {
	told, counted := map[string]int{}, 0
	for seed := range uint64(6) {
		var last *Standing
		season(t, seed, 12, func(s *Session, o *Offer, state *campaign.State, d *Day, before *Shown, events []campaign.Event) {
			last = &Standing{s, state, d}
			for i := range int32(s.Config.Roll.Wishes.Len()) {
				e, err := last.Explain(i, Hears{Order: true, Bursary: true, Sector: true})
				if err != nil {
					t.Fatalf("seed %d, day %d, wish %d: %v", seed, d.Number, i, err)
				}
				if e.Day != d.Number || len(e.Said) < 2 || slices.Contains(e.Said, "") || (e.Waiting != nil) != (d.Outcome.Status[i] == core.Waiting) {
					t.Fatalf("seed %d, day %d, wish %d is told %+v", seed, d.Number, i, e)
				}
				told[e.Status]++
				// To who may not read the order of wishes, or the file, none of it is said.
				plain, err := last.Explain(i, Hears{})
				if err != nil {
					t.Fatal(err)
				}
				text := strings.Join(plain.Said, "\n")
				for _, word := range []string{"répondeur", "préfér", "désistements", "vœu numéro", "autre proposition", "D'après votre dossier"} {
					if strings.Contains(text, word) {
						t.Fatalf("seed %d, day %d, wish %d: somebody else is told %q", seed, d.Number, i, text)
					}
				}
				if plain.GivenUp != nil || strings.ContainsAny(plain.Status, "rqhgAP") {
					t.Fatalf("seed %d, day %d, wish %d: somebody else is told %+v", seed, d.Number, i, plain)
				}
				if strings.Contains(strings.Join(e.Said, "\n"), "D'après votre dossier") {
					counted++
				}
				for _, why := range []*explain.Waiting{e.Waiting, plain.Waiting} {
					if why != nil && why.Reason == explain.GroupStopped && *why != (explain.Waiting{Reason: explain.GroupStopped}) {
						t.Fatalf("JSON says more than the words: %+v", why)
					}
				}
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
	if counted == 0 {
		t.Error("nobody was told what they count as")
	}
}

func TestAWishThatIsInNoGroupIsToldWhy(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(w *view.Wish, o *Offer)
		want   string
	}{
		"not confirmed": {func(w *view.Wish, o *Offer) { w.Confirmed = false }, "pas été confirmé"},
		"refused, though a contract would decide": {func(w *view.Wish, o *Offer) { w.Institution, o.Groups[0].Apprenticeship = core.No, true }, "« non »"},
		"refused, in another list": {func(w *view.Wish, o *Offer) {
			w.Institution = core.No
			o.Groups[0] = Group{GroupName: GroupName{Programme: "F1"}, Others: true, Act: "cev-9"}
		}, "par la décision cev-9"},
		"refused, though incomplete": {func(w *view.Wish, o *Offer) { w.Institution, w.Complete = core.No, false }, "« non »"},
		"not complete":               {func(w *view.Wish, o *Offer) { w.Complete = false }, "incomplet"},
		"not ranked":                 {func(w *view.Wish, o *Offer) { w.PedagogicalRank = 0 }, "pas classé ce vœu, par sa décision cev-7"},
		"by apprenticeship":          {func(w *view.Wish, o *Offer) { o.Groups[0].Apprenticeship = true }, "contrat d'apprentissage"},
		"refused, though ranked":     {func(w *view.Wish, o *Offer) { w.Institution = core.No }, "« non » à ce vœu, par la décision cev-7"},
		"in another list": {func(w *view.Wish, o *Offer) {
			o.Groups[0] = Group{GroupName: GroupName{Programme: "F1"}, Others: true, Act: "cev-9"}
		}, "une liste de la formation qui ne prend pas part à cette session, par la décision cev-9"},
		"ranked, in no list": {func(w *view.Wish, o *Offer) {
			w.Group = view.NoGroup
			o.Groups = append(o.Groups, Group{GroupName: GroupName{Programme: "F1"}, Others: true, Act: "cev-9"})
		}, "une liste"},
		"not ranked, in no list": {func(w *view.Wish, o *Offer) {
			w.Group, w.PedagogicalRank = view.NoGroup, 0
			o.Groups = append(o.Groups, Group{GroupName: GroupName{Programme: "F1"}, Others: true, Act: "cev-9"})
		}, "pas classé ce vœu, par sa décision cev-9"},
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
			if said := s.Absent(who, "F1"); len(said) == 0 || !strings.Contains(strings.Join(said, "\n"), tt.want) {
				t.Errorf("told %q", said)
			}
			if said := s.Absent(who, "F9"); len(said) != 1 || !strings.Contains(said[0], "il a été annulé, ou") {
				t.Errorf("of a programme that was not asked for: %q", said)
			}
			if said := s.Absent(view.Pseudonym{9, 9, 9}, "F1"); len(said) != 1 || !strings.Contains(said[0], "Ce dossier est arrivé après") {
				t.Errorf("of nobody: %q", said)
			}
		})
	}
}

// Of twins of which one is left out, the candidate hears of that one too.
func TestATwinThatIsLeftOutIsToldWhy(t *testing.T) {
	for seed := range uint64(20) {
		v, o := small(t, seed)
		at := slices.IndexFunc(v.Wishes, func(w view.Wish) bool { return w.Boarding })
		if at < 1 || v.Wishes[at-1].Candidate != v.Wishes[at].Candidate || v.Wishes[at-1].Programme != v.Wishes[at].Programme {
			continue
		}
		v.Wishes[at].Institution = core.No
		s, err := New(v, o)
		if err != nil {
			t.Fatal(err)
		}
		who := v.Persons[v.Wishes[at].Candidate].Pseudonym
		if said := s.Absent(who, "F1"); len(s.Rows(who, "F1")) != 1 || len(said) != 1 || !strings.HasPrefix(said[0], "Avec internat : L'établissement a répondu") {
			t.Errorf("told %q", said)
		}
		return
	}
	t.Error("there were no twins: nothing was tried")
}

// Where nobody is ranked there is no position to tell, and rows of a roll are none.
func TestAProgrammeThatDoesNotRankTellsNoPosition(t *testing.T) {
	v, o := small(t, 5)
	for i := range v.Wishes {
		if v.Programmes[v.Wishes[i].Programme] == "F3" {
			v.Wishes[i].PedagogicalRank = 0
		}
	}
	o.Groups[3].Unranked = true
	s, err := New(v, o)
	if err != nil {
		t.Fatal(err)
	}
	g := s.at[GroupName{"F3", "Tous candidats"}]
	standing := &Standing{Session: s, Day: &Day{Roll: s.Config.Roll}}
	p, said, err := standing.position(int32(slices.Index(s.Config.Roll.Wishes.Group, int32(g))), Hears{Bursary: true})
	if err != nil || p != (explain.Position{Ranked: len(s.Orders[g])}) || !strings.Contains(strings.Join(said, ""), "ne classe pas") {
		t.Errorf("told %+v, %q, %v", p, said, err)
	}
}
