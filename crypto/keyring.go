package crypto

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// A Keyring finds the secrets behind a campaign, a unit and a class. It reads the
// wraps from the Store, has the KeyService open them, and keeps what it opened in
// the Cache for a minute.
//
// What it gives is the caller's, to be zeroed when the work is done.
type Keyring struct {
	Service KeyService
	Store   Store
	Cache   *Cache           // nil makes one, of default sizes
	Now     func() time.Time // nil is time.Now

	mu    sync.Mutex
	books map[string]*book
}

// RoutingBranch is the class under which the wrapped routing key stands among the branch keys. No
// class has a name with a capital.
const RoutingBranch = "Routing"

// Found are the wraps of some units as the Store has them now, unopened: ciphertext,
// which may be read while the trace of an opening is on its way to the disk.
type Found struct {
	ring     *Keyring
	campaign string
	wraps    map[UnitID]Sealing
}

// Find reads the wraps of units. One that is not there was forgotten, or never was: Has
// says so, and to open it is ErrForgotten.
func (k *Keyring) Find(ctx context.Context, campaign string, units ...UnitID) (Found, error) {
	wraps, err := k.Store.Units(ctx, campaign, units...)
	if err != nil {
		return Found{}, fmt.Errorf("reading the wraps of %d units of campaign %s: %w", len(units), campaign, err)
	}
	return Found{k, campaign, wraps}, nil
}

// Has says whether the secret of a unit was found.
func (f Found) Has(unit UnitID) bool { _, ok := f.wraps[unit]; return ok }

// Person opens the secrets of units, in one batch where the identity may batch.
func (k *Keyring) Person(ctx context.Context, campaign string, units ...UnitID) ([]*Secret, error) {
	found, err := k.Find(ctx, campaign, units...)
	if err != nil {
		return nil, err
	}
	return found.person(ctx, units...)
}

func (f Found) person(ctx context.Context, units ...UnitID) ([]*Secret, error) {
	name, err := f.ring.name(ctx, f.campaign, RolePerson, "")
	if err != nil {
		return nil, err
	}
	items := make([]sought, len(units))
	for i, u := range units {
		wrap, ok := f.wraps[u]
		if !ok {
			return nil, fmt.Errorf("unit %s of campaign %s: %w", u, f.campaign, ErrForgotten)
		}
		items[i] = sought{personContext(f.campaign, u), wrap}
	}
	secrets, err := f.ring.open(ctx, name, items...)
	if err != nil {
		return nil, fmt.Errorf("opening secrets of campaign %s: %w", f.campaign, err)
	}
	return secrets, nil
}

// Branch opens the branch key of a class and fate, and says its version; version 0
// asks for the current one.
func (k *Keyring) Branch(ctx context.Context, campaign, class, fate string, version uint32) (*Secret, uint32, error) {
	b, err := k.branch(ctx, campaign, class, fate, version)
	if err != nil {
		return nil, 0, err
	}
	role, of := RoleClass, class
	if class == RoutingBranch {
		role, of = RoleRouting, ""
	}
	name, err := k.name(ctx, campaign, role, of)
	if err != nil {
		return nil, 0, err
	}
	s, err := one(k.open(ctx, name, sought{branchContext(campaign, class, fate, b.Version), b.Sealing}))
	if err != nil {
		return nil, 0, fmt.Errorf("opening version %d of the branch key of %s, campaign %s: %w", b.Version, label(class, fate), campaign, err)
	}
	return s, b.Version, nil
}

// ClassSecret opens the secret that a unit has of its own for a class. Each
// opening that is not cached is one call, which the key service authorises and
// audits by itself.
func (k *Keyring) ClassSecret(ctx context.Context, campaign, class string, unit UnitID) (*Secret, error) {
	name, err := k.name(ctx, campaign, RoleOwn, class)
	if err != nil {
		return nil, err
	}
	found, ok, err := k.Store.OwnClass(ctx, campaign, class, unit)
	if err != nil {
		return nil, fmt.Errorf("reading the %s wrap of unit %s: %w", class, unit, err)
	}
	if !ok {
		return nil, fmt.Errorf("class %s of unit %s: %w", class, unit, ErrForgotten)
	}
	s, err := one(k.open(ctx, name, sought{ownContext(campaign, class, unit), found}))
	if err != nil {
		return nil, fmt.Errorf("opening class %s of unit %s: %w", class, unit, err)
	}
	return s, nil
}

