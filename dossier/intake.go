package dossier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
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

	gathering gathering
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

// indexes computes the blind indexes of a batch, one call for each index, and marks
// the filings whose registration number is known already.
func (in *Intake) indexes(ctx context.Context, campaign string, filings []*Filing, entries []Entry) ([][]IndexEntry, error) {
	found := make([][]IndexEntry, len(filings))
	all := in.Catalogue.Indexes()
	columns := make([]indexColumn, len(all))
	work, ctx := errgroup.WithContext(ctx)
	for n, x := range all {
		work.Go(func() (err error) {
			columns[n], err = in.indexColumn(ctx, campaign, x, filings)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	for n, x := range all {
		seen := map[string]bool{}
		for k, i := range columns[n].of {
			mac := columns[n].macs[k]
			found[i] = append(found[i], IndexEntry{Index: x.ID, MAC: mac})
			if x.Unique && (columns[n].known[k] || seen[string(mac)]) && entries[i].Refused == nil {
				entries[i].Refused = &LineError{Item: x.Items[0], Rule: duplicate.Rule}
			}
			seen[string(mac)] = true
		}
	}
	return found, nil
}

// An indexColumn is one index of a batch: for the filings that have the values, the
// MACs, and whether somebody has them already.
type indexColumn struct {
	of    []int
	macs  [][]byte
	known []bool
}

func (in *Intake) indexColumn(ctx context.Context, campaign string, x catalogue.Index, filings []*Filing) (c indexColumn, err error) {
	var inputs [][]byte
	for i, f := range filings {
		if input, ok := x.Input(f.items(x.Items)); ok {
			inputs = append(inputs, input)
			c.of = append(c.of, i)
		}
	}
	if len(inputs) == 0 {
		return c, nil
	}
	if c.macs, err = in.Ring.Index(ctx, campaign, x.ID, inputs...); err != nil {
		return c, fmt.Errorf("computing index %s: %w", x.ID, err)
	}
	for _, input := range inputs {
		clear(input)
	}
	if x.Unique {
		c.known, err = in.Vestry.Known(ctx, campaign, x.ID, c.macs)
	}
	return c, err
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

// A sealing holds the open secrets of one batch, for as long as it takes.
type sealing struct {
	in        *Intake
	campaign  string
	routing   *crypto.RoutingKey
	reference *Reference
	secrets   map[crypto.UnitID]*crypto.UnitSecrets
}

func bySecret(made []*crypto.UnitSecrets) map[crypto.UnitID]*crypto.UnitSecrets {
	secrets := make(map[crypto.UnitID]*crypto.UnitSecrets, len(made))
	for _, m := range made {
		secrets[m.ID] = m
	}
	return secrets
}

func (s *sealing) close() {
	s.routing.Zero()
	for _, m := range s.secrets {
		m.Close()
	}
}

// all seals the filings that are still in, on every core.
func (s *sealing) all(ctx context.Context, filings []*Filing, entries []Entry, live []int, indexes [][]IndexEntry) (sealed []*Sealed, kept []int, err error) {
	done := make([]*Sealed, len(live))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for k, i := range live {
		work.Go(func() error {
			one, err := s.one(ctx, filings[i], entries[i].Ref)
			var refused *LineError
			if errors.As(err, &refused) {
				entries[i].Refused = refused
				return nil
			}
			done[k] = one
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, nil, err
	}
	for k, i := range live {
		one := done[k]
		if one == nil {
			continue
		}
		one.Indexes = indexes[i]
		entries[i].Cells = one.Cells
		for _, a := range one.Accounts {
			entries[i].Accounts = append(entries[i].Accounts, a.ID)
		}
		sealed = append(sealed, one)
		kept = append(kept, i)
	}
	return sealed, kept, nil
}

// one turns a filing into rows, routes and accounts.
func (s *sealing) one(ctx context.Context, f *Filing, c Ref) (*Sealed, error) {
	ids := f.recordIDs(s.routing, c, s.reference)
	out := &Sealed{Ref: c}
	var err error
	if out.Routes, err = f.routesOf(s.routing, c, ids.faces["per_wish"], s.reference); err != nil {
		return nil, err
	}
	halves := map[lock]*crypto.Half{}
	defer func() {
		for _, h := range halves {
			h.Zero()
		}
	}()
	for t := range s.in.Layout.Tables {
		plan := &s.in.Layout.Tables[t]
		if plan.Repeats == perAgent {
			continue
		}
		for _, r := range f.rowsFor(plan, c, ids) {
			half, err := s.half(ctx, halves, lock{unit: r.unit, class: plan.Class, fate: plan.Fate})
			if err != nil {
				return nil, fmt.Errorf("sealing %s: %w", plan.Name, err)
			}
			row, err := s.in.sealRow(ctx, plan, half, r)
			if err != nil {
				return nil, err
			}
			row.Table = t
			out.Rows = append(out.Rows, row)
			out.Cells += len(row.Cells)
		}
	}
	out.Accounts = s.accounts(c, len(f.many["per_responsible"]))
	out.Password = plainText(f.item("A01.02"))
	out.Connections = f.connections(fileNumber(out.Routes), s.in.Now())
	return out, nil
}

// A lock is what one half key opens: a class and fate of one unit.
type lock struct {
	unit    crypto.UnitID
	class   catalogue.ClassID
	fate    catalogue.Fate
	version uint32 // of the branch; 0 is the current one
}

func (s *sealing) half(ctx context.Context, halves map[lock]*crypto.Half, l lock) (*crypto.Half, error) {
	if h, ok := halves[l]; ok {
		return h, nil
	}
	secrets, ok := s.secrets[l.unit]
	if !ok {
		return nil, fmt.Errorf("unit of class %s was not made", l.class)
	}
	h, err := s.in.Ring.NewHalf(ctx, s.campaign, secrets, string(l.class), string(l.fate))
	if err == nil {
		halves[l] = h
	}
	return h, err
}

// sealRow seals one record under its own key, its documents included.
func (in *Intake) sealRow(ctx context.Context, plan *TablePlan, half *crypto.Half, r unitRecord) (SealedRow, error) {
	row, err := half.Row(r.id)
	if err != nil {
		return SealedRow{}, err
	}
	defer row.Zero()
	values, err := in.withDocuments(ctx, plan, row, r.values)
	if err != nil {
		return SealedRow{}, err
	}
	cells, err := plan.sealCells(row, values, firstRevision)
	return SealedRow{Unit: r.unit, Record: r.id, BranchVersion: half.Version(), Commitment: row.Commitment(), Cells: cells}, err
}

func (s *sealing) accounts(c Ref, responsibles int) []Account {
	accounts := make([]Account, 0, 1+responsibles)
	for n := 0; n <= responsibles; n++ {
		a := Account{ID: AccountID(c, n), Recipient: "S1", Candidate: c, Responsible: n}
		if n > 0 {
			a.Recipient = "S2"
		}
		a.Credential = s.in.Activation.Credential(a.ID).Digest()
		accounts = append(accounts, a)
	}
	return accounts
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
	var wait sync.WaitGroup
	failed := make([]error, len(sealed))
	for i, s := range sealed {
		wait.Go(func() {
			no := fileNumber(s.Routes)
			detail, _ := json.Marshal(map[string]int{"cells": s.Cells, "revision": firstRevision})
			_, failed[i] = in.Traces.Record(ctx, audit.Event{
				At: in.Now(), Campaign: campaign, Recipient: intakeRecipient, Organisation: "sceau", Purpose: "P1",
				Action: "write", Items: in.Layout.written, Decision: audit.Granted, Rule: "intake",
				Subject: no[:], Agent: intakeRecipient, Candidate: s.Ref.String(), Detail: detail,
			})
		})
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
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
