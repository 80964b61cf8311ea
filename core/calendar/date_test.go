package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/coretest"
)

func TestADayOfParisIsThatOfTheZoneDatabase(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for d := calendar.On(1996, 1, 1); d < calendar.On(2037, 12, 31); d++ {
		y, m, n := time.Unix(int64(d)*86400, 0).UTC().Date()
		if want := time.Date(y, m, n, 0, 0, 0, 0, paris); !d.Starts().Equal(want) {
			t.Fatalf("%s starts at %s, want %s", d, d.Starts(), want.UTC())
		}
		for _, at := range []time.Time{d.Starts(), d.Starts().Add(time.Hour), d.Starts().Add(3 * time.Hour), d.Ends().Add(-1)} {
			if got := calendar.DateOf(at); got != d {
				t.Fatalf("%s is on %s, want %s", at, got, d)
			}
		}
	}
}

func TestADayEndsAtMidnightWhateverItsLength(t *testing.T) {
	for _, tt := range []struct {
		day   string
		hours int
	}{
		{"2023-03-25", 24}, {"2023-03-26", 23}, {"2023-03-27", 24},
		{"2023-10-28", 24}, {"2023-10-29", 25}, {"2023-10-30", 24},
		{"2024-02-29", 24}, {"2024-03-31", 23}, {"2024-10-27", 25},
	} {
		d := coretest.Date(t, tt.day)
		if got := d.Ends().Sub(d.Starts()); got != time.Duration(tt.hours)*time.Hour {
			t.Errorf("%s lasts %s, want %d hours", tt.day, got, tt.hours)
		}
		if calendar.DateOf(d.Ends().Add(-1)) != d || calendar.DateOf(d.Ends()) != d+1 {
			t.Errorf("%s ends elsewhere", tt.day)
		}
	}
}

func TestAnInstantBelongsToTheDayOfParisAndNotOfUTC(t *testing.T) {
	for at, want := range map[string]string{
		"2023-06-04T21:59:59Z":           "2023-06-04",
		"2023-06-04T21:59:59.999999999Z": "2023-06-04",
		"2023-06-04T22:00:00Z":           "2023-06-05",
		"2023-01-04T22:59:59Z":           "2023-01-04",
		"2023-01-04T23:00:00Z":           "2023-01-05",
		"1969-12-31T22:59:59Z":           "1969-12-31",
	} {
		instant, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DateOf(instant); got.String() != want {
			t.Errorf("%s is on %s, want %s", at, got, want)
		}
	}
}

func TestTheDeadlinesInstantIsTheFirstThatIsLate(t *testing.T) {
	c := coretest.Stated(t, 2023)
	late, err := c.DeadlineInstant(coretest.Date(t, "2023-06-01"), core.General)
	if want := time.Date(2023, 6, 4, 22, 0, 0, 0, time.UTC); err != nil || !late.Equal(want) {
		t.Errorf("late from %s (%v), want %s", late, err, want)
	}
	if _, err := c.DeadlineInstant(coretest.Date(t, "2023-05-01"), core.General); err == nil {
		t.Error("what was not sent has a deadline")
	}
}

func TestADateIsReadAsItIsWritten(t *testing.T) {
	for _, s := range []string{"2023-06-01", "2024-02-29", "1996-01-01"} {
		if d := coretest.Date(t, s); d.String() != s {
			t.Errorf("%s is read as %s", s, d)
		}
	}
	for _, s := range []string{"", "2023-6-1", "2023-02-29", "01/06/2023", "1995-12-31", "2023-06-01T00:00:00Z"} {
		if d, err := calendar.ParseDate(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func TestADateIsSaidInWords(t *testing.T) {
	for date, want := range map[string]string{"2026-06-18": "18 juin 2026", "2026-01-01": "1 janvier 2026", "2026-12-31": "31 décembre 2026", "2026-03-29": "29 mars 2026"} {
		d, err := calendar.ParseDate(date)
		if err != nil || d.Said() != want {
			t.Errorf("%s is said as %q, %v", date, d.Said(), err)
		}
	}
}
