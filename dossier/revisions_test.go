package dossier

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// A closet is tables and traces in memory: two tables that stand once, and wishes.
type closet struct {
	t         *testing.T
	layout    *Layout
	rows      map[Ref][]SealedRow
	entries   []audit.Entry
	asked     int // walks of the traces
	most      int // candidates listed at once
	meanwhile func()
}

func newCloset(t *testing.T) *closet {
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &closet{t: t, layout: NewLayout(c, NewForms(c)), rows: map[Ref][]SealedRow{}}
}

func (c *closet) Candidates(_ context.Context, _ string, after Ref, n int) (refs []Ref, _ error) {
	for ref := range c.rows {
		if compareRefs(ref, after) > 0 {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, compareRefs)
	refs = refs[:min(n, len(refs))]
	c.most = max(c.most, len(refs))
	return refs, nil
}

func (c *closet) Heads(_ context.Context, _ string, of []Ref, asked []Selection) (rows []SealedRow, accounts []Ref, _ error) {
	for _, ref := range of {
		if mine, ok := c.rows[ref]; ok {
			rows, accounts = append(rows, mine...), append(accounts, ref)
		}
	}
	return rows, accounts, nil
}

func (c *closet) Between(_ context.Context, first, last audit.Day, which audit.Selection) iter.Seq2[audit.Entry, error] {
	c.asked++
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range c.entries {
			if which.Takes(e.Row) && e.Day >= first && e.Day <= last && !yield(e, nil) {
				return
			}
		}
		if c.meanwhile != nil {
			c.meanwhile()
			c.meanwhile = nil
		}
	}
}

var noon = time.Date(2026, 6, 20, 12, 0, 0, 0, time.UTC)

func (c *closet) trace(ref Ref, w Written, ago int) {
	detail, err := json.Marshal(w)
	if err != nil {
		c.t.Fatal(err)
	}
	row := &audit.Row{Day: audit.DayOf(noon) - audit.Day(ago), Seq: int64(len(c.entries)), Campaign: "2026", Action: ActionWrite, Decision: audit.Granted}
	c.entries = append(c.entries, audit.Entry{Row: row, Candidate: ref.String(), Detail: detail})
}

func head(revision uint32) []byte { return binary.BigEndian.AppendUint32([]byte{1}, revision) }

// enter makes a dossier of one row in each table of identity, and two wishes.
func (c *closet) enter(ref Ref) int {
	cells := 0
	for t := range c.layout.Tables {
		plan := &c.layout.Tables[t]
		var records []crypto.RecordID
		switch {
		case plan.Repeats == "one" && plan.Class == "identity":
			records = []crypto.RecordID{{}}
		case plan.Name == "choices_coded_wish":
			records = []crypto.RecordID{{1}, {2}}
		}
		for _, id := range records {
			row := SealedRow{Table: t, Unit: ref, Record: id}
			for range plan.Items {
				row.Cells = append(row.Cells, head(1))
				cells++
			}
			c.rows[ref] = append(c.rows[ref], row)
		}
	}
	return cells
}

// cell is where an item of a record lies.
func (c *closet) cell(ref Ref, at CellAt) *[]byte {
	p := c.layout.byItem[at.Item]
	for i := range c.rows[ref] {
		if row := &c.rows[ref][i]; row.Table == p.table && row.Record == at.Record {
			return &row.Cells[p.column]
		}
	}
	c.t.Fatalf("%s lies nowhere", at.Item)
	return nil
}

