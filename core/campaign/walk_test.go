package campaign_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sceau/core"
	"sceau/core/campaign"
)

// Some days of a campaign with one place in law, two in biology and one in history.
func TestADayLapsesFreezesComputesAndPublishes(t *testing.T) {
	cfg, s := house(t, []wish{
		{who: ines, group: law, rank: 1},         // 0
		{who: malo, group: law, rank: 2},         // 1
		{who: aicha, group: law, rank: 3},        // 2
		{who: ines, group: biology, rank: 2},     // 3
		{who: thibault, group: biology, rank: 1}, // 4
		{who: malo, group: biology, rank: 3},     // 5
		{who: thibault, group: history, rank: 2}, // 6
		{who: aicha, group: history, rank: 1},    // 7
	})
	three := places(1, 2, 1)

	d, o := morning(t, s, "2023-06-01 06:00:00", three)
	if d.Number != 1 || d.GapStart != 38 || letters(s) != "oWWooWWo" {
		t.Fatalf("day %d, gap phase from %d: %s", d.Number, d.GapStart, letters(s))
	}
	if want := []int32{0, 1, 2, 0, 0, 1, 1, 0}; !slices.Equal(o.WaitingRank, want) {
		t.Fatalf("waiting ranks %d, want %d", o.WaitingRank, want)
	}
	// Inès takes law, which leaves biology unanswered; Thibault says nothing.
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 0))
	must(t, s, says(t, "2023-06-01 09:01:00", aicha, campaign.Refused, 7))

	d, _ = morning(t, s, "2023-06-02 06:00:00", three)
	if letters(s) != "aWWooWox" {
		t.Fatalf("day 2: %s", letters(s))
	}
	if g := d.Groups[law]; g.LastCalled != 1 || g.LastCalledBefore != 0 {
		t.Errorf("day 2: law called up to %d, and %d some days before", g.LastCalled, g.LastCalledBefore)
	}
	// Aïcha's place in history went to Thibault; he takes biology, then prefers history.
	must(t, s, says(t, "2023-06-03 23:59:59.999999999", thibault, campaign.Accepted, 4))
	must(t, s, says(t, "2023-06-04 12:00:00", thibault, campaign.Accepted, 6))
	if letters(s) != "aWWoxWax" {
		t.Fatalf("day 4: %s", letters(s))
	}

	// At the end of 4 June what Inès left without an answer is refused; law stays hers.
	d, o = morning(t, s, "2023-06-05 06:00:00", three)
	if letters(s) != "aWWxxoax" {
		t.Fatalf("day 5: %s", letters(s))
	}
	if d.WaitingRank[1] != 1 || o.WaitingRank[1] != 1 {
		t.Errorf("Malo waits at rank %d, then %d", d.WaitingRank[1], o.WaitingRank[1])
	}
	must(t, s,
		says(t, "2023-06-05 10:00:00", malo, campaign.Kept, 1),
		says(t, "2023-06-05 10:00:00", malo, campaign.Accepted, 5),
		says(t, "2023-06-05 11:00:00", ines, campaign.Resigned, campaign.NoWish))

	d, o = morning(t, s, "2023-06-06 06:00:00", three)
	if letters(s) != "xoWxxaax" {
		t.Fatalf("day 6: %s", letters(s))
	}
	// Day 6 less 5 is the first one.
	if g := d.Groups[biology]; g.LastCalled != 3 || g.LastCalledBefore != 2 {
		t.Errorf("day 6: biology called up to %d, and %d some days before", g.LastCalled, g.LastCalledBefore)
	}

	var log []string
	for e := range s.Log().Since(0) {
		log = append(log, fmt.Sprintf("%d: %s", e.Day, e))
	}
	want := strings.TrimSpace(`
1: candidate 0, wish 0: sent by the computation
1: candidate 0, wish 3: sent by the computation
1: candidate 3, wish 4: sent by the computation
1: candidate 2, wish 7: sent by the computation
1: published by the computation
1: candidate 0, wish 0: accepted by the candidate
1: candidate 2, wish 7: refused by the candidate
2: candidate 3, wish 6: sent by the computation
2: published by the computation
3: candidate 3, wish 4: accepted by the candidate
4: candidate 3, wish 6: accepted by the candidate
4: candidate 3, wish 4: given up by accepting another
5: candidate 0, wish 3: lapsed by the deadline
5: candidate 1, wish 5: sent by the computation
5: published by the computation
5: candidate 1, wish 1: kept by the candidate
5: candidate 1, wish 5: accepted by the candidate
5: candidate 0: resigned by the candidate
5: candidate 0, wish 0: given up by resigning
6: candidate 1, wish 1: sent by the computation
6: published by the computation`)
	if got := strings.Join(log, "\n"); got != want {
		t.Errorf("the log is\n%s\nwant\n%s", got, want)
	}
	replayed(t, cfg, s, o.WaitingRank)
}

