package explain_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/coretest"
	"sceau/core/display"
	"sceau/core/explain"
	"sceau/core/proposal"
)

func draw(rnd *rand.Rand) (core.Rates, []core.Ranked) {
	rates := core.Rates{Bursary: rnd.IntN(101), Resident: rnd.IntN(101)}
	if rnd.IntN(3) == 0 {
		rates.Resident = 0
	}
	ranked := make([]core.Ranked, 1+rnd.IntN(60))
	board := rnd.Perm(2 * len(ranked))
	for i := range ranked {
		ranked[i] = core.Ranked{Candidate: core.Candidate(i), Rank: int32(board[i] + 1), Bursary: rnd.IntN(4) == 0, Resident: rnd.IntN(3) > 0}
	}
	return rates, ranked
}

// Every position of any group is explained, the counts add up, the bound holds, and the
// explanation is what counting pairs gives without its trace.
func TestEveryPositionIsExplainedAndComputedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates, ranked := draw(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3)))
		order, err := callorder.Of(rates, ranked)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ranked {
			p, err := explain.Called(rates, ranked, r.Candidate)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Recheck(ranked, order, r.Candidate); err != nil {
				t.Fatalf("%+v: %v", p, err)
			}
			if len(p.Phrases()) == 0 {
				t.Fatal("nothing is said")
			}
		}
	})
}

func TestAPositionExplainedFalselyIsFound(t *testing.T) {
	rates, ranked := draw(rand.New(rand.NewPCG(3, 3)))
	rates.Bursary = 60
	order, _ := callorder.Of(rates, ranked)
	for _, r := range ranked {
		right, err := explain.Called(rates, ranked, r.Candidate)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*explain.Position){
			"another call rank":      func(p *explain.Position) { p.Call++ },
			"one who was not passed": func(p *explain.Position) { p.OvertakenBy++; p.ByBoth++ },
			"another cause":          func(p *explain.Position) { p.ByBursary++; p.ByResident-- },
			"a bound that is broken": func(p *explain.Position) { p.Bound = p.Call - 1 },
			"a bound too near":       func(p *explain.Position) { p.Bound = max(p.Bound-1, p.Call) },
			"a bound too far":        func(p *explain.Position) { p.Bound++ },
		} {
			wrong := right
			change(&wrong)
			if wrong == right {
				continue
			}
			if wrong.Recheck(ranked, order, r.Candidate) == nil {
				t.Fatalf("%s: %+v instead of %+v is not found", name, wrong, right)
			}
		}
	}
	if _, err := explain.Called(rates, ranked, 1000); !errors.Is(err, explain.ErrNotRanked) {
		t.Errorf("somebody who is not ranked: %v", err)
	}
}

