package verify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/coretest"
	"sceau/core/display"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// Each rule of a call order has an order that breaks it, and is named first.
func TestAnOrderThatBreaksARuleIsFound(t *testing.T) {
	for _, tt := range []struct {
		rule              string
		bursary, resident int
		board             string // class of each, by board rank: C neither, B bursary, R resident, T both
		order             []core.Candidate
	}{
		{"P1", 20, 0, "CCB", []core.Candidate{0, 1, 2}},
		{"P2", 0, 10, "TR", []core.Candidate{1, 0}},
		{"P3", 10, 10, "RRT", []core.Candidate{2, 1, 0}},
		{"P4", 10, 10, "TBB", []core.Candidate{0, 2, 1}},
		{"P5", 10, 10, "CC", []core.Candidate{1, 0}},
		{"P6", 0, 100, "CCCRR", []core.Candidate{3, 0, 1, 2, 4}},
		{"P9", 0, 0, "CC", []core.Candidate{0, 0}},
		{"P9", 0, 0, "CC", []core.Candidate{0}},
		{"P9", 0, 0, "CC", []core.Candidate{0, 7}},
		{"P10", 0, 0, "CB", []core.Candidate{1, 0}},
	} {
		t.Run(tt.rule+" "+tt.board, func(t *testing.T) {
			rates := core.Rates{Bursary: tt.bursary, Resident: tt.resident}
			var ranked []core.Ranked
			for i, class := range tt.board {
				ranked = append(ranked, core.Ranked{Candidate: core.Candidate(i), Rank: int32(i + 1), Bursary: strings.ContainsRune("BT", class), Resident: strings.ContainsRune("RT", class)})
			}
			right, err := callorder.Of(rates, ranked)
			if err != nil {
				t.Fatal(err)
			}
			if err := verify.Order(rates, ranked, right); err != nil {
				t.Errorf("the right order %v: %v", right, err)
			}
			err = verify.Order(rates, ranked, tt.order)
			if f, ok := err.(verify.Finding); !ok || f.Rule != tt.rule {
				t.Errorf("%v, where the right one is %v: found %v, want %s", tt.order, right, err, tt.rule)
			}
			if err := verify.Orders([]core.RankingGroup{{Rates: rates, Ranked: ranked}}, [][]core.Candidate{tt.order}, 1); err == nil {
				t.Error("not found among all groups")
			}
		})
	}
}

// P7 follows from P2, P3 and P5 for the classes that they name; it is looked at by
// itself where another rule does not come first.
func TestAnySwapWithinAClassIsFound(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		rates := core.Rates{Bursary: rnd.IntN(101), Resident: rnd.IntN(101)}
		ranked := make([]core.Ranked, 12)
		for i := range ranked {
			ranked[i] = core.Ranked{Candidate: core.Candidate(i), Rank: int32(i + 1), Bursary: rnd.IntN(2) == 0, Resident: rnd.IntN(2) == 0}
		}
		order, _ := callorder.Of(rates, ranked)
		i, j := rnd.IntN(12), rnd.IntN(12)
		if i == j || ranked[order[i]].Class() != ranked[order[j]].Class() {
			continue
		}
		order[i], order[j] = order[j], order[i]
		if verify.Order(rates, ranked, order) == nil {
			t.Fatalf("rates %v: positions %d and %d, of one class, swapped and not found", rates, i, j)
		}
	}
}

// A scene is a day so small that it is told in lines: "candidate group school callrank
// boardingrank kind preference before after", - for no school.
type scene struct {
	day, reservation, gap int
	places, limit         []int64
	stop                  []bool
	beds                  []int64
	machine               []core.Candidate
	wishes                string
}