func TestADayIsComputedOnlyInItsOrder(t *testing.T) {
	_, s := house(t, []wish{{who: ines, group: law, rank: 1}, {who: malo, group: law, rank: 2}})
	groups, beds := places(1, 1, 1), []int64{0}
	if _, err := s.Freeze(in(t, "2023-05-31 23:59:59"), groups, beds); err == nil {
		t.Error("a day before the opening is computed")
	}
	if err := s.Publish(in(t, "2023-06-01 06:00:00"), campaign.Outcome{}); err == nil {
		t.Error("a day that nobody froze is published")
	}
	d, err := s.Freeze(in(t, "2023-06-01 06:00:00"), groups, beds)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Freeze(in(t, "2023-06-01 06:00:00"), groups, beds); err == nil {
		t.Error("a day is frozen twice")
	}
	if _, err := s.Lapse(in(t, "2023-06-01 06:00:00")); err == nil {
		t.Error("something lapses while a day is computed")
	}
	mustNot(t, s, says(t, "2023-06-01 06:30:00", malo, campaign.Dropped, 1), campaign.NotFrozen)
	if err := s.Publish(in(t, "2023-06-02 06:00:00"), compute(s.Roll(), d)); err == nil {
		t.Error("a day is published on another one")
	}
	// What failed may be computed again, after answers that came meanwhile.
	s.Thaw()
	must(t, s, says(t, "2023-06-01 06:30:00", malo, campaign.Kept, 1))
	if _, err := s.Freeze(in(t, "2023-06-01 06:00:00"), groups, beds); err == nil {
		t.Error("a day is frozen before the last event")
	}
	morning(t, s, "2023-06-01 07:00:00", groups)
	if _, err := s.Freeze(in(t, "2023-06-01 09:00:00"), groups, beds); err == nil {
		t.Error("a day is computed again after its publication")
	}
	if _, err := s.Freeze(in(t, "2023-06-02 09:00:00"), places(1), beds); err == nil {
		t.Error("a group without places is computed")
	}
	// A late proposal would hold its place.
	if _, err := s.Freeze(in(t, "2023-06-05 06:00:00"), groups, beds); err == nil {
		t.Error("a day is frozen before what is late has lapsed")
	}
	if n, err := s.Lapse(in(t, "2023-06-05 06:00:00")); n != 1 || err != nil {
		t.Errorf("%d proposals lapse: %v", n, err)
	}
	if n, err := s.Lapse(in(t, "2023-06-05 06:00:00")); n != 0 || err != nil {
		t.Errorf("%d proposals lapse again: %v", n, err)
	}
}

// What a day gives to compute with is its own: writing in it moves nothing.
func TestAFrozenDayIsTheCallersOwn(t *testing.T) {
	_, s := house(t, []wish{{who: ines, group: law, rank: 1}})
	groups := places(1, 1, 1)
	d, err := s.Freeze(in(t, "2023-06-01 06:00:00"), groups, []int64{0})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Digest()
	d.Status[0], d.Preference[0], d.WaitingRank[0], d.IgnoreInWait[0], d.IgnoreInBars[0], d.Groups[0].Places = core.Accepted, 9, 9, true, true, 9
	if s.Digest() != before || groups[0].Places != 1 {
		t.Error("writing in a frozen day changes the campaign")
	}
}

