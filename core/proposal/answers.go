package proposal

import (
	"sync/atomic"

	"sceau/core"
)

// answer gives up what a candidate's own rules give up after a proposal of today, and
// says whether a proposal was among it.
//
// With the answering machine on ("répondeur automatique"): the best proposal of today
// is accepted; every earlier one is given up, whatever its rank, and so is every wish
// that is ranked behind. In the gap phase ("gestion des désistements"), for those who
// ordered wishes without the machine: wishes behind the best proposal of today are given
// up, unless they were accepted.
func (d *state) answer(c core.Candidate) (freed bool) {
	machine := d.answering != nil && d.answering[c]
	if !machine && d.day.Number < d.day.GapStart {
		return false
	}
	mine := d.mine[d.own[c]:d.own[c+1]]
	best := int32(core.Unbounded) // preference rank of the best proposal of today
	for _, p := range mine {
		if (d.status[p] == core.Proposed || d.status[p] == core.AutoAccepted) && d.preference[p] > 0 && d.kind[p]&core.OutsideMain == 0 {
			best = min(best, d.preference[p])
		}
	}
	if best == core.Unbounded {
		return false // nothing came today, or nothing that the candidate ordered
	}
	for _, p := range mine {
		if d.kind[p]&core.OutsideMain != 0 {
			continue
		}
		was, behind := d.status[p], d.preference[p] > best
		switch {
		case was == core.Waiting && behind:
			d.giveUp(p, either(machine, core.AutoDropped, core.GapDropped))
		case was == core.Proposed && machine && d.preference[p] == best:
			d.status[p] = core.AutoAccepted
		case (was == core.Proposed || was == core.AutoAccepted) && behind,
			was == core.Pending && (machine || behind),
			was == core.Accepted && machine:
			d.giveUp(p, either(machine, core.AutoGivenUp, core.GapGivenUp))
			freed = true
		}
	}
	return freed
}

func either(machine bool, a, b core.Status) core.Status {
	if machine {
		return a
	}
	return b
}

// giveUp ends a wish of today, and frees what it occupied. A seat is one candidate's,
// and so are the wishes of it; places and beds are counted by several threads at once.
func (d *state) giveUp(p int32, as core.Status) {
	held := d.status[p].Holds()
	d.status[p] = as
	if d.givenUpIn != nil {
		d.givenUpIn[p] = d.round
	}
	group, school := d.group[p], d.school[p]
	if held || school != core.NoSchool {
		// A waiting wish without boarding stood in nobody's way.
		d.touched[d.ofGroup[group]].Store(true)
	}
	if !held {
		return
	}
	if !d.holdsStill(p) {
		d.release(d.holders, group)
	}
	if school != core.NoSchool {
		seat := d.seat[p]
		if d.seatHeld[seat]--; d.seatHeld[seat] == 0 {
			d.release(d.beds, school)
		}
	}
}

// holdsStill is whether the candidate holds the group of p by the other wish.
func (d *state) holdsStill(p int32) bool {
	group := d.group[p]
	for q := p - 1; q >= d.first[group] && d.candidate[q] == d.candidate[p]; q-- {
		if d.status[q].Holds() {
			return true
		}
	}
	for q := p + 1; q < d.first[group+1] && d.candidate[q] == d.candidate[p]; q++ {
		if d.status[q].Holds() {
			return true
		}
	}
	return false
}

func (d *state) release(count []int32, at int32) { atomic.AddInt32(&count[at], -1) }
