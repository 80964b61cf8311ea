package campaign_test

import (
	"errors"
	"testing"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/coretest"
)

// opened is a campaign on the evening of its first day: Inès is proposed law and biology, Malo history; Malo waits for law.
func opened(t testing.TB, blocks ...string) (campaign.Config, *campaign.State) {
	cfg, s := house(t, []wish{
		{who: ines, group: law, rank: 1},                           // 0
		{who: ines, group: biology, rank: 1},                       // 1
		{who: malo, group: law, rank: 2},                           // 2
		{who: malo, group: history, rank: 1},                       // 3
		{who: aicha, group: biology, rank: 2},                      // 4
		{who: thibault, group: law, rank: 0, status: core.Dropped}, // 5, never ranked
	}, blocks...)
	morning(t, s, "2023-06-01 06:00:00", places(1, 1, 1))
	if letters(s) != "ooWoWd" {
		t.Fatalf("the first day ends as %s", letters(s))
	}
	return cfg, s
}

// firstRanks are the waiting ranks shown that day.
var firstRanks = []int32{0, 0, 1, 0, 1, 0}

func TestAnAnswerIsInTimeUntilTheLastInstantOfTheDeadlinesDay(t *testing.T) {
	for _, tt := range []struct {
		name, clock string
		ok          bool
	}{
		{"at once", "2023-06-01 07:00:00", true},
		{"in the last second", "2023-06-04 23:59:59", true},
		{"in its last nanosecond", "2023-06-04 23:59:59.999999999", true},
		{"at midnight", "2023-06-05 00:00:00", false},
		{"a week later", "2023-06-11 12:00:00", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, kind := range []campaign.Kind{campaign.Accepted, campaign.Refused} {
				_, s := opened(t)
				if due, ok := s.Due(0); !ok || due != coretest.Date(t, "2023-06-04") {
					t.Fatalf("due %s, %v", due, ok)
				}
				if e := says(t, tt.clock, ines, kind, 0); tt.ok {
					must(t, s, e)
				} else {
					// Whether or not somebody has written the lapse down.
					mustNot(t, s, e, campaign.BeforeDeadline)
					if _, err := s.Lapse(in(t, tt.clock)); err != nil {
						t.Fatal(err)
					}
					mustNot(t, s, e, campaign.ProposalStands)
				}
			}
		})
	}
}

// The day on which clocks go forward or back has its whole evening for answers.
func TestAnAnswerOnTheDayOnWhichClocksChangeIsInTime(t *testing.T) {
	for _, tt := range []struct{ year, opening, deadline, in, late string }{
		{"2023", "2023-03-25", "2023-03-26", "2023-03-26T21:59:59.999Z", "2023-03-26T22:00:00Z"},
		{"2023", "2023-10-28", "2023-10-29", "2023-10-29T22:59:59.999Z", "2023-10-29T23:00:00Z"},
	} {
		cell := func(key string) string { return key + ": {day: " + tt.deadline + ", source: x}" }
		after := coretest.Date(t, tt.deadline) + 1
		_, s := house(t, []wish{{who: ines, group: law, rank: 1}},
			"opening: {day: "+tt.opening+", source: x}", "sending:\n  - {from: "+tt.opening+", days-after: 1, source: x}", cell("last-sending"), cell("main-phase-end"),
			"gap-start: {day: "+after.String()+", source: x}", "gap-sending:\n  - {missing: x}",
			"examinations:\n  - {effect: suspend, from: 2023-01-01, until: 2023-01-02, source: x}")
		offset := "T06:00:00+01:00"
		first, err := time.Parse(time.RFC3339, tt.opening+offset)
		if err != nil {
			t.Fatal(err)
		}
		s.Thaw()
		d, err := s.Freeze(first, places(1, 1, 1), []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Publish(first, compute(s.Roll(), d)); err != nil {
			t.Fatal(err)
		}
		late, _ := time.Parse(time.RFC3339, tt.late)
		in, _ := time.Parse(time.RFC3339Nano, tt.in)
		e := campaign.Event{Kind: campaign.Accepted, Cause: campaign.ByCandidate, At: late, Candidate: ines, Wish: 0}
		mustNot(t, s, e, campaign.BeforeDeadline)
		e.At = in
		must(t, s, e)
	}
}

func TestAcceptingAnotherProposalGivesUpTheFormerAndNothingElse(t *testing.T) {
	cfg, s := opened(t)
	must(t, s, says(t, "2023-06-01 09:00:00", malo, campaign.Accepted, 3))
	if got := letters(s); got != "ooWaWd" {
		t.Fatalf("accepting history gives %s: law must go on waiting", got)
	}
	must(t, s, says(t, "2023-06-01 10:00:00", ines, campaign.Accepted, 0))
	if got := letters(s); got != "aoWaWd" {
		t.Fatalf("accepting law gives %s: biology may be answered until its deadline", got)
	}
	must(t, s, says(t, "2023-06-02 10:00:00", ines, campaign.Accepted, 1))
	if got := letters(s); got != "xaWaWd" {
		t.Fatalf("accepting biology gives %s", got)
	}
	last := s.Log().Event(s.Log().Len())
	if last.Kind != campaign.GivenUp || last.Cause != campaign.ByAnother || last.Wish != 0 {
		t.Errorf("the log ends with %s", last)
	}
	mustNot(t, s, says(t, "2023-06-02 11:00:00", ines, campaign.Accepted, 0), campaign.ProposalStands)
	replayed(t, cfg, s, firstRanks)
}

func TestSilenceOnANewProposalNeverCostsAnAcceptedOne(t *testing.T) {
	_, s := opened(t)
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 0))
	if n, err := s.Lapse(in(t, "2023-06-05 06:00:00")); n != 2 || err != nil {
		t.Fatalf("%d lapse: %v", n, err)
	}
	if got := letters(s); got != "axWxWd" {
		t.Errorf("after the deadline %s", got)
	}
	if _, err := s.Lapse(in(t, "2023-07-20 06:00:00")); err != nil || letters(s) != "axWxWd" {
		t.Errorf("much later %s: %v", letters(s), err)
	}
}

