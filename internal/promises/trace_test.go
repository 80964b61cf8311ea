package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/traces"
)

// A trail reads traces back, as the identity that may.
type trail struct {
	*audit.Reader
	seen map[string]bool
}

func (p *place) trail(t testing.TB) *trail {
	t.Helper()
	keys := p.vaultAs(t, "trace-read")
	dsn, err := p.at.DSN(parts.Audit, "sceau_trace_read")
	if err != nil {
		t.Fatal(err)
	}
	store, err := traces.OpenReader(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	tr := &trail{&audit.Reader{Store: store, Keys: keys, DayKey: crypto.DayKey, Now: time.Now}, map[string]bool{}}
	tr.since(t)
	return tr
}

// since are the traces written since it was last asked.
func (tr *trail) since(t testing.TB) (fresh []audit.Entry) {
	t.Helper()
	today := audit.DayOf(time.Now())
	for e, err := range tr.Between(context.Background(), today-1, today, audit.Selection{}) {
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("%s/%d", e.Day, e.Seq)
		if !tr.seen[key] {
			tr.seen[key] = true
			fresh = append(fresh, e)
		}
	}
	return fresh
}

// told is what a trace must say.
type told struct {
	decision, action, recipient, agent string
	candidate                          dossier.Ref
	items                              []catalogue.ItemID
}

func (p *place) wantTraces(t testing.TB, tr *trail, what string, want ...told) []audit.Entry {
	t.Helper()
	got := tr.since(t)
	if len(got) != len(want) {
		var list []string
		for _, e := range got {
			list = append(list, fmt.Sprintf("%s %s %v", e.Decision, e.Action, e.Items))
		}
		t.Errorf("%s: %d traces, want %d: %v", what, len(got), len(want), list)
		return got
	}
	for i, w := range want {
		e := got[i]
		agent, err := tr.Agent(context.Background(), e.Row)
		if err != nil {
			t.Fatal(err)
		}
		candidate := ""
		if w.candidate != (dossier.Ref{}) {
			candidate = w.candidate.String()
		}
		slices.Sort(w.items)
		if e.Decision != w.decision || e.Action != w.action || e.Recipient != w.recipient || agent != w.agent ||
			e.Candidate != candidate || !slices.Equal(e.Items, slices.Compact(w.items)) {
			t.Errorf("%s: a trace says %s %s by %s of items %v, want %s %s by %s of %v (agent as wanted %t, candidate %t)", what,
				e.Decision, e.Action, e.Recipient, e.Items, w.decision, w.action, w.recipient, w.items, agent == w.agent, e.Candidate == candidate)
		}
	}
	return got
}

func TestEachAccessHasOneTraceThatSaysWhatItWas(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	a, b, ofA, _ := p.two(t, "2026")
	exam := p.commission(t, "traced", "2026", ofA)
	self := a.accounts[0]
	tr := p.trail(t)
	examAsk := func(about *person, items ...catalogue.ItemID) dossier.Ask {
		ask := p.ask(t, exam, "P1", about.ref, items...)
		ask.On = examining
		return ask
	}
	granted := func(v dossier.View, err error) []catalogue.ItemID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var items []catalogue.ItemID
		for _, f := range v.Fields {
			if !slices.Contains(items, f.Item) {
				items = append(items, f.Item)
			}
		}
		return items
	}
	refused := func(v dossier.View, err error) {
		t.Helper()
		var r *dossier.Refusal
		if !errors.As(err, &r) || len(v.Fields) > 0 {
			t.Fatalf("%d fields and %v, want a refusal", len(v.Fields), err)
		}
	}

	items := granted(p.read(t, self, "A01.06", "A13.01", "A02.01"))
	p.wantTraces(t, tr, "two items of one's own", told{"granted", "read", "S1", self, a.ref, []catalogue.ItemID{"A01.06", "A02.01", "A13.01"}})
	if len(items) != 3 {
		t.Errorf("%v were answered", items)
	}

	v, err := p.read(t, self)
	items = granted(v, err)
	got := p.wantTraces(t, tr, "all of one's own", told{"granted", "read", "S1", self, a.ref, items})
	if len(items) < 100 || len(got) == 1 && got[0].Request != v.Request {
		t.Errorf("%d items; the trace has the reference that was answered: %t", len(items), got[0].Request == v.Request)
	}

	v, err = p.gate.Read(ctx, examAsk(a, "A08.08"))
	items = granted(v, err)
	p.wantTraces(t, tr, "a commission", told{"granted", "read", "R4b-exam", exam, a.ref, items})

	refused(p.gate.Read(ctx, examAsk(a, "A01.06")))
	p.wantTraces(t, tr, "an item too many", told{"refused", "read", "R4b-exam", exam, a.ref, []catalogue.ItemID{"A01.06"}})

	refused(p.gate.Read(ctx, examAsk(a, "A08.08", "A07.03")))
	p.wantTraces(t, tr, "all or nothing", told{"refused", "read", "R4b-exam", exam, a.ref, []catalogue.ItemID{"A07.03", "A08.08"}})

	refused(p.gate.Read(ctx, examAsk(b, "A08.08")))
	p.wantTraces(t, tr, "somebody else's candidate", told{"refused", "read", "R4b-exam", exam, b.ref, []catalogue.ItemID{"A08.08"}})

	refused(p.read2(t, self, b.ref, "A01.06"))
	p.wantTraces(t, tr, "another candidate's file", told{"refused", "read", "S1", self, b.ref, []catalogue.ItemID{"A01.06"}})

	// Who has no credential is nobody, and leaves a trace all the same.
	ask := examAsk(a, "A08.08")
	ask.Credential = dossier.NewCredential()
	if _, err := p.gate.Read(ctx, ask); !errors.Is(err, dossier.ErrNoSuchMission) {
		t.Errorf("another credential: %v", err)
	}
	p.wantTraces(t, tr, "a guess", told{"refused", "read", "X4", exam, a.ref, []catalogue.ItemID{"A08.08"}})

	if _, err := p.gate.Read(ctx, p.ask(t, exam, "P1", crypto.NewUnitID(), "A08.08")); !errors.Is(err, dossier.ErrNoSuchCandidate) {
		t.Errorf("a reference to nobody: %v", err)
	}
	if got := tr.since(t); len(got) != 1 || got[0].Decision != "refused" {
		t.Errorf("a reference to nobody: %d traces", len(got))
	}

	// Looking a value up is an access to it.
	mail := text(a.values["email"])
	support := p.ask(t, "dgesip", "P1", dossier.Ref{})
	ref, _, err := p.gate.Find(ctx, support, "email", mail)
	fresh := tr.since(t)
	if len(fresh) == 0 || slices.ContainsFunc(fresh, func(e audit.Entry) bool {
		return e.Action != "find" || !slices.Equal(e.Items, []catalogue.ItemID{"A01.19"})
	}) {
		t.Errorf("a look-up that found %t, %v: %d traces", ref == a.ref, err, len(fresh))
	}
	if _, _, err := p.gate.Find(ctx, support, "email", "nobody@example.org"); err == nil {
		t.Error("nobody was found")
	}
	if fresh := tr.since(t); len(fresh) != 1 || fresh[0].Decision != "refused" || fresh[0].Candidate != "" {
		t.Errorf("a look-up in vain: %d traces", len(fresh))
	}
}

