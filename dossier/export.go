package dossier

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sceau/audit"
	"sceau/catalogue"
)

// An ExportBook keeps orders of exports, step by step: the order, its approval, the pages
// that were taken, the end. A step is added and never changed.
type ExportBook interface {
	// AddStep adds the next step. ErrExportMoved when there is one of that number.
	AddStep(ctx context.Context, s ExportStep) error
	// Steps gives those of one order, in their order; none for an order that nobody made.
	Steps(ctx context.Context, export string) ([]ExportStep, error)
}

// An ExportStep is one row of the book. What it says lies in clear, since it is about
// missions, scopes and items; the seal is made with the routing key and binds every byte
// of it to its place, so that whoever may only write the table makes no step.
type ExportStep struct {
	Export   string
	Step     int
	Kind     StepKind
	Campaign string
	Body     []byte
	Seal     []byte
}

// A StepKind says what a step does.
type StepKind string

const (
	StepOrder    StepKind = "order"
	StepApproval StepKind = "approval"
	StepPage     StepKind = "page"
	StepEnd      StepKind = "end"
)

// Actions of the traces of an export. Each file in it is traced as a reading beside the
// trace of its page.
const (
	ActionExport        = "export"
	ActionExportOrder   = "export order"
	ActionExportApprove = "export approve"
	ActionExportShow    = "export show"
)

// ApprovalLasts is within how long of its approval an export is run.
const ApprovalLasts = 7 * 24 * time.Hour

var (
	// ErrNoSuchExport means that nobody ordered that, or not in this campaign.
	ErrNoSuchExport = errors.New("no such export")
	// ErrExportMoved means that somebody else went on with the order meanwhile.
	ErrExportMoved = errors.New("somebody else goes on with this export")
	// ErrExportForged means that a step is none of ours, or that the traces say otherwise.
	ErrExportForged = errors.New("a step of the export is forged, or its trace is missing")
)

// An Export is an order and what became of it ("extraction").
type Export struct {
	ID       string
	Campaign string
	Mission  string // who ordered, and runs it
	Scope    Scope
	Purpose  catalogue.Purpose
	Items    []catalogue.ItemID
	Ordered  time.Time
	Reason   string // from the trace of the order, where it stands under seal; of Show and Approve

	ApprovedBy string
	Approved   time.Time
	Ended      bool
	pages      []stepBody
	steps      int
}

// Rows is how many files were given.
func (x Export) Rows() (n int) {
	for _, p := range x.pages {
		n += p.Rows
	}
	return n
}

// stepBody is what a step says.
type stepBody struct {
	At      time.Time          `json:"at"`
	Mission string             `json:"mission"`
	Request string             `json:"request,omitempty"` // of its trace
	Scope   string             `json:"scope,omitempty"`
	Purpose catalogue.Purpose  `json:"purpose,omitempty"`
	Items   []catalogue.ItemID `json:"items,omitempty"`
	After   string             `json:"after,omitempty"` // a page: the number that it begins behind
	Rows    int                `json:"rows,omitempty"`
}

// orderDetail stands under seal in the traces of an order and of its approval. Digest is
// of the order's step, so that what was approved is what is run.
type orderDetail struct {
	Export string `json:"export"`
	Digest []byte `json:"digest"`
	Reason string `json:"reason,omitempty"`
}

// mostOfReason keeps a reason to some sentences. It is free text and may name somebody:
// it stands in the trace alone, under the key of its day, and goes with it.
const mostOfReason = 500

// bound is what a step is sealed to, beside its order: its kind, its number, its body.
func (s ExportStep) bound() []byte {
	b := binary.BigEndian.AppendUint32([]byte(s.Kind+"/"), uint32(s.Step))
	return append(b, s.Body...)
}

func (s ExportStep) digest() []byte {
	sum := sha256.Sum256(s.bound())
	return sum[:]
}

const exportScope = "export"

func (a asking) step(export string, n int, kind StepKind, body stepBody) (ExportStep, error) {
	s := ExportStep{Export: export, Step: n, Kind: kind, Campaign: a.campaign.ID}
	var err error
	if s.Body, err = json.Marshal(body); err != nil {
		return s, err
	}
	s.Seal, err = a.key.Seal(nil, exportScope, export, s.bound(), s.digest())
	return s, err
}

