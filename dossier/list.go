package dossier

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// MostRows is how many files a page has at most.
const MostRows = 200

// ActionList is the action of the trace of a page. What a page opens of each file is
// traced beside it as the reading that it is.
const ActionList = "list"

// A ListAsk asks for the files of one of the mission's own scopes, a page at a time. Its
// Scope may be left out by a mission that has one only; Candidate and File stay empty.
type ListAsk struct {
	Ask
	After FileNo // the last number of the page before; zero for the first page
	Limit int    // rows; 0 is MostRows, which is also the most
}

// A Page is some of the files that a scope knows, in the order of their numbers, which
// are random: the order tells nothing. It never carries a candidate's reference.
type Page struct {
	// Request is the reference of the traces: of the page, and of each file opened for it.
	Request   string
	Scope     Scope
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Policy    string
	Rows      []Row
	Next      FileNo // where to go on; zero when there is nothing more
	// Most is how many rows a page of this mission has at most. One that asked for more
	// was given so many.
	Most int
}

// A Row is one file in a page.
type Row struct {
	File      FileNo
	Relations []catalogue.Relation // that the scope has with the file by its route, and may be told
	// View has what was named, as Read gives it under this number; empty when nothing was.
	View View
	// Refused are named items that are not granted of this file: a guard does not hold here.
	Refused []*Refusal
	// Failed says, in a word of the traces, why nothing of this file opened: it was
	// forgotten a moment ago, or it is damaged. Cause is for a log.
	Failed string
	Cause  error
}

// Forget clears the values, once the page was written to its caller.
func (p Page) Forget() {
	for _, r := range p.Rows {
		r.View.Forget()
	}
}

// Format is that of a field.
func (p Page) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "page of %d files", len(p.Rows)) }

// Format is that of a field.
func (r Row) Format(s fmt.State, _ rune) { io.WriteString(s, "row of a page") }

// ErrTooManyRows means that a page of more than MostRows was asked for.
var ErrTooManyRows = fmt.Errorf("a page has from 1 to %d rows", MostRows)

// List answers which files one scope of a mission knows, under the scope's own numbers,
// or says why not. With items named it answers them for each file, exactly as Read would
// by that number: a page of 200 rows is 200 readings, each decided with the facts of its
// own file and traced for its own candidate before anything of the page opens.
//
// The table refuses a page as a whole, when it grants the mission nothing of one file by
// that scope, or could grant one of the items named to no row of it. An item that is
// granted under a guard is refused row by row: a commission that asks for three columns
// of its list gets them where it may, and is told where it may not and why. Silence would
// read as an empty field.
//
// A file that entered since the page before, or was forgotten, moves no other: no file
// comes twice, and none that was there throughout is missed.
//
// Each row counts as a file, whether something of it opens or not, and a page without rows
// as one. A page has no more than the mission may have in one request, and where fewer are
// left than it could have rows it is refused before any is read.
//
// Errors: those of Read, ErrWhichScope, ErrTooManyRows.
func (g *Gate) List(ctx context.Context, ask ListAsk) (Page, error) {
	return g.list(ctx, ask, terms{action: ActionList, charge: ChargeFiles})
}

// terms are on what account a page is answered.
type terms struct {
	action string
	charge ChargeKind
	export string // the order that a page is of
	// before is called when the rows of a page are known and charged, and nothing is
	// traced or opened: it may still refuse. Nil charges alone.
	before func(rows int) error
	paid   bool // the page was charged when it was begun, and did not arrive
}

// most is how many rows a page has at most. The pages of an export are no requests.
func (t terms) most(l policy.Limit) int {
	if t.charge == ChargeExport {
		return min(MostRows, l.Export)
	}
	return min(MostRows, l.Request, l.Hour, l.Day)
}

