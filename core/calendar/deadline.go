package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sceau/core"
)

// ErrNotSent means that the calendar sends no proposal on that day.
var ErrNotSent = errors.New("no proposal is sent on that day")

// Window is the window in which a day's proposals are sent, or ErrNotSent, or a
// MissingError where that is not stated.
func (c *Calendar) Window(sent Date) (Window, error) {
	windows, cell := c.Sending, "last-sending"
	last := c.LastSending
	if last == 0 {
		last = c.MainPhaseEnd // nothing of the main phase leaves after its end
	}
	if last != 0 && sent > last {
		switch {
		case c.GapStart == 0:
			return Window{}, c.missing("gap-start")
		case sent < c.GapStart:
			return Window{}, fmt.Errorf("%s: %w", sent, ErrNotSent)
		}
		windows, cell = c.GapSending, "gap-sending"
	}
	for _, w := range slices.Backward(windows) {
		if sent < w.From || w.Until != 0 && sent > w.Until {
			continue
		}
		if w.cell != nil {
			return Window{}, c.missing(*w.cell)
		}
		return w, nil
	}
	if cell == "gap-sending" && len(windows) == 0 {
		return Window{}, c.missing(cell)
	}
	return Window{}, fmt.Errorf("%s: %w", sent, ErrNotSent)
}

func (c *Calendar) missing(cell string) error {
	return &MissingError{Year: c.Year, Cells: []string{cell}}
}

// Deadline is the last day on which a candidate of a track may answer a proposal sent on
// a day: a pure function of the three, that the same log gives again. While the
// candidate's answering machine is on there is no deadline, whatever this says.
func (c *Calendar) Deadline(sent Date, t core.Track) (Date, error) {
	if !t.Known() {
		return 0, fmt.Errorf("deadline of a proposal: %s is not known", t)
	}
	w, err := c.Window(sent)
	if err != nil {
		return 0, fmt.Errorf("deadline of a proposal: %w", err)
	}
	if len(c.Examinations) == 0 {
		// Any count of days could run into a suspension of which nothing is known.
		return 0, fmt.Errorf("deadline of a proposal: %w", c.missing("examinations"))
	}
	for _, e := range c.Examinations {
		if e.NothingSent && e.Has(sent) {
			return 0, fmt.Errorf("deadline of a proposal: %s: %w", sent, ErrNotSent)
		}
	}
	due := w.LastDay
	if due == 0 {
		due = c.count(sent, w.DaysAfter, t)
	}
	for _, e := range c.Examinations {
		if e.Effect == Extend && e.Concerns(t) && e.Has(due) {
			due = e.Until
		}
	}
	return due, nil
}

// count goes on by a number of days, leaving out those on which delays are suspended.
func (c *Calendar) count(from Date, days int, t core.Track) Date {
	for d := from; ; {
		if days == 0 {
			return d
		}
		if d++; !c.Suspended(d, t) {
			days--
		}
	}
}

// Suspended is whether a day does not count in the delays of a track.
func (c *Calendar) Suspended(d Date, t core.Track) bool {
	for _, e := range c.Examinations {
		if e.Effect == Suspend && e.Concerns(t) && e.Has(d) {
			return true
		}
	}
	return false
}

// DeadlineInstant is the first instant at which an answer is late: midnight in Paris
// after the deadline's day, so that 23:59:59.999 is in time.
func (c *Calendar) DeadlineInstant(sent Date, t core.Track) (time.Time, error) {
	due, err := c.Deadline(sent, t)
	if err != nil {
		return time.Time{}, err
	}
	return due.Ends(), nil
}
