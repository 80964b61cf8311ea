package admission

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/run"
	"sceau/core/session"
)

// A stand is where a session stands before a run: what it was made of, and what has
// happened since.
type stand struct {
	session  *session.Session
	view     run.Run
	firstRun run.Run
	before   []run.Run // days and answers, in order
	state    *campaign.State
	from     int // events of its log before those of the last run
	shown    *session.Shown
	last     *session.Day
}

// stand builds a session from the runs below a number, and replays its log.
func (c *Campaign) stand(ctx context.Context, all []run.Run, below int) (s *stand, err error) {
	s = &stand{}
	orders, ok := lastOf(all, run.CallOrder)
	if !ok {
		return nil, fmt.Errorf("call orders of campaign %s: %w", c.Name, ErrNotYet)
	}
	c.doing("reading the view and the offer")
	m, err := c.manifest(ctx, orders)
	if err != nil {
		return nil, err
	}
	if err := s.found(ctx, c, all, m); err != nil {
		return nil, err
	}
	// The orders that were signed, and not others that this program computes today.
	digest, err := digested(io.Discard, s.session.WriteOrders)
	if err != nil {
		return nil, err
	}
	if digest != orders.Output.Digest {
		return nil, fmt.Errorf("call orders of run %d: %w", orders.Number, run.ErrRecord)
	}
	var segments [][]campaign.Event
	for _, r := range all {
		if r.Number >= below || r.Kind != run.Day && r.Kind != run.Answers {
			continue
		}
		var events []campaign.Event
		err := c.open(ctx, r, Output, func(file io.Reader) (err error) {
			if r.Kind == run.Answers {
				events, err = session.ReadAnswers(file)
				return err
			}
			s.last, events, err = session.ReadDay(file)
			return err
		})
		if err != nil {
			return nil, err
		}
		if n := len(segments); n > 0 {
			s.from += len(segments[n-1])
		}
		s.before, segments = append(s.before, r), append(segments, events)
	}
	if err := s.follows(ctx, c, m); err != nil {
		return nil, err
	}
	c.doing("replaying the log")
	var ranks []int32
	if s.last != nil {
		s.shown = &s.last.Shown
		ranks = s.shown.WaitingRank
	}
	s.state, err = campaign.Replay(s.session.Config, concat(segments), ranks)
	return s, err
}

// follows compares the runs that a stand is built on with what the last of them says it
// stood on: none between was taken out, put in or put in the place of another, and view and
// offer are still those of the first day.
func (s *stand) follows(ctx context.Context, c *Campaign, orders session.Manifest) error {
	if len(s.before) == 0 {
		return nil
	}
	last := s.before[len(s.before)-1]
	m, err := c.manifest(ctx, last)
	if err != nil {
		return err
	}
	var before []session.Ref
	for _, b := range s.before[:len(s.before)-1] {
		before = append(before, refOf(b))
	}
	if m.View != orders.View || m.First != orders.First || !slices.Equal(m.Before, before) {
		return fmt.Errorf("what run %d stands on: %w", last.Number, run.ErrRecord)
	}
	return nil
}

// found makes the session of a manifest, of the very files that it names.
func (s *stand) found(ctx context.Context, c *Campaign, all []run.Run, m session.Manifest) (err error) {
	if s.view, err = find(all, m.View); err != nil {
		return err
	}
	if s.firstRun, err = find(all, m.First); err != nil {
		return err
	}
	v, err := c.View(ctx, s.view)
	if err != nil {
		return err
	}
	first, err := c.offer(ctx, s.firstRun)
	if err != nil {
		return err
	}
	s.session, err = session.New(v, first)
	return err
}

func find(all []run.Run, ref session.Ref) (run.Run, error) {
	for _, r := range all {
		if r.ID == ref.Run && ref.Digest == digestOf(r) {
			return r, nil
		}
	}
	return run.Run{}, fmt.Errorf("run %s: %w", ref.Run, run.ErrRecord)
}

// digestOf is what others know a run by: what it gave, or what it is.
func digestOf(r run.Run) string {
	if r.Output.Name != "" {
		return r.Output.Digest.String()
	}
	return r.Input.Digest.String()
}

func refOf(r run.Run) session.Ref { return session.Ref{Run: r.ID, Digest: digestOf(r)} }

func concat(segments [][]campaign.Event) iter.Seq[campaign.Event] {
	return func(yield func(campaign.Event) bool) {
		for _, s := range segments {
			for _, e := range s {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// manifest is the input of a run that stands here, and takes an offer.
func (s *stand) manifest(campaign string, at time.Time, today run.Run) session.Manifest {
	m := session.Manifest{Rule: core.RuleVersion, Campaign: campaign, At: at, View: refOf(s.view), First: refOf(s.firstRun), Today: refOf(today)}
	for _, r := range s.before {
		m.Before = append(m.Before, refOf(r))
	}
	return m
}

// compute runs a day on a stand, and gives the events that it appended.
func (s *stand) compute(at time.Time, today *session.Offer) (*session.Day, []campaign.Event, error) {
	from := s.state.Log().Len()
	d, err := s.session.Run(s.state, at, today, s.shown)
	if err != nil {
		return nil, nil, err
	}
	return d, slices.Collect(s.state.Log().Since(from)), nil
}
