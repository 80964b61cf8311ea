package house

import (
	"context"
	"fmt"
	"time"

	"sceau/audit"
	"sceau/dossier"
	"sceau/internal/blobs"
	"sceau/internal/postgres/dossiers"
	"sceau/policy"
)

// Gate opens the door for a person's commands.
func (h *House) Gate(ctx context.Context) (*dossier.Gate, error) {
	table, err := h.Table(ctx)
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, "trace-write")
	if err != nil {
		return nil, err
	}
	gate, err := h.gate(ctx, table, log)
	if err != nil {
		return nil, err
	}
	gate.Connections, err = h.traceReader(ctx)
	return gate, err
}

func (h *House) gate(ctx context.Context, table *policy.Table, log *audit.Log) (*dossier.Gate, error) {
	pool, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return nil, err
	}
	documents, err := blobs.Open(h.Path("blobs"))
	if err != nil {
		return nil, err
	}
	gate, err := dossier.NewGate(&dossier.Gate{
		Catalogue: h.Catalogue, Words: h.Words, Layout: h.Layout,
		Desk: dossiers.NewDesk(pool), Shelf: dossiers.NewShelf(pool, h.Layout),
		Traces: log, Rings: h.rings, Documents: documents, Allowances: dossiers.NewAllowances(pool), Now: h.Now,
	})
	if err != nil {
		return nil, err
	}
	gate.Put(table)
	return gate, nil
}

// RecordFacts records each fact as the mission that it names.
func (h *House) RecordFacts(ctx context.Context, facts []dossier.Fact, on time.Time) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	for _, f := range facts {
		credential, err := h.Credential(f.By)
		if err != nil {
			return fmt.Errorf("fact %s: %w", f.ID, err)
		}
		if err := gate.RecordFact(ctx, register, f, credential, on); err != nil {
			return err
		}
	}
	return nil
}

// EndFact ends a fact as the mission that recorded it.
func (h *House) EndFact(ctx context.Context, id string) error {
	register, err := h.Register(ctx)
	if err != nil {
		return err
	}
	gate, err := h.Gate(ctx)
	if err != nil {
		return err
	}
	by, err := gate.RecordedBy(ctx, register, id)
	if err != nil {
		return err
	}
	credential, err := h.Credential(by)
	if err != nil {
		return err
	}
	return gate.EndFact(ctx, register, id, by, credential)
}
