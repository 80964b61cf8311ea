// Package coretest draws small campaigns that live for many days, with everything in
// them that may happen: twins, shared boarding schools, answers, machines switched on and
// off, the gap phase, places that change, wishes that come back. Tests alone import it.
//
// Rule. A seed draws a campaign; each evening its candidates answer, and the next morning
// follows from what was computed.
//
// Invariant. One seed is one campaign, and no day that it draws is refused.
//
// Cost. Some tens of candidates: what is compared with it may be as slow as it likes.
//
// Source: none; everybody in it is invented.
package coretest

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"sceau/core"
)

// A Campaign is a roll and the morning of its next day.
type Campaign struct {
	Roll *core.Roll
	Next *core.Day

	rnd     *rand.Rand
	taste   Taste
	machine map[core.Candidate]bool
	history [][]int64 // last called rank of each group, by day
}

// A Taste says how large a campaign is and what happens in it; the zero value has
// neither boarding nor machines.
type Taste struct {
	Groups, Schools, Candidates int
	Boarding, Machines, Gap     bool
	Churn                       bool // places, limits, stops and reservations change
}

// AnyTaste draws one.
func AnyTaste(rnd *rand.Rand) Taste {
	t := Taste{Groups: 1 + rnd.IntN(9), Candidates: 2 + rnd.IntN(40), Machines: rnd.IntN(3) > 0, Gap: rnd.IntN(2) == 0, Churn: rnd.IntN(2) == 0}
	if t.Boarding = rnd.IntN(3) > 0; t.Boarding {
		t.Schools = 1 + rnd.IntN(4)
	}
	return t
}

// New draws a campaign.
func New(rnd *rand.Rand, t Taste) *Campaign {
	c := &Campaign{rnd: rnd, taste: t, machine: map[core.Candidate]bool{}}
	c.Roll = c.roll()
	c.Next = c.first()
	return c
}

func (c *Campaign) chance(oneIn int) bool { return c.rnd.IntN(oneIn) == 0 }

func (c *Campaign) roll() *core.Roll {
	t := c.taste
	r := &core.Roll{Candidates: t.Candidates, Schools: t.Schools}
	serves := make([][]int32, t.Groups) // boarding schools of each group: none, one, or one by gender
	for g := range t.Groups {
		programme := int32(len(r.Programme))
		if g > 0 && c.chance(4) { // a programme with two ranking groups
			programme = r.Programme[g-1]
		}
		r.Programme = append(r.Programme, programme)
		for range c.rnd.IntN(3) {
			if t.Schools > 0 {
				serves[g] = append(serves[g], int32(c.rnd.IntN(t.Schools)))
			}
		}
	}
	// Orders are drawn over everybody, so that they have gaps.
	orders, beds := make([][]int, t.Groups), make([][]int, t.Schools)
	for g := range orders {
		orders[g] = c.rnd.Perm(t.Candidates + 3)
	}
	for s := range beds {
		beds[s] = c.rnd.Perm(t.Candidates + 3)
	}
	w := &r.Wishes
	add := func(who, g int, school int32, kind core.Kind) {
		w.Candidate, w.Group, w.School = append(w.Candidate, core.Candidate(who)), append(w.Group, int32(g)), append(w.School, school)
		rank, boarding := int32(orders[g][who]+1), int32(0)
		if school != core.NoSchool {
			boarding = int32(beds[school][who] + 1)
		}
		w.CallRank, w.ShownRank = append(w.CallRank, rank), append(w.ShownRank, max(1, rank-int32(c.rnd.IntN(2))))
		w.BoardingRank, w.Kind = append(w.BoardingRank, boarding), append(w.Kind, kind)
	}
	for who := range t.Candidates {
		for g := range t.Groups {
			if c.chance(3) || g > 0 && r.Programme[g] == r.Programme[g-1] {
				continue // a programme ranks somebody in one of its groups
			}
			kind := core.Kind(0)
			if c.chance(20) {
				kind = core.OutsideMain
			}
			with := t.Boarding && c.chance(2)
			if !with || c.chance(2) {
				add(who, g, core.NoSchool, kind)
			}
			if with {
				school := int32(core.NoSchool)
				if n := len(serves[g]); n > 0 {
					school = serves[g][c.rnd.IntN(n)]
				}
				add(who, g, school, core.WithBoarding)
			}
		}
	}
	c.shuffle(w)
	return r
}

// shuffle puts rows in any order.
func (c *Campaign) shuffle(w *core.Wishes) {
	c.rnd.Shuffle(w.Len(), func(i, j int) {
		w.Candidate[i], w.Candidate[j] = w.Candidate[j], w.Candidate[i]
		w.Group[i], w.Group[j] = w.Group[j], w.Group[i]
		w.School[i], w.School[j] = w.School[j], w.School[i]
		w.CallRank[i], w.CallRank[j] = w.CallRank[j], w.CallRank[i]
		w.ShownRank[i], w.ShownRank[j] = w.ShownRank[j], w.ShownRank[i]
		w.BoardingRank[i], w.BoardingRank[j] = w.BoardingRank[j], w.BoardingRank[i]
		w.Kind[i], w.Kind[j] = w.Kind[j], w.Kind[i]
	})
}

