package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// A Gate is the one door to what is sealed. The order of its steps is the promise:
// mission, routing, table, selection of granted ciphertext, allowance, durable trace, and
// only then keys, opening, derived form, answer.
type Gate struct {
	Catalogue *catalogue.Catalogue
	Words     *policy.Vocabulary
	Layout    *Layout
	Desk      Desk
	Shelf     Shelf
	Traces    Recorder
	Rings     Rings
	Documents Documents
	// Allowances count what missions are answered. A gate without them answers nothing.
	Allowances Allowances
	// Connections is nil where this process does not open heading 14.
	Connections ConnectionReader
	Now         func() time.Time

	inForce *atomic.Pointer[policy.Table]
	pinned  *policy.Table // of one request: see pin

	ownWish      policy.RelationSet // of wishes on the caller's programmes
	tiedWish     policy.RelationSet // of wishes in the caller's academy or ministry
	recordGuards policy.GuardSet    // guards that a record can bring by itself
	recorded     []recordedWord     // what another mission may have recorded
}

// NewGate checks that the words it knows are those of the catalogue: a gate that
// looked for a relation under another name would never find it, or worse.
func NewGate(g *Gate) (*Gate, error) {
	g.inForce = new(atomic.Pointer[policy.Table])
	var err error
	if g.ownWish, err = g.Words.Relations("applied_programme", "admitted_programme"); err != nil {
		return nil, err
	}
	if g.tiedWish, err = g.Words.Relations("academy_of_programme", "supervised_programme"); err != nil {
		return nil, err
	}
	if g.recordGuards, err = g.Words.Guards(append(slices.Clone(recordMarks), "own_subject")...); err != nil {
		return nil, err
	}
	g.recorded = g.recordedWords()
	return g, nil
}

// What a trace calls the acts of the gate that open something.
const (
	ActionRead  = "read"
	ActionFind  = "find"
	ActionScrub = "scrub" // a text was opened to be read without names
)

// A Recorder makes events durable before it returns, all of them or none.
type Recorder interface {
	Record(ctx context.Context, events ...audit.Event) ([]audit.Receipt, error)
}

// Rings gives the keys that the identity of a recipient opens, for one class.
// ClassRouting stands for the routing key and the blind indexes.
type Rings interface {
	Ring(r catalogue.RecipientID, class catalogue.ClassID) (*crypto.Keyring, error)
}

// ClassRouting names, to Rings, what is no class of the annex: routing and indexes.
const ClassRouting catalogue.ClassID = ""

// ErrElsewhere means that another identity of the service opens that class: this
// process does not hold its keys.
var ErrElsewhere = errors.New("another identity of the service opens that class")

// ErrNoPolicy means that no signed table is in force: nothing is granted.
var ErrNoPolicy = errors.New("no signed policy is in force")

// ErrNotTraced means that the trace could not be made durable, so nothing opened.
var ErrNotTraced = errors.New("the access could not be traced, so nothing was opened")

// Put puts a verified table in force. A gate without a table grants nothing.
func (g *Gate) Put(t *policy.Table) { g.inForce.Store(t) }

func (g *Gate) table() *policy.Table {
	if g.pinned != nil {
		return g.pinned
	}
	return g.inForce.Load()
}

// pin is the gate for one request: another table may come into force while it is on its
// way, and what was planned by one is not settled by the next.
func (g *Gate) pin() *Gate {
	if g.pinned != nil {
		return g
	}
	one := *g
	one.pinned = g.inForce.Load()
	return &one
}

// An Ask is a request. Nothing in it decides: the credential proves who asks, and
// all the rest is looked up.
type Ask struct {
	Mission    string
	Credential Credential
	Purpose    catalogue.Purpose
	Campaign   string // may be empty while one campaign only is open
	Candidate  Ref
	// Scope and File name the candidate in the place of the reference: one of the
	// mission's own scopes, and the number under which it knows the file.
	Scope Scope
	File  FileNo
	Items []catalogue.ItemID // none: all that is granted
	// On replaces today in a demonstration campaign, and is refused in any other.
	On time.Time
}

