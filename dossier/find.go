package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/policy"
)

// ErrManyFound means that several files answer: families share a phone.
var ErrManyFound = errors.New("several files answer to that value: use a value of one person")

// Find gives the reference of the candidate who has a value, looked up by blind
// index: the caller brings the value, nothing is listed. It is decided and traced
// as a read of the index's items in form match, against the file that was found.
//
// typed has the values of the index's items, separated by semicolons.
func (g *Gate) Find(ctx context.Context, ask Ask, index, typed string) (Ref, string, error) {
	g = g.pin()
	x, ok := g.Catalogue.Index(index)
	if !ok {
		return Ref{}, "", errors.New("no index has that name")
	}
	ask = g.worded(ask)
	input, ok := x.Typed(typed)
	if !ok {
		return Ref{}, "", fmt.Errorf("index %s looks for %d values, separated by semicolons", index, len(x.Items))
	}
	a, err := g.admit(ctx, ask)
	if err != nil {
		ask.Items = x.Items
		return Ref{}, "", g.turnAway(ctx, ask, ActionFind, err)
	}
	ring, err := g.Rings.Ring(a.mission.Recipient, ClassRouting)
	if err != nil {
		return Ref{}, "", err
	}
	macs, err := ring.Index(ctx, a.campaign.ID, index, input)
	clear(input)
	if err != nil {
		return Ref{}, "", err
	}
	found, err := g.Shelf.Find(ctx, a.campaign.ID, index, macs[0])
	if err != nil {
		return Ref{}, "", err
	}
	return g.settleFound(ctx, a, x.Items, found)
}

// settleFound keeps the files that the table lets this caller match, charges the one
// that answers, and traces every one of them, granted or refused.
//
// A question that gives no reference counts as a refusal, and where no file is left it is
// answered alike whether somebody has the value or not: each guess costs, right or wrong.
func (g *Gate) settleFound(ctx context.Context, a asking, items []catalogue.ItemID, found []Ref) (Ref, string, error) {
	request := rand.Text()
	var granted []Ref
	var events []audit.Event
	for _, ref := range found {
		h, err := g.follow(ctx, a, ref)
		if err != nil {
			return Ref{}, request, err
		}
		event := g.event(a, h, request, ActionFind)
		event.Items = items
		row, why, err := g.matches(a, h, items)
		if err != nil {
			return Ref{}, request, err
		}
		if why != nil {
			event.Decision, event.Rule = audit.Refused, why.Article
		} else {
			event.Decision, event.Rule = audit.Granted, row
			granted = append(granted, ref)
		}
		events = append(events, event)
	}
	if len(found) == 0 {
		// Nobody was found: a question all the same, and one that a curious agent
		// could ask about a neighbour, so it leaves a trace that names no file.
		event := g.event(a, held{}, request, ActionFind)
		event.Items, event.Decision, event.Rule = items, audit.Refused, "not-found"
		events = append(events, event)
	}
	kind := ChargeFiles
	if len(granted) != 1 {
		kind = ChargeRefusal
	}
	if err := g.spend(ctx, a, kind, 1); err != nil {
		return Ref{}, request, g.unfound(ctx, events, items, err)
	}
	if _, err := g.Traces.Record(ctx, events...); err != nil {
		return Ref{}, request, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	switch {
	case len(granted) == 1:
		return granted[0], request, nil
	case len(granted) > 1:
		return Ref{}, request, ErrManyFound
	}
	// A file that is not there and one that is nobody's business answer alike: who
	// is in the campaign is told to nobody who has no relation with them.
	return Ref{}, request, &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Item: items[0],
		Act: "find by " + string(items[0]), Article: "Art. 3", Reason: "no file that this mission may match answers to that value", Request: request}
}

// unfound traces, for each file behind a value, that a limit stopped the question.
func (g *Gate) unfound(ctx context.Context, events []audit.Event, items []catalogue.ItemID, err error) error {
	for _, e := range events {
		err = g.stopped(ctx, e, items, err)
	}
	return err
}

// matches says whether every item may be matched for this file: whoever may read an
// item may match it.
func (g *Gate) matches(a asking, h held, items []catalogue.ItemID) (row string, refused *Refusal, err error) {
	q, err := g.table().Query(a.mission.Recipient, a.purpose, a.phase, policy.Read)
	if err != nil {
		return "", g.outside(a, items[0], err), nil
	}
	for _, id := range items {
		it, _ := g.Catalogue.Item(id)
		if over, taken := a.taken(it); taken {
			return "", g.refusal(a, id, policy.Refusal{Article: over.Article, Reason: over.Reason}), nil
		}
		q.Relations = h.relations
		q.Guards = h.guards | h.classes[it.Class] | h.items[id]
		index := g.Catalogue.ItemIndex(id)
		grant, ok := g.table().Decide(&q, index)
		if !ok || grant.Form < catalogue.FormMasked {
			// A pseudonymised grant would join a name to a file number here.
			why := g.table().Why(&q, index)
			return "", g.refusal(a, id, why), nil
		}
		row = g.table().Row(grant.Row).SheetRow
	}
	return row, nil, nil
}
