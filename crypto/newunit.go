package crypto

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// A NewUnit is a unit to come. Classes are those for which it gets a secret of its
// own: for health and fraud every candidate does, or the row would tell.
type NewUnit struct {
	ID      UnitID
	Owner   UnitID // whose dossier it belongs to; itself for a candidate
	Kind    string
	Classes []string
}

// UnitSecrets are the open secrets of a unit just made. The process that seals
// cannot open them again: they are its only chance.
type UnitSecrets struct {
	ID     UnitID
	person *Secret
	own    map[string]*Secret
	wraps  UnitWrap
}

// Close zeroes them.
func (u *UnitSecrets) Close() {
	u.person.Zero()
	for _, s := range u.own {
		s.Zero()
	}
}

// NewUnits draws the secrets of units and keeps their wraps, and only then gives the
// secrets: what was sealed under them can be opened after a crash.
func (k *Keyring) NewUnits(ctx context.Context, campaign string, units []NewUnit) ([]*UnitSecrets, error) {
	drawn, err := k.DrawUnits(ctx, campaign, units)
	if err == nil {
		if err = k.KeepUnits(ctx, campaign, drawn); err != nil {
			closeUnits(drawn)
			drawn = nil
		}
	}
	return drawn, err
}

// DrawUnits draws the secrets of units and has them wrapped, in one batch per key
// whatever their number. Nothing is kept yet: before anything that was sealed under
// them is committed, KeepUnits must have returned.
func (k *Keyring) DrawUnits(ctx context.Context, campaign string, units []NewUnit) ([]*UnitSecrets, error) {
	if len(units) == 0 {
		return nil, nil
	}
	drawn := make([]*UnitSecrets, len(units))
	for i, u := range units {
		drawn[i] = &UnitSecrets{ID: u.ID, person: NewSecret(), own: map[string]*Secret{}}
		drawn[i].wraps = UnitWrap{Unit: u.ID, Owner: u.Owner, Kind: u.Kind}
		for _, class := range u.Classes {
			drawn[i].own[class] = NewSecret()
		}
	}
	if err := k.wrapUnits(ctx, campaign, drawn); err != nil {
		closeUnits(drawn)
		return nil, err
	}
	return drawn, nil
}

// wrapUnits has the secrets of units wrapped, under the newest versions.
func (k *Keyring) wrapUnits(ctx context.Context, campaign string, drawn []*UnitSecrets) error {
	person := &batch{role: RolePerson}
	own := map[string]*batch{}
	for i, d := range drawn {
		person.add(d.person, personContext(campaign, d.ID), i)
		for class, secret := range d.own {
			if own[class] == nil {
				own[class] = &batch{role: RoleOwn, of: class}
			}
			own[class].add(secret, ownContext(campaign, class, d.ID), i)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return k.wrap(ctx, campaign, person) })
	for _, b := range own {
		group.Go(func() error { return k.wrap(ctx, campaign, b) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for j, i := range person.at {
		drawn[i].wraps.Sealing = person.sealings[j]
		drawn[i].wraps.Own = map[string]Sealing{}
	}
	for class, b := range own {
		for j, i := range b.at {
			drawn[i].wraps.Own[class] = b.sealings[j]
		}
	}
	return nil
}

// KeepUnits stores the wraps of units just drawn, all of them or none. When a key
// turned since they were wrapped, they are wrapped again, under its new version.
func (k *Keyring) KeepUnits(ctx context.Context, campaign string, drawn []*UnitSecrets) error {
	if len(drawn) == 0 {
		return nil
	}
	err := k.addUnits(ctx, campaign, drawn)
	for turns := 0; errors.Is(err, ErrOldWrap) && turns < 3; turns++ {
		if err = k.wrapUnits(ctx, campaign, drawn); err == nil {
			err = k.addUnits(ctx, campaign, drawn)
		}
	}
	if err != nil {
		return fmt.Errorf("storing the wraps of %d units of campaign %s: %w", len(drawn), campaign, err)
	}
	return nil
}

func (k *Keyring) addUnits(ctx context.Context, campaign string, drawn []*UnitSecrets) error {
	wraps := make([]UnitWrap, len(drawn))
	for i, d := range drawn {
		wraps[i] = d.wraps
	}
	return k.Store.AddUnits(ctx, campaign, wraps)
}

func closeUnits(units []*UnitSecrets) {
	for _, u := range units {
		u.Close()
	}
}

// NewHalf turns both locks of a unit just made, for sealing: the current version.
func (k *Keyring) NewHalf(ctx context.Context, campaign string, u *UnitSecrets, class, fate string) (*Half, error) {
	own, err := k.isOwn(ctx, campaign, class)
	if err != nil {
		return nil, err
	}
	if own {
		s := u.own[class]
		if s == nil {
			return nil, fmt.Errorf("sealing class %s of unit %s: it was made without a secret of its own for it", class, u.ID)
		}
		return Join(u.person, s, campaign, u.ID, class, fate, ownVersion), nil
	}
	branch, version, err := k.Branch(ctx, campaign, class, fate, 0)
	if err != nil {
		return nil, err
	}
	defer branch.Zero()
	return Join(u.person, branch, campaign, u.ID, class, fate, version), nil
}

// batch gathers what one key wraps. sealings[j] belongs to units[at[j]].
type batch struct {
	role     KeyRole
	of       string
	places   [][]byte
	secrets  []*Secret
	sealings []Sealing
	at       []int
}

func (b *batch) add(s *Secret, place []byte, i int) {
	b.places, b.secrets, b.at = append(b.places, place), append(b.secrets, s), append(b.at, i)
}

func (k *Keyring) wrap(ctx context.Context, campaign string, b *batch) error {
	name, err := k.name(ctx, campaign, b.role, b.of)
	if err != nil {
		return err
	}
	if b.sealings, err = wrapAll(ctx, k.Service, name, b.places, b.secrets); err != nil {
		return fmt.Errorf("wrapping %d secrets under the %s key of campaign %s: %w", len(b.secrets), b.role.Label(b.of), campaign, err)
	}
	return nil
}
