package verify

import (
	"slices"

	"sceau/core"
	"sceau/core/parallel"
)

// Order is the first rule among P1 to P7, P9 and P10 that an order breaks, as a Finding;
// nil when all hold. It is as fast as the sorting of the group.
func Order(rates core.Rates, ranked []core.Ranked, order []core.Candidate) error {
	var o orderCheck
	return o.all(rates, ranked, order)
}

// Orders holds the same for every ranking group, on so many threads (0: as many as there
// are). The finding of the lowest group is given.
func Orders(groups []core.RankingGroup, orders [][]core.Candidate, threads int) error {
	if len(groups) != len(orders) {
		return core.ColumnsDiffer.Of()
	}
	broken := make([]error, len(groups))
	parallel.Each(len(groups), threads, func() func(int) {
		var o orderCheck
		return func(i int) { broken[i] = o.all(groups[i].Rates, groups[i].Ranked, orders[i]) }
	})
	for i, err := range broken {
		switch f := err.(type) {
		case Finding:
			f.Group = i
			return f
		case *core.Fault:
			return f.In(i)
		}
	}
	return nil
}

// Violations names the rules among P1 to P5 that an order breaks, in that order, as the
// public reference judges them: with the ranks as the board gave them, gaps included,
// and without P3 where the bursary rate is 100. Order is stricter. A group that cannot
// be ranked, or an order that is no permutation of it, is an error.
func Violations(rates core.Rates, ranked []core.Ranked, order []core.Candidate) ([]string, error) {
	o := orderCheck{asReference: true}
	if err := o.load(rates, ranked, order); err != nil {
		return nil, err
	}
	broken := []string{}
	for i, holds := range []func() bool{o.p1, o.p2, o.p3, o.p4, o.p5} {
		if !holds() {
			broken = append(broken, [...]string{"P1", "P2", "P3", "P4", "P5"}[i])
		}
	}
	return broken, nil
}

// An orderCheck holds one group by board rank, each with the position in the order.
type orderCheck struct {
	asReference bool

	rates core.Rates
	board []place // by board rank
	order []int32 // call rank - 1 -> index in board

	// Packed for sorting: board rank and row, candidate and index in board, candidate and
	// position in the order.
	at, who, called []uint64
}

type place struct {
	call      int64 // position in the order, from 1
	rank      int64 // position on the board's list, from 1
	candidate core.Candidate
	bursary   bool
	resident  bool
}

func (o *orderCheck) all(rates core.Rates, ranked []core.Ranked, order []core.Candidate) error {
	if err := o.load(rates, ranked, order); err != nil {
		return err
	}
	for _, rule := range []struct {
		name  string
		holds func() bool
	}{{"P1", o.p1}, {"P2", o.p2}, {"P3", o.p3}, {"P4", o.p4}, {"P5", o.p5}, {"P6", o.p6}, {"P7", o.p7}, {"P10", o.p10}} {
		if !rule.holds() {
			return Finding{Rule: rule.name, Group: -1, School: -1}
		}
	}
	return nil
}

// load checks the group, and P9: the order is a permutation of it. Both are sorted by
// candidate and laid side by side.
func (o *orderCheck) load(rates core.Rates, ranked []core.Ranked, order []core.Candidate) error {
	if min(rates.Bursary, rates.Resident) < 0 || max(rates.Bursary, rates.Resident) > 100 {
		return core.RateOutOfRange.Of()
	}
	o.rates, o.at, o.who, o.called = rates, o.at[:0], o.who[:0], o.called[:0]
	for i, r := range ranked {
		if r.Rank < 1 {
			return core.RankNotPositive.Of().Who(r.Candidate)
		}
		o.at = append(o.at, uint64(r.Rank)<<32|uint64(i))
	}
	slices.Sort(o.at)
	o.board = slices.Grow(o.board[:0], len(ranked))[:len(ranked)]
	for b, key := range o.at {
		r := ranked[uint32(key)]
		if b > 0 && o.at[b-1]>>32 == key>>32 {
			return core.DuplicateRank.Of().Who(r.Candidate)
		}
		o.board[b] = place{0, int64(b) + 1, r.Candidate, r.Bursary, r.Resident}
		if o.asReference {
			o.board[b].rank = int64(r.Rank)
		}
		o.who = append(o.who, uint64(r.Candidate)<<32|uint64(b))
	}
	for k, c := range order {
		o.called = append(o.called, uint64(c)<<32|uint64(k))
	}
	slices.Sort(o.who)
	slices.Sort(o.called)
	for i := 1; i < len(o.who); i++ {
		if o.who[i]>>32 == o.who[i-1]>>32 {
			return core.DuplicateCandidate.Of().Who(core.Candidate(o.who[i] >> 32))
		}
	}
	if len(order) != len(ranked) {
		return Finding{Rule: "P9", Group: -1, School: -1}
	}
	o.order = slices.Grow(o.order[:0], len(ranked))[:len(ranked)]
	for i, key := range o.who {
		if o.called[i]>>32 != key>>32 {
			return Finding{Rule: "P9", Group: -1, School: -1, Candidate: core.Candidate(key >> 32)}
		}
		b, k := uint32(key), uint32(o.called[i])
		o.board[b].call, o.order[k] = int64(k)+1, int32(b)
	}
	return nil
}

