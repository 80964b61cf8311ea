package dossier

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
)

// Intake takes dossiers in: checks every value, seals it, and adds it. It holds no
// key that opens a person's secret, so it cannot reopen what it sealed.
type Intake struct {
	Catalogue   *catalogue.Catalogue
	Forms       *Forms
	Layout      *Layout
	Ring        *crypto.Keyring
	Vestry      Vestry
	Traces      Recorder
	Connections Connections
	Documents   Documents
	Activation  *Activation
	Now         func() time.Time
	// References of the campaigns open for intake.
	References map[string]*Reference

	opening  sync.Mutex
	counters map[string]*counter
}

// Connections keeps the connection data of heading 14 under the key of their day,
// beside the traces, where they go after a year.
type Connections interface {
	RecordConnections(ctx context.Context, c []audit.Connection) error
}

// An Entry is what became of one filing.
type Entry struct {
	Ref      Ref
	Accounts []string
	Cells    int
	Refused  *LineError
}

// intakeRecipient is the actor of the decree's tables that seals and opens nothing.
const intakeRecipient = "SYS-intake"

// Enter seals a batch of filings and stores it in one transaction. The answer has
// one entry for each; an error means that none was stored.
//
// Order: duplicates are looked for while secrets are drawn and wrapped; dossiers are
// sealed; the wraps are kept by the key store, the writes traced, and only then are the
// rows committed: what is in the tables can be opened and was traced.
func (in *Intake) Enter(ctx context.Context, campaign string, filings []*Filing, progress *Progress, refusals []Refused) ([]Entry, error) {
	entries := make([]Entry, len(filings))
	ref, known := in.References[campaign]
	if !known {
		return nil, fmt.Errorf("campaign %s is not open for intake", campaign)
	}
	routing, err := in.Ring.Routing(ctx, campaign)
	if err != nil {
		return nil, err
	}
	s := sealing{in: in, campaign: campaign, routing: routing, reference: ref}
	defer s.close()
	indexes, err := s.prepare(ctx, filings, entries)
	if err != nil {
		return nil, err
	}
	sealed, live, err := s.all(ctx, filings, entries, indexes)
	if err != nil {
		return nil, err
	}
	if err := in.Documents.Sync(ctx); err != nil {
		return nil, err
	}
	// Wraps and traces of those who are in become durable while their rows travel; the
	// rows are committed after them, never before.
	durable, both := errgroup.WithContext(ctx)
	defer durable.Wait() // nothing of a batch goes on after it
	keep := func(left []Lost) func() error {
		entered, of := Without(sealed, left), Without(live, left)
		durable.Go(func() error { return in.Ring.KeepUnits(both, campaign, s.unitsOf(of)) })
		durable.Go(func() error { return in.trace(both, campaign, entered) })
		return durable.Wait
	}
	if progress != nil {
		for _, s := range sealed {
			progress.Entered++
			progress.Fields += int64(s.Cells)
		}
		for i := range entries {
			if entries[i].Refused != nil {
				progress.Refused++
			}
		}
	}
	left, err := in.Vestry.Store(ctx, Batch{Campaign: campaign, Sealed: sealed, Progress: progress, Refusals: withRefused(refusals, filings, entries)}, keep)
	if err != nil {
		return nil, err
	}
	for _, lost := range left {
		x, _ := in.Catalogue.Index(lost.Index)
		entries[live[lost.At]].Refused = &LineError{Item: x.Items[0], Rule: registered}
	}
	for i := range entries {
		if refused := entries[i].Refused; refused != nil {
			entries[i] = Entry{Refused: refused} // who is not in has no reference
		}
	}
	return entries, nil
}

const registered = "already registered in this campaign"

func withRefused(refusals []Refused, filings []*Filing, entries []Entry) []Refused {
	for i, f := range filings {
		if e := entries[i].Refused; e != nil {
			refusals = append(refusals, Refused{Line: f.Line, Item: e.Item, Rule: e.Rule})
		}
	}
	return refusals
}

func fileNumber(routes []Route) FileNo {
	for _, r := range routes {
		if r.Scope.Kind == ScopeFile {
			return r.FileNo
		}
	}
	return FileNo{}
}

// connections are the connection data sent in with a file.
func (f *Filing) connections(no FileNo, now time.Time) []audit.Connection {
	fm := f.forms.forms["per_event"]
	if fm == nil {
		return nil
	}
	var out []audit.Connection
	for _, rec := range f.many["per_event"] {
		at, err := time.Parse(time.RFC3339, fm.text(rec, audit.ItemTime))
		if err != nil || audit.TooOld(at, now) {
			// No time, no day key to keep it under; past its year, it may not be kept.
			continue
		}
		c := audit.Connection{Subject: no[:], At: at, Values: map[catalogue.ItemID]json.RawMessage{}}
		for k, it := range fm.items {
			if rec[k] != nil {
				c.Values[it.ID] = rec[k]
			}
		}
		out = append(out, c)
	}
	return out
}

// trace makes every write durable in the traces, and the connection data with them.
// The revisions that a write leaves are sealed in its trace, so that an older cell
// put back in its place is found.
func (in *Intake) trace(ctx context.Context, campaign string, sealed []*Sealed) error {
	events := make([]audit.Event, len(sealed))
	for i, s := range sealed {
		no := fileNumber(s.Routes)
		detail := Created(s.Cells).detail()
		events[i] = audit.Event{
			Campaign: campaign, Recipient: intakeRecipient, Organisation: "sceau", Purpose: "P1",
			Action: ActionWrite, Items: in.Layout.written, Decision: audit.Granted, Rule: "intake",
			Subject: no[:], Agent: intakeRecipient, Candidate: s.Ref.String(), Detail: detail,
		}
	}
	if _, err := in.Traces.Record(ctx, events...); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTraced, err)
	}
	var connections []audit.Connection
	for _, s := range sealed {
		connections = append(connections, s.Connections...)
	}
	if len(connections) == 0 {
		return nil
	}
	return in.Connections.RecordConnections(ctx, connections)
}
