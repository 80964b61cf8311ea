package dossier

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// Revisions compares the revision of each cell as it lies in the tables with the one
// that the newest trace of a write about it says: an older cell, put back in its place
// by somebody who may write the tables, opens like any other and is found here.
//
// It needs no key of a class, because a revision stands in clear in front of its cell.
// A revision that was altered there does not open: the next read finds it. What it
// says rests on the traces, so it is worth what audit.Verify says of them, and it says
// nothing of a dossier that no live trace speaks of: traces live one year.
//
// Candidates' dossiers are compared; agents' own data have no revisions in their
// traces. A write cut between its trace and its rows looks like a cell put back until
// it is written again; a creation cut there left no row, and is counted apart.
type Revisions struct {
	Heads  Heads
	Traces Writings
	Layout *Layout
	Now    func() time.Time

	// Share is how many dossiers are compared in one walk of the traces, which bounds
	// the memory of a run. 0: 32,768, some tens of megabytes.
	Share int
}

// Heads reads what stands in clear in front of sealed cells.
type Heads interface {
	// Candidates lists those of a campaign who have an account, in the order of their
	// references: n of them at most, beyond after.
	Candidates(ctx context.Context, campaign string, after Ref, n int) ([]Ref, error)
	// Heads reads rows as they are at one instant: the first crypto.CellHead bytes of
	// each cell, every column, and which of the candidates have an account.
	Heads(ctx context.Context, campaign string, of []Ref, rows []Selection) ([]SealedRow, []Ref, error)
}

// Writings reads traces back; audit.Reader is one. Reading them is an access, which
// the caller records first.
type Writings interface {
	Between(ctx context.Context, first, last audit.Day, which audit.Selection) iter.Seq2[audit.Entry, error]
}

// What may be found about revisions.
const (
	PutBack   = "put-back"  // older than the newest write
	Untraced  = "untraced"  // newer than any write that was traced
	Malformed = "malformed" // no head of a cell
	Missing   = "missing"   // cells that were written are not there
	Surplus   = "surplus"   // cells are there that no write left
	Lowered   = "lowered"   // a later write says less than one before it, which no write does
)

// A RevisionFinding is something that an untouched dossier does not have. It names
// places, never a value.
type RevisionFinding struct {
	Candidate string           `json:"candidate"`
	What      string           `json:"what"`
	Table     string           `json:"table,omitempty"`
	Item      catalogue.ItemID `json:"item,omitempty"`
	Record    string           `json:"record,omitempty"` // empty for what stands once
	// Lies and Traced are revisions; of Missing and Surplus, numbers of cells; of Lowered,
	// what the trace named below says and what one before it said.
	Lies   int64  `json:"lies"`
	Traced int64  `json:"traced"`
	Trace  string `json:"trace"` // the newest write of that dossier or the one that says less, 2026-04-02/17
}

// A RevisionReport is the outcome of a comparison.
type RevisionReport struct {
	Campaign string `json:"campaign"`
	Dossiers int64  `json:"dossiers"` // that a trace speaks of
	Cells    int64  `json:"cells"`    // compared
	// Untold dossiers and cells are those that no live trace speaks of.
	UntoldDossiers int64 `json:"untold_dossiers"`
	UntoldCells    int64 `json:"untold_cells"`
	// NotThere are creations traced of which nothing lies in the tables, no account
	// either: cut before their end, or erased since.
	NotThere int64             `json:"not_there"`
	Found    map[string]int64  `json:"found"`    // how many findings of each kind
	Findings []RevisionFinding `json:"findings"` // the first thousand
}

// OK says that nothing was found.
func (r *RevisionReport) OK() bool { return len(r.Found) == 0 }

// mostFindings that a report lists: a campaign put back whole needs no million lines.
const mostFindings = 1000

func newRevisionReport(campaign string) RevisionReport {
	return RevisionReport{Campaign: campaign, Found: map[string]int64{}, Findings: []RevisionFinding{}}
}

