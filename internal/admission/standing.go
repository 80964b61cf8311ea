package admission

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"sceau/core/run"
	"sceau/core/session"
)

// ErrOtherDay means that the last day, computed again, is not the one that was published.
var ErrOtherDay = errors.New("computed again, the day is not the one that was published, and is not explained")

// Standing opens a campaign as it stands after its last day, which is computed again: what
// it began with is in no file. Where that does not give what was published, it is
// ErrOtherDay.
func (c *Campaign) Standing(ctx context.Context) (*session.Standing, error) {
	ended, err := c.Runs(ctx)
	if err != nil {
		return nil, err
	}
	now, err := c.stand(ctx, ended, math.MaxInt)
	if err != nil {
		return nil, err
	}
	last, ok := lastOf(ended, run.Day)
	if !ok {
		return nil, fmt.Errorf("a day of campaign %s: %w", c.Name, ErrNotYet)
	}
	day, events, err := c.again(ctx, ended, last)
	if err != nil {
		return nil, err
	}
	// What another program would have computed is no reason for what was published.
	again, err := digested(io.Discard, func(w io.Writer) error { return session.WriteDay(w, c.Name, day, events) })
	if err == nil && again != last.Output.Digest {
		err = fmt.Errorf("run %d: %w", last.Number, ErrOtherDay)
	}
	return &session.Standing{Session: now.session, State: now.state, Day: day}, err
}

// A DayFigures is what anybody may know of one day.
type DayFigures struct {
	Day int `json:"day"`
	session.Figures
}

// Figures are those of the days that were published, in order.
func (c *Campaign) Figures(ctx context.Context) (all []DayFigures, err error) {
	ended, err := c.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range ended {
		if r.Kind != run.Day {
			continue
		}
		err := c.open(ctx, r, Output, func(file io.Reader) error {
			d, _, err := session.ReadDay(file)
			if err == nil {
				all = append(all, DayFigures{r.Day, d.Figures})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
