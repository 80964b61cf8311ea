package admission

import (
	"cmp"
	"context"
	"io"
	"math"
	"slices"
	"time"

	"sceau/core/calendar"
	"sceau/core/campaign"
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

// Answers takes what candidates said between two days, in the order in which they said it,
// whatever the order of the lines. One that comes late or cannot be is refused by itself,
// and changes nothing; the others are kept together, in a run of their own.
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
	from, published := s.state.Log().Len(), s.published()
	now := c.Now()
	lines := make([]int, len(all))
	for i := range lines {
		lines[i] = i
	}
	slices.SortStableFunc(lines, func(a, b int) int { return all[a].At.Compare(all[b].At) })
	for _, i := range lines {
		said := all[i]
		if said.At.After(now) {
			// It would close the campaign to everybody until then.
			out.Refused = append(out.Refused, Unsaid{i + 1, "an answer is given before it is taken: its time has not come"})
			continue
		}
		said.At = s.counts(said.At, published)
		if err := s.session.Say(s.state, said); err != nil {
			out.Refused = append(out.Refused, Unsaid{i + 1, err.Error()})
			continue
		}
		out.Taken++
	}
	slices.SortFunc(out.Refused, func(a, b Unsaid) int { return cmp.Compare(a.Line, b.Line) })
	if out.Taken == 0 {
		return out, nil
	}
	events := slices.Collect(s.state.Log().Since(from))
	// Answers have no offer of their own; a manifest names one, and it is the first.
	m := s.manifest(c.Name, events[len(events)-1].At, s.firstRun)
	out.Run, err = c.keep(ctx, c.record(run.Answers, 0, s.view.ID), m.Write, func(w io.Writer) error { return session.WriteAnswers(w, c.Name, events) })
	return out, err
}

// counts is when an answer counts. One that was said before another that is taken already
// counts with the last of them, where its deadline is the same: a day's end. It goes behind
// nothing that was published.
func (s *stand) counts(said, published time.Time) time.Time {
	n := s.state.Log().Len()
	if n == 0 || !said.After(published) {
		return said
	}
	last := s.state.Log().Event(n).At
	if said.Before(last) && calendar.DateOf(said) == calendar.DateOf(last) {
		return last
	}
	return said
}

// published is when the last day was.
func (s *stand) published() (at time.Time) {
	for n := s.state.Log().Len(); n > 0; n-- {
		if e := s.state.Log().Event(n); e.Kind == campaign.Published {
			return e.At
		}
	}
	return at
}