func TestAPlaceOutsideTheMainPhaseIsKeptBesideAnother(t *testing.T) {
	_, s := house(t, []wish{
		{who: ines, group: law, kind: core.OutsideMain, status: core.Accepted},
		{who: ines, group: biology, rank: 1},
	})
	morning(t, s, "2023-06-01 06:00:00", places(1, 1, 1))
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 1))
	if got := letters(s); got != "aa" {
		t.Errorf("accepting biology gives %s", got)
	}
}

func TestAProposalIsAnsweredOnceAndByItsCandidate(t *testing.T) {
	_, s := opened(t)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", malo, campaign.Accepted, 0), campaign.OwnWish)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, -1), campaign.OwnWish)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 99), campaign.OwnWish)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", 99, campaign.Accepted, 0), campaign.OwnWish)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", malo, campaign.Accepted, 2), campaign.ProposalStands)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Dropped, 0), campaign.Waits)
	mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.GivenUp, 0), campaign.HoldsIt)
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Refused, 0))
	for _, kind := range []campaign.Kind{campaign.Accepted, campaign.Refused} {
		mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, kind, 0), campaign.ProposalStands)
	}
	// What was accepted can still be left, without another one.
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 1), says(t, "2023-06-09 09:00:00", ines, campaign.GivenUp, 1))
	if got := letters(s); got != "xxWoWd" {
		t.Errorf("it ends as %s", got)
	}
}

func TestNothingIsAppliedOutsideTheOrderOfTheLog(t *testing.T) {
	_, s := opened(t)
	mustNot(t, s, says(t, "2023-06-01 06:59:59", ines, campaign.Accepted, 0), campaign.InOrder)
	mustNot(t, s, says(t, "2023-05-31 23:59:59", ines, campaign.Accepted, 0), campaign.CampaignOpen)
	mustNot(t, s, says(t, "2025-06-01 09:00:00", ines, campaign.Accepted, 0), campaign.CampaignOpen)
	mustNot(t, s, campaign.Event{Kind: campaign.Accepted, Cause: campaign.ByCandidate, At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Candidate: ines}, campaign.CampaignOpen)
}

// What follows from a rule is appended by the rule, and by nobody's hand.
func TestARuleIsAppliedByNobodysHand(t *testing.T) {
	_, s := opened(t)
	for kind := campaign.Sent; kind <= campaign.Published; kind++ {
		for cause := campaign.ByComputation; cause <= campaign.ByLapseInGap; cause++ {
			mustNot(t, s, campaign.Event{Kind: kind, Cause: cause, At: in(t, "2023-06-06 09:00:00"), Candidate: ines, Wish: 0}, campaign.ByAPerson)
		}
	}
	for _, kind := range []campaign.Kind{0, campaign.Sent, campaign.Lapsed, campaign.Inserted, campaign.Published, campaign.Published + 1} {
		mustNot(t, s, says(t, "2023-06-01 09:00:00", ines, kind, 0), campaign.OneOfTheLog)
	}
}