func (g *Gate) list(ctx context.Context, ask ListAsk, t terms) (Page, error) {
	g = g.pin()
	if ask.Limit < 0 || ask.Limit > MostRows {
		return Page{}, ErrTooManyRows
	}
	if ask.Limit == 0 {
		ask.Limit = MostRows
	}
	ask.Ask = g.worded(ask.Ask)
	ask.Candidate, ask.File = Ref{}, FileNo{}
	ask.Items = once(ask.Items)
	a, err := g.admit(ctx, ask.Ask)
	if err != nil {
		return Page{}, g.turnAway(ctx, ask.Ask, t.action, err)
	}
	event := g.event(a, held{}, rand.Text(), t.action)
	scope, err := a.scopeOf(ask.Scope)
	if err != nil {
		return Page{}, g.unlisted(ctx, a, event, ask.Items, err)
	}
	by, row, refused := g.listBy(a, scope, ask.Items)
	if refused != nil {
		return Page{}, g.refuse(ctx, a, event, refused, ask.Items)
	}
	rings, err := g.listRings(a, ask.Items)
	if err != nil {
		event.Items, event.Decision, event.Rule = ask.Items, audit.Failed, "keys held by another identity"
		_, second := g.Traces.Record(ctx, event)
		return Page{}, errors.Join(err, second)
	}

	// Who asks for more rows than a request may have gets the page that is theirs, as at the
	// end of a list: the next begins where it ends.
	most := t.most(g.table().Limit(a.mission.Recipient))
	if most == 0 {
		return Page{}, g.stopped(ctx, event, ask.Items, g.spend(ctx, a, t.charge, ask.Limit))
	}
	ask.Limit = min(ask.Limit, most)
	begun := 0 // files that are charged before the rows are known
	if t.charge == ChargeFiles {
		if err := g.begin(ctx, a, ask.Limit); err != nil {
			return Page{}, g.stopped(ctx, event, ask.Items, err)
		}
		begun = 1
	}
	rows, next, err := g.page(ctx, a, scope, by, ask)
	if err != nil {
		return Page{}, err
	}
	charged := func() error { return nil }
	if len(rows) > begun && !t.paid {
		charged = g.spending(ctx, a, t.charge, len(rows)-begun) // beside the ciphertext, where some is read
	}
	page := Page{Most: most, Request: event.Request, Scope: scope, Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Policy: event.Policy, Next: next}
	if len(ask.Items) > 0 {
		if err := g.consider(ctx, a, rows, ask.Items); err != nil {
			return Page{}, err
		}
	}
	// A page that would pass a limit is refused whole, with what is left: half a page would
	// look like the end of a list.
	if err := charged(); err != nil {
		return Page{}, g.stopped(ctx, event, ask.Items, ofPage(err, ask.Limit))
	}
	if t.before != nil {
		if err := t.before(len(rows)); err != nil {
			return Page{}, err
		}
	}
	opening := 0
	for _, r := range rows {
		if len(r.answers) > 0 {
			opening++
		}
	}
	event.Items, event.Decision, event.Rule = ask.Items, audit.Granted, row
	if event.Detail, err = json.Marshal(listDetail{scope.String(), len(rows), opening, t.export}); err != nil {
		return Page{}, err
	}
	if err := g.openRows(ctx, a, event, rows, rings); err != nil {
		return Page{}, err
	}
	for _, r := range rows {
		page.Rows = append(page.Rows, r.Row)
	}
	return page, nil
}

// listDetail is what stands under seal in the trace of a page: of which scope it was, how
// many rows it had, and of how many something was opened.
type listDetail struct {
	Scope  string `json:"scope"`
	Rows   int    `json:"rows"`
	Opened int    `json:"opened"`
	Export string `json:"export,omitempty"` // of which order it is a page
}

// once names each item once.
func once(items []catalogue.ItemID) []catalogue.ItemID {
	var kept []catalogue.ItemID
	for _, id := range items {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

// unlisted traces a request for a list that is of no scope.
func (g *Gate) unlisted(ctx context.Context, a asking, event audit.Event, items []catalogue.ItemID, cause error) error {
	var refused *Refusal
	if errors.As(cause, &refused) {
		return g.refuse(ctx, a, event, refused, items)
	}
	event.Items, event.Decision, event.Rule = items, audit.Refused, "no scope named"
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return errors.Join(cause, fmt.Errorf("%w: %w", ErrNotTraced, err))
	}
	return cause
}

// listRings finds the keys of every class that a page may open.
func (g *Gate) listRings(a asking, items []catalogue.ItemID) (map[catalogue.ClassID]*crypto.Keyring, error) {
	rings := map[catalogue.ClassID]*crypto.Keyring{}
	for _, id := range items {
		it, _ := g.Catalogue.Item(id)
		if at, _ := g.placed(id); at.table == connectionTable {
			if g.Connections == nil {
				return nil, fmt.Errorf("%w: class %s", ErrElsewhere, it.Class)
			}
			continue
		}
		if rings[it.Class] != nil {
			continue
		}
		ring, err := g.Rings.Ring(a.mission.Recipient, it.Class)
		if err != nil {
			return nil, err
		}
		rings[it.Class] = ring
	}
	return rings, nil
}

// page reads the routes of one page and opens each from the scope's side, which shows
// nothing to the caller: a row that was moved, or whose state was changed in the table,
// does not open, and then there is no page.
func (g *Gate) page(ctx context.Context, a asking, scope Scope, by catalogue.Relation, ask ListAsk) (rows []*listedRow, next FileNo, err error) {
	told, err := g.tellable(a, scope.Kind)
	if err != nil {
		return nil, next, err
	}
	// One row more than asked for says whether there is a next page.
	routes, err := g.Desk.List(ctx, Listing{Campaign: a.campaign.ID, By: by, ID: scope.ID, After: ask.After, Limit: ask.Limit + 1})
	if err != nil {
		return nil, next, err
	}
	if len(routes) > ask.Limit+1 {
		return nil, next, errors.New("reading a page of a list: more rows than were asked for")
	}
	last := ask.After
	for i, r := range routes {
		relations := r.Relations()
		if r.Scope != scope || !slices.Contains(relations, by) || bytes.Compare(last[:], r.FileNo[:]) >= 0 {
			return nil, next, errors.New("reading a page of a list: a row that was not asked for")
		}
		if i == ask.Limit {
			return rows, last, nil
		}
		last = r.FileNo
		p, err := leads(a, r)
		if err != nil {
			return nil, next, err
		}
		relations = slices.DeleteFunc(relations, func(of catalogue.Relation) bool { return !slices.Contains(told, of) })
		rows = append(rows, &listedRow{Row: Row{File: r.FileNo, Relations: relations}, candidate: p.Candidate})
	}
	return rows, next, nil
}
