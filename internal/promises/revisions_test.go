package promises_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// Who may write the tables, and kept a cell from before a correction, puts it back:
// it is bound to its place and opens there. The trace of the write gives it away.
func TestAnOlderCellPutBackInItsPlaceIsFound(t *testing.T) {
	p := open(t)
	const campaign = "put-back"
	in := p.campaignIntake(t, campaign)
	lines, err := invent(t.Context(), 6, 311, false)
	if err != nil {
		t.Fatal(err)
	}
	people, err := takeIn(t.Context(), in, campaign, lines)
	if err != nil {
		t.Fatal(err)
	}
	clean := p.revisions(t, campaign, nil, nil)
	if clean.Dossiers != int64(len(people)) || clean.Cells == 0 || clean.Cells != p.cellsOf(t, campaign) || clean.UntoldCells+clean.NotThere != 0 {
		t.Errorf("a campaign that nobody touched: %+v, of %d cells", clean, p.cellsOf(t, campaign))
	}

	inès, name := people[0], place1{table: "identity_other", item: "A01.06"}
	before, after := p.correct(t, inès, name, json.RawMessage(`"Lemaître-Roy"`))
	p.revisions(t, campaign, &inès.ref, map[string]int64{dossier.Untraced: 1})
	p.traceWrite(t, inès, dossier.Written{Changed: map[dossier.CellAt]uint32{{Item: name.item}: 2}})
	p.revisions(t, campaign, nil, nil)

	p.lay(t, inès, name, before)
	if v, err := p.read(t, inès.accounts[0], name.item); err != nil || len(v.Fields) != 1 {
		t.Fatalf("the older cell must open in its place, or this test proves nothing: %v", err)
	}
	for _, about := range []*dossier.Ref{nil, &inès.ref} {
		r := p.revisions(t, campaign, about, map[string]int64{dossier.PutBack: 1})
		if f := r.Findings[0]; f.Candidate != inès.ref.String() || f.Item != name.item || f.Lies != 1 || f.Traced != 2 {
			t.Errorf("found %+v", f)
		}
	}
	if r := p.revisions(t, campaign, &people[1].ref, nil); r.Dossiers != 1 {
		t.Errorf("a neighbour: %+v", r)
	}
	p.lay(t, inès, name, after)

	// A row removed, and put back.
	p.exec(t, "data", "CREATE TABLE kept_row AS SELECT * FROM health WHERE unit = $1", inès.ref[:])
	if n := p.exec(t, "data", "DELETE FROM health WHERE unit = $1", inès.ref[:]); n == 0 {
		t.Fatal("no row of that table to remove")
	}
	p.revisions(t, campaign, nil, map[string]int64{dossier.Missing: 1})
	p.exec(t, "data", "INSERT INTO health SELECT * FROM kept_row")
	p.exec(t, "data", "DROP TABLE kept_row")
	p.revisions(t, campaign, nil, nil)

	// Verifying reads traces, which is an access: each time left one of its own.
	tr := p.trail(t)
	p.revisions(t, campaign, &inès.ref, nil)
	fresh := tr.since(t)
	if len(fresh) != 1 || fresh[0].Action != "verify" || fresh[0].Candidate != inès.ref.String() {
		t.Errorf("%d traces of verifying one dossier: %+v", len(fresh), fresh)
	}
}

// A place1 is a column of what stands once.
type place1 struct {
	table string
	item  catalogue.ItemID
}

func (p *place) revisions(t testing.TB, campaign string, about *dossier.Ref, want map[string]int64) dossier.RevisionReport {
	t.Helper()
	r, err := p.Revisions(t.Context(), campaign, about, "operator:tests", func(int64) func(int64) { return func(int64) {} })
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(r.Found, want) {
		t.Errorf("found %v, want %v: %+v", r.Found, want, r.Findings)
	}
	return r
}

// cellsOf counts the cells of a campaign's candidates in the tables.
func (p *place) cellsOf(t testing.TB, campaign string) (cells int64) {
	t.Helper()
	for _, plan := range p.Layout.Tables {
		if plan.Repeats == "per_agent" {
			continue
		}
		var n int64
		if err := p.owner["data"].QueryRow(t.Context(), "SELECT count(*) FROM "+ident(plan.Name)+" WHERE campaign = $1", campaign).Scan(&n); err != nil {
			t.Fatal(err)
		}
		cells += n * int64(len(plan.Columns))
	}
	return cells
}

// correct does what a correction does to a cell: the next revision, sealed under the
// key of its row.
func (p *place) correct(t testing.TB, one *person, at place1, value json.RawMessage) (before, after []byte) {
	t.Helper()
	ring, _, err := p.ColdRing("rights")
	if err != nil {
		t.Fatal(err)
	}
	it, _ := p.Catalogue.Item(at.item)
	err = p.owner["data"].QueryRow(t.Context(), "SELECT "+ident(it.Column())+" FROM "+ident(at.table)+" WHERE campaign = $1 AND unit = $2",
		one.campaign, one.ref[:]).Scan(&before)
	if err != nil {
		t.Fatal(err)
	}
	var plan catalogue.Table
	for _, each := range p.Catalogue.Tables() {
		if each.Name == at.table {
			plan = each
		}
	}
	half, err := ring.Half(t.Context(), one.campaign, one.ref, string(plan.Class), string(plan.Fate), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer half.Zero()
	row, err := half.Row(crypto.RecordID{})
	if err != nil {
		t.Fatal(err)
	}
	defer row.Zero()
	size, fits := it.Padded(len(value))
	padded, err := crypto.Pad(nil, value, crypto.Padding{Fixed: size})
	if err != nil || !fits {
		t.Fatal(fits, err)
	}
	revision, err := crypto.Revision(before)
	if err != nil {
		t.Fatal(err)
	}
	after = row.Seal(nil, string(it.ID), revision+1, padded)
	p.lay(t, one, at, after)
	return before, after
}

func (p *place) lay(t testing.TB, one *person, at place1, cell []byte) {
	t.Helper()
	it, _ := p.Catalogue.Item(at.item)
	p.one(t, "data", "UPDATE "+ident(at.table)+" SET "+ident(it.Column())+" = $1 WHERE campaign = $2 AND unit = $3", cell, one.campaign, one.ref[:])
}

// traceWrite leaves the trace of a write, as who writes does.
func (p *place) traceWrite(t testing.TB, one *person, w dossier.Written) {
	t.Helper()
	log, err := p.Traces(t.Context(), "trace-write")
	if err != nil {
		t.Fatal(err)
	}
	detail, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	_, err = log.Record(context.Background(), audit.Event{Campaign: one.campaign, Recipient: "S1", Purpose: "P1", Action: dossier.ActionWrite,
		Decision: audit.Granted, Rule: fmt.Sprintf("test of %d cells", len(w.Changed)), Candidate: one.ref.String(), Detail: detail})
	if err != nil {
		t.Fatal(err)
	}
}
