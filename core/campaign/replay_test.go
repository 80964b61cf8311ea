package campaign_test

import (
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"sceau/core"
	"sceau/core/campaign"
)

// a log with a bit of everything, its campaign and the ranks shown last.
func eventful(t testing.TB) (campaign.Config, []campaign.Event, []int32) {
	cfg, s := opened(t)
	must(t, s, says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 0), says(t, "2023-06-01 09:00:00", ines, campaign.Accepted, 1),
		campaign.Event{Kind: campaign.Inserted, Cause: campaign.ByCorrection, At: in(t, "2023-06-01 09:00:00"), Candidate: thibault, Wish: 5, Rank: 2, By: "board-17"},
		says(t, "2023-06-01 10:00:00", malo, campaign.Dropped, 2), says(t, "2023-06-01 11:00:00", malo, campaign.Reinstated, 2))
	_, o := morning(t, s, "2023-06-06 06:00:00", places(2, 1, 1))
	must(t, s, says(t, "2023-07-01 10:00:00", aicha, campaign.Ordered, campaign.NoWish, 4), says(t, "2023-07-01 10:00:00", ines, campaign.Resigned, campaign.NoWish))
	return cfg, slices.Collect(s.Log().Since(0)), o.WaitingRank
}

func TestALogThatWasAlteredDoesNotReplay(t *testing.T) {
	cfg, log, shown := eventful(t)
	replay := func(log []campaign.Event) error {
		_, err := campaign.Replay(cfg, slices.Values(log), shown)
		return err
	}
	if err := replay(log); err != nil {
		t.Fatal(err)
	}
	find := func(k campaign.Kind) int {
		return slices.IndexFunc(log, func(e campaign.Event) bool { return e.Kind == k })
	}
	number := func(log []campaign.Event) []campaign.Event {
		for i := range log {
			log[i].Seq = i + 1
		}
		return log
	}
	for name, alter := range map[string]func([]campaign.Event) []campaign.Event{
		"a line taken out": func(l []campaign.Event) []campaign.Event {
			return number(slices.Delete(l, find(campaign.GivenUp), find(campaign.GivenUp)+1))
		},
		"a number that jumps":    func(l []campaign.Event) []campaign.Event { l[2].Seq++; return l },
		"the end of a resigning": func(l []campaign.Event) []campaign.Event { return l[:len(l)-1] },
		"the end of a day":       func(l []campaign.Event) []campaign.Event { return l[:find(campaign.Published)] },
		"another cause": func(l []campaign.Event) []campaign.Event {
			l[find(campaign.GivenUp)].Cause = campaign.ByResigning
			return l
		},
		"another wish":          func(l []campaign.Event) []campaign.Event { l[find(campaign.GivenUp)].Wish = 1; return l },
		"another day":           func(l []campaign.Event) []campaign.Event { l[find(campaign.Accepted)].Day++; return l },
		"a time after the next": func(l []campaign.Event) []campaign.Event { l[0].At = l[0].At.Add(48 * time.Hour); return l },
		"a rank":                func(l []campaign.Event) []campaign.Event { l[find(campaign.Accepted)].Rank = 1; return l },
		"nobody who answers":    func(l []campaign.Event) []campaign.Event { l[find(campaign.Inserted)].By = ""; return l },
		"an answer after the end": func(l []campaign.Event) []campaign.Event {
			l[find(campaign.Lapsed)].Kind, l[find(campaign.Lapsed)].Cause = campaign.Accepted, campaign.ByCandidate
			return l
		},
		"a giving up that nobody caused": func(l []campaign.Event) []campaign.Event {
			e := l[find(campaign.Accepted)]
			e.Kind, e.Cause = campaign.GivenUp, campaign.ByAnother
			return number(slices.Insert(l, find(campaign.Accepted)+1, e))
		},
		"an answer within a publication": func(l []campaign.Event) []campaign.Event {
			e := l[0]
			e.Kind, e.Cause = campaign.Accepted, campaign.ByCandidate
			return number(slices.Insert(l, 1, e))
		},
		"ranks of another day": func(l []campaign.Event) []campaign.Event {
			for i := range l {
				if l[i].Kind == campaign.Published {
					l[i].Shown[0]++
				}
			}
			return l
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := replay(alter(slices.Clone(log)))
			var found *campaign.LogError
			if !errors.As(err, &found) {
				t.Fatalf("not found: %v", err)
			}
		})
	}
}

