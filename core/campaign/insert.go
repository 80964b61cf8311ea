package campaign

import "sceau/core"

// insert gives a wish its call rank after the order was fixed: ranks behind move by one,
// shown ranks stay, and whoever was called keeps their proposal. Twins share the rank.
func (s *State) insert(w, rank int32) {
	roll := &s.roll.Wishes
	c, g := roll.Candidate[w], roll.Group[w]
	forgotten := s.status[w] == core.Dropped
	// One pass over the roll: insertions are some hundreds a year.
	for i := range s.status {
		if roll.Group[i] != g || roll.Candidate[i] == c {
			continue
		}
		if roll.CallRank[i] >= rank {
			roll.CallRank[i]++
		}
	}
	for _, own := range s.of(c) {
		if roll.Group[own] != g {
			continue
		}
		if forgotten && s.status[own] == core.Dropped && roll.CallRank[own] == 0 {
			s.status[own] = core.Waiting
		}
		roll.CallRank[own], roll.ShownRank[own] = rank, rank
		if s.status[own] == core.Waiting {
			s.waiting[own], s.corrected[own] = 0, true
		}
	}
	s.confirmBy[c] = 0
	// The ranks of those called moved, and the highest of them with them.
	move := func(upTo []int32) {
		if upTo[g] >= rank {
			upTo[g]++
		}
	}
	move(s.called)
	for _, p := range s.past {
		move(p.upTo)
	}
}

// highestRank leaves room behind it for the ranks that insertions move.
const highestRank = core.MaxRank / 2