// A Branch says which half is wanted: that of a class and fate, at the version
// that the row's header names, or the current one when Version is 0.
type Branch struct {
	Class, Fate string
	Version     uint32
}

// Half turns both locks for one unit and one branch.
func (k *Keyring) Half(ctx context.Context, campaign string, unit UnitID, class, fate string, version uint32) (*Half, error) {
	return one(k.Halves(ctx, campaign, unit, Branch{class, fate, version}))
}

// Halves turns both locks for several branches of one unit, in their order. The
// person is read and opened once: cold, a whole dossier is one call to the key
// service, and one more for each class whose secrets are the person's own.
func (k *Keyring) Halves(ctx context.Context, campaign string, unit UnitID, branches ...Branch) ([]*Half, error) {
	found, err := k.Find(ctx, campaign, unit)
	if err != nil {
		return nil, err
	}
	return found.Halves(ctx, unit, branches...)
}

// Halves is that of the Keyring, for one of the units found.
func (f Found) Halves(ctx context.Context, unit UnitID, branches ...Branch) ([]*Half, error) {
	return one(f.HalvesOf(ctx, []UnitID{unit}, branches...))
}

// HalvesOf turns both locks for the same branches of several units, who are opened in
// one batch where the identity may batch.
func (f Found) HalvesOf(ctx context.Context, units []UnitID, branches ...Branch) ([][]*Half, error) {
	persons, err := f.person(ctx, units...)
	if err != nil {
		return nil, err
	}
	defer zero(persons)
	all := make([][]*Half, len(units))
	for u, unit := range units {
		for _, b := range branches {
			second, version, err := f.ring.secondLock(ctx, f.campaign, unit, b)
			if err != nil {
				zeroHalves(all)
				return nil, err
			}
			all[u] = append(all[u], Join(persons[u], second, f.campaign, unit, b.Class, b.Fate, version))
			second.Zero()
		}
	}
	return all, nil
}

func zeroHalves(all [][]*Half) {
	for _, halves := range all {
		for _, h := range halves {
			h.Zero()
		}
	}
}

// secondLock is the branch key, or for a class such as health the person's own.
func (k *Keyring) secondLock(ctx context.Context, campaign string, unit UnitID, b Branch) (*Secret, uint32, error) {
	own, err := k.isOwn(ctx, campaign, b.Class)
	if err != nil {
		return nil, 0, err
	}
	if !own {
		return k.Branch(ctx, campaign, b.Class, b.Fate, b.Version)
	}
	if b.Version > ownVersion {
		return nil, 0, fmt.Errorf("class %s has version %d at most, not %d", b.Class, ownVersion, b.Version)
	}
	s, err := k.ClassSecret(ctx, campaign, b.Class, unit)
	return s, ownVersion, err
}

// ownVersion is the branch version of a class that has no branch key.
const ownVersion = 1

// Index computes the entries of a blind index, 32 bytes each, inside the key
// service: no process holds a key with which the values could be tried one by one.
func (k *Keyring) Index(ctx context.Context, campaign, index string, inputs ...[]byte) ([][]byte, error) {
	name, err := k.name(ctx, campaign, RoleIndex, index)
	if err != nil {
		return nil, err
	}
	macs, err := k.Service.MAC(ctx, name, inputs...)
	if err == nil && len(macs) != len(inputs) {
		err = fmt.Errorf("the key service answered %d entries to %d", len(macs), len(inputs))
	}
	if err != nil {
		return nil, fmt.Errorf("computing %d entries of index %s, campaign %s: %w", len(inputs), index, campaign, err)
	}
	return macs, nil
}

// open gives the secrets behind wraps, from the cache or the service.
func (k *Keyring) open(ctx context.Context, name string, items ...sought) ([]*Secret, error) {
	return k.cache().secrets(ctx, name, items, func(ctx context.Context, missing []sought) ([]*Secret, error) {
		return unwrapAll(ctx, k.Service, name, missing)
	})
}

func (k *Keyring) cache() *Cache {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Cache == nil {
		k.Cache = &Cache{Now: k.Now}
	}
	return k.Cache
}
