// Package admission keeps the runs of a campaign: what programmes offered, call orders,
// days, and what candidates answered between them.
//
// It is given the view under pseudonyms and opens nobody's dossier. The record of a run
// stands before its files, and is signed once they are whole: what a kill leaves has not
// ended, and nothing stands on it. Whoever reads a run compares record and files with
// what was signed, so that each can be computed again from what its input names.
package admission

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"sceau/catalogue"
	"sceau/core/run"
	"sceau/core/session"
	"sceau/core/view"
	"sceau/crypto"
)

// A Campaign is the runs of one campaign.
type Campaign struct {
	Name   string
	Book   Book
	Files  Files
	Notary Notary
	// Phase is that of an instant, by the calendar of the campaign.
	Phase    func(ctx context.Context, at time.Time) (catalogue.Phase, error)
	Ready    func(ctx context.Context) error // makes what the first run needs; nil: it is there
	Now      func() time.Time
	Progress func(doing string, done, all int64) // may be nil
}

// A Book has the records of runs.
type Book interface {
	Runs(ctx context.Context, campaign string) ([]run.Run, error)
	// Begin adds a run and gives it the next number of its campaign.
	Begin(ctx context.Context, r run.Run) (run.Run, error)
	// End says how a run ended, and what was signed of it. It stays.
	End(ctx context.Context, r run.Run) error
	// Alone refuses to wait for another process that is at the runs of the campaign.
	Alone(ctx context.Context, campaign string) (release func(), err error)
}

// Files has the sealed files of runs.
type Files interface {
	Keep(ctx context.Context, campaign string, of crypto.RunFile, name string, write func(io.Writer) error) error
	Open(ctx context.Context, campaign string, of crypto.RunFile, name string) (io.ReadCloser, error)
	// Drop forgets the keys of a run and removes its files; what is not there is done.
	Drop(ctx context.Context, campaign, run string, names ...string) error
}

// A Notary signs records of runs that have ended.
type Notary interface {
	SignRun(run.Run) (signature string, err error)
	// VerifyRun is run.ErrRecord of a record that is not the one that was signed.
	VerifyRun(run.Run) error
}

// Input and Output are the kinds of a run's files.
const (
	Input  = "input"
	Output = "output"
)

func (c *Campaign) doing(what string) {
	if c.Progress != nil {
		c.Progress(what, 0, 0)
	}
}

// ErrNotYet means that a run has nothing to stand on yet.
var ErrNotYet = errors.New("something has to come first")

// Runs lists the runs that have ended, in order, each compared with its signature.
func (c *Campaign) Runs(ctx context.Context) (ended []run.Run, err error) {
	all, err := c.Book.Runs(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Ended.IsZero() {
			continue // a kill cut it: nothing stands on it
		}
		if err := c.Notary.VerifyRun(r); err != nil {
			return nil, err
		}
		if !r.Dropped.IsZero() && r.Kind != run.Projection {
			// That it was dropped is not signed, and only a projection ever is.
			return nil, fmt.Errorf("run %d of campaign %s: %w", r.Number, r.Campaign, run.ErrRecord)
		}
		ended = append(ended, r)
	}
	return ended, nil
}

// alone waits for nobody: it takes the turn of the campaign, removes what kills left, and
// gives the runs that have ended.
func (c *Campaign) alone(ctx context.Context) (ended []run.Run, release func(), err error) {
	release, err = c.Book.Alone(ctx, c.Name)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	all, err := c.Book.Runs(ctx, c.Name)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range all {
		// A projection that was cut goes with the next one.
		if r.Ended.IsZero() && r.Kind != run.Projection {
			if err := c.Files.Drop(ctx, c.Name, r.ID, r.Input.Name, r.Output.Name); err != nil {
				return nil, nil, err
			}
		}
	}
	ended, err = c.Runs(ctx)
	return ended, release, err
}

// Offer keeps what programmes decided, for the days to come. Without a calendar it has
// that of the offer before.
func (c *Campaign) Offer(ctx context.Context, o *session.Offer) (run.Run, error) {
	all, release, err := c.alone(ctx)
	if err != nil {
		return run.Run{}, err
	}
	defer release()
	if last, ok := lastOf(all, run.Offer); ok && o.Calendar == "" {
		before, err := c.offer(ctx, last)
		if err != nil {
			return run.Run{}, err
		}
		o.Calendar = before.Calendar
		if o.ReservationEnd == 0 {
			o.ReservationEnd = before.ReservationEnd
		}
	}
	if err := o.Check(); err != nil {
		return run.Run{}, err
	}
	if err := c.fits(ctx, all, o); err != nil {
		return run.Run{}, err
	}
	if c.Ready != nil {
		if err := c.Ready(ctx); err != nil {
			return run.Run{}, err
		}
	}
	return c.keep(ctx, c.record(run.Offer, 0, ""), o.Write, nil)
}

// fits refuses an offer that no day could be computed on: its calendar does not hold, the
// session would open outside PH4 and PH5, or it changes what is fixed for the session.
func (c *Campaign) fits(ctx context.Context, all []run.Run, o *session.Offer) error {
	if err := o.CheckTerms(); err != nil {
		return err
	}
	if _, published := lastOf(all, run.Day); !published {
		if err := o.CheckShares(); err != nil {
			return err
		}
	}
	if _, begun := lastOf(all, run.CallOrder); begun {
		s, err := c.stand(ctx, all, math.MaxInt)
		if err != nil {
			return err
		}
		return s.session.Fits(o)
	}
	opening, err := o.Opens()
	if err != nil {
		return err
	}
	phase, err := c.Phase(ctx, opening.Starts().Add(publication))
	if err == nil && phase != "PH4" && phase != "PH5" {
		err = fmt.Errorf("the session would open on %s, in %s: proposals are made in PH4 and PH5", opening, phaseName(phase))
	}
	return err
}

func lastOf(all []run.Run, kind run.Kind) (last run.Run, ok bool) {
	for _, r := range all {
		if r.Kind == kind && r.Dropped.IsZero() {
			last, ok = r, true
		}
	}
	return last, ok
}

// View opens the view that a projection left, and refuses one that is not what its record
// says.
func (c *Campaign) View(ctx context.Context, of run.Run) (*view.View, error) {
	if of.Kind != run.Projection || of.Ended.IsZero() || !of.Dropped.IsZero() {
		return nil, fmt.Errorf("run %d of campaign %s is no projection that stands", of.Number, of.Campaign)
	}
	if err := c.Notary.VerifyRun(of); err != nil {
		return nil, err
	}
	file, err := c.Files.Open(ctx, of.Campaign, crypto.RunFile{Run: of.ID, Kind: Input}, of.Input.Name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	v, digest, err := view.Decode(file)
	if err == nil && (digest != of.Input.Digest || v.Campaign != of.Campaign) {
		err = fmt.Errorf("%w: it is not what run %d says of it", view.ErrFile, of.Number)
	}
	return v, err
}
