package dossier

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"sceau/audit"
)

// An ExportFile is where an export goes: it keeps what it was given, whatever cuts the
// giving.
type ExportFile interface {
	// Kept cuts the file to whole rows: all that stand up to the row of a number, and, when
	// exactly so many whole rows follow it, these too. It says whether they do, and gives
	// the number of the last row; zero for none. A file that does not reach the number is
	// an error: it is not the one that was written.
	Kept(begin FileNo, rows int) (whole bool, last FileNo, err error)
	// Add writes the rows of a page, durably.
	Add(p Page) error
	// Place gives the file its name, once it is whole.
	Place() error
}

// RunExport gives the files of an order that was approved, page after page, as List gives
// them: decided, charged and traced anew for each. It is run once, by the mission that
// ordered it, within a week of the approval; killed, it is run again and goes on where
// the file ends, with no row twice and none left out.
//
// What was begun elsewhere is not begun again: pages are steps of the order, and a run
// goes on from the last of them, or repeats that one alone, uncharged, when the file does
// not have it. A whole export that is asked for again is refused.
//
// more says that the limit of an export ended it before the scope did.
//
// Errors: those of List; *Refusal for an order that this mission may not run.
func (g *Gate) RunExport(ctx context.Context, book ExportBook, traces TracesBetween, ask Ask, id string, into ExportFile) (x Export, more bool, err error) {
	g = g.pin()
	ask.Purpose = "P1"
	ask = g.worded(ask)
	a, err := g.admit(ctx, ask)
	if err != nil {
		return x, false, g.turnAway(ctx, ask, ActionExport, err)
	}
	event := g.event(a, held{}, rand.Text(), ActionExport)
	x, steps, err := a.export(ctx, book, id)
	if err != nil {
		return x, false, g.noExport(ctx, a, event, err)
	}
	if refused := g.mayRun(a, x); refused != nil {
		return x, false, g.refuse(ctx, a, event, refused, nil)
	}
	// Sealed steps say who approved what; the traces say it too, or it does not run.
	for i, of := range []struct {
		at         time.Time
		action, by string
	}{{x.Ordered, ActionExportOrder, x.Mission}, {x.Approved, ActionExportApprove, x.ApprovedBy}} {
		detail, err := traceOf(ctx, traces, steps[i], of.at, of.action, of.by)
		if err != nil {
			return x, false, err
		}
		if !bytes.Equal(detail.Digest, steps[0].digest()) {
			return x, false, fmt.Errorf("%s of another order: %w", of.action, ErrExportForged)
		}
	}
	return g.goOn(ctx, book, a, ask, x, into)
}

// mayRun refuses an order that is not this mission's to run, or not any more.
func (g *Gate) mayRun(a asking, x Export) *Refusal {
	no := func(reason string) *Refusal { return a.refuses(ActionExport, security, reason) }
	switch {
	case a.mission.ID != x.Mission:
		return no("another mission ordered it")
	case x.ApprovedBy == "":
		return no("a second person has not approved it")
	case !g.Now().Before(x.Approved.Add(ApprovalLasts)):
		return no("it was approved more than seven days ago")
	}
	return nil
}

// goOn takes up an export where its file ends.
func (g *Gate) goOn(ctx context.Context, book ExportBook, a asking, ask Ask, x Export, into ExportFile) (Export, bool, error) {
	last, paid := FileNo{}, 0 // rows of a page that was charged and is not in the file
	if n := len(x.pages); n > 0 {
		p := x.pages[n-1]
		var begin FileNo
		var err error
		if p.After != "" {
			if begin, err = ParseFileNo(p.After); err != nil {
				return x, false, fmt.Errorf("step of a page: %w", ErrExportForged)
			}
		}
		whole, at, err := into.Kept(begin, p.Rows)
		if err != nil && !x.Ended {
			return x, false, err
		}
		if last = at; !whole {
			paid = p.Rows
		}
	}
	if x.Ended {
		if paid > 0 { // it is placed already, or somewhere else
			return x, false, g.refuse(ctx, a, g.event(a, held{}, rand.Text(), ActionExport), a.refuses(ActionExport, security, "it was run already"), nil)
		}
		return x, false, into.Place()
	}
	most := g.table().Limit(a.mission.Recipient).Export
	for {
		left := most - x.Rows()
		limit := min(MostRows, left)
		if paid > 0 {
			limit = paid
		}
		if limit <= 0 {
			more, err := g.follows(ctx, a, x, last)
			if err != nil {
				return x, false, err
			}
			return g.endExport(ctx, book, a, x, into, more)
		}
		of := ListAsk{Ask: ask, After: last, Limit: limit}
		of.Purpose, of.Scope, of.Items = x.Purpose, x.Scope, x.Items
		begins := ""
		if last != (FileNo{}) {
			begins = last.String()
		}
		page, err := g.list(ctx, of, terms{action: ActionExport, charge: ChargeExport, export: x.ID, paid: paid > 0, before: func(rows int) error {
			switch {
			case rows == 0 && paid == 0, rows == paid:
				return nil
			case paid > 0:
				x.pages = x.pages[:len(x.pages)-1]
			}
			p := stepBody{At: g.Now().UTC().Truncate(time.Second), Mission: a.mission.ID, After: begins, Rows: rows}
			step, err := a.step(x.ID, x.steps, StepPage, p)
			if err != nil {
				return err
			}
			if err := book.AddStep(ctx, step); err != nil {
				return err
			}
			x.pages, x.steps = append(x.pages, p), x.steps+1
			return nil
		}})
		if err != nil {
			return x, false, err
		}
		err = into.Add(page)
		next := page.Next
		page.Forget()
		if err != nil {
			return x, false, err
		}
		if paid = 0; next == (FileNo{}) {
			return g.endExport(ctx, book, a, x, into, false)
		}
		last = next
	}
}

// follows says whether the scope goes on behind a number: who is given less than there is
// is told so.
func (g *Gate) follows(ctx context.Context, a asking, x Export, last FileNo) (bool, error) {
	by, _, refused := g.listBy(a, x.Scope, x.Items)
	if refused != nil {
		return false, refused
	}
	routes, err := g.Desk.List(ctx, Listing{Campaign: a.campaign.ID, By: by, ID: x.Scope.ID, After: last, Limit: 1})
	return len(routes) > 0, err
}

// endExport says that an export is whole, and then gives the file its name: cut between
// the two, it is placed by the next run, and given to nobody again.
func (g *Gate) endExport(ctx context.Context, book ExportBook, a asking, x Export, into ExportFile, more bool) (Export, bool, error) {
	step, err := a.step(x.ID, x.steps, StepEnd, stepBody{At: g.Now().UTC().Truncate(time.Second), Mission: a.mission.ID, Rows: x.Rows()})
	if err != nil {
		return x, more, err
	}
	event := g.event(a, held{}, rand.Text(), ActionExport)
	event.Decision, event.Rule = audit.Granted, "end"
	if event.Detail, err = json.Marshal(listDetail{Scope: x.Scope.String(), Rows: x.Rows(), Export: x.ID}); err != nil {
		return x, more, err
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return x, more, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	if err := book.AddStep(ctx, step); err != nil {
		return x, more, err
	}
	x.Ended = true
	return x, more, into.Place()
}
