package house

import (
	"context"
	"fmt"
	"log/slog"

	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/parts"
	"sceau/internal/postgres/dossiers"
	"sceau/policy"
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
	s := &api.Server{Identity: identity, Log: log, Ready: func(ctx context.Context) error { return h.ready(ctx, keys) }}
	if identity == "intake" {
		p, err := h.pool(ctx, "sceau_intake")
		if err != nil {
			return nil, err
		}
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
	table, err := h.Table(ctx)
	if err != nil {
		return nil, err
	}
	s.Table = func() *policy.Table { return table }
	s.Gate, err = h.gate(ctx, table, trace)
	return s, err
}

// ready asks every part whether it answers, and Vault whether it is unsealed.
func (h *House) ready(ctx context.Context, keys *vault.Client) error {
	if _, err := parts.Need(ctx, h.home); err != nil {
		return fmt.Errorf("%w: %w", crypto.ErrUnavailable, err)
	}
	return keys.Health(ctx)
}
