package house

import (
	"context"

	"sceau/crypto/rotation"
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

// KeyStatus says where the keys of a campaign stand.
func (h *House) KeyStatus(ctx context.Context, campaign string) (rotation.Status, error) {
	job, store, err := h.KeyJob(ctx, nil)
	if err != nil {
		return rotation.Status{}, err
	}
	return rotation.StatusOf(ctx, job.Keeper, store, store, campaign)
}
