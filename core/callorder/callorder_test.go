package callorder_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/verify"
)

// c, b, r and t are a candidate with neither flag, a bursary holder, a resident and
// somebody who is both; numbers are board ranks. Cases of the specification, 2.5.
func TestTheExamplesOfTheSpecification(t *testing.T) {
	for _, tt := range []struct {
		bursary, resident int
		board, want       string
	}{
		{20, 0, "C1 C2 C3 C4 C5 B6 B7 C8", "B6 C1 C2 C3 C4 B7 C5 C8"},
		{2, 0, "C1 C2 C3 C4 C5 B6 C7 C8", "B6 C1 C2 C3 C4 C5 C7 C8"},
		{1, 1, "C1 B2 R3", "B2 R3 C1"},
		{1, 1, "C1 B2 R3 T4", "T4 C1 B2 R3"},
		{30, 33, "C1 C2 T3 B4 R5", "T3 C1 C2 B4 R5"},
		{0, 0, "C1 B2 R3", "C1 B2 R3"},
		{100, 0, "C1 B2 C3 T4", "B2 T4 C1 C3"},
		{0, 100, "C1 R2 B3 T4", "R2 T4 C1 B3"},
	} {
		ranked := parse(tt.board)
		order, err := callorder.Of(core.Rates{Bursary: tt.bursary, Resident: tt.resident}, ranked)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(ranked, order); got != tt.want {
			t.Errorf("rates %d and %d, board %s: called %s, want %s", tt.bursary, tt.resident, tt.board, got, tt.want)
		}
	}
}

// The sentence of the official document on the share of residents is false: after four
// positions of this order it promises two residents. P6 as it was proved holds.
func TestTheSentenceOfTheDocumentOnResidentsIsFalse(t *testing.T) {
	ranked := parse("C1 C2 T3 B4 R5")
	rates := core.Rates{Bursary: 30, Resident: 33}
	order, _ := callorder.Of(rates, ranked)
	residents := 0
	for _, c := range order[:4] {
		if ranked[c-1].Resident {
			residents++
		}
	}
	if promised := min((33*4+99)/100, (70*4-1)/100); residents >= promised {
		t.Errorf("%d residents among four, %d promised: the counter-example is none", residents, promised)
	}
	if err := verify.Order(rates, ranked, order); err != nil {
		t.Error(err)
	}
}

var grid = []int{0, 1, 2, 5, 10, 18, 20, 25, 30, 33, 34, 40, 50, 51, 60, 66, 67, 75, 80, 90, 99, 100}

// Every group of up to five candidates, under a grid of rates: the order is what the
// rule says read word by word, satisfies every property, and, without a resident rate,
// is the best of all orders that have the legal share (P8).
func TestEveryGroupOfUpToFive(t *testing.T) {
	orders, best := 0, 0
	for n := range 6 {
		permutations := all(n)
		for pattern := range 1 << (2 * n) {
			ranked := make([]core.Ranked, n)
			for i := range ranked {
				ranked[i] = core.Ranked{Candidate: core.Candidate(i), Rank: int32(i + 1), Bursary: pattern>>(2*i)&1 == 1, Resident: pattern>>(2*i)&2 == 2}
			}
			for _, qB := range grid {
				for _, qR := range grid {
					rates := core.Rates{Bursary: qB, Resident: qR}
					order, err := callorder.Of(rates, ranked)
					if err != nil {
						t.Fatal(err)
					}
					orders++
					if want := literal(rates, ranked); !slices.Equal(order, want) {
						t.Fatalf("rates %v, pattern %b: %v, word by word %v", rates, pattern, order, want)
					}
					if err := verify.Order(rates, ranked, order); err != nil {
						t.Fatalf("rates %v, pattern %b: %v", rates, pattern, err)
					}
					if qR == 0 {
						best++
						if want := brute(qB, ranked, permutations); !slices.Equal(order, want) {
							t.Fatalf("bursary rate %d, pattern %b: %v, best of all %v", qB, pattern, order, want)
						}
					}
				}
			}
		}
	}
	t.Logf("%d orders, of which %d compared with all permutations", orders, best)
}

