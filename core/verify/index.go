package verify

import (
	"cmp"
	"slices"

	"sceau/core"
	"sceau/core/parallel"
)

// A Verifier is a roll in the orders in which it is looked at, made once for all its
// days. It makes its own: an order taken from what it verifies would hide a fault of it.
type Verifier struct {
	roll *core.Roll

	group, school, own runs
}

// runs are rows of wishes gathered by a key: those of key k are row[first[k]:first[k+1]].
// row is nil when the rows of the roll lie so already.
type runs struct {
	first []int32
	row   []int32
}

func (r *runs) len(k int) int { return int(r.first[k+1] - r.first[k]) }

// at is the i-th row of key k.
func (r *runs) at(k, i int) int32 {
	if j := r.first[k] + int32(i); r.row == nil {
		return j
	} else {
		return r.row[j]
	}
}

// gather sorts the rows with a key from 0 on by it, and by less within it.
func gather(n, keys int, key func(row int32) int, less func(a, b int32) int, threads int) runs {
	r := runs{first: make([]int32, keys+1)}
	inOrder := true
	for i := range int32(n) {
		k := key(i)
		if k >= 0 && k < keys {
			r.first[k+1]++
		}
		inOrder = inOrder && k >= 0 && (i == 0 || key(i-1) < k || key(i-1) == k && (less == nil || less(i-1, i) <= 0))
	}
	for k := range keys {
		r.first[k+1] += r.first[k]
	}
	if inOrder {
		return r
	}
	next := slices.Clone(r.first)
	r.row = make([]int32, r.first[keys])
	for i := range int32(n) {
		if k := key(i); k >= 0 && k < keys {
			r.row[next[k]] = i
			next[k]++
		}
	}
	if less != nil {
		parallel.Ranges(keys, 16, threads, func() func(int, int) {
			return func(from, to int) {
				for k := from; k < to; k++ {
					slices.SortFunc(r.row[r.first[k]:r.first[k+1]], less)
				}
			}
		})
	}
	return r
}

// Prepare gathers the wishes of a roll, which nobody may change from then on.
func Prepare(roll *core.Roll) *Verifier {
	w, n := &roll.Wishes, roll.Wishes.Len()
	v := &Verifier{roll: roll}
	v.group = gather(n, roll.Groups(), func(i int32) int { return int(w.Group[i]) }, func(a, b int32) int {
		if c := cmp.Compare(w.CallRank[a], w.CallRank[b]); c != 0 {
			return c
		}
		return cmp.Compare(w.Candidate[a], w.Candidate[b])
	}, 0)
	v.school = gather(n, roll.Schools, func(i int32) int { return int(w.School[i]) }, func(a, b int32) int {
		if c := cmp.Compare(w.BoardingRank[a], w.BoardingRank[b]); c != 0 {
			return c
		}
		return cmp.Compare(w.Candidate[a], w.Candidate[b])
	}, 0)
	v.own = gather(n, roll.Candidates, func(i int32) int { return int(w.Candidate[i]) }, nil, 0)
	return v
}
