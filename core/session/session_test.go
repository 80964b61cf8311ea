package session

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/campaign"
	"sceau/core/explain"
	"sceau/core/proposal"
	"sceau/core/verify"
	"sceau/core/view"
)

// stated is the calendar of the demonstration.
func stated(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/examples/demo/session.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// small is a session of a few candidates and three programmes, one with a boarding school.
func small(t testing.TB, seed uint64) (*view.View, *Offer) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 11))
	b := view.NewBuilder("2026")
	lists := []struct {
		programme, group string
		selective        bool
	}{{"F1", "Bacs généraux", true}, {"F1", "Bacs technologiques", true}, {"F2", "Tous candidats", false}, {"F3", "Tous candidats", false}}
	const n = 30
	ranks := make([][]int, len(lists))
	for i := range ranks {
		ranks[i] = rnd.Perm(n)
	}
	for c := range n {
		p := view.Person{Bursary: rnd.IntN(4) == 0, Track: core.Track(1 + rnd.IntN(3))}
		p.Pseudonym[0], p.Pseudonym[15] = byte(c), byte(rnd.IntN(256))
		var wishes []view.Wish
		for i, l := range lists {
			if i == 1 && len(wishes) > 0 || rnd.IntN(4) == 0 {
				continue
			}
			w := view.Wish{Programme: b.Programme(l.programme), Group: b.Group(l.group), PedagogicalRank: int32(ranks[i][c] + 1), Selective: l.selective,
				Resident: rnd.IntN(2) == 0, Confirmed: true, Complete: true, Institution: core.OnHold}
			wishes = append(wishes, w)
			if l.programme == "F1" && rnd.IntN(2) == 0 {
				p.Pool = core.Girls
				w.Boarding, w.Band = true, view.Band(1+rnd.IntN(5))
				wishes = append(wishes, w)
			}
		}
		b.Add(p, wishes...)
	}
	v, err := b.View()
	if err != nil {
		t.Fatal(err)
	}
	o, err := ReadOffer(strings.NewReader(`
		{"programme": "F1", "group": "Bacs généraux", "selective": true, "act": "cev-7", "bursary_min": 20, "places": 4, "beds": {"mixed": "I1"}}
		{"programme": "F1", "group": "Bacs technologiques", "selective": true, "act": "cev-7", "min_share": 30, "places": 2, "beds": {"mixed": "I1"}}
		{"programme": "F2", "group": "Tous candidats", "bursary_min": 10, "nonresident_max": 30, "places": 6}
		{"programme": "F3", "group": "Tous candidats", "places": 3, "rank_limit": 5}
		{"boarding": "I1", "beds": 2, "group_order": true}`))
	if err != nil {
		t.Fatal(err)
	}
	o.Calendar, o.ReservationEnd = stated(t), calendar.On(2026, time.June, 10)
	return v, o
}