func (s scene) build(t *testing.T) (*core.Roll, *core.Day, []core.Status) {
	t.Helper()
	r := &core.Roll{Schools: len(s.beds)}
	d := &core.Day{Number: max(1, s.day), Terms: core.Terms{ReservationEnd: s.reservation, GapStart: 99, OrderingEnd: 99}, Beds: s.beds, Answering: s.machine}
	if s.gap > 0 {
		d.GapStart, d.OrderingEnd = s.gap, s.gap
	}
	for g, places := range s.places {
		r.Programme = append(r.Programme, int32(g))
		q := core.Group{Places: places}
		if g < len(s.limit) {
			q.RankLimit = s.limit[g]
		}
		if g < len(s.stop) {
			q.Stop = s.stop[g]
		}
		d.Groups = append(d.Groups, q)
	}
	var after []core.Status
	w := &r.Wishes
	for line := range strings.Lines(s.wishes) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		var n [7]int32
		for k, word := range f[:7] {
			if word == "-" {
				n[k] = core.NoSchool
				continue
			}
			if _, err := fmt.Sscan(word, &n[k]); err != nil {
				t.Fatal(line, err)
			}
		}
		w.Candidate, w.Group, w.School = append(w.Candidate, core.Candidate(n[0])), append(w.Group, n[1]), append(w.School, n[2])
		w.CallRank, w.ShownRank, w.BoardingRank = append(w.CallRank, n[3]), append(w.ShownRank, n[3]), append(w.BoardingRank, n[4])
		w.Kind = append(w.Kind, core.Kind(n[5]))
		d.Preference, d.Status, after = append(d.Preference, n[6]), append(d.Status, core.Status(f[7][0])), append(after, core.Status(f[8][0]))
		r.Candidates = max(r.Candidates, int(n[0])+1)
	}
	return r, d, after
}

