package calendar_test

import (
	"slices"
	"strings"
	"testing"

	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/coretest"
)

func TestACalendarIsReadStrictly(t *testing.T) {
	whole := coretest.CalendarText(t, "", 2023)
	for _, tt := range []struct{ name, text, want string }{
		{"an unknown key", whole + "opens: 2023-06-01\n", "opens"},
		{"a key twice", whole + "year: 2023\n", "already defined"},
		{"a key twice in a cell", coretest.CalendarText(t, "opening: {day: 2023-06-01, day: 2023-06-01, source: x}", 2023), "already defined"},
		{"an unknown key in a cell", coretest.CalendarText(t, "opening: {day: 2023-06-01, source: x, hour: 8}", 2023), "hour"},
		{"a second document", whole + "---\nyear: 2023\n", "goes on"},
		{"nothing", "", "EOF"},
		{"a forgotten cell", strings.Replace(whole, "gap-start:", "# gap-start:", 1), "gap-start has a value or says why"},
		{"a cell with a value and a reason", coretest.CalendarText(t, "gap-start: {day: 2023-07-08, missing: lost, source: x}", 2023), "gap-start has a value or says why"},
		{"a value without a source", coretest.CalendarText(t, "gap-start: {day: 2023-07-08}", 2023), "gap-start has no source"},
		{"a source of nothing", coretest.CalendarText(t, "gap-start: {missing: lost, source: x}", 2023), "gap-start is missing and has a source"},
		{"another zone", strings.Replace(whole, "Europe/Paris", "UTC", 1), "Europe/Paris"},
		{"another year", coretest.CalendarText(t, "opening: {day: 2022-06-01, source: x}", 2023), "of another year"},
		{"no date", coretest.CalendarText(t, "opening: {day: 2023-06-31, source: x}", 2023), "no date"},
		{"a window without end", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, last-day: 2023-06-04, source: x}\n  - {from: 2023-06-03, days-after: 1, source: x}", 2023), "goes until a day"},
		{"a hole between windows", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, until: 2023-06-02, last-day: 2023-06-04, source: x}\n  - {from: 2023-06-04, days-after: 1, source: x}", 2023), "does not follow"},
		{"a last window with an end of its own", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, until: 2023-07-06, days-after: 1, source: x}", 2023), "ends with last-sending"},
		{"two delays", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, last-day: 2023-07-07, days-after: 1, source: x}", 2023), "one of the two"},
		{"a delay of months", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, days-after: 60, source: x}", 2023), "60 days"},
		{"a last day before the sending", coretest.CalendarText(t, "sending:\n  - {from: 2023-06-01, until: 2023-06-05, last-day: 2023-06-04, source: x}\n  - {from: 2023-06-06, days-after: 1, source: x}", 2023), "after the last day for answering"},
		{"a window before the opening", coretest.CalendarText(t, "opening: {day: 2023-06-02, source: x}", 2023), "the opening is on"},
		{"no window", coretest.CalendarText(t, "sending: []", 2023), "sending has no window"},
		{"nothing about examinations", coretest.CalendarText(t, "examinations: []", 2023), "examinations has no period"},
		{"an unknown effect", coretest.CalendarText(t, "examinations:\n  - {effect: pause, from: 2023-06-12, until: 2023-06-15, source: x}", 2023), "effect is"},
		{"an unknown track", coretest.CalendarText(t, "examinations:\n  - {effect: suspend, from: 2023-06-12, until: 2023-06-15, tracks: [literary], source: x}", 2023), "no track"},
		{"a track twice", coretest.CalendarText(t, "examinations:\n  - {effect: suspend, from: 2023-06-12, until: 2023-06-15, tracks: [general, general], source: x}", 2023), "appears twice"},
		{"a period that goes back", coretest.CalendarText(t, "ordering: {from: 2023-07-03, until: 2023-06-30, source: x}", 2023), "goes from a day"},
		{"a fixed last day in a suspension", coretest.CalendarText(t, "examinations:\n  - {effect: suspend, from: 2023-06-04, until: 2023-06-10, source: x}", 2023), "falls in a suspension"},
		{"a gap phase before the end of the main one", coretest.CalendarText(t, "gap-start: {day: 2023-07-06, source: x}", 2023), "is before"},
		{"a gap phase on the last day of the main one", coretest.CalendarText(t, "gap-start: {day: 2023-07-07, source: x}", 2023), "after main-phase-end"},
		{"a rule of minus three days", coretest.CalendarText(t, "rules:\n  confirm-days: {count: -3, source: x}\n  gap-lapse-drops: {missing: x}", 2023), "-3 is out of"},
		{"no year", strings.Replace(whole, "year: 2023", "year: 0", 1), "no year"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if c, err := calendar.Parse([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("read as %+v: %v, want %q", c, err, tt.want)
			}
		})
	}
}

// A deployment writes what its decree states, and the campaign opens.
func TestACalendarThatIsCompletedIsComplete(t *testing.T) {
	c := coretest.Calendar(t, "gap-start: {day: 2024-07-12, source: x}\nordering: {from: 2024-07-12, until: 2024-07-15, source: x}\nanswering-machine: {from: 2024-07-12, until: 2024-08-20, source: x}\n"+
		"gap-sending:\n  - {from: 2024-07-12, until: 2024-09-12, days-after: 1, source: x}", 2024)
	if err := c.Complete(); err != nil {
		t.Error(err)
	}
	if due, err := c.Deadline(coretest.Date(t, "2024-07-20"), core.General); err != nil || due != coretest.Date(t, "2024-07-21") {
		t.Errorf("a proposal of the gap phase is due %s: %v", due, err)
	}
	if due, err := c.Deadline(coretest.Date(t, "2024-07-11"), core.General); err == nil {
		t.Errorf("the day between the phases sends, due %s", due)
	}
}

// Whoever writes a calendar may write anything: it is refused, or each of its deadlines
// is on the sending day or later, outside suspensions and in reach.
func FuzzCalendar(f *testing.F) {
	for year := calendar.FirstYear; year <= calendar.LastYear; year++ {
		f.Add([]byte(coretest.CalendarText(f, "", year)))
	}
	f.Add([]byte("year: 2023\nzone: Europe/Paris\nsending: &a [*a]\n"))
	f.Add([]byte("opening: {day: 2023-06-01, source: x}\nopening: {day: 2023-06-02, source: x}\n"))
	f.Add([]byte(coretest.CalendarText(f, "gap-sending:\n  - {from: 2023-07-08, until: 2023-09-12, days-after: 31, source: x}", 2023)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := calendar.Parse(raw)
		if err != nil {
			return
		}
		for d := calendar.On(c.Year, 1, 1); d <= calendar.On(c.Year, 12, 31); d++ {
			for _, track := range []core.Track{core.NoTrack, core.General, core.Technological, core.Professional} {
				due, err := c.Deadline(d, track)
				if err != nil {
					continue
				}
				if due < d {
					t.Errorf("sent %s, %s: due %s", d, track, due)
				}
				// An extension ends where it says, be it in a suspension.
				extended := slices.ContainsFunc(c.Examinations, func(e calendar.Examination) bool { return e.Effect == calendar.Extend && e.Until == due })
				if c.Suspended(due, track) && !extended {
					t.Errorf("sent %s, %s: due %s, which does not count", d, track, due)
				}
			}
		}
		if c.Complete() == nil {
			if _, err := c.Terms(c.Opening); err != nil {
				t.Errorf("complete, and without terms: %v", err)
			}
		}
	})
}
