package admission

import (
	"context"
	"io"
	"math"
	"slices"

	"sceau/core/run"
	"sceau/core/session"
)

// A Taken is what became of answers.
type Taken struct {
	Run     run.Run // none when no answer was taken
	Taken   int
	Refused []Unsaid
}

// An Unsaid is an answer that was refused: its place among those given, and the rule.
type Unsaid struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// Answers takes what candidates said between two days, in the order in which they said it.
// One that comes late or cannot be is refused by itself, and changes nothing; the others
// are kept together, in a run of their own.
func (c *Campaign) Answers(ctx context.Context, all []session.Said) (out Taken, err error) {
	ended, release, err := c.alone(ctx)
	if err != nil {
		return out, err
	}
	defer release()
	s, err := c.stand(ctx, ended, math.MaxInt)
	if err != nil {
		return out, err
	}
	from := s.state.Log().Len()
	now := c.Now()
	for i, said := range all {
		if said.At.After(now) {
			// It would close the campaign to everybody until then.
			out.Refused = append(out.Refused, Unsaid{i + 1, "an answer is given before it is taken: its time has not come"})
			continue
		}
		if err := s.session.Say(s.state, said); err != nil {
			out.Refused = append(out.Refused, Unsaid{i + 1, err.Error()})
			continue
		}
		out.Taken++
	}
	if out.Taken == 0 {
		return out, nil
	}
	events := slices.Collect(s.state.Log().Since(from))
	// Answers have no offer of their own; a manifest names one, and it is the first.
	m := s.manifest(c.Name, events[len(events)-1].At, s.firstRun)
	out.Run, err = c.keep(ctx, c.record(run.Answers, 0, s.view.ID), m.Write, func(w io.Writer) error { return session.WriteAnswers(w, c.Name, events) })
	return out, err
}
