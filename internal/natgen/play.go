package natgen

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"time"

	"sceau/core"
	"sceau/core/callorder"
	"sceau/core/parallel"
	"sceau/core/proposal"
	"sceau/core/verify"
)

// A Run is one computation on an instance, verified.
type Run struct {
	Name     string
	Checksum uint64 // 0: of work that has none
	Count    int    // candidates ordered, proposals, or places taken
	Rounds   int
	Compute  time.Duration
	Verify   time.Duration
}

// A Play is what is to be run.
type Play struct {
	Days      int  // with instant answers between two
	Answering bool // one day with everybody's answering machine on
	Threads   int  // 0 is as many as there are
	Done      func(Run)
}

// terms of every run of an instance.
var terms = core.Terms{ReservationEnd: 30, GapStart: 45, OrderingEnd: 45}

// Run reads an instance and computes what was asked. A result that does not verify is an
// error.
func (p Play) Run(r io.Reader) error {
	began := time.Now()
	in, err := Read(r)
	if err != nil {
		return err
	}
	p.Done(Run{Name: "read", Count: in.Wishes, Compute: time.Since(began)})

	began = time.Now()
	orders, err := callorder.All(in.Ranking, p.Threads)
	if err != nil {
		return err
	}
	run := Run{Name: "call order", Checksum: sumOrders(orders), Compute: time.Since(began)}
	began = time.Now()
	if err := verify.Orders(in.Ranking, orders, p.Threads); err != nil {
		return err
	}
	run.Verify = time.Since(began)
	for _, o := range orders {
		run.Count += len(o)
	}
	p.Done(run)
	if p.Days == 0 && !p.Answering {
		return nil
	}

	began = time.Now()
	roll := in.Roll(orders)
	orders = nil
	s := &season{Play: p, in: in, roll: roll}
	s.ground = proposal.Prepare(roll)
	run = Run{Name: "index", Count: roll.Wishes.Len(), Compute: time.Since(began)}
	began = time.Now()
	s.verifier = verify.Prepare(roll)
	run.Verify = time.Since(began)
	p.Done(run)
	if p.Days > 0 {
		if err := s.days(); err != nil {
			return err
		}
	}
	if p.Answering {
		return s.everybodyAnswering()
	}
	return nil
}

// A season is an instance on its way.
type season struct {
	Play
	in       *Instance
	roll     *core.Roll
	ground   *proposal.Ground
	verifier *verify.Verifier
}

// begin is a day on which everybody waits.
func (s *season) begin(number int) *core.Day {
	n := s.roll.Wishes.Len()
	d := &core.Day{Terms: terms, Number: number, Groups: slices.Clone(s.in.Groups), Beds: s.in.Beds,
		Status: make([]core.Status, n), Preference: make([]int32, n)}
	for i := range d.Status {
		d.Status[i] = core.Waiting
	}
	return d
}

func (s *season) compute(name string, day *core.Day) (*core.Outcome, Run, error) {
	began := time.Now()
	out, err := s.ground.Compute(day, s.Threads)
	if err != nil {
		return nil, Run{}, err
	}
	run := Run{Name: name, Rounds: out.Rounds, Compute: time.Since(began)}
	began = time.Now()
	report, err := s.verifier.Day(day, out, s.Threads)
	if err != nil {
		return nil, Run{}, err
	}
	for _, f := range report.Findings {
		return nil, Run{}, fmt.Errorf("%s: %w", name, f)
	}
	run.Verify = time.Since(began)
	return out, run, nil
}

