package campaign

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"slices"
	"time"

	"sceau/core"
	"sceau/core/calendar"
)

// A Config is what a campaign is before its first day. Nothing in it is changed.
type Config struct {
	Calendar *calendar.Calendar
	// ReservationEnd is the last day on which beds are kept. No source states one.
	ReservationEnd calendar.Date
	Roll           *core.Roll
	Track          []core.Track             // by candidate
	Answer         []core.InstitutionAnswer // of the institution, by wish: none is a "non"
	// Status is by wish; nil is that everybody waits. A wish with a call rank waits. One
	// that was never ranked is Dropped and has call rank 0. A place outside the main
	// phase may be Accepted, being got elsewhere.
	Status []core.Status
}

// A State is where every wish of a campaign stands: columns over the roll's wishes and
// candidates, and the log that they follow from. It is used by one goroutine at a time.
type State struct {
	calendar *calendar.Calendar
	terms    core.Terms
	roll     core.Roll // its call and shown ranks are ours: an insertion moves them
	tracks   []core.Track

	// By candidate, the rows of their wishes: rows[first[c]:first[c+1]].
	first, rows []int32

	// By wish.
	status     []core.Status
	sent       []int16 // day of its proposal; 0 is none
	preference []int32
	waiting    []int32 // rank shown last; 0 is none
	corrected  []bool  // reinstated or inserted: left out of the ranks and bars shown

	// By candidate.
	machine   []bool
	resigned  []bool
	confirmBy []int16 // last day for confirming waiting wishes; 0 is none

	called    []int32  // by group, the highest call rank proposed
	past      []calls  // and as it was at the end of each published day
	pending   int      // events of a day that is being published
	published int      // last day published
	shown     [32]byte // digest of its waiting ranks
	frozen    int      // the day being computed; 0 is none
	now       int64    // of the last event, in nanoseconds
	log       Log

	opens, closes time.Time     // events are between the two
	today         calendar.Date // of the last instant asked for, from starts to ends
	starts, ends  time.Time
}

// longestCampaign is in days: a year, and the time to put the last things right.
const longestCampaign = 400

type calls struct {
	day  int
	upTo []int32
}

// New is a campaign on the eve of its first day. It refuses a calendar that is not
// complete, and a roll in which a wish was answered "non" or by nobody.
func New(cfg Config) (*State, error) {
	if cfg.Calendar == nil || cfg.Roll == nil {
		return nil, fmt.Errorf("opening a campaign: it has a calendar and a roll")
	}
	terms, err := cfg.Calendar.Terms(cfg.ReservationEnd)
	if err != nil {
		return nil, fmt.Errorf("opening a campaign: %w", err)
	}
	n := cfg.Roll.Wishes.Len()
	s := &State{
		calendar: cfg.Calendar, terms: terms, roll: *cfg.Roll, tracks: slices.Clone(cfg.Track),
		status: make([]core.Status, n), sent: make([]int16, n), preference: make([]int32, n), waiting: make([]int32, n), corrected: make([]bool, n),
		machine: make([]bool, cfg.Roll.Candidates), resigned: make([]bool, cfg.Roll.Candidates), confirmBy: make([]int16, cfg.Roll.Candidates),
		called: make([]int32, cfg.Roll.Groups()), now: math.MinInt64,
		opens: cfg.Calendar.Opening.Starts(), closes: (cfg.Calendar.Opening + longestCampaign).Starts(),
	}
	// The caller's roll is the one of the first day, from which the log is replayed.
	s.roll.Wishes.CallRank = slices.Clone(cfg.Roll.Wishes.CallRank)
	s.roll.Wishes.ShownRank = slices.Clone(cfg.Roll.Wishes.ShownRank)
	if err := s.check(cfg); err != nil {
		return nil, fmt.Errorf("opening a campaign: %w", err)
	}
	for i := range s.status {
		s.status[i] = core.Waiting
		if cfg.Status != nil {
			s.status[i] = cfg.Status[i]
		}
	}
	s.index()
	return s, nil
}

// check refuses what cannot begin a campaign. Whether ranks are coherent within a group is
// asked again before each computation, by code that shares nothing with it.
func (s *State) check(cfg Config) error {
	w := &s.roll.Wishes
	n := w.Len()
	if n > math.MaxInt32 {
		return fmt.Errorf("%d wishes are too many", n)
	}
	for _, have := range []int{len(w.Group), len(w.CallRank), len(w.ShownRank), len(w.Kind), len(cfg.Answer)} {
		if have != n {
			return fmt.Errorf("a column has %d wishes of %d", have, n)
		}
	}
	if cfg.Status != nil && len(cfg.Status) != n {
		return fmt.Errorf("a column has %d wishes of %d", len(cfg.Status), n)
	}
	if len(cfg.Track) != s.roll.Candidates {
		return fmt.Errorf("%d candidates have a track, of %d", len(cfg.Track), s.roll.Candidates)
	}
	for c, t := range cfg.Track {
		if !t.Known() {
			return fmt.Errorf("candidate %d: %s is not known", c, t)
		}
	}
	for i := range n {
		if int(w.Candidate[i]) >= s.roll.Candidates || w.Group[i] < 0 || int(w.Group[i]) >= s.roll.Groups() {
			return fmt.Errorf("wish %d is of no candidate or of no group of the roll", i)
		}
		status := core.Waiting
		if cfg.Status != nil {
			status = cfg.Status[i]
		}
		// Of a main-phase wish nothing was proposed yet: a status that says so has no event
		// that explains it.
		outside := w.Kind[i]&core.OutsideMain != 0
		switch {
		case !cfg.Answer[i].Enters():
			return fmt.Errorf("candidate %d, wish %d: answered %q, it does not enter a roll", w.Candidate[i], i, cfg.Answer[i])
		case status == core.Accepted && outside:
		case w.CallRank[i] > highestRank:
			return fmt.Errorf("candidate %d, wish %d: call rank %d is too large", w.Candidate[i], i, w.CallRank[i])
		case status == core.Waiting && w.CallRank[i] > 0:
		case status == core.Dropped && w.CallRank[i] >= 0:
		default:
			return fmt.Errorf("candidate %d, wish %d: status %c with call rank %d does not begin a campaign", w.Candidate[i], i, status, w.CallRank[i])
		}
	}
	return nil
}

