package crypto

import (
	"context"
	"errors"
	"fmt"
)

// A HoldStore keeps what legal holds keep ("gel pour contentieux"): for one case, what
// opens the rows of some persons, wrapped under the hold key of their campaign.
type HoldStore interface {
	// AddHolds adds wraps of one case. One that is there stays: it holds the same.
	AddHolds(ctx context.Context, key KeyName, holds []Placed) error
	// Holds lists those of a unit in a case.
	Holds(ctx context.Context, campaign, held string, unit UnitID) ([]Placed, error)
}

// Hold wraps anew, under the hold key, what opens the rows of a unit in some branches.
// It is done before the keys of the campaign are destroyed: the person's secret and the
// branch keys go, and what was made of both stays, for these rows and for this case. It
// verifies by opening what it has stored.
func (k *Keyring) Hold(ctx context.Context, store HoldStore, campaign, held string, unit UnitID, branches ...Branch) error {
	if held == "" {
		return errors.New("a hold is for a case")
	}
	key, err := k.holdKey(ctx, campaign)
	if err != nil {
		return err
	}
	halves, err := k.Halves(ctx, campaign, unit, branches...)
	if err != nil {
		return err
	}
	defer func() {
		for _, h := range halves {
			h.Zero()
		}
	}()
	holds := make([]Placed, len(halves))
	places, secrets := make([][]byte, len(halves)), make([]*Secret, len(halves))
	defer func() { zero(secrets) }()
	for i, h := range halves {
		holds[i].WrapPlace = WrapPlace{Case: held, Unit: unit, Class: h.of.Class, Fate: h.of.Fate, Version: h.of.Version}
		places[i], secrets[i] = key.context(holds[i].WrapPlace), &Secret{b: h.prk, live: true}
	}
	sealings, err := wrapAll(ctx, k.Service, key.Name, places, secrets)
	if err != nil {
		return fmt.Errorf("holding unit %s of campaign %s: %w", unit, campaign, err)
	}
	for i, s := range sealings {
		holds[i].Sealing = s
	}
	if err := store.AddHolds(ctx, key, holds); err != nil {
		return fmt.Errorf("keeping the hold of unit %s of campaign %s: %w", unit, campaign, err)
	}
	kept, err := store.Holds(ctx, campaign, held, unit)
	if err == nil {
		err = keeps(kept, holds)
	}
	if err == nil {
		err = Verify(ctx, k.Service, key, kept)
	}
	if err != nil {
		return fmt.Errorf("verifying the hold of unit %s of campaign %s: %w", unit, campaign, err)
	}
	return nil
}

// keeps says whether every place is among those kept, and commits to the same.
func keeps(kept, wanted []Placed) error {
	there := map[WrapPlace]Commitment{}
	for _, h := range kept {
		there[h.WrapPlace] = h.Commitment
	}
	for _, h := range wanted {
		if c, ok := there[h.WrapPlace]; !ok || c != h.Commitment {
			return fmt.Errorf("version %d of %s is not kept as it was", h.Version, label(h.Class, h.Fate))
		}
	}
	return nil
}

// HeldHalf opens what a case holds of one unit and branch, when the keys of the
// campaign are gone. What no case holds is ErrForgotten.
func (k *Keyring) HeldHalf(ctx context.Context, store HoldStore, campaign, held string, unit UnitID, b Branch) (*Half, error) {
	key, err := k.holdKey(ctx, campaign)
	if err != nil {
		return nil, err
	}
	holds, err := store.Holds(ctx, campaign, held, unit)
	if err != nil {
		return nil, err
	}
	place := WrapPlace{Case: held, Unit: unit, Class: b.Class, Fate: b.Fate, Version: b.Version}
	for _, h := range holds {
		if h.WrapPlace != place {
			continue
		}
		secret, err := one(k.open(ctx, key.Name, sought{key.context(place), h.Sealing}))
		if err != nil {
			return nil, fmt.Errorf("opening what case %s holds of unit %s: %w", held, unit, err)
		}
		defer secret.Zero()
		return &Half{of: RowKey{Campaign: campaign, Unit: unit, Class: b.Class, Fate: b.Fate, Version: b.Version}, prk: secret.b, live: true}, nil
	}
	return nil, fmt.Errorf("case %s holds nothing of unit %s in class %s: %w", held, unit, b.Class, ErrForgotten)
}

func (k *Keyring) holdKey(ctx context.Context, campaign string) (KeyName, error) {
	name, err := k.name(ctx, campaign, RoleHold, "")
	return KeyName{Name: name, Campaign: campaign, Role: RoleHold}, err
}
