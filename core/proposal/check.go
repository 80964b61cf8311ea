package proposal

import (
	"slices"
	"sync"
	"sync/atomic"

	"sceau/core"
	"sceau/core/parallel"
)

// begin refuses a day that no computation may begin with, or gives its state. What
// stands in the way is a *core.Fault: the first that a fixed order of looking finds, on
// any number of threads.
func (g *Ground) begin(day *core.Day, threads int) (*state, error) {
	if err := g.checkTerms(day); err != nil {
		return nil, err
	}
	if err := g.checkColumns(day); err != nil {
		return nil, err
	}
	d := g.open(day, threads)
	if err := d.check(); err != nil {
		return nil, err
	}
	return d, nil
}

// isSound is whether the ranks of all wishes are without fault, whichever of them are
// part of a day. It is looked at once; of a roll that is not, each day looks at its own.
func (g *Ground) isSound() bool {
	if len(g.candidate) != g.roll.Wishes.Len() {
		return false
	}
	all := make([]core.Status, len(g.candidate))
	for p := range all {
		all[p] = core.Waiting
	}
	d := &state{Ground: g, status: all}
	return d.ranks() == nil
}

func (g *Ground) checkTerms(day *core.Day) error {
	switch {
	case day.Number < 1:
		return core.DayNotPositive.Of()
	case max(day.Number, day.ReservationEnd, day.GapStart, day.OrderingEnd) > core.MaxRank, min(day.ReservationEnd, day.GapStart) < -core.MaxRank:
		return core.TooManyPlaces.Of() // beyond, the estimate would not fit in 64 bits
	case day.OrderingEnd < day.GapStart:
		return core.GapOrderingBeforeGap.Of()
	case len(day.Groups) != g.roll.Groups() || len(day.Beds) != g.roll.Schools:
		return core.ColumnsDiffer.Of()
	}
	for i, q := range day.Groups {
		switch {
		case min(q.Places, q.RankLimit, q.LastCalled, q.LastCalledBefore) < 0:
			return core.NegativeGroupParameter.Of().In(i)
		case max(q.Places, q.RankLimit, q.LastCalled) > core.MaxRank:
			return core.TooManyPlaces.Of().In(i)
		case q.LastCalled < q.LastCalledBefore:
			return core.LastCalledDecreases.Of().In(i)
		}
	}
	for s, beds := range day.Beds {
		switch {
		case beds < 0:
			return core.NegativeBoardingPlaces.Of().At(s)
		case beds > core.MaxRank:
			return core.TooManyPlaces.Of().At(s)
		}
	}
	return nil
}

func (g *Ground) checkColumns(day *core.Day) error {
	w := &g.roll.Wishes
	n := w.Len()
	for _, length := range []int{len(w.Group), len(w.School), len(w.CallRank), len(w.ShownRank), len(w.BoardingRank), len(w.Kind),
		len(day.Status), len(day.Preference)} {
		if length != n {
			return core.ColumnsDiffer.Of()
		}
	}
	for _, c := range day.Answering {
		if int(c) >= g.roll.Candidates || g.own[c] == g.own[c+1] && !g.wishes(c) {
			return core.UnknownCandidate.Of().Who(c)
		}
	}
	if len(g.candidate) == n {
		return nil
	}
	for i, s := range day.Status { // some wish has no position
		if !s.Live() || known(g.roll, i) {
			continue
		}
		switch {
		case int(w.Candidate[i]) >= g.roll.Candidates:
			return core.UnknownCandidate.Of().Who(w.Candidate[i])
		case uint32(w.Group[i]) >= uint32(g.roll.Groups()):
			return core.UnknownGroup.Of().Who(w.Candidate[i])
		}
		return core.UnknownBoarding.Of().Who(w.Candidate[i]).In(int(w.Group[i]))
	}
	return nil
}

// wishes is whether a candidate without any position has a wish all the same.
func (g *Ground) wishes(c core.Candidate) bool {
	return len(g.candidate) < g.roll.Wishes.Len() && slices.Contains(g.roll.Wishes.Candidate, c)
}

// check looks at the wishes that are part of the day.
func (d *state) check() error {
	for p, s := range d.status {
		if !s.Live() && s != core.Refused && s != core.Dropped {
			return core.UnknownStatus.Of().Who(d.candidate[p]).In(int(d.group[p]))
		}
	}
	if !d.sound {
		if err := d.ranks(); err != nil {
			return err
		}
	}
	if d.suspended() {
		return nil
	}
	return d.firstFault(len(d.day.Answering), func(i int) *core.Fault { return d.checkAnswering(d.day.Answering[i]) })
}

// ranks looks at what does not change from day to day: ranks, and who wishes for what.
func (d *state) ranks() error {
	if err := d.firstFault(d.roll.Groups(), d.checkGroup); err != nil {
		return err
	}
	if err := d.firstFault(d.roll.Candidates, d.checkCandidate); err != nil {
		return err
	}
	return d.firstFault(d.roll.Schools, d.checkSchool)
}

// suspended is whether today is one of the days in which candidates put their wishes in
// order, when the answering machines are not held to a complete order.
func (d *state) suspended() bool {
	return d.day.GapStart <= d.day.Number && d.day.Number < d.day.OrderingEnd
}

