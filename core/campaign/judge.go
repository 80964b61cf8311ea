package campaign

import (
	"slices"

	"sceau/core"
	"sceau/core/calendar"
)

// judge is the rule that an event breaks, or none.
func (s *State) judge(e *Event) Rule {
	if e.Kind == 0 || int(e.Kind) > kinds || !slices.Contains(may[e.Kind], e.Cause) {
		return OneOfTheLog
	}
	if e.Cause.follows() {
		return ByAPerson
	}
	if e.Rank != 0 && e.Kind != Inserted || len(e.Order) > 0 && e.Kind != Ordered && e.Kind != MachineOn || e.Shown != [32]byte{} && e.Kind != Published {
		return NothingElse
	}
	if !s.open(e.At) {
		return CampaignOpen
	}
	if e.At.UnixNano() < s.now {
		return InOrder
	}
	if s.pending > 0 && (!e.Cause.ofDay() || e.At.UnixNano() != s.now) {
		return NotFrozen // a day is published in one piece
	}
	if (e.Cause == ByCorrection) != (e.By != "") || e.By != "" && !e.By.Valid() {
		return PersonAnswers
	}
	today := s.dateOf(e.At)
	if !e.Said.IsZero() && (e.Cause != ByCandidate || !e.Said.Before(e.At) || calendar.DateOf(e.Said) != today) {
		return SaidThatDay
	}
	if e.Kind == Published {
		if e.Candidate != NoCandidate || e.Wish != NoWish || s.calendar.DayNumber(today) <= s.published {
			return OnceADay
		}
		return ""
	}
	// A refusal says nothing of whether a wish exists that is somebody else's.
	if int64(e.Candidate) >= int64(s.roll.Candidates) {
		return OwnWish
	}
	switch e.Kind {
	case Resigned, Confirmed, Ordered, MachineOn, MachineOff:
		if e.Wish != NoWish {
			return OnNoWish
		}
		return s.judgeCandidate(e, today)
	}
	if e.Wish < 0 || int(e.Wish) >= len(s.status) || s.roll.Wishes.Candidate[e.Wish] != e.Candidate {
		return OwnWish
	}
	if s.resigned[e.Candidate] {
		return NotResigned
	}
	return s.judgeWish(e, today)
}

// judgeWish is the rule that an event about one wish breaks.
func (s *State) judgeWish(e *Event, today calendar.Date) Rule {
	w, c := e.Wish, e.Candidate
	status := s.status[w]
	switch e.Kind {
	case Accepted, Refused:
		if status != core.Pending {
			return ProposalStands
		}
		if e.Cause == ByMachine {
			return s.judgeAutomatic(e, today)
		}
		// Until the end of the day, and no second longer. Whoever switched the answering
		// machine on has no deadline.
		if due, ok := s.Due(w); !s.machine[c] && (!ok || today > due) {
			return BeforeDeadline
		}
	case Lapsed:
		if status != core.Pending {
			return ProposalStands
		}
		if !s.late(w, today) {
			return AfterDeadline
		}
	case GivenUp:
		if e.Cause == ByMachine || e.Cause == ByGapRule {
			return s.judgeAutomatic(e, today)
		}
		// A proposal without an answer is refused, and not given up.
		if status != core.Accepted {
			return HoldsIt
		}
	case Kept, Dropped:
		if status != core.Waiting {
			return Waits
		}
		switch e.Cause {
		case ByMachine, ByGapRule:
			return s.judgeAutomatic(e, today)
		case ByNotConfirming:
			if !s.unconfirmed(c, today) {
				return ConfirmationDue
			}
		}
	case Reinstated:
		switch {
		case status != core.Dropped:
			return WasDropped
		case s.roll.Wishes.CallRank[w] == 0:
			return WasRanked
		case s.machine[c]:
			// It would wait without a place in the order, which stops the day's computation.
			return MachineIsOff
		case s.unconfirmed(c, today):
			// Whether it is dropped with the others must not hang on when somebody noticed.
			return LapseFirst
		}
	case Inserted:
		switch {
		case status != core.Waiting && (status != core.Dropped || s.roll.Wishes.CallRank[w] != 0):
			return NotRankedYet
		case e.Rank < 1 || e.Rank > highestRank:
			return RankPositive
		case status == core.Dropped && s.machine[c]:
			return MachineIsOff
		case s.unconfirmed(c, today):
			return LapseFirst
		}
	case Sent:
		return s.judgeSent(e, today)
	}
	return ""
}

// judgeSent is the rule that a proposal breaks.
func (s *State) judgeSent(e *Event, today calendar.Date) Rule {
	if s.status[e.Wish] != core.Waiting {
		return Waits
	}
	if s.calendar.DayNumber(today) <= s.published {
		return OnceADay
	}
	// A proposal to an answering machine is answered before anybody reads it.
	if !s.machine[e.Candidate] {
		if _, err := s.calendar.Deadline(today, s.tracks[e.Candidate]); err != nil {
			return DelayKnown
		}
	}
	return ""
}

