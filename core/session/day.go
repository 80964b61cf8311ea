package session

import (
	"fmt"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/display"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// A Day is what one run of a day gave.
type Day struct {
	Number   int
	Isolated []GroupName // groups that were stopped because the verification found a fault
	Figures  Figures

	Morning *core.Day // not kept: it follows from the log and the offer
	Roll    *core.Roll
	Outcome *core.Outcome
	Shown   Shown

	withheld map[int]bool // groups isolated that no programme had stopped; not kept
}

// Figures are what anybody may know of a day.
type Figures struct {
	Proposals   int `json:"proposals"`   // sent, and not given up the same day
	Acceptances int `json:"acceptances"` // candidates who hold an accepted proposal in the evening
	Waiting     int `json:"waiting"`     // candidates with a wish that waits
	Lapsed      int `json:"lapsed"`      // proposals that nobody answered in time, this morning
	Rounds      int `json:"rounds"`
}

// Shown is what candidates and programmes see after a day, over the days.
type Shown struct {
	WaitingRank  []int32 // by wish
	LastCalled   []int32 // by group: the furthest so far
	WaitingCount []int32 // by group
	Bars         []display.Bars
}

// Run computes a day on a state, at an instant of that day, and publishes it there: the
// state then stands in the evening. today is the offer of that day, and before what was
// shown so far, or nil on the first day. Whatever goes wrong, nothing is published and
// answers are taken
// again; proposals that had lapsed by then have.
func (s *Session) Run(state *campaign.State, now time.Time, today *Offer, before *Shown) (d *Day, err error) {
	groups, beds, err := s.today(today)
	if err != nil {
		return nil, err
	}
	if before == nil { // the first day: from then on places that stay empty may move
		if err := today.CheckShares(); err != nil {
			return nil, err
		}
	}
	lapsed, err := state.Lapse(now)
	if err != nil {
		return nil, err
	}
	morning, err := state.Freeze(now, groups, beds)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			state.Thaw()
		}
	}()
	d = &Day{Number: morning.Number, Morning: morning, Roll: state.Roll()}
	ground, verifier := proposal.Prepare(d.Roll), verify.Prepare(d.Roll)
	if err := s.compute(d, ground.Compute, verifier); err != nil {
		return nil, err
	}
	show := display.Of(ground, morning, d.Outcome, 0)
	if err := verifier.WaitingRanks(morning, d.Outcome, show.WaitingRank); err != nil {
		return nil, err
	}
	d.Shown = since(before, show)
	if err := state.Publish(now, campaign.Outcome{Status: d.Outcome.Status, WaitingRank: d.Shown.WaitingRank}); err != nil {
		return nil, err
	}
	d.Figures = figures(d.Roll, d.Outcome)
	d.Figures.Lapsed = lapsed
	return d, nil
}

// compute computes and verifies. Groups with a fault are stopped, and the day is computed
// again without them: what is left verifies whole, or nothing is published.
func (s *Session) compute(d *Day, how func(*core.Day, int) (*core.Outcome, error), verifier *verify.Verifier) error {
	for range 2 {
		out, err := how(d.Morning, 0)
		if err != nil {
			return s.named(err)
		}
		report, err := verifier.Day(d.Morning, out, 0)
		if err != nil {
			return err
		}
		if report.Clean() {
			d.Outcome = out
			return nil
		}
		if report.Stop || d.Isolated != nil {
			return fmt.Errorf("day %d is not published: %w", d.Number, report.Findings[0])
		}
		d.withheld = map[int]bool{}
		for _, g := range report.Isolated {
			if !d.Morning.Groups[g].Stop {
				d.withheld[g] = true
			}
			d.Morning.Groups[g].Stop = true
			d.Isolated = append(d.Isolated, s.Groups[g])
		}
	}
	return fmt.Errorf("day %d is not published: what is left does not verify", d.Number)
}

// since joins what a day shows to what was shown before: last ranks and bars go forward
// only.
func since(before *Shown, d *display.Display) Shown {
	s := Shown{WaitingRank: d.WaitingRank, LastCalled: d.LastCalled, WaitingCount: d.WaitingCount}
	if before == nil {
		s.Bars = d.Bars
		return s
	}
	for g := range s.LastCalled {
		s.LastCalled[g] = max(s.LastCalled[g], before.LastCalled[g])
	}
	// Both are by school, then group; a couple that was shown once goes on being shown.
	was := before.Bars
	for _, b := range d.Bars {
		for len(was) > 0 && (was[0].School < b.School || was[0].School == b.School && was[0].Group < b.Group) {
			s.Bars, was = append(s.Bars, was[0]), was[1:]
		}
		if len(was) > 0 && was[0].School == b.School && was[0].Group == b.Group {
			b, was = b.Since(was[0]), was[1:]
		}
		s.Bars = append(s.Bars, b)
	}
	s.Bars = append(s.Bars, was...)
	return s
}

func figures(roll *core.Roll, out *core.Outcome) Figures {
	f := Figures{Rounds: out.Rounds}
	const waits, holds = 1, 2
	of := make([]uint8, roll.Candidates)
	for i, status := range out.Status {
		c := roll.Wishes.Candidate[i]
		switch status {
		case core.Proposed:
			f.Proposals++
		case core.AutoAccepted:
			f.Proposals++
			of[c] |= holds
		case core.Accepted:
			of[c] |= holds
		case core.Waiting:
			of[c] |= waits
		}
	}
	for _, marks := range of {
		if marks&waits != 0 {
			f.Waiting++
		}
		if marks&holds != 0 {
			f.Acceptances++
		}
	}
	return f
}
