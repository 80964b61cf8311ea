package calendar_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/coretest"
)

func TestADeadlineIsWhatTheCalendarOfTheYearSays(t *testing.T) {
	const general, technological, professional, none = core.General, core.Technological, core.Professional, core.NoTrack
	for _, tt := range []struct {
		name       string
		sent, want string
		track      core.Track
	}{
		{"2018: seven days are the sending day and six after it", "2018-05-22", "2018-05-28", general},
		{"2018: the worked example, across the suspension", "2018-06-15", "2018-06-29", general},
		{"2018: the suspension is everybody's", "2018-06-15", "2018-06-29", none},
		{"2018: the last day before it, with nothing to leave out", "2018-06-11", "2018-06-17", general},
		{"2018: the first day that it moves", "2018-06-12", "2018-06-26", general},

		{"2023: the first days share one last day", "2023-06-01", "2023-06-04", general},
		{"2023: and so does the second", "2023-06-02", "2023-06-04", professional},
		{"2023: the third has its own", "2023-06-03", "2023-06-05", general},
		{"2023: then the next day", "2023-06-04", "2023-06-05", general},
		{"2023: the last that was due before the extra time", "2023-06-10", "2023-06-11", general},
		{"2023: extra time for the general track", "2023-06-11", "2023-06-15", general},
		{"2023: extra time for the technological track", "2023-06-12", "2023-06-15", technological},
		{"2023: extra time for the professional track is a day longer", "2023-06-12", "2023-06-16", professional},
		{"2023: none for whoever sits no baccalaureate", "2023-06-12", "2023-06-13", none},
		{"2023: what is due on its last day stays there", "2023-06-14", "2023-06-15", general},
		{"2023: what comes after it is due the next day", "2023-06-15", "2023-06-16", general},
		{"2023: and so for the professional track", "2023-06-16", "2023-06-17", professional},
		{"2023: the last sending", "2023-07-06", "2023-07-07", general},

		{"2024: the first days share one last day", "2024-05-31", "2024-06-02", general},
		{"2024: the third has its own", "2024-06-01", "2024-06-03", general},
		{"2024: then the next day", "2024-06-02", "2024-06-03", general},
		{"2024: the day before the suspension has its own next day after it", "2024-06-15", "2024-06-24", general},
		{"2024: whatever is sent in it too", "2024-06-20", "2024-06-24", general},
		{"2024: the day before that", "2024-06-14", "2024-06-15", general},

		{"2025: the first days share one last day", "2025-06-03", "2025-06-05", general},
		{"2025: then two days, of which the first is the sending day", "2025-06-05", "2025-06-06", general},
		{"2025: the suspension of everybody", "2025-06-12", "2025-06-21", general},
		{"2025: and of the professional track", "2025-06-12", "2025-06-21", professional},
		{"2025: the second suspension is for the professional track", "2025-06-23", "2025-06-28", professional},
		{"2025: and for no other", "2025-06-23", "2025-06-24", general},
		{"2025: nor for whoever sits no baccalaureate", "2025-06-24", "2025-06-25", none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := coretest.Date(t, tt.sent)
			year := int(sent.Starts().Add(12 * time.Hour).Year())
			got, err := coretest.Stated(t, year).Deadline(sent, tt.track)
			if err != nil || got.String() != tt.want {
				t.Errorf("sent %s, %s: due %s (%v), want %s", tt.sent, tt.track, got, err, tt.want)
			}
		})
	}
}

// Where nothing is said of examinations the window is known and the deadline is not.
func TestEachWindowOfTheTableIsInItsCalendar(t *testing.T) {
	for _, tt := range []struct {
		sent    string
		days    int    // after the sending day
		lastDay string // or this
	}{
		{"2018-05-22", 6, ""}, {"2018-06-15", 6, ""},
		{"2019-05-15", 4, ""}, {"2019-05-19", 4, ""}, {"2019-05-20", 2, ""}, {"2019-07-19", 2, ""},
		{"2020-05-19", 4, ""}, {"2020-05-23", 4, ""}, {"2020-05-24", 2, ""}, {"2020-07-17", 2, ""},
		{"2021-05-27", 4, ""}, {"2021-05-28", 3, ""}, {"2021-05-29", 2, ""}, {"2021-06-20", 2, ""},
		{"2022-06-02", 0, "2022-06-07"}, {"2022-06-06", 0, "2022-06-07"}, {"2022-06-07", 1, ""}, {"2022-07-15", 1, ""},
		{"2023-06-02", 0, "2023-06-04"}, {"2023-06-03", 0, "2023-06-05"}, {"2023-06-04", 1, ""}, {"2023-07-06", 1, ""},
		{"2024-05-30", 0, "2024-06-02"}, {"2024-06-01", 0, "2024-06-03"}, {"2024-06-02", 1, ""}, {"2024-07-10", 1, ""},
		{"2025-06-02", 0, "2025-06-05"}, {"2025-06-04", 0, "2025-06-05"}, {"2025-06-05", 1, ""},
	} {
		sent := coretest.Date(t, tt.sent)
		w, err := coretest.Stated(t, sent.Starts().Add(12*time.Hour).Year()).Window(sent)
		last := ""
		if w.LastDay != 0 {
			last = w.LastDay.String()
		}
		if err != nil || w.DaysAfter != tt.days || last != tt.lastDay {
			t.Errorf("%s: %d days after, last day %q (%v), want %d and %q", tt.sent, w.DaysAfter, last, err, tt.days, tt.lastDay)
		}
	}
}

