package verify

import (
	"slices"

	"sceau/core"
)

// A sweep keeps, of the wishes of one couple of group and school that came so far in
// call order, the last round at whose end somebody up to a boarding rank still waited: a
// tree of maxima over ranks (Fenwick 1994).
type sweep struct {
	schools []int32
	ranks   []int32
	until   []int32
}

func (s *sweep) reset(n int) {
	s.until = append(s.until[:0], make([]int32, n+1)...)
}

func (s *sweep) wait(at int, round int32) {
	for at++; at < len(s.until); at += at & -at {
		s.until[at] = max(s.until[at], round)
	}
}

// below is the maximum over the ranks before at.
func (s *sweep) below(at int) int32 {
	last := int32(-1)
	for ; at > 0; at -= at & -at {
		last = max(last, s.until[at])
	}
	return last
}

// bothOrders holds D2 for each boarding school of a group: nobody who took a place and a
// bed anew in a round passed somebody who is before them in both orders and still waited
// when the round was over.
func (p *placeCheck) bothOrders() {
	w, s := &p.roll.Wishes, &p.sweep
	s.schools = s.schools[:0]
	for _, i := range p.rows {
		if school := w.School[i]; school != core.NoSchool && !slices.Contains(s.schools, school) {
			s.schools = append(s.schools, school)
		}
	}
	for _, school := range s.schools {
		s.ranks = s.ranks[:0]
		for _, i := range p.rows {
			if w.School[i] == school {
				s.ranks = append(s.ranks, w.BoardingRank[i])
			}
		}
		slices.Sort(s.ranks)
		s.reset(len(s.ranks))
		for k, i := range p.rows {
			if w.School[i] != school {
				continue
			}
			at, _ := slices.BinarySearch(s.ranks, w.BoardingRank[i])
			proposed, given := p.when(i)
			if p.today(i) && p.newBed[i] && !p.groupHeld(k, proposed) && s.below(at) >= proposed {
				p.report(Finding{Rule: "D2", Group: p.g, School: int(school), Candidate: w.Candidate[i], Round: int(proposed)})
			}
			if p.day.Status[i] == core.Waiting {
				s.wait(at, min(proposed, given)-1)
			}
		}
	}
}

// groupHeld is whether the candidate of row k held the group when a round began.
func (p *placeCheck) groupHeld(k int, round int32) bool {
	c := p.roll.Wishes.Candidate[p.rows[k]]
	for j := max(0, k-1); j < len(p.rows) && j <= k+1; j++ {
		if p.roll.Wishes.Candidate[p.rows[j]] == c && p.held(p.rows[j], round) {
			return true
		}
	}
	return false
}
