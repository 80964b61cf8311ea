package house

import (
	"context"
	"io"

	"sceau/core/run"
	"sceau/core/session"
)

// A DayFigures is what anybody may know of one day.
type DayFigures struct {
	Day int `json:"day"`
	session.Figures
}

// Figures are those of the days that were published, in order.
func (a *Admission) Figures(ctx context.Context) (all []DayFigures, err error) {
	ended, err := a.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range ended {
		if r.Kind != run.Day {
			continue
		}
		err := a.open(ctx, r, outputKind, func(file io.Reader) error {
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