func TestWhoResignsGivesUpEverythingForGood(t *testing.T) {
	cfg, s := opened(t)
	_, o := morning(t, s, "2023-06-02 06:00:00", places(1, 1, 1))
	mustNot(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Resigned, 2), campaign.OnNoWish)
	must(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Resigned, campaign.NoWish))
	if got := letters(s); got != "oodxWd" {
		t.Fatalf("resigning gives %s", got)
	}
	for e := range s.Log().Since(s.Log().Len() - 2) {
		if e.Cause != campaign.ByResigning {
			t.Errorf("%s", e)
		}
	}
	mustNot(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Resigned, campaign.NoWish), campaign.NotResigned)
	mustNot(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Reinstated, 2), campaign.NotResigned)
	replayed(t, cfg, s, o.WaitingRank)
}

func TestADroppedWishMayWaitAgainAndARefusalStaysOne(t *testing.T) {
	cfg, s := opened(t)
	_, o := morning(t, s, "2023-06-02 06:00:00", places(1, 1, 1))
	must(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Dropped, 2), says(t, "2023-06-02 09:00:00", malo, campaign.Refused, 3))
	mustNot(t, s, says(t, "2023-06-02 09:00:00", malo, campaign.Kept, 2), campaign.Waits)
	mustNot(t, s, says(t, "2023-06-02 10:00:00", malo, campaign.Reinstated, 3), campaign.WasDropped)
	mustNot(t, s, says(t, "2023-06-02 10:00:00", ines, campaign.Reinstated, 0), campaign.WasDropped)
	mustNot(t, s, says(t, "2023-06-02 10:00:00", aicha, campaign.Reinstated, 4), campaign.WasDropped)
	mustNot(t, s, says(t, "2023-06-02 10:00:00", thibault, campaign.Reinstated, 5), campaign.WasRanked)

	must(t, s, says(t, "2023-06-02 11:00:00", malo, campaign.Reinstated, 2))
	if got := letters(s); got != "ooWxWd" {
		t.Fatalf("reinstating gives %s", got)
	}
	replayed(t, cfg, s, o.WaitingRank)
	d, err := s.Freeze(in(t, "2023-06-03 06:00:00"), places(1, 1, 1), []int64{0})
	if err != nil {
		t.Fatal(err)
	}
	// It waits with its call rank, is left out of what is shown, and has no rank of
	// yesterday; whoever waited all along has theirs.
	if d.WaitingRank[2] != 0 || !d.IgnoreInWait[2] || !d.IgnoreInBars[2] || s.Roll().Wishes.CallRank[2] != 2 {
		t.Errorf("reinstated: rank of yesterday %d, left out %v and %v, call rank %d", d.WaitingRank[2], d.IgnoreInWait[2], d.IgnoreInBars[2], s.Roll().Wishes.CallRank[2])
	}
	if d.WaitingRank[4] != 1 || d.IgnoreInWait[4] || d.IgnoreInBars[4] {
		t.Errorf("Aïcha, who did nothing: rank of yesterday %d, left out %v", d.WaitingRank[4], d.IgnoreInWait[4])
	}
}

