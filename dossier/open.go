package dossier

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier/scrub"
)

// open is the last part of a read: the trace, then the keys, then the values.
func (g *Gate) open(ctx context.Context, a asking, h held, event audit.Event, wanted []want, answers []answer, named bool) (View, error) {
	rings, err := g.rings(a, wanted, &answers, named)
	if err != nil {
		event.Items, event.Decision, event.Rule = itemsOf(wanted, answers), audit.Failed, "keys held by another identity"
		_, second := g.Traces.Record(ctx, event)
		return View{}, errors.Join(err, second)
	}
	event.Items, event.Decision, event.Rule = itemsOf(wanted, answers), audit.Granted, g.rules(answers)
	seeking, leave := context.WithCancel(ctx)
	defer leave()
	found := g.seek(seeking, a.campaign.ID, answers, rings)
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return View{}, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	v := newView(a, h, event)
	if err := g.reveal(ctx, a, h, &v, wanted, answers, found); err != nil {
		v.Forget()
		// The trace says granted; what then failed is said as well.
		event.Decision, event.Rule = audit.Failed, outcome(err)
		_, second := g.Traces.Record(context.WithoutCancel(ctx), event)
		return View{}, errors.Join(err, second)
	}
	return v, nil
}

// newView begins an answer, which names the candidate by reference unless something in
// it, or the way it was asked for, is under a file number.
func newView(a asking, h held, event audit.Event) View {
	v := View{
		Request: event.Request, File: h.no.String(), Clear: !h.numbered,
		Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase, Policy: event.Policy,
	}
	if !h.numbered {
		v.Candidate = h.candidate
	}
	return v
}

// rings finds the keys for every class to open, before anything is traced as
// granted. With no item named, what another identity opens is left to it.
func (g *Gate) rings(a asking, wanted []want, answers *[]answer, named bool) (map[catalogue.ClassID]*crypto.Keyring, error) {
	rings := map[catalogue.ClassID]*crypto.Keyring{}
	elsewhere := map[catalogue.ClassID]bool{}
	for _, x := range *answers {
		class := wanted[x.want].item.Class
		if rings[class] != nil || elsewhere[class] {
			continue
		}
		if x.row == nil {
			if g.Connections == nil {
				if named {
					return nil, fmt.Errorf("%w: class %s", ErrElsewhere, class)
				}
				elsewhere[class] = true
			}
			continue
		}
		ring, err := g.Rings.Ring(a.mission.Recipient, class)
		if errors.Is(err, ErrElsewhere) && !named {
			elsewhere[class] = true
			continue
		}
		if err != nil {
			return nil, err
		}
		rings[class] = ring
	}
	*answers = slices.DeleteFunc(*answers, func(x answer) bool { return elsewhere[wanted[x.want].item.Class] })
	return rings, nil
}

func (g *Gate) reveal(ctx context.Context, a asking, h held, v *View, wanted []want, answers []answer, found <-chan seen) error {
	var cleaner *scrub.Scrubber
	v.Fields = make([]Field, 0, len(answers))
	// One pseudonymised answer takes the reference from the view, and the names in clear of
	// all its records, which lead to the candidate as well: a wish has one name in it.
	h.ownNames = h.ownNames || slices.ContainsFunc(answers, func(x answer) bool { return x.grant.Form < catalogue.FormMasked })
	opener, err := g.opener(ctx, h.candidate, <-found)
	if err != nil {
		return err
	}
	defer opener.close()
	for _, x := range answers {
		if x.row == nil || opener.gone[x.row.Unit] {
			continue
		}
		it := wanted[x.want].item
		value, err := opener.value(ctx, x, it)
		if err != nil {
			return fmt.Errorf("opening %s: %w", it.ID, err)
		}
		form := x.derive
		switch {
		case x.grant.Derive != "scrub":
		case it.Kind == "document":
			// A PDF cannot be cleared here: domain rule "given with the warning". No
			// name is opened for it.
			if form = asIs; !absent(value) {
				v.Warnings = append(v.Warnings, string(it.ID)+": document, it may name someone")
			}
		default:
			if cleaner == nil {
				if cleaner, err = g.scrubberFor(ctx, a, h, v.Request); err != nil {
					clear(value)
					return err
				}
				defer cleaner.Forget()
			}
			form = cleaner.Clean
		}
		value, err = drawn(form, value)
		if err != nil {
			return fmt.Errorf("%s in form %s: %w", it.ID, x.grant.Derive, err)
		}
		v.give(g.field(h, it, x, value))
	}
	if err := g.openConnections(ctx, h, v, wanted, answers); err != nil {
		return err
	}
	v.Held = opener.without(v.Fields, wanted, answers)
	return nil
}

// field is one answer, as it leaves.
func (g *Gate) field(h held, it catalogue.Item, x answer, value []byte) Field {
	row := g.table().Row(x.grant.Row)
	f := Field{Item: it.ID, Name: it.Name, Repeats: it.Repeats, Form: x.grant.Form, Derive: x.grant.Derive,
		Article: row.Article, Row: row.SheetRow, Value: Value{json: value}}
	if x.row != nil {
		f.Record, f.Ordinal, f.Owner = h.recordName(x.row.Record), int(x.face.Ordinal), g.owner(h, x.row)
	}
	return f
}