// firstFault looks at n things in parallel, and keeps the fault of the lowest.
func (d *state) firstFault(n int, look func(int) *core.Fault) error {
	var lock sync.Mutex
	var first *core.Fault
	var lowest atomic.Int64
	lowest.Store(int64(n))
	parallel.Ranges(n, 1024, d.threads, func() func(int, int) {
		return func(from, to int) {
			for i := from; i < to && int64(i) < lowest.Load(); i++ {
				f := look(i)
				if f == nil {
					continue
				}
				lock.Lock()
				if int64(i) < lowest.Load() {
					first = f
					lowest.Store(int64(i))
				}
				lock.Unlock()
			}
		}
	})
	if first != nil {
		return first
	}
	return nil
}

// checkGroup looks at the ranks of one group, in call order.
func (d *state) checkGroup(i int) *core.Fault {
	before := int32(-1) // the live wish before
	for p := d.first[i]; p < d.first[i+1]; p++ {
		if !d.status[p].Live() {
			continue
		}
		c := d.candidate[p]
		switch {
		case d.rank[p] < 0, d.boarding[p] < 0:
			return core.NegativeRank.Of().Who(c).In(i)
		case d.rank[p] == 0:
			return core.MissingCallRank.Of().Who(c).In(i)
		case d.school[p] != core.NoSchool && d.kind[p]&core.WithBoarding == 0:
			return core.UnknownBoarding.Of().Who(c).In(i)
		case d.school[p] != core.NoSchool && d.boarding[p] == 0:
			return core.BoardingRankNotPositive.Of().Who(c).In(i).At(int(d.school[p]))
		}
		if before >= 0 && d.rank[before] == d.rank[p] && d.candidate[before] != c {
			return core.DuplicateCallRank.Of().Who(c).In(i)
		}
		before = p
	}
	return nil
}

// A side is one wish of a candidate, beside the others.
type side struct{ group, programme, rank, school, boarding, kind int32 }

// checkCandidate looks at the wishes of one candidate beside each other. They are few:
// comparing each with each costs less than a table, once they lie together.
func (d *state) checkCandidate(i int) *core.Fault {
	var room [64]side
	wishes := room[:0]
	who := core.Candidate(i)
	for _, p := range d.mine[d.own[i]:d.own[i+1]] {
		if !d.status[p].Live() {
			continue
		}
		g := d.group[p]
		x := side{g, d.roll.Programme[g], d.rank[p], d.school[p], d.boarding[p], int32(d.kind[p] & core.WithBoarding)}
		for _, y := range wishes {
			switch {
			case x.programme == y.programme && x.kind == y.kind, x.group == y.group && x.kind == y.kind:
				return core.DuplicateWish.Of().Who(who).In(int(g))
			case x.group == y.group && x.rank != y.rank:
				return core.TwoCallRanks.Of().Who(who).In(int(g))
			case x.school == y.school && x.school != core.NoSchool && x.boarding != y.boarding:
				return core.TwoBoardingRanks.Of().Who(who).At(int(x.school))
			}
		}
		wishes = append(wishes, x)
	}
	return nil
}

// checkSchool looks at the ranks of one boarding school.
func (d *state) checkSchool(s int) *core.Fault {
	before := int32(-1) // the live seat before
	for seat := d.seatFirst[s]; seat < d.seatFirst[s+1]; seat++ {
		live := int32(-1)
		for _, p := range d.wish[d.wishFirst[seat]:d.wishFirst[seat+1]] {
			if d.status[p].Live() {
				live = p
				break
			}
		}
		if live < 0 {
			continue
		}
		if before >= 0 && d.seatRank[before] == d.seatRank[seat] {
			return core.DuplicateBoardingRank.Of().Who(d.candidate[live]).At(s)
		}
		before = seat
	}
	return nil
}

// checkAnswering looks at what the answering machine of one candidate begins with. The
// days in which candidates put their wishes in order are exempt.
func (d *state) checkAnswering(c core.Candidate) *core.Fault {
	held, heldAt := 0, int32(0)   // main-phase proposals, and the preference of one that is ordered
	best := int32(core.Unbounded) // of the waiting wishes
	mine := d.mine[d.own[c]:d.own[c+1]]
	for k, p := range mine {
		if !d.status[p].Live() || d.kind[p]&core.OutsideMain != 0 {
			continue
		}
		prefers := d.preference[p]
		switch {
		case d.status[p] == core.Waiting && prefers == 0:
			return core.AutoUnranked.Of().Who(c).In(int(d.group[p]))
		case d.status[p] == core.Waiting:
			best = min(best, prefers)
		default:
			held++
			heldAt = max(heldAt, prefers)
		}
		if held > 1 {
			return core.AutoTwoProposals.Of().Who(c)
		}
		for _, q := range mine[:k] {
			if prefers > 0 && d.preference[q] == prefers && d.status[q].Live() && d.kind[q]&core.OutsideMain == 0 {
				return core.AutoDuplicate.Of().Who(c)
			}
		}
	}
	if heldAt > 0 && best != core.Unbounded && best >= heldAt {
		return core.AutoWorseThanHeld.Of().Who(c)
	}
	return nil
}