func TestAForgottenWishIsInsertedAtItsRankAndMovesNoProposal(t *testing.T) {
	cfg, s := opened(t)
	insert := campaign.Event{Kind: campaign.Inserted, Cause: campaign.ByCorrection, At: in(t, "2023-06-01 09:00:00"), Candidate: thibault, Wish: 5, Rank: 1, By: "board-17"}

	for _, act := range []core.Act{"", "thibault", "Board 17"} {
		e := insert
		e.By = act
		mustNot(t, s, e, campaign.PersonAnswers)
	}
	for _, rank := range []int32{0, -1, 1<<31 - 1} {
		e := insert
		e.Rank = rank
		mustNot(t, s, e, campaign.RankPositive)
	}
	e := insert
	e.Candidate, e.Wish = ines, 0
	mustNot(t, s, e, campaign.NotRankedYet)

	must(t, s, insert)
	w := &s.Roll().Wishes
	if got := letters(s); got != "ooWoWW" {
		t.Errorf("inserting gives %s", got)
	}
	// Law: Thibault before the former first and second, whose shown ranks stay.
	if w.CallRank[5] != 1 || w.CallRank[0] != 2 || w.CallRank[2] != 3 || w.ShownRank[0] != 1 || w.ShownRank[2] != 2 || w.ShownRank[5] != 1 {
		t.Errorf("call ranks %d, shown %d", w.CallRank, w.ShownRank)
	}
	if w.CallRank[1] != 1 || w.CallRank[4] != 2 {
		t.Errorf("another group moved: %d", w.CallRank)
	}
	if cfg.Roll.Wishes.CallRank[0] != 1 {
		t.Error("the roll that was given is changed")
	}
	d, o := morning(t, s, "2023-06-02 06:00:00", places(1, 1, 1))
	// Inès was the last one called, and is the second now.
	if d.Groups[law].LastCalled != 2 || !d.IgnoreInWait[5] || d.IgnoreInWait[2] {
		t.Errorf("law called up to %d, left out %v", d.Groups[law].LastCalled, d.IgnoreInWait)
	}
	replayed(t, cfg, s, o.WaitingRank)
}

func TestReRankingMovesBothTwinsAndRevivesNoneThatWasDropped(t *testing.T) {
	_, s := house(t, []wish{
		{who: ines, group: law, rank: 3},
		{who: ines, group: law, rank: 3, kind: core.WithBoarding},
		{who: malo, group: law, rank: 1},
		{who: aicha, group: law, rank: 2},
	})
	must(t, s, says(t, "2023-06-01 00:00:00", ines, campaign.Dropped, 1),
		campaign.Event{Kind: campaign.Inserted, Cause: campaign.ByCorrection, At: in(t, "2023-06-01 01:00:00"), Candidate: ines, Wish: 0, Rank: 2, By: "board-3"})
	w := &s.Roll().Wishes
	if got := letters(s); got != "WdWW" || w.CallRank[0] != 2 || w.CallRank[1] != 2 || w.CallRank[2] != 1 || w.CallRank[3] != 3 {
		t.Errorf("%s, call ranks %d", got, w.CallRank)
	}
}

func TestTheAnsweringMachineKnowsWhatItWillDo(t *testing.T) {
	const on = "2023-07-10 09:00:00"
	wishes := []wish{
		{who: ines, group: law, rank: 1},
		{who: ines, group: biology, rank: 2},
		{who: ines, group: history, rank: 2},
		{who: malo, group: biology, rank: 1},
		{who: malo, group: history, rank: 1},
	}
	begin := func(t *testing.T) (campaign.Config, *campaign.State) {
		cfg, s := house(t, wishes)
		morning(t, s, "2023-07-05 06:00:00", places(1, 1, 1))
		must(t, s, says(t, "2023-07-05 09:00:00", ines, campaign.Accepted, 0), says(t, "2023-07-05 09:00:00", malo, campaign.Accepted, 3))
		if _, err := s.Lapse(in(t, "2023-07-09 06:00:00")); err != nil {
			t.Fatal(err)
		}
		if letters(s) != "aWWax" {
			t.Fatalf("it begins as %s", letters(s))
		}
		return cfg, s
	}
	_, s := begin(t)
	for _, tt := range []struct {
		clock string
		order []int32
		rule  campaign.Rule
	}{
		{"2023-07-09 09:00:00", []int32{1, 2, 0}, campaign.MachineOpen},
		{"2023-08-20 00:00:00", []int32{1, 2, 0}, campaign.MachineOpen},
		{on, []int32{1}, campaign.OrderComplete},
		{on, nil, campaign.OrderComplete},
		{on, []int32{1, 1, 2}, campaign.OrderOfOwn},
		{on, []int32{1, 2, 3}, campaign.OrderOfOwn},
		{on, []int32{1, 2, -1}, campaign.OrderOfOwn},
		{on, []int32{1, 2, 0, 1}, campaign.OrderOfOwn},
		{on, []int32{1, 0, 2}, campaign.OrderUseful},
	} {
		e := says(t, tt.clock, ines, campaign.MachineOn, campaign.NoWish, tt.order...)
		mustNot(t, s, e, tt.rule)
	}
	mustNot(t, s, says(t, on, ines, campaign.MachineOff, campaign.NoWish), campaign.MachineIsOn)

	cfg, s := begin(t)
	must(t, s, says(t, on, ines, campaign.MachineOn, campaign.NoWish, 2, 1, 0), says(t, on, malo, campaign.GivenUp, 3))
	mustNot(t, s, says(t, on, ines, campaign.Ordered, campaign.NoWish, 1, 2), campaign.OrderingOpen)
	must(t, s, says(t, on, ines, campaign.MachineOn, campaign.NoWish, 1, 2, 0)) // another order
	must(t, s, says(t, on, malo, campaign.MachineOn, campaign.NoWish))
	d, o := morning(t, s, "2023-07-11 06:00:00", places(1, 1, 0))
	if len(d.Answering) != 2 || d.Preference[1] != 1 || d.Preference[2] != 2 || d.Preference[0] != 3 {
		t.Fatalf("answering %d, preferences %d", d.Answering, d.Preference)
	}
	// A place in biology, the preferred one: taken, and the rest is given up.
	if got := letters(s); got != "xadxx" {
		t.Errorf("the day ends as %s", got)
	}
	if !s.Answering(ines) {
		t.Error("the machine is off")
	}
	replayed(t, cfg, s, o.WaitingRank)

	// A wish that came back would wait without a place in the order.
	mustNot(t, s, says(t, "2023-07-11 09:00:00", ines, campaign.Reinstated, 2), campaign.MachineIsOff)
	must(t, s, says(t, "2023-07-11 09:00:00", ines, campaign.MachineOff, campaign.NoWish), says(t, "2023-07-11 09:00:00", ines, campaign.Reinstated, 2))
}

