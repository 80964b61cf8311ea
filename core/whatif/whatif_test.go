package whatif_test

import (
	"math/rand/v2"
	"testing"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/proposal"
	"sceau/core/whatif"
)

// country draws groups, places, and what candidates prefer.
func country(rnd *rand.Rand) *whatif.Country {
	c := &whatif.Country{Candidates: 5 + rnd.IntN(60)}
	for range 1 + rnd.IntN(8) {
		g := core.RankingGroup{Rates: core.Rates{Bursary: rnd.IntN(60), Resident: rnd.IntN(101)}}
		var prefers []uint64
		for rank, who := range rnd.Perm(c.Candidates)[:rnd.IntN(c.Candidates)] {
			g.Ranked = append(g.Ranked, core.Ranked{Candidate: core.Candidate(who), Rank: int32(rank + 1), Bursary: who%4 == 0, Resident: rnd.IntN(3) > 0})
			prefers = append(prefers, rnd.Uint64())
		}
		c.Groups, c.Preference = append(c.Groups, g), append(c.Preference, prefers)
		c.Places = append(c.Places, int64(1+rnd.IntN(12)))
	}
	return c
}

// The simulation of the law and the computation of the law are one: everybody ends
// where a day ends on which all answering machines are on.
func TestOnceIsTheDayOfEverybodysAnsweringMachine(t *testing.T) {
	for seed := range uint64(300) {
		c := country(rand.New(rand.NewPCG(seed, 6)))
		roll, day := legal(t, c)
		out, err := proposal.Prepare(roll).Compute(day, 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := whatif.Run(c, whatif.Once)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range out.Status {
			g, ok := r.Placed(roll.Wishes.Candidate[i])
			if got, want := s == core.AutoAccepted, ok && g == int(roll.Wishes.Group[i]); got != want {
				t.Fatalf("seed %d, wish %d: placed %t by law, %t simulated", seed, i, got, want)
			}
		}
	}
}

func legal(t *testing.T, c *whatif.Country) (*core.Roll, *core.Day) {
	t.Helper()
	roll := &core.Roll{Candidates: c.Candidates}
	day := &core.Day{Number: 1, Terms: core.Terms{GapStart: 9, OrderingEnd: 9}}
	w := &roll.Wishes
	var likes []uint64
	asks := make([]bool, c.Candidates)
	for g, group := range c.Groups {
		order, err := callorder.Of(group.Rates, group.Ranked)
		if err != nil {
			t.Fatal(err)
		}
		row := map[core.Candidate]int{}
		for i, r := range group.Ranked {
			row[r.Candidate] = i
		}
		for k, who := range order {
			w.Candidate, w.Group, w.School = append(w.Candidate, who), append(w.Group, int32(g)), append(w.School, core.NoSchool)
			w.CallRank, w.ShownRank = append(w.CallRank, int32(k+1)), append(w.ShownRank, int32(k+1))
			w.BoardingRank, w.Kind = append(w.BoardingRank, 0), append(w.Kind, 0)
			likes = append(likes, c.Preference[g][row[who]])
			day.Status = append(day.Status, core.Waiting)
			asks[who] = true
		}
		roll.Programme = append(roll.Programme, int32(g))
		day.Groups = append(day.Groups, core.Group{Places: c.Places[g]})
	}
	for i := range likes {
		rank := int32(1)
		for j := range likes {
			if w.Candidate[j] == w.Candidate[i] && likes[j] < likes[i] {
				rank++
			}
		}
		day.Preference = append(day.Preference, rank)
	}
	for who, any := range asks {
		if any {
			day.Answering = append(day.Answering, core.Candidate(who))
		}
	}
	return roll, day
}

// What a report counts is what looking at every pair counts.
func TestEnvyIsCountedPairByPair(t *testing.T) {
	found := 0
	for seed := range uint64(200) {
		c := country(rand.New(rand.NewPCG(seed, 7)))
		for _, rule := range []whatif.Rule{whatif.Once, whatif.EveryRound} {
			r, err := whatif.Run(c, rule)
			if err != nil {
				t.Fatal(err)
			}
			report, err := whatif.Compare(r, r)
			if err != nil {
				t.Fatal(err)
			}
			if want := pairs(c, r); report.Before.JustifiedEnvy != want || report.After.JustifiedEnvy != want || report.Better+report.Worse != 0 {
				t.Fatalf("seed %d: %+v, pair by pair %d", seed, report, want)
			}
			found += report.Before.JustifiedEnvy
		}
	}
	if found == 0 {
		t.Error("nobody envies anybody: nothing was tried")
	}
}

func pairs(c *whatif.Country, r *whatif.Result) (n int) {
	prefers := func(who core.Candidate) (likes uint64) {
		likes = 1<<64 - 1
		for g, group := range c.Groups {
			for row, x := range group.Ranked {
				if at, ok := r.Placed(who); ok && at == g && x.Candidate == who {
					likes = c.Preference[g][row]
				}
			}
		}
		return likes
	}
	envious := map[core.Candidate]bool{}
	for g, group := range c.Groups {
		var in []core.Ranked
		b, res := 0, 0
		for _, y := range group.Ranked {
			if at, ok := r.Placed(y.Candidate); ok && at == g {
				in = append(in, y)
				if y.Bursary {
					b++
				}
				if y.Resident {
					res++
				}
			}
		}
		for row, x := range group.Ranked {
			if c.Preference[g][row] >= prefers(x.Candidate) {
				continue
			}
			for _, y := range in {
				needsB := y.Bursary && !x.Bursary && 100*(b-1) < group.Rates.Bursary*len(in)
				needsR := y.Resident && !x.Resident && 100*(res-1) < group.Rates.Resident*len(in)
				if y.Rank > x.Rank && !needsB && !needsR {
					envious[x.Candidate] = true
				}
			}
		}
	}
	return len(envious)
}

// Without rates there is one order, that of the board, and nobody has a right to envy.
func TestWithoutRatesTheRulesAgreeAndNobodyEnvies(t *testing.T) {
	for seed := range uint64(50) {
		c := country(rand.New(rand.NewPCG(seed, 8))).With(func(core.Rates) core.Rates { return core.Rates{} })
		once, _ := whatif.Run(c, whatif.Once)
		every, _ := whatif.Run(c, whatif.EveryRound)
		r, err := whatif.Compare(once, every)
		if err != nil || r.Better+r.Worse+r.Before.JustifiedEnvy+r.After.JustifiedEnvy != 0 {
			t.Fatalf("seed %d: %+v, %v", seed, r, err)
		}
	}
}

func TestAFaultyGroupIsRefused(t *testing.T) {
	c := country(rand.New(rand.NewPCG(1, 9)))
	c.Groups[0].Rates.Bursary = 101
	if _, err := whatif.Run(c, whatif.EveryRound); err == nil {
		t.Error("a rate of 101 is simulated")
	}
}
