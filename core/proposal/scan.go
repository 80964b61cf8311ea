package proposal

import "sceau/core"

// scan goes down the call order of a group and appends the positions that its places,
// its rank limit and the bars allow to propose. The wishes of one candidate stand side
// by side, and take one place.
func (d *state) scan(group int32, chosen []int32) []int32 {
	free, limit := d.vacancies(group), d.day.Groups[group].RankLimit
	end := d.first[group+1]
	for p := d.first[group]; p < end; {
		called := int64(d.rank[p]) <= limit
		if free <= 0 && !called && p > d.deepest[group] {
			break // full, and nobody behind holds the group
		}
		if next := p + 1; next == end || d.candidate[next] != d.candidate[p] {
			// One wish, as most have: waiting, and not behind its bar.
			if d.status[p] == core.Waiting && (free > 0 || called) && d.passes(p) {
				chosen = append(chosen, p)
				free--
			}
			p = next
			continue
		}
		next, holds := d.twins(p, end)
		for ; p < next; p++ {
			called := int64(d.rank[p]) <= limit // a wish that takes no part may stand beside, with another rank
			if d.status[p] != core.Waiting || !d.passes(p) || !(free > 0 || called || holds) {
				continue
			}
			chosen = append(chosen, p)
			if !holds {
				free--
				holds = true // so that the twin takes no second place
			}
		}
	}
	return chosen
}

// passes is whether the bar of its boarding school lets a wish through: it depends on
// none, its candidate has a bed there already, or its rank is not above the bar.
func (d *state) passes(p int32) bool {
	s := d.school[p]
	return s == core.NoSchool || d.boarding[p] <= d.bar[s] || d.seatHeld[d.seat[p]] > 0
}
