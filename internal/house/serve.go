package house

import (
	"context"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"sceau/audit"
	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/pool"
	"sceau/web/api"
)

// Server prepares a process that serves as one identity.
func (h *House) Server(ctx context.Context, identity string, log *slog.Logger) (*api.Server, error) {
	who, ok := h.Catalogue.Identity(identity)
	if !ok {
		return nil, fmt.Errorf("%q is not one identity", identity)
	}
	if len(who.Recipients) == 0 && identity != "intake" {
		return nil, fmt.Errorf("identity %s serves nobody: it is for jobs", identity)
	}
	h.rings.only = identity
	if err := h.alone(identity, log); err != nil {
		return nil, err
	}
	trace, err := h.Traces(ctx, identity)
	if err != nil {
		return nil, err
	}
	keys, err := h.keys(identity)
	if err != nil {
		return nil, err
	}
	role := "sceau_gate"
	if identity == "intake" {
		role = "sceau_intake"
	}
	p, err := h.pool(ctx, role)
	if err != nil {
		return nil, err
	}
	wraps, err := h.keyringStore(identity)
	if err != nil {
		return nil, err
	}
	s := &api.Server{Identity: identity, Log: log}
	s.Ready = func(ctx context.Context) error { return ready(ctx, p, wraps, trace, keys) }
	if identity == "intake" {
		campaigns, err := dossiers.Vestry{DB: p}.Campaigns(ctx)
		if err != nil {
			return nil, err
		}
		sender, err := h.Credential(dossier.SenderName)
		if err != nil {
			return nil, err
		}
		s.Sender = sender.Digest()
		s.Intake, err = h.intake(ctx, trace, campaigns...)
		return s, err
	}
	table, in, err := h.inForce(ctx)
	if err != nil {
		return nil, err
	}
	if s.Gate, err = h.gate(ctx, table, trace); err != nil {
		return nil, err
	}
	f := &followed{house: h, gate: s.Gate, log: log}
	f.put(table, in.ID)
	s.Table = f.table.Load
	following, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); f.follow(following) }()
	h.mu.Lock()
	h.close = append(h.close, func() { stop(); <-ended })
	h.mu.Unlock()
	return s, nil
}

// ready asks every part something small, as the role that serves: a server that takes
// connections and answers nobody is not there.
func ready(ctx context.Context, data *pool.Pool, wraps crypto.Book, trace *audit.Log, keys *vault.Client) error {
	var asked errgroup.Group
	ask := func(part string, do func() error) {
		asked.Go(func() error {
			err := do()
			if err != nil { // a connection that died with its server is found dead by its first use
				err = do()
			}
			if err != nil {
				return fmt.Errorf("%s: %w: %w", part, dossier.ErrUnavailable, err)
			}
			return nil
		})
	}
	ask("the data cluster", func() error { return dossiers.Ready(ctx, data) })
	ask("the keyring cluster", func() error { _, err := wraps.Names(ctx, ""); return err })
	ask("the audit cluster", func() error { return trace.Ready(ctx) })
	ask("vault", func() error { return keys.Health(ctx) })
	return asked.Wait()
}
