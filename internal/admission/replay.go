package admission

import (
	"context"
	"fmt"
	"io"
	"slices"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/run"
	"sceau/core/session"
)

// A Replayed says whether a run, computed again, gives what was signed.
type Replayed struct {
	Run   run.Run
	Again core.Digest
	Same  bool
}

// Replay computes a run again, from the very files that its input names, and compares.
func (c *Campaign) Replay(ctx context.Context, id string) (out Replayed, err error) {
	all, err := c.Runs(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range all {
		if r.ID == id || fmt.Sprint(r.Number) == id {
			out.Run = r
		}
	}
	r := out.Run
	if r.ID == "" {
		return out, fmt.Errorf("campaign %s has no run %s that has ended", c.Name, id)
	}
	var write func(io.Writer) error
	switch r.Kind {
	case run.CallOrder:
		m, err := c.manifest(ctx, r)
		if err != nil {
			return out, err
		}
		var s stand
		if err := s.found(ctx, c, all, m); err != nil {
			return out, err
		}
		write = s.session.WriteOrders
	case run.Day:
		d, events, err := c.again(ctx, all, r)
		if err != nil {
			return out, err
		}
		write = func(w io.Writer) error { return session.WriteDay(w, c.Name, d, events) }
	case run.Answers:
		// Replaying the log judges every answer again; an altered one stops it.
		s, err := c.stand(ctx, all, r.Number+1)
		if err != nil {
			return out, err
		}
		events := slices.Collect(s.state.Log().Since(s.from))
		write = func(w io.Writer) error { return session.WriteAnswers(w, c.Name, events) }
	default:
		return out, fmt.Errorf("run %d is of kind %s, which computes nothing", r.Number, r.Kind)
	}
	if out.Again, err = digested(io.Discard, write); err != nil {
		return out, err
	}
	out.Same = out.Again == r.Output.Digest
	// What was kept is looked at too: what could be computed again may be lost all the same.
	return out, c.open(ctx, r, Output, func(io.Reader) error { return nil })
}

// again computes a day that was published, from the very files that its input names.
func (c *Campaign) again(ctx context.Context, all []run.Run, r run.Run) (*session.Day, []campaign.Event, error) {
	m, err := c.manifest(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.stand(ctx, all, r.Number)
	if err != nil {
		return nil, nil, err
	}
	if !slices.EqualFunc(s.before, m.Before, func(b run.Run, named session.Ref) bool { return refOf(b) == named }) {
		return nil, nil, fmt.Errorf("run %d: %w", r.Number, run.ErrRecord)
	}
	offers, err := find(all, m.Today)
	if err != nil {
		return nil, nil, err
	}
	today, err := c.offer(ctx, offers)
	if err != nil {
		return nil, nil, err
	}
	c.doing("computing the day again")
	return s.compute(m.At, today)
}
