package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/policy"
)

// A node is a gate of its own, with its own connections and caches, under the table in
// force with other limits.
func (p *place) node(t *testing.T, limits policy.Limits) *dossier.Gate {
	t.Helper()
	h, err := house.At(p.at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	g, err := h.Gate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g.Put(table.Under(limits))
	return g
}

func (p *place) asksAs(t *testing.T, mission string, about dossier.Ref, items ...catalogue.ItemID) dossier.Ask {
	t.Helper()
	ask := p.ask(t, mission, "P1", about, items...)
	ask.On = examining
	return ask
}

// limitOf is the limit that an answer met, nil when it met none.
func limitOf(t *testing.T, v dossier.View, err error) *dossier.LimitError {
	t.Helper()
	var over *dossier.LimitError
	switch {
	case err == nil && len(v.Fields) == 0:
		t.Fatal("an answer without fields: nothing would be shown by it")
	case err == nil:
		return nil
	case !errors.As(err, &over):
		t.Fatal(err)
	case len(v.Fields) > 0:
		t.Errorf("a limit came with %d fields", len(v.Fields))
	}
	return over
}

// Two nodes, asked at once from everywhere, answer one mission what one node would.
func TestNodesShareOneAllowance(t *testing.T) {
	p := open(t)
	a, b, ofA, ofB := p.two(t, "2026")
	limits := policy.Limits{"R4b-exam": {Request: 5, Hour: 12, Day: 20}}
	nodes := []*dossier.Gate{p.node(t, limits), p.node(t, limits)}
	thief, neighbour := p.commission(t, "limit-shared", "2026", ofA), p.commission(t, "limit-neighbour", "2026", ofB)
	tr := p.trail(t)

	var mu sync.Mutex
	answered, stopped := 0, 0
	var wait sync.WaitGroup
	for i := range 40 {
		ask := p.asksAs(t, thief, a.ref)
		wait.Go(func() {
			v, err := nodes[i%2].Read(context.Background(), ask)
			mu.Lock()
			defer mu.Unlock()
			if over := limitOf(t, v, err); over == nil {
				answered++
			} else if stopped++; over.Kind != dossier.LimitHour || over.Most != 12 || over.Left != 0 || over.Next.Before(time.Now()) || over.Next.After(time.Now().Add(66*time.Minute)) {
				t.Errorf("stopped with %+v", over)
			}
		})
	}
	wait.Wait()
	if answered != 12 || stopped != 28 {
		t.Errorf("%d were answered and %d stopped, of 40 under a limit of 12", answered, stopped)
	}
	granted, refused := 0, 0
	for _, e := range tr.since(t) {
		switch {
		case e.Action != "read": // what clears a text of names
		case e.Decision == audit.Granted:
			granted++
		case e.Decision == audit.Refused && e.Rule == "limit: 12 files an hour" && e.Candidate == a.ref.String():
			refused++
		}
	}
	if granted != 12 || refused != 28 {
		t.Errorf("the traces say %d granted and %d refused by the limit", granted, refused)
	}
	// Whoever sits on the next jury has all of theirs.
	for range 12 {
		v, err := nodes[0].Read(t.Context(), p.asksAs(t, neighbour, b.ref))
		if over := limitOf(t, v, err); over != nil {
			t.Fatalf("a neighbour is stopped: %v", over)
		}
	}
	// A date that is stated, in a demonstration too, brings no other day.
	ask := p.asksAs(t, thief, a.ref)
	ask.On = examining.AddDate(0, 0, 1)
	v, err := nodes[1].Read(t.Context(), ask)
	if limitOf(t, v, err) == nil {
		t.Error("whoever states tomorrow has tomorrow's files")
	}
}

// Reading all day and all night, with a credential of somebody else's, gives as many files
// as the sheet says for a day, and no more in any hour than it says for one.
func TestAStolenCredentialReadsAsManyFilesAsADayHas(t *testing.T) {
	p := open(t)
	a, _, ofA, _ := p.two(t, "2026")
	g := p.node(t, policy.Limits{"R4b-exam": {Request: 1, Hour: 7, Day: 30}})
	// The night on which clocks go back: a day of 25 hours, long ago.
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 10, 27, 0, 0, 0, 0, paris)
	end := time.Date(2024, 10, 28, 0, 0, 0, 0, paris)
	g.Now = func() time.Time { return now }
	ask := p.asksAs(t, p.commission(t, "limit-stolen", "2026", ofA), a.ref)
	var when []time.Time
	for ; now.Before(end); now = now.Add(10 * time.Minute) {
		for range 4 {
			v, err := g.Read(t.Context(), ask)
			over := limitOf(t, v, err)
			if over == nil {
				when = append(when, now)
				continue
			}
			if len(when) == 30 && !over.Next.Equal(end) {
				t.Errorf("the day is used up, and more is promised at %s", over.Next)
			}
			break
		}
	}
	if len(when) != 30 {
		t.Errorf("%d files were read in a day of 30", len(when))
	}
	for i, from := range when {
		n := 0
		for _, w := range when[i:] {
			if w.Before(from.Add(time.Hour)) {
				n++
			}
		}
		if n > 7 {
			t.Errorf("%d files were read in the hour after %s", n, from)
		}
	}
	now = end
	v, err := g.Read(t.Context(), ask)
	if over := limitOf(t, v, err); over != nil {
		t.Errorf("at midnight: %v", over)
	}
}