// OrderExport records an order: the items of every file of one of the mission's scopes,
// as List would give them. Nothing is read before another person approves it.
//
// Errors: those of List; *LimitError where the sheet lets the recipient export nothing.
func (g *Gate) OrderExport(ctx context.Context, book ExportBook, ask ListAsk, reason string) (Export, error) {
	g = g.pin()
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > mostOfReason {
		return Export{}, fmt.Errorf("an export has a reason, of at most %d characters", mostOfReason)
	}
	ask.Ask = g.worded(ask.Ask)
	ask.Items = once(ask.Items)
	a, err := g.admit(ctx, ask.Ask)
	if err != nil {
		return Export{}, g.turnAway(ctx, ask.Ask, ActionExportOrder, err)
	}
	event := g.event(a, held{}, rand.Text(), ActionExportOrder)
	scope, err := a.scopeOf(ask.Scope)
	if err != nil {
		return Export{}, g.unlisted(ctx, a, event, ask.Items, err)
	}
	_, row, refused := g.listBy(a, scope, ask.Items)
	if refused != nil {
		return Export{}, g.refuse(ctx, a, event, refused, ask.Items)
	}
	if g.table().Limit(a.mission.Recipient).Export == 0 {
		over := &LimitError{Recipient: a.mission.Recipient, Kind: LimitExport, Asked: 1, at: g.Now()}
		return Export{}, g.stopped(ctx, event, ask.Items, over)
	}
	x := Export{ID: strings.ToLower(rand.Text()), Campaign: a.campaign.ID, Mission: a.mission.ID, Scope: scope, Purpose: a.purpose, Items: ask.Items,
		Ordered: g.Now().UTC().Truncate(time.Second), Reason: reason, steps: 1}
	step, err := a.step(x.ID, 0, StepOrder, stepBody{At: x.Ordered, Mission: x.Mission, Request: event.Request,
		Scope: scope.String(), Purpose: x.Purpose, Items: x.Items})
	if err != nil {
		return Export{}, err
	}
	event.Items, event.Decision, event.Rule = slices.Sorted(slices.Values(ask.Items)), audit.Granted, row
	if event.Detail, err = json.Marshal(orderDetail{x.ID, step.digest(), reason}); err != nil {
		return Export{}, err
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return Export{}, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	return x, book.AddStep(ctx, step)
}

// TracesBetween reads traces back, and who acted.
type TracesBetween interface {
	Between(ctx context.Context, first, last audit.Day, which audit.Selection) iter.Seq2[audit.Entry, error]
	Agent(ctx context.Context, row *audit.Row) (string, error)
}

// ShowExport shows an order to whoever could approve it, or made it, with its reason.
func (g *Gate) ShowExport(ctx context.Context, book ExportBook, traces TracesBetween, ask Ask, id string) (Export, error) {
	g = g.pin()
	return g.vouchExport(ctx, book, traces, ask, id, ActionExportShow)
}

// ApproveExport approves an order, as another person of the same organisation whose own
// sheet has exports. The approval is a step and a trace, and an export runs only where the
// two agree.
func (g *Gate) ApproveExport(ctx context.Context, book ExportBook, traces TracesBetween, ask Ask, id string) (Export, error) {
	g = g.pin()
	return g.vouchExport(ctx, book, traces, ask, id, ActionExportApprove)
}

func (g *Gate) vouchExport(ctx context.Context, book ExportBook, traces TracesBetween, ask Ask, id, action string) (Export, error) {
	ask.Purpose = "P1" // of an approval, which reads no file: the order has its own
	ask = g.worded(ask)
	a, err := g.admit(ctx, ask)
	if err != nil {
		return Export{}, g.turnAway(ctx, ask, action, err)
	}
	event := g.event(a, held{}, rand.Text(), action)
	x, steps, err := a.export(ctx, book, id)
	if err != nil {
		return Export{}, g.noExport(ctx, a, event, err)
	}
	refused, err := g.mayApprove(ctx, a, x, action)
	if err != nil {
		return Export{}, err
	}
	if refused != nil {
		return Export{}, g.refuse(ctx, a, event, refused, nil)
	}
	detail, err := traceOf(ctx, traces, steps[0], x.Ordered, ActionExportOrder, x.Mission)
	if err != nil {
		return Export{}, err
	}
	x.Reason = detail.Reason
	event.Decision, event.Rule = audit.Granted, "second person"
	if event.Detail, err = json.Marshal(orderDetail{Export: id, Digest: steps[0].digest()}); err != nil {
		return Export{}, err
	}
	var step ExportStep
	if action == ActionExportApprove {
		x.ApprovedBy, x.Approved = a.mission.ID, g.Now().UTC().Truncate(time.Second)
		if step, err = a.step(id, 1, StepApproval, stepBody{At: x.Approved, Mission: a.mission.ID, Request: event.Request}); err != nil {
			return Export{}, err
		}
	}
	if _, err := g.Traces.Record(ctx, event); err != nil {
		return Export{}, fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	if action == ActionExportApprove {
		err = book.AddStep(ctx, step)
	}
	return x, err
}

// mayApprove refuses whoever is not a second person for that order. A mission that shows
// its own order, or one that it could approve, is let look.
func (g *Gate) mayApprove(ctx context.Context, a asking, x Export, action string) (*Refusal, error) {
	no := func(reason string) *Refusal {
		return a.refuses(action, security, reason)
	}
	if action == ActionExportShow && a.mission.ID == x.Mission {
		return nil, nil
	}
	orders, c, err := g.Desk.Standing(ctx, x.Mission, x.Campaign)
	switch {
	case errors.Is(err, ErrNoSuchMission):
		return no("the mission that ordered it is none of this campaign"), nil
	case err != nil:
		return nil, err
	case c.ID != a.campaign.ID || orders.Organisation != a.mission.Organisation && !(orders.Scopes.National && orders.Recipient == a.mission.Recipient):
		return no("another organisation ordered it"), nil
	case g.table().Limit(a.mission.Recipient).Export == 0:
		return no("who may export nothing approves no export"), nil
	case action == ActionExportShow:
		return nil, nil
	case a.mission.ID == x.Mission:
		return no("who orders an export does not approve it"), nil
	case a.mission.Agent == (Ref{}) || a.mission.Agent == orders.Agent:
		return no("the same person ordered it"), nil
	case !orders.inForce(a.on):
		return no("the mission that ordered it is not in force any more"), nil
	case x.ApprovedBy != "":
		return no("it is approved already"), nil
	}
	return nil, nil
}

// noExport counts and traces a question for an order that there is not: guessing.
func (g *Gate) noExport(ctx context.Context, a asking, event audit.Event, cause error) error {
	if !errors.Is(cause, ErrNoSuchExport) {
		return cause
	}
	return g.refuse(ctx, a, event, a.refuses(event.Action, "Art. 3", "no export of this campaign has that name"), nil)
}

// export reads an order back, and refuses one of which a step is not ours, or missing.
func (a asking) export(ctx context.Context, book ExportBook, id string) (x Export, steps []ExportStep, err error) {
	if steps, err = book.Steps(ctx, id); err != nil {
		return x, nil, err
	}
	if len(steps) == 0 || steps[0].Campaign != a.campaign.ID {
		return x, nil, ErrNoSuchExport
	}
	for i, s := range steps {
		var b stepBody
		if s.Step != i || s.Export != id || s.Campaign != a.campaign.ID || (s.Kind == StepOrder) != (i == 0) || (s.Kind == StepApproval) != (i == 1) || x.Ended {
			return x, nil, fmt.Errorf("step %d: %w", i, ErrExportForged)
		}
		digest, err := a.key.Open(nil, exportScope, id, s.bound(), s.Seal)
		if err != nil || !slices.Equal(digest, s.digest()) || json.Unmarshal(s.Body, &b) != nil {
			return x, nil, fmt.Errorf("step %d: %w", i, ErrExportForged)
		}
		switch s.Kind {
		case StepOrder:
			x = Export{ID: id, Campaign: a.campaign.ID, Mission: b.Mission, Purpose: b.Purpose, Items: b.Items, Ordered: b.At}
			if x.Scope, err = ParseScope(b.Scope); err != nil {
				return x, nil, fmt.Errorf("step %d: %w", i, ErrExportForged)
			}
		case StepApproval:
			x.ApprovedBy, x.Approved = b.Mission, b.At
		case StepPage:
			if n := len(x.pages); n > 0 && x.pages[n-1].After == b.After {
				x.pages = x.pages[:n-1] // taken again, with fewer rows: somebody was forgotten meanwhile
			}
			x.pages = append(x.pages, b)
		case StepEnd:
			x.Ended = true
		default:
			return x, nil, fmt.Errorf("step %d: %w", i, ErrExportForged)
		}
	}
	x.steps = len(steps)
	return x, steps, nil
}

// traceOf finds the trace that a step rests on. It must say that the same mission did the
// same to the same order; without it the step counts for nothing, however well it is
// sealed: what nobody can see later is not done here.
func traceOf(ctx context.Context, traces TracesBetween, s ExportStep, at time.Time, action, by string) (detail orderDetail, err error) {
	var b stepBody
	if err := json.Unmarshal(s.Body, &b); err != nil {
		return detail, ErrExportForged
	}
	day := audit.DayOf(at)
	// A trace is dated by the log, a moment later: it may be of the next day.
	for e, err := range traces.Between(ctx, day-1, day+1, audit.Selection{Action: action, Decision: audit.Granted}) {
		if err != nil {
			return detail, err
		}
		if e.Request != b.Request || json.Unmarshal(e.Detail, &detail) != nil {
			continue
		}
		agent, err := traces.Agent(ctx, e.Row)
		if err != nil {
			return detail, err
		}
		if agent == by && detail.Export == s.Export {
			return detail, nil
		}
	}
	return detail, fmt.Errorf("%s of %s: %w", action, s.Export, ErrExportForged)
}