// literal is the rule, word by word: at each position, look at everybody.
func literal(rates core.Rates, ranked []core.Ranked) []core.Candidate {
	left := slices.Clone(ranked)
	order := make([]core.Candidate, 0, len(ranked))
	b, r := 0, 0
	for k := 1; len(left) > 0; k++ {
		has := func(such func(core.Ranked) bool) bool { return slices.ContainsFunc(left, such) }
		bursary, resident := func(x core.Ranked) bool { return x.Bursary }, func(x core.Ranked) bool { return x.Resident }
		both := func(x core.Ranked) bool { return x.Bursary && x.Resident }
		bBinds, rBinds := has(bursary) && 100*b < rates.Bursary*k, has(resident) && 100*r < rates.Resident*k
		may := func(core.Ranked) bool { return true }
		switch {
		case bBinds && rBinds && has(both):
			may = both
		case bBinds:
			may = bursary
		case rBinds:
			may = resident
		}
		i := slices.IndexFunc(left, may) // they are in the order of the board
		if left[i].Bursary {
			b++
		}
		if left[i].Resident {
			r++
		}
		order = append(order, left[i].Candidate)
		left = slices.Delete(left, i, i+1)
	}
	return order
}

// brute is the order with the fewest inversions among those with the legal share; it must
// also be the greatest in lexicographic order, better board rank first.
func brute(qB int, ranked []core.Ranked, permutations [][]core.Candidate) []core.Candidate {
	var fewest, greatest []core.Candidate
	least := 1 << 30
	for _, p := range permutations {
		if !legal(qB, ranked, p) {
			continue
		}
		if greatest == nil || slices.Compare(p, greatest) < 0 {
			greatest = p
		}
		if n := inversions(p); n < least {
			least, fewest = n, p
		}
	}
	if !slices.Equal(fewest, greatest) {
		return nil
	}
	return fewest
}

func legal(qB int, ranked []core.Ranked, order []core.Candidate) bool {
	b, total := 0, 0
	for _, r := range ranked {
		if r.Bursary {
			total++
		}
	}
	for k, c := range order {
		if ranked[c].Bursary {
			b++
		}
		if b < total && 100*b < qB*(k+1) {
			return false
		}
	}
	return true
}

func inversions(p []core.Candidate) (n int) {
	for i := range p {
		for _, c := range p[i+1:] {
			if c < p[i] {
				n++
			}
		}
	}
	return n
}

func all(n int) (permutations [][]core.Candidate) {
	if n == 0 {
		return [][]core.Candidate{{}}
	}
	for _, p := range all(n - 1) {
		for at := range n {
			permutations = append(permutations, slices.Insert(slices.Clone(p), at, core.Candidate(n-1)))
		}
	}
	return permutations
}

// draw is a group of any size, with gaps in its ranks, in no particular order.
func draw(t *rapid.T) (core.Rates, []core.Ranked) {
	rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	rates := core.Rates{Bursary: rnd.IntN(101), Resident: rnd.IntN(101)}
	ranked := make([]core.Ranked, rnd.IntN(120))
	board := rnd.Perm(2*len(ranked) + 1)
	for i := range ranked {
		ranked[i] = core.Ranked{Candidate: core.Candidate(i), Rank: int32(board[i] + 1), Bursary: rnd.IntN(4) == 0, Resident: rnd.IntN(3) > 0}
	}
	return rates, ranked
}

func TestAnyGroupHasEveryProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates, ranked := draw(t)
		order, steps, err := callorder.Traced(rates, ranked)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify.Order(rates, ranked, order); err != nil {
			t.Fatal(err)
		}
		// P9: a function of the input as a set.
		shuffled := slices.Clone(ranked)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again, _ := callorder.Of(rates, shuffled); !slices.Equal(order, again) {
			t.Fatalf("%v in one order of the input, %v in another", order, again)
		}
		// Each step is a certificate of itself.
		b, r := int32(0), int32(0)
		for k, s := range steps {
			x := ranked[s.Row]
			if x.Candidate != order[k] || x.Class() != s.Served || s.Bursaries != b || s.Residents != r {
				t.Fatalf("step %d says %+v, of candidate %d after %d and %d", k+1, s, order[k], b, r)
			}
			if s.BursaryBinds && 100*int(b) >= rates.Bursary*(k+1) || s.ResidentBinds && 100*int(r) >= rates.Resident*(k+1) {
				t.Fatalf("step %d says that a rate binds which does not: %+v", k+1, s)
			}
			if x.Bursary {
				b++
			}
			if x.Resident {
				r++
			}
		}
	})
}