// A list counts each row, and a page that would pass the limit is refused whole.
func TestAPageCountsItsRows(t *testing.T) {
	l := openLists(t)
	s, files := l.busiest(t)
	if len(files) < 5 {
		t.Fatalf("the busiest scope has %d files", len(files))
	}
	exam := catalogue.RecipientID("R4b-exam")
	mission := "limit-pages"
	l.give(t, mission, exam, dossier.MissionScopes{Programmes: []string{s.ID}})
	g := l.node(t, policy.Limits{exam: {Request: 3, Hour: 8, Day: 8}})
	tr := l.trail(t)
	ask := l.listAsk(t, mission, s)

	// Who asks for more than a request may have gets a page that goes on.
	ask.Limit = 200
	page, err := g.List(t.Context(), ask)
	if err != nil || len(page.Rows) != 3 || page.Most != 3 || page.Next == (dossier.FileNo{}) {
		t.Fatalf("a page of %d rows, %d at most, %v", len(page.Rows), page.Most, err)
	}
	// Numbers alone count: three are gone, and with these six.
	ask.Items, ask.Limit, ask.After = []catalogue.ItemID{"A12.03"}, 3, page.Next
	if page, err = g.List(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	tr.since(t)
	ask.After = dossier.FileNo{}
	page, err = g.List(t.Context(), ask)
	var over *dossier.LimitError
	if !errors.As(err, &over) || len(page.Rows) > 0 {
		t.Fatalf("a page of %d rows, %v", len(page.Rows), err)
	}
	if over.Asked != 3 || over.Left != 2 || over.Kind != dossier.LimitDay || !strings.Contains(over.Error(), "8 files a day: 3 were asked for, 2 are left") {
		t.Errorf("it says %q", over)
	}
	traced := tr.since(t)
	if len(traced) != 1 || traced[0].Decision != audit.Refused || traced[0].Rule != "limit: 8 files a day" || traced[0].Action != dossier.ActionList {
		t.Errorf("the traces say %+v", traced)
	}
	ask.Limit = over.Left
	if page, err = g.List(t.Context(), ask); err != nil || len(page.Rows) != 2 {
		t.Errorf("what is left: %d rows, %v", len(page.Rows), err)
	}
	// Another table, of which none is left.
	none := l.node(t, policy.Limits{exam: {Export: 100}})
	if _, err := none.List(t.Context(), ask); !errors.As(err, &over) || over.Kind != dossier.LimitRequest || over.After() != 0 {
		t.Errorf("of a limit of none: %v", err)
	}
}

// Whoever has too few files left for the page that they ask for learns nothing of its scope:
// not where files lie between the numbers, nor how many. And no page is free.
func TestAPageBeyondTheLimitTellsNothingOfItsScope(t *testing.T) {
	l := openLists(t)
	s, files := l.busiest(t)
	exam := catalogue.RecipientID("R4b-exam")
	l.give(t, "limit-bisects", exam, dossier.MissionScopes{Programmes: []string{s.ID}})
	ask := l.listAsk(t, "limit-bisects", s)
	var numbers []dossier.FileNo
	for _, one := range files {
		numbers = append(numbers, l.number(t, s, one))
	}
	slices.SortFunc(numbers, func(a, b dossier.FileNo) int { return bytes.Compare(a[:], b[:]) })
	last := numbers[len(numbers)-1]
	behind := append(slices.Clone(numbers), dossier.FileNo{}, dossier.FileNo(bytes.Repeat([]byte{0xff}, 16)))
	beyond := func(g *dossier.Gate, page, asked int, left string) {
		t.Helper()
		ask.Limit = page
		said := map[string]bool{}
		for _, ask.After = range behind {
			p, err := g.List(t.Context(), ask)
			var over *dossier.LimitError
			if !errors.As(err, &over) || over.Asked != asked || len(p.Rows) > 0 {
				t.Fatalf("a page of %d with %s: %d rows, %v", page, left, len(p.Rows), err)
			}
			said[over.Error()] = true
		}
		if len(said) != 1 {
			t.Errorf("with %s, places of a list are told apart: %v", left, said)
		}
	}

	g := l.node(t, policy.Limits{exam: {Request: 3, Hour: 4, Day: 4}})
	ask.Limit = 3
	if page, err := g.List(t.Context(), ask); err != nil || len(page.Rows) != 3 {
		t.Fatalf("%d rows, %v", len(page.Rows), err)
	}
	beyond(g, 200, 3, "one left")
	beyond(g, 2, 2, "one left")
	// It is there all the same, and a page behind the last file takes it.
	ask.Limit, ask.After = 1, last
	if page, err := g.List(t.Context(), ask); err != nil || len(page.Rows) != 0 || page.Next != (dossier.FileNo{}) {
		t.Fatalf("behind the last file: %d rows, %v", len(page.Rows), err)
	}
	beyond(g, 1, 1, "none left")
	beyond(g, 200, 3, "none left")

	// What another request takes meanwhile tells no more.
	g = l.node(t, policy.Limits{exam: {Request: 3, Hour: 7, Day: 7}})
	g.Allowances = &hasty{Allowances: g.Allowances}
	ask.Limit, ask.After = 3, dossier.FileNo{}
	var over *dossier.LimitError
	if _, err := g.List(t.Context(), ask); !errors.As(err, &over) || over.Asked != 3 {
		t.Errorf("beside a request that takes the rest: %v", err)
	}
}

// hasty has another request take what is left as soon as a page has begun.
type hasty struct{ dossier.Allowances }

func (h *hasty) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	s, err := h.Allowances.Spend(ctx, c)
	if c.Files == 1 {
		c.Limit.Hour, c.Limit.Day = 7, 7
		for more := (dossier.Spent{Taken: true}); more.Taken && err == nil; {
			more, err = h.Allowances.Spend(ctx, c)
		}
	}
	return s, err
}

