package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"sceau/core"
)

// A file has every cell, each with a value and its source or with the reason why it is
// missing: a cell that was forgotten must not read as one that does not apply.
type (
	calendarFile struct {
		Year         int           `yaml:"year"`
		Zone         string        `yaml:"zone"`
		Opening      dayCell       `yaml:"opening"`
		Sending      []windowCell  `yaml:"sending"`
		LastSending  dayCell       `yaml:"last-sending"`
		Examinations []examineCell `yaml:"examinations"`
		MainPhaseEnd dayCell       `yaml:"main-phase-end"`
		GapStart     dayCell       `yaml:"gap-start"`
		Ordering     periodCell    `yaml:"ordering"`
		Machine      periodCell    `yaml:"answering-machine"`
		GapSending   []windowCell  `yaml:"gap-sending"`
		Rules        struct {
			ConfirmDays   countCell `yaml:"confirm-days"`
			GapLapseDrops dayCell   `yaml:"gap-lapse-drops"`
		} `yaml:"rules"`
		Limits struct {
			Wishes         countCell `yaml:"wishes"`
			SubWishes      countCell `yaml:"sub-wishes"`
			Apprenticeship countCell `yaml:"apprenticeship"`
		} `yaml:"limits"`
	}
	origin struct {
		Source  string `yaml:"source"`
		Note    string `yaml:"note"`
		Missing string `yaml:"missing"`
	}
	dayCell struct {
		origin `yaml:",inline"`
		Day    Date `yaml:"day"`
	}
	countCell struct {
		origin `yaml:",inline"`
		Count  int `yaml:"count"`
	}
	periodCell struct {
		origin `yaml:",inline"`
		From   Date `yaml:"from"`
		Until  Date `yaml:"until"`
	}
	windowCell struct {
		periodCell `yaml:",inline"`
		LastDay    Date `yaml:"last-day"`
		DaysAfter  int  `yaml:"days-after"`
	}
	examineCell struct {
		periodCell  `yaml:",inline"`
		Effect      string       `yaml:"effect"`
		Tracks      []core.Track `yaml:"tracks"` // none: everybody
		NothingSent bool         `yaml:"nothing-sent"`
	}
)

// zone is the only one: deadlines are at the end of a day in Paris.
const zone = "Europe/Paris"

// longestDelay bounds what a slip of the pen may do.
const longestDelay = 31

// Parse reads a calendar file. An unknown key, a key twice, a cell that has neither value
// nor reason, a date of another year or dates that contradict each other refuse the file.
func Parse(raw []byte) (*Calendar, error) {
	var f calendarFile
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("calendar: the file goes on after its first document")
	}
	if f.Zone != zone {
		return nil, fmt.Errorf("calendar: zone is %s, where deadlines end", zone)
	}
	if f.Year <= firstYear || f.Year > 9999 {
		return nil, fmt.Errorf("calendar: %d is no year of a campaign", f.Year)
	}
	r := reader{c: &Calendar{Year: f.Year}}
	r.read(&f)
	if r.err == nil {
		r.err = r.c.coherent()
	}
	if r.err != nil {
		return nil, fmt.Errorf("calendar of %d: %w", f.Year, r.err)
	}
	return r.c, nil
}

// A reader turns cells into a calendar, and keeps the first thing wrong.
type reader struct {
	c   *Calendar
	err error
}

// read goes through the cells in the order of the file, which is that of Cells.
func (r *reader) read(f *calendarFile) {
	c := r.c
	c.Opening = r.day("opening", f.Opening, true)
	c.Sending = r.windows("sending", f.Sending, true)
	c.LastSending = r.day("last-sending", f.LastSending, true)
	c.Examinations = r.examinations(f.Examinations)
	c.MainPhaseEnd = r.day("main-phase-end", f.MainPhaseEnd, true)
	c.GapStart = r.day("gap-start", f.GapStart, true)
	c.Ordering = r.period("ordering", f.Ordering, true)
	c.Machine = r.period("answering-machine", f.Machine, true)
	c.GapSending = r.windows("gap-sending", f.GapSending, false)
	c.Rules = Rules{
		ConfirmDays:   r.count("rules.confirm-days", f.Rules.ConfirmDays, longestDelay),
		GapLapseDrops: r.day("rules.gap-lapse-drops", f.Rules.GapLapseDrops, false),
	}
	c.Limits = Limits{
		Wishes:         r.count("limits.wishes", f.Limits.Wishes, 1000),
		SubWishes:      r.count("limits.sub-wishes", f.Limits.SubWishes, 1000),
		Apprenticeship: r.count("limits.apprenticeship", f.Limits.Apprenticeship, 1000),
	}
	if n := len(c.Sending); n > 0 && c.Sending[n-1].Until == 0 {
		c.Sending[n-1].Until = c.LastSending
	}
}