func TestTheAnsweringMachineHasNoDeadlineAndBringsNoLapseBack(t *testing.T) {
	wishes := []wish{{who: ines, group: law, rank: 1}, {who: ines, group: biology, rank: 2}, {who: malo, group: biology, rank: 1}}
	_, s := house(t, wishes)
	morning(t, s, "2023-07-10 06:00:00", places(1, 1, 1))
	if letters(s) != "oWo" {
		t.Fatalf("the day ends as %s", letters(s))
	}
	on := says(t, "2023-07-11 23:00:00", ines, campaign.MachineOn, campaign.NoWish, 1)
	late := says(t, "2023-07-12 00:00:00", ines, campaign.MachineOn, campaign.NoWish, 1)
	mustNot(t, s, late, campaign.BeforeDeadline)
	must(t, s, on)
	if due, ok := s.Due(0); ok {
		t.Errorf("due %s", due)
	}
	if n, err := s.Lapse(in(t, "2023-07-15 06:00:00")); n != 1 || err != nil || letters(s) != "oWx" {
		t.Fatalf("%d lapse, %s: %v", n, letters(s), err)
	}
	// Off, the deadline would have passed at once.
	mustNot(t, s, says(t, "2023-07-15 09:00:00", ines, campaign.MachineOff, campaign.NoWish), campaign.AnswerFirst)
	must(t, s, says(t, "2023-07-15 09:00:00", ines, campaign.Accepted, 0), says(t, "2023-07-15 09:00:00", ines, campaign.MachineOff, campaign.NoWish))
}

func TestTheAnsweringMachineIsNotSwitchedOnWithTwoProposals(t *testing.T) {
	_, s := house(t, []wish{{who: ines, group: law, rank: 1}, {who: ines, group: biology, rank: 1}})
	morning(t, s, "2023-07-10 06:00:00", places(1, 1, 1))
	mustNot(t, s, says(t, "2023-07-10 09:00:00", ines, campaign.MachineOn, campaign.NoWish), campaign.OneProposal)
	must(t, s, says(t, "2023-07-10 09:00:00", ines, campaign.Refused, 0), says(t, "2023-07-10 09:00:00", ines, campaign.MachineOn, campaign.NoWish))
	must(t, s, says(t, "2023-07-10 09:00:00", ines, campaign.Resigned, campaign.NoWish))
	if s.Answering(ines) || letters(s) != "xx" {
		t.Errorf("after resigning: %s, machine %v", letters(s), s.Answering(ines))
	}
}

