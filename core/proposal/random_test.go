package proposal_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sceau/core"
	"sceau/core/coretest"
	"sceau/core/display"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// campaigns draws so many, few in `make test` and many in `make soak`; a failure names the
// seed that repeats it.
func campaigns(t *testing.T, few, many int, try func(t *testing.T, rnd *rand.Rand)) {
	t.Helper()
	first := uint64(1)
	if os.Getenv("SCEAU_SOAK") != "" {
		few = many
		if s, err := strconv.ParseUint(os.Getenv("SCEAU_SEED"), 10, 64); err == nil {
			first = s
		}
	}
	for seed := first; seed < first+uint64(few) && !t.Failed(); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { try(t, rand.New(rand.NewPCG(seed, 4))) })
	}
}

// season plays a campaign for so many days, and shows each day to look.
func season(t *testing.T, c *coretest.Campaign, days int, look func(g *proposal.Ground, day *core.Day, out *core.Outcome)) {
	t.Helper()
	g := proposal.Prepare(c.Roll)
	for range days {
		out, err := g.Compute(c.Next, 1)
		if err != nil {
			t.Fatalf("day %d: %v", c.Next.Number, err)
		}
		look(g, c.Next, out)
		if t.Failed() {
			return
		}
		c.Over(out, display.Of(g, c.Next, out, 1).WaitingRank)
	}
}

func TestSixtyDaysAreThoseOfTheSlowAndObviousWay(t *testing.T) {
	days, rounds, given, bars := 0, 0, 0, 0
	campaigns(t, 60, 3000, func(t *testing.T, rnd *rand.Rand) {
		c := coretest.New(rnd, coretest.AnyTaste(rnd))
		v := verify.Prepare(c.Roll)
		season(t, c, 60, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			want := slowDay(c.Roll, day)
			if diff := cmp.Diff(want, slowResult{out.Status, nonNil(out.BarMax), nonNil(out.Bar), out.Rounds}, cmp.AllowUnexported(slowResult{})); diff != "" {
				t.Fatalf("day %d (- slow, + fast):\n%s", day.Number, diff)
			}
			report, err := v.Day(day, out, 1)
			if err != nil || !report.Clean() {
				t.Fatalf("day %d does not verify: %v, %v", day.Number, err, report)
			}
			days++
			rounds += out.Rounds
			for i, s := range out.Status {
				if s == core.AutoGivenUp && day.Status[i] == core.Waiting {
					given++ // proposed and given up in one day
				}
			}
			for b := range out.Bar {
				if out.Bar[b] < out.BarMax[b] {
					bars++
				}
			}
		})
	})
	t.Logf("%d days, %d rounds, %d proposals given up the same day, %d bars lowered by demand", days, rounds, given, bars)
	if rounds == days || given == 0 || bars == 0 {
		t.Error("these campaigns are too tame to show anything")
	}
}

func nonNil(bars []int32) []int32 { return append(make([]int32, 0), bars...) }

// D8: the result is a function of the wishes as a set, on any number of threads, and
// renaming candidates, groups and schools commutes with it.
func TestOrderNamesAndThreadsChangeNothing(t *testing.T) {
	campaigns(t, 40, 1000, func(t *testing.T, rnd *rand.Rand) {
		c := coretest.New(rnd, coretest.AnyTaste(rnd))
		n := newNaming(rnd, c.Roll)
		renamed := proposal.Prepare(n.roll(c.Roll))
		season(t, c, 12, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			for _, threads := range []int{2, 5} {
				again, err := g.Compute(day, threads)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(out, again); diff != "" {
					t.Fatalf("%d threads instead of 1:\n%s", threads, diff)
				}
			}
			other, err := renamed.Compute(n.day(day), 3)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(n.outcome(out), other); diff != "" {
				t.Fatalf("day %d under other names, in another order:\n%s", day.Number, diff)
			}
		})
	})
}

// A naming renames everything, and puts the rows in another order.
type naming struct {
	row, candidate, group, school []int // new position of each
}

func newNaming(rnd *rand.Rand, r *core.Roll) naming {
	return naming{rnd.Perm(r.Wishes.Len()), rnd.Perm(r.Candidates), rnd.Perm(r.Groups()), rnd.Perm(r.Schools)}
}

func moved[T any](of []T, to []int) []T {
	if of == nil {
		return nil
	}
	m := make([]T, len(of))
	for i, v := range of {
		m[to[i]] = v
	}
	return m
}

