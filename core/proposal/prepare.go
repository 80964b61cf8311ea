package proposal

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/parallel"
)

// A Ground is a roll, sorted and indexed once for all its days. Its wishes have
// positions: by group, then call rank, so that a group is scanned from front to back,
// and the two wishes of one candidate stand side by side.
type Ground struct {
	roll *core.Roll
	row  []int32 // position -> row of the roll; nil when they are the same

	candidate []core.Candidate
	group     []int32
	school    []int32
	rank      []int32 // call rank
	boarding  []int32 // boarding rank
	kind      []core.Kind

	first []int32 // group -> its first position; one more at the end
	own   []int32 // candidate -> its first place in mine; one more at the end
	mine  []int32 // positions of each candidate, ascending

	seats
	components

	sound bool // no fault in ranks, whichever wishes are part of a day
}

// Seats are couples of a boarding school and a candidate who asks for a bed there, for
// one programme or several: a bed is occupied once.
type seats struct {
	seat      []int32 // position -> seat, or -1; nil without boarding schools
	seatFirst []int32 // school -> its first seat, by boarding rank; one more at the end
	seatRank  []int32
	wishFirst []int32 // seat -> its first place in wish; one more at the end
	wish      []int32 // positions of each seat
}

// Components are groups linked by boarding schools, and the schools that link them:
// what happens in one changes nothing in another within a round.
type components struct {
	ofGroup, ofSchool    []int32
	groupFirst, groups   []int32 // component -> groups
	schoolFirst, schools []int32 // component -> schools
	linkFirst, link      []int32 // school -> groups with a wish that depends on it
	backFirst, back      []int32 // group -> schools
	largest              []int32 // components, the largest first
}

// Roll is what the Ground was prepared from.
func (g *Ground) Roll() *core.Roll { return g.roll }

// Prepare sorts and indexes a roll, which nobody may change from then on. It reads what
// it can and judges nothing: a wish for a group or a school that is not there has no
// position, and refuses the day that it is part of.
func Prepare(roll *core.Roll) *Ground {
	g := &Ground{roll: roll}
	g.sort()
	g.first = starts(len(g.candidate), roll.Groups(), func(p int) int { return int(g.group[p]) })
	g.indexCandidates()
	g.indexSeats()
	g.indexComponents()
	g.sound = g.isSound()
	return g
}

// known is whether a wish can have a position.
func known(roll *core.Roll, i int) bool {
	w := &roll.Wishes
	return int(w.Candidate[i]) < roll.Candidates && uint32(w.Group[i]) < uint32(roll.Groups()) &&
		(w.School[i] == core.NoSchool || uint32(w.School[i]) < uint32(roll.Schools))
}

func (g *Ground) sort() {
	w, n := &g.roll.Wishes, g.roll.Wishes.Len()
	sorted := true
	for i := 0; i < n && sorted; i++ {
		sorted = known(g.roll, i) && (i == 0 || compare(w, i-1, i) <= 0)
	}
	if sorted { // as run files are written: their columns serve as they lie
		g.candidate, g.group, g.school, g.rank, g.boarding, g.kind = w.Candidate, w.Group, w.School, w.CallRank, w.BoardingRank, w.Kind
		return
	}
	g.row = make([]int32, 0, n)
	for i := range n {
		if known(g.roll, i) {
			g.row = append(g.row, int32(i))
		}
	}
	slices.SortFunc(g.row, func(a, b int32) int { return compare(w, int(a), int(b)) })
	g.candidate, g.group, g.school = pick(w.Candidate, g.row), pick(w.Group, g.row), pick(w.School, g.row)
	g.rank, g.boarding, g.kind = pick(w.CallRank, g.row), pick(w.BoardingRank, g.row), pick(w.Kind, g.row)
}

func compare(w *core.Wishes, i, j int) int {
	if c := cmp.Compare(w.Group[i], w.Group[j]); c != 0 {
		return c
	}
	if c := cmp.Compare(w.CallRank[i], w.CallRank[j]); c != 0 {
		return c
	}
	if c := cmp.Compare(w.Candidate[i], w.Candidate[j]); c != 0 {
		return c
	}
	return cmp.Compare(w.Kind[i], w.Kind[j])
}

// Positions are those of one group, from first called to last: from and up to.
func (g *Ground) Positions(group int) (from, to int32) { return g.first[group], g.first[group+1] }

// Row is the row of a position in the roll.
func (g *Ground) Row(p int32) int32 {
	if g.row == nil {
		return p
	}
	return g.row[p]
}

// byPosition gives a column by row in the order of positions.
func byPosition[T any](g *Ground, column []T) []T {
	if g.row == nil {
		return slices.Clone(column)
	}
	return pick(column, g.row)
}

func pick[T any](column []T, at []int32) []T {
	picked := make([]T, len(at))
	for p, i := range at {
		picked[p] = column[i]
	}
	return picked
}

