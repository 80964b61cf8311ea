package campaign

import (
	"slices"

	"sceau/core"
)

// effect changes the state by an event that was judged.
func (s *State) effect(e *Event) {
	w, c := e.Wish, e.Candidate
	if e.Cause.ofDay() {
		s.pending++
	}
	switch e.Kind {
	case Sent:
		s.status[w], s.sent[w], s.waiting[w] = core.Pending, int16(e.Day), 0
		g := s.roll.Wishes.Group[w]
		s.called[g] = max(s.called[g], s.roll.Wishes.CallRank[w])
	case Accepted:
		s.status[w] = core.Accepted
	case Refused, Lapsed, GivenUp:
		// For good: nothing below makes anything else of it.
		s.status[w], s.preference[w], s.waiting[w] = core.Refused, 0, 0
	case Dropped:
		s.status[w], s.preference[w], s.waiting[w] = core.Dropped, 0, 0
	case Reinstated:
		// Its rank of yesterday is gone, so that it takes that of its place in the order.
		s.status[w], s.waiting[w], s.corrected[w], s.confirmBy[c] = core.Waiting, 0, true, 0
	case Inserted:
		s.insert(w, e.Rank)
	case Ordered, MachineOn:
		for _, own := range s.of(c) {
			s.preference[own] = 0
		}
		for i, own := range e.Order {
			s.preference[own] = int32(i + 1)
		}
		if e.Kind == MachineOn {
			s.machine[c] = true
		}
	case MachineOff:
		s.machine[c] = false
	case Confirmed:
		s.confirmBy[c] = 0
	case Resigned:
		s.resigned[c], s.confirmBy[c] = true, 0
	case Published:
		s.published, s.shown, s.pending = e.Day, e.Shown, 0
		s.past = append(s.past, calls{e.Day, slices.Clone(s.called)})
		return
	}
	if s.confirmBy[c] != 0 && !s.any(c, core.Waiting) {
		s.confirmBy[c] = 0 // nothing is left to confirm, and what comes later is not concerned
	}
}

// follow appends what follows from an event at once: each consequence is an event of its
// own, with its own cause, so that a candidate can be told why.
func (s *State) follow(e *Event) {
	c := e.Candidate
	next := func(k Kind, why Cause, w int32) {
		s.take(Event{Kind: k, Cause: why, At: e.At, Candidate: c, Wish: w})
	}
	switch {
	case e.Kind == Accepted && s.main(e.Wish):
		if former := s.accepted(c, e.Wish); former != NoWish {
			next(GivenUp, ByAnother, former)
		}
	case e.Kind == Resigned:
		if s.machine[c] {
			next(MachineOff, ByResigning, NoWish)
		}
		for _, w := range s.of(c) {
			switch {
			case s.status[w].Holds():
				next(GivenUp, ByResigning, w)
			case s.status[w] == core.Waiting:
				next(Dropped, ByResigning, w)
			}
		}
	case e.Kind == Lapsed:
		s.followLapse(e, next)
	}
}