// judgeAutomatic is the rule that an automatic answer breaks.
func (s *State) judgeAutomatic(e *Event, today calendar.Date) Rule {
	w, c := e.Wish, e.Candidate
	number := s.calendar.DayNumber(today)
	switch {
	case number <= s.published:
		return OnceADay
	case !s.main(w):
		return MainPhase
	case e.Cause == ByMachine && !s.machine[c]:
		return MachineIsOn
	case e.Cause == ByGapRule && s.machine[c]:
		return MachineIsOff
	case e.Cause == ByGapRule && number < s.terms.GapStart:
		return GapPhase
	}
	// Only who asked for it, and only what they ordered.
	ordered := s.preference[w] > 0
	switch {
	case e.Kind == Accepted && int(s.sent[w]) != number:
		return SentToday
	case e.Kind == Accepted && s.accepted(c, NoWish) != NoWish:
		return OneAccepted
	case e.Kind == GivenUp && s.status[w] == core.Accepted && e.Cause == ByGapRule:
		return ProposalStands // what was accepted is kept
	case e.Kind == GivenUp && !s.status[w].Holds() && s.status[w] != core.Waiting:
		return HoldsIt
	// The machine gives up every earlier proposal, ordered or not; all else it touches,
	// and all that the gap phase does, was ordered.
	case !ordered && (e.Cause == ByGapRule || e.Kind != GivenUp || s.status[w] == core.Waiting):
		return WasOrdered
	}
	return ""
}

// judgeCandidate is the rule that an event about a whole candidate breaks.
func (s *State) judgeCandidate(e *Event, today calendar.Date) Rule {
	c := e.Candidate
	if s.resigned[c] {
		return NotResigned
	}
	switch e.Kind {
	case Confirmed:
		if s.confirmBy[c] == 0 || s.unconfirmed(c, today) {
			return ConfirmationOpen
		}
	case Ordered:
		switch {
		case !s.calendar.Ordering.Has(today):
			return OrderingOpen
		case s.machine[c]:
			return MachineIsOff // its order is complete, and changes with it
		}
		return s.judgeOrder(c, e.Order)
	case MachineOn:
		if !s.calendar.Machine.Has(today) {
			return MachineOpen
		}
		if rule := s.judgeOrder(c, e.Order); rule != "" {
			return rule
		}
		return s.judgeMachine(c, e.Order, today)
	case MachineOff:
		if !s.machine[c] {
			return MachineIsOn
		}
		for _, w := range s.of(c) {
			if s.status[w] != core.Pending {
				continue
			}
			// No deadline ran: it must not be found passed the moment it runs again.
			if due, err := s.due(w); err != nil || today > due {
				return AnswerFirst
			}
		}
	}
	return ""
}

// judgeOrder is the rule that an order of wishes breaks. Candidates have some tens of
// wishes: comparing each with each costs less than a map.
func (s *State) judgeOrder(c core.Candidate, order []int32) Rule {
	if len(order) > len(s.of(c)) {
		return OrderOfOwn
	}
	for i, w := range order {
		if w < 0 || int(w) >= len(s.status) || s.roll.Wishes.Candidate[w] != c || !s.main(w) || !s.status[w].Live() || slices.Contains(order[:i], w) {
			return OrderOfOwn
		}
	}
	return ""
}

// judgeMachine is what else holds when the answering machine is switched on, or ordered
// anew: the checks that the daily computation makes of its input.
func (s *State) judgeMachine(c core.Candidate, order []int32, today calendar.Date) Rule {
	held := 0
	for _, w := range s.of(c) {
		if !s.main(w) {
			continue
		}
		switch {
		case s.status[w] == core.Waiting && !slices.Contains(order, w):
			return OrderComplete
		case s.status[w].Holds():
			held++
			if i := slices.Index(order, w); i >= 0 && i != len(order)-1 {
				// It would wait for nothing: a proposal there would never be better.
				return OrderUseful
			}
			// What lapsed does not come back by switching the machine on before anybody
			// wrote the lapse down.
			if s.late(w, today) {
				return BeforeDeadline
			}
		}
	}
	if held > 1 {
		return OneProposal
	}
	return ""
}

// accepted is the main-phase proposal that a candidate accepted, other than one wish, or
// NoWish.
func (s *State) accepted(c core.Candidate, but int32) int32 {
	for _, w := range s.of(c) {
		if w != but && s.status[w] == core.Accepted && s.main(w) {
			return w
		}
	}
	return NoWish
}

// late is whether an unanswered proposal lapsed: its deadline is before today, and no
// answering machine holds it.
func (s *State) late(w int32, today calendar.Date) bool {
	if s.status[w] != core.Pending || s.machine[s.roll.Wishes.Candidate[w]] {
		return false
	}
	due, err := s.due(w)
	return err == nil && due < today
}

// unconfirmed is whether the time for confirming waiting wishes is over.
func (s *State) unconfirmed(c core.Candidate, today calendar.Date) bool {
	return s.confirmBy[c] != 0 && s.calendar.DateOf(int(s.confirmBy[c])) < today
}

func (s *State) any(c core.Candidate, status core.Status) bool {
	return slices.ContainsFunc(s.of(c), func(w int32) bool { return s.status[w] == status })
}
