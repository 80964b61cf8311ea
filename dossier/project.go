package dossier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/policy"
)

// A Projection is the only crossing from dossiers to the admission core: it opens, of
// each candidate, what the core needs and the signed table grants, and gives the forms
// that the annex names under a random pseudonym. Nothing else of the house knows both.
//
// It goes through the candidates of a campaign page by page, and each of them is traced
// before anything of theirs opens. It keeps nothing on its way: what a kill cuts is begun
// again, because the identity that projects may seal a view and may not open one.
type Projection struct {
	Catalogue *catalogue.Catalogue
	Words     *policy.Vocabulary
	Layout    *Layout
	Table     *policy.Table
	Rows      CoreRows
	Ring      *crypto.Keyring
	Traces    Recorder
	Deadlines Deadlines // nil: every answer that was taken counts as in time
	Now       func() time.Time
	Progress  func(doing string, done, all int64) // may be nil
	Page      int                                 // candidates at once; 0 is 200

	boarding, responder policy.GuardSet
}

// CoreRows is what the role of the projection may read, and the little it adds.
type CoreRows interface {
	// Standing is the campaign with its calendar, and what is frozen in it now.
	Standing(ctx context.Context, campaign string) (Campaign, error)
	Programmes(ctx context.Context, campaign string) (map[string]Programme, error)
	CountFiles(ctx context.Context, campaign string) (int64, error)
	// Files reads up to limit routes of the files themselves, in the order of their
	// numbers: those beyond after.
	Files(ctx context.Context, campaign string, after FileNo, limit int) ([]Route, error)
	Facts(ctx context.Context, campaign string, tags [][16]byte) ([]FactRow, error)
	// Cells is that of a Shelf, for the table of pseudonyms too.
	Cells(ctx context.Context, campaign string, selections []Selection) ([][]SealedRow, error)
	// AddPseudonyms adds rows of the table of pseudonyms, all or none.
	AddPseudonyms(ctx context.Context, campaign string, rows []SealedRow) error
	// Rectified are the columns of the cases that were raised on a run, by tag.
	Rectified(ctx context.Context, campaign, run string) (map[[16]byte][]string, error)
	AddRectified(ctx context.Context, campaign string, cases []RectifiedInput) error
}

// Deadlines says until when a proposal on a programme may be answered.
type Deadlines interface {
	Deadline(programme string) (until time.Time, known bool)
}

// ProjectRecipient is the actor of the decree's tables that projects.
const ProjectRecipient catalogue.RecipientID = "SYS-project"

// ActionProject is the action of the traces of a projection.
const ActionProject = "project"

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

// NewProjection checks the words that it knows.
func NewProjection(p *Projection) (*Projection, error) {
	var err error
	if p.boarding, err = p.Words.Guards("boarding_wish"); err != nil {
		return nil, err
	}
	if p.responder, err = p.Words.Guards(responderActive); err != nil {
		return nil, err
	}
	return p, nil
}

const responderActive = "responder_active"

// A ProjectedView is the outcome of one projection.
type ProjectedView struct {
	View      *view.View
	Policy    string // hash of the table that granted it
	Forgotten int64  // files whose person was forgotten meanwhile
	Drawn     int64  // pseudonyms drawn by this projection
	Repeated  int64  // wishes that stand twice in their file, and are told once
	who       map[view.Pseudonym]Ref
}

// A coreGrant is what the table grants for some facts: the items, and the rows of the
// sheet behind them.
type coreGrant struct {
	items map[catalogue.ItemID]bool
	named []catalogue.ItemID // sorted, with the one that the pseudonym stands for
	rule  string
}

// A projecting is one projection on its way.
type projecting struct {
	*Projection
	campaign   Campaign
	run, by    string
	routing    *crypto.RoutingKey
	programmes map[string]Programme
	words      map[string]map[string]uint8
	grants     map[facts]coreGrant
	build      *view.Builder
	out        ProjectedView
}

// facts are those of a file on which the table decides here.
type facts struct{ boards, responds bool }

