package proposal_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sceau/core"
	"sceau/core/display"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// anyMorning draws one that no evening led to: any status with any other, ranks that are sparse and
// may reach the last one, wishes that take no part and clash with those that do, few beds
// shared by many groups, twins in two groups of one programme.
func anyMorning(rnd *rand.Rand) (*core.Roll, *core.Day) {
	groups, schools, candidates := 1+rnd.IntN(6), rnd.IntN(5), 1+rnd.IntN(14)
	r := &core.Roll{Candidates: candidates, Schools: schools}
	for g := range groups {
		programme := int32(g)
		if g > 0 && rnd.IntN(3) == 0 {
			programme = r.Programme[g-1]
		}
		r.Programme = append(r.Programme, programme)
	}
	stretch := []int32{1, 1, 7, (1<<31 - 2) / int32(candidates+1)}[rnd.IntN(4)]
	short := []int32{1, 1, 7}[rnd.IntN(3)] // the slow way lowers bars by one
	ranks := func(stretch int32) []int32 {
		all := make([]int32, candidates)
		for i, p := range rnd.Perm(candidates) {
			all[i] = int32(p+1) * stretch
		}
		return all
	}
	calls, beds := make([][]int32, groups), make([][]int32, schools)
	for g := range calls {
		calls[g] = ranks(stretch)
	}
	for s := range beds {
		beds[s] = ranks(short)
	}
	d := &core.Day{Number: 1 + rnd.IntN(12), Terms: core.Terms{ReservationEnd: rnd.IntN(14), GapStart: 1 + rnd.IntN(14)}}
	d.OrderingEnd = d.GapStart + rnd.IntN(5)
	w := &r.Wishes
	live := []core.Status{core.Waiting, core.Waiting, core.Waiting, core.Waiting, core.Pending, core.Accepted}
	preferences := map[int][]int{}
	for c := range candidates {
		with := map[[2]int32]bool{}
		preferences[c] = rnd.Perm(40)
		for g := range int32(groups) {
			for boarding := range int32(2) {
				if rnd.IntN(5) < 2 {
					continue
				}
				at := [2]int32{r.Programme[g], boarding}
				status := live[rnd.IntN(len(live))]
				if with[at] || rnd.IntN(10) == 0 {
					status = []core.Status{core.Refused, core.Dropped}[rnd.IntN(2)]
				} else {
					with[at] = true
				}
				school, kind, rank := int32(core.NoSchool), core.Kind(0), int32(0)
				if boarding == 1 {
					kind = core.WithBoarding
					if schools > 0 && rnd.IntN(5) > 0 {
						school = int32(rnd.IntN(schools))
						rank = beds[school][c]
					}
				}
				call := calls[g][c]
				if !status.Live() && rnd.IntN(2) == 0 { // it takes no part, and anything may stand there
					call = int32(rnd.IntN(3)) * stretch
					if school != core.NoSchool {
						rank = int32(rnd.IntN(3)) * short
					}
				}
				if rnd.IntN(8) == 0 {
					kind |= core.OutsideMain
				}
				preference := int32(0)
				if rnd.IntN(4) > 0 {
					preference = int32(preferences[c][w.Len()%40] + 1)
				}
				w.Candidate, w.Group, w.School = append(w.Candidate, core.Candidate(c)), append(w.Group, g), append(w.School, school)
				w.CallRank, w.ShownRank, w.BoardingRank, w.Kind = append(w.CallRank, call), append(w.ShownRank, call), append(w.BoardingRank, rank), append(w.Kind, kind)
				d.Status, d.Preference = append(d.Status, status), append(d.Preference, preference)
				d.WaitingRank = append(d.WaitingRank, int32(rnd.IntN(4)))
				d.IgnoreInWait, d.IgnoreInBars = append(d.IgnoreInWait, rnd.IntN(9) == 0), append(d.IgnoreInBars, rnd.IntN(9) == 0)
			}
		}
		if rnd.IntN(2) == 0 {
			d.Answering = append(d.Answering, core.Candidate(c))
		}
	}
	for range groups {
		q := core.Group{Places: int64(rnd.IntN(4)), Stop: rnd.IntN(6) == 0, EndReservation: rnd.IntN(6) == 0}
		if rnd.IntN(4) == 0 {
			q.Places = core.MaxRank
		}
		if rnd.IntN(3) == 0 {
			q.RankLimit = min(core.MaxRank, int64(rnd.IntN(candidates+1))*int64(stretch))
		}
		if rnd.IntN(3) > 0 {
			q.LastCalled = min(core.MaxRank, int64(rnd.IntN(candidates+1))*int64(stretch))
			q.LastCalledBefore = rnd.Int64N(q.LastCalled + 1)
		}
		d.Groups = append(d.Groups, q)
	}
	for range schools {
		d.Beds = append(d.Beds, []int64{0, 0, 1, 2, 3, core.MaxRank}[rnd.IntN(6)])
	}
	return r, d
}

func TestAnyMorningIsThatOfTheSlowAndObviousWay(t *testing.T) {
	refused, tried, rounds := map[core.Code]int{}, 0, 0
	campaigns(t, 500, 100000, func(t *testing.T, rnd *rand.Rand) {
		roll, day := anyMorning(rnd)
		g := proposal.Prepare(roll)
		out, err := g.Compute(day, 1)
		var f *core.Fault
		if errors.As(err, &f) {
			refused[f.Code]++
			for _, threads := range []int{2, 7} {
				if _, again := g.Compute(day, threads); again == nil || again.Error() != err.Error() {
					t.Fatalf("%v on one thread, %v on %d", err, again, threads)
				}
			}
			// Those whose machines stand in the way answer by hand.
			var fit []core.Candidate
			for _, c := range day.Answering {
				one := *day
				one.Answering = []core.Candidate{c}
				if _, err := g.Compute(&one, 1); err == nil {
					fit = append(fit, c)
				}
			}
			day.Answering = fit
			if out, err = g.Compute(day, 1); err != nil {
				return
			}
		} else if err != nil {
			t.Fatal(err)
		}
		tried++
		rounds += out.Rounds - 1
		want := slowDay(roll, day)
		if diff := cmp.Diff(want, slowResult{out.Status, nonNil(out.BarMax), nonNil(out.Bar), out.Rounds}, cmp.AllowUnexported(slowResult{})); diff != "" {
			t.Fatalf("(- slow, + fast):\n%s", diff)
		}
		for _, threads := range []int{2, 7} {
			again, err := g.Compute(day, threads)
			if diff := cmp.Diff(out, again); err != nil || diff != "" {
				t.Fatalf("%d threads: %v\n%s", threads, err, diff)
			}
		}
		report, err := verify.Prepare(roll).Day(day, out, 1)
		if err != nil || !report.Clean() {
			t.Fatalf("does not verify: %v, %v", err, report)
		}
		display.Of(g, day, out, 1) // no panic
		n := newNaming(rnd, roll)
		other, err := proposal.Prepare(n.roll(roll)).Compute(n.day(day), 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n.outcome(out), other); diff != "" {
			t.Fatalf("under other names:\n%s", diff)
		}
	})
	t.Logf("%d mornings, %d further rounds, refused first: %v", tried, rounds, refused)
	if rounds == 0 || len(refused) < 3 {
		t.Error("these mornings are too tame to show anything")
	}
}
