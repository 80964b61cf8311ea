package admission

import (
	"context"
	"fmt"
	"io"
	"math"

	"sceau/core/run"
	"sceau/core/session"
)

// Standing opens a campaign as it stands after its last day, which is computed again: what
// it began with is in no file.
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
	day, _, err := c.again(ctx, ended, last)
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
