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
	return orders, each(groups, threads, func(w *worker, i int) error {
		return w.order(groups[i].Rates, groups[i].Ranked, orders[i], nil)
	})
}

// Rows gives the same orders as rows of what each board ranked.
func Rows(groups []core.RankingGroup, threads int) ([][]int32, error) {
	orders := make([][]int32, len(groups))
	return orders, each(groups, threads, func(w *worker, i int) error {
		n := len(groups[i].Ranked)
		order, steps := make([]core.Candidate, n), make([]Step, n)
		if err := w.order(groups[i].Rates, groups[i].Ranked, order, steps); err != nil {
			return err
		}
		orders[i] = make([]int32, n)
		for k, s := range steps {
			orders[i][k] = s.Row
		}
		return nil
	})
}

func each(groups []core.RankingGroup, threads int, do func(*worker, int) error) error {
	faults := make([]error, len(groups))
	parallel.Each(len(groups), threads, func() func(int) {
		w := worker{met: new(marks)}
		return func(i int) { faults[i] = do(&w, i) }
	})
	for i, err := range faults {
		if f, ok := err.(*core.Fault); ok {
			return f.In(i)
		}
	}
	return nil
}
