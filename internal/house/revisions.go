package house

import (
	"context"
	"fmt"

	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
)

// Revisions compares the revisions of cells with the traces of their writes: of one
// candidate, or of a whole campaign when about is nil. The traces of writes are
// opened as the identity that reads them, which leaves a trace of its own first; no
// key of a class is used. begin is told how many candidates there are to look at.
func (h *House) Revisions(ctx context.Context, campaign string, about *dossier.Ref, by string, begin func(of int64) (progress func(int64))) (dossier.RevisionReport, error) {
	var none dossier.RevisionReport
	db, err := h.pool(ctx, "sceau_gate")
	if err != nil {
		return none, err
	}
	log, err := h.Traces(ctx, "trace-write")
	if err != nil {
		return none, err
	}
	reader, err := h.traceReader(ctx)
	if err != nil {
		return none, err
	}
	heads := dossiers.Heads{DB: db, Layout: h.Layout}
	v := &dossier.Revisions{Heads: heads, Traces: reader, Layout: h.Layout, Now: h.Now}
	event := dossier.KeyringEvent(campaign, "verify", "revisions", by)
	if about != nil {
		event.Candidate = about.String()
	}
	if _, err := log.Record(ctx, event); err != nil {
		return none, fmt.Errorf("%w: %w", dossier.ErrNotTraced, err)
	}
	if about != nil {
		return v.One(ctx, campaign, *about)
	}
	n, err := heads.Count(ctx, campaign)
	if err != nil {
		return none, err
	}
	return v.Campaign(ctx, campaign, begin(n))
}