func TestAReplayNeedsTheRanksThatWereShownLast(t *testing.T) {
	cfg, log, shown := eventful(t)
	other := slices.Clone(shown)
	other[0]++
	for _, ranks := range [][]int32{nil, other, shown[:3]} {
		if _, err := campaign.Replay(cfg, slices.Values(log), ranks); err == nil {
			t.Errorf("replayed with %d for %d", ranks, shown)
		}
	}
	if s, err := campaign.Replay(cfg, func(func(campaign.Event) bool) {}, nil); err != nil || s.Log().Len() != 0 {
		t.Errorf("an empty log: %v", err)
	}
}

func TestTheLogTellsACandidateWhenAndWhy(t *testing.T) {
	_, log, _ := eventful(t)
	e := log[slices.IndexFunc(log, func(e campaign.Event) bool { return e.Kind == campaign.GivenUp })]
	if e.Candidate != ines || e.Wish != 0 || e.Cause != campaign.ByAnother || e.Day != 1 || !e.At.Equal(in(t, "2023-06-01 09:00:00")) || e.Seq == 0 {
		t.Errorf("%+v", e)
	}
	_, whole := opened(t)
	must(t, whole, says(t, "2023-06-01 09:00:00", malo, campaign.Kept, 2), says(t, "2023-06-01 09:00:00", ines, campaign.Refused, 0))
	var story []campaign.Kind
	for e := range whole.Log().Of(malo) {
		if e.Candidate != malo {
			t.Errorf("Malo is told that %s", e)
		}
		story = append(story, e.Kind)
	}
	if !slices.Equal(story, []campaign.Kind{campaign.Sent, campaign.Kept}) {
		t.Errorf("Malo is told %s", story)
	}
	// What the log lends is a copy.
	cfg, s := opened(t)
	must(t, s, says(t, "2023-07-01 10:00:00", malo, campaign.Ordered, campaign.NoWish, 2))
	s.Log().Event(s.Log().Len()).Order[0] = 0
	replayed(t, cfg, s, firstRanks)
	var first iter.Seq[campaign.Event] = s.Log().Since(0)
	for e := range first {
		if e.Kind != campaign.Sent || e.Candidate == core.Candidate(malo) {
			t.Errorf("the log begins with %s", e)
		}
		break
	}
}

