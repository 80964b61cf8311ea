package audittest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
	"sceau/catalogue"
)

const hour = time.Hour

// Parts are what the suite runs on. Each call for them gives fresh ones.
type Parts struct {
	Store  audit.Store
	Read   audit.ReadStore
	Tamper Tamperer
	Keys   audit.Keys
	DayKey string
}

// A Clock is set by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At gives a clock that stands at an instant such as 2026-04-02T09:00:00Z.
func At(s string) *Clock {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &Clock{now: t}
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass moves the clock.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is the parts with a log on them, a clock and a key that signs.
type house struct {
	Parts
	t      *testing.T
	clock  *Clock
	signer note.Signer
	public note.Verifier
	log    *audit.Log
}

func newHouse(t *testing.T, parts func(*testing.T) Parts) *house {
	t.Helper()
	h := &house{Parts: parts(t), t: t, clock: At("2026-04-02T09:00:00Z")}
	h.signer, h.public = SigningKey("sceau.test/traces")
	h.log = h.newLog(h.clock)
	return h
}

// SigningKey makes a key pair of a log.
func SigningKey(name string) (note.Signer, note.Verifier) {
	private, public, err := note.GenerateKey(seeded(name), name)
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		panic(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		panic(err)
	}
	return signer, verifier
}

// seeded gives the same bytes for the same name.
func seeded(name string) io.Reader {
	var seed [32]byte
	copy(seed[:], name)
	return rand.NewChaCha8(seed)
}

func (h *house) newLog(clock *Clock) *audit.Log {
	h.t.Helper()
	log, err := audit.New(audit.Config{
		Store: h.Store, Keys: h.Keys, DayKey: h.DayKey, Now: clock.Now, Signer: h.signer,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(log.Close)
	return log
}

func (h *house) reader() *audit.Reader {
	return &audit.Reader{Store: h.Read, Keys: h.Keys, DayKey: h.DayKey, Now: h.clock.Now}
}

// Inès is looked at by an admission board that has a file number of its own.
var (
	ines  = []byte("file-ines-board-17")
	malo  = []byte("file-malo-board-17")
	aicha = []byte("file-aicha-board-4")
)

// Reading is an access as the gate would record it.
func Reading(subject []byte, n int) audit.Event {
	return audit.Event{
		Campaign: "2026", Recipient: "R4b-exam", Organisation: "0750001A", Purpose: "P1", Action: "read",
		Items: []catalogue.ItemID{"A12.03", "A07.01"}, Decision: audit.Granted, Rule: "N0123", Policy: "5f2d",
		Subject: subject, Agent: "mission-0007", Candidate: "candidate-of-" + string(subject),
		Request: fmt.Sprintf("request-%d", n), Detail: []byte("revision 4"),
	}
}

func (h *house) record(n int) {
	h.t.Helper()
	for i := range n {
		h.clock.Pass(time.Millisecond)
		if _, err := h.log.Record(h.t.Context(), Reading(ines, i)); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) verify(kept ...[]byte) audit.Report {
	h.t.Helper()
	r, err := audit.Verify(h.t.Context(), audit.Verification{
		Store: h.Read, Keys: h.Keys, DayKey: h.DayKey, Verifiers: note.VerifierList(h.public), Kept: kept,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) verified() audit.Report {
	h.t.Helper()
	r := h.verify()
	for _, f := range r.Findings {
		h.t.Errorf("an untouched log: %s", f)
	}
	return r
}

// Conformance runs on a store what any store of traces must do.
func Conformance(t *testing.T, parts func(*testing.T) Parts) {
	for _, tt := range []struct {
		name string
		run  func(*house)
	}{
		{"a trace comes back in the history of its subject, as it was recorded", history},
		{"a candidate with two file numbers has one history, a stranger has none", twoScopes},
		{"events recorded together are one after the other, all or none", together},
		{"the agent opens apart from the rest", agent},
		{"refusals are found by whoever supervises", refusals},
		{"an event without a subject is recorded, and found by no file number", nobody},
		{"several logs write to one day without a gap", severalLogs},
		{"two logs that open a day at once have one key", oneKey},
		{"an event after midnight belongs to the next day", midnight},
		{"closed days follow each other, quiet ones too", closedDays},
		{"a late clock cannot write to a closed day", lateClock},
		{"a clock behind another does not turn time back", skewedClocks},
		{"a failed commit records nothing, and the next goes on", failedCommit},
		{"a trace that is a year old is not answered", pastTheYear},
		{"the structure verifies without any key", structureAlone},
		{"connection data come back, by the items asked for", connections},
		{"connection data past their year are refused", oldConnections},
		{"a proof stands without the database", proofs},
		{"a checkpoint is signed while traces are written", checkpoints},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(newHouse(t, parts))
		})
	}
}

func history(h *house) {
	ctx, t := h.t.Context(), h.t
	e := Reading(ines, 1)
	receipts, err := h.log.Record(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	receipt := receipts[0]
	day := audit.DayOf(h.clock.Now())
	if receipt.Day != day || receipt.Seq != 0 || !receipt.At.Equal(h.clock.Now()) {
		t.Errorf("receipt %+v", receipt)
	}
	found, err := h.reader().Subject(ctx, [][]byte{ines}, day, day)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		t.Fatalf("%d traces in the history instead of 1", len(found))
	}
	got := found[0]
	if got.Campaign != e.Campaign || got.Recipient != e.Recipient || got.Organisation != e.Organisation ||
		got.Purpose != e.Purpose || got.Action != e.Action || got.Decision != e.Decision || got.Rule != e.Rule || got.Policy != e.Policy {
		t.Errorf("clear columns came back as %+v", got.Row)
	}
	if got.Candidate != e.Candidate || got.Request != e.Request || string(got.Detail) != string(e.Detail) || string(got.FileNo) != string(ines) {
		t.Errorf("sealed columns came back as %q %q %q", got.Candidate, got.Request, got.Detail)
	}
	if want := []catalogue.ItemID{"A07.01", "A12.03"}; !slices.Equal(got.Items, want) {
		t.Errorf("items came back as %v", got.Items)
	}
	h.verified()
}

func twoScopes(h *house) {
	ctx, t := h.t.Context(), h.t
	for i, subject := range [][]byte{ines, malo, aicha, ines} {
		h.clock.Pass(10 * hour) // over three days
		if _, err := h.log.Record(ctx, Reading(subject, i)); err != nil {
			t.Fatal(err)
		}
	}
	today := audit.DayOf(h.clock.Now())
	found, err := h.reader().Subject(ctx, [][]byte{ines, aicha}, today-7, today)
	if err != nil {
		t.Fatal(err)
	}
	var requests []string
	for _, e := range found {
		requests = append(requests, e.Request)
	}
	if want := []string{"request-0", "request-2", "request-3"}; !slices.Equal(requests, want) {
		t.Errorf("history %v, want %v", requests, want)
	}
	if tags := map[audit.Tag]bool{found[0].Row.Subject: true, found[2].Row.Subject: true}; len(tags) != 2 {
		t.Error("the same file has the same tag on two days")
	}
	found, err = h.reader().Subject(ctx, [][]byte{[]byte("file-of-nobody")}, today-7, today)
	if err != nil || len(found) != 0 {
		t.Errorf("a stranger has a history of %d traces (%v)", len(found), err)
	}
}

func agent(h *house) {
	h.record(1)
	day := audit.DayOf(h.clock.Now())
	found, err := h.reader().Subject(h.t.Context(), [][]byte{ines}, day, day)
	if err != nil || len(found) != 1 {
		h.t.Fatal(len(found), err)
	}
	name, err := h.reader().Agent(h.t.Context(), found[0].Row)
	if err != nil || name != "mission-0007" {
		h.t.Errorf("agent %q (%v)", name, err)
	}
}

func refusals(h *house) {
	ctx, t := h.t.Context(), h.t
	h.record(3)
	e := Reading(malo, 9)
	e.Decision, e.Rule = audit.Refused, "D. 612-1-13 I"
	if _, err := h.log.Record(ctx, e); err != nil {
		t.Fatal(err)
	}
	day, n := audit.DayOf(h.clock.Now()), 0
	for got, err := range h.reader().Refusals(ctx, day, day) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; got.Rule != e.Rule || got.Candidate != e.Candidate {
			t.Errorf("refused under %q", got.Rule)
		}
	}
	if n != 1 {
		t.Errorf("%d refusals instead of 1", n)
	}
}

func together(h *house) {
	ctx, t := h.t.Context(), h.t
	h.record(1)
	receipts, err := h.log.Record(ctx, Reading(ines, 0), Reading(malo, 1), Reading(ines, 2))
	if err != nil || len(receipts) != 3 {
		t.Fatalf("%d receipts, %v", len(receipts), err)
	}
	for i, r := range receipts {
		if r.Seq != int64(1+i) {
			t.Errorf("event %d has number %d", i, r.Seq)
		}
	}
	bad := Reading(malo, 4)
	bad.Action = ""
	if receipts, err := h.log.Record(ctx, Reading(ines, 3), bad); !errors.Is(err, audit.ErrNotRecorded) || receipts != nil {
		t.Errorf("with one event that may not be recorded: %v, %v", receipts, err)
	}
	if receipts, err := h.log.Record(ctx); err != nil || receipts != nil {
		t.Errorf("of no event: %v, %v", receipts, err)
	}
	day := audit.DayOf(h.clock.Now())
	if found, err := h.reader().Subject(ctx, [][]byte{malo}, day, day); err != nil || len(found) != 1 {
		t.Errorf("%d traces in the history instead of 1: %v", len(found), err)
	}
	if r := h.verified(); r.Traces != 4 {
		t.Errorf("%d traces instead of 4", r.Traces)
	}
}

func nobody(h *house) {
	e := Reading(nil, 1)
	e.Agent, e.Items = "", nil
	if _, err := h.log.Record(h.t.Context(), e); err != nil {
		h.t.Fatal(err)
	}
	day := audit.DayOf(h.clock.Now())
	if _, err := h.reader().Subject(h.t.Context(), [][]byte{nil}, day, day); err == nil {
		h.t.Error("an empty file number was looked for")
	}
	h.verified()
}

func severalLogs(h *house) {
	t := h.t
	logs := []*audit.Log{h.log, h.newLog(h.clock), h.newLog(h.clock)}
	const each, hands = 8, 4
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := map[int64]bool{}
	for _, log := range logs {
		for range hands {
			wg.Go(func() {
				for i := range each {
					receipts, err := log.Record(t.Context(), Reading(ines, i))
					if err != nil {
						t.Error(err)
						return
					}
					receipt := receipts[0]
					mu.Lock()
					if taken[receipt.Seq] {
						t.Errorf("two traces have number %d", receipt.Seq)
					}
					taken[receipt.Seq] = true
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	total := int64(len(logs) * hands * each)
	for seq := range total {
		if !taken[seq] {
			t.Errorf("no trace has number %d", seq)
		}
	}
	if r := h.verified(); r.Traces != total {
		t.Errorf("%d traces verified of %d", r.Traces, total)
	}
}

func oneKey(h *house) {
	ctx, t := h.t.Context(), h.t
	logs := []*audit.Log{h.log, h.newLog(h.clock), h.newLog(h.clock), h.newLog(h.clock)}
	var wg sync.WaitGroup
	for i, log := range logs {
		wg.Go(func() {
			if _, err := log.Record(ctx, Reading(ines, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	day := audit.DayOf(h.clock.Now())
	found, err := h.reader().Subject(ctx, [][]byte{ines}, day, day)
	if err != nil || len(found) != len(logs) {
		t.Errorf("%d of %d traces are in the history (%v)", len(found), len(logs), err)
	}
	h.verified()
}

func midnight(h *house) {
	ctx, t := h.t.Context(), h.t
	h.clock.Pass(15*hour - time.Microsecond)
	earlier, err := h.log.Record(ctx, Reading(ines, 0))
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Pass(time.Microsecond)
	later, err := h.log.Record(ctx, Reading(ines, 1))
	if err != nil {
		t.Fatal(err)
	}
	before, after := earlier[0], later[0]
	if before.Day.String() != "2026-04-02" || after.Day.String() != "2026-04-03" || after.Seq != 0 {
		t.Errorf("before midnight %s/%d, after %s/%d", before.Day, before.Seq, after.Day, after.Seq)
	}
	h.verified()
}

func closedDays(h *house) {
	ctx, t := h.t.Context(), h.t
	h.record(3)
	h.clock.Pass(3 * 24 * hour)
	h.record(2) // closes what is finished, by itself
	log, err := h.Read.DayLog(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range log {
		lines = append(lines, fmt.Sprintf("%d %s %d", l.Position, l.Day, l.Size))
	}
	if want := []string{"0 2026-04-02 3", "1 2026-04-03 0", "2 2026-04-04 0"}; !slices.Equal(lines, want) {
		t.Errorf("log of days %q, want %q", lines, want)
	}
	if err := h.log.CloseDays(ctx); err != nil {
		t.Fatal(err)
	}
	if again, _ := h.Read.DayLog(ctx); len(again) != len(log) {
		t.Errorf("closing twice gave %d lines", len(again))
	}
	r := h.verified()
	if r.Closed != 3 || !r.Days[0].Closed || r.Days[0].Signed != 3 {
		t.Errorf("report %+v", r)
	}
}

func lateClock(h *house) {
	ctx, t := h.t.Context(), h.t
	late := At("2026-04-02T09:00:00Z")
	slow := h.newLog(late)
	h.record(1)
	h.clock.Pass(24 * hour)
	if err := h.log.CloseDays(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Record(ctx, Reading(malo, 1)); !errors.Is(err, audit.ErrNotRecorded) {
		t.Errorf("writing to a closed day: %v", err)
	}
	late.Pass(24 * hour)
	if _, err := slow.Record(ctx, Reading(malo, 2)); err != nil {
		t.Errorf("after its clock was set right: %v", err)
	}
	h.verified()
}

func skewedClocks(h *house) {
	slow := h.newLog(At("2026-04-02T08:59:58Z"))
	h.record(1)
	receipts, err := slow.Record(h.t.Context(), Reading(malo, 1))
	if err != nil {
		h.t.Fatal(err)
	}
	if receipt := receipts[0]; receipt.At.Before(h.clock.Now()) {
		h.t.Errorf("a trace dated %s follows one of %s", receipt.At, h.clock.Now())
	}
	h.verified()
}

// Stopped is a store whose database can be taken away.
type Stopped struct {
	audit.Store
	mu   sync.Mutex
	down error
}

// Stop makes every write fail with err; nil brings the database back.
func (s *Stopped) Stop(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

// Append fails after the batch was filled, where a lost connection does the most
// harm.
func (s *Stopped) Append(ctx context.Context, d audit.Day, fill func(audit.Head) (audit.Batch, error)) error {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	return s.Store.Append(ctx, d, func(head audit.Head) (audit.Batch, error) {
		b, err := fill(head)
		if err == nil && down != nil {
			err = down
		}
		return b, err
	})
}

func failedCommit(h *house) {
	ctx, t := h.t.Context(), h.t
	stopped := &Stopped{Store: h.Store}
	h.Store = stopped
	h.log = h.newLog(h.clock)
	h.record(5)
	gone := errors.New("the database went away")
	stopped.Stop(gone)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			receipts, err := h.log.Record(ctx, Reading(malo, i))
			if !errors.Is(err, audit.ErrNotRecorded) || !errors.Is(err, gone) || receipts != nil {
				t.Errorf("without a database: %+v, %v", receipts, err)
			}
		})
	}
	wg.Wait()
	stopped.Stop(nil)
	h.record(2)
	if r := h.verified(); r.Traces != 7 {
		t.Errorf("%d traces instead of 7", r.Traces)
	}
	h.log.Close()
	if _, err := h.log.Record(ctx, Reading(malo, 1)); !errors.Is(err, audit.ErrNotRecorded) {
		t.Errorf("after Close: %v", err)
	}
}

func pastTheYear(h *house) {
	ctx, t := h.t.Context(), h.t
	h.record(1)
	day := audit.DayOf(h.clock.Now())
	h.clock.Pass(367 * 24 * hour)
	if found, err := h.reader().Subject(ctx, [][]byte{ines}, day, day); err != nil || len(found) != 1 {
		t.Errorf("at 367 days: %d traces (%v)", len(found), err)
	}
	h.clock.Pass(24 * hour)
	if found, err := h.reader().Subject(ctx, [][]byte{ines}, day, day+400); err != nil || len(found) != 0 {
		t.Errorf("at 368 days: %d traces (%v)", len(found), err)
	}
	for range h.reader().Between(ctx, day, day, audit.Selection{}) {
		t.Error("supervision reads a trace of 368 days")
	}
}

func structureAlone(h *house) {
	h.record(11)
	r, err := audit.Verify(h.t.Context(), audit.Verification{Store: h.Read})
	if err != nil || !r.OK() || r.Traces != 11 || r.Days[0].Content {
		h.t.Errorf("%+v (%v)", r, err)
	}
	h.Tamper.ChangeHash(h.t, audit.DayOf(h.clock.Now()), 0)
	if r, _ := audit.Verify(h.t.Context(), audit.Verification{Store: h.Read}); r.OK() {
		// The last leaf of eleven stands alone: only its row, or a signature, tells.
		if r = h.verify(); r.OK() {
			h.t.Error("a changed hash was not found")
		}
	}
}

func connections(h *house) {
	ctx, t := h.t.Context(), h.t
	now := h.clock.Now()
	var all []audit.Connection
	for i := range 40 {
		subject := ines
		if i%4 == 0 {
			subject = malo
		}
		all = append(all, audit.Connection{
			Subject: subject, At: now.Add(-time.Duration(i) * 7 * hour),
			Values: map[catalogue.ItemID]json.RawMessage{
				audit.ItemIP: json.RawMessage(fmt.Sprintf(`"2001:db8::%x"`, i)), audit.ItemMedium: json.RawMessage(`"web"`),
			},
		})
	}
	if err := h.log.RecordConnections(ctx, all); err != nil {
		t.Fatal(err)
	}
	today := audit.DayOf(now)
	found, err := h.reader().ConnectionsOf(ctx, [][]byte{malo}, today-30, today, audit.ItemIP, audit.ItemTime)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 10 {
		t.Fatalf("%d connections of Malo instead of 10", len(found))
	}
	last := found[9]
	if string(last.Values[audit.ItemIP]) != `"2001:db8::0"` || !last.At.Equal(now) || len(last.Values) != 2 {
		t.Errorf("the last connection came back as %s at %s", last.Values, last.At)
	}
	if found, err := h.reader().ConnectionsOf(ctx, [][]byte{malo}, today-2, today-1, audit.ItemMedium); err != nil || len(found) != 2 {
		t.Errorf("%d connections of Malo in those two days instead of 2 (%v)", len(found), err)
	}
	if _, err := h.reader().ConnectionsOf(ctx, [][]byte{malo}, today, today, "A14.03"); err == nil {
		t.Error("a trace was asked for as a connection")
	}
	// Traces of the same day are sealed under the same key, and verify.
	h.record(1)
	h.verified()
}

func oldConnections(h *house) {
	ctx, t := h.t.Context(), h.t
	now := h.clock.Now()
	fresh := audit.Connection{Subject: ines, At: now.AddDate(-1, 0, 0)}
	if err := h.log.RecordConnections(ctx, []audit.Connection{fresh}); err != nil {
		t.Errorf("one year to the second: %v", err)
	}
	old := audit.Connection{Subject: ines, At: now.AddDate(-1, 0, 0).Add(-time.Second)}
	err := h.log.RecordConnections(ctx, []audit.Connection{fresh, old})
	if !errors.Is(err, audit.ErrTooOld) || !strings.Contains(err.Error(), "connection 1") {
		t.Errorf("a second older: %v", err)
	}
	day := audit.DayOf(old.At)
	if found, err := h.reader().ConnectionsOf(ctx, [][]byte{ines}, day, day, audit.ItemTime); err != nil || len(found) != 1 {
		t.Errorf("%d connections kept instead of 1 (%v)", len(found), err)
	}
	bad := audit.Connection{Subject: ines, At: now, Values: map[catalogue.ItemID]json.RawMessage{"A01.06": json.RawMessage(`"Inès"`)}}
	if err := h.log.RecordConnections(ctx, []audit.Connection{bad}); err == nil || strings.Contains(err.Error(), "Inès") {
		t.Errorf("an item of the civil status as connection data: %v", err)
	}
}

func proofs(h *house) {
	ctx, t := h.t.Context(), h.t
	h.record(13)
	day := audit.DayOf(h.clock.Now())
	known := note.VerifierList(h.public)
	if _, err := h.reader().Prove(ctx, day, 4, known); !errors.Is(err, audit.ErrUnsigned) {
		t.Errorf("before any checkpoint: %v", err)
	}
	if _, err := h.log.Checkpoint(ctx); err != nil {
		t.Fatal(err)
	}
	proof, err := h.reader().Prove(ctx, day, 4, known)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(proof)
	if err != nil {
		t.Fatal(err)
	}
	h.Tamper.Erase(t, day) // the day is gone, its key with it

	read := func() *audit.Proof {
		var p audit.Proof
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		return &p
	}
	if err := read().Check(known); err != nil {
		t.Errorf("an honest proof: %v", err)
	}
	_, other := SigningKey("sceau.test/other")
	if err := read().Check(note.VerifierList(other)); err == nil {
		t.Error("a proof is good under the key of another log")
	}
	for name, spoil := range map[string]func(*audit.Proof){
		"another purpose":   func(p *audit.Proof) { p.Row.Purpose = "P3" },
		"another instant":   func(p *audit.Proof) { p.Row.At = p.Row.At.Add(time.Microsecond) },
		"another place":     func(p *audit.Proof) { p.Row.Seq++ },
		"another day":       func(p *audit.Proof) { p.Row.Day++ },
		"another salt":      func(p *audit.Proof) { p.Salt = strings.Repeat("00", 32) },
		"another size":      func(p *audit.Proof) { p.Size-- },
		"a shorter path":    func(p *audit.Proof) { p.Path = p.Path[1:] },
		"another signature": func(p *audit.Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "13", "12", 1) },
	} {
		p := read()
		spoil(p)
		if err := p.Check(known); err == nil {
			t.Errorf("a proof with %s is accepted", name)
		}
	}
}

func checkpoints(h *house) {
	h.record(2)
	h.clock.Pass(2 * time.Minute)
	h.record(2)
	all, err := h.Read.Checkpoints(h.t.Context())
	if err != nil || len(all) != 1 || all[0].Size != 3 {
		h.t.Fatalf("%d checkpoints (%v)", len(all), err)
	}
	if r := h.verified(); r.Checkpoints != 1 || r.Days[0].Signed != 3 {
		h.t.Errorf("report %+v", r)
	}
}

// Tampering shows that each way to change the traces is found, by its first
// trace in doubt.
func Tampering(t *testing.T, parts func(*testing.T) Parts) {
	first, _ := audit.ParseDay("2026-04-02")
	for _, tt := range []struct {
		name string
		do   func(h *house)
		day  audit.Day
		seq  int64
		says string
	}{
		{"a purpose is changed", func(h *house) { h.Tamper.ChangeClear(h.t, first, 5) }, first, 5, "not the one that was written"},
		{"a sealed cell is changed", func(h *house) { h.Tamper.ChangeSealed(h.t, first, 6) }, first, 6, "not the one that was written"},
		{"a trace is dated back", func(h *house) { h.Tamper.Redate(h.t, first, 7) }, first, 7, "dated before"},
		{"two traces change places", func(h *house) { h.Tamper.Swap(h.t, first, 3, 8) }, first, 3, "not the one that was written"},
		{"a trace is deleted", func(h *house) { h.Tamper.Delete(h.t, first, 4) }, first, 4, "missing"},
		{"the last trace is deleted", func(h *house) { h.Tamper.Delete(h.t, first, 11) }, first, 11, "missing"},
		{"a trace is added", func(h *house) { h.Tamper.Add(h.t, first) }, first, 12, "not written by the log"},
		{"a leaf is changed", func(h *house) { h.Tamper.ChangeHash(h.t, first, 0) }, first, 11, "stored hash"},
		{"an inner hash is changed", func(h *house) { h.Tamper.ChangeHash(h.t, first, 1) }, first, 11, "stored hash"},
		{"a closed day is cut short", func(h *house) { h.Tamper.Truncate(h.t, first, 9) }, first, 9, "9 traces where 12 were signed"},
		{"a closed day vanishes", func(h *house) { h.Tamper.Erase(h.t, first) }, first, 0, "0 traces where 12"},
		{"a day in use is cut short", func(h *house) { h.Tamper.Truncate(h.t, first+2, 4) }, first + 2, 4, "4 traces where 6 were signed"},
		{"a day in use vanishes", func(h *house) { h.Tamper.Erase(h.t, first+2) }, first + 2, 0, "0 traces where 6 were signed"},
		{"the root of a day is changed", func(h *house) { h.Tamper.ChangeRoot(h.t, first, tlog.Hash{1}) }, first, -1, "log of days is not the one signed"},
		{"the last closing is forgotten", func(h *house) { h.Tamper.ForgetClosing(h.t, first+1) }, first + 1, -1, "1 lines where 2 were signed"},
		{"an earlier closing is forgotten", func(h *house) { h.Tamper.ForgetClosing(h.t, first) }, first, -1, "starts after it"},
		{"a set of items is changed", func(h *house) {
			h.Tamper.ChangeFieldSet(h.t, audit.NewFieldSet(Reading(nil, 0).Items).ID)
		}, first, 0, "set of items"},
		{"a day is rewritten by somebody who has its key", rewrite, first + 2, 0, "not those signed"},
		{"a day is rewritten, and signed by another key", func(h *house) {
			rewrite(h)
			resign(h)
		}, first + 2, 6, "not signed by a known key"},
		{"a checkpoint is stored as one of another size", func(h *house) {
			h.restate()
		}, first + 2, 2, "says 2026-04-04 at 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, parts)
			h.record(12) // one commit each, so that a run of hashes is one trace
			h.clock.Pass(2 * 24 * hour)
			h.record(6)
			if _, err := h.log.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.verified()
			tt.do(h)
			r := h.verify()
			if r.OK() {
				t.Fatal("nothing was found")
			}
			hit := slices.IndexFunc(r.Findings, func(f audit.Finding) bool {
				return f.Day == tt.day && f.Seq == tt.seq && strings.Contains(f.What, tt.says)
			})
			if hit < 0 {
				t.Errorf("no finding at %s/%d says %q: %v", tt.day, tt.seq, tt.says, r.Findings)
			}
			if f := r.Findings[0]; f.Day < tt.day && f.Day != 0 {
				t.Errorf("an untouched day comes first: %s", f)
			}
		})
	}
	t.Run("checkpoints are all removed, and one was kept outside", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, parts)
		h.record(6)
		cp, err := h.log.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rewrite(h)
		h.Tamper.ReplaceCheckpoints(t, nil)
		if r := h.verify(); !r.OK() || r.Days[0].Signed != 0 {
			t.Errorf("the report must say that nothing is signed: %+v", r)
		}
		if r := h.verify(cp.Note); r.OK() {
			t.Error("a checkpoint kept outside found nothing")
		}
	})
}

// rewrite tells another story of the last day, with its key and good hashes.
func rewrite(h *house) {
	h.t.Helper()
	day := audit.DayOf(h.clock.Now())
	h.log.Close()
	h.Tamper.Erase(h.t, day)
	h.log = h.newLog(h.clock)
	for i := range 6 {
		if _, err := h.log.Record(h.t.Context(), Reading(malo, i)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// resign replaces the checkpoints of the last day by one of somebody else.
func resign(h *house) {
	h.t.Helper()
	day := audit.DayOf(h.clock.Now()).String()
	all, err := h.Read.Checkpoints(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	h.Tamper.ReplaceCheckpoints(h.t, slices.DeleteFunc(all, func(cp audit.Checkpoint) bool { return cp.Tree == day }))
	theirs := *h
	var seed [32]byte
	copy(seed[:], "not the key of this log")
	private, _, err := note.GenerateKey(rand.NewChaCha8(seed), h.signer.Name())
	if err != nil {
		h.t.Fatal(err)
	}
	if theirs.signer, err = note.NewSigner(private); err != nil {
		h.t.Fatal(err)
	}
	if _, err := theirs.newLog(h.clock).Checkpoint(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// restate stores the first checkpoint of today as that of one trace more.
func (h *house) restate() {
	h.t.Helper()
	all, err := h.Read.Checkpoints(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	today := audit.DayOf(h.clock.Now()).String()
	all[slices.IndexFunc(all, func(cp audit.Checkpoint) bool { return cp.Tree == today })].Size++
	h.Tamper.ReplaceCheckpoints(h.t, all)
}
