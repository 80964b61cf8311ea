package cases

import "sceau/core"

// withheld is whether the public reference would have raised an alarm on a valid day.
//
// Three of its own checks misfire (specification, section 7): D1 and D4 take somebody
// whose earlier proposal was swapped for its twin, the same day, for a newcomer; D3 is
// asked of groups that are stopped, and over a whole day of several rounds. It then
// publishes nothing of the groups concerned, so that in the vectors such a day leaves
// what is shown over the days as it was. Nothing outside this package knows of it: our
// checks let these days through.
func withheld(roll *core.Roll, day *core.Day, out *core.Outcome) bool {
	type couple struct {
		candidate core.Candidate
		of        int32
	}
	var (
		w           = &roll.Wishes
		groups      = roll.Groups()
		earlier     = map[couple]bool{} // holds the group by a proposal of an earlier day that stands
		earlierBed  = map[couple]bool{}
		holds       = map[couple]bool{}
		holders     = make([]int64, groups)
		firstWaiter = make([]int32, groups) // for no ranked bed; 0 is nobody
	)
	for i, s := range out.Status {
		in := couple{w.Candidate[i], w.Group[i]}
		switch {
		case s == core.Pending || s == core.Accepted:
			earlier[in] = true
			earlierBed[couple{w.Candidate[i], w.School[i]}] = true
		case s == core.Waiting && w.School[i] == core.NoSchool && (firstWaiter[w.Group[i]] == 0 || w.CallRank[i] < firstWaiter[w.Group[i]]):
			firstWaiter[w.Group[i]] = w.CallRank[i]
		}
		if s.Holds() && !holds[in] {
			holds[in] = true
			holders[w.Group[i]]++
		}
	}
	bestWaiter := map[int32]int32{} // of each school: who has the group and waits for the bed
	for i, s := range out.Status {
		if s == core.Waiting && w.School[i] != core.NoSchool && holds[couple{w.Candidate[i], w.Group[i]}] {
			if best, ok := bestWaiter[w.School[i]]; !ok || w.BoardingRank[i] < best {
				bestWaiter[w.School[i]] = w.BoardingRank[i]
			}
		}
	}
	for i, s := range out.Status {
		if s != core.Proposed && s != core.AutoAccepted {
			continue
		}
		g, school := w.Group[i], w.School[i]
		q := day.Groups[g]
		newcomer := !earlier[couple{w.Candidate[i], g}]
		d1 := newcomer && !q.Stop && firstWaiter[g] > 0 && w.CallRank[i] > firstWaiter[g]
		d4 := newcomer && holders[g] > q.Places && int64(w.CallRank[i]) > q.RankLimit
		best, waited := bestWaiter[school]
		d3 := school != core.NoSchool && waited && w.BoardingRank[i] > best && !earlierBed[couple{w.Candidate[i], school}]
		if d1 || d3 || d4 {
			return true
		}
	}
	return false
}
