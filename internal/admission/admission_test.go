package admission

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/calendar"
	"sceau/core/campaign"
	"sceau/core/run"
	"sceau/core/session"
	"sceau/core/view"
	"sceau/crypto"
)

// A shelf is book, files and notary in memory. It fails where it is told to, as a kill
// would.
type shelf struct {
	runs  []run.Run
	files map[string][]byte
	busy  bool
	cut   int // the call that fails, from 1; 0 is none
	calls int
}

var (
	errCut  = errors.New("cut")
	errBusy = errors.New("busy")
)

func (s *shelf) step() error {
	if s.calls++; s.calls == s.cut {
		return errCut
	}
	return nil
}

func (s *shelf) Runs(context.Context, string) ([]run.Run, error) {
	return append([]run.Run(nil), s.runs...), nil
}

func (s *shelf) Begin(_ context.Context, r run.Run) (run.Run, error) {
	if err := s.step(); err != nil {
		return r, err
	}
	r.Number = len(s.runs) + 1
	s.runs = append(s.runs, r)
	return r, nil
}

func (s *shelf) End(_ context.Context, r run.Run) error {
	if err := s.step(); err != nil {
		return err
	}
	s.runs[r.Number-1] = r
	return nil
}

func (s *shelf) Alone(context.Context, string) (func(), error) {
	if s.busy {
		return nil, errBusy
	}
	s.busy = true
	return func() { s.busy = false }, nil
}

func place(of crypto.RunFile, name string) string { return of.Run + "/" + of.Kind + "/" + name }

func (s *shelf) Keep(_ context.Context, _ string, of crypto.RunFile, name string, write func(io.Writer) error) error {
	if err := s.step(); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := write(&file); err != nil {
		return err
	}
	s.files[place(of, name)] = file.Bytes()
	return nil
}

func (s *shelf) Open(_ context.Context, _ string, of crypto.RunFile, name string) (io.ReadCloser, error) {
	file, ok := s.files[place(of, name)]
	if !ok {
		return nil, crypto.ErrOpen
	}
	return io.NopCloser(bytes.NewReader(file)), nil
}

func (s *shelf) Drop(_ context.Context, _, id string, _ ...string) error {
	maps.DeleteFunc(s.files, func(at string, _ []byte) bool { return strings.HasPrefix(at, id+"/") })
	return nil
}

func (s *shelf) SignRun(r run.Run) (string, error) { return "signed: " + r.Text(), nil }

func (s *shelf) VerifyRun(r run.Run) error {
	if r.Signature != "signed: "+r.Text() {
		return run.ErrRecord
	}
	return nil
}

// opened is a campaign that was projected, with twelve candidates for two programmes.
func opened(t *testing.T) (*Campaign, *shelf) {
	t.Helper()
	s := &shelf{files: map[string][]byte{}}
	c := &Campaign{Name: "2026", Book: s, Files: s, Notary: s, Now: func() time.Time { return time.Date(2026, time.June, 30, 12, 0, 0, 0, time.UTC) },
		Phase: func(context.Context, time.Time) (catalogue.Phase, error) { return "PH4", nil }}
	b := view.NewBuilder("2026")
	for i := range 12 {
		p := view.Person{Bursary: i%4 == 0, Track: core.General}
		p.Pseudonym[0] = byte(i)
		var wishes []view.Wish
		for k, programme := range []string{"F1", "F2"} {
			wishes = append(wishes, view.Wish{Programme: b.Programme(programme), Group: b.Group("Tous candidats"), PedagogicalRank: int32((i*(5+2*k))%12 + 1),
				Resident: i%2 == 0, Confirmed: true, Complete: true, Institution: core.OnHold})
		}
		b.Add(p, wishes...)
	}
	v, err := b.View()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.keep(t.Context(), c.record(run.Projection, 0, ""), v.Encode, nil); err != nil {
		t.Fatal(err)
	}
	return c, s
}

