package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/core/view"
	"sceau/crypto"
)

// ActionExplain is the action of the trace of a crossing for an explanation.
const ActionExplain = "explain"

// PseudonymOf opens the pseudonym of one candidate, so that the core can be asked about
// them: an explanation goes from a candidate to their pseudonym, and never back. Whether
// the caller may ask is for the gate, which has answered before; this is the crossing
// itself, granted to SYS-project and traced like every other, under the request of the
// caller and in their name.
//
// on is the day that the caller states, which the gate takes in demonstration campaigns
// only; zero is today.
//
// Errors: those of Project; ErrNoSuchCandidate of somebody who was never projected.
func (p *Projection) PseudonymOf(ctx context.Context, campaign string, who Ref, on time.Time, request, by string) (name view.Pseudonym, err error) {
	stated := *p
	if !on.IsZero() {
		stated.Now = func() time.Time { return on }
	}
	w := &projecting{Projection: &stated, run: request, by: by, grants: map[facts]coreGrant{}}
	if err := w.granted(ctx, campaign); err != nil {
		return name, err
	}
	if !on.IsZero() && !w.campaign.Demo {
		return name, errors.New("a date is stated in demonstration campaigns only")
	}
	routing, err := p.Ring.Routing(ctx, campaign)
	if err != nil {
		return name, err
	}
	defer routing.Zero()
	rows, err := p.Rows.Cells(ctx, campaign, []Selection{{Table: p.Layout.Pseudonym(), Columns: []int{0}, Units: []crypto.UnitID{who}}})
	if err != nil {
		return name, err
	}
	if len(rows[0]) != 1 {
		return name, ErrNoSuchCandidate
	}
	found, err := p.Ring.Find(ctx, campaign, who)
	if err != nil {
		return name, err
	}
	if !found.Has(who) {
		return name, ErrNoSuchCandidate // forgotten: what tied the two is gone
	}
	event := w.event(request)
	event.Action = ActionExplain
	no := routing.Tag(string(ScopeRecipient), string(ProjectRecipient), who)
	event.Items, event.Decision, event.Rule = []catalogue.ItemID{pseudonymOf}, audit.Granted, w.grants[facts{}].rule
	event.Subject, event.Candidate = no[:], who.String()
	if _, err := p.Traces.Record(ctx, event); err != nil {
		return name, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	row := &rows[0][0]
	plan := p.Layout.Plan(p.Layout.Pseudonym())
	halves, err := found.Halves(ctx, who, crypto.Branch{Class: string(plan.Class), Fate: string(plan.Fate), Version: row.BranchVersion})
	if err != nil {
		return name, err
	}
	defer halves[0].Zero()
	return openPseudonym(halves[0], row)
}

// ShowsWish is whether the answer has, in clear, a wish for that programme: record by
// record, who may see one wish of a candidate may not hear of another.
func (v View) ShowsWish(programme string) bool {
	return slices.ContainsFunc(v.Fields, func(f Field) bool {
		return f.Item == "A15.X1" && f.Form == catalogue.FormClear && string(f.Value.json) == strconv.Quote(programme)
	})
}
