package callorder

import (
	"sceau/core"
	"sceau/core/parallel"
)

// All gives the order of every group, on so many threads (0: as many as there are).
// A fault of one group refuses them all, and names the first that has one.
func All(groups []core.RankingGroup, threads int) ([][]core.Candidate, error) {
	total := 0
	for _, g := range groups {
		total += len(g.Ranked)
	}
	// One piece of memory for the country, cut in groups.
	room := make([]core.Candidate, total)
	orders := make([][]core.Candidate, len(groups))
	for i, g := range groups {
		orders[i], room = room[:len(g.Ranked):len(g.Ranked)], room[len(g.Ranked):]
	}
	faults := make([]error, len(groups))
	parallel.Each(len(groups), threads, func() func(int) {
		var w worker
		return func(i int) { faults[i] = w.order(groups[i].Rates, groups[i].Ranked, orders[i], nil) }
	})
	for i, err := range faults {
		if f, ok := err.(*core.Fault); ok {
			return nil, f.In(i)
		}
	}
	return orders, nil
}
