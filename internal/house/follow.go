package house

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"sceau/dossier"
	"sceau/policy"
	"sceau/policy/signed"
)

// TableEvery is how often a service looks which table is in force. What a person signed
// to close an access closes it within that time, on every node, and nobody restarts
// anything.
const TableEvery = 2 * time.Second

// A followed table is the one in force as a service last saw it.
type followed struct {
	house *House
	gate  *dossier.Gate
	log   *slog.Logger
	table atomic.Pointer[policy.Table]
	named string // the publication
}

// follow keeps the gate on the table in force until ctx ends. One that is refused, because
// it was altered, is stale or was signed by its author, takes the gate's table away: from
// then on nothing is granted, as at a start. A database that is away changes nothing: no
// request is answered without it either.
func (f *followed) follow(ctx context.Context) {
	tick := time.NewTicker(TableEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.look(ctx)
		}
	}
}

func (f *followed) look(ctx context.Context) {
	store, trust, err := f.house.PublicationsRead(ctx)
	if err != nil {
		f.refuse(err)
		return
	}
	id, err := signed.CurrentID(ctx, store, trust)
	if err == nil && id == f.named && f.table.Load() != nil {
		return
	}
	var table *policy.Table
	var p signed.Publication
	if err == nil {
		table, p, err = signed.InForce(ctx, store, f.house.Words, trust)
	}
	switch {
	case errors.Is(err, dossier.ErrUnavailable):
		// Its connections died with it: the next request makes new ones, and none finds a
		// dead one first.
		if p, err := f.house.pool(ctx, "sceau_gate"); err == nil {
			p.Reset()
		}
		return
	case errors.Is(err, context.Canceled):
		return
	case err != nil:
		f.refuse(err)
		return
	}
	f.put(table, p.ID)
	f.log.Info("another table of access is in force", "publication", p.ID, "table", table.Hash())
}

func (f *followed) put(table *policy.Table, id string) {
	f.named = id
	f.table.Store(table)
	f.gate.Put(table)
}

// refuse grants nothing any more, and says it once.
func (f *followed) refuse(err error) {
	if f.table.Swap(nil) != nil {
		f.log.Error("the table of access is refused: nothing is granted", "cause", err.Error())
	}
	f.gate.Put(nil)
}
