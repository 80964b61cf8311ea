// Package display computes what candidates and programmes see of a day: ranks on
// waiting lists, the last rank called, bars of boarding schools.
//
// Only wishes that waited in the main phase this morning are looked at: what was
// proposed earlier has left the list. What is shown of a tiny group tells of individuals:
// who publishes beyond the candidates concerned applies the small-count rule first.
//
// # The waiting rank
//
// Rule ("rang sur liste d'attente"). Down the call order, each candidate who waits without
// a ranked bed, and was not called by the twin, counts one. The rank is that count, or
// yesterday's where it is smaller, and is carried on. Somebody who comes back has at most
// the rank of the next behind.
//
// Invariant. It never grows from one day to the next, for anyone. Among those who wait for
// a regular reason, a smaller call rank has a waiting rank that is not larger (package
// verify). A group that is stopped counts its waiting like any other.
//
// Cost. Linear in the group; looking behind those who come back, at most quadratic in
// their number. Groups in parallel.
//
// Source: the decree of 31 December 2020, annex, item A16.04; the public algorithms.
//
// # The last rank called
//
// Rule ("rang du dernier appelé"). The largest shown rank proposed today before the first
// wish that waits for a regular reason: not behind a bar, not reinstated, not corrected.
// What is shown is the largest of the days so far.
//
// Invariant. What is shown never decreases, and everybody up to today's was called, or
// waits for a reason that is not the order.
//
// Cost. Linear in the group.
//
// Source: the public algorithms.
//
// # The bars of a boarding school
//
// Rule ("barres internat"). For a group and a boarding school: the largest boarding rank
// proposed today, and the call rank up to which everybody not above it was proposed. A new
// pair is shown where neither value falls; otherwise the old stays.
//
// Invariant. The pairs that are shown only grow.
//
// Cost. Linear in the group, for each boarding school that serves it.
//
// Source: the public algorithms.
package display

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/parallel"
	"sceau/core/proposal"
)

// A Display is what is seen of one day. WaitingRank is by row of the roll, the others
// by group.
type Display struct {
	WaitingRank  []int32 // 0 is none
	LastCalled   []int32 // from today's data only; what is shown is the maximum so far
	WaitingCount []int32 // candidates counted on the waiting list
	Bars         []Bars  // by school, then group; from today's data only
}

// Bars are the bars of one boarding school ("barres internat") as one group sees them.
type Bars struct {
	School, Group int32
	Call          int32 // everyone up to this shown call rank, and
	Boarding      int32 // up to this boarding rank, was proposed
}

// Since gives the pair to show, when before was shown: the new one if neither value
// falls, otherwise the old stays.
func (b Bars) Since(before Bars) Bars {
	if b.Call >= before.Call && b.Boarding >= before.Boarding {
		return b
	}
	b.Call, b.Boarding = before.Call, before.Boarding
	return b
}

// Of gives the display of a day that was computed.
func Of(g *proposal.Ground, day *core.Day, out *core.Outcome, threads int) *Display {
	groups := g.Roll().Groups()
	d := &Display{
		WaitingRank: make([]int32, g.Roll().Wishes.Len()),
		LastCalled:  make([]int32, groups), WaitingCount: make([]int32, groups),
	}
	bars := make([][]Bars, groups)
	parallel.Each(groups, threads, func() func(int) {
		v := view{g: g, roll: &g.Roll().Wishes, day: day, out: out, d: d}
		return func(i int) {
			v.load(i)
			v.waiting(i)
			v.lastCalled(i)
			bars[i] = v.bars(i)
		}
	})
	d.Bars = slices.Concat(bars...)
	slices.SortFunc(d.Bars, func(a, b Bars) int {
		return cmp.Or(cmp.Compare(a.School, b.School), cmp.Compare(a.Group, b.Group))
	})
	return d
}

// A view is one group at a time: the rows that count today, in call order.
type view struct {
	g      *proposal.Ground
	roll   *core.Wishes
	day    *core.Day
	out    *core.Outcome
	d      *Display
	rows   []int32
	behind []int32
}

func (v *view) load(group int) {
	v.rows = v.rows[:0]
	for p, end := v.g.Positions(group); p < end; p++ {
		if i := v.g.Row(p); v.day.Status[i] == core.Waiting && v.roll.Kind[i]&core.OutsideMain == 0 {
			v.rows = append(v.rows, i)
		}
	}
}

func (v *view) waits(i int32) bool { return v.out.Status[i] == core.Waiting }

// called is whether a wish is a proposal of today that stands.
func (v *view) called(i int32) bool {
	return v.out.Status[i] == core.Proposed || v.out.Status[i] == core.AutoAccepted
}

