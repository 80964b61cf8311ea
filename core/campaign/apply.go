package campaign

import "time"

// Apply appends what a person did, with everything that follows from it, or refuses it
// whole with a RefusedError that names the rule. An event whose rule is NotFrozen may be
// applied again once the day is published.
//
// The cost is that of looking at one candidate's wishes; an insertion reads the roll.
func (s *State) Apply(e Event) error {
	if !e.Cause.byPerson() {
		return refused(&e, ByAPerson)
	}
	if s.frozen != 0 {
		return refused(&e, NotFrozen)
	}
	return s.apply(e)
}

// apply judges first and changes after: what changes cannot fail any more.
func (s *State) apply(e Event) error {
	if rule := s.judge(&e); rule != "" {
		return refused(&e, rule)
	}
	s.take(e)
	s.follow(&e)
	return nil
}

// take appends an event that was judged, and gives it its effect.
func (s *State) take(e Event) {
	e.Seq, e.Day = s.log.Len()+1, s.calendar.DayNumber(s.dateOf(e.At))
	s.log.append(&e)
	s.now = e.At.UnixNano()
	s.effect(&e)
}

// at brings an instant to what the log keeps of it.
func at(t time.Time) time.Time { return time.Unix(0, t.UnixNano()).UTC() }
