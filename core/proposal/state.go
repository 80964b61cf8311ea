package proposal

import (
	"sync/atomic"

	"sceau/core"
	"sceau/core/parallel"
)

// A state is a day on its way, in the positions of the Ground.
type state struct {
	*Ground
	day     *core.Day
	threads int

	status     []core.Status
	preference []int32
	answering  []bool // of each candidate; nil when nobody has the machine on

	estimate []int64
	holders  []int32 // of each group: distinct candidates
	// deepest is the last position of a group that may be called without a free place,
	// because the candidate holds the group: behind it a full group needs no look.
	deepest []int32

	seatHeld []int32 // of each seat: proposals held
	beds     []int32 // of each school: distinct candidates with a bed
	barMax   []int32
	bar      []int32
	chosen   []bool // of each position of a group with boarding: proposed by the scan

	round      int32
	met        []int32       // of each candidate: the last round with a proposal
	touched    []atomic.Bool // of each component: to be computed in the next round
	computedIn []int32       // of each component: the last round in which it was
	proposedIn []int32       // of each position; nil until there is a second round
	givenUpIn  []int32
}

func (g *Ground) open(day *core.Day, threads int) *state {
	d := &state{Ground: g, day: day, threads: threads}
	d.status, d.preference = byPosition(g, day.Status), day.Preference
	if g.row != nil {
		d.preference = pick(day.Preference, g.row)
	}
	if len(day.Answering) > 0 {
		d.answering = make([]bool, g.roll.Candidates)
		for _, c := range day.Answering {
			d.answering[c] = true
		}
	}
	return d
}

// count finds who holds what when the day begins.
func (d *state) count() {
	groups, schools := d.roll.Groups(), d.roll.Schools
	d.holders, d.deepest = make([]int32, groups), make([]int32, groups)
	d.seatHeld, d.beds = make([]int32, len(d.seatRank)), make([]int32, schools)
	d.bar, d.barMax = make([]int32, schools), make([]int32, schools)
	if schools > 0 {
		d.chosen = make([]bool, len(d.candidate))
	}
	parallel.Ranges(groups, 64, d.threads, func() func(int, int) {
		return func(from, to int) {
			for i := from; i < to; i++ {
				d.deepest[i] = -1
				for p := d.first[i]; p < d.first[i+1]; {
					end, holds := d.twins(p, d.first[i+1])
					if holds {
						d.holders[i]++
						d.deepest[i] = end - 1
					}
					p = end
				}
			}
		}
	})
	for seat := range d.seatHeld {
		for _, p := range d.wish[d.wishFirst[seat]:d.wishFirst[seat+1]] {
			if d.status[p].Holds() {
				d.seatHeld[seat]++
			}
		}
	}
	for s := range schools {
		for seat := d.seatFirst[s]; seat < d.seatFirst[s+1]; seat++ {
			if d.seatHeld[seat] > 0 {
				d.beds[s]++
			}
		}
	}
}

// twins gives where the wishes of one candidate for one group end, and whether the
// candidate holds the group by one of them.
func (d *state) twins(p, end int32) (next int32, holds bool) {
	c := d.candidate[p]
	for next = p; next < end && d.candidate[next] == c; next++ {
		holds = holds || d.status[next].Holds()
	}
	return next, holds
}

// vacancies of a group: what is left of its target.
func (d *state) vacancies(group int32) int64 {
	return max(0, d.day.Groups[group].Places-int64(d.holders[group]))
}

// freeBeds of a boarding school.
func (d *state) freeBeds(school int32) int64 {
	return max(0, d.day.Beds[school]-int64(d.beds[school]))
}