// days plays days with answers in between: each candidate keeps the best of what they
// hold and what they are proposed, and drops the waiting wishes behind it.
func (s *season) days() error {
	w := &s.roll.Wishes
	day := s.begin(1)
	held := make([]int32, s.roll.Candidates) // row + 1 of the wish that each holds
	var history [][]int64                    // last called rank of each group, by day
	for number := 1; number <= s.Days; number++ {
		day.Number = number
		out, run, err := s.compute(fmt.Sprintf("day %d", number), day)
		if err != nil {
			return err
		}
		last := make([]int64, len(day.Groups))
		sum := newSum()
		for i, st := range out.Status {
			if st != core.Proposed {
				continue
			}
			run.Count++
			sum.proposal(w, i)
			last[w.Group[i]] = int64(w.CallRank[i])
			day.Status[i] = core.Accepted
			c := w.Candidate[i]
			switch h := held[c]; {
			case h == 0:
				held[c] = int32(i) + 1
			case s.key(i) < s.key(int(h-1)):
				day.Status[h-1] = core.Refused
				held[c] = int32(i) + 1
			default:
				day.Status[i] = core.Refused
			}
		}
		parallel.Ranges(len(day.Status), 1<<16, s.Threads, func() func(int, int) {
			return func(from, to int) {
				for i := from; i < to; i++ {
					if h := held[w.Candidate[i]]; day.Status[i] == core.Waiting && h > 0 && s.key(i) > s.key(int(h-1)) {
						day.Status[i] = core.Dropped
					}
				}
			}
		})
		history = append(history, last)
		for g := range day.Groups {
			q := &day.Groups[g]
			q.LastCalled = max(q.LastCalled, last[g])
			if before := number + 1 - 5; before >= 1 { // days up to tomorrow less 5
				q.LastCalledBefore = max(q.LastCalledBefore, history[before-1][g])
			}
		}
		run.Checksum = sum.Sum64()
		s.Done(run)
	}
	return nil
}

// everybodyAnswering is one day on which everybody waits, has put all wishes in order,
// and has the answering machine on.
func (s *season) everybodyAnswering() error {
	day := s.begin(31)
	s.order(day.Preference)
	for c := range s.roll.Candidates {
		day.Answering = append(day.Answering, core.Candidate(c))
	}
	out, run, err := s.compute("answering machine", day)
	if err != nil {
		return err
	}
	sum := newSum()
	for i, st := range out.Status {
		if st == core.AutoAccepted {
			run.Count++
			sum.proposal(&s.roll.Wishes, i)
		}
	}
	run.Checksum = sum.Sum64()
	s.Done(run)
	return nil
}

func (s *season) key(i int) uint64 {
	w := &s.roll.Wishes
	return likes(uint64(w.Candidate[i]), uint64(w.Group[i]), uint64(w.Kind[i]&core.WithBoarding))
}

// order gives each wish its place among the keys of its candidate, from 1.
func (s *season) order(preference []int32) {
	w := &s.roll.Wishes
	first := make([]int32, s.roll.Candidates+1)
	for _, c := range w.Candidate {
		first[c+1]++
	}
	for c := range s.roll.Candidates {
		first[c+1] += first[c]
	}
	rows, next := make([]int32, len(w.Candidate)), slices.Clone(first)
	for i, c := range w.Candidate {
		rows[next[c]] = int32(i)
		next[c]++
	}
	parallel.Ranges(s.roll.Candidates, 1<<10, s.Threads, func() func(int, int) {
		return func(from, to int) {
			for c := from; c < to; c++ {
				mine := rows[first[c]:first[c+1]]
				slices.SortFunc(mine, func(a, b int32) int { return cmp.Compare(s.key(int(a)), s.key(int(b))) })
				for k, i := range mine {
					preference[i] = int32(k) + 1
				}
			}
		}
	})
}

// A sum is the checksum that two implementations compare.
type sum struct {
	io.Writer
	Sum64 func() uint64
	buf   [9]byte
}

func newSum() *sum {
	h := fnv.New64a()
	return &sum{Writer: h, Sum64: h.Sum64}
}

func (s *sum) proposal(w *core.Wishes, i int) {
	binary.LittleEndian.PutUint32(s.buf[:], uint32(w.Group[i]))
	binary.LittleEndian.PutUint32(s.buf[4:], uint32(w.Candidate[i]))
	s.buf[8] = byte(w.Kind[i] & core.WithBoarding)
	s.Write(s.buf[:])
}

func sumOrders(orders [][]core.Candidate) uint64 {
	s := newSum()
	for _, o := range orders {
		for _, c := range o {
			binary.LittleEndian.PutUint32(s.buf[:], uint32(c))
			s.Write(s.buf[:4])
		}
	}
	return s.Sum64()
}