// begun is a small session on the eve of its first day.
func begun(t testing.TB, seed uint64) (*Session, *Offer, *campaign.State) {
	t.Helper()
	v, o := small(t, seed)
	s, err := New(v, o)
	if err != nil {
		t.Fatal(err)
	}
	state, err := campaign.New(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	return s, o, state
}

// season plays days on a session: candidates answer in between.
func season(t testing.TB, seed uint64, days int, after func(s *Session, o *Offer, state *campaign.State, d *Day, before *Shown, events []campaign.Event)) {
	t.Helper()
	s, o, state := begun(t, seed)
	rnd := rand.New(rand.NewPCG(seed, 12))
	var before *Shown
	for number := 1; number <= days; number++ {
		from := state.Log().Len()
		day := s.Config.Calendar.DateOf(number)
		d, err := s.Run(state, day.Starts().Add(6*time.Hour), o, before)
		if err != nil {
			t.Fatalf("day %d: %v", number, err)
		}
		after(s, o, state, d, before, slices.Collect(state.Log().Since(from)))
		before = &d.Shown
		noon := day.Starts().Add(12 * time.Hour)
		for _, p := range s.View.Persons {
			for _, said := range speak(rnd, s, state, p.Pseudonym, noon) {
				if err := s.Say(state, said, said.At); err != nil {
					t.Fatalf("day %d: %v", number, err)
				}
			}
		}
	}
}

// speak answers some proposals and drops some wishes.
func speak(rnd *rand.Rand, s *Session, state *campaign.State, who view.Pseudonym, at time.Time) (all []Said) {
	c, _ := s.View.Find(who)
	w := &s.Config.Roll.Wishes
	for _, i := range s.Of(c) {
		said := Said{At: at, Candidate: who, Wish: &Wanted{s.Groups[w.Group[i]].Programme, w.Kind[i]&core.WithBoarding != 0}}
		switch status := state.Status(i); {
		case status == core.Pending && rnd.IntN(3) == 0:
			said.Kind = campaign.Refused
		case status == core.Pending && rnd.IntN(2) == 0 && !slices.ContainsFunc(all, func(s Said) bool { return s.Kind == campaign.Accepted }):
			said.Kind = campaign.Accepted
		case status == core.Waiting && rnd.IntN(12) == 0:
			said.Kind = campaign.Dropped
		default:
			continue
		}
		all = append(all, said)
	}
	return all
}

func TestDaysFollowFromTheirFiles(t *testing.T) {
	for seed := range uint64(12) {
		var log []campaign.Event
		seen := 0
		season(t, seed, 15, func(s *Session, o *Offer, state *campaign.State, d *Day, before *Shown, events []campaign.Event) {
			// What was written is read again, and written again the same.
			var file bytes.Buffer
			if err := WriteDay(&file, "2026", d, events); err != nil {
				t.Fatal(err)
			}
			again, read, err := ReadDay(bytes.NewReader(file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(events, read); diff != "" {
				t.Fatalf("events (- written):\n%s", diff)
			}
			var copied bytes.Buffer
			if err := WriteDay(&copied, "2026", again, read); err != nil || !bytes.Equal(copied.Bytes(), file.Bytes()) {
				t.Fatalf("day %d is another file when written again: %v", d.Number, err)
			}
			// The day is a function of the log before it: replayed and run again, it gives
			// the same bytes.
			log = slices.Collect(state.Log().Since(0))
			earlier := log[:len(log)-len(events)]
			var ranks []int32
			if before != nil {
				ranks = before.WaitingRank
			}
			replayed, err := campaign.Replay(s.Config, slices.Values(earlier), ranks)
			if err != nil {
				t.Fatal(err)
			}
			at := events[len(events)-1].At
			twice, err := s.Run(replayed, at, o, before)
			if err != nil {
				t.Fatal(err)
			}
			var second bytes.Buffer
			if err := WriteDay(&second, "2026", twice, slices.Collect(replayed.Log().Since(len(earlier)))); err != nil || !bytes.Equal(second.Bytes(), file.Bytes()) {
				t.Fatalf("seed %d, day %d is another when computed again: %v", seed, d.Number, err)
			}
			seen += d.Figures.Proposals
		})
		if seen == 0 {
			t.Fatalf("seed %d: no proposal in fifteen days", seed)
		}
	}
}

// Call orders are in their file in one form.
func TestTheFileOfCallOrdersDoesNotDependOnTheOrderOfRows(t *testing.T) {
	v, o := small(t, 3)
	slices.Reverse(o.Groups)
	var files [2]bytes.Buffer
	for i := range files {
		s, err := New(v, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WriteOrders(&files[i]); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(o.Groups)
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("another order of the offer, another file")
	}
}

// A wish that is owed something refuses the session, and names what.
func TestASessionThatOwesSomebodyAnAnswerIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(v *view.View, o *Offer)
		want   string // empty: nothing to say
	}{
		{"nothing wrong", func(*view.View, *Offer) {}, ""},
		{"no institution answered", func(v *view.View, _ *Offer) { v.Wishes[3].Institution = 0 }, "no institution answered it"},
		{"one that is not confirmed is owed none", func(v *view.View, _ *Offer) { v.Wishes[3].Institution, v.Wishes[3].Confirmed = 0, false }, ""},
		{"a non from a programme that may not", func(v *view.View, _ *Offer) { refuse(v, "F2") }, "F2 says non: only a selective programme may refuse"},
		{"a non from one that may", func(v *view.View, _ *Offer) { refuse(v, "F1") }, ""},
		{"a non that nobody answers for", func(v *view.View, o *Offer) { refuse(v, "F1"); o.Groups[0].Act = "" }, "F1 says non: the offer names no act of the board that decided it"},
		{"an act that is a name", func(_ *view.View, o *Offer) { o.Groups[0].Act = "ines-moreau" }, "F1 (Bacs généraux): the act of the board is no reference"},
		{"a non that no dossier was complete for", func(v *view.View, _ *Offer) {
			refuse(v, "F2")
			for i := range v.Wishes {
				v.Wishes[i].Complete = false
			}
		}, "F2 says non: only a selective programme may refuse"},
		{"a non hidden among the others", func(v *view.View, o *Offer) {
			refuse(v, "F2")
			o.Groups[2] = Group{GroupName: GroupName{Programme: "F2"}, Others: true, Act: "cev-9"}
		}, "F2 says non: only a selective programme may refuse"},
		{"a non hidden by a contract", func(v *view.View, o *Offer) { refuse(v, "F2"); o.Groups[2].Apprenticeship = true }, "F2 says non: only a selective programme may refuse"},
		{"an offer that says of itself that it selects", func(v *view.View, o *Offer) {
			refuse(v, "F2")
			o.Groups[2].Selective, o.Groups[2].NonResidentMax, o.Groups[2].Act = true, nil, "cev-9"
		}, "F2: the offer and the applications do not agree on whether it selects"},
		{"or that it does not, so that another rate applies", func(_ *view.View, o *Offer) { o.Groups[0].Selective = false }, "F1: the offer and the applications do not agree on whether it selects"},
		{"no rank from a board that may not refuse", func(v *view.View, _ *Offer) { unrank(v, "F2") }, "F2 left somebody without a rank: only a selective programme may refuse"},
		{"no rank that nobody answers for", func(v *view.View, o *Offer) { unrank(v, "F1"); o.Groups[0].Act = "" }, "F1 left somebody without a rank: the offer names no act of the board that decided it"},
		{"no rank from a board that answers for it", func(v *view.View, _ *Offer) { unrank(v, "F1") }, ""},
		{"no rank in no list, of a programme that may not refuse", func(v *view.View, o *Offer) {
			at := slices.IndexFunc(v.Wishes, func(w view.Wish) bool { return v.Programmes[w.Programme] == "F2" })
			v.Wishes[at].Group, v.Wishes[at].PedagogicalRank = view.NoGroup, 0
			o.Groups = append(o.Groups, Group{GroupName: GroupName{Programme: "F2"}, Others: true, Act: "cev-9"})
		}, "F2 left somebody without a rank: only a selective programme may refuse"},
		{"no answer in a list that takes no part", func(v *view.View, o *Offer) {
			for i := range v.Wishes {
				if v.Programmes[v.Wishes[i].Programme] == "F2" {
					v.Wishes[i].Institution = core.Unanswered
				}
			}
			o.Groups[2] = Group{GroupName: GroupName{Programme: "F2"}, Others: true, Act: "cev-9"}
		}, "no institution answered it"},
		{"whether it selects is nothing of a wish that was not confirmed", func(v *view.View, _ *Offer) {
			v.Wishes[3].Confirmed, v.Wishes[3].Selective = false, !v.Wishes[3].Selective
		}, ""},
		{"no rank from a programme that ranks nobody", func(v *view.View, o *Offer) { unrank(v, "F3"); o.Groups[3].Unranked = true }, ""},
		{"a rate where nobody is ranked", func(_ *view.View, o *Offer) { o.Groups[2].Unranked = true }, "F2 (Tous candidats): where nobody is ranked no rate applies"},
		{"a share that is none", func(_ *view.View, o *Offer) { o.Groups[1].MinShare = 101 }, "F1 (Bacs technologiques): a minimum share of 101 % cannot be"},
		{"a share of who takes no part", func(_ *view.View, o *Offer) { o.Groups[1].Apprenticeship = true }, "F1 (Bacs technologiques): a minimum share of 30 % cannot be"},
		{"a list that offers nothing", func(_ *view.View, o *Offer) { o.Groups = o.Groups[1:] }, "nothing is offered by F1"},
		{"unless the programme says that it takes no part", func(_ *view.View, o *Offer) {
			o.Groups = append(o.Groups[1:], Group{GroupName: GroupName{Programme: "F1"}, Others: true, Act: "cev-9"})
		}, ""},
		{"and by whose act", func(_ *view.View, o *Offer) {
			o.Groups = append(o.Groups[1:], Group{GroupName: GroupName{Programme: "F1"}, Others: true})
		}, "F1 has a list that takes no part: the offer names no act of the board that decided it"},
		{"others that offer something", func(_ *view.View, o *Offer) {
			o.Groups = append(o.Groups[1:], Group{GroupName: GroupName{Programme: "F1"}, Others: true, Unranked: true})
		}, "offers nothing"},
		{"a board that ranked two alike", func(v *view.View, _ *Offer) {
			for i := range v.Wishes {
				v.Wishes[i].PedagogicalRank = 7
			}
		}, ": DUPLICATE_RANK, candidate "},
		{"twins with two ranks", func(v *view.View, _ *Offer) {
			for i := range v.Wishes {
				if v.Wishes[i].Boarding {
					v.Wishes[i].PedagogicalRank += 500
				}
			}
		}, "ranked twice"},
		{"a rate for non-residents in a selective programme", func(_ *view.View, o *Offer) {
			most := 20
			o.Groups[0].NonResidentMax = &most
		}, "to which none applies"},
		{"beds of a school that is not there", func(_ *view.View, o *Offer) { o.Boarding = nil }, "not in the offer"},
		{"a calendar with a cell missing", func(_ *view.View, o *Offer) {
			o.Calendar = strings.Replace(o.Calendar, `main-phase-end: {day: 2026-07-08, source: "invented"}`, `main-phase-end: {missing: "nobody said"}`, 1)
		}, "main-phase-end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, o := small(t, 5)
			tt.change(v, o)
			_, err := New(v, o)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("refused with %v, want %q", err, tt.want)
			}
		})
	}
}

