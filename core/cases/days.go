package cases

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"sceau/core"
	"sceau/core/display"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// A scenario is a roll, and one or several days that each say their whole state.
type scenario struct {
	identified
	Params struct {
		ReservationEnd int64 `json:"reservation_end_day"`
		GapStart       int64 `json:"gap_start_day"`
		OrderingEnd    int64 `json:"gap_ordering_end_day"`
	} `json:"params"`
	Formation []int64    `json:"group_formation"`
	Schools   int64      `json:"boarding_count"`
	Wishes    [][8]int64 `json:"wishes"` // candidate, group, with boarding, school, call rank, shown rank, boarding rank, outside main
	Steps     []step     `json:"steps"`
}

type step struct {
	Day            int64   `json:"day"`
	Capacity       []int64 `json:"capacity"`
	RankLimit      []int64 `json:"rank_limit"`
	Stop           []int64 `json:"stop"`
	EndReservation []int64 `json:"end_reservation"`
	LastCalled     []int64 `json:"last_called"`
	LastCalledRef  []int64 `json:"last_called_ref"`
	Beds           []int64 `json:"boarding_capacity"`
	AutoReply      []int64 `json:"auto_reply"`
	Preference     []int64 `json:"preference"`
	Yesterday      []int64 `json:"yesterday_wait_rank"`
	IgnoreWait     []int64 `json:"ignore_wait"`
	IgnoreBars     []int64 `json:"ignore_bars"`
	Status         string  `json:"status"`
}

// stepped is what a day is answered by.
type stepped struct {
	Status      string   `json:"status"`
	BoardingMax []*int64 `json:"boarding_max"`
	BoardingBar []*int64 `json:"boarding_bar"`
	Estimate    []*int64 `json:"estimate"`
	Display     shown    `json:"display"`
}

type shown struct {
	WaitRank  []int32    `json:"wait_rank"`
	LastToday []int32    `json:"last_called_today"`
	LastShown []int32    `json:"last_called_shown"`
	Waiting   []int32    `json:"waiting_count"`
	BarsToday [][4]int32 `json:"boarding_bars_today"`
	BarsShown [][4]int32 `json:"boarding_bars_shown"`
}

func days(c *scenario) (any, error) {
	n := newNames()
	roll, fault := c.roll(n)
	if fault != nil && !isFault(fault) {
		return nil, fault
	}
	p := &play{scenario: c, names: n, roll: roll, last: make([]int32, len(c.Formation)), bars: map[[2]int32]display.Bars{}}
	// A number of boarding schools is believed where their beds are told: it is memory.
	if fault == nil && slices.ContainsFunc(c.Steps, func(s step) bool { return len(s.Beds) == roll.Schools }) {
		p.ground = proposal.Prepare(roll)
	}
	steps := make([]any, len(c.Steps))
	for i := range c.Steps {
		err := fault
		if err == nil {
			steps[i], err = p.day(&c.Steps[i])
		}
		if err != nil {
			if steps[i], err = refused(err); err != nil {
				return nil, fmt.Errorf("step %d: %w", i, err)
			}
		}
	}
	return answeredDays{c.ID, steps, errors.Join(p.doubts...)}, nil
}

type answeredDays struct {
	ID     jsontext.Value `json:"id"`
	Steps  []any          `json:"steps"`
	doubts error
}

func (a answeredDays) doubt() error { return a.doubts }

func isFault(err error) bool { return errors.As(err, new(*core.Fault)) }

// roll reads what does not change from day to day.
func (c *scenario) roll(n *names) (*core.Roll, error) {
	if c.Schools < 0 || c.Schools > core.MaxRank {
		return nil, errors.New("a number of boarding schools that cannot be")
	}
	programmes := newNames()
	r := &core.Roll{Schools: int(c.Schools)}
	for _, f := range c.Formation {
		r.Programme = append(r.Programme, int32(programmes.of(f)))
	}
	w := &r.Wishes
	for _, x := range c.Wishes {
		var narrowed [5]int32
		for k, v := range []int64{x[1], x[3], x[4], x[5], x[6]} {
			var err error
			if narrowed[k], err = narrow(v); err != nil {
				return nil, err
			}
		}
		var kind core.Kind
		if x[2] != 0 {
			kind |= core.WithBoarding
		}
		if x[7] != 0 {
			kind |= core.OutsideMain
		}
		w.Candidate = append(w.Candidate, n.of(x[0]))
		w.Group, w.School = append(w.Group, narrowed[0]), append(w.School, narrowed[1])
		w.CallRank, w.ShownRank, w.BoardingRank = append(w.CallRank, narrowed[2]), append(w.ShownRank, narrowed[3]), append(w.BoardingRank, narrowed[4])
		w.Kind = append(w.Kind, kind)
	}
	for i := range c.Steps {
		for _, number := range c.Steps[i].AutoReply {
			n.of(number)
		}
	}
	r.Candidates = len(n.number)
	return r, nil
}

