package entry

import (
	"cmp"
	"fmt"
	"slices"

	"sceau/core"
)

// A Criterion is one comparison between candidates for a bed.
type Criterion uint8

const (
	Bursary   Criterion = iota + 1 // bursary holders first
	Distance                       // the farther band first
	BoardRank                      // the better board rank first
	// GroupOrder is the order that the boarding school declared among its groups. It is
	// what makes a key decide: a board rank is unique in its group.
	GroupOrder
)

// BoardingKey is the order in which criteria are compared. A school that serves one group
// has no ties under it; one that serves several adds GroupOrder, or hears of the ties.
var BoardingKey = []Criterion{Bursary, Distance, BoardRank}

// A Boarder is a candidate for a bed in one boarding school, by one of the groups that
// the school serves. Resources reach the core as the bursary flag alone, and distance as
// its band (A02.06, A15.03): incomes are no business of the core (A02.01).
type Boarder struct {
	Candidate core.Candidate
	Group     int32 // position in the school's own list of groups, in its declared order
	BoardRank int32 // in that group ("rang du classement pédagogique")
	Bursary   bool
	Band      int // of distance: larger is farther
}

// A TieError names candidates whom no criterion separates: positions in the list given.
// The school declares an order of its groups; drawing lots, or the number of a candidate,
// would be a reason that nobody could explain.
type TieError struct{ Tied [][]int }

func (e *TieError) Error() string {
	return fmt.Sprintf("boarding ranks: %d ties that no criterion separates, the first between entries %d", len(e.Tied), e.Tied[0])
}

// BoardingRanks is the rank of each entry for the beds of one school ("classement
// internat"), from 1. Requests with boarding are ranked by resources and distance, then
// as the boards did. A candidate who asks by several groups has one rank, that of their
// best entry. The order of entries and the numbers of candidates change nothing.
func BoardingRanks(boarders []Boarder, key []Criterion) ([]int32, error) {
	type place struct {
		candidate core.Candidate
		group     int32
	}
	seen := make(map[place]bool, len(boarders))
	for i, b := range boarders {
		if b.BoardRank < 1 || b.Group < 0 || b.Band < 0 {
			return nil, fmt.Errorf("boarding ranks: entry %d has a negative group or band, or no board rank", i)
		}
		if p := (place{b.Candidate, b.Group}); seen[p] {
			return nil, fmt.Errorf("boarding ranks: entry %d: its candidate is in that group already", i)
		} else {
			seen[p] = true
		}
	}
	for i, k := range key {
		if k < Bursary || k > GroupOrder || slices.Contains(key[:i], k) {
			return nil, fmt.Errorf("boarding ranks: the key names criterion %d twice, or does not know it", k)
		}
	}
	before := func(i, j int) int { return compare(&boarders[i], &boarders[j], key) }

	// The best entry of each candidate, then the candidates.
	byCandidate := make([]int, len(boarders))
	for i := range byCandidate {
		byCandidate[i] = i
	}
	slices.SortFunc(byCandidate, func(i, j int) int {
		return cmp.Or(cmp.Compare(boarders[i].Candidate, boarders[j].Candidate), before(i, j))
	})
	var best []int
	for k, i := range byCandidate {
		if k > 0 && boarders[byCandidate[k-1]].Candidate == boarders[i].Candidate {
			if first := boarders[best[len(best)-1]]; first.Bursary != boarders[i].Bursary {
				return nil, fmt.Errorf("boarding ranks: entry %d: its candidate holds a bursary in one entry and none in another", i)
			}
			continue
		}
		best = append(best, i)
	}
	slices.SortFunc(best, before)
	if err := ties(best, before, boarders); err != nil {
		return nil, err
	}
	rank := make(map[core.Candidate]int32, len(best))
	for k, i := range best {
		rank[boarders[i].Candidate] = int32(k + 1)
	}
	ranks := make([]int32, len(boarders))
	for i, b := range boarders {
		ranks[i] = rank[b.Candidate]
	}
	return ranks, nil
}

func compare(a, b *Boarder, key []Criterion) int {
	for _, k := range key {
		c := 0
		switch k {
		case Bursary:
			if a.Bursary != b.Bursary {
				if c = 1; a.Bursary {
					c = -1
				}
			}
		case Distance:
			c = cmp.Compare(b.Band, a.Band)
		case BoardRank:
			c = cmp.Compare(a.BoardRank, b.BoardRank)
		case GroupOrder:
			c = cmp.Compare(a.Group, b.Group)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// ties is nil, or names every run of a sorted list that the key leaves together.
func ties(sorted []int, before func(i, j int) int, boarders []Boarder) error {
	var tied [][]int
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && before(sorted[from], sorted[to]) == 0 {
			to++
		}
		if to-from > 1 {
			run := slices.Clone(sorted[from:to])
			slices.Sort(run) // by entry: the sort above left equals as it found them
			tied = append(tied, run)
		}
		from = to
	}
	if tied == nil {
		return nil
	}
	return &TieError{tied}
}

// Beds are the boarding schools of one programme, as positions in a roll, or NoSchool: a
// mixed one, or one for girls and one for boys.
type Beds struct{ Mixed, Girls, Boys int32 }

// School is where a candidate of a pool asks for a bed. It refuses a pool for which the
// programme has none.
func (b Beds) School(p core.Pool) (int32, error) {
	if b.Mixed != core.NoSchool && (b.Girls != core.NoSchool || b.Boys != core.NoSchool) {
		return core.NoSchool, fmt.Errorf("boarding: a programme has mixed beds or separate ones")
	}
	school := b.Mixed
	if school == core.NoSchool {
		switch p {
		case core.Girls:
			school = b.Girls
		case core.Boys:
			school = b.Boys
		}
	}
	if school == core.NoSchool {
		return core.NoSchool, fmt.Errorf("boarding: the programme has no bed for that pool")
	}
	return school, nil
}