// index counts, then places: no map, because there are as many lists as candidates.
func (s *State) index() {
	s.first = make([]int32, s.roll.Candidates+1)
	for _, c := range s.roll.Wishes.Candidate {
		s.first[c+1]++
	}
	for c := range s.roll.Candidates {
		s.first[c+1] += s.first[c]
	}
	s.rows = make([]int32, len(s.status))
	next := slices.Clone(s.first)
	for i, c := range s.roll.Wishes.Candidate {
		s.rows[next[c]] = int32(i)
		next[c]++
	}
}

// of is the rows of a candidate's wishes, in the order of the roll.
func (s *State) of(c core.Candidate) []int32 { return s.rows[s.first[c]:s.first[c+1]] }

// main is whether a wish belongs to the main phase. A place outside it ("hors phase
// principale") is held beside what the campaign proposes.
func (s *State) main(w int32) bool { return s.roll.Wishes.Kind[w]&core.OutsideMain == 0 }

// open is whether an instant belongs to the campaign. It comes before all else: an instant
// far away has no count of nanoseconds.
func (s *State) open(t time.Time) bool { return !t.Before(s.opens) && t.Before(s.closes) }

// dateOf is DateOf, which millions of events of one morning ask for the same day.
func (s *State) dateOf(t time.Time) calendar.Date {
	if s.today == 0 || t.Before(s.starts) || !t.Before(s.ends) {
		s.today = calendar.DateOf(t)
		s.starts, s.ends = s.today.Starts(), s.today.Ends()
	}
	return s.today
}

// Roll is the roll with the call ranks of today. It is the state's own, to be read.
func (s *State) Roll() *core.Roll { return &s.roll }

// Log is every event so far.
func (s *State) Log() *Log { return &s.log }

// Status is where a wish stands between two days.
func (s *State) Status(wish int32) core.Status { return s.status[wish] }

// Answering is whether a candidate's answering machine is on.
func (s *State) Answering(c core.Candidate) bool { return s.machine[c] }

// ConfirmBy is the last day on which a candidate may confirm their waiting wishes, and
// false when nothing is to be confirmed.
func (s *State) ConfirmBy(c core.Candidate) (calendar.Date, bool) {
	if s.confirmBy[c] == 0 {
		return 0, false
	}
	return s.calendar.DateOf(int(s.confirmBy[c])), true
}

// Due is the last day for answering a wish's proposal, and false when it has no
// unanswered proposal or the answering machine answers for the candidate.
func (s *State) Due(wish int32) (calendar.Date, bool) {
	c := s.roll.Wishes.Candidate[wish]
	if s.status[wish] != core.Pending || s.machine[c] {
		return 0, false
	}
	due, err := s.due(wish)
	return due, err == nil
}

func (s *State) due(wish int32) (calendar.Date, error) {
	return s.calendar.Deadline(s.calendar.DateOf(int(s.sent[wish])), s.tracks[s.roll.Wishes.Candidate[wish]])
}

// Digest is the same for two states exactly when they are the same: after a replay, on
// another machine, or for the record of a run. It leaves out whether a day is frozen,
// which a restart undoes.
func (s *State) Digest() [32]byte {
	h := sha256.New()
	number(h, uint64(len(s.status)), uint64(s.published), uint64(s.now), uint64(s.log.Len()))
	for _, v := range s.status {
		h.Write([]byte{byte(v)})
	}
	column(h, s.sent)
	column(h, s.preference)
	column(h, s.waiting)
	column(h, s.roll.Wishes.CallRank)
	column(h, s.roll.Wishes.ShownRank)
	bits(h, s.corrected)
	bits(h, s.machine)
	bits(h, s.resigned)
	column(h, s.confirmBy)
	column(h, s.called)
	for _, p := range s.past {
		number(h, uint64(p.day))
		column(h, p.upTo)
	}
	return [32]byte(h.Sum(nil))
}

func number(h hash.Hash, values ...uint64) {
	for _, v := range values {
		h.Write(binary.LittleEndian.AppendUint64(nil, v))
	}
}

// column writes a column in pieces: at national scale it has 47 megabytes.
func column[T int16 | int32](h hash.Hash, values []T) {
	buf := make([]byte, 0, 4<<12)
	for chunk := range slices.Chunk(values, 1<<12) {
		buf = buf[:0]
		for _, v := range chunk {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(v))
		}
		h.Write(buf)
	}
}

func bits(h hash.Hash, values []bool) {
	buf := make([]byte, len(values))
	for i, v := range values {
		if v {
			buf[i] = 1
		}
	}
	h.Write(buf)
}