func (c *Campaign) first() *core.Day {
	n := c.Roll.Wishes.Len()
	d := &core.Day{Number: 1, Terms: core.Terms{ReservationEnd: 1 + c.rnd.IntN(30), GapStart: 1000, OrderingEnd: 1000},
		Status: make([]core.Status, n), Preference: make([]int32, n), WaitingRank: make([]int32, n),
		IgnoreInWait: make([]bool, n), IgnoreInBars: make([]bool, n)}
	if c.taste.Gap {
		d.GapStart = 2 + c.rnd.IntN(40)
		d.OrderingEnd = d.GapStart + c.rnd.IntN(4)
	}
	for range c.Roll.Groups() {
		g := core.Group{Places: int64(c.rnd.IntN(6))}
		if c.chance(4) {
			g.RankLimit = int64(c.rnd.IntN(8))
		}
		d.Groups = append(d.Groups, g)
	}
	for range c.Roll.Schools {
		d.Beds = append(d.Beds, int64(c.rnd.IntN(5)))
	}
	for i := range d.Status {
		d.Status[i] = core.Waiting
		if c.Roll.Wishes.Kind[i]&core.OutsideMain != 0 {
			d.Status[i] = core.Accepted
		}
	}
	return d
}

// Over goes on to the next morning: what the day did stands, candidates answer, change
// their minds, switch machines on and off, and programmes change what they offer.
func (c *Campaign) Over(out *core.Outcome, waiting []int32) {
	d := c.Next
	called := make([]int64, len(d.Groups))
	for i := range out.Status {
		if _, today := out.Today(i); today && out.Status[i].Holds() {
			g := c.Roll.Wishes.Group[i]
			called[g] = max(called[g], int64(c.Roll.Wishes.CallRank[i]))
		}
	}
	c.history = append(c.history, called)
	next := *d
	next.Number++
	next.Status, next.Preference = make([]core.Status, len(d.Status)), make([]int32, len(d.Status))
	next.Groups, next.Beds = slices.Clone(d.Groups), slices.Clone(d.Beds)
	next.IgnoreInWait, next.IgnoreInBars = make([]bool, len(d.Status)), make([]bool, len(d.Status))
	next.WaitingRank = slices.Clone(waiting)
	for i, s := range out.Status {
		next.Status[i] = s.Overnight()
	}
	for g := range next.Groups {
		q := &next.Groups[g]
		q.LastCalled = max(q.LastCalled, called[g])
		if k := len(c.history) - 5; k >= 0 {
			q.LastCalledBefore = max(q.LastCalledBefore, c.history[k][g])
		}
	}
	c.Next = &next
	for who := range c.Roll.Candidates {
		c.answer(core.Candidate(who))
	}
	if c.taste.Churn {
		c.churn()
	}
	next.Answering = nil
	for who := range c.Roll.Candidates {
		if c.machine[core.Candidate(who)] {
			next.Answering = append(next.Answering, core.Candidate(who))
		}
	}
}

// answer has one candidate do what candidates do.
func (c *Campaign) answer(who core.Candidate) {
	d, w := c.Next, &c.Roll.Wishes
	var mine []int
	for i := range d.Status {
		if w.Candidate[i] == who && w.Kind[i]&core.OutsideMain == 0 {
			mine = append(mine, i)
		}
	}
	c.rnd.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
	if !c.machine[who] {
		c.decide(mine)
	}
	for _, i := range mine {
		if d.Status[i] == core.Dropped && c.chance(5) || d.Status[i] == core.Refused && c.chance(12) { // reinstated, or put right
			d.Status[i], d.WaitingRank[i] = core.Waiting, 0
			d.IgnoreInWait[i], d.IgnoreInBars[i] = true, c.chance(2)
		}
	}
	c.order(who, mine)
}

// decide accepts at most one proposal, and refuses and drops others.
func (c *Campaign) decide(mine []int) {
	d := c.Next
	for _, i := range mine {
		switch d.Status[i] {
		case core.Pending:
			switch c.rnd.IntN(4) {
			case 0:
				d.Status[i] = core.Refused
			case 1:
				for _, j := range mine {
					if d.Status[j] == core.Accepted {
						d.Status[j] = core.Refused
					}
				}
				d.Status[i] = core.Accepted
			}
		case core.Waiting:
			if c.chance(15) {
				d.Status[i] = core.Dropped
			}
		case core.Accepted:
			if c.chance(9) {
				d.Status[i] = core.Refused
			}
		}
	}
}

// order puts wishes in an order of preference, for a machine or for the gap phase.
func (c *Campaign) order(who core.Candidate, mine []int) {
	d := c.Next
	held := 0
	for _, i := range mine {
		if d.Status[i] == core.Pending || d.Status[i] == core.Accepted {
			held++
		}
	}
	c.machine[who] = c.taste.Machines && held <= 1 && len(mine) > 0 && (c.machine[who] && !c.chance(10) || c.chance(2))
	if !c.machine[who] && (d.Number < d.GapStart || c.chance(3)) {
		return
	}
	// Waiting wishes first, then, perhaps, the proposal held behind them.
	slices.SortStableFunc(mine, func(i, j int) int {
		return cmp.Compare(btoi(d.Status[i] != core.Waiting), btoi(d.Status[j] != core.Waiting))
	})
	rank := int32(0)
	for _, i := range mine {
		ordered := d.Status[i] == core.Waiting || d.Status[i].Live() && c.chance(2)
		if !c.machine[who] {
			ordered = d.Status[i].Live() && !c.chance(4)
		}
		if ordered {
			rank++
			d.Preference[i] = rank
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *Campaign) churn() {
	d := c.Next
	for g := range d.Groups {
		q := &d.Groups[g]
		if c.chance(6) {
			q.Places = int64(c.rnd.IntN(8))
		}
		if c.chance(8) {
			q.RankLimit = int64(c.rnd.IntN(12))
		}
		q.Stop = c.chance(8)
		q.EndReservation = c.chance(10)
	}
	for s := range d.Beds {
		if c.chance(10) {
			d.Beds[s] = int64(c.rnd.IntN(6))
		}
	}
}
