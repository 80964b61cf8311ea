package proposal_test

import (
	"math/rand/v2"
	"testing"

	"sceau/core"
	"sceau/core/coretest"
	"sceau/core/proposal"
)

// A7: with everybody's answers automatic and without boarding, a day ends in the stable
// matching that is best for programmes (Gale and Shapley 1962, programmes proposing).
// The solver here asks one place at a time, in any order, and looks at pairs only.
func TestEverybodyAnsweringGivesTheStableMatchingOfTheProgrammes(t *testing.T) {
	cascades := 0
	campaigns(t, 200, 5000, func(t *testing.T, rnd *rand.Rand) {
		c := coretest.New(rnd, coretest.Taste{Groups: 1 + rnd.IntN(8), Candidates: 2 + rnd.IntN(40)})
		w, day := &c.Roll.Wishes, c.Next
		for g := range day.Groups {
			day.Groups[g].RankLimit = 0
		}
		liked := make([]int32, c.Roll.Candidates)
		for _, i := range rnd.Perm(w.Len()) {
			day.Status[i], w.Kind[i] = core.Waiting, 0
			liked[w.Candidate[i]]++
			day.Preference[i] = liked[w.Candidate[i]]
		}
		for who, n := range liked {
			if n > 0 {
				day.Answering = append(day.Answering, core.Candidate(who))
			}
		}
		out, err := proposal.Prepare(c.Roll).Compute(day, 2)
		if err != nil {
			t.Fatal(err)
		}
		if out.Rounds > 2 {
			cascades++
		}
		matched := stable(rnd, c.Roll, day)
		for i := range out.Status {
			if got, want := out.Status[i] == core.AutoAccepted, matched[w.Candidate[i]] == i+1; got != want {
				t.Fatalf("wish %d: placed %t, and in the stable matching %t", i, got, want)
			}
		}
	})
	if cascades == 0 {
		t.Error("no day had a cascade: nothing was tried")
	}
}

// stable gives the row + 1 that each candidate ends with.
func stable(rnd *rand.Rand, r *core.Roll, day *core.Day) []int {
	w := &r.Wishes
	matched := make([]int, r.Candidates)
	asked := make([]bool, w.Len())
	placed := func(g int32) (n int64) {
		for _, m := range matched {
			if m > 0 && w.Group[m-1] == g {
				n++
			}
		}
		return n
	}
	for proposed := true; proposed; {
		proposed = false
		for _, g := range rnd.Perm(r.Groups()) {
			if placed(int32(g)) >= day.Groups[g].Places {
				continue
			}
			best := -1
			for i := range w.Len() {
				if w.Group[i] == int32(g) && !asked[i] && (best < 0 || w.CallRank[i] < w.CallRank[best]) {
					best = i
				}
			}
			if best < 0 {
				continue
			}
			asked[best], proposed = true, true
			if m := matched[w.Candidate[best]]; m == 0 || day.Preference[best] < day.Preference[m-1] {
				matched[w.Candidate[best]] = best + 1
			}
		}
	}
	return matched
}
