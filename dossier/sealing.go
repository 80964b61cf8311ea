package dossier

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
	"sceau/crypto"
)

// A sealing holds the open secrets of one batch, for as long as it takes.
type sealing struct {
	in        *Intake
	campaign  string
	routing   *crypto.RoutingKey
	reference *Reference
	drawn     [][]*crypto.UnitSecrets // of each filing
	secrets   map[crypto.UnitID]*crypto.UnitSecrets
}

// prepare computes the indexes of a batch, which says who is known already, and draws
// the secrets of all meanwhile: what both cost is calls to the key service.
func (s *sealing) prepare(ctx context.Context, filings []*Filing, entries []Entry) (indexes [][]IndexEntry, err error) {
	var units []crypto.NewUnit
	counts := make([]int, len(filings))
	for i, f := range filings {
		if entries[i].Refused = f.refusedBy(s.reference, s.in.Now()); entries[i].Refused != nil {
			continue
		}
		entries[i].Ref = crypto.NewUnitID()
		of := s.in.units(f, entries[i].Ref)
		units, counts[i] = append(units, of...), len(of)
	}
	var drawn []*crypto.UnitSecrets
	work, both := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		indexes, err = s.in.indexes(both, s.campaign, filings, entries)
		return err
	})
	work.Go(func() (err error) {
		if drawn, err = s.in.Ring.DrawUnits(both, s.campaign, units); err != nil {
			err = fmt.Errorf("making secrets: %w", err)
		}
		return err
	})
	err = work.Wait()
	s.secrets = make(map[crypto.UnitID]*crypto.UnitSecrets, len(drawn))
	for _, d := range drawn {
		s.secrets[d.ID] = d
	}
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		s.drawn = append(s.drawn, drawn[:n])
		drawn = drawn[n:]
	}
	return indexes, nil
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

// unitsOf are the units of some filings of the batch.
func (s *sealing) unitsOf(live []int) (units []*crypto.UnitSecrets) {
	for _, i := range live {
		units = append(units, s.drawn[i]...)
	}
	return units
}

func (s *sealing) close() {
	s.routing.Zero()
	for _, m := range s.secrets {
		m.Close()
	}
}

// all seals the filings that are not refused, on every core. live are their positions.
func (s *sealing) all(ctx context.Context, filings []*Filing, entries []Entry, indexes [][]IndexEntry) (sealed []*Sealed, live []int, err error) {
	done := make([]*Sealed, len(filings))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range filings {
		if entries[i].Refused != nil {
			continue
		}
		work.Go(func() error {
			one, err := s.one(ctx, filings[i], entries[i].Ref)
			var refused *LineError
			if errors.As(err, &refused) {
				entries[i].Refused = refused
				return nil
			}
			done[i] = one
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, nil, err
	}
	for i, one := range done {
		if one == nil {
			continue
		}
		one.Indexes = indexes[i]
		entries[i].Cells = one.Cells
		for _, a := range one.Accounts {
			entries[i].Accounts = append(entries[i].Accounts, a.ID)
		}
		sealed = append(sealed, one)
		live = append(live, i)
	}
	return sealed, live, nil
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
	// Written for everybody, asked for by nobody yet: who has one says nothing.
	half, err := s.half(ctx, halves, lock{unit: c, class: s.in.Layout.pseudonym.Class, fate: s.in.Layout.pseudonym.Fate})
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", pseudonymTable, err)
	}
	pseudonym, _, err := s.in.Layout.drawPseudonym(half, c)
	if err != nil {
		return nil, err
	}
	out.Rows = append(out.Rows, pseudonym)
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
