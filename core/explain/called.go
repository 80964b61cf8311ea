package explain

import (
	"errors"
	"fmt"

	"sceau/core"
	"sceau/core/callorder"
)

// A Position is where somebody stands in a call order, and what the rates did to it
// ("rang dans l'ordre d'appel").
//
// Call = Board + OvertakenBy - Overtook, and OvertakenBy is the sum of the three causes.
type Position struct {
	Rates  core.Rates `json:"rates"`
	Ranked int        `json:"ranked"` // candidates in the group
	Board  int        `json:"board"`  // position on the board's list, from 1
	Call   int        `json:"call"`   // position in the call order ("rang dans l'ordre d'appel")

	Overtook    int `json:"overtook"`     // candidates better ranked by the board who are called later
	OvertakenBy int `json:"overtaken_by"` // candidates worse ranked by the board who are called before

	// The positions before this one that went to somebody worse ranked, by the rate that
	// bound there and that this candidate does not count for.
	ByBursary  int `json:"by_bursary"`
	ByResident int `json:"by_resident"`
	ByBoth     int `json:"by_both"`

	// Bound is the last call rank that the rates can bring about for this candidate,
	// whoever else is in the group; 0 is none below the size of the group.
	Bound int `json:"bound,omitzero"`
}

// ErrNotRanked means a candidate whom the board of the group did not rank.
var ErrNotRanked = errors.New("explain: the candidate is not ranked in this group")

// Called explains the position of one candidate, from the trace of the order.
func Called(rates core.Rates, ranked []core.Ranked, who core.Candidate) (Position, error) {
	order, steps, err := callorder.Traced(rates, ranked)
	if err != nil {
		return Position{}, err
	}
	p := Position{Rates: rates, Ranked: len(ranked), Board: 1}
	row := -1
	for i, r := range ranked {
		if r.Candidate == who {
			row = i
		}
	}
	if row < 0 {
		return Position{}, ErrNotRanked
	}
	me := ranked[row]
	for _, r := range ranked {
		if r.Rank < me.Rank {
			p.Board++
		}
	}
	for k, s := range steps {
		if order[k] == who {
			p.Call = k + 1
			continue
		}
		worse := ranked[s.Row].Rank > me.Rank
		if p.Call > 0 { // behind
			if !worse {
				p.Overtook++
			}
			continue
		}
		if !worse {
			continue
		}
		p.OvertakenBy++
		bursary, resident := s.BursaryBinds && !me.Bursary, s.ResidentBinds && !me.Resident
		switch {
		case bursary && resident:
			p.ByBoth++
		case bursary:
			p.ByBursary++
		case resident:
			p.ByResident++
		default:
			return Position{}, fmt.Errorf("explain: position %d passes somebody and no rate says why", k+1)
		}
	}
	p.Bound = bound(rates, me, p.Board, len(ranked))
	return p, nil
}

// bound is what P2 to P5 promise: the last call rank of somebody of this class.
func bound(rates core.Rates, me core.Ranked, board, ranked int) int {
	rate, ahead := rates.Bursary+rates.Resident, board+1 // P5: ⌈100·(r+1)/(100−s)⌉
	switch {
	case me.Bursary && (me.Resident || rates.Resident == 0):
		return board // P2
	case me.Bursary:
		rate, ahead = rates.Resident, board // P4
	case me.Resident || rates.Resident == 0:
		rate, ahead = rates.Bursary, board // P3
	}
	if rate >= 100 {
		return 0
	}
	last := (100*ahead + 99 - rate) / (100 - rate)
	if ahead == board { // P3 and P4: (100 − q)(k − 1) ≤ 100·r
		last = 100*board/(100-rate) + 1
	}
	if last >= ranked {
		return 0
	}
	return last
}

// Recheck computes a Position again from the group and its order, pair by pair, and is an
// error where they differ. It knows nothing of how the order came to be.
func (p Position) Recheck(ranked []core.Ranked, order []core.Candidate, who core.Candidate) error {
	at := map[core.Candidate]core.Ranked{}
	for _, r := range ranked {
		at[r.Candidate] = r
	}
	me, ok := at[who]
	if !ok {
		return ErrNotRanked
	}
	again := Position{Rates: p.Rates, Ranked: len(ranked), Board: 1}
	for _, r := range ranked {
		if r.Rank < me.Rank {
			again.Board++
		}
	}
	var bursaries, residents int // among those called so far
	again.Bound = boundBySearch(p.Rates, me, again.Board, len(ranked))
	for k, c := range order {
		r := at[c]
		switch {
		case c == who:
			again.Call = k + 1
		case again.Call > 0 && r.Rank < me.Rank:
			again.Overtook++
		case again.Call == 0 && r.Rank > me.Rank:
			again.OvertakenBy++
			// The certificate: before this position the share was short.
			left := order[k:] // this position and those behind
			shortB := 100*bursaries < p.Rates.Bursary*(k+1) && !me.Bursary && any(left, at, func(r core.Ranked) bool { return r.Bursary })
			shortR := 100*residents < p.Rates.Resident*(k+1) && !me.Resident && any(left, at, func(r core.Ranked) bool { return r.Resident })
			switch {
			case shortB && shortR:
				again.ByBoth++
			case shortB:
				again.ByBursary++
			case shortR:
				again.ByResident++
			}
		}
		bursaries, residents = bursaries+one(r.Bursary), residents+one(r.Resident)
	}
	switch {
	case again != p:
		return fmt.Errorf("explain: computed again, position %d of the order is explained otherwise", p.Call)
	case p.Call != p.Board+p.OvertakenBy-p.Overtook, p.OvertakenBy != p.ByBursary+p.ByResident+p.ByBoth:
		return fmt.Errorf("explain: the counts of position %d do not add up", p.Call)
	case p.Bound > 0 && p.Call > p.Bound:
		return fmt.Errorf("explain: position %d lies behind its bound", p.Call)
	}
	return nil
}

// boundBySearch finds the bound rank by rank, from what P2 to P5 say of each: the last call
// rank that they allow, or 0 where they allow the last of the group.
func boundBySearch(rates core.Rates, me core.Ranked, board, ranked int) int {
	behind := func(rate int) func(k int) bool { // P3, P4: the others ahead of rank k have their share of it
		return func(k int) bool { return (100-rate)*(k-1) <= 100*board }
	}
	allowed := func(k int) bool { return (100-rates.Bursary-rates.Resident)*(k-1) < 100*(board+1) } // P5
	switch forResidents := me.Resident || rates.Resident == 0; {
	case me.Bursary && forResidents:
		return board // P2
	case me.Bursary:
		allowed = behind(rates.Resident)
	case forResidents:
		allowed = behind(rates.Bursary)
	}
	last := 1
	for last < ranked && allowed(last+1) {
		last++
	}
	if last == ranked {
		return 0
	}
	return last
}

// any is whether somebody is such among those of an order.
func any(of []core.Candidate, at map[core.Candidate]core.Ranked, such func(core.Ranked) bool) bool {
	for _, c := range of {
		if such(at[c]) {
			return true
		}
	}
	return false
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
