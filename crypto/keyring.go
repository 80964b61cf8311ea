package crypto

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
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

// A book is what the Store says of a campaign: names and wraps, nothing open. It
// is read again after a minute, and at once when something is looked for in vain.
type book struct {
	names    map[KeyRole]map[string]string
	branches map[branchID]BranchWrap
	current  map[branchID]uint32 // by class and fate, version 0
	until    time.Time
}

type branchID struct {
	class, fate string
	version     uint32
}

// routingBranch is where the wrapped routing key stands among the branch keys. No
// class has a name with a capital.
const routingBranch = "Routing"

// Person opens the secrets of units, in one batch where the identity may batch.
// One unit that is not there makes ErrForgotten of the whole.
func (k *Keyring) Person(ctx context.Context, campaign string, units ...UnitID) ([]*Secret, error) {
	name, err := k.name(ctx, campaign, RolePerson, "")
	if err != nil {
		return nil, err
	}
	wraps, err := k.Store.Units(ctx, campaign, units...)
	if err != nil {
		return nil, fmt.Errorf("reading the wraps of %d units of campaign %s: %w", len(units), campaign, err)
	}
	items := make([]sought, len(units))
	for i, u := range units {
		s, ok := wraps[u]
		if !ok {
			return nil, fmt.Errorf("unit %s of campaign %s: %w", u, campaign, ErrForgotten)
		}
		items[i] = sought{personContext(campaign, u), s}
	}
	secrets, err := k.open(ctx, name, items...)
	if err != nil {
		return nil, fmt.Errorf("opening %d units of campaign %s: %w", len(units), campaign, err)
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
	if class == routingBranch {
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
	person, err := one(k.Person(ctx, campaign, unit))
	if err != nil {
		return nil, err
	}
	defer person.Zero()
	halves := make([]*Half, len(branches))
	for i, b := range branches {
		second, version, err := k.secondLock(ctx, campaign, unit, b)
		if err != nil {
			for _, h := range halves[:i] {
				h.Zero()
			}
			return nil, err
		}
		halves[i] = Join(person, second, campaign, unit, b.Class, b.Fate, version)
		second.Zero()
	}
	return halves, nil
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
	person := &batch{role: RolePerson}
	own := map[string]*batch{}
	for i, u := range units {
		d := &UnitSecrets{ID: u.ID, person: NewSecret(), own: map[string]*Secret{}}
		d.wraps = UnitWrap{Unit: u.ID, Owner: u.Owner, Kind: u.Kind, Own: map[string]Sealing{}}
		drawn[i] = d
		person.add(d.person, personContext(campaign, u.ID), i)
		for _, class := range u.Classes {
			if own[class] == nil {
				own[class] = &batch{role: RoleOwn, of: class}
			}
			d.own[class] = NewSecret()
			own[class].add(d.own[class], ownContext(campaign, class, u.ID), i)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return k.wrap(ctx, campaign, person) })
	for _, b := range own {
		group.Go(func() error { return k.wrap(ctx, campaign, b) })
	}
	if err := group.Wait(); err != nil {
		closeUnits(drawn)
		return nil, err
	}
	for j, i := range person.at {
		drawn[i].wraps.Sealing = person.sealings[j]
	}
	for class, b := range own {
		for j, i := range b.at {
			drawn[i].wraps.Own[class] = b.sealings[j]
		}
	}
	return drawn, nil
}

// KeepUnits stores the wraps of units just drawn, all of them or none.
func (k *Keyring) KeepUnits(ctx context.Context, campaign string, drawn []*UnitSecrets) error {
	if len(drawn) == 0 {
		return nil
	}
	wraps := make([]UnitWrap, len(drawn))
	for i, d := range drawn {
		wraps[i] = d.wraps
	}
	if err := k.Store.AddUnits(ctx, campaign, wraps); err != nil {
		return fmt.Errorf("storing the wraps of %d units of campaign %s: %w", len(wraps), campaign, err)
	}
	return nil
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

// batch gathers what one key wraps. sealings[j] belongs to units[at[j]].
type batch struct {
	role     KeyRole
	of       string
	items    []Plain
	sealings []Sealing
	at       []int
}

func (b *batch) add(s *Secret, context []byte, i int) {
	b.items = append(b.items, Plain{Context: context, Secret: s.b[:]})
	b.sealings = append(b.sealings, Sealing{Commitment: s.Commitment(context)})
	b.at = append(b.at, i)
}

func (k *Keyring) wrap(ctx context.Context, campaign string, b *batch) error {
	name, err := k.name(ctx, campaign, b.role, b.of)
	if err != nil {
		return err
	}
	wraps, err := k.Service.Wrap(ctx, name, b.items...)
	if err == nil {
		err = checkWraps(wraps, len(b.items))
	}
	if err != nil {
		return fmt.Errorf("wrapping %d secrets under the %s key of campaign %s: %w", len(b.items), label(string(b.role), b.of), campaign, err)
	}
	for j, w := range wraps {
		b.sealings[j].Wrap = w
	}
	return nil
}

func checkWraps(wraps []Wrap, want int) error {
	if len(wraps) != want {
		return fmt.Errorf("the key service answered %d wraps to %d", len(wraps), want)
	}
	for _, w := range wraps {
		if w.Version() == 0 || len(w.Raw()) < secretSize {
			return errors.New("the key service answered a wrap that holds nothing")
		}
	}
	return nil
}

// open gives the secrets behind wraps, from the cache or the service.
func (k *Keyring) open(ctx context.Context, name string, items ...sought) ([]*Secret, error) {
	return k.cache().secrets(ctx, name, items, func(ctx context.Context, missing []sought) ([]*Secret, error) {
		wraps := make([]Wrapped, len(missing))
		for i, m := range missing {
			wraps[i] = Wrapped{m.context, m.Wrap}
		}
		plain, err := k.Service.Unwrap(ctx, name, wraps...)
		if err != nil {
			return nil, err
		}
		return unwrapped(plain, missing)
	})
}

// unwrapped makes secrets of what the service opened, and refuses one that is not
// what its row commits to.
func unwrapped(plain [][]byte, items []sought) ([]*Secret, error) {
	defer func() {
		for _, p := range plain {
			clear(p)
		}
	}()
	if len(plain) != len(items) {
		return nil, fmt.Errorf("the key service answered %d secrets to %d", len(plain), len(items))
	}
	secrets := make([]*Secret, len(items))
	for i, p := range plain {
		s, err := SecretFrom(p)
		if err == nil && s.Commitment(items[i].context) != items[i].Commitment {
			s.Zero()
			err = fmt.Errorf("%w: the secret is not the one its row commits to", ErrOpen)
		}
		if err != nil {
			zero(secrets)
			return nil, err
		}
		secrets[i] = s
	}
	return secrets, nil
}

func (k *Keyring) cache() *Cache {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Cache == nil {
		k.Cache = &Cache{Now: k.Now}
	}
	return k.Cache
}

func (k *Keyring) name(ctx context.Context, campaign string, role KeyRole, of string) (string, error) {
	var name string
	err := k.find(ctx, campaign, func(b *book) bool {
		name = b.names[role][of]
		return name != ""
	})
	if err == nil && name == "" {
		err = fmt.Errorf("campaign %s has no active %s key", campaign, label(string(role), of))
	}
	return name, err
}

// isOwn says whether units have secrets of their own for the class.
func (k *Keyring) isOwn(ctx context.Context, campaign, class string) (bool, error) {
	var own bool
	err := k.find(ctx, campaign, func(b *book) bool {
		own = b.names[RoleOwn][class] != ""
		return own || b.names[RoleClass][class] != ""
	})
	return own, err
}

func (k *Keyring) branch(ctx context.Context, campaign, class, fate string, version uint32) (BranchWrap, error) {
	var branch BranchWrap
	var found bool
	err := k.find(ctx, campaign, func(b *book) bool {
		v := version
		if v == 0 {
			v = b.current[branchID{class, fate, 0}]
		}
		branch, found = b.branches[branchID{class, fate, v}]
		return found
	})
	if err == nil && !found {
		err = fmt.Errorf("campaign %s has no branch key for %s in version %d", campaign, label(class, fate), version)
	}
	return branch, err
}

// find looks into the campaign's book, and once more into a fresh one when the
// first has not what is looked for: a campaign may have been made since.
func (k *Keyring) find(ctx context.Context, campaign string, look func(*book) bool) error {
	now := time.Now
	if k.Now != nil {
		now = k.Now
	}
	k.mu.Lock()
	b := k.books[campaign]
	k.mu.Unlock()
	if b != nil && now().Before(b.until) && look(b) {
		return nil
	}
	b, err := k.read(ctx, campaign)
	if err != nil {
		return fmt.Errorf("reading the key names of campaign %s: %w", campaign, err)
	}
	b.until = now().Add(time.Minute)
	k.mu.Lock()
	if k.books == nil {
		k.books = map[string]*book{}
	}
	k.books[campaign] = b
	k.mu.Unlock()
	look(b)
	return nil
}

func (k *Keyring) read(ctx context.Context, campaign string) (*book, error) {
	names, err := k.Store.Names(ctx, campaign)
	if err != nil {
		return nil, err
	}
	branches, err := k.Store.Branches(ctx, campaign)
	if err != nil {
		return nil, err
	}
	b := &book{names: map[KeyRole]map[string]string{}, branches: map[branchID]BranchWrap{}, current: map[branchID]uint32{}}
	for _, n := range names {
		if n.State != KeyActive {
			continue
		}
		if b.names[n.Role] == nil {
			b.names[n.Role] = map[string]string{}
		}
		b.names[n.Role][n.Of] = n.Name
	}
	for _, w := range branches {
		b.branches[branchID{w.Class, w.Fate, w.Version}] = w
		newest := branchID{w.Class, w.Fate, 0}
		b.current[newest] = max(b.current[newest], w.Version)
	}
	return b, nil
}

func label(word, of string) string {
	if of == "" {
		return word
	}
	return word + " " + of
}
