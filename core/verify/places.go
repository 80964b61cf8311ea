package verify

import (
	"sceau/core"
	"sceau/core/parallel"
)

// groups holds D1, D2, D4 and D10 in each group.
func (c *check) groups() {
	parallel.Each(c.roll.Groups(), c.threads, func() func(int) {
		p := placeCheck{check: c, added: make([]int64, c.last+2), beyond: make([]int64, c.last+2), left: make([]int64, c.last+2)}
		return func(g int) { p.group(g) }
	})
}

// A placeCheck looks at one group after the other, each from the first called on.
type placeCheck struct {
	*check
	g    int
	rows []int32 // live this morning, in call order

	added, beyond, left []int64 // by round: candidates who newly hold; of them, not through the rank limit; who leave
	sweep               sweep
}

func (p *placeCheck) group(g int) {
	p.g, p.rows = g, p.rows[:0]
	for k := range p.check.group.len(g) {
		if i := p.check.group.at(g, k); p.day.Status[i].Live() {
			p.rows = append(p.rows, i)
		}
	}
	clear(p.added)
	clear(p.beyond)
	clear(p.left)
	var (
		w       = &p.roll.Wishes
		q       = p.day.Groups[g]
		holders = int64(0)
		first   = int32(-1) // the first who waits this evening, for no ranked bed
		plain   = q.RankLimit == 0 && !q.Stop
		pairs   = false // somebody was newly given a bed
		twins   = false // somebody has both wishes
	)
	for k := 0; k < len(p.rows); {
		end := k + 1
		if i := p.rows[k]; p.still(i) && (end == len(p.rows) || w.Candidate[p.rows[end]] != w.Candidate[i]) {
			// One wish, which waited all day: most are such, and little is asked of them.
			if w.School[i] != core.NoSchool {
				plain = false
			} else if first < 0 && !q.Stop {
				first = w.CallRank[i]
			}
			k = end
			continue
		}
		for end < len(p.rows) && w.Candidate[p.rows[end]] == w.Candidate[p.rows[k]] {
			end++
		}
		// One candidate: one wish, or the two twins.
		twins = twins || end > k+1
		if p.anyHeld(k, end, 1) {
			holders++
		}
		for j := k; j < end; j++ {
			i := p.rows[j]
			proposed, given := p.when(i)
			waits := p.out.Status[i] == core.Waiting
			if waits && w.School[i] == core.NoSchool && first < 0 && !q.Stop {
				first = w.CallRank[i]
			}
			plain = plain && w.School[i] == core.NoSchool && given == never
			if proposed > 0 && proposed != never {
				p.newcomer(k, end, j, proposed, first)
				pairs = pairs || p.newBed != nil && p.newBed[i]
			}
			if given != never && proposed != never && !p.anyHeld(k, end, given+1) &&
				!p.earlier(k, j, func(pr, g int32) bool { return g == given && pr != never }) {
				p.left[given]++
			}
			if w.School[i] != core.NoSchool && !q.Stop && p.day.Status[i] == core.Waiting {
				p.waitsForBed(k, end, i)
			}
		}
		k = end
	}
	if p.out.Estimate[g] != p.expected(q) {
		p.report(Finding{Rule: "D5", Group: g, School: -1}) // beds were kept for others than those expected
	}
	start := holders
	for r := int32(1); r <= p.last; r++ {
		if p.beyond[r] > 0 && p.added[r] > max(0, q.Places-holders) {
			p.report(Finding{Rule: "D4", Group: g, School: -1, Round: int(r)})
		}
		holders += p.added[r] - p.left[r]
	}
	if !q.Stop {
		if held := holders + p.left[p.last]; held < q.Places || q.RankLimit > 0 || twins {
			p.wasted(held)
		}
		if pairs {
			p.bothOrders()
		}
	}
	if plain {
		p.plain(max(0, q.Places-start))
	}
}

func (p *placeCheck) anyHeld(k, end int, round int32) bool {
	for ; k < end; k++ {
		if p.held(p.rows[k], round) {
			return true
		}
	}
	return false
}