// Automatic answers reach the log by Publish alone. One that is written into it by hand
// is judged again, line by line.
func TestAForgedAutomaticAnswerDoesNotReplay(t *testing.T) {
	wishes := []wish{
		{who: ines, group: law, rank: 1}, {who: ines, group: biology, rank: 1}, {who: ines, group: history, rank: 2},
		{who: malo, group: law, rank: 2}, {who: malo, group: history, rank: 1},
		{who: aicha, group: law, kind: core.OutsideMain, status: core.Accepted}, {who: aicha, group: biology, rank: 2},
	}
	begin := func() (campaign.Config, *campaign.State) {
		cfg, s := house(t, wishes)
		must(t, s, says(t, "2023-07-01 09:00:00", malo, campaign.Ordered, campaign.NoWish, 3, 4))
		morning(t, s, "2023-07-10 06:00:00", places(0, 0, 1))
		must(t, s, says(t, "2023-07-10 09:00:00", malo, campaign.Accepted, 4))
		must(t, s, says(t, "2023-07-10 09:00:00", ines, campaign.MachineOn, campaign.NoWish, 0, 1, 2), says(t, "2023-07-10 09:00:00", aicha, campaign.MachineOn, campaign.NoWish, 6))
		return cfg, s
	}
	const law0, biology1, history2, maloLaw, maloHistory, outside = 0, 1, 2, 3, 4, 5
	line := func(k campaign.Kind, c campaign.Cause, who core.Candidate, w int32) campaign.Event {
		return campaign.Event{Kind: k, Cause: c, At: in(t, "2023-07-11 06:00:00"), Candidate: who, Wish: w, Day: 41}
	}
	sent := func(who core.Candidate, w int32) campaign.Event {
		return line(campaign.Sent, campaign.ByComputation, who, w)
	}
	for _, tt := range []struct {
		name  string
		lines []campaign.Event
		rule  campaign.Rule // empty: it replays
	}{
		{"the machine accepts what came today", []campaign.Event{sent(ines, law0), line(campaign.Accepted, campaign.ByMachine, ines, law0)}, ""},
		{"the machine gives up what is ordered behind", []campaign.Event{line(campaign.Dropped, campaign.ByMachine, ines, history2), sent(ines, law0)}, ""},
		{"the machine accepts for somebody who has none", []campaign.Event{sent(malo, maloLaw), line(campaign.Accepted, campaign.ByMachine, malo, maloLaw)}, campaign.MachineIsOn},
		{"the machine accepts what did not come", []campaign.Event{line(campaign.Accepted, campaign.ByMachine, ines, law0)}, campaign.ProposalStands},
		{"the machine accepts twice", []campaign.Event{sent(ines, law0), sent(ines, biology1), line(campaign.Accepted, campaign.ByMachine, ines, law0), line(campaign.Accepted, campaign.ByMachine, ines, biology1)}, campaign.OneAccepted},
		{"the machine takes a place outside the main phase away", []campaign.Event{line(campaign.GivenUp, campaign.ByMachine, aicha, outside)}, campaign.MainPhase},
		{"the gap phase gives up for a machine", []campaign.Event{line(campaign.Dropped, campaign.ByGapRule, ines, history2)}, campaign.MachineIsOff},
		{"the gap phase gives up what was accepted", []campaign.Event{line(campaign.GivenUp, campaign.ByGapRule, malo, maloHistory)}, campaign.ProposalStands},
		{"the gap phase gives up what is ordered", []campaign.Event{line(campaign.Dropped, campaign.ByGapRule, malo, maloLaw)}, ""},
		{"a proposal is sent twice", []campaign.Event{sent(ines, law0), sent(ines, law0)}, campaign.Waits},
		{"a lapse that nobody waited for", []campaign.Event{line(campaign.Lapsed, campaign.ByDeadline, malo, maloHistory)}, campaign.ProposalStands},
		{"a lapse of a machine's wish", []campaign.Event{sent(ines, law0), line(campaign.Lapsed, campaign.ByDeadline, ines, law0)}, campaign.NotFrozen},
		{"wishes that nobody had to confirm", []campaign.Event{line(campaign.Dropped, campaign.ByNotConfirming, malo, maloLaw)}, campaign.ConfirmationDue},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, s := begin()
			log := slices.Collect(s.Log().Since(0))
			for _, e := range append(tt.lines, log[slices.IndexFunc(log, func(e campaign.Event) bool { return e.Kind == campaign.Published })]) {
				e.At, e.Day, e.Seq = in(t, "2023-07-11 06:00:00"), 41, len(log)+1
				log = append(log, e)
			}
			// The ranks of the day before are taken as those of this one.
			_, err := campaign.Replay(cfg, slices.Values(log), []int32{1, 1, 1, 2, 0, 0, 2})
			if tt.rule == "" && err != nil || tt.rule != "" && !errors.Is(err, tt.rule) {
				t.Errorf("%v, want %q", err, tt.rule)
			}
		})
	}
}

func TestNothingIsSentAfterTheDayIsPublished(t *testing.T) {
	cfg, s := opened(t)
	log := slices.Collect(s.Log().Since(0))
	published := log[len(log)-1]
	for _, e := range []campaign.Event{
		{Kind: campaign.Sent, Cause: campaign.ByComputation, Candidate: malo, Wish: 2},
		{Kind: campaign.GivenUp, Cause: campaign.ByMachine, Candidate: ines, Wish: 0},
		published,
	} {
		e.At, e.Day, e.Seq = in(t, "2023-06-01 20:00:00"), 1, len(log)+1
		if _, err := campaign.Replay(cfg, slices.Values(append(slices.Clone(log), e)), firstRanks); !errors.Is(err, campaign.OnceADay) {
			t.Errorf("%s: %v", e, err)
		}
	}
}

func TestALogKeptInWordsReplays(t *testing.T) {
	cfg, log, shown := eventful(t)
	var kept []campaign.Event
	for _, e := range log {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var again campaign.Event
		if err := json.Unmarshal(line, &again); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		kept = append(kept, again)
	}
	if _, err := campaign.Replay(cfg, slices.Values(kept), shown); err != nil {
		t.Error(err)
	}
	for _, line := range []string{`{"Kind":"withdrawn"}`, `{"Kind":""}`, `{"Cause":"the weather"}`, `{"Kind":1}`} {
		if err := json.Unmarshal([]byte(line), new(campaign.Event)); err == nil {
			t.Errorf("%s is read", line)
		}
	}
	if line, err := json.Marshal(campaign.Event{}); err == nil {
		t.Errorf("no event is written as %s", line)
	}
}
