package proposal

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"sceau/core"
	"sceau/core/parallel"
)

// Compute does one day, on so many threads (0: as many as there are). A faulty input is
// refused with a *core.Fault before anything is computed. Neither roll nor day is
// changed.
func (g *Ground) Compute(day *core.Day, threads int) (*core.Outcome, error) {
	d, err := g.begin(day, threads)
	if err != nil {
		return nil, err
	}
	d.estimate = make([]int64, g.roll.Groups())
	for i, q := range day.Groups {
		if d.estimate[i], err = Estimate(day.Number, day.ReservationEnd, q); err != nil {
			return nil, err
		}
	}
	d.count()
	d.touched = make([]atomic.Bool, len(g.largest))
	for i := range d.touched {
		d.touched[i].Store(true)
	}
	d.computedIn = make([]int32, len(g.largest))
	for again := true; again; {
		again = d.answers(d.propose())
	}
	if err := d.settle(); err != nil {
		return nil, err
	}
	return d.outcome(), nil
}

// propose does one round of proposals, in the components that the round before touched,
// and gives the positions proposed.
func (d *state) propose() []int32 {
	d.round++
	if d.round == 2 { // most days have one round, and need no columns of rounds
		d.proposedIn, d.givenUpIn = d.firstRound()
	}
	var due []int32
	for _, c := range d.largest {
		if d.touched[c].Load() {
			d.touched[c].Store(false)
			d.computedIn[c] = d.round
			due = append(due, c)
		}
	}
	return d.eachComponent(due, func(f *finder, c int32, proposed []int32) []int32 {
		from := len(proposed)
		proposed = f.find(c, proposed)
		for _, p := range proposed[from:] {
			d.hold(p)
		}
		return proposed
	})
}

// eachComponent computes components in parallel and gathers what they give, in no
// order that means something.
func (d *state) eachComponent(due []int32, find func(*finder, int32, []int32) []int32) []int32 {
	var lock sync.Mutex
	var parts []*[]int32
	parallel.Each(len(due), d.threads, func() func(int) {
		f, mine := &finder{state: d}, new([]int32)
		lock.Lock()
		parts = append(parts, mine)
		lock.Unlock()
		return func(i int) { *mine = find(f, due[i], *mine) }
	})
	var all []int32
	for _, p := range parts {
		all = append(all, *p...)
	}
	return all
}

// hold records a proposal of this round.
func (d *state) hold(p int32) {
	group, school := d.group[p], d.school[p]
	if !d.holdsStill(p) {
		d.holders[group]++
	}
	d.status[p] = core.Proposed
	d.deepest[group] = max(d.deepest[group], p+1)
	if d.proposedIn != nil {
		d.proposedIn[p] = d.round
	}
	if school != core.NoSchool {
		seat := d.seat[p]
		if d.seatHeld[seat]++; d.seatHeld[seat] == 1 {
			d.beds[school]++
		}
	}
}

// firstRound writes the columns of rounds of what the first one did.
func (d *state) firstRound() (proposedIn, givenUpIn []int32) {
	proposedIn, givenUpIn = make([]int32, len(d.status)), make([]int32, len(d.status))
	for p, s := range d.status {
		switch s {
		case core.Proposed, core.AutoAccepted:
			proposedIn[p] = 1
		case core.AutoDropped, core.GapDropped:
			givenUpIn[p] = 1
		case core.AutoGivenUp, core.GapGivenUp:
			givenUpIn[p] = 1
			if d.day.Status[d.Row(int32(p))] == core.Waiting {
				proposedIn[p] = 1
			}
		}
	}
	return proposedIn, givenUpIn
}

// answers lets the candidates who were proposed something in this round answer by their
// own rules, and is whether a proposal was given up: then its place is free, and a
// further round follows. Whoever was proposed nothing new has nothing new to answer.
func (d *state) answers(proposed []int32) (again bool) {
	if d.answering == nil && d.day.Number < d.day.GapStart {
		return false
	}
	if d.met == nil {
		d.met = make([]int32, d.roll.Candidates)
	}
	var who []core.Candidate
	for _, p := range proposed {
		if c := d.candidate[p]; d.met[c] != d.round {
			d.met[c] = d.round
			who = append(who, c)
		}
	}
	var freed atomic.Bool
	parallel.Ranges(len(who), 256, d.threads, func() func(int, int) {
		return func(from, to int) {
			for _, c := range who[from:to] {
				if d.answer(c) {
					freed.Store(true)
				}
			}
		}
	})
	return freed.Load()
}

// settle finds the bars of the last round where it was not needed to find the
// proposals: nothing was given up there, so that nothing is proposed, but beds are
// fewer than when the component was computed. Wishes given up at the end of the last
// round were waiting in it.
func (d *state) settle() error {
	var due []int32
	for c, in := range d.computedIn {
		if in < d.round && d.schoolFirst[c] < d.schoolFirst[c+1] {
			due = append(due, int32(c))
		}
	}
	if len(due) == 0 {
		return nil
	}
	was := d.awake(due)
	proposed := d.eachComponent(due, (*finder).find)
	for p, s := range was {
		d.status[p] = s
	}
	if len(proposed) > 0 {
		return errors.New("proposal: a component that nothing touched proposes again")
	}
	return nil
}

// awake has wishes of some components that were given up in the last round wait again,
// and says what they were.
func (d *state) awake(due []int32) map[int32]core.Status {
	was := make(map[int32]core.Status)
	for _, c := range due {
		for _, group := range d.groups[d.groupFirst[c]:d.groupFirst[c+1]] {
			for p := d.first[group]; p < d.first[group+1]; p++ {
				if d.givenUpIn[p] == d.round {
					was[p] = d.status[p]
					d.status[p] = core.Waiting
				}
			}
		}
	}
	return was
}

// outcome puts the day back into the rows of the roll.
func (d *state) outcome() *core.Outcome {
	o := &core.Outcome{Rounds: int(d.round), Estimate: d.estimate, BarMax: d.barMax, Bar: d.bar,
		Status: d.status, ProposedIn: d.proposedIn, GivenUpIn: d.givenUpIn}
	if d.row == nil {
		return o
	}
	o.Status = slices.Clone(d.day.Status)
	byRow(d.Ground, o.Status, d.status)
	if d.proposedIn != nil {
		o.ProposedIn, o.GivenUpIn = make([]int32, len(o.Status)), make([]int32, len(o.Status))
		byRow(d.Ground, o.ProposedIn, d.proposedIn)
		byRow(d.Ground, o.GivenUpIn, d.givenUpIn)
	}
	return o
}

func byRow[T any](g *Ground, rows, positions []T) {
	for p, v := range positions {
		rows[g.row[p]] = v
	}
}
