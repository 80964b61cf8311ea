package dossier

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"golang.org/x/sync/errgroup"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// openedAtOnce bounds the calls to the key service that one page has on their way: a
// page is one caller among others.
const openedAtOnce = 16

// A listedRow is one row of a page on its way out: decided as a read of its own, and not
// opened before the whole page is traced.
type listedRow struct {
	Row
	candidate Ref
	held      held
	wanted    []want
	answers   []answer
	empty     []catalogue.ItemID // granted, and the file has no record of them
	found     <-chan seen
	events    []audit.Event // what the page records of this file
}

// consider decides every item for every row. The rows go side by side, each the way that
// a read goes; they share their round trips as readers do who come at once.
func (g *Gate) consider(ctx context.Context, a asking, rows []*listedRow, items []catalogue.ItemID) error {
	together, ctx := errgroup.WithContext(ctx)
	for _, r := range rows {
		together.Go(func() error { return g.considerRow(ctx, a, r, items) })
	}
	return together.Wait()
}

func (g *Gate) considerRow(ctx context.Context, a asking, r *listedRow, items []catalogue.ItemID) error {
	h, err := g.follow(ctx, a, r.candidate)
	if errors.Is(err, ErrNoSuchCandidate) {
		h.under(r.File)
		r.held, r.Failed, r.Cause = h, "forgotten", err
		return nil
	}
	if err != nil {
		return err
	}
	h.under(r.File)
	r.held = h
	// Item by item, so that one which is refused here refuses no other.
	for _, id := range items {
		w, refused := g.plan(a, h, []catalogue.ItemID{id})
		if refused != nil {
			r.Refused = append(r.Refused, refused)
			continue
		}
		r.wanted = append(r.wanted, w...)
	}
	if len(r.wanted) == 0 {
		return nil
	}
	answers, err := g.fetch(ctx, a, h, r.wanted)
	if err != nil {
		return h.nameless(err)
	}
	of := make([][]answer, len(r.wanted))
	for _, x := range answers {
		i := x.want
		x.want = 0 // among the items of its own question
		of[i] = append(of[i], x)
	}
	for i := range r.wanted {
		granted, empty, refused := g.settle(a, h, r.wanted[i:i+1], of[i], true)
		if refused != nil {
			r.Refused = append(r.Refused, refused)
			continue
		}
		for _, x := range granted {
			x.want = i
			r.answers = append(r.answers, x)
		}
		r.empty = append(r.empty, empty...)
	}
	// The names stay: they are what such a mission lists for.
	left, out := apart(r.wanted, r.answers)
	if r.answers = left; len(out) > 0 {
		r.Refused = append(r.Refused, g.beside(a, r.wanted, out[0]))
	}
	return nil
}

// openRows makes the traces of a page durable, all of them or none, and then opens what
// was granted. What concerns one file alone is said of its row; whatever else stops
// stops the page.
func (g *Gate) openRows(ctx context.Context, a asking, page audit.Event, rows []*listedRow, rings map[catalogue.ClassID]*crypto.Keyring) error {
	events := []audit.Event{page}
	// In the order of the page, whoever has a copy of routing could tell which trace is of
	// which number, and so join the tags of one day with those of the next.
	rows = slices.Clone(rows)
	rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	seeking, leave := context.WithCancel(ctx)
	defer leave()
	for _, r := range rows {
		if r.held.candidate == (Ref{}) {
			continue // nothing was named
		}
		r.trace(g, a, page.Request)
		events = append(events, r.events...)
		if len(r.answers) > 0 {
			r.found = g.seek(seeking, a.campaign.ID, r.answers, rings)
		}
	}
	if _, err := g.Traces.Record(ctx, events...); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	together, opening := errgroup.WithContext(ctx)
	together.SetLimit(openedAtOnce)
	for _, r := range rows {
		if r.found != nil || len(r.empty) > 0 {
			together.Go(func() error { return g.openRow(opening, a, r) })
		}
	}
	err := together.Wait()
	return g.settleFailures(context.WithoutCancel(ctx), rows, err)
}

// trace says what is about to happen to one file: what opens, and what was refused.
func (r *listedRow) trace(g *Gate, a asking, request string) {
	e := g.event(a, r.held, request, ActionRead)
	r.View = newView(a, r.held, e)
	if r.Failed != "" {
		e.Decision, e.Rule = audit.Refused, "no such candidate"
		r.events = append(r.events, e)
		return
	}
	if len(r.answers)+len(r.empty) > 0 {
		e.Items, e.Decision, e.Rule = itemsOf(r.wanted, r.answers), audit.Granted, g.rules(r.answers)
		r.events = append(r.events, e)
	}
	if len(r.Refused) > 0 {
		e.Items, e.Decision, e.Rule = nil, audit.Refused, r.Refused[0].Article
		for _, refused := range r.Refused {
			refused.Request = request
			e.Items = append(e.Items, refused.Item)
		}
		r.events = append(r.events, e)
	}
}

// openRow opens one row. An error that is the file's own stays with it.
func (g *Gate) openRow(ctx context.Context, a asking, r *listedRow) error {
	if r.found != nil {
		if err := g.reveal(ctx, a, r.held, &r.View, r.wanted, r.answers, r.found); err != nil {
			r.View.Forget()
			r.View.Fields = nil
			if !ofOneFile(err) {
				return r.held.nameless(err)
			}
			r.Failed, r.Cause = outcome(err), err
			return nil
		}
	}
	r.View.Held = append(r.empty, r.View.Held...)
	return nil
}

// ofOneFile says whether an opening failed for what lies in the file, and not for a part
// that is away: asked again it would fail again, and the rest of the page is no worse.
func ofOneFile(err error) bool {
	return errors.Is(err, crypto.ErrForgotten) || errors.Is(err, crypto.ErrOpen) || errors.Is(err, errNoForm)
}

// settleFailures says in further traces what did not open after all: the rows that
// failed, or with the page every row that was to be opened for it.
func (g *Gate) settleFailures(ctx context.Context, rows []*listedRow, stopped error) error {
	var events []audit.Event
	for _, r := range rows {
		why := r.Failed
		if why == "" && stopped != nil {
			why = outcome(stopped)
		}
		if why != "" && len(r.events) > 0 && r.events[0].Decision == audit.Granted {
			e := r.events[0]
			e.Decision, e.Rule = audit.Failed, why
			events = append(events, e)
		}
	}
	_, err := g.Traces.Record(ctx, events...)
	if stopped == nil && err == nil {
		return nil
	}
	for _, r := range rows {
		r.View.Forget()
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	return errors.Join(stopped, err)
}
