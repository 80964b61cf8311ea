package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
)

// pageKeys are the keys of one page of rows.
type pageKeys struct {
	found  crypto.Found
	halves map[crypto.UnitID]map[uint32]*crypto.Half // by version
}

func (o *pageKeys) close() {
	for _, versions := range o.halves {
		for _, h := range versions {
			h.Zero()
		}
	}
}

// openRows turns the locks of the units of a page, in one batch, under the version to
// come and those that the rows say. A version that never was is a row's fault.
func (r *Resealing) openRows(ctx context.Context, t *rotation.BranchTurn, plan *TablePlan, rows []SealedRow) (*pageKeys, error) {
	versions, err := crypto.BranchVersions(ctx, r.Ring.Store, t.Campaign, t.Class)
	if err != nil {
		return nil, err
	}
	branches := []crypto.Branch{{Class: t.Class, Fate: string(plan.Fate), Version: t.Version}}
	var units []crypto.UnitID
	for _, row := range rows {
		b := crypto.Branch{Class: t.Class, Fate: string(plan.Fate), Version: row.BranchVersion}
		if slices.Contains(versions[b.Fate], b.Version) && !slices.Contains(branches, b) {
			branches = append(branches, b)
		}
		if len(units) == 0 || units[len(units)-1] != row.Unit { // rows come in the order of units
			units = append(units, row.Unit)
		}
	}
	o := &pageKeys{halves: map[crypto.UnitID]map[uint32]*crypto.Half{}}
	if o.found, err = r.Ring.Find(ctx, t.Campaign, units...); err != nil {
		return nil, err
	}
	units = slices.DeleteFunc(units, func(u crypto.UnitID) bool { return !o.found.Has(u) })
	if len(units) == 0 {
		return o, nil
	}
	halves, err := o.found.HalvesOf(ctx, units, branches...)
	if err != nil && ctx.Err() == nil && !away(err) {
		// A wrap does not open, and a batch may not say that it is this (Vault answers it
		// with a bare 400). Whose, one by one: the others go on.
		return o, r.openOneByOne(ctx, t.Campaign, o, units, branches)
	}
	if err != nil {
		return nil, err
	}
	for i, u := range units {
		o.keep(u, halves[i])
	}
	return o, nil
}

func (r *Resealing) openOneByOne(ctx context.Context, campaign string, o *pageKeys, units []crypto.UnitID, branches []crypto.Branch) error {
	// Unless it is no unit's fault: keys closed since, or a branch key that was altered.
	if err := r.stopped(ctx, campaign, catalogue.ClassID(branches[0].Class)); err != nil {
		return err
	}
	for _, b := range branches {
		key, _, err := r.Ring.Branch(ctx, campaign, b.Class, b.Fate, b.Version)
		if err != nil {
			return fmt.Errorf("no row is at fault: %w", err)
		}
		key.Zero()
	}
	for _, u := range units {
		halves, err := o.found.Halves(ctx, u, branches...)
		switch {
		case errors.Is(err, crypto.ErrOpen):
			continue
		case err != nil:
			return err
		}
		o.keep(u, halves)
	}
	return nil
}

// away says that the key service opens nothing of anybody now, whatever is asked.
func away(err error) bool {
	return slices.ContainsFunc([]error{crypto.ErrUnavailable, crypto.ErrBusy, crypto.ErrRefused, crypto.ErrFrozen, crypto.ErrForgotten},
		func(known error) bool { return errors.Is(err, known) })
}

// stopped says why nothing of the class is opened now.
func (r *Resealing) stopped(ctx context.Context, campaign string, class catalogue.ClassID) error {
	frozen, err := r.Rows.Frozen(ctx, campaign)
	if err == nil && (frozen.Class(class)) {
		err = fmt.Errorf("class %s of campaign %s: %w", class, campaign, crypto.ErrFrozen)
	}
	return err
}

func (o *pageKeys) keep(unit crypto.UnitID, halves []*crypto.Half) {
	o.halves[unit] = map[uint32]*crypto.Half{}
	for _, h := range halves {
		o.halves[unit][h.Version()] = h
	}
}

// reseal seals one row anew. With an error goes the item that does not open, if it is one.
func (r *Resealing) reseal(ctx context.Context, t *rotation.BranchTurn, plan *TablePlan, o *pageKeys, row SealedRow) (Swap, catalogue.ItemID, error) {
	swap := Swap{Was: row, Becomes: SealedRow{Table: row.Table, Unit: row.Unit, Record: row.Record, BranchVersion: t.Version}}
	old, anew := o.halves[row.Unit][row.BranchVersion], o.halves[row.Unit][t.Version]
	if old == nil || anew == nil {
		return swap, "", crypto.ErrOpen
	}
	from, err := old.RowOf(row.Record, row.Commitment[:])
	if err != nil {
		return swap, "", err
	}
	defer from.Zero()
	to, err := anew.Row(row.Record)
	if err != nil {
		return swap, "", err
	}
	defer to.Zero()
	swap.Becomes.Commitment = to.Commitment()
	swap.Becomes.Cells = make([][]byte, len(row.Cells))
	// Every cell is opened before a document is moved: a row that does not open whole
	// leaves no blob behind.
	documents := false
	for k, it := range plan.items {
		if it.Kind == "document" {
			documents = true
			continue
		}
		if swap.Becomes.Cells[k], err = crypto.Reseal(from, to, string(it.ID), row.Cells[k]); err != nil {
			return swap, it.ID, err
		}
	}
	for k, it := range plan.items {
		if !documents || it.Kind != "document" {
			continue
		}
		swap.Becomes.Cells[k], err = crypto.ResealWith(from, to, string(it.ID), row.Cells[k], func(value []byte) ([]byte, error) {
			return r.moveDocument(ctx, t.Campaign, from, to, value, &swap)
		})
		if err != nil {
			return swap, it.ID, err
		}
	}
	return swap, "", nil
}
