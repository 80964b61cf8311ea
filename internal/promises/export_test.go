package promises_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/exportfile"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/pool"
	"sceau/policy"
	"sceau/web/api"
)

const exports = "exports"

// An exported campaign has more candidates of one programme than two pages hold.
type exported struct {
	*place
	book  dossier.ExportBook
	files int
}

var theExports = sync.OnceValue(func() *exported { return &exported{files: 430} })

var exportScope = dossier.Scope{Kind: dossier.ScopeProgramme, ID: "F00399"}

func openExports(t *testing.T) *exported {
	t.Helper()
	x := theExports()
	if x.place != nil {
		return x
	}
	p := open(t)
	in := p.campaignIntake(t, exports)
	var lines [][]byte
	for n := range x.files {
		lines = append(lines, fmt.Appendf(nil, `{"registration_number":"83%05d","ine":"9910%05dAB","last_name":"Exemple","first_names":["Malo"],"birth_date":"2008-05-01","bac_series":"STMG",`+
			`"per_wish":[{"wish_target_programme":"F00399","wish_confirmation_date":"2026-03-21"}]}`+"\n", n, n))
	}
	if _, err := takeIn(t.Context(), in, exports, lines); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		name         string
		recipient    catalogue.RecipientID
		organisation string
	}{{"exports-jury", "R4b-exam", "lycee"}, {"exports-head", "R4a", "lycee"}, {"exports-other", "R4a", "elsewhere"}} {
		err := p.GiveMissions(t.Context(), []dossier.MissionOrder{{Mission: m.name, Campaign: exports, Recipient: m.recipient, Organisation: m.organisation,
			Scopes: dossier.MissionScopes{Programmes: []string{exportScope.ID}}, Until: "2029-12-31"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	dsn, err := p.at.DSN("data", "sceau_register")
	if err != nil {
		t.Fatal(err)
	}
	db, err := pool.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	x.book, x.place = dossiers.Exports{DB: db}, p
	return x
}

// as is a request of a mission about an order.
func (x *exported) as(t *testing.T, mission string) dossier.Ask {
	t.Helper()
	ask := x.ask(t, mission, "P1", dossier.Ref{})
	ask.On = examining
	return ask
}

// approved orders and approves.
func (x *exported) approved(t *testing.T, g *dossier.Gate) string {
	t.Helper()
	order := dossier.ListAsk{Ask: x.as(t, "exports-jury")}
	order.Scope, order.Items = exportScope, []catalogue.ItemID{"A12.03"}
	made, err := g.OrderExport(t.Context(), x.book, order, "a test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.ApproveExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-head"), made.ID); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func (x *exported) reader(t *testing.T) *audit.Reader { return x.trail(t).Reader }

// A torn file is cut somewhere in the page that it is given, as a kill would.
type torn struct {
	*exportfile.File
	part string
	at   func(before, after int64) int64 // where it is cut; nil lets a page through
}

func (f *torn) Add(p dossier.Page) error {
	before, _ := os.Stat(f.part)
	if err := f.File.Add(p); err != nil || f.at == nil {
		return err
	}
	after, err := os.Stat(f.part)
	if err != nil {
		return err
	}
	return errors.Join(os.Truncate(f.part, f.at(before.Size(), after.Size())), errTorn)
}

var errTorn = errors.New("killed here")

// Killed in any page, before it, within it or when it is whole, an export goes on: the file
// has what a list gives, no row twice and none left out, and no file is charged twice.
func TestAnExportThatIsKilledGoesOn(t *testing.T) {
	x := openExports(t)
	g := x.node(t, policy.Limits{"R4b-exam": {Request: 200, Hour: 1000, Day: 1000, Export: x.files}, "R4a": {Export: 1}})
	var listed bytes.Buffer
	ask := dossier.ListAsk{Ask: x.as(t, "exports-jury")}
	ask.Scope, ask.Items = exportScope, []catalogue.ItemID{"A12.03"}
	for {
		page, err := g.List(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if err := api.WriteRows(&listed, page); err != nil {
			t.Fatal(err)
		}
		if ask.After = page.Next; ask.After == (dossier.FileNo{}) {
			break
		}
	}
	order := x.approved(t, g)
	path := filepath.Join(t.TempDir(), "list.ndjson")
	part := filepath.Join(filepath.Dir(path), ".list.ndjson."+order+".part")
	run := func(at func(before, after int64) int64) (dossier.Export, bool, error) {
		file, err := exportfile.Open(path, order)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		return g.RunExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-jury"), order, &torn{file, part, at})
	}
	for name, at := range map[string]func(before, after int64) int64{
		"before a row":      func(before, after int64) int64 { return before },
		"within a row":      func(before, after int64) int64 { return before + (after-before)/3 },
		"before the last":   func(before, after int64) int64 { return after - 1 },
		"when it was whole": func(before, after int64) int64 { return after },
	} {
		if _, _, err := run(at); !errors.Is(err, errTorn) {
			t.Fatalf("killed %s: %v", name, err)
		}
	}
	done, more, err := run(nil)
	if err != nil || more || done.Rows() != x.files {
		t.Fatalf("%d of %d files, more %v, %v", done.Rows(), x.files, more, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, listed.Bytes()) {
		t.Errorf("the file has %d bytes and a list %d, %v", len(got), listed.Len(), err)
	}
	// All that an export may have in a day went, and each file went once.
	second := x.approved(t, g)
	file, err := exportfile.Open(filepath.Join(t.TempDir(), "second"), second)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var over *dossier.LimitError
	if _, _, err := g.RunExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-jury"), second, file); !errors.As(err, &over) || over.Kind != dossier.LimitExport || over.Left != 0 {
		t.Errorf("a second export of the day: %v", err)
	}
	// An export that was begun goes on where it began, and nowhere else.
	var refused *dossier.Refusal
	elsewhere, err := exportfile.Open(filepath.Join(t.TempDir(), "elsewhere"), order)
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	if _, _, err := g.RunExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-jury"), order, elsewhere); !errors.As(err, &refused) {
		t.Errorf("a whole export is given again: %v", err)
	}
}

// The sheet's number is the most that one export gives, and who is given less is told.
func TestAnExportEndsAtItsLimit(t *testing.T) {
	x := openExports(t)
	g := x.node(t, policy.Limits{"R4b-exam": {Request: 200, Hour: 200, Day: 200, Export: 203}, "R4a": {Export: 1}})
	order := x.approved(t, g)
	file, err := exportfile.Open(filepath.Join(t.TempDir(), "list"), order)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	g.Allowances = &apart{g.Allowances}
	done, more, err := g.RunExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-jury"), order, file)
	if err != nil || !more || done.Rows() != 203 {
		t.Errorf("%d files, more %v, %v", done.Rows(), more, err)
	}
}

// apart counts under other holders, so that what another test counted is not met.
type apart struct{ dossier.Allowances }

func (b *apart) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	c.Holder[0]++
	return b.Allowances.Spend(ctx, c)
}

// Whoever writes steps makes no approval: not without the key, and not with it while the
// traces say nothing. Nor does the same person under another mission, nor a late run.
func TestAnExportTakesTwoPersons(t *testing.T) {
	x := openExports(t)
	g := x.node(t, policy.Limits{"R4b-exam": {Request: 200, Hour: 1000, Day: 1000, Export: 1000}, "R4a": {Export: 1}})
	order := dossier.ListAsk{Ask: x.as(t, "exports-jury")}
	order.Scope, order.Items = exportScope, []catalogue.ItemID{"A12.03"}
	made, err := g.OrderExport(t.Context(), x.book, order, "a test")
	if err != nil {
		t.Fatal(err)
	}
	run := func(id string) error {
		file, err := exportfile.Open(filepath.Join(t.TempDir(), "list"), id)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		_, _, err = g.RunExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-jury"), id, file)
		return err
	}
	var refused *dossier.Refusal
	if err := run(made.ID); !errors.As(err, &refused) {
		t.Errorf("an order that nobody approved: %v", err)
	}
	if _, err := g.ApproveExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-other"), made.ID); !errors.As(err, &refused) {
		t.Errorf("another organisation approves: %v", err)
	}
	// The same person under another name: their missions share a unit.
	var unit []byte
	if err := x.owner["data"].QueryRow(t.Context(), `SELECT agent_unit FROM mission WHERE mission = 'exports-head'`).Scan(&unit); err != nil {
		t.Fatal(err)
	}
	x.one(t, "data", `UPDATE mission SET agent_unit = (SELECT agent_unit FROM mission WHERE mission = 'exports-jury') WHERE mission = 'exports-head'`)
	_, err = g.ApproveExport(t.Context(), x.book, x.reader(t), x.as(t, "exports-head"), made.ID)
	x.one(t, "data", `UPDATE mission SET agent_unit = $1 WHERE mission = 'exports-head'`, unit)
	if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "the same person") {
		t.Errorf("the same person approves: %v", err)
	}

	// A step under the routing key, sealed as ours are, by whoever has that key and the
	// password of the table: no trace says that anybody approved.
	body, err := json.Marshal(map[string]any{"at": time.Now().UTC().Truncate(time.Second), "mission": "exports-head", "request": "AAAA"})
	if err != nil {
		t.Fatal(err)
	}
	bound := append(binary.BigEndian.AppendUint32([]byte("approval/"), 1), body...)
	digest := sha256.Sum256(bound)
	seal, err := x.routingKey(t, exports).Seal(nil, "export", made.ID, bound, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	if err := x.book.AddStep(t.Context(), dossier.ExportStep{Export: made.ID, Step: 1, Kind: dossier.StepApproval, Campaign: exports, Body: body, Seal: seal}); err != nil {
		t.Fatal(err)
	}
	if err := run(made.ID); !errors.Is(err, dossier.ErrExportForged) {
		t.Errorf("an approval that no trace has: %v", err)
	}

	// What was ordered cannot be made more: each byte of a step is sealed.
	approved := x.approved(t, g)
	x.one(t, "data", `UPDATE export_step SET body = replace(body, 'A12.03', 'A12.04') WHERE export = $1 AND step = 0`, approved)
	if err := run(approved); !errors.Is(err, dossier.ErrExportForged) {
		t.Errorf("an order with another item: %v", err)
	}
	// A week later it is not run any more.
	late := x.approved(t, g)
	week := time.Now().Add(dossier.ApprovalLasts)
	g.Now = func() time.Time { return week }
	g.Allowances = &still{g.Allowances}
	if err := run(late); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "seven days") {
		t.Errorf("a week later: %v", err)
	}
	// The role that keeps steps changes none.
	conn := x.connect(t, "data", "sceau_register")
	for _, sql := range []string{"DELETE FROM export_step", "UPDATE export_step SET kind = 'page'", "TRUNCATE export_step"} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("the role of the register may: %s", sql)
		}
	}
}

// still counts by the real clock, whatever a test says it is.
type still struct{ dossier.Allowances }

func (s *still) Spend(ctx context.Context, c dossier.Charge) (dossier.Spent, error) {
	c.At = time.Now()
	return s.Allowances.Spend(ctx, c)
}
