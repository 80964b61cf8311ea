package audit

import (
	"fmt"
	"time"
)

// A Day is one UTC day, counted from 1 January 1970. Traces are kept, proved and
// destroyed by whole days; UTC, because a civil day of Paris may last 23 hours.
type Day int32

// DayOf is the day to which an instant belongs.
func DayOf(t time.Time) Day {
	seconds := t.Unix()
	day := seconds / 86400
	if seconds%86400 < 0 {
		day--
	}
	return Day(day)
}

// Start is the first instant of the day.
func (d Day) Start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d Day) String() string { return d.Start().Format(time.DateOnly) }

// ParseDay reads a date such as 2026-04-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date such as 2026-04-02", s)
	}
	return DayOf(t), nil
}

// MarshalText writes the date, so that reports read as people write.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}
