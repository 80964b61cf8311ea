package admission

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/run"
	"sceau/core/session"
)

// A DayRun is what a run of a day did.
type DayRun struct {
	Run     run.Run
	Orders  run.Run // that of the call orders, when the day began with it
	Figures session.Figures
	Stopped []session.GroupName // groups isolated by the verification
	Left    session.Left
	Groups  int
}

// RunDay computes a day of proposals and publishes it: the first begins with the call
// orders, on the newest projection and the newest offer. Killed, it has published
// nothing, and is run again. Days come one after the other; skip passes over some.
func (c *Campaign) RunDay(ctx context.Context, day int, skip bool) (out DayRun, err error) {
	all, release, err := c.alone(ctx)
	if err != nil {
		return out, err
	}
	defer release()
	if _, ok := lastOf(all, run.CallOrder); !ok {
		for _, r := range all {
			if r.Kind == run.Day || r.Kind == run.Answers {
				return out, fmt.Errorf("the call orders that run %d stands on: %w", r.Number, run.ErrRecord)
			}
		}
		if out.Orders, err = c.orders(ctx, all); err != nil {
			return out, err
		}
		all = append(all, out.Orders)
	}
	s, err := c.stand(ctx, all, math.MaxInt)
	if err != nil {
		return out, err
	}
	if err := s.next(day, skip); err != nil {
		return out, err
	}
	offers, ok := lastOf(all, run.Offer)
	if !ok {
		return out, fmt.Errorf("an offer of campaign %s: %w", c.Name, ErrNotYet)
	}
	today, err := c.offer(ctx, offers)
	if err != nil {
		return out, err
	}
	at, err := c.instant(ctx, s, day)
	if err != nil {
		return out, err
	}
	m := s.manifest(c.Name, at, offers)
	m.Day = day
	c.doing("computing and verifying the day")
	d, events, err := s.compute(m.At, today)
	if err != nil {
		return out, err
	}
	out.Run, err = c.keep(ctx, c.record(run.Day, day, s.view.ID), m.Write, func(w io.Writer) error { return session.WriteDay(w, c.Name, d, events) })
	out.Figures, out.Stopped, out.Left, out.Groups = d.Figures, d.Isolated, s.session.Left, len(s.session.Groups)
	return out, err
}

// ErrNotNext means a day that would pass over others, or one that was published.
var ErrNotNext = errors.New("days are computed one after the other")

// next refuses a day that does not follow the last one, unless days are to be passed over:
// proposals out would lapse meanwhile, and nothing takes a day back.
func (s *stand) next(day int, skip bool) error {
	last := 0
	if s.last != nil {
		last = s.last.Number
	}
	switch {
	case day <= last:
		return fmt.Errorf("day %d is published, and day %d comes next: %w", last, last+1, ErrNotNext)
	case day > last+1 && !skip:
		return fmt.Errorf("day %d comes next, and not day %d: %w", last+1, day, ErrNotNext)
	}
	return nil
}

// orders computes the call orders and boarding ranks that the session stands on.
func (c *Campaign) orders(ctx context.Context, all []run.Run) (run.Run, error) {
	offers, ok := lastOf(all, run.Offer)
	if !ok {
		return run.Run{}, fmt.Errorf("an offer of campaign %s (`sceau admission offer`): %w", c.Name, ErrNotYet)
	}
	projection, ok := lastOf(all, run.Projection)
	if !ok {
		return run.Run{}, fmt.Errorf("a projection of campaign %s (`sceau admission project`): %w", c.Name, ErrNotYet)
	}
	c.doing("computing and verifying the call orders")
	m := session.Manifest{Rule: core.RuleVersion, Campaign: c.Name, At: c.Now().UTC().Truncate(time.Second),
		View: refOf(projection), First: refOf(offers), Today: refOf(offers)}
	var s stand
	if err := s.found(ctx, c, all, m); err != nil {
		return run.Run{}, err
	}
	return c.keep(ctx, c.record(run.CallOrder, 0, projection.ID), m.Write, s.session.WriteOrders)
}

// publication is the hour of Paris at which a day's proposals are published.
const publication = 6 * time.Hour

// instant is when a day is published: early on its morning, or after the last answer of
// that day. A day that has not come, or in whose phase nobody is proposed anything, is
// refused.
func (c *Campaign) instant(ctx context.Context, s *stand, day int) (time.Time, error) {
	if day < 1 {
		return time.Time{}, fmt.Errorf("day %d: the first day is day 1", day)
	}
	date := s.session.Config.Calendar.DateOf(day)
	at := date.Starts().Add(publication)
	if date.Starts().After(c.Now()) {
		return at, fmt.Errorf("day %d is %s, and has not come", day, date)
	}
	if n := s.state.Log().Len(); n > 0 {
		last := s.state.Log().Event(n).At
		if !last.Before(date.Ends()) {
			return at, fmt.Errorf("day %d is %s, and something happened on %s: it is over", day, date, calendar.DateOf(last))
		}
		if last.After(at) {
			at = last
		}
	}
	phase, err := c.Phase(ctx, at)
	if err != nil {
		return at, err
	}
	if phase != "PH4" && phase != "PH5" {
		return at, fmt.Errorf("day %d is %s, in %s: proposals are made in PH4 and PH5", day, date, phaseName(phase))
	}
	return at, nil
}

func phaseName(p catalogue.Phase) string {
	if p == "" {
		return "no phase"
	}
	return string(p)
}