// twinCalled is whether the candidate's other wish for the group was proposed today.
func (v *view) twinCalled(k int) bool {
	c := v.roll.Candidate[v.rows[k]]
	return k > 0 && v.roll.Candidate[v.rows[k-1]] == c && v.called(v.rows[k-1]) ||
		k+1 < len(v.rows) && v.roll.Candidate[v.rows[k+1]] == c && v.called(v.rows[k+1])
}

// waiting gives the ranks on the waiting list of a group.
func (v *view) waiting(group int) {
	v.lookAhead()
	n, counted, last := int32(0), int32(0), int64(-1)
	for k, i := range v.rows {
		if !v.waits(i) || v.roll.School[i] != core.NoSchool {
			continue // whoever waits for a ranked bed has no rank on this list
		}
		if c := int64(v.roll.Candidate[i]); c != last && !v.twinCalled(k) {
			n++
			counted++
			last = c
		}
		if v.day.Number == 1 {
			v.d.WaitingRank[i] = max(1, n)
			continue
		}
		// Never more than yesterday; of somebody who was not on the list yesterday,
		// never more than whoever stands behind.
		if was := v.yesterday(k); was > 0 {
			n = min(n, was)
		}
		v.d.WaitingRank[i] = n
	}
	v.d.WaitingCount[group] = counted
}

// yesterday is the rank that bounds today's: one's own, or that of the next candidate
// behind who has one.
func (v *view) yesterday(k int) int32 {
	if was := v.day.WaitingRank[v.rows[k]]; was > 0 {
		return was
	}
	return v.behind[k]
}

// lookAhead finds, from the back, the rank of yesterday of the next candidate behind each.
func (v *view) lookAhead() {
	v.behind = append(v.behind[:0], make([]int32, len(v.rows))...)
	var next, other int32 // the nearest, and the nearest of another candidate than that one
	var whose core.Candidate
	for k := len(v.rows) - 1; k >= 0; k-- {
		c := v.roll.Candidate[v.rows[k]]
		switch {
		case next == 0:
		case c != whose:
			v.behind[k] = next
		default:
			v.behind[k] = other
		}
		if was := v.day.WaitingRank[v.rows[k]]; was > 0 {
			if next > 0 && c != whose {
				other = next
			}
			next, whose = was, c
		}
	}
}

// lastCalled is the largest shown rank proposed today before the first wish that waits
// for a regular reason.
func (v *view) lastCalled(group int) {
	for _, i := range v.rows {
		switch {
		case v.called(i):
			v.d.LastCalled[group] = max(v.d.LastCalled[group], v.roll.ShownRank[i])
		case v.waits(i) && !v.ignored(v.day.IgnoreInWait, i) && !v.behindBar(i):
			return
		}
	}
}

func (v *view) ignored(column []bool, i int32) bool { return column != nil && column[i] }

func (v *view) behindBar(i int32) bool {
	s := v.roll.School[i]
	return s != core.NoSchool && v.roll.BoardingRank[i] > v.out.Bar[s]
}

// bars gives a pair of bars for each boarding school for which the group had a waiting
// wish when the last round began.
func (v *view) bars(group int) []Bars {
	var all []Bars
	for _, i := range v.rows {
		s := v.roll.School[i]
		if s == core.NoSchool || !v.inLastRound(i) || slices.ContainsFunc(all, func(b Bars) bool { return b.School == s }) {
			continue
		}
		all = append(all, v.pair(group, s))
	}
	return all
}

// inLastRound is whether a wish was still waiting when the last round began.
func (v *view) inLastRound(i int32) bool {
	if v.out.ProposedIn == nil {
		return true
	}
	last := int32(v.out.Rounds)
	proposed, given := v.out.ProposedIn[i], v.out.GivenUpIn[i]
	return (proposed == 0 || proposed == last) && (given == 0 || given == last)
}

func (v *view) pair(group int, school int32) Bars {
	b := Bars{School: school, Group: int32(group)}
	for _, i := range v.rows {
		if v.roll.School[i] == school && v.called(i) {
			b.Boarding = max(b.Boarding, v.roll.BoardingRank[i])
		}
	}
	for _, i := range v.rows {
		switch {
		case v.roll.School[i] != school || v.ignored(v.day.IgnoreInBars, i):
		case v.called(i):
			b.Call = max(b.Call, v.roll.ShownRank[i])
		case v.waits(i) && v.roll.BoardingRank[i] <= b.Boarding:
			return b
		}
	}
	return b
}
