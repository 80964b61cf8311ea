package cases

import (
	"errors"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// A group of a case: [candidate, board rank, bursary, resident] for each.
type group struct {
	identified
	Bursary    int64      `json:"bursary_min_pct"`
	Resident   int64      `json:"resident_min_pct"`
	Candidates [][4]int64 `json:"candidates"`
}

func (g *group) read(n *names) (core.Rates, []core.Ranked, error) {
	rates := core.Rates{Bursary: percent(g.Bursary), Resident: percent(g.Resident)}
	ranked := make([]core.Ranked, len(g.Candidates))
	for i, c := range g.Candidates {
		var err error
		if ranked[i], err = one(n, c); err != nil {
			return rates, nil, err
		}
	}
	return rates, ranked, nil
}

func one(n *names, c [4]int64) (core.Ranked, error) {
	rank, err := narrow(c[1])
	if err != nil {
		return core.Ranked{}, err
	}
	for _, flag := range c[2:] {
		if flag&^1 != 0 {
			return core.Ranked{}, errors.New("a flag that is neither 0 nor 1")
		}
	}
	return core.Ranked{Candidate: n.of(c[0]), Rank: rank, Bursary: c[2] == 1, Resident: c[3] == 1}, nil
}

// percent keeps a rate in a range in which it is judged.
func percent(x int64) int { return int(min(max(x, -1), 101)) }

func callOrder(c *group) (any, error) {
	n := newNames()
	var doubt error
	order, err := func() ([]core.Candidate, error) {
		rates, ranked, err := c.read(n)
		if err != nil {
			return nil, err
		}
		order, err := callorder.Of(rates, ranked)
		if err != nil {
			return nil, err
		}
		doubt = verify.Order(rates, ranked, order)
		return order, nil
	}()
	if err != nil {
		return answerRefused(c.ID, err)
	}
	return answered{c.ID, map[string][]int64{"order": n.numbers(order)}, doubt}, nil
}

func (n *names) numbers(of []core.Candidate) []int64 {
	all := make([]int64, len(of))
	for i, c := range of {
		all[i] = n.number[c]
	}
	return all
}

func answerRefused(id []byte, err error) (any, error) {
	result, err := refused(err)
	if err != nil {
		return nil, err
	}
	return answered{ID: id, Result: result}, nil
}

// A checked case has an order, which may be wrong.
type checked struct {
	group
	Order []int64 `json:"order"`
}

func checkOrder(c *checked) (any, error) {
	n := newNames()
	rates, ranked, err := c.read(n)
	if err != nil {
		return answerRefused(c.ID, err)
	}
	order := make([]core.Candidate, len(c.Order))
	for i, number := range c.Order {
		order[i] = n.of(number)
	}
	violations, err := verify.Violations(rates, ranked, order)
	if err != nil {
		return answerRefused(c.ID, err)
	}
	return answered{ID: c.ID, Result: map[string][]string{"violations": violations}}, nil
}

// A late case has somebody to insert.
type late struct {
	group
	Insert [4]int64 `json:"insert"`
}

func lateInsertion(c *late) (any, error) {
	n := newNames()
	rank, err := func() (int, error) {
		rates, ranked, err := c.read(n)
		if err != nil {
			return 0, err
		}
		x, err := one(n, c.Insert)
		if err != nil {
			return 0, err
		}
		return callorder.Late(rates, ranked, x)
	}()
	if err != nil {
		return answerRefused(c.ID, err)
	}
	return answered{ID: c.ID, Result: map[string]int{"call_rank": rank}}, nil
}

// An estimated case is one group on one day.
type estimated struct {
	identified
	Day            int64 `json:"day"`
	ReservationEnd int64 `json:"reservation_end_day"`
	LastCalled     int64 `json:"last_called"`
	Before         int64 `json:"last_called_ref"`
	RankLimit      int64 `json:"rank_limit"`
}

func estimate(c *estimated) (any, error) {
	e, err := proposal.Estimate(int(c.Day), int(c.ReservationEnd),
		core.Group{RankLimit: c.RankLimit, LastCalled: c.LastCalled, LastCalledBefore: c.Before})
	if err != nil {
		return answerRefused(c.ID, err)
	}
	return answered{ID: c.ID, Result: map[string]*int64{"estimate": bounded(e)}}, nil
}

// bounded is null for what is unbounded.
func bounded(x int64) *int64 {
	if x == core.Unbounded {
		return nil
	}
	return &x
}