// Read answers a request, or says why not. Items named are all answered or none
// is; with none named the answer has all that is granted. An answer that was asked for
// by a file number stands under it throughout, and never carries the reference.
//
// Errors: *Refusal when the table says no, *LimitError when the mission has had what it
// may have, ErrNoSuchMission, ErrNoSuchCandidate, ErrNotTraced, ErrUnavailable, crypto.ErrUnavailable while Vault does not answer, ErrElsewhere.
func (g *Gate) Read(ctx context.Context, ask Ask) (View, error) {
	g = g.pin()
	ask = g.worded(ask)
	a, err := g.admit(ctx, ask)
	if err != nil {
		return View{}, g.turnAway(ctx, ask, ActionRead, err)
	}
	h, err := g.reach(ctx, a, ask)
	event := g.event(a, h, rand.Text(), ActionRead)
	if err != nil {
		return View{}, g.lost(ctx, a, event, ask.Items, err)
	}

	wanted, refused := g.plan(a, h, ask.Items)
	if refused != nil {
		return View{}, g.refuse(ctx, a, event, refused, ask.Items)
	}
	named := len(ask.Items) > 0
	charged := func() error { return g.spend(ctx, a, ChargeFiles, 1) }
	if g.certain(a, h, wanted, named) {
		charged = g.spending(ctx, a, ChargeFiles, 1) // beside the ciphertext
	}
	answers, err := g.fetch(ctx, a, h, wanted)
	if err != nil {
		return View{}, h.nameless(err)
	}
	answers, empty, refused := g.settle(a, h, wanted, answers, named)
	answers, out := apart(wanted, answers)
	if refused == nil && named && len(out) > 0 {
		refused = g.beside(a, wanted, out[0])
	}
	if refused != nil {
		return View{}, g.refuse(ctx, a, event, refused, ask.Items)
	}
	if err := charged(); err != nil {
		return View{}, g.stopped(ctx, event, ask.Items, err)
	}
	view, err := g.open(ctx, a, h, event, wanted, answers, named)
	if err != nil {
		return View{}, h.nameless(err)
	}
	view.Held = append(empty, view.Held...)
	return view, nil
}

// unknown stands for a word that the register does not have.
const unknown = "unknown"

// worded keeps of a request the words that the register has. Purpose and items come
// back in errors and stand in clear in the trace: what somebody typed there by
// mistake may be a name.
func (g *Gate) worded(ask Ask) Ask {
	if !slices.ContainsFunc(g.Catalogue.Purposes(), func(w catalogue.Word[catalogue.Purpose]) bool { return w.ID == ask.Purpose }) {
		ask.Purpose = unknown
	}
	ask.Items = slices.Clone(ask.Items) // the list is the caller's
	for i, id := range ask.Items {
		if _, ok := g.Catalogue.Item(id); !ok {
			ask.Items[i] = unknown
		}
	}
	return ask
}

// admit finds out who asks, for which campaign, and in which phase.
func (g *Gate) admit(ctx context.Context, ask Ask) (asking, error) {
	if g.table() == nil {
		return asking{}, ErrNoPolicy
	}
	if claimed(ask.Mission) != ask.Mission || ask.Campaign != "" && !campaignName(ask.Campaign) {
		// No register has it, and a database could choke on it before it is traced.
		return asking{}, ErrNoSuchMission
	}
	m, c, err := g.Desk.Standing(ctx, ask.Mission, ask.Campaign)
	if err != nil {
		return asking{}, err
	}
	on := g.Now().In(paris)
	if !ask.On.IsZero() {
		if !c.Demo {
			return asking{}, errors.New("a date is stated in demonstration campaigns only")
		}
		on = ask.On
	}
	if !m.presents(ask.Credential, on) {
		return asking{}, ErrNoSuchMission
	}
	a := asking{mission: m, campaign: c, on: on, phase: c.Calendar.Phase(on), purpose: ask.Purpose}
	if refused := a.frozen(); refused != nil {
		return asking{}, refused
	}
	ring, err := g.Rings.Ring(m.Recipient, ClassRouting)
	if err != nil {
		return asking{}, err
	}
	a.key, err = ring.Routing(ctx, c.ID)
	return a, err
}