func (p *placeCheck) earlier(k, j int, such func(proposed, given int32) bool) bool {
	for ; k < j; k++ {
		if such(p.when(p.rows[k])) {
			return true
		}
	}
	return false
}

// newcomer counts a proposal of today, and holds D1: nobody called today, who stands and
// did not hold the group this morning, is behind somebody who waits for a regular
// reason.
func (p *placeCheck) newcomer(k, end, j int, round, first int32) {
	w, i := &p.roll.Wishes, p.rows[j]
	if first >= 0 && w.CallRank[i] > first && p.out.Status[i].Holds() && !p.anyHeld(k, end, 1) {
		p.report(Finding{Rule: "D1", Group: p.g, School: -1, Candidate: w.Candidate[i]})
	}
	if p.anyHeld(k, end, round) || p.earlier(k, j, func(pr, _ int32) bool { return pr == round }) {
		return
	}
	p.added[round]++
	if int64(w.CallRank[i]) > p.day.Groups[p.g].RankLimit {
		p.beyond[round]++
	}
}

// waitsForBed notes the rounds at whose end the candidate of rows k to end holds the
// group and waits for the bed of row i.
func (p *placeCheck) waitsForBed(k, end int, i int32) {
	proposed, given := p.when(i)
	until := min(proposed, given, p.last+1) - 1 // the last round at whose end it waits
	for j := k; j < end; j++ {
		if p.rows[j] == i {
			continue
		}
		got, lost := p.when(p.rows[j])
		if from, to := max(got, 1), min(until, lost-1, p.last); got != never && from <= to {
			p.lock.Lock()
			p.holds = append(p.holds, holding{p.roll.Wishes.School[i], p.roll.Wishes.BoardingRank[i], from, to})
			p.lock.Unlock()
		}
	}
}

// wasted holds the other half of D4, in the last round: with a free place, or called by
// the rank limit, or holding the group, whoever waited was behind the bar of a bed.
func (p *placeCheck) wasted(holders int64) {
	w, q := &p.roll.Wishes, p.day.Groups[p.g]
	for k, i := range p.rows {
		if called := holders < q.Places || int64(w.CallRank[i]) <= q.RankLimit || p.twinHeld(k); !called || !p.waits(i, p.last) || p.today(i) {
			continue
		}
		if s := w.School[i]; s == core.NoSchool || w.BoardingRank[i] <= p.out.Bar[s] || p.hasBed[i] {
			p.report(Finding{Rule: "D4", Group: p.g, School: -1, Candidate: w.Candidate[i], Round: int(p.last)})
		}
	}
}

func (p *placeCheck) today(i int32) bool {
	proposed, _ := p.when(i)
	return proposed > 0 && proposed != never
}

// twinHeld is whether the candidate of row k held the group by the other wish when
// proposals of the last round were out.
func (p *placeCheck) twinHeld(k int) bool {
	c := p.roll.Wishes.Candidate[p.rows[k]]
	for _, j := range []int{k - 1, k + 1} {
		if j < 0 || j >= len(p.rows) || p.roll.Wishes.Candidate[p.rows[j]] != c {
			continue
		}
		if proposed, given := p.when(p.rows[j]); proposed <= p.last && given >= p.last {
			return true
		}
	}
	return false
}

// plain holds D10: without boarding, limit and automatic answers, the day is the first
// who wait, one a place; whoever held the group already takes none.
func (p *placeCheck) plain(free int64) {
	w := &p.roll.Wishes
	for k := 0; k < len(p.rows); {
		end := k + 1
		for end < len(p.rows) && w.Candidate[p.rows[end]] == w.Candidate[p.rows[k]] {
			end++
		}
		waiting, proposed := false, false
		for _, i := range p.rows[k:end] {
			waiting = waiting || p.day.Status[i] == core.Waiting
			proposed = proposed || p.today(i)
		}
		if held := p.anyHeld(k, end, 1); waiting && proposed != (held || free > 0) {
			p.report(Finding{Rule: "D10", Group: p.g, School: -1, Candidate: w.Candidate[p.rows[k]]})
			return
		} else if waiting && !held {
			free--
		}
		k = end
	}
}
