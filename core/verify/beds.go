package verify

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/parallel"
)

// schools holds D5, and the bars of the last round, in each boarding school.
func (c *check) schools() {
	parallel.Each(c.roll.Schools, c.threads, func() func(int) {
		taken, left := make([]int64, c.last+2), make([]int64, c.last+2)
		var takes []taking
		return func(s int) {
			clear(taken)
			clear(left)
			takes = c.beds(s, taken, left, takes[:0])
			c.lock.Lock()
			c.takes = append(c.takes, takes...)
			c.lock.Unlock()
		}
	})
}

// A taking is a bed newly given, and a holding somebody who has a group and waits for a
// bed: they meet in D3.
type taking struct {
	school, rank, round int32
	row                 int32
}

type holding struct {
	school, rank, from, to int32 // from the end of round from to the end of round to
}

// beds counts one school round by round. The wishes of a candidate there share a rank,
// and lie side by side.
func (c *check) beds(s int, taken, left []int64, takes []taking) []taking {
	w, n := &c.roll.Wishes, c.school.len(s)
	free := max(0, c.day.Beds[s]) // when the day begins, less those who hold one
	holders := int64(0)
	for k := 0; k < n; {
		end, still := k, true
		for i := c.school.at(s, k); end < n && c.oneSeat(c.school.at(s, end), i); end++ {
			still = still && c.still(c.school.at(s, end))
		}
		if still { // nobody gave or took anything here
			k = end
			continue
		}
		if c.anyHeld(s, k, end, 1) {
			holders++
		}
		has := c.anyHeld(s, k, end, c.last)
		for j := k; j < end; j++ {
			i := c.school.at(s, j)
			proposed, given := c.when(i)
			c.hasBed[i] = has
			if proposed > 0 && proposed != never && !c.anyHeld(s, k, end, proposed) {
				c.newBed[i] = true
				takes = append(takes, taking{int32(s), w.BoardingRank[i], proposed, i})
				if !c.earlier(s, k, j, func(p, _ int32) bool { return p == proposed }) {
					taken[proposed]++
				}
			}
			if given != never && proposed != never && !c.anyHeld(s, k, end, given+1) &&
				!c.earlier(s, k, j, func(p, g int32) bool { return g == given && p != never }) {
				left[given]++
			}
		}
		k = end
	}
	for r := int32(1); r <= c.last; r++ {
		if taken[r] > max(0, free-holders) {
			c.report(Finding{Rule: "D5", Group: -1, School: s, Round: int(r)})
		}
		holders += taken[r] - left[r]
	}
	// When the last round began.
	holders += left[c.last] - taken[c.last]
	if c.out.Bar[s] > c.out.BarMax[s] || c.out.BarMax[s] != c.highest(s, max(0, free-holders)) {
		c.report(Finding{Rule: "D5", Group: -1, School: s, Round: int(c.last)})
	}
	for _, t := range takes {
		if t.round == c.last && t.rank > c.out.Bar[s] {
			c.report(Finding{Rule: "D5", Group: -1, School: s, Candidate: w.Candidate[t.row], Round: int(c.last)})
		}
	}
	return takes
}

// oneSeat is whether two rows of a school are one candidate's for the same bed. Of wishes
// that take no part today any rank may stand there.
func (c *check) oneSeat(i, j int32) bool {
	w := &c.roll.Wishes
	return w.Candidate[i] == w.Candidate[j] && w.BoardingRank[i] == w.BoardingRank[j]
}

// anyHeld is whether one of the rows k to end of a school is held when a round begins.
func (c *check) anyHeld(s, k, end int, round int32) bool {
	for ; k < end; k++ {
		if c.held(c.school.at(s, k), round) {
			return true
		}
	}
	return false
}

// earlier is whether one of the rows k to j of a school, j left out, is such.
func (c *check) earlier(s, k, j int, such func(proposed, given int32) bool) bool {
	for ; k < j; k++ {
		if such(c.when(c.school.at(s, k))) {
			return true
		}
	}
	return false
}

// highest is the highest bar allowed of a school in the last round, with so many beds
// free: the rank of the candidate, among those who wait and are expected to be called,
// who would take the last bed.
func (c *check) highest(s int, free int64) int32 {
	w, n := &c.roll.Wishes, c.school.len(s)
	if c.day.Number >= c.day.ReservationEnd {
		return core.Unbounded
	}
	bar := int32(0)
	for k := 0; k < n && (free > 0 || c.released); {
		end, expected := k, false
		for i := c.school.at(s, k); end < n && c.oneSeat(c.school.at(s, end), i); end++ {
			j := c.school.at(s, end)
			if !c.waits(j, c.last) {
				continue
			}
			q := c.day.Groups[w.Group[j]]
			if q.EndReservation {
				return core.Unbounded
			}
			expected = expected || int64(w.CallRank[j]) <= c.expected(q)
		}
		if expected && free > 0 && !c.anyHeld(s, k, end, c.last) {
			free--
			bar = w.BoardingRank[c.school.at(s, k)]
		}
		k = end
	}
	return bar
}

// expected is the call rank that a group is expected to reach by the end of the
// reservation, which today is before.
func (c *check) expected(q core.Group) int64 {
	today, end := int64(c.day.Number), int64(c.day.ReservationEnd)
	reached := max(q.RankLimit, q.LastCalled)
	if today <= 1 || today < end && q.LastCalled == 0 {
		return core.Unbounded
	}
	if today >= end {
		return reached
	}
	if q.LastCalledBefore == 0 {
		return max(reached, q.LastCalled*(end-1)/(today-1))
	}
	return max(reached, q.LastCalled+(end-today)*(q.LastCalled-q.LastCalledBefore)/4)
}

// passed holds D3: school by school, from the best boarding rank on, the rounds in which
// somebody has the group and waits for a bed are painted; a bed newly given behind them
// in a painted round passed somebody. Each round is painted once a school.
func (c *check) passed() {
	slices.SortFunc(c.holds, func(a, b holding) int {
		return cmp.Or(cmp.Compare(a.school, b.school), cmp.Compare(a.rank, b.rank), cmp.Compare(a.from, b.from))
	})
	slices.SortFunc(c.takes, func(a, b taking) int {
		return cmp.Or(cmp.Compare(a.school, b.school), cmp.Compare(a.rank, b.rank), cmp.Compare(a.row, b.row))
	})
	next := make([]int32, c.last+2) // round -> the first from it on that is not painted
	school, h := int32(-1), 0
	for _, t := range c.takes {
		if t.school != school {
			school = t.school
			for r := range next {
				next[r] = int32(r)
			}
			for h < len(c.holds) && c.holds[h].school < school {
				h++
			}
		}
		for ; h < len(c.holds) && c.holds[h].school == school && c.holds[h].rank < t.rank; h++ {
			for r := unpainted(next, c.holds[h].from); r <= c.holds[h].to; r = unpainted(next, r) {
				next[r] = r + 1
			}
		}
		if unpainted(next, t.round) != t.round {
			c.report(Finding{Rule: "D3", Group: int(c.roll.Wishes.Group[t.row]), School: int(school), Candidate: c.roll.Wishes.Candidate[t.row], Round: int(t.round)})
		}
	}
}

func unpainted(next []int32, r int32) int32 {
	for next[r] != r {
		next[r] = next[next[r]]
		r = next[r]
	}
	return r
}