// starts counts n things by a key below keys, and gives where each key begins.
func starts(n, keys int, key func(int) int) []int32 {
	first := make([]int32, keys+1)
	for i := range n {
		if k := key(i); k >= 0 {
			first[k+1]++
		}
	}
	for k := range keys {
		first[k+1] += first[k]
	}
	return first
}

// buckets puts n things where starts says, in ascending order within each.
func buckets(n int, first []int32, key func(int) int) []int32 {
	next := slices.Clone(first)
	in := make([]int32, first[len(first)-1])
	for i := range n {
		if k := key(i); k >= 0 {
			in[next[k]] = int32(i)
			next[k]++
		}
	}
	return in
}

func (g *Ground) indexCandidates() {
	of := func(p int) int { return int(g.candidate[p]) }
	g.own = starts(len(g.candidate), g.roll.Candidates, of)
	g.mine = buckets(len(g.candidate), g.own, of)
}

func (g *Ground) indexSeats() {
	g.seatFirst = make([]int32, g.roll.Schools+1)
	if g.roll.Schools == 0 {
		return
	}
	of := func(p int) int { return int(g.school[p]) } // NoSchool is below 0, and left out
	asked := starts(len(g.school), g.roll.Schools, of)
	g.wish = buckets(len(g.school), asked, of)
	parallel.Each(g.roll.Schools, 0, func() func(int) {
		return func(s int) {
			slices.SortFunc(g.wish[asked[s]:asked[s+1]], func(a, b int32) int {
				if c := cmp.Compare(g.boarding[a], g.boarding[b]); c != 0 {
					return c
				}
				if c := cmp.Compare(g.candidate[a], g.candidate[b]); c != 0 {
					return c
				}
				return cmp.Compare(a, b)
			})
		}
	})
	g.seat = make([]int32, len(g.candidate))
	for p := range g.seat {
		g.seat[p] = -1
	}
	for i, p := range g.wish {
		if i == 0 || !g.sameSeat(g.wish[i-1], p) {
			g.seatRank = append(g.seatRank, g.boarding[p])
			g.wishFirst = append(g.wishFirst, int32(i))
			g.seatFirst[g.school[p]+1]++
		}
		g.seat[p] = int32(len(g.seatRank) - 1)
	}
	g.wishFirst = append(g.wishFirst, int32(len(g.wish)))
	for s := range g.roll.Schools {
		g.seatFirst[s+1] += g.seatFirst[s]
	}
}

func (g *Ground) sameSeat(p, q int32) bool {
	return g.school[p] == g.school[q] && g.candidate[p] == g.candidate[q] && g.boarding[p] == g.boarding[q]
}

func (g *Ground) indexComponents() {
	groups, schools := g.roll.Groups(), g.roll.Schools
	// Couples of a school and a group that has a wish for it, each once. Groups come one
	// after the other, so that the last group seen by a school is enough to know.
	type pair struct{ school, group int32 }
	last := make([]int32, schools)
	var links []pair
	for p, s := range g.school {
		if s != core.NoSchool && last[s] != g.group[p]+1 {
			last[s] = g.group[p] + 1
			links = append(links, pair{s, g.group[p]})
		}
	}
	slices.SortStableFunc(links, func(a, b pair) int { return cmp.Compare(a.school, b.school) })
	bySchool, byGroup := func(i int) int { return int(links[i].school) }, func(i int) int { return int(links[i].group) }
	g.linkFirst, g.backFirst = starts(len(links), schools, bySchool), starts(len(links), groups, byGroup)
	for _, l := range links {
		g.link = append(g.link, l.group)
	}
	for _, i := range buckets(len(links), g.backFirst, byGroup) {
		g.back = append(g.back, links[i].school)
	}

	parent := make([]int32, groups+schools)
	for i := range parent {
		parent[i] = int32(i)
	}
	root := func(i int32) int32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, l := range links {
		if a, b := root(l.group), root(int32(groups)+l.school); a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	number := make([]int32, groups+schools)
	count := int32(0)
	for i := range number {
		if r := root(int32(i)); r == int32(i) {
			number[i] = count
			count++
		} else {
			number[i] = number[r]
		}
	}
	g.ofGroup, g.ofSchool = number[:groups], number[groups:]
	ofGroup, ofSchool := func(i int) int { return int(g.ofGroup[i]) }, func(i int) int { return int(g.ofSchool[i]) }
	g.groupFirst, g.schoolFirst = starts(groups, int(count), ofGroup), starts(schools, int(count), ofSchool)
	g.groups, g.schools = buckets(groups, g.groupFirst, ofGroup), buckets(schools, g.schoolFirst, ofSchool)

	size := make([]int32, count)
	for i := range groups {
		size[g.ofGroup[i]] += g.first[i+1] - g.first[i]
	}
	g.largest = make([]int32, count)
	for c := range g.largest {
		g.largest[c] = int32(c)
	}
	slices.SortStableFunc(g.largest, func(a, b int32) int { return cmp.Compare(size[b], size[a]) })
}