// Each rule of a day has a day that breaks it, next to the right one, which does not.
func TestADayThatBreaksARuleIsFound(t *testing.T) {
	for _, tt := range []struct {
		name, rule string
		scene      scene
		change     func(out *core.Outcome)
		stop       bool // and nothing of it may be published
	}{
		{"somebody behind is called first", "D1", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 W W
			1 0 - 2 0 0 0 W P`}, nil, false},
		{"a worse bed rank behind in the order passes", "D2", scene{places: []int64{1}, beds: []int64{1}, wishes: `
			0 0 0 1 1 1 0 W W
			1 0 0 2 2 1 0 W P`}, nil, false},
		{"who has the place waits for the bed, and a worse rank gets it", "D3", scene{places: []int64{1, 1}, beds: []int64{1}, wishes: `
			0 0 - 1 0 0 0 o o
			0 0 0 1 1 1 0 W W
			1 1 0 1 2 1 0 W P`}, nil, false},
		{"more are called than there are places", "D4", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 W P
			1 0 - 2 0 0 0 W P`}, nil, false},
		{"a place is wasted", "D4", scene{places: []int64{2}, limit: []int64{1}, wishes: `
			0 0 - 1 0 0 0 W P
			1 0 - 2 0 0 0 W W`}, nil, false},
		{"the rank limit is forgotten", "D4", scene{places: []int64{0}, limit: []int64{2}, wishes: `
			0 0 - 1 0 0 0 W P
			1 0 - 2 0 0 0 W W`}, nil, false},
		{"more beds are given than there are", "D5", scene{places: []int64{2}, beds: []int64{1}, wishes: `
			0 0 0 1 1 1 0 W P
			1 0 0 2 2 1 0 W P`}, nil, false},
		{"a bar above its highest", "D5", scene{day: 3, reservation: 9, places: []int64{1}, beds: []int64{1}, wishes: `
			0 0 0 1 1 1 0 W P
			1 0 0 2 2 1 0 W W`}, func(out *core.Outcome) { out.Bar[0] = core.Unbounded }, false},
		{"a highest bar that keeps no bed", "D5", scene{day: 3, reservation: 9, places: []int64{1}, beds: []int64{1}, wishes: `
			0 0 0 1 1 1 0 W P
			1 0 0 2 2 1 0 W W`}, func(out *core.Outcome) { out.BarMax[0]++ }, false},
		{"an estimate that is not the group's", "D5", scene{day: 3, reservation: 9, places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 W P`}, func(out *core.Outcome) { out.Estimate[0]-- }, false},
		{"a stopped group calls", "D7", scene{places: []int64{1}, stop: []bool{true}, wishes: `
			0 0 - 1 0 0 0 W P`}, nil, true},
		{"a wish that was refused comes back", "D7", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 x P`}, nil, true},
		{"an accepted proposal is taken away", "D7", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 a W`}, nil, true},
		{"nobody is called though a place is free", "D10", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 0 W W`}, nil, false},
		{"an automatic answer to somebody who asked for none", "A1", scene{places: []int64{1}, wishes: `
			0 0 - 1 0 0 1 W A`}, nil, true},
		{"one to somebody who asked for none, beside one who did", "A1", scene{places: []int64{1, 1}, machine: []core.Candidate{1}, wishes: `
			0 0 - 1 0 0 1 W A
			1 1 - 1 0 0 1 W A`}, nil, true},
		{"a better proposal is given up in the gap phase", "A3", scene{places: []int64{1, 1}, gap: 1, wishes: `
			0 0 - 1 0 0 1 o h
			0 1 - 1 0 0 2 W P`}, nil, true},
		{"a worse wish goes on waiting in the gap phase", "A4", scene{places: []int64{1, 0}, gap: 1, wishes: `
			0 0 - 1 0 0 1 W P
			0 1 - 1 0 0 2 W W`}, nil, true},
		{"a worse proposal is kept in the gap phase", "A4", scene{places: []int64{1, 1}, gap: 1, wishes: `
			0 0 - 1 0 0 1 W P
			0 1 - 1 0 0 2 o o`}, nil, true},
		{"a place outside the main phase is given up", "A1", scene{places: []int64{1, 1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 1 W A
			0 1 - 1 0 2 0 a r`}, nil, true},
		{"the machine holds two", "A2", scene{places: []int64{1, 1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 1 W A
			0 1 - 1 0 0 0 a a`}, nil, true},
		{"the machine does not accept", "A2", scene{places: []int64{1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 1 W P`}, nil, true},
		{"a better wish is given up for a worse", "A3", scene{places: []int64{0, 1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 1 W q
			0 1 - 1 0 0 2 W A`}, nil, true},
		{"a worse wish goes on waiting", "A4", scene{places: []int64{0, 1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 2 W W
			0 1 - 1 0 0 1 W A`}, nil, true},
		{"a place is lost for nothing", "A3", scene{places: []int64{0, 1}, machine: []core.Candidate{0}, wishes: `
			0 0 - 1 0 0 1 W W
			0 1 - 1 0 0 2 a r`}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			roll, day, after := tt.scene.build(t)
			right, err := proposal.Prepare(roll).Compute(day, 1)
			if err != nil {
				t.Fatal(err)
			}
			v := verify.Prepare(roll)
			report, err := v.Day(day, right, 1)
			if err != nil || !report.Clean() || report.Stop || len(report.Isolated) > 0 {
				t.Fatalf("the right day (%s): %v, %+v", letters(right.Status), err, report)
			}
			wrong := *right
			wrong.Status, wrong.ProposedIn, wrong.GivenUpIn = after, nil, nil
			wrong.Rounds = 1
			wrong.Bar, wrong.BarMax, wrong.Estimate = slices.Clone(right.Bar), slices.Clone(right.BarMax), slices.Clone(right.Estimate)
			if slices.Contains(after, core.AutoGivenUp) { // it took a second round
				wrong.Rounds, wrong.ProposedIn, wrong.GivenUpIn = 2, make([]int32, len(after)), make([]int32, len(after))
				for i, s := range after {
					switch s {
					case core.AutoAccepted, core.Proposed:
						wrong.ProposedIn[i] = 1
					case core.AutoGivenUp, core.AutoDropped:
						wrong.GivenUpIn[i] = 1
					}
				}
			}
			if tt.change != nil {
				tt.change(&wrong)
			}
			report, err = v.Day(day, &wrong, 2)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(report.Findings, func(f verify.Finding) bool { return f.Rule == tt.rule }) {
				t.Errorf("%s instead of %s: found %v, want %s", letters(after), letters(right.Status), report.Findings, tt.rule)
			}
			if report.Stop != tt.stop {
				t.Errorf("stops everything: %t, want %t", report.Stop, tt.stop)
			}
			if !tt.stop && len(report.Isolated) == 0 {
				t.Error("nothing is isolated")
			}
		})
	}
}

func letters(status []core.Status) string {
	var b strings.Builder
	for _, s := range status {
		b.WriteByte(byte(s))
	}
	return b.String()
}

// A faulty group takes those with it that share boarding schools, and nobody else.
func TestAFaultyGroupIsolatesItsComponentAndNothingElse(t *testing.T) {
	roll, day, after := scene{places: []int64{1, 1, 1, 1}, beds: []int64{2, 2}, reservation: 1, wishes: `
		0 0 - 1 0 0 0 W W
		1 0 - 2 0 0 0 W P
		1 0 0 2 1 1 0 W P
		2 1 0 1 2 1 0 W P
		3 1 1 2 1 1 0 W W
		4 2 1 1 2 1 0 W P
		5 3 - 1 0 0 0 W P`}.build(t)
	right, err := proposal.Prepare(roll).Compute(day, 1)
	if err != nil {
		t.Fatal(err)
	}
	wrong := *right
	wrong.Status = after
	report, err := verify.Prepare(roll).Day(day, &wrong, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 1, 2}, report.Isolated); diff != "" || report.Stop {
		t.Errorf("isolated (- wanted):\n%s%+v", diff, report)
	}
}

// What a day did is one function of its input, so that any other result is wrong. Without
// boarding and machines every single change is found; with them, changes that a rule
// forbids are, and the rest is for the tests that compute everything twice.
func TestAResultWithAnyOneThingChangedIsFound(t *testing.T) {
	for _, tt := range []struct {
		name    string
		taste   func(rnd *rand.Rand) coretest.Taste
		atLeast float64
	}{
		{"without boarding and machines", func(rnd *rand.Rand) coretest.Taste {
			return coretest.Taste{Groups: 1 + rnd.IntN(4), Candidates: 2 + rnd.IntN(12), Churn: true}
		}, 1},
		{"with everything", coretest.AnyTaste, 0.97},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tried, found := 0, 0
			for seed := range uint64(150) {
				rnd := rand.New(rand.NewPCG(seed, 9))
				c := coretest.New(rnd, tt.taste(rnd))
				g, v := proposal.Prepare(c.Roll), verify.Prepare(c.Roll)
				for range 8 {
					out, err := g.Compute(c.Next, 1)
					if err != nil {
						t.Fatal(err)
					}
					if changed := tamper(rnd, c.Next, out); changed != nil {
						tried++
						if report, err := v.Day(c.Next, changed, 1); err != nil || !report.Clean() {
							found++
						} else if tt.atLeast == 1 {
							t.Fatalf("seed %d, day %d: %s instead of %s is not found", seed, c.Next.Number, letters(changed.Status), letters(out.Status))
						}
					}
					c.Over(out, display.Of(g, c.Next, out, 1).WaitingRank)
				}
			}
			t.Logf("%d of %d found", found, tried)
			if tried < 100 || float64(found) < tt.atLeast*float64(tried) {
				t.Errorf("%d of %d changes found", found, tried)
			}
		})
	}
}

// tamper proposes one wish that waits, or lets one wait that was proposed.
func tamper(rnd *rand.Rand, day *core.Day, out *core.Outcome) *core.Outcome {
	if len(out.Status) == 0 {
		return nil
	}
	i := rnd.IntN(len(out.Status))
	changed := *out
	changed.Status, changed.ProposedIn = slices.Clone(out.Status), slices.Clone(out.ProposedIn)
	switch {
	case day.Status[i] == core.Waiting && out.Status[i] == core.Waiting:
		changed.Status[i] = core.Proposed
		if changed.ProposedIn != nil {
			changed.ProposedIn[i] = 1
		}
	case out.Status[i] == core.Proposed, out.Status[i] == core.AutoAccepted:
		changed.Status[i] = core.Waiting
		if changed.ProposedIn != nil {
			changed.ProposedIn[i] = 0
		}
	default:
		return nil
	}
	return &changed
}

func TestWaitingRanksThatDoNotFollowTheOrderAreFound(t *testing.T) {
	roll, day, _ := scene{places: []int64{0}, wishes: `
		0 0 - 1 0 0 0 W W
		1 0 - 2 0 0 0 W W`}.build(t)
	out, err := proposal.Prepare(roll).Compute(day, 1)
	if err != nil {
		t.Fatal(err)
	}
	v := verify.Prepare(roll)
	if err := v.WaitingRanks(day, out, []int32{1, 2}); err != nil {
		t.Error(err)
	}
	if err := v.WaitingRanks(day, out, []int32{2, 1}); err == nil {
		t.Error("ranks the wrong way round are not found")
	}
}
