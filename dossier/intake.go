package dossier

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier/gather"
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

	opened    sync.Once
	creations *gather.Way[creation, created]
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
// Order: duplicates are looked for, secrets are made and kept by the key store, the
// write is traced, and only then are the rows committed: what is in the tables can
// be opened and was traced.
func (in *Intake) Enter(ctx context.Context, campaign string, filings []*Filing, progress *Progress, refusals []Refused) ([]Entry, error) {
	entries := make([]Entry, len(filings))
	ref, known := in.References[campaign]
	if !known {
		return nil, fmt.Errorf("campaign %s is not open for intake", campaign)
	}
	indexes, err := in.indexes(ctx, campaign, filings, entries)
	if err != nil {
		return nil, err
	}
	routing, err := in.Ring.Routing(ctx, campaign)
	if err != nil {
		return nil, err
	}

	var live []int // positions of the filings that are not refused
	var units []crypto.NewUnit
	for i, f := range filings {
		if entries[i].Refused != nil {
			continue
		}
		entries[i].Ref = crypto.NewUnitID()
		live = append(live, i)
		units = append(units, in.units(f, entries[i].Ref)...)
	}
	var sealed []*Sealed
	if len(live) > 0 {
		made, err := in.Ring.NewUnits(ctx, campaign, units)
		if err != nil {
			return nil, fmt.Errorf("making secrets: %w", err)
		}
		s := sealing{in: in, campaign: campaign, routing: routing, reference: ref, secrets: bySecret(made)}
		defer s.close()
		if sealed, live, err = s.all(ctx, filings, entries, live, indexes); err != nil {
			return nil, err
		}
	}
	if err := in.Documents.Sync(ctx); err != nil {
		return nil, err
	}
	// The trace becomes durable while the rows travel; the rows are committed after
	// it, never before.
	traced := make(chan error, 1)
	go func() { traced <- in.trace(ctx, campaign, sealed) }()
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
	left, err := in.Vestry.Store(ctx, Batch{Campaign: campaign, Sealed: sealed, Progress: progress, Refusals: withRefused(refusals, filings, entries)}, func() error { return <-traced })
	if err != nil {
		return nil, err
	}
	for _, k := range left {
		entries[live[k]].Refused = duplicate
	}
	return entries, nil
}

var duplicate = &LineError{Item: "A01.01", Rule: "already registered in this campaign"}

func withRefused(refusals []Refused, filings []*Filing, entries []Entry) []Refused {
	for i, f := range filings {
		if e := entries[i].Refused; e != nil {
			refusals = append(refusals, Refused{Line: f.Line, Item: e.Item, Rule: e.Rule})
		}
	}
	return refusals
}

// units of a file: the candidate, who has own secrets in the classes that ask for a
// call at each opening, the responsibles, and one bundle for each decision that
// documents may support, whether or not there are any.
func (in *Intake) units(f *Filing, c Ref) []crypto.NewUnit {
	units := []crypto.NewUnit{{ID: c, Owner: c, Kind: KindCandidate, Classes: in.Layout.own}}
	for n := range f.many["per_responsible"] {
		units = append(units, crypto.NewUnit{ID: Responsible(c, n+1), Owner: c, Kind: KindResponsible})
	}
	for _, bundle := range in.Layout.bundles {
		units = append(units, crypto.NewUnit{ID: Bundle(c, bundle), Owner: c, Kind: KindBundle})
	}
	return units
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
		at, err := time.Parse(time.RFC3339, fm.text(rec, "A14.02"))
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
		detail, _ := json.Marshal(map[string]int{"cells": s.Cells, "revision": firstRevision})
		events[i] = audit.Event{
			At: in.Now(), Campaign: campaign, Recipient: intakeRecipient, Organisation: "sceau", Purpose: "P1",
			Action: "write", Items: in.Layout.written, Decision: audit.Granted, Rule: "intake",
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