func TestWishesAreOrderedInTheirPeriod(t *testing.T) {
	_, s := opened(t)
	for clock, rule := range map[string]campaign.Rule{"2023-06-29 23:59:59": campaign.OrderingOpen, "2023-07-04 00:00:00": campaign.OrderingOpen, "2023-07-03 23:59:59": ""} {
		_, s := opened(t)
		e := says(t, clock, malo, campaign.Ordered, campaign.NoWish, 2)
		if rule != "" {
			mustNot(t, s, e, rule)
			continue
		}
		must(t, s, e)
		d, err := s.Freeze(in(t, "2023-07-03 23:59:59"), places(1, 1, 1), []int64{0})
		if err == nil {
			t.Errorf("late proposals, and a day: %v", d)
		}
	}
	mustNot(t, s, says(t, "2023-06-30 09:00:00", malo, campaign.Ordered, campaign.NoWish, 2, 2), campaign.OrderOfOwn)
	mustNot(t, s, says(t, "2023-06-30 09:00:00", malo, campaign.Ordered, campaign.NoWish, 0), campaign.OrderOfOwn)
	mustNot(t, s, says(t, "2023-06-30 09:00:00", thibault, campaign.Ordered, campaign.NoWish, 5), campaign.OrderOfOwn)
}

func TestTheRuleOfTheGapPhaseTouchesOrderedWishesFromItsFirstDay(t *testing.T) {
	wishes := []wish{{who: ines, group: law, rank: 1}, {who: ines, group: biology, rank: 1}, {who: ines, group: history, rank: 1}, {who: malo, group: law, rank: 2}}
	begin := func(t *testing.T, order ...int32) (campaign.Config, *campaign.State) {
		cfg, s := house(t, wishes)
		if order != nil {
			must(t, s, says(t, "2023-07-01 09:00:00", ines, campaign.Ordered, campaign.NoWish, order...))
		}
		return cfg, s
	}
	publish := func(s *campaign.State, clock, outcome string) error {
		if _, err := s.Freeze(in(t, clock), places(1, 1, 1), []int64{0}); err != nil {
			t.Fatal(err)
		}
		o := campaign.Outcome{WaitingRank: make([]int32, len(outcome))}
		for _, l := range []byte(outcome) {
			o.Status = append(o.Status, core.Status(l))
		}
		return s.Publish(in(t, clock), o)
	}
	for _, tt := range []struct {
		name, clock, outcome string
		order                []int32
		ok                   bool
	}{
		{"the rest of the order is given up", "2023-07-08 06:00:00", "PghW", []int32{0, 1, 2}, true},
		{"a day earlier nothing is", "2023-07-07 06:00:00", "WggW", []int32{0, 1, 2}, false},
		{"without an order nothing is", "2023-07-08 06:00:00", "PghW", nil, false},
		{"what was not ordered is left", "2023-07-08 06:00:00", "PghW", []int32{0, 1}, false},
		{"nobody loses without getting", "2023-07-08 06:00:00", "WghW", []int32{0, 1, 2}, false},
		{"the machine of nobody gives nothing up", "2023-07-08 06:00:00", "PqrW", []int32{0, 1, 2}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, s := begin(t, tt.order...)
			err := publish(s, tt.clock, tt.outcome)
			if (err == nil) != tt.ok {
				t.Fatalf("%v", err)
			}
			if tt.ok {
				if got := letters(s); got != "odxW" {
					t.Errorf("it ends as %s", got)
				}
				replayed(t, cfg, s, make([]int32, 4))
			}
		})
	}
}

// Both rules were reported of some campaigns, and a calendar that does not state them
// has neither.
func TestWaitingWishesAreConfirmedOnlyWhereTheCalendarSaysSo(t *testing.T) {
	const rule = "rules:\n  confirm-days: {count: 3, source: x}\n  gap-lapse-drops: {missing: x}"
	for _, tt := range []struct {
		name, rules, confirmed, want string
	}{
		{"without the rule they wait on", "rules:\n  confirm-days: {missing: x}\n  gap-lapse-drops: {missing: x}", "", "xxWxWd"},
		{"unconfirmed, they are dropped", rule, "", "xxdxWd"},
		{"confirmed on the third day, they wait on", rule, "2023-06-07 23:59:59", "xxWxWd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, s := opened(t, tt.rules)
			if _, err := s.Lapse(in(t, "2023-06-05 06:00:00")); err != nil {
				t.Fatal(err)
			}
			until, asked := s.ConfirmBy(malo)
			if asked != (tt.rules == rule) || asked && until != coretest.Date(t, "2023-06-07") {
				t.Errorf("to be confirmed until %s, %v", until, asked)
			}
			if _, asked := s.ConfirmBy(ines); asked {
				t.Error("Inès, who waits for nothing, confirms something")
			}
			if tt.confirmed != "" {
				must(t, s, says(t, tt.confirmed, malo, campaign.Confirmed, campaign.NoWish))
			}
			if n, err := s.Lapse(in(t, "2023-06-08 06:00:00")); n != 0 || err != nil {
				t.Fatalf("%d lapse: %v", n, err)
			}
			if got := letters(s); got != tt.want {
				t.Errorf("it ends as %s, want %s", got, tt.want)
			}
			mustNot(t, s, says(t, "2023-06-08 09:00:00", malo, campaign.Confirmed, campaign.NoWish), campaign.ConfirmationOpen)
			replayed(t, cfg, s, firstRanks)
		})
	}
}

