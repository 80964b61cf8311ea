package house

import (
	"context"

	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
)

// Exports opens what an export stands on: the gate, the book of orders, and the traces
// that say who ordered and who approved.
func (h *House) Exports(ctx context.Context) (*dossier.Gate, dossier.ExportBook, dossier.TracesBetween, error) {
	gate, err := h.Gate(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	p, err := h.pool(ctx, "sceau_register")
	if err != nil {
		return nil, nil, nil, err
	}
	traces, err := h.traceReader(ctx)
	return gate, dossiers.Exports{DB: p}, traces, err
}
