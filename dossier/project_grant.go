package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/policy"
)

// unread are the items that the core needs and that the projection leaves closed, and
// why the form is drawn without them.
var unread = map[catalogue.ItemID]string{
	pseudonymOf: "the pseudonym stands for it, and the number never leaves",
	"A01.18":    "no programme of the register says its basin",
	"A04.02":    "no programme of the register says its basin",
	"A08.03":    "the series of the baccalauréat says the track",
	"A16.01":    "the programme asked for is named by its code",
	"A16.02":    "the programme asked for is named by its code",
}

// Projected are the items that a projection may open: those that the core needs, less
// those without which the form is drawn.
func Projected(c *catalogue.Catalogue) (items []catalogue.ItemID) {
	for _, it := range c.Items() {
		if _, closed := unread[it.ID]; it.CoreNeed && !closed {
			items = append(items, it.ID)
		}
	}
	return items
}

// A coreGrant is what the table grants for some facts: the items, and the rows of the
// sheet behind them.
type coreGrant struct {
	items map[catalogue.ItemID]bool
	named []catalogue.ItemID // sorted, with the one that the pseudonym stands for
	rule  string
}

// facts are those of a file on which the table decides here.
type facts struct{ boards, responds bool }

// granted looks at how things stand, and asks the table, once for each set of facts. It
// refuses, with a trace, when the phase, a freeze or the table leaves no view to make.
func (w *projecting) granted(ctx context.Context, campaign string) (err error) {
	if w.campaign, err = w.Rows.Standing(ctx, campaign); err != nil {
		return err
	}
	phase := w.campaign.Calendar.Phase(w.Now().In(paris))
	refuse := func(item catalogue.ItemID, article, reason string) error {
		r := &Refusal{Recipient: ProjectRecipient, Purpose: "P1", Phase: phase, Item: item, Article: article, Reason: reason}
		if item == "" {
			r.Act = "project a campaign"
		}
		r.Request = rand.Text()
		event := w.event(r.Request)
		event.Decision, event.Rule = audit.Refused, article
		if item != "" {
			event.Items = []catalogue.ItemID{item}
		}
		if _, err := w.Traces.Record(ctx, event); err != nil {
			return errors.Join(r, fmt.Errorf("%w: %w", ErrNotTraced, err))
		}
		return r
	}
	if w.campaign.Frozen.Whole {
		return refuse("", security, "campaign "+w.campaign.ID+" is frozen")
	}
	q, err := w.Table.Query(ProjectRecipient, "P1", phase, policy.Read)
	if err != nil {
		return refuse("", "Art. 3", "the campaign has not begun")
	}
	if q.Relations, err = w.Words.Relations("national"); err != nil {
		return err
	}
	projected := Projected(w.Catalogue)
	for _, f := range []facts{{}, {boards: true}, {responds: true}, {true, true}} {
		q.Guards = 0
		var holds []catalogue.Guard
		if f.boards {
			q.Guards |= w.boarding
			holds = append(holds, boardingWish)
		}
		if f.responds {
			q.Guards |= w.responder
			holds = append(holds, responderActive)
		}
		g := coreGrant{items: map[catalogue.ItemID]bool{}}
		var rows []string
		for _, id := range append(slices.Clone(projected), pseudonymOf) {
			grant, ok := w.Table.Decide(&q, w.Catalogue.ItemIndex(id))
			if !ok || grant.Form <= catalogue.FormAggregate {
				continue
			}
			it, _ := w.Catalogue.Item(id)
			if w.campaign.Frozen.Class(it.Class) {
				return refuse(id, security, fmt.Sprintf("class %s is frozen", it.Class))
			}
			g.items[id] = id != pseudonymOf // whether a cell of it is selected
			g.named = append(g.named, id)
			if row := w.Table.Row(grant.Row).SheetRow; !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
		}
		// Without these two there is no view: whose it is, and what is asked for. And one with
		// a column less would rank people by what it does not say.
		for _, id := range append([]catalogue.ItemID{pseudonymOf, "A15.X1"}, due(w.Catalogue, ProjectRecipient, phase, holds...)...) {
			if _, ok := g.items[id]; !ok && (id == pseudonymOf || slices.Contains(projected, id)) {
				why := w.Table.Why(&q, w.Catalogue.ItemIndex(id))
				return refuse(id, why.Article, why.Reason)
			}
		}
		slices.Sort(g.named)
		slices.Sort(rows)
		g.rule = strings.Join(rows, "+")
		w.grants[f] = g
	}
	return nil
}

func (w *projecting) event(request string) audit.Event {
	return audit.Event{Campaign: w.campaign.ID, Recipient: string(ProjectRecipient), Organisation: "sceau", Purpose: "P1",
		Action: ActionProject, Policy: w.Table.Hash(), Agent: w.by, Request: request}
}
