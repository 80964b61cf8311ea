package verify

import (
	"slices"
	"sync"

	"sceau/core"
	"sceau/core/parallel"
)

// A Report is what Day found.
type Report struct {
	Findings []Finding
	// Stop is whether a finding is about more than places: nothing of the day may be
	// published.
	Stop bool
	// Isolated are the groups of findings about places or beds, and every group that
	// shares boarding schools with them: they are left out, and the rest of the country
	// gets its proposals.
	Isolated []int
}

// Clean is whether everything holds.
func (r *Report) Clean() bool { return len(r.Findings) == 0 }

// Day verifies a day: D1 to D5, D7, D10 and A1 to A5. An outcome whose columns do not
// fit the roll is an error.
func (v *Verifier) Day(day *core.Day, out *core.Outcome, threads int) (*Report, error) {
	if !v.fits(day, out) {
		return nil, core.ColumnsDiffer.Of()
	}
	c := &check{Verifier: v, day: day, out: out, threads: threads, last: int32(out.Rounds)}
	if v.roll.Schools > 0 {
		c.newBed, c.hasBed = make([]bool, v.roll.Wishes.Len()), make([]bool, v.roll.Wishes.Len())
	}
	for _, q := range day.Groups {
		c.released = c.released || q.EndReservation
	}
	c.transitions()
	c.schools()
	c.groups()
	c.passed()
	c.candidates()
	r := &Report{Findings: sorted(c.found)}
	var faulty []int
	for _, f := range r.Findings {
		switch f.Rule {
		case "D1", "D2", "D3", "D4", "D5", "D10":
			if f.Group >= 0 {
				faulty = append(faulty, f.Group)
			}
			if f.School >= 0 {
				faulty = append(faulty, c.served(f.School)...)
			}
		default:
			r.Stop = true
		}
	}
	r.Isolated = c.reach(faulty)
	return r, nil
}

func (v *Verifier) fits(day *core.Day, out *core.Outcome) bool {
	n := v.roll.Wishes.Len()
	rounds := out.Rounds == 1 && out.ProposedIn == nil && out.GivenUpIn == nil ||
		out.Rounds >= 1 && len(out.ProposedIn) == n && len(out.GivenUpIn) == n
	return rounds && len(day.Status) == n && len(out.Status) == n && len(day.Preference) == n &&
		len(day.Groups) == v.roll.Groups() && len(out.Estimate) == v.roll.Groups() &&
		len(day.Beds) == v.roll.Schools && len(out.Bar) == v.roll.Schools && len(out.BarMax) == v.roll.Schools
}

// A check is one day on its way.
type check struct {
	*Verifier
	day     *core.Day
	out     *core.Outcome
	threads int
	last    int32 // round

	released bool // some group has declared the end of its reservation

	newBed []bool // of each row: proposed to somebody who had no bed in that school
	hasBed []bool // of each row: its candidate had a bed in that school when the last round began

	lock  sync.Mutex
	found []Finding
	holds []holding
	takes []taking
}

func (c *check) report(f Finding) {
	c.lock.Lock()
	c.found = append(c.found, f)
	c.lock.Unlock()
}

const never = 1 << 30 // a round that does not come

// when gives the rounds in which a row was proposed and given up, or never; one that was
// held when the day began was proposed in round 0.
func (c *check) when(i int32) (proposed, given int32) {
	proposed, given = never, never
	if c.day.Status[i] == core.Pending || c.day.Status[i] == core.Accepted {
		proposed = 0
	}
	if c.out.ProposedIn == nil {
		switch c.out.Status[i] {
		case core.Proposed, core.AutoAccepted:
			proposed = 1
		case core.AutoDropped, core.GapDropped, core.AutoGivenUp, core.GapGivenUp:
			if c.day.Status[i].Live() {
				given = 1
			}
		}
		return proposed, given
	}
	if r := c.out.ProposedIn[i]; r > 0 {
		proposed = r
	}
	if r := c.out.GivenUpIn[i]; r > 0 {
		given = r
	}
	return proposed, given
}

// still is whether a row waited all day, in every round.
func (c *check) still(i int32) bool {
	return c.day.Status[i] == core.Waiting && c.out.Status[i] == core.Waiting && (c.out.ProposedIn == nil || c.out.ProposedIn[i]|c.out.GivenUpIn[i] == 0)
}

// held is whether a row is held when a round begins.
func (c *check) held(i, round int32) bool {
	proposed, given := c.when(i)
	return proposed < round && given >= round
}

// waits is whether a row still waits when a round begins.
func (c *check) waits(i, round int32) bool {
	proposed, given := c.when(i)
	return c.day.Status[i] == core.Waiting && proposed >= round && given >= round
}

// transitions holds D7: what a day may do to a wish, and nothing else.
func (c *check) transitions() {
	parallel.Ranges(len(c.day.Status), 1<<14, c.threads, func() func(int, int) {
		return func(from, to int) {
			for i := from; i < to; i++ {
				if !c.allowed(int32(i)) {
					c.report(Finding{Rule: "D7", Group: int(c.roll.Wishes.Group[i]), School: -1, Candidate: c.roll.Wishes.Candidate[i]})
				}
			}
		}
	})
}

func (c *check) allowed(i int32) bool {
	was, is := c.day.Status[i], c.out.Status[i]
	if c.out.ProposedIn == nil && was == is {
		return true // most wishes, on most days
	}
	proposed, given := c.when(i)
	// A round that was reported, and is none of the day's.
	for _, r := range []int32{proposed, given} {
		if r < 0 || r > c.last && r != never {
			return false
		}
	}
	today, up := proposed != never && proposed > 0, given != never
	switch {
	case was == core.Waiting && is == core.Waiting, was == is && was.Live(), was == is && (was == core.Refused || was == core.Dropped):
		return !today && !up
	case was == core.Waiting && (is == core.Proposed || is == core.AutoAccepted):
		return today && !up && !c.day.Groups[c.roll.Wishes.Group[i]].Stop
	case was == core.Waiting && (is == core.AutoDropped || is == core.GapDropped):
		return !today && up
	case was == core.Waiting && (is == core.AutoGivenUp || is == core.GapGivenUp):
		return today && up && given >= proposed && !c.day.Groups[c.roll.Wishes.Group[i]].Stop
	case was == core.Pending && (is == core.AutoGivenUp || is == core.GapGivenUp), was == core.Accepted && is == core.AutoGivenUp:
		return !today && up
	}
	return false
}

// served are the groups with a wish for a boarding school.
func (c *check) served(school int) []int {
	var all []int
	for k := range c.school.len(school) {
		all = append(all, int(c.roll.Wishes.Group[c.school.at(school, k)]))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// reach gives some groups and all that share boarding schools with them, directly or
// not. It is slow, and runs when something is wrong.
func (c *check) reach(from []int) []int {
	seenGroup, seenSchool := map[int]bool{}, map[int32]bool{}
	for len(from) > 0 {
		g := from[len(from)-1]
		from = from[:len(from)-1]
		if seenGroup[g] {
			continue
		}
		seenGroup[g] = true
		for k := range c.group.len(g) {
			if s := c.roll.Wishes.School[c.group.at(g, k)]; s != core.NoSchool && !seenSchool[s] {
				seenSchool[s] = true
				from = append(from, c.served(int(s))...)
			}
		}
	}
	all := []int{}
	for g := range seenGroup {
		all = append(all, g)
	}
	slices.Sort(all)
	return all
}
