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
	"sceau/core/view"
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
	from, now, counted := s.state.Log().Len(), c.Now(), s.arrivals()
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
		if err := s.session.Say(s.state, said, counted.at(said)); err != nil {
			out.Refused = append(out.Refused, Unsaid{i + 1, err.Error()})
			continue
		}
		counted.latest[said.Candidate] = said.At
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

// arrivals are what was taken since the last day was published.
type arrivals struct {
	*stand
	published time.Time
	latest    map[view.Pseudonym]time.Time // what each candidate said last
}

func (s *stand) arrivals() arrivals {
	a := arrivals{s, time.Time{}, map[view.Pseudonym]time.Time{}}
	for n := s.state.Log().Len(); n > 0; n-- {
		e := s.state.Log().Event(n)
		if e.Kind == campaign.Published {
			a.published = e.At
			break
		}
		said := e.At
		if !e.Said.IsZero() {
			said = e.Said
		}
		if who := s.session.View.Persons[e.Candidate].Pseudonym; said.After(a.latest[who]) {
			a.latest[who] = said
		}
	}
	return a
}

// at is when an answer counts: when it was said, but for one that was said before others'
// that are taken already. It counts with the last of them, where its deadline is the same: a
// day's end. It goes behind nothing that was published, nor behind what its candidate said
// later; and a correction, which moves the ranks of others, waits for its turn.
func (a arrivals) at(said session.Said) time.Time {
	n := a.state.Log().Len()
	if n == 0 || said.By != "" || !said.At.After(a.published) || said.At.Before(a.latest[said.Candidate]) {
		return said.At
	}
	last := a.state.Log().Event(n).At
	if said.At.Before(last) && calendar.DateOf(said.At) == calendar.DateOf(last) {
		return last
	}
	return said.At
}