func (n naming) roll(r *core.Roll) *core.Roll {
	w := core.Wishes{
		Candidate: moved(r.Wishes.Candidate, n.row), Group: moved(r.Wishes.Group, n.row), School: moved(r.Wishes.School, n.row),
		CallRank: moved(r.Wishes.CallRank, n.row), ShownRank: moved(r.Wishes.ShownRank, n.row),
		BoardingRank: moved(r.Wishes.BoardingRank, n.row), Kind: moved(r.Wishes.Kind, n.row),
	}
	for i := range w.Candidate {
		w.Candidate[i] = core.Candidate(n.candidate[w.Candidate[i]])
		w.Group[i] = int32(n.group[w.Group[i]])
		if w.School[i] != core.NoSchool {
			w.School[i] = int32(n.school[w.School[i]])
		}
	}
	return &core.Roll{Candidates: r.Candidates, Schools: r.Schools, Programme: moved(r.Programme, n.group), Wishes: w}
}

func (n naming) day(d *core.Day) *core.Day {
	m := *d
	m.Groups, m.Beds = moved(d.Groups, n.group), moved(d.Beds, n.school)
	m.Status, m.Preference, m.WaitingRank = moved(d.Status, n.row), moved(d.Preference, n.row), moved(d.WaitingRank, n.row)
	m.IgnoreInWait, m.IgnoreInBars = moved(d.IgnoreInWait, n.row), moved(d.IgnoreInBars, n.row)
	m.Answering = nil
	for _, c := range d.Answering {
		m.Answering = append(m.Answering, core.Candidate(n.candidate[c]))
	}
	return &m
}

func (n naming) outcome(o *core.Outcome) *core.Outcome {
	m := *o
	m.Status, m.ProposedIn, m.GivenUpIn = moved(o.Status, n.row), moved(o.ProposedIn, n.row), moved(o.GivenUpIn, n.row)
	m.Estimate, m.BarMax, m.Bar = moved(o.Estimate, n.group), moved(o.BarMax, n.school), moved(o.Bar, n.school)
	return &m
}

// D8 again: components computed alone give the same. Rounds are national, so that this is
// asked of the days that have one.
func TestComponentsAloneGiveTheSame(t *testing.T) {
	split := 0
	campaigns(t, 40, 1000, func(t *testing.T, rnd *rand.Rand) {
		taste := coretest.AnyTaste(rnd)
		taste.Groups += 4
		c := coretest.New(rnd, taste)
		season(t, c, 12, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			if out.Rounds > 1 {
				return
			}
			// The groups of one component, with everybody who wishes for them.
			inside := component(c.Roll, int32(rnd.IntN(c.Roll.Groups())))
			if len(inside) == c.Roll.Groups() {
				return
			}
			split++
			alone := *day
			alone.Status = slices.Clone(day.Status)
			for i := range alone.Status {
				if !inside[c.Roll.Wishes.Group[i]] {
					alone.Status[i] = core.Dropped
				}
			}
			part, err := g.Compute(&alone, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i := range out.Status {
				if inside[c.Roll.Wishes.Group[i]] && !automatic(c.Roll, day, i) && part.Status[i] != out.Status[i] {
					t.Fatalf("day %d: wish %d is %c alone and %c in the country", day.Number, i, part.Status[i], out.Status[i])
				}
			}
		})
	})
	if split == 0 {
		t.Error("no campaign had two components: nothing was tried")
	}
}

// automatic is whether a candidate answers automatically today, which may tie components.
func automatic(r *core.Roll, d *core.Day, i int) bool {
	return d.Number >= d.GapStart || slices.Contains(d.Answering, r.Wishes.Candidate[i])
}

func component(r *core.Roll, g int32) map[int32]bool {
	in, schools := map[int32]bool{g: true}, map[int32]bool{}
	for grew := true; grew; {
		grew = false
		for i, school := range r.Wishes.School {
			if school == core.NoSchool || in[r.Wishes.Group[i]] == schools[school] && in[r.Wishes.Group[i]] {
				continue
			}
			if in[r.Wishes.Group[i]] || schools[school] {
				in[r.Wishes.Group[i]], schools[school], grew = true, true, true
			}
		}
	}
	return in
}

