package calendar

import (
	"fmt"
	"time"
)

// A Date is a civil day in Paris, counted from 1 January 1970; 0 is no date. Deadlines
// are days, and a day of Paris lasts 23 or 25 hours twice a year.
type Date int32

const (
	day  = 24 * 60 * 60
	hour = 60 * 60
	// Summer time is what directive 2000/84/EC says, and said before it, since 1996.
	firstYear = 1996
)

// On is the day of a civil date.
func On(year int, month time.Month, dom int) Date {
	return Date(time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Unix() / day)
}

// DateOf is the day in Paris to which an instant belongs.
func DateOf(t time.Time) Date {
	local := t.Unix() + parisOffset(t.Unix())
	d := local / day
	if local%day < 0 {
		d--
	}
	return Date(d)
}

// Starts is the first instant of the day in Paris.
func (d Date) Starts() time.Time {
	midnight := int64(d) * day
	// Clocks change at one in the morning UTC, so that the hour after midnight has the
	// offset of midnight.
	return time.Unix(midnight-parisOffset(midnight-hour), 0).UTC()
}

// Ends is the first instant after the day in Paris: what comes before it, were it by a
// nanosecond, is in time.
func (d Date) Ends() time.Time { return (d + 1).Starts() }

// parisOffset is what Paris adds to UTC, in seconds. It is ours, and not the zone
// database of the machine, because a log replayed elsewhere must give the same days.
func parisOffset(unix int64) int64 {
	year := time.Unix(unix, 0).UTC().Year()
	if unix >= clocksChange(year, time.March) && unix < clocksChange(year, time.October) {
		return 2 * hour
	}
	return hour
}

// clocksChange is one in the morning UTC of the last Sunday of a month of 31 days.
func clocksChange(year int, month time.Month) int64 {
	last := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
	return last.Unix() - int64(last.Weekday())*day
}

func (d Date) String() string { return time.Unix(int64(d)*day, 0).UTC().Format(time.DateOnly) }

// ParseDate reads a date such as 2023-06-01.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date such as 2023-06-01", s)
	}
	if t.Year() < firstYear {
		return 0, fmt.Errorf("%s is before %d, when summer time had other rules", s, firstYear)
	}
	return Date(t.Unix() / day), nil
}

// MarshalText writes the date as people do.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// A Period is some days, the last included. The zero Period is none.
type Period struct{ From, Until Date }

// Has is whether a day belongs to the period.
func (p Period) Has(d Date) bool { return p.From != 0 && p.From <= d && d <= p.Until }

func (p Period) String() string { return p.From.String() + " to " + p.Until.String() }

var months = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// Said is the date as people say it in French.
func (d Date) Said() string {
	t := d.Starts().Add(12 * time.Hour).UTC() // noon in Paris is the same day in UTC
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}