func refuse(v *view.View, programme string) {
	for i := range v.Wishes {
		if v.Programmes[v.Wishes[i].Programme] == programme {
			v.Wishes[i].Institution = core.No
		}
	}
}

func unrank(v *view.View, programme string) {
	for i := range v.Wishes {
		if v.Programmes[v.Wishes[i].Programme] == programme {
			v.Wishes[i].PedagogicalRank = 0
		}
	}
}

// Who asked for what is under seal: no error says it, were it by a position of the offer.
func TestAnErrorNamesACandidateOrAList(t *testing.T) {
	v, o := small(t, 5)
	for i := range v.Wishes {
		v.Wishes[i].PedagogicalRank = 7
	}
	_, err := New(v, o)
	if err == nil || strings.Contains(err.Error(), "group") || strings.Contains(err.Error(), "F1") || strings.Contains(err.Error(), "F2") {
		t.Errorf("refused with %v", err)
	}
}

// A minimum share is of the first day that is published, whichever offer that takes.
func TestTheFirstDayKeepsMinimumShares(t *testing.T) {
	s, o, state := begun(t, 5)
	_, today := small(t, 5)
	today.Groups[0].Places, today.Groups[1].Places = 5, 1
	first := s.Config.Calendar.Opening.Starts().Add(time.Hour)
	_, err := s.Run(state, first, today, nil)
	if want := "F1 (Bacs technologiques): 1 of the programme's 6 places, and its minimum share of 30 % asks for 2"; err == nil || err.Error() != want {
		t.Errorf("refused with %v, want %s", err, want)
	}
	d, err := s.Run(state, first, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(state, first.AddDate(0, 0, 1), today, &d.Shown); err != nil {
		t.Errorf("places that stayed empty do not move: %v", err)
	}
}

// What stays for the session is not changed by the offer of a day, and what may change
// does.
func TestAnOfferOfADayChangesPlacesAndNothingElse(t *testing.T) {
	v, first := small(t, 6)
	s, err := New(v, first)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(o *Offer)
		fine   bool
	}{
		"places":                               {func(o *Offer) { o.Groups[0].Places++ }, true},
		"a stop":                               {func(o *Offer) { o.Groups[0].Stop = true }, true},
		"beds":                                 {func(o *Offer) { o.Boarding[0].Beds = 9 }, true},
		"an act":                               {func(o *Offer) { o.Groups[0].Act = "cev-8" }, false},
		"a minimum share":                      {func(o *Offer) { o.Groups[1].MinShare = 0 }, false},
		"a rate":                               {func(o *Offer) { o.Groups[0].BursaryMin++ }, false},
		"the same calendar, written otherwise": {func(o *Offer) { o.Calendar += "# \n" }, true},
		"a calendar":                           {func(o *Offer) { o.Calendar = strings.Replace(o.Calendar, "2026-07-08", "2026-07-07", 1) }, false},
		"a reservation":                        {func(o *Offer) { o.ReservationEnd++ }, false},
		"how ties of beds are broken":          {func(o *Offer) { o.Boarding[0].GroupOrder = false }, false},
		"a contract":                           {func(o *Offer) { o.Groups[3].Apprenticeship = true }, false},
		"another school":                       {func(o *Offer) { o.Groups[2].Beds.Mixed = "I1" }, false},
		"a group less":                         {func(o *Offer) { o.Groups = o.Groups[1:] }, false},
	} {
		_, today := small(t, 6)
		tt.change(today)
		if _, _, err := s.today(today); (err == nil) != tt.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A computation that errs in one group loses that group its day, and nobody else theirs;
// one that errs about answers publishes nothing.
func TestAFaultInOneGroupStopsItsComponentAlone(t *testing.T) {
	s, o, state := begun(t, 7)
	groups, beds, err := s.today(o)
	if err != nil {
		t.Fatal(err)
	}
	morning, err := state.Freeze(s.Config.Calendar.Opening.Starts().Add(time.Hour), groups, beds)
	if err != nil {
		t.Fatal(err)
	}
	ground := proposal.Prepare(state.Roll())
	wasteful := func(day *core.Day, threads int) (*core.Outcome, error) {
		out, err := ground.Compute(day, threads)
		for i, status := range out.Status {
			if s.Groups[state.Roll().Wishes.Group[i]].Programme == "F1" && status == core.Proposed {
				out.Status[i] = core.Waiting
			}
		}
		return out, err
	}
	d := &Day{Number: 1, Morning: morning, Roll: state.Roll()}
	if err := s.compute(d, wasteful, verify.Prepare(d.Roll)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]GroupName{{"F1", "Bacs généraux"}, {"F1", "Bacs technologiques"}}, d.Isolated); diff != "" {
		t.Errorf("isolated (- wanted):\n%s", diff)
	}
	others := 0
	for i, status := range d.Outcome.Status {
		if status != core.Proposed {
			continue
		}
		if s.Groups[state.Roll().Wishes.Group[i]].Programme == "F1" {
			t.Fatal("a group that was isolated calls somebody")
		}
		others++
	}
	// Who waits there hears that the platform withholds the result, not that the programme does.
	standing := &Standing{s, state, d}
	waiting := slices.Index(d.Outcome.Status, core.Waiting)
	for s.Groups[state.Roll().Wishes.Group[waiting]].Programme != "F1" {
		waiting += 1 + slices.Index(d.Outcome.Status[waiting+1:], core.Waiting)
	}
	var e Explanation
	if err := standing.waits(&e, waiting); err != nil || e.Waiting.Reason != explain.Withheld || !strings.Contains(e.Said[0], "vérifié") {
		t.Errorf("told %+v, %v", e, err)
	}
	// What a programme had stopped itself is the programme's.
	stopped := *morning
	stopped.Groups = slices.Clone(groups)
	stopped.Groups[1].Stop = true
	own := &Day{Number: 1, Morning: &stopped, Roll: state.Roll()}
	if err := s.compute(own, wasteful, verify.Prepare(own.Roll)); err != nil {
		t.Fatal(err)
	}
	if !own.withheld[0] || own.withheld[1] || len(own.Isolated) != 2 {
		t.Errorf("withheld: %v, isolated: %v", own.withheld, own.Isolated)
	}
	for programme, withheld := range map[string]bool{"F1": true, "F2": false} {
		d.Shown.LastCalled = make([]int32, len(s.Groups))
		for _, sheet := range standing.Sheets(programme) {
			if sheet.Sheet.Withheld != withheld {
				t.Errorf("the sheet of %s says withheld: %v", programme, sheet.Sheet.Withheld)
			}
		}
	}
	if others == 0 {
		t.Error("the rest of the country gets nothing")
	}
	lying := func(day *core.Day, threads int) (*core.Outcome, error) {
		out, err := ground.Compute(day, threads)
		out.Status[0] = core.AutoAccepted
		return out, err
	}
	if err := s.compute(&Day{Number: 1, Morning: morning, Roll: state.Roll()}, lying, verify.Prepare(state.Roll())); err == nil {
		t.Error("an automatic answer of somebody who asked for none is published")
	}
}

// Of what candidates said, one that cannot be changes nothing, and says why without a word
// of anybody.
func TestWhatCannotBeSaidIsRefused(t *testing.T) {
	s, _, state := begun(t, 8)
	at := s.Config.Calendar.Opening.Starts().Add(time.Hour)
	who := s.View.Persons[0].Pseudonym
	for _, said := range []Said{
		{At: at, Candidate: view.Pseudonym{1, 2, 3}, Kind: campaign.Resigned},
		{At: at, Candidate: who, Kind: campaign.Accepted, Wish: &Wanted{Programme: "F9"}},
		{At: at, Candidate: who, Kind: campaign.Accepted, Wish: &Wanted{Programme: s.Groups[s.Config.Roll.Wishes.Group[s.Of(0)[0]]].Programme}},
	} {
		if err := s.Say(state, said, said.At); err == nil {
			t.Errorf("%v is taken", said.Kind)
		}
	}
	if state.Log().Len() != 0 {
		t.Error("something that was refused is in the log")
	}
	// A wish gets another call rank by the act of somebody who answers for it.
	row := slices.IndexFunc(s.Config.Roll.Wishes.CallRank, func(rank int32) bool { return rank == 3 })
	inserted := Said{At: at, Candidate: s.View.Persons[s.Config.Roll.Wishes.Candidate[row]].Pseudonym, Kind: campaign.Inserted,
		Wish: &Wanted{s.Groups[s.Config.Roll.Wishes.Group[row]].Programme, s.Config.Roll.Wishes.Kind[row]&core.WithBoarding != 0}, Rank: 1}
	if err := s.Say(state, inserted, at); err == nil {
		t.Error("a rank is corrected, and nobody answers for it")
	}
	inserted.By = "cor-2026-1"
	if err := s.Say(state, inserted, at); err != nil || state.Roll().Wishes.CallRank[row] != 1 {
		t.Errorf("corrected to rank %d: %v", state.Roll().Wishes.CallRank[row], err)
	}
	// The order as it was computed explains that rank no more.
	corrected := &Standing{Session: s, State: state, Day: &Day{Roll: state.Roll()}}
	p, told, err := corrected.position(int32(row), Hears{Order: true, Bursary: true, Sector: true})
	if err != nil || p.Call != 1 || p.Board != 0 || p.Bound != 0 || len(told) != 1 || !strings.Contains(told[0], "corrigé") {
		t.Errorf("told %+v, %q, %v", p, told, err)
	}
	lines := `{"at":"2026-06-02T12:00:00+02:00","candidate":"00000000000000000000000000000000","said":"accepted","wish":{"programme":"F1"},"rank":7}`
	all, err := ReadSaid(strings.NewReader(lines))
	if err != nil || len(all) != 1 || all[0].Kind != campaign.Accepted || all[0].Rank != 7 {
		t.Fatalf("%v, %v", all, err)
	}
	back, err := json.Marshal(all[0])
	if err != nil || !strings.Contains(string(back), `"said":"accepted"`) {
		t.Errorf("%s, %v", back, err)
	}
	for _, bad := range []string{`{"said":"accepted","name":"x"}`, `{"said":"whatever"}`, `{`, lines[:len(lines)-1] + `,"x":1}`} {
		if _, err := ReadSaid(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

// Files of runs that were cut, lengthened or altered are read as such, and never end in
// a panic.
func FuzzFilesOfRuns(f *testing.F) {
	var whole bytes.Buffer
	season(f, 1, 3, func(s *Session, o *Offer, state *campaign.State, d *Day, _ *Shown, events []campaign.Event) {
		whole.Reset()
		if err := WriteDay(&whole, "2026", d, events); err != nil {
			f.Fatal(err)
		}
		f.Add(slices.Clone(whole.Bytes()))
	})
	var answers bytes.Buffer
	if err := WriteAnswers(&answers, "2026", nil); err != nil {
		f.Fatal(err)
	}
	f.Add(answers.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if d, events, err := ReadDay(bytes.NewReader(raw)); err == nil {
			var again bytes.Buffer
			if err := WriteDay(&again, "2026", d, events); err != nil {
				t.Fatal(err)
			}
		} else if !errors.Is(err, ErrFile) {
			t.Fatalf("%v is no ErrFile", err)
		}
		ReadAnswers(bytes.NewReader(raw))
		OpenOffer(bytes.NewReader(raw))
		ReadManifest(bytes.NewReader(raw))
	})
}

func ExampleGroupName() {
	fmt.Println(GroupName{"F00001", "Bacs généraux"})
	// Output: F00001 (Bacs généraux)
}