// prefixes gives, for each prefix of the order, the bursary holders and the residents in
// it and behind it, until see says no.
func (o *orderCheck) prefixes(see func(k, bursaries, bursariesLeft, residents, residentsLeft int64) bool) bool {
	var b, r, bLeft, rLeft int64
	for _, p := range o.board {
		bLeft += one(p.bursary)
		rLeft += one(p.resident)
	}
	for k, i := range o.order {
		isB, isR := one(o.board[i].bursary), one(o.board[i].resident)
		b, bLeft, r, rLeft = b+isB, bLeft-isB, r+isR, rLeft-isR
		if !see(int64(k)+1, b, bLeft, r, rLeft) {
			return false
		}
	}
	return true
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func (o *orderCheck) p1() bool {
	q := int64(o.rates.Bursary)
	return o.prefixes(func(k, b, left, _, _ int64) bool { return 100*b >= q*k || left == 0 })
}

// overtakers walks from the worst board rank to the best, and gives for each candidate
// the best call rank among those with a worse board rank whom by counts, until see says
// no. Somebody is overtaken when it is smaller than their own.
func (o *orderCheck) overtakers(by func(place) bool, see func(p place, best int64) bool) bool {
	best := int64(len(o.board)) + 1
	for i := len(o.board) - 1; i >= 0; i-- {
		p := o.board[i]
		if !see(p, best) {
			return false
		}
		if by(p) {
			best = min(best, p.call)
		}
	}
	return true
}

func anyone(place) bool           { return true }
func withoutBursary(p place) bool { return !p.bursary }
func nonResident(p place) bool    { return !p.resident }

func (o *orderCheck) p2() bool {
	return o.overtakers(anyone, func(p place, best int64) bool {
		return !p.bursary || !p.resident && o.rates.Resident > 0 || best > p.call
	})
}

func (o *orderCheck) p3() bool {
	q := int64(o.rates.Bursary)
	return q == 100 && o.asReference || o.overtakers(withoutBursary, func(p place, best int64) bool {
		if p.bursary || !p.resident && o.rates.Resident > 0 {
			return true
		}
		return best > p.call && (q >= 100 || (100-q)*(p.call-1) <= 100*p.rank)
	})
}

func (o *orderCheck) p4() bool {
	q := int64(o.rates.Resident)
	return q == 0 || o.overtakers(nonResident, func(p place, best int64) bool {
		if !p.bursary || p.resident {
			return true
		}
		return best > p.call && (q >= 100 || (100-q)*(p.call-1) <= 100*p.rank)
	})
}

func (o *orderCheck) p5() bool {
	s := int64(o.rates.Bursary + o.rates.Resident)
	worst := int64(0) // the largest call rank among better board ranks
	for _, p := range o.board {
		if !p.bursary && !p.resident {
			// ⌈100·(r+1)/(100−s)⌉, without leaving the integers.
			if worst > p.call || s < 100 && (100-s)*(p.call-1) >= 100*(p.rank+1) {
				return false
			}
		}
		worst = max(worst, p.call)
	}
	return true
}

func (o *orderCheck) p6() bool {
	qB, qR := int64(o.rates.Bursary), int64(o.rates.Resident)
	free := 100 - qB
	return o.prefixes(func(k, _, _, r, left int64) bool {
		if left == 0 || free*k < 100 {
			return true
		}
		least := (free*k - 100 + free - 1) / free // the least k' with free·k' ≥ free·k − 100
		return qR*least <= 100*r || free*least <= (200-qB)*r
	})
}

func (o *orderCheck) p7() bool {
	var last [4]int64
	for _, p := range o.board {
		class := one(p.bursary) + 2*one(p.resident)
		if p.call < last[class] {
			return false
		}
		last[class] = p.call
	}
	return true
}

func (o *orderCheck) p10() bool {
	if o.rates != (core.Rates{}) {
		return true
	}
	for i, p := range o.board {
		if p.call != int64(i)+1 {
			return false
		}
	}
	return true
}
