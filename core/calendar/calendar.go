package calendar

import (
	"fmt"
	"slices"
	"strings"

	"sceau/core"
)

// A Calendar ("calendrier de la procédure") is the dates of one year's campaign. A zero
// field is one that no source states; Cells says which, and where the others come from.
type Calendar struct {
	Year         int
	Opening      Date // first day of proposals: day 1
	Sending      []Window
	LastSending  Date // last day on which the main phase sends proposals
	Examinations []Examination
	MainPhaseEnd Date
	GapStart     Date   // first day of the gap phase ("gestion des désistements")
	Ordering     Period // in which candidates order their waiting wishes
	Machine      Period // in which the answering machine ("répondeur automatique") may be switched on
	GapSending   []Window
	Rules        Rules
	Limits       Limits

	cells []Cell
}

// A Window is some days of sending and the delay for answering ("délai de réponse") what
// they send: a last day for all of them, or a number of days after each.
type Window struct {
	Period            // Until is 0 while the last day of sending is not stated
	LastDay   Date    // or 0
	DaysAfter int     // "seven days" are the sending day and six after it: 6 here
	cell      *string // name of the cell when the delay is not stated
}

// An Effect is what examinations change to deadlines.
type Effect uint8

const (
	// Suspend: the days of the period are not counted ("suspension des délais").
	Suspend Effect = iota + 1
	// Extend: what was due on a day of the period may be answered until its last.
	Extend
)

// An Examination is a period in which candidates sit the baccalaureate, and what it
// changes for those of some tracks.
type Examination struct {
	Effect
	Period
	NothingSent bool // and no proposal leaves in it
	tracks      uint8
}

// Concerns is whether the period changes something for a track.
func (e Examination) Concerns(t core.Track) bool { return e.tracks>>t&1 == 1 }

// Rules are rules that were reported of some campaigns. Each is off until a calendar
// states it.
type Rules struct {
	// ConfirmDays is how long a candidate whose last proposal lapsed has to confirm
	// their waiting wishes, which are dropped otherwise; 0 asks for no confirmation.
	ConfirmDays int
	// GapLapseDrops is the day of the gap phase from which a proposal that lapses drops
	// the candidate's waiting wishes too; 0 is never.
	GapLapseDrops Date
}

// Limits is how many wishes a candidate may enter; 0 is a number that no source states,
// and limits nothing. The counts of sub-wishes and of wishes by apprenticeship are for
// whoever opens a campaign to write into its calendar.
type Limits struct {
	Wishes         int // unique and multiple ones together
	SubWishes      int // of all multiple wishes together
	Apprenticeship int // wishes for programmes asked for by apprenticeship only
}

// A Cell is where one field of a calendar comes from, or why it is missing.
type Cell struct {
	Name, Source, Note string
	Missing            string // why; empty for a cell that is stated
	Needed             bool   // a campaign is not run without it
}

// Cells are the cells of the calendar, in the order of its file.
func (c *Calendar) Cells() []Cell { return slices.Clone(c.cells) }

// Complete is nil, or a MissingError that names each cell without which a campaign
// would have to guess a deadline.
func (c *Calendar) Complete() error {
	if c.cells == nil {
		// It was written in code, where nothing has a source.
		return &MissingError{Year: c.Year, Cells: []string{"any cell"}}
	}
	var missing []string
	for _, cell := range c.cells {
		if cell.Needed && cell.Missing != "" {
			missing = append(missing, cell.Name)
		}
	}
	if missing == nil {
		return nil
	}
	return &MissingError{Year: c.Year, Cells: missing}
}

// A MissingError names cells that no source states. They are found in the decree of the
// year and written into its calendar; nothing here guesses them.
type MissingError struct {
	Year  int
	Cells []string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("the calendar of %d does not state %s", e.Year, strings.Join(e.Cells, ", "))
}

// DayNumber is the position of a day in the campaign: 1 is the opening, and each civil
// day counts, whether something is sent on it or not, so that a number never depends on
// what was decided later.
func (c *Calendar) DayNumber(d Date) int { return int(d-c.Opening) + 1 }

// DateOf is the day at a position in the campaign.
func (c *Calendar) DateOf(number int) Date { return c.Opening + Date(number-1) }

// Terms are the dates of the daily computation, as positions in the campaign. The end of
// the reservation of beds is a parameter: no source states it for any year, and whoever
// orders a campaign decides it.
//
// OrderingEnd is the day after the last one on which wishes are ordered, or the first
// day of the gap phase where they were ordered before it, as in 2023.
func (c *Calendar) Terms(reservationEnd Date) (core.Terms, error) {
	if err := c.Complete(); err != nil {
		return core.Terms{}, err
	}
	if reservationEnd < c.Opening {
		return core.Terms{}, fmt.Errorf("beds cannot be kept until %s: the campaign opens on %s", reservationEnd, c.Opening)
	}
	return core.Terms{
		ReservationEnd: c.DayNumber(reservationEnd),
		GapStart:       c.DayNumber(c.GapStart),
		OrderingEnd:    c.DayNumber(max(c.GapStart, c.Ordering.Until+1)),
	}, nil
}