func (c *closet) verify(share int) RevisionReport {
	c.t.Helper()
	v := &Revisions{Heads: c, Traces: c, Layout: c.layout, Now: func() time.Time { return noon }, Share: share}
	r, err := v.Campaign(c.t.Context(), "2026", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func TestWhatIsFoundAboutRevisions(t *testing.T) {
	name, boarding := CellAt{Item: "A01.06"}, CellAt{crypto.RecordID{2}, "A15.02"}
	inès := Ref{5}
	for _, tt := range []struct {
		name string
		do   func(*closet)
		want map[string]int64
	}{
		{"nothing was touched", func(c *closet) {}, nil},
		{"a cell written again, and traced", func(c *closet) {
			*c.cell(inès, name) = head(2)
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 3)
		}, nil},
		{"the older cell put back", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 3)
		}, map[string]int64{PutBack: 1}},
		{"the cell of one wish put back, its twin left alone", func(c *closet) {
			*c.cell(inès, boarding) = head(2)
			c.trace(inès, Written{Changed: map[CellAt]uint32{boarding: 2}}, 9)
			c.trace(inès, Written{Changed: map[CellAt]uint32{boarding: 3}}, 3)
		}, map[string]int64{PutBack: 1}},
		{"the write of another campaign", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 3)
			c.entries[len(c.entries)-1].Row.Campaign = "2027"
		}, nil},
		{"a write that was refused", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 3)
			c.entries[len(c.entries)-1].Row.Decision = audit.Refused
		}, nil},
		{"all sealed anew, revisions kept", func(c *closet) {
			*c.cell(inès, name) = head(2)
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 9)
			c.trace(inès, Written{Cells: c.count(inès), Revision: 1, Changed: map[CellAt]uint32{name: 2}}, 3)
		}, nil},
		{"a cell put back behind a trace of a new creation", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{name: 2}}, 9)
			c.trace(inès, Created(c.count(inès)), 3)
		}, map[string]int64{PutBack: 1, Lowered: 1}},
		{"a cell put back behind a trace of that cell", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{boarding: 3}}, 9)
			c.trace(inès, Written{Changed: map[CellAt]uint32{boarding: 1}}, 3)
		}, map[string]int64{PutBack: 1, Lowered: 1}},
		{"all written again, and then a trace that says it was not", func(c *closet) {
			for i := range c.rows[inès] {
				for k := range c.rows[inès][i].Cells {
					c.rows[inès][i].Cells[k] = head(2)
				}
			}
			c.trace(inès, Written{Cells: c.count(inès), Revision: 2}, 9)
			c.trace(inès, Created(c.count(inès)), 3)
		}, map[string]int64{Lowered: 1}},
		{"a cell newer than any trace", func(c *closet) { *c.cell(inès, name) = head(2) }, map[string]int64{Untraced: 1}},
		{"a cell of another format", func(c *closet) { *c.cell(inès, name) = []byte{2, 0, 0, 0, 1} }, map[string]int64{Malformed: 1}},
		{"a cell that was emptied", func(c *closet) { *c.cell(inès, name) = nil }, map[string]int64{Malformed: 1}},
		{"a row that went", func(c *closet) { c.rows[inès] = c.rows[inès][1:] }, map[string]int64{Missing: 1}},
		{"a dossier of which the account is left", func(c *closet) { c.rows[inès] = nil }, map[string]int64{Missing: 1}},
		{"a row too many", func(c *closet) {
			more := c.rows[inès][0]
			more.Record = crypto.RecordID{9}
			c.rows[inès] = append(c.rows[inès], more)
		}, map[string]int64{Surplus: 1}},
		{"the wish that was written last replaced by a copy of the other", func(c *closet) {
			c.trace(inès, Written{Changed: map[CellAt]uint32{boarding: 2}}, 3)
			for i := range c.rows[inès] {
				if c.rows[inès][i].Record == boarding.Record {
					c.rows[inès][i].Record = crypto.RecordID{9}
				}
			}
		}, map[string]int64{Missing: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloset(t)
			for _, ref := range []Ref{{1}, inès, {9}} {
				c.trace(ref, Created(c.enter(ref)), 30)
			}
			tt.do(c)
			for _, share := range []int{0, 1, 2} {
				r := c.verify(share)
				if r.OK() != (len(tt.want) == 0) || len(r.Found) != len(tt.want) || r.Dossiers != 3 {
					t.Errorf("in shares of %d: %d dossiers, found %v, want %v", share, r.Dossiers, r.Found, tt.want)
				}
				for what, n := range tt.want {
					if r.Found[what] != n || r.Findings[0].Candidate != inès.String() {
						t.Errorf("in shares of %d: found %v of %s, want %v of %s", share, r.Found, r.Findings[0].Candidate, tt.want, inès)
					}
				}
			}
		})
	}
}

func (c *closet) count(ref Ref) (n int) {
	for _, r := range c.rows[ref] {
		n += len(r.Cells)
	}
	return n
}

func TestWhatNoLiveTraceTellsIsNoFinding(t *testing.T) {
	c := newCloset(t)
	malo, aïcha, thibault, cut := Ref{1}, Ref{2}, Ref{3}, Ref{4}
	c.trace(malo, Created(c.enter(malo)), 400) // beyond the year
	c.trace(aïcha, Created(c.enter(aïcha)), 30)
	c.enter(thibault)
	c.trace(thibault, Written{Changed: map[CellAt]uint32{{Item: "A01.06"}: 1}}, 2)
	c.trace(cut, Created(12), 30)
	each := int64(c.count(malo))
	r := c.verify(0)
	if !r.OK() || r.Dossiers != 2 || r.UntoldDossiers != 1 || r.NotThere != 1 || r.Cells != each+1 || r.UntoldCells != 2*each-1 {
		t.Errorf("%+v", r)
	}
}

// A write that ends between the reading of the traces and that of the tables is no
// finding: whoever looks ill is looked at again.
func TestAWriteThatEndsMeanwhileIsNotFound(t *testing.T) {
	c := newCloset(t)
	inès := Ref{5}
	c.trace(inès, Created(c.enter(inès)), 30)
	c.meanwhile = func() {
		c.trace(inès, Written{Changed: map[CellAt]uint32{{Item: "A01.06"}: 2}}, 0)
		*c.cell(inès, CellAt{Item: "A01.06"}) = head(2)
	}
	if r := c.verify(0); !r.OK() || c.asked != 2 {
		t.Errorf("after %d walks: %v", c.asked, r.Found)
	}
}

func TestACampaignIsComparedInShares(t *testing.T) {
	c := newCloset(t)
	cells := int64(0)
	for i := range 10 {
		ref := Ref{byte(7 * i), 1}
		n := c.enter(ref)
		c.trace(ref, Created(n), 30)
		cells += int64(n)
	}
	if r := c.verify(3); !r.OK() || r.Dossiers != 10 || r.Cells != cells || c.most != 3 || c.asked != 4 {
		t.Errorf("%d listed at once in %d walks: %+v", c.most, c.asked, r)
	}
}

func TestADossierThatIsNobodysIsSaid(t *testing.T) {
	c := newCloset(t)
	v := &Revisions{Heads: c, Traces: c, Layout: c.layout, Now: func() time.Time { return noon }}
	if _, err := v.One(t.Context(), "2026", Ref{8}); !errors.Is(err, ErrNoSuchCandidate) {
		t.Errorf("%v, want %v", err, ErrNoSuchCandidate)
	}
}

func TestATraceOfAWriteThatDoesNotReadStopsTheComparison(t *testing.T) {
	c := newCloset(t)
	c.trace(Ref{5}, Created(c.enter(Ref{5})), 30)
	c.entries[0].Detail = []byte(`{"cells":"Mandragore"}`)
	v := &Revisions{Heads: c, Traces: c, Layout: c.layout, Now: func() time.Time { return noon }}
	if _, err := v.Campaign(t.Context(), "2026", nil); err == nil {
		t.Error("half of what was written would be compared")
	}
}
