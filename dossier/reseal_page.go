package dossier

import (
	"context"
	"errors"
	"fmt"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
)

// table seals the rest of one table anew, page by page.
func (r *Resealing) table(ctx context.Context, t *rotation.BranchTurn, table int, p *pass, out *Reseal, all int64) error {
	plan := r.Layout.Plan(table)
	if t.Table != plan.Name {
		t.Table, t.After = plan.Name, nil
	}
	limit := r.Page
	if limit == 0 {
		limit = 500
	}
	for {
		if err := r.stopped(ctx, t.Campaign, plan.Class); err != nil {
			return err
		}
		rows, err := r.Rows.Others(ctx, t.Campaign, table, t.Version, t.After, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := r.page(ctx, t, plan, rows, p, out); err != nil {
			return err
		}
		last := rows[len(rows)-1]
		t.After = append(last.Unit[:len(last.Unit):len(last.Unit)], last.Record[:]...)
		if err := r.Turns.SaveBranchTurn(ctx, *t); err != nil {
			return err
		}
		if r.Progress != nil {
			r.Progress("sealing "+t.Class+" anew", out.Rows, max(all, out.Rows))
		}
	}
}

// page seals some rows of one table anew.
func (r *Resealing) page(ctx context.Context, t *rotation.BranchTurn, plan *TablePlan, rows []SealedRow, p *pass, out *Reseal) error {
	o, err := r.openRows(ctx, t, plan, rows)
	if err != nil {
		return err
	}
	defer o.close()
	var swaps []Swap
	made := 0
	for _, row := range rows {
		if !o.found.Has(row.Unit) {
			out.Forgotten++
			continue
		}
		swap, at, err := r.reseal(ctx, t, plan, o, row)
		switch {
		case errors.Is(err, crypto.ErrOpen), errors.Is(err, ErrDocumentLost):
			out.damaged(plan, row, at)
			continue
		case err != nil:
			return fmt.Errorf("sealing %s anew: %w", plan.Name, err)
		}
		swaps, made = append(swaps, swap), made+len(swap.Made)
	}
	if len(swaps) == 0 {
		return nil
	}
	if made > 0 {
		if err := r.Documents.Sync(ctx); err != nil {
			return err
		}
	}
	done, err := r.Rows.Replace(ctx, t.Campaign, r.Now(), swaps)
	if err != nil {
		return err
	}
	// One that somebody changed meanwhile is met again: this was not the last pass.
	p.found += int64(len(swaps))
	for i, s := range swaps {
		if done[i] {
			p.sealed, out.Rows, t.Resealed = p.sealed+1, out.Rows+1, t.Resealed+1
			out.Cells, out.Documents = out.Cells+int64(len(s.Becomes.Cells)), out.Documents+int64(len(s.Made))
		}
	}
	return nil
}

func (out *Reseal) damaged(plan *TablePlan, row SealedRow, item catalogue.ItemID) {
	out.Damaged++
	if len(out.Places) >= mostDamaged {
		return
	}
	out.Places = append(out.Places, DamagedRow{Table: plan.Name, Unit: row.Unit, Record: recordWord(row.Record), Item: item})
}
