package rotation

import (
	"context"
	"errors"

	"sceau/crypto"
)

// Status is where the keys of a campaign stand, for whoever has to decide.
type Status struct {
	Campaign string      `json:"campaign"`
	Keys     []KeyStatus `json:"keys"`
	// Forgotten are the units forgotten since the last epoch: those that an older
	// backup would still open.
	Forgotten int64  `json:"forgotten_since_last_epoch"`
	Open      *Epoch `json:"open_epoch,omitempty"`
	Last      *Epoch `json:"last_epoch,omitempty"`
}

// KeyStatus is one key. A rotation has ended when one version alone has wraps.
type KeyStatus struct {
	Role     crypto.KeyRole   `json:"role"`
	Of       string           `json:"of,omitempty"`
	State    crypto.KeyState  `json:"state"`
	Versions *crypto.Versions `json:"versions,omitempty"` // nil for an index, which has one for ever
	Wraps    map[uint32]int64 `json:"wraps,omitempty"`    // by version
	Turn     *Turn            `json:"turn,omitempty"`     // under way
	// Of a class: the versions of its branch key, by fate, and its last change.
	Branches map[string][]uint32 `json:"branches,omitempty"`
	Branch   *BranchTurn         `json:"branch_turn,omitempty"`
}

// StatusOf reads it. It needs no key to be open.
func StatusOf(ctx context.Context, keeper crypto.KeyKeeper, store Store, epochs Epochs, campaign string) (Status, error) {
	s := Status{Campaign: campaign}
	names, err := store.Names(ctx, campaign)
	if err != nil {
		return s, err
	}
	for _, key := range names {
		k := KeyStatus{Role: key.Role, Of: key.Of, State: key.State}
		if key.Role.Wraps() && key.State != crypto.KeyPlanned {
			v, err := keeper.Versions(ctx, key.Name)
			switch {
			case err == nil:
				k.Versions = &v
			case !errors.Is(err, crypto.ErrForgotten): // destroyed, which its state says
				return s, err
			}
			if k.Wraps, err = store.Counts(ctx, key); err != nil {
				return s, err
			}
			if t, any, err := store.LastTurn(ctx, key.Name); err != nil {
				return s, err
			} else if any && t.State != Turned {
				k.Turn = &t
			}
			if err := k.branches(ctx, store, campaign); err != nil {
				return s, err
			}
		}
		s.Keys = append(s.Keys, k)
	}
	last, any, err := epochs.LastEpoch(ctx, campaign)
	if err != nil {
		return s, err
	}
	if any {
		s.Last = &last
	}
	open, any, err := epochs.OpenEpoch(ctx, campaign)
	if err != nil {
		return s, err
	}
	if any {
		s.Open = &open
	}
	s.Forgotten, err = epochs.Forgotten(ctx, campaign, last.Version)
	return s, err
}

func (k *KeyStatus) branches(ctx context.Context, store Store, campaign string) (err error) {
	if k.Role != crypto.RoleClass {
		return nil
	}
	if k.Branches, err = crypto.BranchVersions(ctx, store, campaign, k.Of); err != nil {
		return err
	}
	last, any, err := store.LastBranchTurn(ctx, campaign, k.Of)
	if any {
		k.Branch = &last
	}
	return err
}