// give adds a field. One that is pseudonymised takes the candidate's reference away
// from the whole view.
func (v *View) give(f Field) {
	if f.Form < catalogue.FormMasked {
		v.Clear = false
	}
	v.Fields = append(v.Fields, f)
}

// recordName names a record, the same in every item of one answer. Where the candidate is
// named by file number it is a name of that scope's own: two scopes that compared answers
// would join the candidate by it.
func (h held) recordName(id crypto.RecordID) string {
	switch {
	case id == (crypto.RecordID{}):
		return ""
	case h.ownNames:
		sum := sha256.Sum256(append(append([]byte("record under "), h.no[:]...), id[:]...))
		return crypto.RecordID(sum[:16]).String()
	}
	return id.String()
}

// owner says which responsible a row belongs to, 0 for the candidate's own.
func (g *Gate) owner(h held, row *SealedRow) int {
	if string(g.Layout.Tables[row.Table].Unit) != KindResponsible {
		return 0
	}
	for n := 1; n <= maxResponsibles; n++ {
		if Responsible(h.candidate, n) == row.Unit {
			return n
		}
	}
	return 0
}

// A person is a unit, as one of the identities opens it.
type person struct {
	ring *crypto.Keyring
	unit crypto.UnitID
}

// seen are the wraps behind an answer, and what they are to be opened for.
type seen struct {
	wanted map[person][]crypto.Branch
	found  map[*crypto.Keyring]crypto.Found
	err    error
}

// seek reads the wraps behind answers while their trace is on its way to the disk.
// They are ciphertext like the cells; nobody opens them before the trace is there.
func (g *Gate) seek(ctx context.Context, campaign string, answers []answer, rings map[catalogue.ClassID]*crypto.Keyring) <-chan seen {
	out := make(chan seen, 1)
	s := seen{found: map[*crypto.Keyring]crypto.Found{}}
	if s.wanted, s.err = g.locks(answers, rings); s.err != nil {
		out <- s
		return out
	}
	units := map[*crypto.Keyring][]crypto.UnitID{}
	for p := range s.wanted {
		units[p.ring] = append(units[p.ring], p.unit)
	}
	go func() {
		for ring, of := range units {
			if s.found[ring], s.err = ring.Find(ctx, campaign, of...); s.err != nil {
				break
			}
		}
		out <- s
	}()
	return out
}

// locks says which branches open the rows of the answers, for each person once.
func (g *Gate) locks(answers []answer, rings map[catalogue.ClassID]*crypto.Keyring) (map[person][]crypto.Branch, error) {
	wanted := map[person][]crypto.Branch{}
	for _, x := range answers {
		if x.row == nil {
			continue // a connection: its key is the day's
		}
		plan := &g.Layout.Tables[x.row.Table]
		if x.row.BranchVersion == 0 {
			// To the keyring 0 means the current one, which no row may ask for.
			return nil, fmt.Errorf("row of class %s: %w: its header names no branch key", plan.Class, crypto.ErrOpen)
		}
		p := person{rings[plan.Class], x.row.Unit}
		b := crypto.Branch{Class: string(plan.Class), Fate: string(plan.Fate), Version: x.row.BranchVersion}
		if !slices.Contains(wanted[p], b) {
			wanted[p] = append(wanted[p], b)
		}
	}
	return wanted, nil
}

// An opener holds the keys of one answer, for as long as it is written.
type opener struct {
	gate *Gate
	// gone are the responsibles and bundles of the file that were forgotten: their rows
	// are ciphertext of nobody, and the rest of the file opens.
	gone   map[crypto.UnitID]bool
	halves map[lock]*crypto.Half
	rows   map[*SealedRow]*crypto.Row
	free   []byte // of the room for values, what none has yet
}

// opener turns the locks of every row of the answers, each person once: cold, a
// dossier is one call to the key service, and one more for health or fraud.
func (g *Gate) opener(ctx context.Context, candidate Ref, s seen) (*opener, error) {
	if s.err != nil {
		return nil, s.err
	}
	o := &opener{gate: g, gone: map[crypto.UnitID]bool{}, halves: map[lock]*crypto.Half{}, rows: map[*SealedRow]*crypto.Row{}}
	for p, branches := range s.wanted {
		if p.unit != candidate && !s.found[p.ring].Has(p.unit) {
			o.gone[p.unit] = true
			continue
		}
		halves, err := s.found[p.ring].Halves(ctx, p.unit, branches...)
		if err != nil {
			o.close()
			return nil, err
		}
		for i, b := range branches {
			o.halves[lock{p.unit, catalogue.ClassID(b.Class), catalogue.Fate(b.Fate), b.Version}] = halves[i]
		}
	}
	return o, nil
}

