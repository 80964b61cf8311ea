package proposal_test

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/proposal"
)

// A slow day: each sentence of the rule as it is written, everything computed again in
// every round, bars lowered by one and one school at a time. It shares nothing with what
// it is compared with.
type slow struct {
	*core.Roll
	day    *core.Day
	status []core.Status
	bar    []int32
}

type slowResult struct {
	status   []core.Status
	max, bar []int32
	rounds   int
}

func slowDay(roll *core.Roll, day *core.Day) slowResult {
	s := &slow{Roll: roll, day: day, status: slices.Clone(day.Status)}
	for round := 1; ; round++ {
		highest := s.highest()
		for _, i := range s.fixpoint(highest) {
			s.status[i] = core.Proposed
		}
		freed := s.gapPhase()
		freed = s.machines() || freed
		if !freed {
			return slowResult{s.status, highest, s.bar, round}
		}
	}
}

func (s *slow) rows(such func(i int) bool) (all []int) {
	for i := range s.status {
		if such(i) {
			all = append(all, i)
		}
	}
	return all
}

func (s *slow) holdsGroup(c core.Candidate, g int32) bool {
	return len(s.rows(func(i int) bool { return s.Wishes.Candidate[i] == c && s.Wishes.Group[i] == g && s.status[i].Holds() })) > 0
}

func (s *slow) holdsSchool(c core.Candidate, b int32) bool {
	return len(s.rows(func(i int) bool { return s.Wishes.Candidate[i] == c && s.Wishes.School[i] == b && s.status[i].Holds() })) > 0
}

func (s *slow) vacancies(g int32) int64 {
	free := s.day.Groups[g].Places
	for c := range s.Candidates {
		if s.holdsGroup(core.Candidate(c), g) {
			free--
		}
	}
	return max(0, free)
}

func (s *slow) freeBeds(b int32) int64 {
	free := s.day.Beds[b]
	for c := range s.Candidates {
		if s.holdsSchool(core.Candidate(c), b) {
			free--
		}
	}
	return max(0, free)
}

// waitingFor are the waiting wishes for a school, by boarding rank.
func (s *slow) waitingFor(b int32) []int {
	all := s.rows(func(i int) bool { return s.Wishes.School[i] == b && s.status[i] == core.Waiting })
	slices.SortFunc(all, func(i, j int) int { return cmp.Compare(s.Wishes.BoardingRank[i], s.Wishes.BoardingRank[j]) })
	return all
}

func (s *slow) highest() []int32 {
	all := make([]int32, s.Schools)
	for b := range int32(s.Schools) {
		waiting := s.waitingFor(b)
		all[b] = core.Unbounded
		if s.day.Number >= s.day.ReservationEnd ||
			slices.ContainsFunc(waiting, func(i int) bool { return s.day.Groups[s.Wishes.Group[i]].EndReservation }) {
			continue
		}
		all[b] = 0
		counted := map[core.Candidate]bool{}
		for _, i := range waiting {
			if int64(len(counted)) >= s.freeBeds(b) {
				break
			}
			c := s.Wishes.Candidate[i]
			estimate, _ := proposal.Estimate(s.day.Number, s.day.ReservationEnd, s.day.Groups[s.Wishes.Group[i]])
			if int64(s.Wishes.CallRank[i]) <= estimate && !s.holdsSchool(c, b) && !counted[c] {
				counted[c] = true
				all[b] = s.Wishes.BoardingRank[i]
			}
		}
	}
	return all
}

// fixpoint gives what is proposed, under the greatest bars.
func (s *slow) fixpoint(highest []int32) []int {
	s.bar = slices.Clone(highest)
	for {
		var proposed []int
		for g := range int32(s.Groups()) {
			if !s.day.Groups[g].Stop {
				proposed = append(proposed, s.scan(g)...)
			}
		}
		lowered := false
		for b := range int32(s.Schools) {
			want := map[core.Candidate]bool{}
			worst := int32(0)
			for _, i := range proposed {
				if c := s.Wishes.Candidate[i]; s.Wishes.School[i] == b && !s.holdsSchool(c, b) {
					want[c] = true
					worst = max(worst, s.Wishes.BoardingRank[i])
				}
			}
			if int64(len(want)) > s.freeBeds(b) {
				if s.bar[b] == core.Unbounded {
					s.bar[b] = worst // no bar between stops anybody
				}
				s.bar[b]--
				lowered = true
				break
			}
		}
		if !lowered {
			return proposed
		}
	}
}

func (s *slow) scan(g int32) (proposed []int) {
	waiting := s.rows(func(i int) bool { return s.Wishes.Group[i] == g && s.status[i] == core.Waiting })
	slices.SortFunc(waiting, func(i, j int) int { return cmp.Compare(s.Wishes.CallRank[i], s.Wishes.CallRank[j]) })
	free := s.vacancies(g)
	for _, i := range waiting {
		c, b := s.Wishes.Candidate[i], s.Wishes.School[i]
		if b != core.NoSchool && !s.holdsSchool(c, b) && s.Wishes.BoardingRank[i] > s.bar[b] {
			continue
		}
		twin := len(proposed) > 0 && s.Wishes.Candidate[proposed[len(proposed)-1]] == c
		holds := s.holdsGroup(c, g)
		if free > 0 || int64(s.Wishes.CallRank[i]) <= s.day.Groups[g].RankLimit || holds || twin {
			proposed = append(proposed, i)
			if !holds && !twin {
				free--
			}
		}
	}
	return proposed
}

func (s *slow) mine(c core.Candidate) []int {
	return s.rows(func(i int) bool { return s.Wishes.Candidate[i] == c && s.Wishes.Kind[i]&core.OutsideMain == 0 })
}

func (s *slow) best(mine []int) int32 {
	best := int32(0)
	for _, i := range mine {
		if p := s.day.Preference[i]; (s.status[i] == core.Proposed || s.status[i] == core.AutoAccepted) && p > 0 && (best == 0 || p < best) {
			best = p
		}
	}
	return best
}

func (s *slow) machines() (freed bool) {
	for _, c := range s.day.Answering {
		mine := s.mine(c)
		best := s.best(mine)
		if best == 0 {
			continue
		}
		for _, i := range mine {
			switch p := s.day.Preference[i]; {
			case s.status[i] == core.Pending, s.status[i] == core.Accepted,
				(s.status[i] == core.Proposed || s.status[i] == core.AutoAccepted) && p > best:
				s.status[i], freed = core.AutoGivenUp, true
			case s.status[i] == core.Waiting && p > best:
				s.status[i] = core.AutoDropped
			case s.status[i] == core.Proposed && p == best:
				s.status[i] = core.AutoAccepted
			}
		}
	}
	return freed
}

func (s *slow) gapPhase() (freed bool) {
	if s.day.Number < s.day.GapStart {
		return false
	}
	for c := range core.Candidate(s.Candidates) {
		if slices.Contains(s.day.Answering, c) {
			continue
		}
		mine := s.mine(c)
		best := s.best(mine)
		if best == 0 {
			continue
		}
		for _, i := range mine {
			if s.day.Preference[i] <= best {
				continue
			}
			switch s.status[i] {
			case core.Pending, core.Proposed:
				s.status[i], freed = core.GapGivenUp, true
			case core.Waiting:
				s.status[i] = core.GapDropped
			}
		}
	}
	return freed
}