// D6: a bar under its highest is as high as beds allow: one rank more, and everything
// computed again, some school overflows. The slow way lowers by one rank at a time, so
// that it is shown by comparison with it (above); here the single steps are looked at.
func TestABarOneHigherOverflows(t *testing.T) {
	raised := 0
	campaigns(t, 40, 1000, func(t *testing.T, rnd *rand.Rand) {
		taste := coretest.AnyTaste(rnd)
		taste.Boarding, taste.Schools, taste.Machines, taste.Gap = true, 1+rnd.IntN(3), false, false
		c := coretest.New(rnd, taste)
		season(t, c, 20, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			for b := range out.Bar {
				if out.Bar[b] == out.BarMax[b] {
					continue
				}
				raised++
				bars := slices.Clone(out.Bar)
				bars[b]++
				s := &slow{Roll: c.Roll, day: day, status: slices.Clone(day.Status), bar: bars}
				if !s.overflows() {
					t.Fatalf("day %d: the bar of school %d may be %d, and is %d", day.Number, b, bars[b], out.Bar[b])
				}
			}
		})
	})
	if raised == 0 {
		t.Error("no bar was under its highest: nothing was tried")
	}
}

// overflows is whether under these bars some school gives more beds than it has.
func (s *slow) overflows() bool {
	want := make([]map[core.Candidate]bool, s.Schools)
	for g := range int32(s.Groups()) {
		if s.day.Groups[g].Stop {
			continue
		}
		for _, i := range s.scan(g) {
			b, c := s.Wishes.School[i], s.Wishes.Candidate[i]
			if b == core.NoSchool || s.holdsSchool(c, b) {
				continue
			}
			if want[b] == nil {
				want[b] = map[core.Candidate]bool{}
			}
			want[b][c] = true
		}
	}
	for b := range want {
		if int64(len(want[b])) > s.freeBeds(int32(b)) {
			return true
		}
	}
	return false
}

// D9: without boarding and automatic answers, whoever withdraws a waiting wish hurts
// nobody of the group.
func TestWithdrawingAWishHurtsNobody(t *testing.T) {
	campaigns(t, 40, 1000, func(t *testing.T, rnd *rand.Rand) {
		taste := coretest.AnyTaste(rnd)
		taste.Boarding, taste.Schools, taste.Machines, taste.Gap = false, 0, false, false
		c := coretest.New(rnd, taste)
		season(t, c, 12, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			i := rnd.IntN(max(1, len(day.Status)))
			if i >= len(day.Status) || day.Status[i] != core.Waiting {
				return
			}
			less := *day
			less.Status = slices.Clone(day.Status)
			less.Status[i] = core.Dropped
			fewer, err := g.Compute(&less, 1)
			if err != nil {
				t.Fatal(err)
			}
			for j, s := range out.Status {
				if j != i && s == core.Proposed && fewer.Status[j] != core.Proposed {
					t.Fatalf("day %d: wish %d loses its proposal because wish %d was withdrawn", day.Number, j, i)
				}
			}
		})
	})
}

// D11: the day again, right after it, proposes nothing new; but for beds that wishes
// given up in the last round released, which are handed out the next day.
func TestTheSameDayAgainProposesNothingNew(t *testing.T) {
	again, released := 0, 0
	campaigns(t, 40, 1000, func(t *testing.T, rnd *rand.Rand) {
		c := coretest.New(rnd, coretest.AnyTaste(rnd))
		season(t, c, 20, func(g *proposal.Ground, day *core.Day, out *core.Outcome) {
			more := *day
			more.Status = make([]core.Status, len(out.Status))
			for i, s := range out.Status {
				more.Status[i] = s.Overnight()
			}
			second, err := g.Compute(&more, 1)
			if err != nil {
				return // a machine may hold two by now, until its candidate puts it right
			}
			again++
			for i := range second.Status {
				if round, today := second.Today(i); !today || round > 1 {
					continue // what follows from a bed released follows from that
				}
				if c.Roll.Wishes.School[i] == core.NoSchool || !gaveUpBed(c.Roll, day, out) {
					t.Fatalf("day %d again proposes wish %d", day.Number, i)
				}
				released++
			}
		})
	})
	t.Logf("%d days again, %d beds released", again, released)
}

// gaveUpBed is whether a waiting wish for a ranked bed was given up while beds are kept.
func gaveUpBed(r *core.Roll, day *core.Day, out *core.Outcome) bool {
	for i, s := range out.Status {
		if day.Status[i] == core.Waiting && (s == core.AutoDropped || s == core.GapDropped) && r.Wishes.School[i] != core.NoSchool {
			return day.Number < day.ReservationEnd
		}
	}
	return false
}