func TestConfirmingIsForWhomEverythingLapsed(t *testing.T) {
	_, s := opened(t, "rules:\n  confirm-days: {count: 3, source: x}\n  gap-lapse-drops: {missing: x}")
	must(t, s, says(t, "2023-06-01 09:00:00", malo, campaign.Accepted, 3))
	if _, err := s.Lapse(in(t, "2023-06-05 06:00:00")); err != nil {
		t.Fatal(err)
	}
	if _, asked := s.ConfirmBy(malo); asked {
		t.Error("Malo, who accepted, confirms something")
	}
	// Too late, and not written down yet: neither confirmed nor computed with.
	_, s = opened(t, "rules:\n  confirm-days: {count: 3, source: x}\n  gap-lapse-drops: {missing: x}")
	if _, err := s.Lapse(in(t, "2023-06-05 06:00:00")); err != nil {
		t.Fatal(err)
	}
	mustNot(t, s, says(t, "2023-06-08 00:00:00", malo, campaign.Confirmed, campaign.NoWish), campaign.ConfirmationOpen)
	mustNot(t, s, campaign.Event{Kind: campaign.Inserted, Cause: campaign.ByCorrection, At: in(t, "2023-06-08 00:00:00"), Candidate: malo, Wish: 2, Rank: 1, By: "board-17"}, campaign.LapseFirst)
	if _, err := s.Freeze(in(t, "2023-06-08 06:00:00"), places(1, 1, 1), []int64{0}); err == nil {
		t.Error("a day is computed with wishes that nobody confirmed")
	}
}

func TestALateLapseInTheGapPhaseDropsWaitingWishesWhereTheCalendarSaysSo(t *testing.T) {
	const rule = "rules:\n  confirm-days: {missing: x}\n  gap-lapse-drops: {day: 2023-07-12, source: x}"
	for _, tt := range []struct{ name, rules, sent, want string }{
		{"without the rule", "rules:\n  confirm-days: {missing: x}\n  gap-lapse-drops: {missing: x}", "2023-07-11 06:00:00", "xWa"},
		{"before its day", rule, "2023-07-10 06:00:00", "xWa"},
		{"from its day", rule, "2023-07-11 06:00:00", "xda"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, s := house(t, []wish{{who: ines, group: law, rank: 1}, {who: ines, group: biology, rank: 2}, {who: malo, group: biology, rank: 1}}, tt.rules)
			morning(t, s, tt.sent, places(1, 1, 1))
			must(t, s, says(t, tt.sent[:11]+"09:00:00", malo, campaign.Accepted, 2))
			if n, err := s.Lapse(in(t, "2023-07-13 06:00:00")); n != 1 || err != nil {
				t.Fatalf("%d lapse: %v", n, err)
			}
			if got := letters(s); got != tt.want {
				t.Errorf("it ends as %s, want %s", got, tt.want)
			}
			replayed(t, cfg, s, []int32{0, 1, 0})
		})
	}
}