func TestTheDatesOfTheTableAreInTheirCalendar(t *testing.T) {
	for _, tt := range []struct {
		year                                    int
		opening, lastSending, mainPhaseEnd, gap string // empty: missing
	}{
		{2018, "2018-05-22", "", "", ""},
		{2019, "2019-05-15", "", "2019-07-19", ""},
		{2020, "2020-05-19", "", "2020-07-17", ""},
		{2021, "2021-05-27", "", "", ""},
		{2022, "2022-06-02", "", "2022-07-15", "2022-07-19"},
		{2023, "2023-06-01", "2023-07-06", "2023-07-07", "2023-07-08"},
		{2024, "2024-05-30", "2024-07-10", "2024-07-11", ""},
		{2025, "2025-06-02", "", "2025-07-10", ""},
	} {
		c := coretest.Stated(t, tt.year)
		for _, d := range []struct {
			name string
			have calendar.Date
			want string
		}{
			{"opening", c.Opening, tt.opening}, {"last-sending", c.LastSending, tt.lastSending},
			{"main-phase-end", c.MainPhaseEnd, tt.mainPhaseEnd}, {"gap-start", c.GapStart, tt.gap},
		} {
			if d.want == "" && d.have != 0 || d.want != "" && d.have.String() != d.want {
				t.Errorf("%d, %s: %s, want %q", tt.year, d.name, d.have, d.want)
			}
		}
	}
	c := coretest.Stated(t, 2023)
	if c.Ordering.String() != "2023-06-30 to 2023-07-03" || c.Machine.String() != "2023-07-10 to 2023-08-19" {
		t.Errorf("2023: ordering %s, answering machine %s", c.Ordering, c.Machine)
	}
}

func TestAYearWithAMissingCellIsRefusedAndEachCellNamed(t *testing.T) {
	for year, want := range map[int]string{
		2018: "sending from 2018-06-16, last-sending, main-phase-end, gap-start, ordering, answering-machine",
		2019: "last-sending, examinations, gap-start, ordering, answering-machine",
		2020: "last-sending, examinations, gap-start, ordering, answering-machine",
		2021: "last-sending, examinations, main-phase-end, gap-start, ordering, answering-machine",
		2022: "last-sending, examinations, ordering, answering-machine",
		2024: "gap-start, ordering, answering-machine",
		2025: "last-sending, gap-start, ordering, answering-machine",
	} {
		var missing *calendar.MissingError
		c, err := calendar.ForYear(year)
		if c != nil || !errors.As(err, &missing) {
			t.Errorf("%d is given: %v", year, err)
			continue
		}
		if got := strings.Join(missing.Cells, ", "); got != want || missing.Year != year {
			t.Errorf("%d does not state %s, want %s", year, got, want)
		}
	}
	if _, err := calendar.ForYear(2023); err != nil {
		t.Errorf("2023 is complete: %v", err)
	}
	if err := (&calendar.Calendar{Year: 2026, Opening: coretest.Date(t, "2026-06-01")}).Complete(); err == nil {
		t.Error("a calendar without sources is complete")
	}
	for _, year := range []int{2017, 2026, 0, -1} {
		if _, err := calendar.ForYear(year); err == nil {
			t.Errorf("there is a calendar of %d", year)
		}
	}
}

// Nobody is told a deadline that rests on a cell nobody stated.
func TestADeadlineThatNeedsAMissingCellIsRefused(t *testing.T) {
	for _, tt := range []struct{ sent, cell string }{
		{"2018-06-16", "sending from 2018-06-16"},
		{"2018-06-26", "sending from 2018-06-16"},
		{"2019-05-16", "examinations"},
		{"2020-05-24", "examinations"},
		{"2021-05-27", "examinations"},
		{"2022-06-02", "examinations"},
		{"2022-07-20", "gap-sending"},
		{"2023-07-10", "gap-sending"},
		{"2024-07-20", "gap-start"},
	} {
		sent := coretest.Date(t, tt.sent)
		c := coretest.Stated(t, sent.Starts().Add(12*time.Hour).Year())
		_, err := c.Deadline(sent, core.General)
		var missing *calendar.MissingError
		if !errors.As(err, &missing) || missing.Cells[0] != tt.cell {
			t.Errorf("sent %s: %v, want the missing cell %s", tt.sent, err, tt.cell)
		}
	}
}

