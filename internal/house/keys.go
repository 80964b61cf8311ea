package house

import (
	"context"
	"errors"
	"fmt"

	"sceau/audit"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
)

// verifier is the identity that opens wraps to compare them with what their rows
// commit to. It turns nothing.
const verifier = "keyring-verify"

// KeyJob prepares to turn keys: one identity re-wraps, and another, which can do nothing
// of that, verifies what the first has done.
func (h *House) KeyJob(ctx context.Context, progress rotation.Progress) (*rotation.Job, *keyring.Store, error) {
	turning, err := h.keys(keeper)
	if err != nil {
		return nil, nil, err
	}
	opening, err := h.keys(verifier)
	if err != nil {
		return nil, nil, err
	}
	store, err := h.keyringAs("sceau_keyring_turn")
	if err != nil {
		return nil, nil, err
	}
	reads, err := h.keyringAs("sceau_keyring_read")
	if err != nil {
		return nil, nil, err
	}
	return &rotation.Job{Keeper: turning, Store: store, Verifier: opening, Wraps: reads, Progress: progress, Now: h.Now}, store, nil
}

// ownVault refuses to change keys in a Vault that is another home's.
func (h *House) ownVault() error {
	if of := h.Parts.VaultOf(); of != "" {
		return &parts.LentVaultError{Of: of}
	}
	return nil
}

// turning prepares to turn keys, and says so in a trace before anything moves.
func (h *House) turning(ctx context.Context, campaign, action, by string, progress rotation.Progress, do func(*rotation.Job, *keyring.Store) error) error {
	if err := h.ownVault(); err != nil {
		return err
	}
	job, store, err := h.KeyJob(ctx, progress)
	if err != nil {
		return err
	}
	log, err := h.Traces(ctx, keeper)
	if err != nil {
		return err
	}
	event := dossier.KeyringEvent(campaign, action, "began", by)
	if _, err := log.Record(ctx, event); err != nil {
		return fmt.Errorf("%w: %w", dossier.ErrNotTraced, err)
	}
	err = do(job, store)
	switch event.Rule = "ended"; {
	case errors.Is(err, rotation.ErrNotDue):
		event.Rule = "not due"
	case err != nil:
		event.Decision, event.Rule = audit.Failed, "not ended"
	}
	// The end is traced whatever it was, and whoever left meanwhile.
	if _, second := log.Record(context.WithoutCancel(ctx), event); err == nil && second != nil {
		err = fmt.Errorf("the keys have turned, and the trace of it is missing: %w", second)
	}
	return err
}

// RotateWraps turns every wrapping key of a campaign.
func (h *House) RotateWraps(ctx context.Context, campaign, by string, progress rotation.Progress) (turns []rotation.KeyTurn, err error) {
	err = h.turning(ctx, campaign, "rotate wraps", by, progress, func(job *rotation.Job, _ *keyring.Store) (err error) {
		turns, err = job.RotateWraps(ctx, campaign)
		return err
	})
	return turns, err
}

// KeyStatus says where the keys of a campaign stand.
func (h *House) KeyStatus(ctx context.Context, campaign string) (rotation.Status, error) {
	job, store, err := h.KeyJob(ctx, nil)
	if err != nil {
		return rotation.Status{}, err
	}
	return rotation.StatusOf(ctx, job.Keeper, store, store, campaign)
}
