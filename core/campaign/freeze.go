package campaign

import (
	"fmt"
	"slices"
	"time"

	"sceau/core"
)

// Freeze is the input of the computation of a day: what every wish is once the late
// proposals have lapsed, in columns of the caller's own. Groups and beds are what
// programmes and boarding schools decided; the ranks called so far are filled in.
//
// No answer is taken from then until Publish or Thaw, so that what is published answers
// what was computed.
func (s *State) Freeze(now time.Time, groups []core.Group, beds []int64) (*core.Day, error) {
	if err := s.morning(now); err != nil {
		return nil, fmt.Errorf("freezing a day: %w", err)
	}
	today := s.dateOf(now)
	number := s.calendar.DayNumber(today)
	switch {
	case number <= s.published:
		return nil, fmt.Errorf("freezing day %d: day %d is published", number, s.published)
	case len(groups) != s.roll.Groups() || len(beds) != s.roll.Schools:
		return nil, fmt.Errorf("freezing day %d: %d groups and %d boarding schools are decided, of %d and %d", number, len(groups), len(beds), s.roll.Groups(), s.roll.Schools)
	}
	for w := range int32(len(s.status)) {
		if s.late(w, today) {
			// Its place would be computed as taken.
			return nil, fmt.Errorf("freezing day %d: candidate %d, wish %d: the proposal has not lapsed yet", number, s.roll.Wishes.Candidate[w], w)
		}
	}
	d := &core.Day{
		Terms: s.terms, Number: number, Groups: slices.Clone(groups), Beds: slices.Clone(beds),
		Status: slices.Clone(s.status), Preference: slices.Clone(s.preference), WaitingRank: slices.Clone(s.waiting),
		IgnoreInWait: slices.Clone(s.corrected), IgnoreInBars: slices.Clone(s.corrected),
	}
	for c := range core.Candidate(s.roll.Candidates) {
		if s.unconfirmed(c, today) {
			return nil, fmt.Errorf("freezing day %d: candidate %d: unconfirmed wishes have not been dropped yet", number, c)
		}
		if s.machine[c] {
			d.Answering = append(d.Answering, c)
		}
	}
	// Today less 5: the day before today is the last one with proposals, and the rate at
	// which a group calls is taken over four.
	before := s.calledBy(number - 5)
	for g := range d.Groups {
		d.Groups[g].LastCalled, d.Groups[g].LastCalledBefore = int64(s.called[g]), 0
		if before != nil {
			d.Groups[g].LastCalledBefore = int64(before[g])
		}
	}
	s.frozen = number
	return d, nil
}

// Thaw takes answers again without publishing: the computation of the day failed, or was
// refused by its checks.
func (s *State) Thaw() { s.frozen = 0 }

// calledBy is the highest call rank proposed in each group on the days up to one, or nil
// when none was.
func (s *State) calledBy(number int) []int32 {
	for _, p := range slices.Backward(s.past) {
		if p.day <= number {
			return p.upTo
		}
	}
	return nil
}
