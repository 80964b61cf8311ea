package verify

import (
	"sceau/core"
	"sceau/core/parallel"
)

// candidates holds A1 to A5 for everybody to whom an automatic answer happened or could.
func (c *check) candidates() {
	machine := make([]bool, c.roll.Candidates)
	for _, who := range c.day.Answering {
		if int(who) < len(machine) {
			machine[who] = true
		}
	}
	gap := c.day.Number >= c.day.GapStart
	parallel.Ranges(c.roll.Candidates, 1<<10, c.threads, func() func(int, int) {
		return func(from, to int) {
			for who := from; who < to; who++ {
				if machine[who] || gap || c.out.Rounds > 1 {
					c.candidate(who, machine[who], gap)
				}
			}
		}
	})
	if gap || c.out.Rounds > 1 {
		return
	}
	for i, s := range c.out.Status { // the answers of all others are not automatic today
		if who := c.roll.Wishes.Candidate[i]; (s == core.AutoAccepted || s != c.day.Status[i] && s != core.Proposed) &&
			(int(who) >= len(machine) || !machine[who]) {
			c.answerFinding("A1", who)
		}
	}
}

func (c *check) answerFinding(rule string, who core.Candidate) {
	c.report(Finding{Rule: rule, Group: -1, School: -1, Candidate: who})
}

func (c *check) candidate(who int, machine, gap bool) {
	var (
		w        = &c.roll.Wishes
		name     = core.Candidate(who)
		n        = c.own.len(who)
		got      = int32(core.Unbounded) // preference of the best proposal of today that stands
		lost     = int32(core.Unbounded) // of the best wish given up for being behind it
		waits    = int32(-1)             // of the worst ordered wish that waits
		asks     = int32(-1)             // of the worst ordered proposal that its candidate had not accepted
		held     int                     // main-phase proposals this evening
		earlier  int                     // of them, those of the days before
		unsure   int                     // of them, ordered and not accepted, which the machine would have
		gave     bool                    // something up automatically
		place    bool                    // lost one
		anywhere bool                    // holds one
	)
	for k := range n {
		i := c.own.at(who, k)
		was, is, prefers := c.day.Status[i], c.out.Status[i], c.day.Preference[i]
		if !was.Live() {
			continue
		}
		anywhere = anywhere || is.Holds()
		if was != is && is != core.Proposed && !c.mayAnswer(i, machine, gap) {
			c.answerFinding("A1", name)
		}
		if w.Kind[i]&core.OutsideMain != 0 {
			continue
		}
		switch is {
		case core.Proposed, core.AutoAccepted:
			if prefers > 0 {
				got = min(got, prefers)
			}
		case core.AutoDropped, core.GapDropped:
			gave, lost = true, min(lost, prefers)
		case core.AutoGivenUp, core.GapGivenUp:
			gave = true
			place = place || was != core.Waiting
			// The machine gives up an earlier proposal whatever its rank; all else is behind.
			if is == core.GapGivenUp || was == core.Waiting {
				lost = min(lost, prefers)
			}
		case core.Waiting:
			waits = max(waits, prefers)
		}
		if is.Holds() {
			held++
			if is == core.Proposed && prefers > 0 {
				unsure++
			}
			if is == core.Pending || is == core.Accepted {
				earlier++
			}
			if is != core.Accepted { // what was accepted before is kept
				asks = max(asks, prefers)
			}
		}
	}
	today := got != core.Unbounded
	switch {
	case machine && today && (earlier > 0 || unsure > 0 || held > 1 && !c.ordering()):
		c.answerFinding("A2", name)
	case gave && (!today || got >= lost):
		c.answerFinding("A3", name)
	case today && (machine || gap) && waits > got, today && (machine || gap) && asks > got:
		c.answerFinding("A4", name)
	case place && !anywhere:
		c.answerFinding("A5", name)
	}
}

// mayAnswer is whether an automatic answer may have changed a wish.
func (c *check) mayAnswer(i int32, machine, gap bool) bool {
	if c.roll.Wishes.Kind[i]&core.OutsideMain != 0 {
		return false
	}
	switch c.out.Status[i] {
	case core.AutoAccepted:
		return machine && c.day.Preference[i] > 0
	case core.AutoDropped, core.AutoGivenUp:
		return machine
	case core.GapDropped:
		return !machine && gap && c.day.Preference[i] > 0
	case core.GapGivenUp:
		return !machine && gap && c.day.Preference[i] > 0 && c.day.Status[i] != core.Accepted
	}
	return false
}

// ordering is whether today is one of the days in which candidates put their wishes in
// order, and the machines are not held to a complete order.
func (c *check) ordering() bool {
	return c.day.GapStart <= c.day.Number && c.day.Number < c.day.OrderingEnd
}