func TestAnOutcomeThatDoesNotFollowIsRefusedWhole(t *testing.T) {
	wishes := []wish{
		{who: ines, group: law, rank: 1},
		{who: ines, group: biology, rank: 1},
		{who: malo, group: law, rank: 2},
		{who: aicha, group: law, rank: 0, status: core.Dropped},
		{who: thibault, group: history, kind: core.OutsideMain, status: core.Accepted},
		{who: malo, group: history, rank: 1, kind: core.OutsideMain},
	}
	for _, tt := range []struct {
		name, before, after string
		ranks               []int32
		ok                  bool
	}{
		{"proposals and waiting ranks", "WWWdaW", "PPWdaP", []int32{0, 0, 1, 0, 0, 0}, true},
		{"nothing happens", "WWWdaW", "WWWdaW", make([]int32, 6), true},
		{"a wish too few", "WWWdaW", "PPWda", make([]int32, 5), false},
		{"a rank too few", "WWWdaW", "PPWdaP", make([]int32, 5), false},
		{"a dropped wish that comes back", "WWWdaW", "PPWWaP", make([]int32, 6), false},
		{"a place outside the main phase that is taken away", "WWWdaW", "PPWdrP", make([]int32, 6), false},
		{"a letter that is none", "WWWdaW", "?PWdaP", make([]int32, 6), false},
		{"an acceptance that nobody asked for", "WWWdaW", "APWdaP", make([]int32, 6), false},
		{"a refusal that nobody asked for", "WWWdaW", "xPWdaP", make([]int32, 6), false},
		{"a wish given up by a machine that is off", "WWWdaW", "PqWdaP", make([]int32, 6), false},
		{"a wish given up by the gap phase before it", "WWWdaW", "PgWdaP", make([]int32, 6), false},
		{"a waiting rank of a proposal", "WWWdaW", "PPWdaP", []int32{1, 0, 1, 0, 0, 0}, false},
		{"a negative waiting rank", "WWWdaW", "PPWdaP", []int32{0, 0, -1, 0, 0, 0}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, s := house(t, wishes)
			if got := letters(s); got != tt.before {
				t.Fatalf("it begins as %s", got)
			}
			if _, err := s.Freeze(in(t, "2023-06-01 06:00:00"), places(1, 1, 1), []int64{0}); err != nil {
				t.Fatal(err)
			}
			before := s.Digest()
			o := campaign.Outcome{WaitingRank: tt.ranks}
			for _, l := range []byte(tt.after) {
				o.Status = append(o.Status, core.Status(l))
			}
			err := s.Publish(in(t, "2023-06-01 07:00:00"), o)
			if (err == nil) != tt.ok {
				t.Fatalf("%v", err)
			}
			if !tt.ok && s.Digest() != before {
				t.Error("refused, and something changed")
			}
		})
	}
}

func TestAMainPhaseProposalNeedsADelayThatTheCalendarStates(t *testing.T) {
	_, s := house(t, []wish{{who: ines, group: law, rank: 1}}, "gap-sending:\n  - {missing: nobody says}")
	if _, err := s.Freeze(in(t, "2023-07-08 06:00:00"), places(1, 1, 1), []int64{0}); err != nil {
		t.Fatal(err)
	}
	err := s.Publish(in(t, "2023-07-08 07:00:00"), campaign.Outcome{Status: []core.Status{core.Proposed}, WaitingRank: []int32{0}})
	if err == nil || !strings.Contains(err.Error(), "gap-sending") {
		t.Errorf("a proposal without a deadline: %v", err)
	}
}

// Law has a place more each day, but on the third, when nobody computes.
func TestTheRanksCalledAreThoseOfEarlierDaysAndOfFiveDaysBefore(t *testing.T) {
	var wishes []wish
	for rank := range int32(12) {
		wishes = append(wishes, wish{who: core.Candidate(rank % 4), group: law, rank: rank + 1, kind: core.OutsideMain})
	}
	for day, want := range map[int][2]int64{1: {0, 0}, 2: {1, 0}, 4: {2, 0}, 5: {4, 0}, 6: {5, 1}, 7: {6, 2}, 8: {7, 2}, 9: {8, 4}} {
		_, s := house(t, wishes)
		for past := 1; past <= day; past++ {
			if past == 3 {
				continue
			}
			d, _ := morning(t, s, fmt.Sprintf("2023-06-%02d 06:00:00", past), places(int64(past), 1, 1))
			if got := [2]int64{d.Groups[law].LastCalled, d.Groups[law].LastCalledBefore}; past == day && got != want {
				t.Errorf("day %d: called up to %d, want %d", day, got, want)
			}
			for i := range int32(len(wishes)) { // nobody lets go of a place
				if s.Status(i) == core.Pending {
					must(t, s, says(t, fmt.Sprintf("2023-06-%02d 09:00:00", past), wishes[i].who, campaign.Accepted, i))
				}
			}
		}
	}
}