// What the table refuses is charged as no file. But each refusal counts, and whoever is
// refused as often as nobody mistypes is told nothing more, right or wrong.
func TestWhoIsRefusedTooOftenIsToldNothingMore(t *testing.T) {
	p := open(t)
	a, b, ofA, _ := p.two(t, "2026")
	g := p.node(t, policy.Limits{"R4b-exam": {Request: 1, Hour: 20, Day: 20}})
	mission := p.commission(t, "limit-guesses", "2026", ofA)
	theirs, others := p.asksAs(t, mission, a.ref), p.asksAs(t, mission, b.ref)
	named := p.asksAs(t, mission, a.ref, "A12.03", "A01.06")
	var refused *dossier.Refusal
	for i := range 60 {
		ask := others
		if i%2 == 0 {
			ask = named
		}
		if _, err := g.Read(t.Context(), ask); !errors.As(err, &refused) {
			t.Fatalf("refusal %d: %v", i, err)
		}
	}
	for name, ask := range map[string]dossier.Ask{"of another programme": others, "of their own": theirs} {
		v, err := g.Read(t.Context(), ask)
		if over := limitOf(t, v, err); over == nil || over.Kind != dossier.LimitRefusals || over.Next.IsZero() {
			t.Errorf("a file %s, after sixty refusals: %v", name, err)
		}
	}
	// Under another number of refusals none of them was a file.
	g = p.node(t, policy.Limits{"R4b-exam": {Request: 1, Hour: 61, Day: 61}})
	for i := range 61 {
		v, err := g.Read(t.Context(), theirs)
		if over := limitOf(t, v, err); over != nil {
			t.Fatalf("file %d of 61: %v", i, over)
		}
	}
}

// A look-up counts as a file when it finds one. Where none is left, a value that somebody
// has and one that nobody has are answered alike.
func TestALookUpTellsNothingBeyondTheLimit(t *testing.T) {
	p := open(t)
	i := slices.IndexFunc(p.people, func(one *person) bool { return one.campaign == "2026" && text(one.values["ine"]) != "" })
	if i < 0 {
		t.Fatal("nobody has an INE")
	}
	one := p.people[i]
	g := p.node(t, policy.Limits{"R3a": {Request: 1, Hour: 2, Day: 2}})
	school := text(records(one, "per_school_year")[0]["school_information"])
	err := p.GiveMissions(t.Context(), []dossier.MissionOrder{{Mission: "limit-finds", Campaign: "2026", Recipient: "R3a", Organisation: school,
		Scopes: dossier.MissionScopes{Schools: []string{school}}, Until: "2029-12-31"}})
	if err != nil {
		t.Fatal(err)
	}
	ask := p.ask(t, "limit-finds", "P1", dossier.Ref{})
	ask.On = examining
	for range 2 {
		if ref, _, err := g.Find(t.Context(), ask, "ine", text(one.values["ine"])); err != nil || ref != one.ref {
			t.Fatalf("found %v, %v", ref == one.ref, err)
		}
	}
	said := map[string]bool{}
	for _, ine := range []string{text(one.values["ine"]), "999999999ZZ"} {
		ref, _, err := g.Find(t.Context(), ask, "ine", ine)
		var over *dossier.LimitError
		if ref != (dossier.Ref{}) || !errors.As(err, &over) {
			t.Fatalf("found %v, %v", ref, err)
		}
		said[over.Error()] = true
	}
	if len(said) != 1 {
		t.Errorf("a value that somebody has and one that nobody has are told apart: %v", said)
	}
}

