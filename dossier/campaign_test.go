package dossier

import (
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
)

func TestThePhaseIsTheLatestBegun(t *testing.T) {
	calendar, err := ReadCalendar(strings.NewReader("calendar: {PH0: 2025-12-15, PH1: 2026-01-14, PH3: 2026-04-02, PH8: 2028-09-15}"), catalogue.MustLoad())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		on   string
		want catalogue.Phase
	}{
		{"before everything there is none", "2025-12-14", ""},
		{"a phase begins on its first day", "2025-12-15", "PH0"},
		{"the day before the next it still holds", "2026-01-13", "PH0"},
		{"a phase that is not named does not take place", "2026-04-01", "PH1"},
		{"the archive", "2030-01-01", "PH8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			on, _ := time.Parse(time.DateOnly, tt.on)
			if got := calendar.Phase(on); got != tt.want {
				t.Errorf("Phase(%s) = %q, want %q", tt.on, got, tt.want)
			}
		})
	}
}

func TestACalendarOutOfOrderIsRefused(t *testing.T) {
	for _, text := range []string{
		"calendar: {PH1: 2026-01-14, PH0: 2026-02-01}",
		"calendar: {PH9: 2026-01-14}",
		"calendar: {PH1: the 14th}",
		"calendar: {}",
		"calender: {PH1: 2026-01-14}",
	} {
		if _, err := ReadCalendar(strings.NewReader(text), catalogue.MustLoad()); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
}

func TestMajorityFallsOnTheBirthday(t *testing.T) {
	for _, tt := range []struct{ name, born, lastDayOfMinority string }{
		{"an ordinary birthday", "2008-06-15", "2026-06-14"},
		{"born on 29 February, adult on 1 March", "2008-02-29", "2026-02-28"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			born, _ := time.Parse(time.DateOnly, tt.born)
			last, _ := time.Parse(time.DateOnly, tt.lastDayOfMinority)
			if dayOf(last) >= adultOn(born) || dayOf(last)+1 < adultOn(born) {
				t.Errorf("adult on day %d, last day of minority is %d", adultOn(born), dayOf(last))
			}
		})
	}
}
