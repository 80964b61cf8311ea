package promises_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/core"
	"sceau/core/run"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/postgres/runs"
)

// projectable makes a campaign whose files are being examined today, with people in it.
func projectable(t *testing.T, p *place, campaign string, n int, seed uint64) []*person {
	t.Helper()
	in := p.campaignIntake(t, campaign)
	lines, err := invent(t.Context(), n, seed, n >= 60)
	if err != nil {
		t.Fatal(err)
	}
	people, err := takeIn(t.Context(), in, campaign, lines)
	if err != nil {
		t.Fatal(err)
	}
	register, err := p.Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := register.SetCalendar(t.Context(), campaign, dossier.Calendar{"PH3": time.Now().AddDate(0, 0, -10)}); err != nil {
		t.Fatal(err)
	}
	return people
}

// project projects a campaign, and opens as the core what came out.
func (p *place) project(t *testing.T, campaign string) (run.Run, *view.View) {
	t.Helper()
	out, err := p.Project(t.Context(), campaign, "operator", nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.OpenView(t.Context(), out.Run)
	if err != nil {
		t.Fatal(err)
	}
	return out.Run, v
}

// telling is what a view tells of each person, without the pseudonym, in words.
func telling(v *view.View) (all []string) {
	for i, person := range v.Persons {
		text := fmt.Sprintf("bursary %t track %d pool %d", person.Bursary, person.Track, person.Pool)
		for _, w := range v.Of(core.Candidate(i)) {
			group := ""
			if w.Group != view.NoGroup {
				group = v.Groups[w.Group]
			}
			text += fmt.Sprintf("\n%s boarding %t selective %t sector %t confirmed %t complete %t group %q ranks %d %d %d %d band %d answer %d in time %t board %d type %d",
				v.Programmes[w.Programme], w.Boarding, w.Selective, w.Resident, w.Confirmed, w.Complete, group,
				w.PedagogicalRank, w.CallOrderRank, w.WaitingListRank, w.PreferenceRank, w.Band, w.Answer, w.InTime, w.Institution, w.Type)
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// record is one record of a line, as it was sent in.
type record map[string]json.RawMessage

func (r record) text(name string) string {
	var s string
	if json.Unmarshal(r[name], &s) == nil {
		return s
	}
	return string(r[name])
}

func (r record) has(name string) bool { return len(r[name]) > 0 && string(r[name]) != "null" }

func (r record) number(t *testing.T, name string) (n float64) {
	t.Helper()
	if r.has(name) {
		if err := json.Unmarshal(r[name], &n); err != nil {
			t.Fatalf("%s is no number: %v", name, err)
		}
	}
	return n
}

// expected draws the same forms from the line that was sent in, by other means.
func expected(t *testing.T, p *place, one *person) string {
	t.Helper()
	self := record(one.values)
	list := func(name string) (all []record) {
		if self.has(name) {
			if err := json.Unmarshal(self[name], &all); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
	index := func(words, word string) int { return slices.Index(strings.Split(words, "|"), word) + 1 }
	track := 1
	switch s := self.text("bac_series"); {
	case !self.has("bac_series"), s == "étrangère":
		track = 0
	case s == "professionnelle":
		track = 3
	case strings.HasPrefix(s, "ST"), s == "S2TMD":
		track = 2
	}
	pool := 0
	wishes := list("per_wish")
	wishes = slices.DeleteFunc(wishes, func(w record) bool { return w.text("application_state") == "annulé" })
	if slices.ContainsFunc(wishes, func(w record) bool { return w.text("boarding_requested") == "true" }) {
		pool = 3
		if self.has("sex") {
			pool = index("F|M", self.text("sex"))
		}
	}
	slices.SortStableFunc(wishes, func(a, b record) int {
		if c := strings.Compare(a.text("wish_target_programme"), b.text("wish_target_programme")); c != 0 {
			return c
		}
		return strings.Compare(fmt.Sprint(a.text("boarding_requested") == "true"), fmt.Sprint(b.text("boarding_requested") == "true"))
	})
	seen := map[string]bool{}
	wishes = slices.DeleteFunc(wishes, func(w record) bool { // named twice, it is the first
		key := w.text("wish_target_programme") + fmt.Sprint(w.text("boarding_requested") == "true")
		defer func() { seen[key] = true }()
		return seen[key]
	})
	text := fmt.Sprintf("bursary %t track %d pool %d", self.number(t, "lycee_bursary_step") > 0 || self.number(t, "higher_education_bursary_shares") > 0, track, pool)
	for _, w := range wishes {
		programme := w.text("wish_target_programme")
		academy := p.reference.Programmes[programme].Academy
		sector := self.text("academy_of_residence") == academy
		for _, r := range list("per_request") {
			sector = sector || r.text("assimilation_status") == "acceptée" && r.text("requested_academy") == academy
		}
		boarding, band := w.text("boarding_requested") == "true", 0
		if boarding && w.has("home_programme_distance") {
			km := w.number(t, "home_programme_distance")
			band = 1
			for _, from := range []float64{10, 30, 100, 300} {
				if km >= from {
					band++
				}
			}
		}
		state := w.text("application_state")
		group := ""
		if w.has("ranking_group_label") {
			group = w.text("ranking_group_label")
		}
		text += fmt.Sprintf("\n%s boarding %t selective %t sector %t confirmed %t complete %t group %q ranks %d %d %d %d band %d answer %d in time %t board %d type %d",
			programme, boarding, w.text("application_selectivity") == "true", sector, w.has("wish_confirmation_date"), state == "complet" || state == "confirmé", group,
			int(w.number(t, "application_ranking")), int(w.number(t, "group_rank")), int(w.number(t, "waiting_list_rank")), 0, band,
			index("accepte|accepte et maintient|renonce|sans réponse", w.text("candidate_answer")), w.has("candidate_answer_date"),
			index("oui|oui_si|en_attente|non", w.text("institution_answer")),
			index("principale|complémentaire|apprentissage|CAES|directe", w.text("admission_nature")))
	}
	return text
}

func TestTheCoreIsToldTheFormsOfTheAnnexAndNothingElse(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "told", 120, 4242)
	_, v := p.project(t, "told")
	var want []string
	for _, one := range people {
		want = append(want, expected(t, p, one))
	}
	slices.Sort(want)
	got := telling(v)
	if len(got) != len(want) {
		t.Fatalf("%d persons in the view, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the view tells\n%s\nwhere the files say\n%s", got[i], want[i])
		}
	}
	forms := map[string]int{}
	for _, w := range v.Wishes {
		for name, there := range map[string]bool{"boarding": w.Boarding, "sector": w.Resident, "no sector": !w.Resident, "band": w.Band > 0, "rank": w.PedagogicalRank > 0, "answer": w.Answer > 0} {
			if there {
				forms[name]++
			}
		}
	}
	if len(forms) < 6 {
		t.Errorf("only these forms occur: %v: this proves little", forms)
	}
	t.Logf("%d persons and %d wishes as sent in: %v", len(got), len(v.Wishes), forms)
}

func TestADumpTellsNoPseudonymAndNoWishOfARun(t *testing.T) {
	p := open(t)
	projectable(t, p, "dumped", 30, 77)
	r, v := p.project(t, "dumped")
	dumps, err := p.dumps(t.Context(), "data", "keyring", "audit")
	if err != nil {
		t.Fatal(err)
	}
	lies := [][]byte{dumps}
	for _, folder := range []string{"runs", "blobs"} {
		err := filepath.WalkDir(p.Path(folder), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var b []byte
				if b, err = os.ReadFile(path); err == nil {
					lies = append(lies, b)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	anywhere := func(b []byte) bool {
		return slices.ContainsFunc(lies, func(in []byte) bool { return bytes.Contains(in, b) })
	}
	// The control: what is there in clear is found.
	if !anywhere([]byte(r.Input.Digest.String())) {
		t.Fatal("the digest of the run is not found where it lies in clear: this proves nothing")
	}
	for _, person := range v.Persons {
		if anywhere(person.Pseudonym[:]) || anywhere([]byte(hex.EncodeToString(person.Pseudonym[:]))) {
			t.Fatal("a pseudonym lies in clear")
		}
	}
	if anywhere([]byte("sceau view")) {
		t.Error("a view lies in clear")
	}
	// Two files of equal sizes could still tell whose is which by their names.
	if strings.Contains(r.Input.Name, "dumped") || strings.Contains(r.Input.Name, r.ID) {
		t.Error("the name of a run file says whose it is")
	}
}

// A spy notes what is selected before it selects it.
type spy struct {
	dossier.CoreRows
	layout *dossier.Layout
	mu     sync.Mutex
	seen   map[catalogue.ItemID]int
}

func (s *spy) Cells(ctx context.Context, campaign string, selections []dossier.Selection) ([][]dossier.SealedRow, error) {
	s.mu.Lock()
	for _, sel := range selections {
		plan := s.layout.Plan(sel.Table)
		for _, c := range sel.Columns {
			s.seen[plan.Items[c]] += len(sel.Units)
		}
	}
	s.mu.Unlock()
	return s.CoreRows.Cells(ctx, campaign, selections)
}

func TestNoColumnIsSelectedThatTheCoreDoesNotNeed(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "minimal", 60, 9)
	projection, err := p.Projection(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &spy{CoreRows: projection.Rows, layout: p.Layout, seen: map[catalogue.ItemID]int{}}
	projection.Rows = s
	if _, err := projection.Project(t.Context(), "minimal", "a-run", "operator"); err != nil {
		t.Fatal(err)
	}
	for id := range s.seen {
		it, _ := p.Catalogue.Item(id)
		if !it.CoreNeed {
			t.Errorf("%s was selected, and the core does not need it", id)
		}
	}
	boarders := 0
	for _, one := range people {
		var wishes []record
		if err := json.Unmarshal(one.values["per_wish"], &wishes); err == nil && slices.ContainsFunc(wishes, func(w record) bool { return w.text("boarding_requested") == "true" }) {
			boarders++
		}
	}
	// The control: what is needed was selected, of everybody, and what depends on boarding
	// of who asks for it.
	if s.seen["A15.X1"] != len(people) || s.seen["A12.03"] != len(people) {
		t.Errorf("the programmes asked for were selected of %d of %d", s.seen["A15.X1"], len(people))
	}
	if boarders == 0 || boarders == len(people) || s.seen["A01.09"] != boarders || s.seen["A15.03"] != boarders {
		t.Errorf("the sex of %d and distances of %d were selected; %d of %d ask for boarding", s.seen["A01.09"], s.seen["A15.03"], boarders, len(people))
	}
	if s.seen["A15.13"] != 0 {
		t.Errorf("the preferences of %d were selected, and nobody's responder is on", s.seen["A15.13"])
	}
	// The database says the same: other columns are refused to the role.
	conn := p.connect(t, "data", "sceau_project")
	for _, column := range []string{"last_name FROM identity_other", "registration_number FROM identity_other", "postal_address FROM contact_other", "school_information FROM schooling_coded_school_year",
		"household_income FROM income_other", "unit FROM health", "unit FROM fraud", "hash FROM password", "mac FROM blind_index", "credential FROM account"} {
		_, err := conn.Exec(t.Context(), "SELECT "+column)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" && refused.Code != "42703" && refused.Code != "42P01" {
			t.Errorf("sceau_project: SELECT %s: %v", column, err)
		}
	}
}

// A halting does something before the second page is read.
type halting struct {
	dossier.CoreRows
	pages int
	halt  func()
}

func (h *halting) Files(ctx context.Context, campaign string, after dossier.FileNo, limit int) ([]dossier.Route, error) {
	if h.pages++; h.pages == 2 {
		h.halt()
	}
	return h.CoreRows.Files(ctx, campaign, after, limit)
}

func TestAFreezeStopsAProjectionAtItsNextPage(t *testing.T) {
	p := open(t)
	projectable(t, p, "halted", 12, 15)
	projection, err := p.Projection(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	projection.Page = 4
	brake := house.Brake{Campaign: "halted", Class: "income"}
	h := &halting{CoreRows: projection.Rows, halt: func() {
		if _, err := p.Freeze(t.Context(), brake, "operator"); err != nil {
			t.Fatal(err)
		}
	}}
	projection.Rows = h
	var refused *dossier.Refusal
	if _, err := projection.Project(t.Context(), "halted", "a-run", "operator"); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "class income is frozen") || h.pages != 2 {
		t.Errorf("%v after %d pages, want a refusal at the second", err, h.pages)
	}
	if _, err := p.Thaw(t.Context(), brake, "operator"); err != nil {
		t.Fatal(err)
	}
	if _, err := projection.Project(t.Context(), "halted", "a-run", "operator"); err != nil {
		t.Errorf("once it is thawed: %v", err)
	}
}

// deaf traces nothing.
type deaf struct{}

func (deaf) Record(context.Context, ...audit.Event) ([]audit.Receipt, error) {
	return nil, audit.ErrNotRecorded
}

func TestWithoutATraceNothingIsProjected(t *testing.T) {
	p := open(t)
	projectable(t, p, "untraced", 12, 5)
	projection, err := p.Projection(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	projection.Ring = &crypto.Keyring{Service: projection.Ring.Service, Store: projection.Ring.Store} // that remembers nobody
	heard := projection.Traces
	projection.Traces = deaf{}
	before := p.openings(t)
	if _, err := projection.Project(t.Context(), "untraced", "a-run", "operator"); !errors.Is(err, dossier.ErrNotTraced) {
		t.Errorf("%v, want ErrNotTraced", err)
	}
	if n := p.openings(t) - before; n != 0 {
		t.Errorf("%d secrets of persons were opened", n)
	}
	// The control: with its traces it opens them.
	projection.Traces = heard
	if _, err := projection.Project(t.Context(), "untraced", "a-run", "operator"); err != nil {
		t.Fatal(err)
	}
	if p.openings(t) == before {
		t.Error("a projection opens nobody's secret: this proves nothing")
	}
}

func TestARunFileInThePlaceOfAnotherDoesNotOpen(t *testing.T) {
	p := open(t)
	projectable(t, p, "moveda", 8, 6)
	projectable(t, p, "movedb", 8, 6)
	a, _ := p.project(t, "moveda")
	b, _ := p.project(t, "movedb")
	path := func(r run.Run) string { return p.Path("runs", r.Input.Name[:2], r.Input.Name) }
	was, err := os.ReadFile(path(a))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(path(b))
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Clone(was)
	altered[len(altered)-100] ^= 1
	for what, file := range map[string][]byte{"that of another run": other, "altered": altered, "cut": was[:len(was)/2], "empty": {}} {
		if err := os.WriteFile(path(a), file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := p.OpenView(t.Context(), a); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %v, want %v", what, err, crypto.ErrOpen)
		}
	}
	if err := os.WriteFile(path(a), was, 0o600); err != nil {
		t.Fatal(err)
	}
	// The record of another digest, of another file: it is not the one that was signed.
	for what, forged := range map[string]func(*run.Run){
		"another digest":  func(r *run.Run) { r.Input.Digest = b.Input.Digest },
		"another number":  func(r *run.Run) { r.Number++ },
		"no signature":    func(r *run.Run) { r.Signature = "" },
		"that of another": func(r *run.Run) { r.Signature = b.Signature },
	} {
		r := a
		forged(&r)
		if _, err := p.OpenView(t.Context(), r); !errors.Is(err, run.ErrRecord) {
			t.Errorf("a record with %s: %v, want %v", what, err, run.ErrRecord)
		}
	}
	if _, err := p.OpenView(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	// The wrap of the other's key too: the file opens under neither.
	p.one(t, "keyring", "UPDATE run_key SET wrap = (SELECT wrap FROM run_key WHERE run = $2), commitment = (SELECT commitment FROM run_key WHERE run = $2) WHERE run = $1", a.ID, b.ID)
	if _, err := p.OpenView(t.Context(), a); err == nil {
		t.Error("with the key of another run it opens")
	}
}

// The identity that projects seals and opens no run; the core opens runs and nobody.
func TestTheProjectionOpensNoRunAndTheCoreNobody(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "apart", 6, 8)
	r, _ := p.project(t, "apart")
	sealing, err := p.RunFiles("project")
	if err != nil {
		t.Fatal(err)
	}
	sealing.Ring = &crypto.Keyring{Service: sealing.Ring.Service, Store: sealing.Ring.Store}
	if _, err := sealing.Open(t.Context(), "apart", crypto.RunFile{Run: r.ID, Kind: "input"}, r.Input.Name); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("project opens a run: %v, want %v", err, crypto.ErrRefused)
	}
	core, err := p.RunFiles("core")
	if err != nil {
		t.Fatal(err)
	}
	// With the wraps of persons in its hands, from a dump, Vault refuses it.
	ring, _, err := p.ColdRing("agents")
	if err != nil {
		t.Fatal(err)
	}
	thief := &crypto.Keyring{Service: core.Ring.Service, Store: ring.Store}
	if _, err := thief.Person(t.Context(), "apart", people[0].ref); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("core opens a person: %v, want %v", err, crypto.ErrRefused)
	}
	for _, class := range []string{"identity", "choices", "income"} {
		if _, _, err := thief.Branch(t.Context(), "apart", class, "coded", 0); !errors.Is(err, crypto.ErrRefused) {
			t.Errorf("core opens the branch key of %s: %v, want %v", class, err, crypto.ErrRefused)
		}
	}
	if _, err := thief.Routing(t.Context(), "apart"); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("core follows routing: %v, want %v", err, crypto.ErrRefused)
	}
	projecting, err := p.Projection(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range []string{"health", "fraud"} {
		if _, err := projecting.Ring.ClassSecret(t.Context(), "apart", class, people[0].ref); !errors.Is(err, crypto.ErrRefused) {
			t.Errorf("project opens %s: %v, want %v", class, err, crypto.ErrRefused)
		}
	}
}

func TestWhatIsRectifiedIsToldToTheNextRunOrRaisesACase(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "rectify", 20, 31)
	first, before := p.project(t, "rectify")
	at := place1{table: "income_coded", item: "A02.06"}
	one := people[slices.IndexFunc(people, func(one *person) bool {
		r := record(one.values)
		return !r.has("lycee_bursary_step") && !r.has("higher_education_bursary_shares")
	})]
	p.correct(t, one, at, json.RawMessage("4"))

	// No run was computed on the first: the next takes its place, and there is no case.
	out, err := p.Project(t.Context(), "rectify", "operator", nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.Rectified != 0 || !slices.Equal(out.Superseded, []string{first.ID}) || out.Drawn != 0 {
		t.Errorf("before any run: %d cases, %d in whose place it is, want none and one", out.Rectified, len(out.Superseded))
	}
	if _, err := p.OpenView(t.Context(), first); err == nil {
		t.Error("the projection that was replaced still opens")
	}
	now, err := p.OpenView(t.Context(), out.Run)
	if err != nil {
		t.Fatal(err)
	}
	if d := view.Compare(before, now); len(d) != 1 || !slices.Equal(d[0].Columns, []string{"est_boursier"}) {
		t.Errorf("the two differ in %v, want one bursary", d)
	}

	// A run takes it. What changes from now on is a case.
	book, err := p.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	taking := run.Run{ID: "taking-" + out.Run.ID, Campaign: "rectify", Kind: run.Day, Day: 1, Rules: "test", Takes: out.Run.ID, Started: time.Now()}
	if taking, err = book.Begin(t.Context(), taking); err != nil {
		t.Fatal(err)
	}
	p.correct(t, one, at, json.RawMessage("null"))
	again, err := p.Project(t.Context(), "rectify", "operator", nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.Rectified != 1 || len(again.Superseded) != 0 {
		t.Errorf("after a run: %d cases, %d replaced, want one and none", again.Rectified, len(again.Superseded))
	}
	var columns []string
	var of string
	if err := p.owner["data"].QueryRow(t.Context(), "SELECT columns, run FROM rectified_input WHERE campaign = 'rectify'").Scan(&columns, &of); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(columns, []string{"est_boursier"}) || of != out.Run.ID {
		t.Errorf("the case says %v of run %s", columns, of)
	}
	if _, err := p.OpenView(t.Context(), out.Run); err != nil {
		t.Errorf("what a run was computed on: %v", err)
	}

	// Said once, a case is not said again.
	if again, err = p.Project(t.Context(), "rectify", "operator", nil); err != nil || again.Rectified != 0 {
		t.Errorf("projected once more: %d cases, %v", again.Rectified, err)
	}

	// What a run was computed on stays, and what was dropped is taken by nobody.
	if err := book.End(t.Context(), func() run.Run { r := taking; r.Ended = time.Now(); return r }()); err != nil {
		t.Fatal(err)
	}
	for what, try := range map[string]func() error{
		"dropping what was taken": func() error { return book.Drop(t.Context(), out.Run.ID, time.Now()) },
		"ending a run twice": func() error {
			r := taking
			r.Ended, r.Signature = time.Now(), "another"
			return book.End(t.Context(), r)
		},
		"taking what was dropped": func() error {
			_, err := book.Begin(t.Context(), run.Run{ID: "late", Campaign: "rectify", Kind: run.Day, Rules: "test", Takes: first.ID, Started: time.Now()})
			return err
		},
	} {
		err := try()
		var refused *pgconn.PgError
		if !errors.Is(err, runs.ErrStays) && !(errors.As(err, &refused) && refused.Code == "42501") && !strings.Contains(fmt.Sprint(err), "42501") {
			t.Errorf("%s: %v, want %v", what, err, runs.ErrStays)
		}
	}
}

// Killed between its record and its end, a projection is none, and the next takes away
// what it left.
func TestWhatAKillLeavesOfAProjectionGoesWithTheNext(t *testing.T) {
	p := open(t)
	projectable(t, p, "killed", 5, 3)
	book, err := p.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.RunFiles("project")
	if err != nil {
		t.Fatal(err)
	}
	cut := run.Run{ID: "CUTCUTCUTCUTCUTCUTCUTCUTCU", Campaign: "killed", Kind: run.Projection, Rules: "test", Input: run.File{Name: "CUTCUTCUTCUTCUTCUTCUTCUTCU"}, Started: time.Now()}
	if cut, err = book.Begin(t.Context(), cut); err != nil {
		t.Fatal(err)
	}
	of := crypto.RunFile{Run: cut.ID, Kind: "input"}
	if err := files.Keep(t.Context(), "killed", of, cut.Input.Name, func(w io.Writer) error { _, err := w.Write([]byte("half")); return err }); err != nil {
		t.Fatal(err)
	}
	if _, any, err := book.Projection(t.Context(), "killed"); err != nil || any {
		t.Errorf("a projection that did not end is there to be taken: %v, %v", any, err)
	}
	if _, err := book.Begin(t.Context(), run.Run{ID: "early", Campaign: "killed", Kind: run.Day, Rules: "test", Takes: cut.ID, Started: time.Now()}); !errors.Is(err, runs.ErrStays) {
		t.Errorf("a run takes it: %v, want %v", err, runs.ErrStays)
	}
	r, _ := p.project(t, "killed")
	if _, err := os.Stat(p.Path("runs", cut.Input.Name[:2], cut.Input.Name)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its file is left: %v", err)
	}
	if newest, any, err := book.Projection(t.Context(), "killed"); err != nil || !any || newest.ID != r.ID {
		t.Errorf("the newest projection is %s, %v, want %s", newest.ID, err, r.ID)
	}
	var keys int
	if err := p.owner["keyring"].QueryRow(t.Context(), "SELECT count(*) FROM run_key WHERE campaign = 'killed'").Scan(&keys); err != nil || keys != 1 {
		t.Errorf("%d keys of run files, want one, %v", keys, err)
	}
}

// A store of an older version has no pseudonyms: each is drawn when it is first needed.
func TestWhoHasNoPseudonymIsGivenOneOnce(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "older", 10, 12)
	p.exec(t, "data", "DELETE FROM pseudonym WHERE campaign = 'older' AND unit <> $1", people[0].ref[:])
	out, err := p.Project(t.Context(), "older", "operator", nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.Drawn != int64(len(people)-1) || out.Persons != len(people) {
		t.Errorf("%d drawn for %d, want %d", out.Drawn, out.Persons, len(people)-1)
	}
	first, err := p.OpenView(t.Context(), out.Run)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Project(t.Context(), "older", "operator", nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.Drawn != 0 || again.Run.Input.Digest != out.Run.Input.Digest {
		t.Errorf("%d drawn again", again.Drawn)
	}
	seen := map[view.Pseudonym]bool{}
	for _, person := range first.Persons {
		if seen[person.Pseudonym] || person.Pseudonym == (view.Pseudonym{}) {
			t.Error("a pseudonym stands twice, or is none")
		}
		seen[person.Pseudonym] = true
	}
	// A pseudonym put in the place of another's does not open.
	p.one(t, "data", "UPDATE pseudonym SET candidate_pseudonym = (SELECT candidate_pseudonym FROM pseudonym WHERE campaign = 'older' AND unit = $2) WHERE campaign = 'older' AND unit = $1",
		people[1].ref[:], people[2].ref[:])
	if _, err := p.Project(t.Context(), "older", "operator", nil); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("a pseudonym that was swapped: %v, want %v", err, crypto.ErrOpen)
	}
}

// The order of preference is told while the candidate's responder is on, and not before.
func TestPreferencesAreToldWhileTheResponderIsOn(t *testing.T) {
	p := open(t)
	people := projectable(t, p, "responder", 60, 71)
	_, v := p.project(t, "responder")
	if slices.ContainsFunc(v.Wishes, func(w view.Wish) bool { return w.PreferenceRank > 0 }) {
		t.Error("a preference is told, and nobody's responder is on")
	}
	at := slices.IndexFunc(people, func(one *person) bool {
		return bytes.Contains(one.line, []byte(`"auto_responder_preference":`)) && !bytes.Contains(one.line, []byte(`"auto_responder_preference":null`))
	})
	if at < 0 {
		t.Fatal("nobody in this cohort has preferences: nothing would be tried")
	}
	one := people[at]
	f := dossier.Fact{ID: "responder-on-1", Kind: "responder_active", Candidate: one.ref.String(), By: one.accounts[0],
		To: dossier.Addressee{Recipient: dossier.ProjectRecipient}}
	if err := p.RecordFacts(t.Context(), []dossier.Fact{f}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	_, v = p.project(t, "responder")
	persons := map[int]bool{}
	for _, w := range v.Wishes {
		if w.PreferenceRank > 0 {
			persons[int(w.Candidate)] = true
		}
	}
	if len(persons) != 1 {
		t.Errorf("the preferences of %d persons are told, want one's", len(persons))
	}
}
