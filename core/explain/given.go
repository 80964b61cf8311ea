package explain

import (
	"errors"

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