// without names the items of which nothing is left but rows of forgotten units.
func (o *opener) without(fields []Field, wanted []want, answers []answer) (items []catalogue.ItemID) {
	for _, x := range answers {
		id := wanted[x.want].item.ID
		if x.row != nil && o.gone[x.row.Unit] && !slices.Contains(items, id) &&
			!slices.ContainsFunc(fields, func(f Field) bool { return f.Item == id }) {
			items = append(items, id)
		}
	}
	return items
}

func (o *opener) value(ctx context.Context, x answer, it catalogue.Item) ([]byte, error) {
	row, err := o.row(x.row)
	if err != nil {
		return nil, err
	}
	cell := x.row.Cells[x.column]
	padded, err := row.Open(o.room(len(cell)-crypto.CellOverhead), string(it.ID), cell)
	if err != nil {
		return nil, err
	}
	value, err := crypto.Unpad(padded)
	if err != nil || it.Kind != "document" {
		return value, err
	}
	defer clear(value)
	return o.gate.openDocument(ctx, row, value)
}

// room is memory for one value: those of an answer lie side by side.
func (o *opener) room(n int) []byte {
	if n < 0 {
		return nil // no cell is that short, and Open says so
	}
	if len(o.free) < n {
		o.free = make([]byte, max(n, 4<<10))
	}
	room := o.free[:0:n]
	o.free = o.free[n:]
	return room
}

// row derives the key of a row once, and refuses it when its header commits to
// another: GCM does not bind a cell to one key, and an insider could show one
// document to a school and another to an auditor.
func (o *opener) row(r *SealedRow) (*crypto.Row, error) {
	if row, ok := o.rows[r]; ok {
		return row, nil
	}
	plan := &o.gate.Layout.Tables[r.Table]
	row, err := o.halves[lock{r.Unit, plan.Class, plan.Fate, r.BranchVersion}].RowOf(r.Record, r.Commitment[:])
	if err != nil {
		return nil, err
	}
	o.rows[r] = row
	return row, nil
}

func (o *opener) close() {
	for _, row := range o.rows {
		row.Zero()
	}
	for _, h := range o.halves {
		if h != nil {
			h.Zero()
		}
	}
}

// outcome names, for the trace, why an opening failed: a closed list, so that no
// value and no address slips in.
func outcome(err error) string {
	switch {
	case errors.Is(err, crypto.ErrForgotten):
		return "forgotten"
	case errors.Is(err, crypto.ErrUnavailable):
		return "keys-unavailable"
	case errors.Is(err, crypto.ErrRefused):
		return "keys-refused"
	case errors.Is(err, crypto.ErrOpen):
		return "does-not-open"
	case errors.Is(err, errNoForm):
		return "no-form"
	}
	return "failed"
}

// scrubberFor opens the names, numbers and addresses that must not stand in a text.
// It does so as SYS-gate, under its own rows and its own trace, and hands none out.
func (g *Gate) scrubberFor(ctx context.Context, a asking, h held, request string) (*scrub.Scrubber, error) {
	as := a
	as.mission.Recipient, as.mission.Responsible = "SYS-gate", 0
	as.purpose = "P1"
	hh := h
	hh.guards |= g.guard("scrub_pending")
	q, err := g.query(as)
	if err != nil {
		return nil, err
	}
	var wanted []want
	for _, id := range due(g.Catalogue, "SYS-gate", as.phase, "scrub_pending") {
		it, _ := g.Catalogue.Item(id)
		at, sealed := g.Layout.byItem[id]
		w := want{item: it, index: g.Catalogue.ItemIndex(id), place: at}
		q.Relations, q.Guards = hh.relations, hh.guards
		if grant, ok := g.table().Decide(&q, w.index); !ok || !sealed || grant.Derive != "match" {
			return nil, fmt.Errorf("clearing a text of %s: %w: the table in force does not let the gate know it", id, errNoForm)
		}
		if over, taken := a.taken(it); taken {
			return nil, fmt.Errorf("clearing a text of %s: %w: %s", id, errNoForm, over.Reason)
		}
		wanted = append(wanted, w)
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("clearing a text of names: %w", errNoForm)
	}
	answers, err := g.fetch(ctx, as, hh, wanted)
	if err != nil {
		return nil, err
	}
	rings, err := g.rings(as, wanted, &answers, true)
	if err != nil {
		return nil, err
	}
	event := g.event(as, hh, request, ActionScrub)
	event.Items, event.Decision, event.Rule = itemsOf(wanted, answers), audit.Granted, "scrub_pending"
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	s := &scrub.Scrubber{Year: a.on.Year()}
	o, err := g.opener(ctx, h.candidate, <-g.seek(ctx, a.campaign.ID, answers, rings))
	if err != nil {
		return nil, err
	}
	defer o.close()
	for _, x := range answers {
		if o.gone[x.row.Unit] {
			continue
		}
		value, err := o.value(ctx, x, wanted[x.want].item)
		if err != nil {
			return nil, fmt.Errorf("clearing a text of %s: %w", wanted[x.want].item.ID, err)
		}
		err = s.Learn(wanted[x.want].item.Kind, value)
		clear(value)
		if err != nil {
			return nil, fmt.Errorf("clearing a text of %s: %w", wanted[x.want].item.ID, err)
		}
	}
	return s, nil
}
