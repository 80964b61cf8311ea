// Package callorder decides in which order a programme calls those its board ranked.
//
// # The order
//
// Rule ("ordre d'appel"). The order is built one position at a time. At position k,
// with b bursary holders and r residents placed before it, the bursary rate qB binds
// when a bursary holder is still unplaced and 100·b < qB·k; the resident rate qR binds
// likewise. The place goes to the best board rank among those who satisfy what binds:
// anyone; bursary holders; residents; those who are both, and if none is left bursary
// holders, because the law has the bursary rate come first.
//
// Invariant. In every prefix at least ⌈qB·k/100⌉ are bursary holders ("boursiers du
// secondaire"), or none is left behind; within each of the four classes of
// candidates the order of the board is kept. Package verify states and checks them
// all (P1 to P10). The shares are those of the called, not of the admitted.
//
// Cost. O(n log n) to sort a group, then O(n): the choice sees two flags only, so that
// four queues hold everybody and each step compares at most four heads. Groups are
// independent.
//
// Source: code of education, article L. 612-3 V (minimum rate of bursary holders, « taux
// minimum de boursiers »; maximum rate of non-residents, « taux maximum de
// non-résidents »).
//
// # Late insertion
//
// Rule ("insertion tardive"). Somebody whom the board forgot, or ranks anew, is put at
// their board rank, those behind step back by one, and the order is computed as if from
// the start. Only their call rank is read from it; they come before its former owner.
//
// Invariant. Nobody else's published rank changes, and nobody who was called loses the
// proposal. The rank is that of an order with everybody from the start.
//
// Cost. Two orders of the group: that which stands is checked first.
//
// Source: the public algorithms; no article speaks of it.
package callorder

import (
	"slices"

	"sceau/core"
)

// Of gives the candidates of one group, first called first.
func Of(rates core.Rates, ranked []core.Ranked) ([]core.Candidate, error) {
	var w worker
	order := make([]core.Candidate, len(ranked))
	if err := w.order(rates, ranked, order, nil); err != nil {
		return nil, err
	}
	return order, nil
}

// A Step is why one position of a call order went where it went.
type Step struct {
	Bursaries, Residents        int32 // among those placed before
	BursaryBinds, ResidentBinds bool
	Served                      core.Class
	Row                         int32 // of the candidate, in what was ranked
}

// Traced gives the order with the reason of each position, from which each choice can
// be computed again by hand.
func Traced(rates core.Rates, ranked []core.Ranked) ([]core.Candidate, []Step, error) {
	var w worker
	order, steps := make([]core.Candidate, len(ranked)), make([]Step, len(ranked))
	if err := w.order(rates, ranked, order, steps); err != nil {
		return nil, nil, err
	}
	return order, steps, nil
}

// A worker keeps what computing one group after the other would allocate each time.
type worker struct {
	keys   []uint64   // board rank and row, packed
	queues [4][]int32 // rows of each class, best first
	met    *marks     // candidates of the group, where many groups share the memory
}

func (w *worker) order(rates core.Rates, ranked []core.Ranked, order []core.Candidate, steps []Step) error {
	if err := w.sort(rates, ranked); err != nil {
		return err
	}
	for c := range w.queues {
		w.queues[c] = w.queues[c][:0]
	}
	for _, k := range w.keys {
		row := int32(uint32(k))
		c := ranked[row].Class()
		w.queues[c] = append(w.queues[c], row)
	}
	qB, qR := int64(rates.Bursary), int64(rates.Resident)
	var head [4]int
	left := func(c core.Class) bool { return head[c] < len(w.queues[c]) }
	var b, r int64 // bursary holders and residents placed
	for k := range order {
		position := int64(k + 1)
		bursary := 100*b < qB*position && (left(core.BursaryOnly) || left(core.Both))
		resident := 100*r < qR*position && (left(core.ResidentOnly) || left(core.Both))
		served, best := core.Class(0), int32(-1)
		for c := core.Neither; c <= core.Both; c++ {
			switch {
			case !left(c),
				bursary && c&core.BursaryOnly == 0,
				// Without anybody who is both, the bursary rate alone decides.
				resident && c&core.ResidentOnly == 0 && !(bursary && !left(core.Both)):
				continue
			}
			if row := w.queues[c][head[c]]; best < 0 || ranked[row].Rank < ranked[best].Rank {
				served, best = c, row
			}
		}
		if steps != nil {
			steps[k] = Step{int32(b), int32(r), bursary, resident, served, best}
		}
		head[served]++
		order[k] = ranked[best].Candidate
		b += int64(served & core.BursaryOnly)
		r += int64(served & core.ResidentOnly >> 1)
	}
	return nil
}

// sort checks the input and puts the rows in the order of the board.
func (w *worker) sort(rates core.Rates, ranked []core.Ranked) error {
	for _, q := range []int{rates.Bursary, rates.Resident} {
		if q < 0 || q > 100 {
			return core.RateOutOfRange.Of()
		}
	}
	w.keys = w.keys[:0]
	if w.met != nil {
		w.met.clear()
	}
	sorted := true
	var twice *core.Fault
	for i, r := range ranked {
		if r.Rank < 1 {
			return core.RankNotPositive.Of().Who(r.Candidate)
		}
		w.keys = append(w.keys, uint64(r.Rank)<<32|uint64(i))
		if w.met != nil && !w.met.first(r.Candidate) && twice == nil {
			twice = core.DuplicateCandidate.Of().Who(r.Candidate)
		}
		sorted = sorted && (i == 0 || ranked[i-1].Rank <= r.Rank)
	}
	if !sorted { // a board's list comes in its own order most of the time
		slices.Sort(w.keys)
	}
	for i := 1; i < len(w.keys); i++ {
		if w.keys[i]>>32 == w.keys[i-1]>>32 {
			return core.DuplicateRank.Of().Who(ranked[uint32(w.keys[i])].Candidate)
		}
	}
	if w.met == nil {
		twice = sortedTwice(ranked)
	}
	if twice != nil {
		return twice
	}
	return nil
}

// sortedTwice is the fault of somebody who is ranked twice, for one group by itself.
func sortedTwice(ranked []core.Ranked) *core.Fault {
	all := make([]core.Candidate, len(ranked))
	for i, r := range ranked {
		all[i] = r.Candidate
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			return core.DuplicateCandidate.Of().Who(all[i])
		}
	}
	return nil
}