// read2 is what an account is answered about a file that may be another's.
func (p *place) read2(t testing.TB, account string, about dossier.Ref, items ...catalogue.ItemID) (dossier.View, error) {
	t.Helper()
	return p.gate.Read(context.Background(), p.ask(t, account, "P1", about, items...))
}

func TestAnOpeningThatFailedIsSaidAfterwards(t *testing.T) {
	l := loadLedger(t, open(t))
	c := l.byItem["identity_other.last_name"][0]
	tr := l.trail(t)
	forged := append([]byte(nil), c.bytes()...)
	forged[len(forged)-1] ^= 1
	l.put(t, c, forged)
	l.sealed(t, "a forged cell", c)
	l.put(t, c, c.bytes())
	say := told{"granted", "read", "S1", c.account(), c.owner.ref, []catalogue.ItemID{"A01.06"}}
	failed := say
	failed.decision = "failed"
	got := l.wantTraces(t, tr, "a forged cell", say, failed)
	if len(got) == 2 && (got[0].Request != got[1].Request || got[1].Rule != "does-not-open") {
		t.Errorf("the outcome says %q, of the same request %t", got[1].Rule, got[0].Request == got[1].Request)
	}
}

// Without a trace nothing opens and nothing enters; with the audit cluster back, both
// do, and no process was started anew.
func TestWithTheAuditClusterAwayNothingOpens(t *testing.T) {
	p := open(t)
	if p.at.Folders() == nil {
		t.Fatal("the clusters are not ours to stop")
	}
	ctx := context.Background()
	one := p.people[3]
	if _, err := p.read(t, one.accounts[0]); err != nil {
		t.Fatal(err) // what it takes to open is in the cache
	}
	rows := func() (n int) {
		for _, table := range p.Catalogue.Tables() {
			var of int
			if err := p.owner["data"].QueryRow(ctx, "SELECT count(*) FROM "+ident(table.Name)).Scan(&of); err != nil {
				t.Fatal(err)
			}
			n += of
		}
		return n
	}
	lines, err := invent(ctx, 1, 987, false)
	if err != nil {
		t.Fatal(err)
	}
	// Another process, which has opened somebody else: of this one it holds nothing.
	elsewhere, err := house.At(p.at)
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	gate, err := elsewhere.Gate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	asks := func(of *person) error {
		_, err := gate.Read(ctx, p.ask(t, of.accounts[0], "P1", of.ref, "A01.06"))
		return err
	}
	if err := asks(p.people[4]); err != nil {
		t.Fatal(err)
	}
	opened := p.openings(t)
	before := rows()
	if err := parts.Stop(ctx, p.home, parts.Audit); err != nil {
		t.Fatal(err)
	}
	back := func() {
		if err := parts.Start(ctx, p.home, parts.Audit); err != nil {
			t.Fatal(err)
		}
	}
	stopped := true
	defer func() {
		if stopped {
			back()
		}
	}()
	for _, items := range [][]catalogue.ItemID{nil, {"A01.06"}, {"A13.01", "A01.06"}} {
		v, err := p.read(t, one.accounts[0], items...)
		if !errors.Is(err, dossier.ErrNotTraced) || len(v.Fields) > 0 || v.File != "" {
			t.Errorf("%v: %d fields and %v, want %v", items, len(v.Fields), err, dossier.ErrNotTraced)
		}
	}
	if err := asks(one); !errors.Is(err, dossier.ErrNotTraced) {
		t.Errorf("read elsewhere: %v, want %v", err, dossier.ErrNotTraced)
	}
	if n := p.openings(t); n != opened {
		t.Errorf("Vault was asked to open %d secrets of persons before any trace", n-opened)
	}
	// A refusal stays one, and says that it could not be traced.
	_, err = p.read2(t, one.accounts[0], p.people[4].ref, "A01.06")
	var refusal *dossier.Refusal
	if !errors.As(err, &refusal) || !errors.Is(err, dossier.ErrNotTraced) {
		t.Errorf("another's file: %v", err)
	}
	if _, _, err := p.gate.Find(ctx, p.ask(t, "dgesip", "P1", dossier.Ref{}), "email", text(one.values["email"])); !errors.Is(err, dossier.ErrNotTraced) {
		t.Errorf("a look-up: %v, want %v", err, dossier.ErrNotTraced)
	}
	entry, err := p.intake.Create(ctx, "2026", lines[0])
	if !errors.Is(err, dossier.ErrNotTraced) || entry.Ref != (dossier.Ref{}) {
		t.Errorf("a dossier entered: %v, want %v", err, dossier.ErrNotTraced)
	}
	back()
	stopped = false
	if n := rows(); n != before {
		t.Errorf("%d rows were written without a trace", n-before)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, err := p.read(t, one.accounts[0], "A01.06")
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with the traces back, nothing opens: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err := asks(one); err != nil || p.openings(t) == opened {
		t.Errorf("with the traces back, Vault is asked nothing: %v", err)
	}
	report, err := p.Verify(ctx)
	if err != nil {
		t.Fatalf("the traces do not verify: %v", err)
	}
	if text := fmt.Sprintf("%+v", report); strings.Contains(text, "divergent") {
		t.Log(text)
	}
}

// openings counts how often Vault was asked to open the secret of a person.
func (p *place) openings(t testing.TB) int {
	t.Helper()
	trail, err := os.ReadFile(vaultserver.Place{Dir: filepath.Join(p.home, "vault")}.AuditFile())
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(trail, []byte(`/decrypt/`+crypto.KeyPrefix(crypto.RolePerson, "")))
}