// claimed keeps of a name what could be one.
func claimed(name string) string {
	if _, _, ok := ParseAccount(name); ok || missionName(name) {
		return name
	}
	return "not a name"
}

// event is the trace of an access. One that is about no file yet, or about none, has
// neither subject nor candidate.
func (g *Gate) event(a asking, h held, request, action string) audit.Event {
	e := audit.Event{
		Campaign:     a.campaign.ID,
		Recipient:    string(a.mission.Recipient),
		Organisation: a.mission.Organisation,
		Purpose:      string(a.purpose),
		Action:       action,
		Policy:       g.table().Hash(),
		Agent:        a.mission.ID,
		Request:      request,
	}
	if h.candidate != (Ref{}) {
		e.Subject, e.Candidate = h.no[:], h.candidate.String()
	}
	return e
}

// A want is one item that the table may grant here, before the records are known.
type want struct {
	item    catalogue.Item
	index   int
	place   place
	records []crypto.RecordID // nil: any record
}

// plan asks the table, with every fact that a record could still bring counted as
// true: what is refused even so is refused, and no column of it is selected.
func (g *Gate) plan(a asking, h held, items []catalogue.ItemID) ([]want, *Refusal) {
	q, err := g.query(a)
	named := len(items) > 0
	if err != nil {
		if !named {
			items = []catalogue.ItemID{"A01.01"}
		}
		return nil, g.outside(a, items[0], err)
	}
	if !named {
		for _, it := range g.Catalogue.Items() {
			items = append(items, it.ID)
		}
	}
	wanted := make([]want, 0, len(items))
	seen := make(map[catalogue.ItemID]bool, len(items))
	frozen := "" // why the last item that was left out for a freeze was
	for _, id := range items {
		if seen[id] {
			continue // named twice, it is one column
		}
		seen[id] = true
		it, known := g.Catalogue.Item(id)
		at, sealed := g.placed(id)
		if !known || !sealed || it.Repeats == "per_agent" {
			if named {
				return nil, g.refusal(a, id, policy.Refusal{Reason: "no dossier holds that item"})
			}
			continue
		}
		w := want{item: it, index: g.Catalogue.ItemIndex(id), place: at}
		granted := g.possible(&q, h, &w)
		if !granted {
			if named {
				q.Relations, q.Guards = h.relations, h.guards
				return nil, g.refusal(a, id, g.table().Why(&q, w.index))
			}
			continue
		}
		if over, taken := a.taken(it); taken {
			if named {
				return nil, g.refusal(a, id, policy.Refusal{Article: over.Article, Reason: over.Reason})
			}
			frozen = over.Reason
			continue
		}
		wanted = append(wanted, w)
	}
	if len(wanted) == 0 {
		r := &Refusal{Recipient: a.mission.Recipient, Purpose: a.purpose, Phase: a.phase,
			Act: "read this file", Article: "Art. 3", Reason: g.nothing(q, h)}
		if frozen != "" {
			r.Article, r.Reason = security, frozen
		}
		return nil, r
	}
	return wanted, nil
}

// nothing says why a request that named no item is granted nothing at all.
func (g *Gate) nothing(q policy.Query, h held) string {
	if h.relations == 0 && !q.Closed() {
		return "no relation with that candidate"
	}
	return "the table grants nothing here"
}

func (g *Gate) query(a asking) (policy.Query, error) {
	return g.table().Query(a.mission.Recipient, a.purpose, a.phase, policy.Read)
}

// possible says whether any record of the file could be granted, and which.
func (g *Gate) possible(q *policy.Query, h held, w *want) bool {
	q.Guards = g.anyGuards(h, w.item)
	if w.item.Repeats != "per_wish" {
		q.Relations = h.relations
		_, ok := g.table().Decide(q, w.index)
		return ok
	}
	q.Relations = h.relations &^ g.ownWish
	if _, ok := g.table().Decide(q, w.index); ok {
		return true
	}
	for id, r := range h.wishes {
		q.Relations = h.relations&^g.ownWish | r
		if _, ok := g.table().Decide(q, w.index); ok {
			w.records = append(w.records, id)
		}
	}
	return len(w.records) > 0
}
