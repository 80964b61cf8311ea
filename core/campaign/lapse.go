package campaign

import (
	"fmt"
	"time"

	"sceau/core"
	"sceau/core/calendar"
)

// Lapse gives up every proposal that nobody answered in time ("silence vaut refus"), so
// that its place is free for the day's computation, and says how many. It touches no
// proposal that was accepted. Where the calendar has the rule, waiting wishes that were
// not confirmed in time are dropped as well.
func (s *State) Lapse(now time.Time) (int, error) {
	if err := s.morning(now); err != nil {
		return 0, fmt.Errorf("lapsing proposals: %w", err)
	}
	now = at(now)
	today := s.dateOf(now)
	lapsed := 0
	for w := range int32(len(s.status)) {
		if s.late(w, today) {
			// One event each, so that whoever asks is told of theirs.
			lapsed++
			if err := s.apply(Event{Kind: Lapsed, Cause: ByDeadline, At: now, Candidate: s.roll.Wishes.Candidate[w], Wish: w}); err != nil {
				return lapsed, err
			}
		}
	}
	for c := range core.Candidate(s.roll.Candidates) {
		if !s.unconfirmed(c, today) {
			continue
		}
		for _, w := range s.of(c) {
			if s.status[w] != core.Waiting {
				continue
			}
			if err := s.apply(Event{Kind: Dropped, Cause: ByNotConfirming, At: now, Candidate: c, Wish: w}); err != nil {
				return lapsed, err
			}
		}
	}
	return lapsed, nil
}

// morning refuses what would come before the last event, or while a day is computed.
func (s *State) morning(now time.Time) error {
	if !s.open(now) {
		return CampaignOpen
	}
	if now.UnixNano() < s.now {
		return InOrder
	}
	if s.frozen != 0 {
		return fmt.Errorf("day %d is being computed: %w", s.frozen, NotFrozen)
	}
	return nil
}

// followLapse is what the rules of some campaigns add to a lapse. Both are off unless
// the calendar states them.
func (s *State) followLapse(e *Event, next func(Kind, Cause, int32)) {
	c, rules := e.Candidate, s.calendar.Rules
	due, err := s.calendar.Deadline(s.calendar.DateOf(int(s.sent[e.Wish])), s.tracks[c])
	if err != nil {
		return // it would not have lapsed
	}
	// "Archived" wishes are not told apart from waiting ones here: in the gap phase all
	// that still waits does.
	if from := rules.GapLapseDrops; from != 0 && due >= max(from, s.calendar.GapStart) {
		for _, w := range s.of(c) {
			if s.status[w] == core.Waiting {
				next(Dropped, ByLapseInGap, w)
			}
		}
	}
	// "All proposals lapsed" is read as: this was the last one held. The days given
	// follow the deadline, not the hour at which somebody noticed.
	if rules.ConfirmDays > 0 && s.any(c, core.Waiting) && !s.any(c, core.Pending) && !s.any(c, core.Accepted) {
		s.confirmBy[c] = int16(s.calendar.DayNumber(due + calendar.Date(rules.ConfirmDays)))
	}
}