func TestNothingIsDueThatWasNotSent(t *testing.T) {
	for _, sent := range []string{"2023-05-31", "2023-07-07", "2022-06-01", "2022-07-16", "2024-05-29"} {
		d := coretest.Date(t, sent)
		if due, err := coretest.Stated(t, d.Starts().Add(12*time.Hour).Year()).Deadline(d, core.General); !errors.Is(err, calendar.ErrNotSent) {
			t.Errorf("%s: due %s, %v", sent, due, err)
		}
	}
	// The first year sent nothing while delays were suspended: what its own window does
	// not even reach is refused for that.
	c := coretest.Calendar(t, "sending:\n  - {from: 2018-05-22, until: 2018-06-15, days-after: 6, source: x}\n  - {from: 2018-06-16, days-after: 6, source: x}", 2018)
	for sent, want := range map[string]error{"2018-06-17": nil, "2018-06-18": calendar.ErrNotSent, "2018-06-25": calendar.ErrNotSent, "2018-06-26": nil} {
		if _, err := c.Deadline(coretest.Date(t, sent), core.NoTrack); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", sent, err, want)
		}
	}
}

func TestAnUnknownTrackHasNoDeadline(t *testing.T) {
	if due, err := coretest.Stated(t, 2023).Deadline(coretest.Date(t, "2023-06-12"), core.Track(4)); err == nil {
		t.Errorf("due %s", due)
	}
}

func TestEachCellHasASourceOrSaysWhyItIsMissing(t *testing.T) {
	for year := calendar.FirstYear; year <= calendar.LastYear; year++ {
		cells := coretest.Stated(t, year).Cells()
		if len(cells) < 15 {
			t.Errorf("%d has %d cells", year, len(cells))
		}
		for _, c := range cells {
			if (c.Source == "") == (c.Missing == "") {
				t.Errorf("%d, %s: source %q, missing %q", year, c.Name, c.Source, c.Missing)
			}
		}
	}
}

func TestDaysAreNumberedFromTheOpeningWhateverIsSent(t *testing.T) {
	c := coretest.Stated(t, 2018)
	for number, day := range map[int]string{1: "2018-05-22", 2: "2018-05-23", 0: "2018-05-21", 28: "2018-06-18", 36: "2018-06-26"} {
		if got := c.DayNumber(coretest.Date(t, day)); got != number {
			t.Errorf("%s is day %d, want %d", day, got, number)
		}
		if got := c.DateOf(number).String(); got != day {
			t.Errorf("day %d is %s, want %s", number, got, day)
		}
	}
}

func TestTheTermsOf2023FollowFromItsCalendarAndTheReservationGiven(t *testing.T) {
	c := coretest.Stated(t, 2023)
	got, err := c.Terms(coretest.Date(t, "2023-06-30"))
	// Wishes were ordered until 3 July, before the gap phase: no day of it is left out.
	if want := (core.Terms{ReservationEnd: 30, GapStart: 38, OrderingEnd: 38}); err != nil || got != want {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	if _, err := c.Terms(coretest.Date(t, "2023-05-31")); err == nil {
		t.Error("beds are kept until before the opening")
	}
	if _, err := coretest.Stated(t, 2024).Terms(coretest.Date(t, "2024-06-30")); err == nil {
		t.Error("a calendar with a missing cell has terms")
	}
}

func TestOrderingWithinTheGapPhaseEndsWithItsLastDay(t *testing.T) {
	c := coretest.Calendar(t, "ordering: {from: 2023-07-08, until: 2023-07-10, source: x}", 2023)
	got, err := c.Terms(coretest.Date(t, "2023-06-30"))
	if want := (core.Terms{ReservationEnd: 30, GapStart: 38, OrderingEnd: 41}); err != nil || got != want {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
}

func ExampleCalendar_Deadline() {
	c, err := calendar.ForYear(2023)
	if err != nil {
		fmt.Println(err)
		return
	}
	due, err := c.Deadline(calendar.On(2023, time.June, 4), core.General)
	fmt.Println(due, err)
	_, err = calendar.ForYear(2024)
	fmt.Println(err)
	// Output:
	// 2023-06-05 <nil>
	// the calendar of 2024 does not state gap-start, ordering, answering-machine
}

// No calendar of ours states how long what the gap phase sends may be answered: whoever
// orders a campaign writes it into a file of their own.
func TestADelayOfTheGapPhaseIsDecidedAndNotGuessed(t *testing.T) {
	c := coretest.Stated(t, 2023)
	if _, err := c.Deadline(coretest.Date(t, "2023-07-20"), core.General); err == nil {
		t.Error("a delay that nobody stated is guessed")
	}
	with := coretest.Calendar(t, "gap-sending:\n  - {from: 2023-07-08, until: 2023-09-12, days-after: 1, source: order of the campaign}\n", 2023)
	if due, err := with.Deadline(coretest.Date(t, "2023-07-20"), core.General); err != nil || due != coretest.Date(t, "2023-07-21") {
		t.Errorf("due %s: %v", due, err)
	}
	if _, err := with.Deadline(coretest.Date(t, "2023-09-13"), core.General); !errors.Is(err, calendar.ErrNotSent) {
		t.Errorf("after the period: %v", err)
	}
}