// A stage stands in for parts of a gate and keeps the order in which they are asked.
type stage struct {
	dossier.Allowances
	dossier.Recorder
	mu             sync.Mutex
	order          []string
	noCount, noLog error
}

func (s *stage) did(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = append(s.order, what)
}

func (s *stage) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	s.did("charge")
	if s.noCount != nil {
		return dossier.Spent{}, s.noCount
	}
	return s.Allowances.Spend(ctx, c)
}

func (s *stage) Record(ctx context.Context, events ...audit.Event) ([]audit.Receipt, error) {
	for _, e := range events {
		s.did(e.Decision)
	}
	if s.noLog != nil {
		return nil, s.noLog
	}
	return s.Recorder.Record(ctx, events...)
}

// The charge comes before the trace. Where it cannot be made nothing is answered, and
// where the trace then fails it stays.
func TestTheChargeComesFirstAndStays(t *testing.T) {
	p := open(t)
	a, _, ofA, _ := p.two(t, "2026")
	g := p.node(t, policy.Limits{"R4b-exam": {Request: 1, Hour: 3, Day: 3}})
	s := &stage{Allowances: g.Allowances, Recorder: g.Traces}
	g.Allowances, g.Traces = s, s
	ask := p.asksAs(t, p.commission(t, "limit-order", "2026", ofA), a.ref, "A12.03")
	if _, err := g.Read(t.Context(), ask); err != nil || fmt.Sprint(s.order) != "[charge granted]" {
		t.Errorf("%v, in the order %v", err, s.order)
	}
	s.order, s.noCount = nil, dossier.ErrUnavailable
	if v, err := g.Read(t.Context(), ask); !errors.Is(err, dossier.ErrUnavailable) || len(v.Fields) > 0 || fmt.Sprint(s.order) != "[charge]" {
		t.Errorf("without a count: %d fields, %v, in the order %v", len(v.Fields), err, s.order)
	}
	if _, err := g.Read(t.Context(), p.asksAs(t, ask.Mission, a.ref, "A01.06")); !errors.Is(err, dossier.ErrUnavailable) {
		t.Errorf("a refusal that cannot be counted: %v", err)
	}
	s.noCount, s.noLog = nil, errors.New("the log is away")
	for range 2 {
		if v, err := g.Read(t.Context(), ask); !errors.Is(err, dossier.ErrNotTraced) || len(v.Fields) > 0 {
			t.Errorf("without a trace: %d fields, %v", len(v.Fields), err)
		}
	}
	s.order, s.noLog = nil, nil
	v, err := g.Read(t.Context(), ask)
	if over := limitOf(t, v, err); over == nil {
		t.Error("files that were not traced are not counted: whoever breaks the log reads on")
	}
	if fmt.Sprint(s.order) != "[charge refused]" {
		t.Errorf("a limit is met in the order %v", s.order)
	}
	g.Allowances = nil
	if v, err := g.Read(t.Context(), ask); err == nil || len(v.Fields) > 0 {
		t.Error("a gate that counts nowhere answers")
	}
}

// Whoever copies the count learns of nobody when they worked.
func TestTheCountNamesNobody(t *testing.T) {
	p := open(t)
	a, _, ofA, _ := p.two(t, "2026")
	mission := p.commission(t, "limit-nameless", "2026", ofA)
	if _, err := p.gate.Read(t.Context(), p.asksAs(t, mission, a.ref)); err != nil {
		t.Fatal(err)
	}
	var rows, named int
	err := p.owner["data"].QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE EXISTS (
			SELECT FROM mission m WHERE a.holder IN (m.agent_unit, m.mission::bytea) OR position(a.holder IN m.credential) > 0)
			OR EXISTS (SELECT FROM account c WHERE c.unit = a.holder) OR EXISTS (SELECT FROM routing r WHERE r.ref_tag = a.holder)
			OR EXISTS (SELECT FROM fact f WHERE f.tag = a.holder))
		FROM allowance a`).Scan(&rows, &named)
	if err != nil || rows == 0 || named > 0 {
		t.Errorf("of %d rows %d lead to somebody, %v", rows, named, err)
	}
}