// cell files where a value comes from, and says whether there is one to read.
func (r *reader) cell(name string, o origin, stated, needed bool) bool {
	switch {
	case r.err != nil:
		return false
	case stated == (o.Missing != ""):
		r.fail("%s has a value or says why it is missing, one of the two", name)
	case stated && o.Source == "":
		r.fail("%s has no source", name)
	case !stated && o.Source != "":
		r.fail("%s is missing and has a source", name)
	}
	r.c.cells = append(r.c.cells, Cell{Name: name, Source: o.Source, Note: o.Note, Missing: o.Missing, Needed: needed})
	return r.err == nil && stated
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// ours refuses a date of another year: a slip that would move a deadline by a year.
func (r *reader) ours(name string, dates ...Date) {
	for _, d := range dates {
		if d != 0 && (d < On(r.c.Year, 1, 1) || d > On(r.c.Year, 12, 31)) {
			r.fail("%s: %s is of another year", name, d)
		}
	}
}

func (r *reader) day(name string, c dayCell, needed bool) Date {
	if !r.cell(name, c.origin, c.Day != 0, needed) {
		return 0
	}
	r.ours(name, c.Day)
	return c.Day
}

func (r *reader) count(name string, c countCell, most int) int {
	if !r.cell(name, c.origin, c.Count != 0, false) {
		return 0
	}
	if c.Count < 0 || c.Count > most {
		r.fail("%s: %d is out of 1 to %d", name, c.Count, most)
	}
	return c.Count
}

func (r *reader) period(name string, c periodCell, needed bool) Period {
	if !r.cell(name, c.origin, c.From != 0 || c.Until != 0, needed) {
		return Period{}
	}
	return r.days(name, c)
}

func (r *reader) days(name string, c periodCell) Period {
	r.ours(name, c.From, c.Until)
	if c.From == 0 || c.Until < c.From {
		r.fail("%s goes from a day until the same or a later one", name)
	}
	return Period{c.From, c.Until}
}

// windows reads windows that follow each other day after day. The last one of the main
// phase has no end of its own: it ends with the sending.
func (r *reader) windows(name string, cells []windowCell, main bool) []Window {
	if len(cells) == 0 {
		r.fail("%s has no window and does not say why", name)
	}
	if !main && len(cells) == 1 && cells[0].From == 0 {
		r.cell(name, cells[0].origin, false, false)
		return nil
	}
	var out []Window
	for i, c := range cells {
		cell := name
		if c.From != 0 {
			cell += " from " + c.From.String()
		}
		w := Window{Period: Period{c.From, c.Until}, LastDay: c.LastDay, DaysAfter: c.DaysAfter}
		stated := c.LastDay != 0 || c.DaysAfter != 0
		if !r.cell(cell, c.origin, stated, main) {
			w.cell = &cell
		}
		r.ours(cell, c.From, c.Until, c.LastDay)
		open := main && i == len(cells)-1
		switch {
		case c.From == 0:
			r.fail("%s begins on a day", cell)
		case open && c.Until != 0:
			r.fail("%s ends with last-sending, and with no day of its own", cell)
		case !open && c.Until < c.From:
			r.fail("%s goes until a day, the same or a later one", cell)
		case i > 0 && c.From != cells[i-1].Until+1:
			r.fail("%s does not follow the window before it", cell)
		case c.LastDay != 0 && c.DaysAfter != 0:
			r.fail("%s has a last day or a number of days, one of the two", cell)
		case c.DaysAfter < 0 || c.DaysAfter > longestDelay:
			r.fail("%s: %d days are out of 1 to %d", cell, c.DaysAfter, longestDelay)
		case c.LastDay != 0 && c.LastDay < max(c.From, c.Until):
			r.fail("%s sends proposals after the last day for answering them", cell)
		}
		out = append(out, w)
	}
	return out
}

func (r *reader) examinations(cells []examineCell) []Examination {
	if len(cells) == 0 {
		r.fail("examinations has no period and does not say why")
	}
	var out []Examination
	for _, c := range cells {
		name := "examinations"
		if c.From != 0 {
			name += " from " + c.From.String()
		}
		if !r.cell(name, c.origin, c.From != 0 || c.Until != 0, true) {
			// What is known of one period says nothing of the others.
			return nil
		}
		e := Examination{Period: r.days(name, c.periodCell), NothingSent: c.NothingSent}
		switch c.Effect {
		case "suspend":
			e.Effect = Suspend
		case "extend":
			e.Effect = Extend
		default:
			r.fail("%s: effect is suspend or extend", name)
		}
		for _, t := range c.Tracks {
			if e.Concerns(t) {
				r.fail("%s: %s appears twice", name, t)
			}
			e.tracks |= 1 << t
		}
		if c.Tracks == nil {
			e.tracks = 1<<core.Tracks - 1
		}
		out = append(out, e)
	}
	return out
}

// coherent refuses dates that contradict each other. It says nothing of dates that are
// missing, which Complete names.
func (c *Calendar) coherent() error {
	if c.Opening != 0 && len(c.Sending) > 0 && c.Sending[0].From != c.Opening {
		return fmt.Errorf("the first proposals leave on %s, and the opening is on %s", c.Sending[0].From, c.Opening)
	}
	order := []struct {
		name string
		day  Date
	}{
		{"the first day of the last window", c.Sending[len(c.Sending)-1].From},
		{"last-sending", c.LastSending}, {"main-phase-end", c.MainPhaseEnd}, {"gap-start", c.GapStart},
	}
	before := order[0]
	for _, o := range order[1:] {
		if o.day == 0 {
			continue
		}
		if o.day < before.day {
			return fmt.Errorf("%s is before %s", o.name, before.name)
		}
		before = o
	}
	if c.GapStart != 0 && c.GapStart == c.MainPhaseEnd {
		return errors.New("gap-start is after main-phase-end")
	}
	if c.GapStart != 0 && len(c.GapSending) > 0 && c.GapSending[0].From < c.GapStart {
		return errors.New("gap-sending begins before gap-start")
	}
	for _, w := range append(c.Sending[:len(c.Sending):len(c.Sending)], c.GapSending...) {
		for t := range core.Track(core.Tracks) {
			if w.LastDay != 0 && c.Suspended(w.LastDay, t) {
				// Whether a fixed day then moves is for the decree to say.
				return fmt.Errorf("the last day %s falls in a suspension", w.LastDay)
			}
		}
	}
	return nil
}