// A play is a scenario on its way: what was shown on the days before.
type play struct {
	*scenario
	*names
	roll   *core.Roll
	ground *proposal.Ground
	last   []int32
	bars   map[[2]int32]display.Bars
	doubts []error
}

func (p *play) day(s *step) (any, error) {
	day, err := p.read(s)
	if err != nil {
		return nil, err
	}
	out, err := p.ground.Compute(day, 0)
	if err != nil {
		return nil, err
	}
	report, err := verify.Prepare(p.roll).Day(day, out, 0)
	if err != nil {
		return nil, err
	}
	for _, f := range report.Findings {
		p.doubts = append(p.doubts, fmt.Errorf("day %d: %w", day.Number, f))
	}
	d := display.Of(p.ground, day, out, 0)
	answer := stepped{Status: letters(out.Status), Estimate: []*int64{}, BoardingMax: bars(out.BarMax), BoardingBar: bars(out.Bar),
		Display: shown{WaitRank: d.WaitingRank, LastToday: d.LastCalled, Waiting: d.WaitingCount, BarsToday: [][4]int32{}, BarsShown: [][4]int32{}}}
	for _, e := range out.Estimate {
		answer.Estimate = append(answer.Estimate, bounded(e))
	}
	kept := !withheld(p.roll, day, out)
	for g, last := range d.LastCalled {
		if kept {
			p.last[g] = max(p.last[g], last)
		}
	}
	answer.Display.LastShown = append([]int32{}, p.last...)
	for _, b := range d.Bars {
		answer.Display.BarsToday = append(answer.Display.BarsToday, four(b))
		couple := [2]int32{b.School, b.Group}
		if kept {
			p.bars[couple] = b.Since(p.bars[couple])
		}
	}
	for _, b := range p.bars { // whatever was shown once goes on being shown
		answer.Display.BarsShown = append(answer.Display.BarsShown, four(b))
	}
	slices.SortFunc(answer.Display.BarsShown, func(a, b [4]int32) int { return slices.Compare(a[:], b[:]) })
	return answer, nil
}

func four(b display.Bars) [4]int32 { return [4]int32{b.School, b.Group, b.Call, b.Boarding} }

func letters(status []core.Status) string {
	b := make([]byte, len(status))
	for i, s := range status {
		b[i] = byte(s)
	}
	return string(b)
}

func bars(of []int32) []*int64 {
	all := []*int64{}
	for _, b := range of {
		all = append(all, bounded(int64(b)))
	}
	return all
}

// read gives the day of a step.
func (p *play) read(s *step) (*core.Day, error) {
	groups, wishes := len(p.Formation), len(p.Wishes)
	for _, column := range []struct{ have, want int }{
		{len(s.Capacity), groups}, {len(s.RankLimit), groups}, {len(s.Stop), groups}, {len(s.EndReservation), groups},
		{len(s.LastCalled), groups}, {len(s.LastCalledRef), groups}, {len(s.Beds), int(p.Schools)},
		{len(s.Preference), wishes}, {len(s.Yesterday), wishes}, {len(s.Status), wishes},
	} {
		if column.have != column.want {
			return nil, core.ColumnsDiffer.Of()
		}
	}
	d := &core.Day{Number: int(s.Day), Beds: s.Beds,
		Terms:        core.Terms{ReservationEnd: int(p.Params.ReservationEnd), GapStart: int(p.Params.GapStart), OrderingEnd: int(p.Params.OrderingEnd)},
		IgnoreInWait: make([]bool, wishes), IgnoreInBars: make([]bool, wishes)}
	for g := range groups {
		d.Groups = append(d.Groups, core.Group{Places: s.Capacity[g], RankLimit: s.RankLimit[g], Stop: s.Stop[g] != 0,
			EndReservation: s.EndReservation[g] != 0, LastCalled: s.LastCalled[g], LastCalledBefore: s.LastCalledRef[g]})
	}
	for _, number := range s.AutoReply {
		d.Answering = append(d.Answering, p.of(number))
	}
	for i := range wishes {
		preference, err := narrow(s.Preference[i])
		if err != nil {
			return nil, err
		}
		rank, err := narrow(s.Yesterday[i])
		if err != nil {
			return nil, err
		}
		d.Status = append(d.Status, core.Status(s.Status[i]))
		d.Preference, d.WaitingRank = append(d.Preference, preference), append(d.WaitingRank, rank)
	}
	for _, flagged := range []struct {
		rows   []int64
		column []bool
	}{{s.IgnoreWait, d.IgnoreInWait}, {s.IgnoreBars, d.IgnoreInBars}} {
		for _, i := range flagged.rows {
			if i < 0 || int(i) >= wishes {
				return nil, core.ColumnsDiffer.Of()
			}
			flagged.column[i] = true
		}
	}
	return d, nil
}