func TestTheOrderOfManyGroupsIsThatOfEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var groups []core.RankingGroup
		for range rapid.IntRange(0, 12).Draw(t, "groups") {
			rates, ranked := draw(t)
			groups = append(groups, core.RankingGroup{Rates: rates, Ranked: ranked})
		}
		for _, threads := range []int{1, 4} {
			orders, err := callorder.All(groups, threads)
			if err != nil {
				t.Fatal(err)
			}
			if err := verify.Orders(groups, orders, threads); err != nil {
				t.Fatal(err)
			}
			for i, g := range groups {
				if want, _ := callorder.Of(g.Rates, g.Ranked); !slices.Equal(orders[i], want) {
					t.Fatalf("group %d: %v among others, %v alone", i, orders[i], want)
				}
			}
		}
	})
}

// Whoever is inserted where they stood keeps their rank; whoever is inserted last of all
// is called no earlier than their class allows.
func TestALateCandidateGetsTheRankOfAnOrderWithThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates, ranked := draw(t)
		if len(ranked) == 0 {
			return
		}
		order, _ := callorder.Of(rates, ranked)
		i := rapid.IntRange(0, len(ranked)-1).Draw(t, "late")
		rank, err := callorder.Late(rates, ranked, ranked[i])
		if err != nil {
			t.Fatal(err)
		}
		if order[rank-1] != ranked[i].Candidate {
			t.Fatalf("put back at board rank %d, they get call rank %d and had another", ranked[i].Rank, rank)
		}
	})
}

func TestAFaultyGroupIsRefusedWhole(t *testing.T) {
	good := parse("C1 B2 R3 T4")
	for _, tt := range []struct {
		name   string
		rates  core.Rates
		change func([]core.Ranked) []core.Ranked
		want   core.Code
	}{
		{"a rate below 0", core.Rates{Bursary: -1}, nil, core.RateOutOfRange},
		{"a rate over 100", core.Rates{Resident: 101}, nil, core.RateOutOfRange},
		{"a rank of 0", core.Rates{}, func(r []core.Ranked) []core.Ranked { r[1].Rank = 0; return r }, core.RankNotPositive},
		{"a rank twice", core.Rates{}, func(r []core.Ranked) []core.Ranked { r[1].Rank = 4; return r }, core.DuplicateRank},
		{"a candidate twice", core.Rates{}, func(r []core.Ranked) []core.Ranked { r[1].Candidate = r[2].Candidate; return r }, core.DuplicateCandidate},
		{"nothing wrong", core.Rates{}, nil, ""},
		{"nobody", core.Rates{Bursary: 20}, func([]core.Ranked) []core.Ranked { return nil }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ranked := slices.Clone(good)
			if tt.change != nil {
				ranked = tt.change(ranked)
			}
			_, err := callorder.Of(tt.rates, ranked)
			var code core.Code
			if f, ok := err.(*core.Fault); ok {
				code = f.Code
			}
			if code != tt.want {
				t.Errorf("refused with %v, want %q", err, tt.want)
			}
			_, err = callorder.All([]core.RankingGroup{{Ranked: good}, {Rates: tt.rates, Ranked: ranked}}, 2)
			if f, ok := err.(*core.Fault); (tt.want != "") != ok || ok && (f.Group != 1 || f.Code != tt.want) {
				t.Errorf("among others: %v", err)
			}
		})
	}
}

func parse(board string) (ranked []core.Ranked) {
	var class rune
	var rank int32
	for word := range strings.FieldsSeq(board) {
		fmt.Sscanf(word, "%c%d", &class, &rank)
		ranked = append(ranked, core.Ranked{Candidate: core.Candidate(rank), Rank: rank, Bursary: class == 'B' || class == 'T', Resident: class == 'R' || class == 'T'})
	}
	return ranked
}

func names(ranked []core.Ranked, order []core.Candidate) string {
	var said string
	for i, c := range order {
		for _, r := range ranked {
			if r.Candidate == c {
				if i > 0 {
					said += " "
				}
				said += string("CBRT"[r.Class()]) + fmt.Sprint(r.Rank)
			}
		}
	}
	return said
}
