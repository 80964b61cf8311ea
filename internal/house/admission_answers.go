package house

import (
	"context"
	"fmt"
	"io"

	"sceau/core/campaign"
	"sceau/core/explain"
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
func (a *Admission) Answers(ctx context.Context, all []session.Said) (out Taken, err error) {
	release, err := a.book.Alone(ctx, a.campaign)
	if err != nil {
		return out, err
	}
	defer release()
	ended, err := a.Runs(ctx)
	if err != nil {
		return out, err
	}
	s, err := a.stand(ctx, ended, 1<<30)
	if err != nil {
		return out, err
	}
	from := s.state.Log().Len()
	now := a.house.Now()
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
	var events []campaign.Event
	for e := range s.state.Log().Since(from) {
		events = append(events, e)
	}
	m := session.Manifest{Rule: explain.Rule, Campaign: a.campaign, At: events[len(events)-1].At,
		View: refOf(s.view), First: refOf(s.firstRun), Today: refOf(s.firstRun)}
	for _, r := range s.before {
		m.Before = append(m.Before, refOf(r))
	}
	out.Run = a.begin(run.Answers, 0, s.view.ID)
	return out, a.keep(ctx, &out.Run, m.Write, func(w io.Writer) error { return session.WriteAnswers(w, a.campaign, events) })
}

// Standing is where a campaign stands now, for those who explain it.
type Standing struct {
	Session *session.Session
	First   *session.Offer
	State   *campaign.State
	Day     *session.Day // the last one published
	Morning *session.Day // the same day computed again, with what it began with; nil when none was published
}

// Standing opens a campaign as it stands after its last day, computed again so that what
// is explained is what happened.
func (a *Admission) Standing(ctx context.Context) (out Standing, err error) {
	ended, err := a.Runs(ctx)
	if err != nil {
		return out, err
	}
	s, err := a.stand(ctx, ended, 1<<30)
	if err != nil {
		return out, err
	}
	out = Standing{Session: s.session, First: s.first, State: s.state, Day: s.last}
	last, ok := lastOf(ended, run.Day)
	if !ok {
		return out, fmt.Errorf("a day of campaign %s: %w", a.campaign, ErrNotYet)
	}
	m, err := a.manifest(ctx, last)
	if err != nil {
		return out, err
	}
	offers, err := find(ended, m.Today)
	if err != nil {
		return out, err
	}
	today, err := a.offer(ctx, offers)
	if err != nil {
		return out, err
	}
	before, err := a.stand(ctx, ended, last.Number)
	if err != nil {
		return out, err
	}
	out.Morning, _, err = before.compute(m.At, today)
	return out, err
}
