package explain

import (
	"errors"
	"fmt"

	"sceau/core"
)

// A GivenUp is why a wish was given up without its candidate's answer, that day: they had
// said which they prefer, and got one that they prefer.
type GivenUp struct {
	Machine bool  `json:"machine"` // by the answering machine; otherwise by the rule of the gap phase
	Held    int   `json:"-"`       // row of the proposal that was kept
	Prefers int32 `json:"prefers"` // preference rank of the proposal that was kept
	Over    int32 `json:"over"`    // of the wish given up; 0: not ordered, an earlier proposal
	Round   int32 `json:"round"`
}

// ErrNotGivenUp means a wish that was not given up automatically that day.
var ErrNotGivenUp = errors.New("explain: the wish was not given up by an automatic answer")

// Lost gives the reason why the wish in row i was given up on a day.
func Lost(roll *core.Roll, day *core.Day, out *core.Outcome, i int) (GivenUp, error) {
	g := GivenUp{Held: -1, Over: day.Preference[i], Round: 1}
	switch out.Status[i] {
	case core.AutoGivenUp, core.AutoDropped:
		g.Machine = true
	case core.GapGivenUp, core.GapDropped:
	default:
		return GivenUp{}, ErrNotGivenUp
	}
	if out.GivenUpIn != nil {
		g.Round = out.GivenUpIn[i]
	}
	for j, c := range roll.Wishes.Candidate {
		s := out.Status[j]
		if c != roll.Wishes.Candidate[i] || s != core.AutoAccepted && s != core.Proposed || day.Preference[j] == 0 {
			continue
		}
		if g.Held < 0 || day.Preference[j] < g.Prefers {
			g.Held, g.Prefers = j, day.Preference[j]
		}
	}
	// A3: what was given up stands behind something that was got the same day.
	if g.Held < 0 || (g.Over > 0 && g.Over < g.Prefers && out.Status[i] != core.AutoGivenUp) {
		return GivenUp{}, errors.New("explain: a wish was given up for nothing better")
	}
	return g, nil
}

// Recheck holds it against the day: what was kept was got today, is the best of what the
// candidate got, and is before what was given up. It is an error where it is not.
func (g GivenUp) Recheck(roll *core.Roll, day *core.Day, out *core.Outcome, i int) error {
	got := func(j int) bool {
		return roll.Wishes.Candidate[j] == roll.Wishes.Candidate[i] && day.Preference[j] > 0 && (out.Status[j] == core.AutoAccepted || out.Status[j] == core.Proposed)
	}
	best := int32(core.Unbounded)
	for j := range out.Status {
		if got(j) {
			best = min(best, day.Preference[j])
		}
	}
	round := int32(1)
	if out.GivenUpIn != nil {
		round = out.GivenUpIn[i]
	}
	is := out.Status[i]
	machine := is == core.AutoGivenUp || is == core.AutoDropped
	behind := g.Over > g.Prefers || is == core.AutoGivenUp || g.Over == 0 && is == core.GapGivenUp
	switch {
	case !machine && is != core.GapGivenUp && is != core.GapDropped,
		g.Machine != machine, g.Over != day.Preference[i], g.Round != round,
		g.Held < 0 || g.Held >= len(out.Status) || !got(g.Held),
		g.Prefers != best, g.Prefers != day.Preference[g.Held], !behind:
		return fmt.Errorf("explain: computed again, wish %d was given up otherwise", i)
	}
	return nil
}
