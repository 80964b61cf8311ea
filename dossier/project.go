package dossier

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
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

// NewProjection checks the words that it knows.
func NewProjection(p *Projection) (*Projection, error) {
	var err error
	if p.boarding, err = p.Words.Guards(boardingWish); err != nil {
		return nil, err
	}
	if p.responder, err = p.Words.Guards(responderActive); err != nil {
		return nil, err
	}
	return p, nil
}

const (
	boardingWish    = "boarding_wish"
	responderActive = "responder_active"
)

// A ProjectedView is the outcome of one projection.
type ProjectedView struct {
	View      *view.View
	Policy    string // hash of the table that granted it
	Forgotten int64  // files whose person was forgotten meanwhile
	Drawn     int64  // pseudonyms drawn by this projection
	Repeated  int64  // wishes that stand twice in their file, and are told once
	who       map[view.Pseudonym]Ref
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