func offered(t *testing.T) *session.Offer {
	t.Helper()
	stated, err := os.ReadFile("../../docs/examples/demo/session.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o, err := session.ReadOffer(strings.NewReader(`
		{"programme": "F1", "group": "Tous candidats", "bursary_min": 30, "places": 3}
		{"programme": "F2", "group": "Tous candidats", "nonresident_max": 40, "places": 4}`))
	if err != nil {
		t.Fatal(err)
	}
	o.Calendar, o.ReservationEnd = string(stated), calendar.On(2026, time.June, 10)
	return o
}

// played has an offer, two days, and answers between them.
func played(t *testing.T) (*Campaign, *shelf) {
	t.Helper()
	c, s := opened(t)
	if _, err := c.Offer(t.Context(), offered(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RunDay(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	if out, err := c.Answers(t.Context(), answers(t, c)); err != nil || out.Taken == 0 || len(out.Refused) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := c.RunDay(t.Context(), 2, false); err != nil {
		t.Fatal(err)
	}
	return c, s
}

// answers refuse each proposal of F1, and say one thing that cannot be.
func answers(t *testing.T, c *Campaign) (all []session.Said) {
	t.Helper()
	s, err := c.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	noon := s.Config.Calendar.Opening.Starts().Add(12 * time.Hour)
	for _, p := range s.View.Persons {
		if row, ok := s.Row(p.Pseudonym, "F1", false); ok && s.State.Status(row) == core.Pending {
			all = append(all, session.Said{At: noon, Candidate: p.Pseudonym, Kind: campaign.Refused, Wish: &session.Wanted{Programme: "F1"}})
		}
	}
	return append(all, session.Said{At: noon, Candidate: s.View.Persons[0].Pseudonym, Kind: campaign.Refused, Wish: &session.Wanted{Programme: "F9"}})
}

// Whoever answered in time is not refused because somebody else's answer was taken first;
// what was said before a day was published does not go behind it.
func TestAnAnswerInTimeIsTakenAfterALaterOne(t *testing.T) {
	c, _ := opened(t)
	if _, err := c.Offer(t.Context(), offered(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RunDay(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	all := answers(t, c)
	all = all[:len(all)-1]
	if len(all) < 3 {
		t.Fatal("too few proposals: nothing was tried")
	}
	opening := all[0].At.Add(-12 * time.Hour)
	at := func(i int, after time.Duration) session.Said {
		said := all[i]
		said.At = opening.Add(after)
		return said
	}
	if out, err := c.Answers(t.Context(), []session.Said{at(0, 13*time.Hour)}); err != nil || out.Taken != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	out, err := c.Answers(t.Context(), []session.Said{at(2, 5*time.Hour), at(1, 12*time.Hour)})
	if err != nil || out.Taken != 1 || len(out.Refused) != 1 || out.Refused[0].Line != 1 {
		t.Errorf("of an answer before the day was published and one after: %+v, %v", out, err)
	}
	// Within a file, the order of lines is nothing.
	if out, err := c.Answers(t.Context(), []session.Said{at(2, 15*time.Hour), at(0, 14*time.Hour)}); err != nil || out.Taken != 1 || len(out.Refused) != 1 || out.Refused[0].Line != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	// What a candidate said later is not undone by what they said before: of two others the
	// same answer is taken.
	standing, err := c.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var waits []session.Said
	for _, p := range standing.View.Persons {
		spoke := slices.ContainsFunc(all, func(s session.Said) bool { return s.Candidate == p.Pseudonym })
		if row, ok := standing.Row(p.Pseudonym, "F2", false); ok && standing.State.Status(row) == core.Waiting && !spoke {
			waits = append(waits, session.Said{At: opening.Add(15*time.Hour + time.Minute), Candidate: p.Pseudonym, Kind: campaign.Dropped, Wish: &session.Wanted{Programme: "F2"}})
		}
	}
	if out, err := c.Answers(t.Context(), []session.Said{waits[0]}); err != nil || out.Taken != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	undone, other := waits[0], waits[1]
	undone.At, undone.Kind, other.At = opening.Add(14*time.Hour), campaign.Reinstated, opening.Add(14*time.Hour)
	correction := other
	correction.Kind, correction.By = campaign.Reinstated, "cor-2026-1"
	if out, err := c.Answers(t.Context(), []session.Said{correction}); err != nil || out.Taken != 0 {
		t.Errorf("a correction goes before what was taken: %+v, %v", out, err)
	}
	if out, err := c.Answers(t.Context(), []session.Said{undone, other}); err != nil || out.Taken != 1 || len(out.Refused) != 1 || out.Refused[0].Line != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	// Two of one candidate, one file or two: both are taken, in the order in which they were said.
	back := func(of session.Said, after time.Duration) session.Said {
		of.At, of.Kind = opening.Add(after), campaign.Reinstated
		return of
	}
	again := waits[2]
	again.At = opening.Add(9 * time.Hour)
	for _, file := range [][]session.Said{{back(again, 10*time.Hour), again}, {back(other, 14*time.Hour+time.Second)}} {
		if out, err := c.Answers(t.Context(), file); err != nil || out.Taken != len(file) {
			t.Errorf("%+v, %v", out, err)
		}
	}
	for _, r := range []string{"4", "5", "6", "7", "8", "9", "10", "11"} {
		if again, err := c.Replay(t.Context(), r); err != nil || !again.Same {
			t.Errorf("run %s, computed again: %+v, %v", r, again, err)
		}
	}
}

func TestEachRunIsComputedAgainTheSame(t *testing.T) {
	c, _ := played(t)
	all, err := c.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var kinds []run.Kind
	for _, r := range all {
		kinds = append(kinds, r.Kind)
		again, err := c.Replay(t.Context(), fmt.Sprint(r.Number))
		if r.Kind == run.Projection || r.Kind == run.Offer {
			if err == nil {
				t.Errorf("run %d, %s: computed again, and it computes nothing", r.Number, r.Kind)
			}
			continue
		}
		if err != nil || !again.Same || again.Again != r.Output.Digest {
			t.Errorf("run %d, %s: %+v, %v", r.Number, r.Kind, again, err)
		}
	}
	if fmt.Sprint(kinds) != "[projection offer call-order day answers day]" {
		t.Errorf("runs are %v", kinds)
	}
}

// A day that some other program published is not explained by this one.
func TestADayThatIsComputedOtherwiseIsNotExplained(t *testing.T) {
	c, s := played(t)
	if _, err := c.Standing(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := &s.runs[len(s.runs)-1]
	at := place(crypto.RunFile{Run: last.ID, Kind: Output}, last.Output.Name)
	day, events, err := session.ReadDay(bytes.NewReader(s.files[at]))
	if err != nil {
		t.Fatal(err)
	}
	day.Figures.Waiting++
	var other bytes.Buffer
	if last.Output.Digest, err = digested(&other, func(w io.Writer) error { return session.WriteDay(w, c.Name, day, events) }); err != nil {
		t.Fatal(err)
	}
	s.files[at] = other.Bytes()
	if last.Signature, err = s.SignRun(*last); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Standing(t.Context()); !errors.Is(err, ErrOtherDay) {
		t.Errorf("explained: %v", err)
	}
	if again, err := c.Replay(t.Context(), last.ID); err != nil || again.Same {
		t.Errorf("replayed: %+v, %v", again, err)
	}
}

func TestARunStandsOnThoseBeforeIt(t *testing.T) {
	c, s := opened(t)
	for name, do := range map[string]func() error{
		"a day without an offer":     func() error { _, err := c.RunDay(t.Context(), 1, false); return err },
		"answers before a day":       func() error { _, err := c.Answers(t.Context(), nil); return err },
		"an explanation before that": func() error { _, err := c.Standing(t.Context()); return err },
	} {
		if err := do(); !errors.Is(err, ErrNotYet) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Offer(t.Context(), offered(t)); err != nil {
		t.Fatal(err)
	}
	s.busy = true
	if _, err := c.RunDay(t.Context(), 1, false); !errors.Is(err, errBusy) {
		t.Errorf("beside another process: %v", err)
	}
	s.busy = false
	if _, err := c.RunDay(t.Context(), 40, true); err == nil || !strings.Contains(err.Error(), "has not come") {
		t.Errorf("a day that has not come: %v", err)
	}
	c.Phase = func(context.Context, time.Time) (catalogue.Phase, error) { return "PH3", nil }
	if _, err := c.RunDay(t.Context(), 1, false); err == nil || !strings.Contains(err.Error(), "PH3") {
		t.Errorf("a day on which nobody is proposed anything: %v", err)
	}
}

// Wherever a day is cut, nothing of it is published, and the next attempt gives what the
// first would have.
func TestADayThatWasCutIsRunAgain(t *testing.T) {
	whole, _ := played(t)
	want, err := whole.Figures(t.Context())
	if err != nil || len(want) != 2 {
		t.Fatalf("%v, %v", want, err)
	}
	for cut := 1; ; cut++ {
		c, s := opened(t)
		if _, err := c.Offer(t.Context(), offered(t)); err != nil {
			t.Fatal(err)
		}
		s.calls, s.cut = 0, cut
		_, err := c.RunDay(t.Context(), 1, false)
		if err == nil {
			if cut < 8 {
				t.Fatalf("a first day has %d steps", cut-1)
			}
			return
		}
		if !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		if got, err := c.Figures(t.Context()); err != nil || len(got) != 0 {
			t.Fatalf("cut at %d, published: %v, %v", cut, got, err)
		}
		if _, err := c.RunDay(t.Context(), 1, false); err != nil {
			t.Fatalf("after a cut at %d: %v", cut, err)
		}
		if got, err := c.Figures(t.Context()); err != nil || len(got) != 1 || got[0] != want[0] {
			t.Errorf("after a cut at %d: %v, %v", cut, got, err)
		}
		for _, r := range s.runs {
			for at := range s.files {
				if r.Ended.IsZero() && strings.HasPrefix(at, r.ID+"/") {
					t.Errorf("after a cut at %d, a file of a run that did not end lies about", cut)
				}
			}
		}
	}
}

// A file or a record that somebody altered is not stood on, and neither is one in the
// place of another.
func TestWhatWasAlteredIsFound(t *testing.T) {
	for _, tt := range []struct {
		number int
		file   string
	}{{1, Input}, {2, Input}, {3, Input}, {4, Output}, {5, Output}, {6, Output}} {
		c, s := played(t)
		r := s.runs[tt.number-1]
		name := r.Input.Name
		if tt.file == Output {
			name = r.Output.Name
		}
		file := s.files[place(crypto.RunFile{Run: r.ID, Kind: tt.file}, name)]
		file[len(file)-1] ^= 1
		if _, err := c.RunDay(t.Context(), 3, false); err == nil {
			t.Errorf("the %s of run %d was altered, and a day stands on it", tt.file, tt.number)
		}
	}
	_, whole := played(t)
	for i := range whole.runs {
		c, s := played(t)
		s.runs[i].Day++
		if _, err := c.RunDay(t.Context(), 3, false); !errors.Is(err, run.ErrRecord) {
			t.Errorf("the record of run %d was altered: %v", i+1, err)
		}
	}
	c, s := played(t)
	s.runs[3].Output, s.runs[5].Output = s.runs[5].Output, s.runs[3].Output
	if _, err := c.RunDay(t.Context(), 3, false); !errors.Is(err, run.ErrRecord) {
		t.Errorf("two days in each other's place: %v", err)
	}
}