func (r *RevisionReport) add(o RevisionReport) {
	r.Dossiers += o.Dossiers
	r.Cells += o.Cells
	r.UntoldDossiers += o.UntoldDossiers
	r.UntoldCells += o.UntoldCells
	r.NotThere += o.NotThere
	for what, n := range o.Found {
		r.Found[what] += n
	}
	r.Findings = append(r.Findings, o.Findings[:min(len(o.Findings), mostFindings-len(r.Findings))]...)
}

// Campaign compares all dossiers of a campaign, a share of them at a time. progress
// is told how many candidates are done.
func (v *Revisions) Campaign(ctx context.Context, campaign string, progress func(int64)) (RevisionReport, error) {
	report, done := newRevisionReport(campaign), int64(0)
	share := cmp.Or(v.Share, 1<<15)
	for after, last := (Ref{}), false; !last; {
		refs, err := v.Heads.Candidates(ctx, campaign, after, share)
		if err != nil {
			return report, err
		}
		// References are random, so a share is a range of them. The traces may know
		// some in it whose account is gone.
		from, to := after, Ref{}
		if last = len(refs) < share; !last {
			to = refs[len(refs)-1]
			after = to
		}
		known, err := v.walk(ctx, campaign, func(c Ref) bool {
			return bytes.Compare(c[:], from[:]) > 0 && (last || bytes.Compare(c[:], to[:]) <= 0)
		})
		if err != nil {
			return report, err
		}
		base, listed := done, int64(len(refs))
		for c := range known {
			if _, has := slices.BinarySearchFunc(refs[:listed], c, compareRefs); !has {
				refs = append(refs, c)
			}
		}
		err = v.compareAll(ctx, &report, campaign, refs, known, func(n int64) {
			done = base + min(n, listed)
			if progress != nil {
				progress(done)
			}
		})
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

func compareRefs(a, b Ref) int { return bytes.Compare(a[:], b[:]) }

// One compares one dossier. It walks the traces of all writes, as for a campaign: a
// write is traced under the file number of the scope that it went through, and which
// scopes those were is not known here.
func (v *Revisions) One(ctx context.Context, campaign string, c Ref) (RevisionReport, error) {
	report := newRevisionReport(campaign)
	known, err := v.walk(ctx, campaign, func(of Ref) bool { return of == c })
	if err != nil {
		return report, err
	}
	if err := v.compareAll(ctx, &report, campaign, []Ref{c}, known, func(int64) {}); err != nil {
		return report, err
	}
	if report.Dossiers+report.UntoldDossiers+report.NotThere == 0 {
		return report, ErrNoSuchCandidate
	}
	return report, nil
}

// days are those whose traces may still be read; a process whose clock is ahead
// writes into tomorrow.
func (v *Revisions) days() (first, last audit.Day) {
	today := audit.DayOf(v.Now())
	return today - 367, today + 1
}

// walk reads the traces of all writes, oldest first, and keeps what they say of the
// dossiers wanted.
func (v *Revisions) walk(ctx context.Context, campaign string, wanted func(Ref) bool) (map[Ref]*told, error) {
	known := map[Ref]*told{}
	first, last := v.days()
	for e, err := range v.Traces.Between(ctx, first, last, audit.Selection{Action: ActionWrite, Decision: audit.Granted}) {
		if err == nil {
			err = learn(known, campaign, &e, wanted)
		}
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// atOnce is how many dossiers are read from the tables in one go: some fifty thousand
// heads of five bytes.
const atOnce = 64

// compareAll compares dossiers with what is told of them. Whoever looks ill is looked
// at again with traces read anew: a write may have ended between the one reading and
// the other.
func (v *Revisions) compareAll(ctx context.Context, report *RevisionReport, campaign string, refs []Ref, known map[Ref]*told, progress func(int64)) error {
	doubted, done := map[Ref]bool{}, int64(0)
	for some := range slices.Chunk(refs, atOnce) {
		err := v.compare(ctx, campaign, some, known, func(c Ref, one RevisionReport) {
			if !one.OK() {
				doubted[c] = true
				return
			}
			report.add(one)
		})
		if err != nil {
			return err
		}
		done += int64(len(some))
		progress(done)
	}
	if len(doubted) == 0 {
		return nil
	}
	known, err := v.walk(ctx, campaign, func(c Ref) bool { return doubted[c] })
	if err != nil {
		return err
	}
	for some := range slices.Chunk(slices.SortedFunc(maps.Keys(doubted), compareRefs), atOnce) {
		if err := v.compare(ctx, campaign, some, known, func(_ Ref, one RevisionReport) { report.add(one) }); err != nil {
			return err
		}
	}
	return nil
}

// compare reads some dossiers and tells each one's outcome.
func (v *Revisions) compare(ctx context.Context, campaign string, refs []Ref, known map[Ref]*told, tell func(Ref, RevisionReport)) error {
	owner := map[crypto.UnitID]int{}
	var below [][]crypto.UnitID // units of each candidate
	for i, c := range refs {
		units := Target{Candidate: c}.Units(v.Layout)
		for _, u := range units {
			owner[u] = i
		}
		below = append(below, units)
	}
	all := slices.Concat(below...)
	var asked []Selection
	for t := range v.Layout.Tables {
		if v.Layout.Tables[t].Repeats != perAgent {
			asked = append(asked, Selection{Table: t, Units: all})
		}
	}
	rows, accounts, err := v.Heads.Heads(ctx, campaign, refs, asked)
	if err != nil {
		return err
	}
	mine := make([][]*SealedRow, len(refs))
	for k := range rows {
		i, ok := owner[rows[k].Unit]
		if !ok {
			return errors.New("the tables answered with a row that nobody asked for")
		}
		mine[i] = append(mine[i], &rows[k])
	}
	for i, c := range refs {
		tell(c, v.judge(campaign, c, mine[i], slices.Contains(accounts, c), known[c]))
	}
	return nil
}

// judge compares one dossier.
func (v *Revisions) judge(campaign string, c Ref, rows []*SealedRow, entered bool, t *told) RevisionReport {
	r, cells := newRevisionReport(campaign), int64(0)
	for _, row := range rows {
		cells += int64(len(row.Cells))
	}
	switch {
	case t == nil && cells == 0 && !entered:
		return r // nobody
	case t == nil:
		r.UntoldDossiers, r.UntoldCells = 1, cells
		return r
	case cells == 0 && !entered:
		r.NotThere = 1
		return r
	}
	r.Dossiers = 1
	find := func(f RevisionFinding) {
		f.Candidate, f.Trace = c.String(), cmp.Or(f.Trace, t.trace.String())
		r.Found[f.What]++
		if len(r.Findings) < mostFindings {
			r.Findings = append(r.Findings, f)
		}
	}
	switch wrote := int64(t.Cells); {
	case wrote > cells:
		find(RevisionFinding{What: Missing, Lies: cells, Traced: wrote})
	case wrote > 0 && wrote < cells:
		find(RevisionFinding{What: Surplus, Lies: cells, Traced: wrote})
	}
	for _, f := range t.lowered {
		if p, ok := v.Layout.byItem[f.Item]; ok {
			f.Table = v.Layout.Tables[p.table].Name
		}
		find(f)
	}
	seen := 0 // of the cells that a trace names
	for _, row := range rows {
		plan := &v.Layout.Tables[row.Table]
		for k, head := range row.Cells {
			at := CellAt{row.Record, plan.Items[k]}
			want, named := t.Changed[at]
			if named {
				seen++
			} else {
				want = t.Revision
			}
			if want == 0 {
				r.UntoldCells++
				continue
			}
			r.Cells++
			f := RevisionFinding{Table: plan.Name, Item: at.Item, Record: recordWord(at.Record), Traced: int64(want)}
			lies, err := crypto.HeadRevision(head)
			f.Lies = int64(lies)
			switch {
			case err != nil:
				f.What = Malformed
			case lies < want:
				f.What = PutBack
			case lies > want:
				f.What = Untraced
			default:
				continue
			}
			find(f)
		}
	}
	// A row that was replaced by another leaves the number of cells as it was.
	if seen < len(t.Changed) {
		find(RevisionFinding{What: Missing, Lies: int64(seen), Traced: int64(len(t.Changed))})
	}
	return r
}

func recordWord(id crypto.RecordID) string {
	if id == (crypto.RecordID{}) {
		return ""
	}
	return id.String()
}
