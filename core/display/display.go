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
		l := list{g: g, roll: &g.Roll().Wishes, day: day, out: out, d: d}
		return func(i int) {
			l.load(i)
			l.waiting(i)
			l.lastCalled(i)
			bars[i] = l.bars(i)
		}
	})
	d.Bars = slices.Concat(bars...)
	slices.SortFunc(d.Bars, func(a, b Bars) int {
		return cmp.Or(cmp.Compare(a.School, b.School), cmp.Compare(a.Group, b.Group))
	})
	return d
}

// A list is that of one group at a time: the rows that count today, in call order.
type list struct {
	g      *proposal.Ground
	roll   *core.Wishes
	day    *core.Day
	out    *core.Outcome
	d      *Display
	rows   []int32
	behind []int32
}

func (l *list) load(group int) {
	l.rows = l.rows[:0]
	for p, end := l.g.Positions(group); p < end; p++ {
		if i := l.g.Row(p); l.day.Status[i] == core.Waiting && l.roll.Kind[i]&core.OutsideMain == 0 {
			l.rows = append(l.rows, i)
		}
	}
}

func (l *list) waits(i int32) bool { return l.out.Status[i] == core.Waiting }

// called is whether a wish is a proposal of today that stands.
func (l *list) called(i int32) bool {
	return l.out.Status[i] == core.Proposed || l.out.Status[i] == core.AutoAccepted
}

// twinCalled is whether the candidate's other wish for the group was proposed today.
func (l *list) twinCalled(k int) bool {
	c := l.roll.Candidate[l.rows[k]]
	return k > 0 && l.roll.Candidate[l.rows[k-1]] == c && l.called(l.rows[k-1]) ||
		k+1 < len(l.rows) && l.roll.Candidate[l.rows[k+1]] == c && l.called(l.rows[k+1])
}

// waiting gives the ranks on the waiting list of a group.
func (l *list) waiting(group int) {
	l.lookAhead()
	n, counted, last := int32(0), int32(0), int64(-1)
	for k, i := range l.rows {
		if !l.waits(i) || l.roll.School[i] != core.NoSchool {
			continue // whoever waits for a ranked bed has no rank on this list
		}
		if c := int64(l.roll.Candidate[i]); c != last && !l.twinCalled(k) {
			n++
			counted++
			last = c
		}
		if l.day.Number == 1 {
			l.d.WaitingRank[i] = max(1, n)
			continue
		}
		// Never more than yesterday; of somebody who was not on the list yesterday,
		// never more than whoever stands behind.
		if was := l.yesterday(k); was > 0 {
			n = min(n, was)
		}
		l.d.WaitingRank[i] = n
	}
	l.d.WaitingCount[group] = counted
}

// yesterday is the rank that bounds today's: one's own, or that of the next candidate
// behind who has one.
func (l *list) yesterday(k int) int32 {
	if was := l.day.WaitingRank[l.rows[k]]; was > 0 {
		return was
	}
	return l.behind[k]
}

// lookAhead finds, from the back, the rank of yesterday of the next candidate behind each.
func (l *list) lookAhead() {
	l.behind = append(l.behind[:0], make([]int32, len(l.rows))...)
	var next, other int32 // the nearest, and the nearest of another candidate than that one
	var whose core.Candidate
	for k := len(l.rows) - 1; k >= 0; k-- {
		c := l.roll.Candidate[l.rows[k]]
		switch {
		case next == 0:
		case c != whose:
			l.behind[k] = next
		default:
			l.behind[k] = other
		}
		if was := l.day.WaitingRank[l.rows[k]]; was > 0 {
			if next > 0 && c != whose {
				other = next
			}
			next, whose = was, c
		}
	}
}

// lastCalled is the largest shown rank proposed today before the first wish that waits
// for a regular reason.
func (l *list) lastCalled(group int) {
	for _, i := range l.rows {
		switch {
		case l.called(i):
			l.d.LastCalled[group] = max(l.d.LastCalled[group], l.roll.ShownRank[i])
		case l.waits(i) && !l.ignored(l.day.IgnoreInWait, i) && !l.behindBar(i):
			return
		}
	}
}

func (l *list) ignored(column []bool, i int32) bool { return column != nil && column[i] }

func (l *list) behindBar(i int32) bool {
	s := l.roll.School[i]
	return s != core.NoSchool && l.roll.BoardingRank[i] > l.out.Bar[s]
}

// bars gives a pair of bars for each boarding school for which the group had a waiting
// wish when the last round began.
func (l *list) bars(group int) []Bars {
	var all []Bars
	for _, i := range l.rows {
		s := l.roll.School[i]
		if s == core.NoSchool || !l.inLastRound(i) || slices.ContainsFunc(all, func(b Bars) bool { return b.School == s }) {
			continue
		}
		all = append(all, l.pair(group, s))
	}
	return all
}

// inLastRound is whether a wish was still waiting when the last round began.
func (l *list) inLastRound(i int32) bool {
	if l.out.ProposedIn == nil {
		return true
	}
	last := int32(l.out.Rounds)
	proposed, given := l.out.ProposedIn[i], l.out.GivenUpIn[i]
	return (proposed == 0 || proposed == last) && (given == 0 || given == last)
}

func (l *list) pair(group int, school int32) Bars {
	b := Bars{School: school, Group: int32(group)}
	for _, i := range l.rows {
		if l.roll.School[i] == school && l.called(i) {
			b.Boarding = max(b.Boarding, l.roll.BoardingRank[i])
		}
	}
	for _, i := range l.rows {
		switch {
		case l.roll.School[i] != school || l.ignored(l.day.IgnoreInBars, i):
		case l.called(i):
			b.Call = max(b.Call, l.roll.ShownRank[i])
		case l.waits(i) && l.roll.BoardingRank[i] <= b.Boarding:
			return b
		}
	}
	return b
}
