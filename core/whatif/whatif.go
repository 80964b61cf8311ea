// Package whatif runs an admission under another rule or other rates, and compares. It
// is a simulation, on candidates who are all taken to have ordered their wishes: nothing
// here makes a proposal, and no legal run imports it.
//
// Rule. Programmes propose, candidates keep the best of what they were offered, and what
// they refuse is offered to the next, until nothing moves (Gale and Shapley 1962). Under
// Once, who is next is read from the legal call order: the rates act once, among those
// called. Under EveryRound, the rates act again at each place that becomes free, among
// those who hold one: they are what the law says of the called, said of the admitted.
//
// Invariant. Under Once, and without boarding, this ends where a day ends on which
// everybody's answering machine is on; a test holds the two together.
//
// Cost. Linear in the wishes once groups are sorted.
//
// Source: article L. 612-3 V of the code of education sets the rates among those called;
// EveryRound is no law, and is here so that a reader can see what the difference does.
//
// A report has counts of candidates and no candidate. Envy is justified when somebody
// would rather have a place than their own, was better ranked by the board than one who
// has it, and no rate needs that one there (Hafalir, Yenmez and Yildirim 2013).
package whatif

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/callorder"
)

// A Rule says when the rates act.
type Rule int

const (
	Once       Rule = iota // in the call order, before the first proposal: the law
	EveryRound             // at each place that becomes free
)

// A Country is what a simulation runs on. A candidate prefers a group to another when
// its Preference is smaller.
type Country struct {
	Candidates int
	Groups     []core.RankingGroup
	Places     []int64
	Preference [][]uint64 // of each group, and each of those it ranked
}

// With gives the same country under other rates.
func (c *Country) With(rates func(core.Rates) core.Rates) *Country {
	other := *c
	other.Groups = slices.Clone(c.Groups)
	for g := range other.Groups {
		other.Groups[g].Rates = rates(other.Groups[g].Rates)
	}
	return &other
}

// A Result is where everybody ends.
type Result struct {
	country *Country
	group   []int32 // of each candidate: the group + 1, 0 is none
	row     []int32 // and the row in it
}

// Run simulates a country under a rule.
func Run(c *Country, rule Rule) (*Result, error) {
	r := &Result{country: c, group: make([]int32, c.Candidates), row: make([]int32, c.Candidates)}
	orders, err := callorder.Rows(c.Groups, 0) // refuses a faulty group under either rule
	if err != nil {
		return nil, err
	}
	desks := make([]desk, len(c.Groups))
	var free []int32 // groups with a place to offer
	for g := range c.Groups {
		desks[g].open(c.Groups[g], orders[g], rule)
		free = append(free, int32(g))
	}
	for len(free) > 0 {
		var left []int32
		for _, g := range free {
			left = append(left, r.fill(desks, g)...)
		}
		slices.Sort(left)
		free = slices.Compact(left)
	}
	return r, nil
}

// fill offers the free places of a group one by one, and gives the groups that its new
// holders left.
func (r *Result) fill(desks []desk, g int32) (left []int32) {
	d, c := &desks[g], r.country
	for d.holders < c.Places[g] {
		row := d.next()
		if row < 0 {
			return left
		}
		who := c.Groups[g].Ranked[row].Candidate
		if had := r.group[who] - 1; had >= 0 {
			if c.Preference[had][r.row[who]] < c.Preference[g][row] {
				continue // refused: the next is asked
			}
			desks[had].count(r.row[who], -1)
			left = append(left, had)
		}
		r.group[who], r.row[who] = g+1, row
		d.count(row, 1)
	}
	return left
}

// A desk is one group on its way: whom it may still ask, and who holds a place.
type desk struct {
	core.RankingGroup
	order   []int32    // Once: rows in call order
	queues  [4][]int32 // EveryRound: rows of each class, best first
	holders int64
	bursary int64 // among the holders
	sector  int64 // residents among the holders
}

func (d *desk) open(g core.RankingGroup, order []int32, rule Rule) {
	d.RankingGroup, d.order = g, order
	if rule == Once {
		return
	}
	slices.SortFunc(d.order, func(a, b int32) int { return cmp.Compare(g.Ranked[a].Rank, g.Ranked[b].Rank) })
	for _, row := range d.order {
		c := g.Ranked[row].Class()
		d.queues[c] = append(d.queues[c], row)
	}
	d.order = nil
}

// next takes the row that is asked next, or -1.
func (d *desk) next() int32 {
	if len(d.order) > 0 {
		row := d.order[0]
		d.order = d.order[1:]
		return row
	}
	left := func(c core.Class) bool { return len(d.queues[c]) > 0 }
	place := d.holders + 1
	bursary := 100*d.bursary < int64(d.Rates.Bursary)*place && (left(core.BursaryOnly) || left(core.Both))
	resident := 100*d.sector < int64(d.Rates.Resident)*place && (left(core.ResidentOnly) || left(core.Both))
	best := core.Class(len(d.queues))
	for c := range core.Class(len(d.queues)) {
		if !left(c) || bursary && c&core.BursaryOnly == 0 || resident && c&core.ResidentOnly == 0 && !(bursary && !left(core.Both)) {
			continue
		}
		if int(best) == len(d.queues) || d.Ranked[d.queues[c][0]].Rank < d.Ranked[d.queues[best][0]].Rank {
			best = c
		}
	}
	if int(best) == len(d.queues) {
		return -1
	}
	row := d.queues[best][0]
	d.queues[best] = d.queues[best][1:]
	return row
}

func (d *desk) count(row int32, n int64) {
	d.holders += n
	if d.Ranked[row].Bursary {
		d.bursary += n
	}
	if d.Ranked[row].Resident {
		d.sector += n
	}
}
