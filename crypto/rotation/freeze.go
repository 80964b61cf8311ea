package rotation

import (
	"context"
	"errors"
	"fmt"

	"sceau/crypto"
)

// Registry is where the states of keys stand.
type Registry interface {
	crypto.Book
	Move(ctx context.Context, name string, from, to crypto.KeyState) error // that of crypto.CampaignStore
	// Settling lets one process at a time say which versions of a campaign's keys open:
	// a trim would open again what is frozen under it. It waits, since nobody holds it
	// long. Who freezes or thaws takes it around the look at what is to be frozen too.
	Settling(ctx context.Context, campaign string) (release func(), err error)
}

// Freeze has the key service open nothing under the keys any more, whoever asks. It can
// be taken back: nothing is destroyed. A key is frozen in the key service before it
// is said to be in the registry, so that what a kill leaves half done is done again.
//
// A key that is frozen already is looked at again: whoever holds the keyring's identity
// could have opened it in the service, past the registry.
//
// An index computes and cannot be frozen in the service: it is in the registry alone.
func Freeze(ctx context.Context, keeper crypto.KeyKeeper, registry Registry, keys []crypto.KeyName) error {
	for _, key := range keys {
		if key.State != crypto.KeyActive && key.State != crypto.KeyFrozen {
			continue
		}
		if key.Role.Wraps() {
			if err := shut(ctx, keeper, key); err != nil {
				return fmt.Errorf("freezing key %s: %w", key.Name, err)
			}
		}
		if err := registry.Move(ctx, key.Name, crypto.KeyActive, crypto.KeyFrozen); err != nil {
			return fmt.Errorf("freezing key %s: %w", key.Name, err)
		}
	}
	return nil
}

// shut adds a version, under which nothing is wrapped, and accepts no other.
func shut(ctx context.Context, keeper crypto.KeyKeeper, key crypto.KeyName) error {
	if key.State == crypto.KeyFrozen {
		if v, err := keeper.Versions(ctx, key.Name); err != nil || v.Opens == v.Newest {
			return err // it holds
		}
	}
	if err := keeper.Rotate(ctx, key.Name); err != nil {
		return err
	}
	v, err := keeper.Versions(ctx, key.Name)
	if err != nil {
		return err
	}
	return keeper.Accept(ctx, key.Name, v.Newest)
}

// Thaw has the key service open again what it keeps.
func Thaw(ctx context.Context, keeper crypto.KeyKeeper, registry Registry, keys []crypto.KeyName) error {
	for _, key := range keys {
		if key.State != crypto.KeyFrozen {
			continue
		}
		if key.Role.Wraps() {
			v, err := keeper.Versions(ctx, key.Name)
			if err == nil {
				err = keeper.Accept(ctx, key.Name, v.Kept)
			}
			if err != nil {
				return fmt.Errorf("thawing key %s: %w", key.Name, err)
			}
		}
		if err := registry.Move(ctx, key.Name, crypto.KeyFrozen, crypto.KeyActive); err != nil {
			return fmt.Errorf("thawing key %s: %w", key.Name, err)
		}
	}
	return nil
}

// ErrNotFrozen means that a key was to be destroyed while it serves.
var ErrNotFrozen = errors.New("a key is frozen before it is destroyed")

// Destroy destroys keys for good, all of them frozen before: what stands under them
// opens nowhere any more, in no copy. An older snapshot of the key service could bring
// them back until it is destroyed itself.
//
// It is for an administrator, for the length of one command.
func Destroy(ctx context.Context, admin crypto.KeyAdmin, registry Registry, keys []crypto.KeyName) error {
	for _, key := range keys {
		if key.State != crypto.KeyFrozen && key.State != crypto.KeyDestroyed {
			return fmt.Errorf("destroying key %s: %w: it is %s", key.Name, ErrNotFrozen, key.State)
		}
	}
	for _, key := range keys {
		if key.State == crypto.KeyDestroyed {
			continue
		}
		if err := admin.DestroyKey(ctx, key.Name); err != nil {
			return err
		}
		if err := registry.Move(ctx, key.Name, crypto.KeyFrozen, crypto.KeyDestroyed); err != nil {
			return fmt.Errorf("destroying key %s: %w", key.Name, err)
		}
	}
	return nil
}