// Project projects a campaign, as it stands while it goes through. run is the reference
// of all its traces, by who ordered it.
//
// Errors: *Refusal when the table says no or something is frozen, ErrNotTraced,
// crypto.ErrOpen for a row that does not open where it stands: nobody is left out in
// silence.
func (p *Projection) Project(ctx context.Context, campaign, run, by string) (*ProjectedView, error) {
	w := &projecting{Projection: p, run: run, by: by, build: view.NewBuilder(campaign), words: view.Words(), grants: map[facts]coreGrant{}}
	err := w.granted(ctx, campaign)
	if err != nil {
		return nil, err
	}
	if w.programmes, err = p.Rows.Programmes(ctx, campaign); err != nil {
		return nil, err
	}
	if w.routing, err = p.Ring.Routing(ctx, campaign); err != nil {
		return nil, err
	}
	defer w.routing.Zero()
	all, err := p.Rows.CountFiles(ctx, campaign)
	if err != nil {
		return nil, err
	}
	w.out = ProjectedView{Policy: p.Table.Hash(), who: make(map[view.Pseudonym]Ref, all)}
	limit := p.Page
	if limit == 0 {
		limit = 200
	}
	var after FileNo
	for done := int64(0); ; {
		routes, err := p.Rows.Files(ctx, campaign, after, limit)
		if err != nil {
			return nil, err
		}
		if len(routes) == 0 {
			break
		}
		if err := w.page(ctx, routes); err != nil {
			return nil, err
		}
		after, done = routes[len(routes)-1].FileNo, done+int64(len(routes))
		if p.Progress != nil {
			p.Progress("projecting campaign "+campaign, done, max(all, done))
		}
	}
	w.out.View, err = w.build.View()
	if err != nil {
		return nil, err
	}
	return &w.out, nil
}

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
	for _, f := range []facts{{}, {boards: true}, {responds: true}, {true, true}} {
		q.Guards = 0
		if f.boards {
			q.Guards |= w.boarding
		}
		if f.responds {
			q.Guards |= w.responder
		}
		g := coreGrant{items: map[catalogue.ItemID]bool{}}
		var rows []string
		for _, id := range append(Projected(w.Catalogue), pseudonymOf) {
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
		// Without these two there is no view: whose it is, and what is asked for.
		for _, id := range []catalogue.ItemID{pseudonymOf, "A15.X1"} {
			if _, ok := g.items[id]; !ok {
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

// A coreFile is one candidate of a page.
type coreFile struct {
	ref    Ref
	facts  facts
	rows   []coreRow
	halves map[lock]*crypto.Half

	pseudonym view.Pseudonym
	drawn     *SealedRow // a pseudonym that is yet to be added
	draft     coreDraft
	repeated  int
}

// A coreRow is one row of a candidate, with the items of its cells.
type coreRow struct {
	*SealedRow
	items []catalogue.Item
}

// page projects some candidates. The order is that of the gate: routing, table, selection
// of granted ciphertext, durable trace, and only then keys and values.
func (w *projecting) page(ctx context.Context, routes []Route) error {
	// Anew for each page: a freeze, or a calendar that moved, stops the very next one.
	if err := w.granted(ctx, w.campaign.ID); err != nil {
		return err
	}
	files, err := w.follow(ctx, routes)
	if err != nil {
		return err
	}
	if err := w.fetch(ctx, files); err != nil {
		return err
	}
	units := make([]crypto.UnitID, len(files))
	for i, f := range files {
		units[i] = f.ref
	}
	found, err := w.Ring.Find(ctx, w.campaign.ID, units...)
	if err != nil {
		return err
	}
	before := len(files)
	files = slices.DeleteFunc(files, func(f *coreFile) bool { return !found.Has(f.ref) })
	w.out.Forgotten += int64(before - len(files))
	if len(files) == 0 {
		return nil
	}
	events := make([]audit.Event, len(files))
	for i, f := range files {
		events[i] = w.event(w.run)
		g := w.grants[f.facts]
		// The recipient has no scope of its own: its number for a file is computed, as in
		// the gate, and joins no other scope.
		no := w.routing.Tag(string(ScopeRecipient), string(ProjectRecipient), f.ref)
		events[i].Items, events[i].Decision, events[i].Rule = g.named, audit.Granted, g.rule
		events[i].Subject, events[i].Candidate = no[:], f.ref.String()
	}
	if _, err := w.Traces.Record(ctx, events...); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	err = w.open(ctx, files, found)
	if err != nil {
		// The traces say granted; what then failed is said as well, once.
		event := w.event(w.run)
		event.Decision, event.Rule = audit.Failed, outcome(err)
		_, second := w.Traces.Record(context.WithoutCancel(ctx), event)
		return errors.Join(err, second)
	}
	return nil
}

// follow opens routes of files, and finds the facts on which the table decides.
func (w *projecting) follow(ctx context.Context, routes []Route) ([]*coreFile, error) {
	files := make([]*coreFile, 0, len(routes))
	tags, of := make([][16]byte, 0, len(routes)), map[[16]byte]*coreFile{}
	to, err := Addressee{Recipient: ProjectRecipient}.key()
	if err != nil {
		return nil, err
	}
	for _, r := range routes {
		pointer, err := openRoute(asking{key: w.routing}, r)
		if err != nil {
			return nil, err
		}
		f := &coreFile{ref: pointer.Candidate, facts: facts{boards: pointer.Marks&markBoarder != 0}}
		files = append(files, f)
		tag := factTag(w.routing, responderActive, to, f.ref)
		tags, of[tag] = append(tags, tag), f
	}
	rows, err := w.Rows.Facts(ctx, w.campaign.ID, tags)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		f := of[row.Tag]
		if f == nil || row.Kind != responderActive || !row.holds(w.Now().In(paris), string(ProjectRecipient)) {
			continue
		}
		raw, err := w.routing.Open(nil, factScope(row.Kind), row.ID, row.bound(), row.Sealed)
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", row.ID, err)
		}
		d, err := decodeFact(raw)
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", row.ID, err)
		}
		if d.Candidate != f.ref {
			return nil, fmt.Errorf("fact %s leads elsewhere", row.ID)
		}
		f.facts.responds = true
	}
	return files, nil
}

// A reading is one table, the columns that are selected of it, and of whom.
type reading struct {
	Selection
	items []catalogue.Item
}

// readings says what is selected of whom: for each table the columns that the table of
// access grants, nobody's cell that it does not grant them.
func (w *projecting) readings(files []*coreFile) (all []reading) {
	at := map[string]int{}
	for _, id := range Projected(w.Catalogue) {
		if id == bandItem {
			continue // of the records that ask for boarding, once these are known
		}
		var units []crypto.UnitID
		for _, f := range files {
			if w.grants[f.facts].items[id] {
				units = append(units, f.ref)
			}
		}
		if len(units) == 0 {
			continue
		}
		it, _ := w.Catalogue.Item(id)
		place := w.Layout.byItem[id]
		key := fmt.Sprint(place.table, " ", len(units))
		if k, ok := at[key]; ok && slices.Equal(all[k].Units, units) {
			all[k].Columns, all[k].items = append(all[k].Columns, place.column), append(all[k].items, it)
			continue
		}
		at[key] = len(all)
		all = append(all, reading{Selection{Table: place.table, Columns: []int{place.column}, Units: units}, []catalogue.Item{it}})
	}
	everybody := make([]crypto.UnitID, len(files))
	for i, f := range files {
		everybody[i] = f.ref
	}
	return append(all, reading{Selection{Table: w.Layout.Pseudonym(), Columns: []int{0}, Units: everybody}, nil})
}

// bandItem is the one item that is read of some records of a file and not of others.
const bandItem catalogue.ItemID = "A15.03"

// fetch selects the ciphertext of a page.
func (w *projecting) fetch(ctx context.Context, files []*coreFile) error {
	of := make(map[crypto.UnitID]*coreFile, len(files))
	for _, f := range files {
		of[f.ref] = f
	}
	read := func(all []reading) error {
		selections := make([]Selection, len(all))
		for i := range all {
			selections[i] = all[i].Selection
		}
		rows, err := w.Rows.Cells(ctx, w.campaign.ID, selections)
		if err != nil {
			return err
		}
		for i := range all {
			for k := range rows[i] {
				row := &rows[i][k]
				row.Table = all[i].Table
				f := of[row.Unit]
				if f == nil {
					return fmt.Errorf("selecting from %s: a row of a unit that was not asked for", w.Layout.Plan(row.Table).Name)
				}
				if row.Table != w.Layout.Pseudonym() && row.Record != (crypto.RecordID{}) && readFace(w.routing, row.Record).Padding {
					continue
				}
				f.rows = append(f.rows, coreRow{row, all[i].items})
			}
		}
		return nil
	}
	if err := read(w.readings(files)); err != nil {
		return err
	}
	// The distance, of wishes with boarding alone.
	it, _ := w.Catalogue.Item(bandItem)
	place := w.Layout.byItem[bandItem]
	wishes := w.Layout.byItem["A15.X1"].table
	var bands []reading
	for _, f := range files {
		if !w.grants[f.facts].items[bandItem] {
			continue
		}
		var records []crypto.RecordID
		for _, r := range f.rows {
			if r.Table == wishes && boards(readFace(w.routing, r.Record)) {
				records = append(records, r.Record)
			}
		}
		if len(records) > 0 {
			bands = append(bands, reading{Selection{Table: place.table, Columns: []int{place.column}, Units: []crypto.UnitID{f.ref}, Records: records}, []catalogue.Item{it}})
		}
	}
	if len(bands) == 0 {
		return nil
	}
	return read(bands)
}

// boards says whether the record of a wish asks for boarding.
func boards(face recordFace) bool {
	return face.Marks&marks(recordMarks, func(g catalogue.Guard) bool { return g == "boarding_wish" }) != 0
}

// open turns the locks of a page in one batch, opens and derives on every core, and adds
// what came out to the view.
func (w *projecting) open(ctx context.Context, files []*coreFile, found crypto.Found) error {
	plan := w.Layout.Plan(w.Layout.Pseudonym())
	var branches []crypto.Branch
	want := func(b crypto.Branch) {
		if !slices.Contains(branches, b) {
			branches = append(branches, b)
		}
	}
	fresh := crypto.Branch{Class: string(plan.Class), Fate: string(plan.Fate)} // the current one, for a pseudonym to draw
	units := make([]crypto.UnitID, len(files))
	for i, f := range files {
		units[i] = f.ref
		named := false
		for _, r := range f.rows {
			if r.BranchVersion == 0 {
				return fmt.Errorf("row of class %s: %w: its header names no branch key", w.Layout.Plan(r.Table).Class, crypto.ErrOpen)
			}
			t := w.Layout.Plan(r.Table)
			want(crypto.Branch{Class: string(t.Class), Fate: string(t.Fate), Version: r.BranchVersion})
			named = named || r.Table == w.Layout.Pseudonym()
		}
		if !named {
			want(fresh)
		}
	}
	halves, err := found.HalvesOf(ctx, units, branches...)
	if err != nil {
		return err
	}
	defer func() {
		for _, of := range halves {
			for _, h := range of {
				h.Zero()
			}
		}
	}()
	work, _ := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		f.halves = map[lock]*crypto.Half{}
		for k, b := range branches {
			f.halves[lock{class: catalogue.ClassID(b.Class), fate: catalogue.Fate(b.Fate), version: b.Version}] = halves[i][k]
		}
		work.Go(func() error { return w.derive(f) })
	}
	if err := work.Wait(); err != nil {
		return err
	}
	var drawn []SealedRow
	for _, f := range files {
		if f.drawn != nil {
			drawn = append(drawn, *f.drawn)
		}
	}
	if len(drawn) > 0 {
		if err := w.Rows.AddPseudonyms(ctx, w.campaign.ID, drawn); err != nil {
			return err
		}
		w.out.Drawn += int64(len(drawn))
	}
	for _, f := range files {
		w.add(f)
	}
	return nil
}