// Over whole campaigns: every waiting wish has one reason, which is so, every wish that
// was given up has a better one that was got for it, and no other reason would do.
func TestEveryWishOfADayIsExplained(t *testing.T) {
	reasons := map[explain.Reason]int{}
	lost := 0
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		c := coretest.New(rnd, coretest.AnyTaste(rnd))
		g := proposal.Prepare(c.Roll)
		for range 12 {
			day := c.Next
			out, err := g.Compute(day, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range out.Status {
				switch s {
				case core.Waiting:
					e, err := explain.Why(c.Roll, day, out, i)
					if err != nil {
						t.Fatal(err)
					}
					if err := e.Recheck(c.Roll, day, out, i); err != nil {
						t.Fatalf("seed %d, day %d, %+v: %v", seed, day.Number, e, err)
					}
					reasons[e.Reason]++
					for name, change := range map[string]func(*explain.Waiting){
						"its rank": func(e *explain.Waiting) { e.Call++ }, "places": func(e *explain.Waiting) { e.Places++ },
						"the last rank": func(e *explain.Waiting) { e.Last++ }, "one ahead": func(e *explain.Waiting) { e.Ahead++ },
						"a bed's rank": func(e *explain.Waiting) { e.Boarding++ }, "a bar": func(e *explain.Waiting) { e.Bar-- },
						"what is kept": func(e *explain.Waiting) { e.Reserved = !e.Reserved },
					} {
						wrong := e
						if change(&wrong); wrong.Recheck(c.Roll, day, out, i) == nil {
							t.Fatalf("seed %d, day %d: %s is told falsely of wish %d, and not found: %+v", seed, day.Number, name, i, wrong)
						}
					}
					for _, other := range []explain.Reason{explain.GroupStopped, explain.BehindBar, explain.BehindOthers, explain.NotRankedYet} {
						wrong := e
						if wrong.Reason = other; other != e.Reason && wrong.Recheck(c.Roll, day, out, i) == nil {
							t.Fatalf("seed %d, day %d: wish %d waits because of %q, and %q would do as well", seed, day.Number, i, e.Reason, other)
						}
					}
				case core.AutoGivenUp, core.AutoDropped, core.GapGivenUp, core.GapDropped:
					if day.Status[i].Live() {
						if e, err := explain.Lost(c.Roll, day, out, i); err != nil {
							t.Fatalf("seed %d, day %d, wish %d: %v", seed, day.Number, i, err)
						} else if lost++; len(e.Phrases()) == 0 {
							t.Fatal("nothing is said")
						} else if err := e.Recheck(c.Roll, day, out, i); err != nil {
							t.Fatalf("seed %d, day %d, %+v: %v", seed, day.Number, e, err)
						} else {
							for name, change := range map[string]func(*explain.GivenUp){
								"who did it": func(e *explain.GivenUp) { e.Machine = !e.Machine }, "what was kept": func(e *explain.GivenUp) { e.Held = i },
								"its preference": func(e *explain.GivenUp) { e.Prefers++ }, "that of the wish": func(e *explain.GivenUp) { e.Over++ },
								"the round": func(e *explain.GivenUp) { e.Round++ },
							} {
								wrong := e
								if change(&wrong); wrong.Recheck(c.Roll, day, out, i) == nil {
									t.Fatalf("seed %d, day %d: %s is told falsely of wish %d, and not found", seed, day.Number, name, i)
								}
							}
						}
					}
				}
			}
			c.Over(out, display.Of(g, day, out, 1).WaitingRank)
		}
	}
	t.Log(reasons, lost)
	if reasons[explain.GroupStopped] == 0 || reasons[explain.BehindBar] == 0 || reasons[explain.BehindOthers] == 0 || lost == 0 {
		t.Error("some reason never came: nothing was tried of it")
	}
}

// What is told beside the words says no more than they do, and in a small group neither
// tells one candidate of another.
func TestWhatIsToldOfAPositionSaysNothingOfFew(t *testing.T) {
	two := func(other bool) explain.Position {
		p, err := explain.Called(core.Rates{Bursary: 7}, []core.Ranked{{Candidate: 0, Rank: 1}, {Candidate: 1, Rank: 2, Bursary: other}}, 0)
		if err != nil {
			t.Fatal(err)
		}
		p.Call = 2 // the call rank is the candidate's own, and told
		return p
	}
	if with, without := two(true), two(false); !cmp.Equal(with.Told(), without.Told()) || !cmp.Equal(with.Phrases(), without.Phrases()) {
		t.Errorf("of two, one learns whether the other holds a bursary: %v and %v", with.Phrases(), without.Phrases())
	}
	few := explain.Position{Rates: core.Rates{Bursary: 20, Resident: 95}, Ranked: 40, Board: 2, Call: 6, OvertakenBy: 4, ByBursary: 3, ByResident: 1}
	if told := few.Told(); told.ByBursary != 0 || told.ByResident != 0 || told.OvertakenBy != 4 {
		t.Errorf("few positions are told apart: %+v", told)
	}
	many := explain.Position{Rates: core.Rates{Bursary: 20, Resident: 95}, Ranked: 400, Board: 50, Call: 80, OvertakenBy: 30, ByBursary: 12, ByResident: 18, Bound: 90}
	if told := many.Told(); told != many {
		t.Errorf("many are not: %+v", told)
	}
}

func TestABedHeldByAnotherProgrammeIsNoReasonToWait(t *testing.T) {
	roll := &core.Roll{Candidates: 2, Programme: []int32{0, 1}, Schools: 1, Wishes: core.Wishes{
		Candidate: []core.Candidate{0, 0, 1}, Group: []int32{0, 1, 1}, School: []int32{0, 0, core.NoSchool},
		CallRank: []int32{1, 2, 1}, ShownRank: []int32{1, 2, 1}, BoardingRank: []int32{5, 5, 0}, Kind: []core.Kind{core.WithBoarding, core.WithBoarding, 0},
	}}
	day := &core.Day{Number: 9, Groups: []core.Group{{Places: 1}, {Places: 1}}, Beds: []int64{1}}
	out := &core.Outcome{Rounds: 1, Status: []core.Status{core.Accepted, core.Waiting, core.Accepted}, Bar: []int32{1}, BarMax: []int32{1}}
	e, err := explain.Why(roll, day, out, 1)
	if err != nil || e.Reason != explain.BehindOthers {
		t.Errorf("the candidate has a bed there, and is told %q, %v", e.Reason, err)
	}
	e.Reason = explain.BehindBar
	if e.Recheck(roll, day, out, 1) == nil {
		t.Error("the bar would do as a reason")
	}
}