func TestACampaignOpensOnlyOnWhatMayBegin(t *testing.T) {
	good := func() campaign.Config {
		cfg, _ := house(t, []wish{{who: ines, group: law, rank: 1}, {who: malo, group: law, rank: 2}})
		return cfg
	}
	if _, err := campaign.New(good()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*campaign.Config){
		"a non":                        func(c *campaign.Config) { c.Answer[1] = core.No },
		"a wish that nobody answered":  func(c *campaign.Config) { c.Answer[0] = core.Unanswered },
		"an answer too few":            func(c *campaign.Config) { c.Answer = c.Answer[:1] },
		"a calendar with holes":        func(c *campaign.Config) { c.Calendar = coretest.Stated(t, 2024) },
		"no calendar":                  func(c *campaign.Config) { c.Calendar = nil },
		"no roll":                      func(c *campaign.Config) { c.Roll = nil },
		"beds kept before the opening": func(c *campaign.Config) { c.ReservationEnd = c.Calendar.Opening - 1 },
		"a proposal already":           func(c *campaign.Config) { c.Status[0] = core.Pending },
		"an accepted main-phase place": func(c *campaign.Config) { c.Status[0] = core.Accepted },
		"a refusal":                    func(c *campaign.Config) { c.Status[0] = core.Refused },
		"waiting without a call rank":  func(c *campaign.Config) { c.Roll.Wishes.CallRank[0] = 0 },
		"a rank beyond any roll":       func(c *campaign.Config) { c.Roll.Wishes.CallRank[0] = core.MaxRank },
		"a candidate nobody knows":     func(c *campaign.Config) { c.Roll.Wishes.Candidate[0] = 4 },
		"a group nobody knows":         func(c *campaign.Config) { c.Roll.Wishes.Group[0] = 3 },
		"a candidate without a track":  func(c *campaign.Config) { c.Track = c.Track[:3] },
		"a track nobody knows":         func(c *campaign.Config) { c.Track[0] = 9 },
		"a status too few":             func(c *campaign.Config) { c.Status = c.Status[:1] },
		"a column too short":           func(c *campaign.Config) { c.Roll.Wishes.Kind = c.Roll.Wishes.Kind[:1] },
	} {
		cfg := good()
		spoil(&cfg)
		if s, err := campaign.New(cfg); err == nil {
			t.Errorf("%s opens a campaign: %v", name, s)
		}
	}
	cfg := good()
	cfg.Status = nil
	if s, err := campaign.New(cfg); err != nil || letters(s) != "WW" {
		t.Errorf("without statuses everybody waits: %v", err)
	}
}

func TestAnErrorNamesPositionsAndTheRule(t *testing.T) {
	_, s := opened(t)
	err := s.Apply(says(t, "2023-06-06 09:00:00", ines, campaign.Accepted, 0))
	if want := "candidate 0, wish 0: accepted by the candidate is refused: an answer comes at or before the deadline"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if !errors.Is(err, campaign.BeforeDeadline) || errors.Is(err, campaign.AfterDeadline) {
		t.Errorf("%v is another rule", err)
	}
}

// An answer counts when it was said, or with a later one that was taken before it on the
// same day; nothing else has two instants.
func TestAnAnswerCountsOnTheDayOnWhichItWasSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(e *campaign.Event)
		rule   campaign.Rule // none: it is taken
	}{
		"as it was said":      {func(*campaign.Event) {}, ""},
		"later that day":      {func(e *campaign.Event) { e.Said = in(t, "2023-06-05 09:00:00") }, ""},
		"before it was said":  {func(e *campaign.Event) { e.Said = in(t, "2023-06-05 14:00:00") }, campaign.SaidThatDay},
		"said the day before": {func(e *campaign.Event) { e.Said = in(t, "2023-06-04 23:59:59.999999999") }, campaign.SaidThatDay},
		"a correction": {func(e *campaign.Event) {
			e.Kind, e.Cause, e.By, e.Said = campaign.Reinstated, campaign.ByCorrection, "cor-1", in(t, "2023-06-05 09:00:00")
		}, campaign.SaidThatDay},
	} {
		cfg, s := house(t, []wish{{who: ines, group: law, rank: 1}})
		e := campaign.Event{Kind: campaign.Kept, Cause: campaign.ByCandidate, At: in(t, "2023-06-05 13:00:00"), Candidate: ines}
		tt.change(&e)
		if err := s.Apply(e); tt.rule == "" && err != nil || tt.rule != "" && !errors.Is(err, tt.rule) {
			t.Errorf("%s: %v, want %q", name, err, tt.rule)
		}
		again, err := campaign.Replay(cfg, s.Log().Since(0), nil)
		if err != nil || again.Digest() != s.Digest() {
			t.Errorf("%s: replayed with %v", name, err)
		}
		if s.Log().Len() == 1 && !s.Log().Event(1).Said.Equal(e.Said) {
			t.Errorf("%s: said at %v in the log", name, s.Log().Event(1).Said)
		}
	}
}
