package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/policy"
)

// A Refusal is the gate's answer when the table, the relation or a guard says no.
// It never carries a value.
type Refusal struct {
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Item      catalogue.ItemID // the first refused
	Act       string           // what was refused, when it is not to read an item
	Article   string           // the article that refuses, or that would grant
	Reason    string           // what is missing, in words
	Request   string           // reference of the trace
}

func (r *Refusal) Error() string {
	in := " in " + string(r.Phase)
	if r.Phase == "" {
		in = " before the first phase"
	}
	act := r.Act
	if act == "" {
		act = "read " + string(r.Item)
	}
	return fmt.Sprintf("%s may not %s for %s%s: %s (%s)", r.Recipient, act, r.Purpose, in, r.Reason, r.Article)
}

func (g *Gate) refusal(a asking, id catalogue.ItemID, why policy.Refusal) *Refusal {
	return &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase,
		Item: id, Article: why.Article, Reason: why.Reason}
}

// refuses is a refusal of something else than to read an item.
func (a asking) refuses(act, article, reason string) *Refusal {
	return &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Act: act, Article: article, Reason: reason}
}

// outside refuses a question that is outside the table: asked before the campaign
// began, or in words that the table does not have.
func (g *Gate) outside(a asking, id catalogue.ItemID, err error) *Refusal {
	why := policy.Refusal{Article: "Art. 3", Reason: err.Error()}
	if a.phase == "" {
		why.Reason = "the campaign has not begun"
	}
	return g.refusal(a, id, why)
}

// refuse counts a refusal, traces it and hands it to the caller. One that cannot be
// traced is still a refusal; whoever was refused too often is told of that, and no more.
func (g *Gate) refuse(ctx context.Context, a asking, event audit.Event, r *Refusal, items []catalogue.ItemID) error {
	if err := g.spend(ctx, a, ChargeRefusal, 1); err != nil {
		return g.stopped(ctx, event, items, err)
	}
	return g.refused(ctx, event, r, items)
}

// refused traces a refusal that is counted already.
func (g *Gate) refused(ctx context.Context, event audit.Event, r *Refusal, items []catalogue.ItemID) error {
	event.Decision, event.Rule = audit.Refused, r.Article
	event.Items = slices.Clone(items)
	if len(event.Items) == 0 && r.Item != "" {
		event.Items = []catalogue.ItemID{r.Item}
	}
	slices.Sort(event.Items)
	event.Items = slices.Compact(event.Items)
	r.Request = event.Request
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return errors.Join(r, fmt.Errorf("%w: %w", ErrNotTraced, err))
	}
	return r
}

// turnAway traces who came without a mission in force or with another's credential,
// or with a mission that may not ask this at all: guessing leaves a trace too. The name is
// the one that was claimed.
func (g *Gate) turnAway(ctx context.Context, ask Ask, action string, cause error) error {
	var refused *Refusal
	if !errors.Is(cause, ErrNoSuchMission) && !errors.As(cause, &refused) {
		return cause
	}
	event := audit.Event{
		Recipient: strangers, Purpose: string(ask.Purpose), Action: action,
		Decision: audit.Refused, Rule: "no mission in force with that credential", Policy: g.table().Hash(),
		Agent: claimed(ask.Mission), Request: rand.Text(),
	}
	if refused != nil {
		event.Recipient, event.Rule = string(refused.Recipient), refused.Article
		refused.Request = event.Request
	}
	if len(ask.Items) == 1 {
		// Of a longer list, each that a stranger makes up would be kept for ever.
		event.Items = ask.Items
	}
	if ask.Candidate != (Ref{}) {
		event.Candidate = ask.Candidate.String()
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return errors.Join(cause, fmt.Errorf("%w: %w", ErrNotTraced, err))
	}
	return cause
}

// strangers are whom the tables of the decree call anybody else.
const strangers = "X4"

// lost traces a request that led to no file, or to one that could not be followed.
func (g *Gate) lost(ctx context.Context, a asking, event audit.Event, items []catalogue.ItemID, cause error) error {
	var refused *Refusal
	switch {
	case errors.As(cause, &refused):
		return g.refuse(ctx, a, event, refused, items)
	case !errors.Is(cause, ErrNoSuchCandidate):
		return cause
	}
	if err := g.spend(ctx, a, ChargeRefusal, 1); err != nil {
		return g.stopped(ctx, event, items, err)
	}
	event.Subject, event.Items = nil, items
	event.Decision, event.Rule = audit.Refused, "no such candidate"
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return errors.Join(cause, fmt.Errorf("%w: %w", ErrNotTraced, err))
	}
	return cause
}