// What a candidate reads.
func TestTheWordsOfAnExplanation(t *testing.T) {
	for _, tt := range []struct {
		name string
		said []string
		want string
	}{
		{"nothing moved", explain.Position{Ranked: 40, Board: 3, Call: 3}.Phrases(),
			"La commission vous a classé en position 3 sur 40. Votre rang dans l'ordre d'appel est 3. Aucun taux ne s'applique à cette formation : l'ordre d'appel est celui de la commission."},
		{"forward", explain.Position{Rates: core.Rates{Bursary: 20}, Ranked: 40, Board: 9, Call: 2, Overtook: 7}.Phrases(),
			"La commission vous a classé en position 9 sur 40. Votre rang dans l'ordre d'appel est 2. Les taux légaux vous ont fait avancer de 7 rangs."},
		{"few positions are not told apart", explain.Position{Rates: core.Rates{Bursary: 20, Resident: 95}, Ranked: 40, Board: 2, Call: 6, OvertakenBy: 4, ByBursary: 3, ByResident: 1}.Phrases(),
			"La commission vous a classé en position 2 sur 40. Votre rang dans l'ordre d'appel est 6. Avant votre tour, 4 places sont allées à des candidats classés après vous par la commission. C'est l'effet des taux légaux."},
		{"many are, and the bound is said", explain.Position{Rates: core.Rates{Bursary: 20, Resident: 95}, Ranked: 400, Board: 50, Call: 80, OvertakenBy: 30, ByBursary: 12, ByResident: 18, Bound: 90}.Phrases(),
			"La commission vous a classé en position 50 sur 400. Votre rang dans l'ordre d'appel est 80. Avant votre tour, 30 places sont allées à des candidats classés après vous par la commission. C'est l'effet des taux légaux. Dans le détail : le taux minimum de boursiers de 20 % pour 12 places, le taux maximum de candidats hors secteur de 5 % pour 18 places. Quels que soient les autres candidats, ces taux ne peuvent pas vous faire reculer au-delà de la position 90."},
		{"a bar with beds kept", explain.Waiting{Reason: explain.BehindBar, Boarding: 12, Bar: 7, Reserved: true}.Phrases(),
			"Votre rang pour l'internat est 12 ; l'internat est ouvert jusqu'au rang 7. Des places sont gardées pour des candidats mieux classés pour l'internat, qui seront sans doute appelés bientôt."},
		{"behind others", explain.Waiting{Reason: explain.BehindOthers, Call: 81, Last: 62, Places: 40, Ahead: 18}.Phrases(),
			"Ce groupe offre 40 places, toutes prises. Votre rang dans l'ordre d'appel est 81 ; le dernier candidat appelé avait le rang 62. 18 candidats de ce groupe attendent encore devant vous. Si des candidats renoncent, votre tour approche."},
		{"the machine", explain.GivenUp{Machine: true, Over: 3, Prefers: 1}.Phrases(),
			"Votre répondeur automatique a renoncé à votre vœu numéro 3, parce que vous avez reçu une proposition pour votre vœu numéro 1, que vous aviez classé devant."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, strings.Join(tt.said, " ")); diff != "" {
				t.Errorf("(- wanted)\n%s", diff)
			}
		})
	}
}

// Of a group in which few were called, no last rank is public.
func TestALastRankOfFewIsNotPublic(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	c := coretest.New(rnd, coretest.Taste{Groups: 2, Candidates: 20})
	out, err := proposal.Prepare(c.Roll).Compute(c.Next, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		called int
		public bool
	}{{explain.FewCalled - 1, false}, {explain.FewCalled, true}} {
		s := explain.Public(c.Roll, c.Next, out, 0, core.Rates{}, 18, tt.called, 9)
		if (s.Come != nil) != tt.public {
			t.Errorf("%d called: the last rank is public %t", tt.called, s.Come != nil)
		}
		if c := s.Come; c != nil && int64(c.Held)+c.Vacant != s.Places+c.Beyond {
			t.Errorf("held %d and vacant %d of %d, %d beyond: the places do not add up", c.Held, c.Vacant, s.Places, c.Beyond)
		}
	}
}
