package cryptotest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

// Conformance is what every key service must do. The administrator
// that open gives is a crypto.KeyKeeper too. name makes the name of a key that
// no other test uses.
func Conformance(t *testing.T, open func(t *testing.T) (crypto.KeyService, crypto.KeyAdmin), name func(string) string) {
	secret := bytes.Repeat([]byte{7}, 32)
	create := func(t *testing.T, admin crypto.KeyAdmin, what string, kind crypto.KeyKind) string {
		t.Helper()
		key := name(what)
		if err := admin.CreateKey(t.Context(), key, kind); err != nil {
			t.Fatal(err)
		}
		return key
	}

	t.Run("what was wrapped opens with its context", func(t *testing.T) {
		service, admin := open(t)
		key := create(t, admin, "person", crypto.WrapKey)
		for _, n := range []int{1, 2, 100} {
			var plain []crypto.Plain
			for i := range n {
				plain = append(plain, crypto.Plain{Context: []byte{byte(i), 1}, Secret: append(bytes.Repeat([]byte{byte(n)}, 31), byte(i))})
			}
			wraps, err := service.Wrap(t.Context(), key, plain...)
			if err != nil {
				t.Fatal(err)
			}
			var wrapped []crypto.Wrapped
			for i, w := range wraps {
				if w.Version() != 1 {
					t.Fatalf("wrap %d of %d has version %d, want 1", i, n, w.Version())
				}
				wrapped = append(wrapped, crypto.Wrapped{Context: plain[i].Context, Wrap: w})
			}
			opened, err := service.Unwrap(t.Context(), key, wrapped...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range opened {
				if !bytes.Equal(opened[i], plain[i].Secret) {
					t.Fatalf("item %d of %d opened as something else", i, n)
				}
			}
		}
	})

	t.Run("a wrap opens neither with another context, nor altered, nor under another key", func(t *testing.T) {
		service, admin := open(t)
		key, other := create(t, admin, "person", crypto.WrapKey), create(t, admin, "class", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		altered := slices.Clone(wraps[0])
		altered[len(altered)-1] ^= 1
		later := slices.Clone(wraps[0])
		later[3] = 9
		none := slices.Clone(wraps[0])
		none[3] = 0
		for what, try := range map[string]struct {
			key  string
			item crypto.Wrapped
		}{
			"another context":            {key, crypto.Wrapped{Context: []byte("two"), Wrap: wraps[0]}},
			"no context":                 {key, crypto.Wrapped{Wrap: wraps[0]}},
			"one bit altered":            {key, crypto.Wrapped{Context: []byte("one"), Wrap: altered}},
			"a version that is not":      {key, crypto.Wrapped{Context: []byte("one"), Wrap: later}},
			"no version":                 {key, crypto.Wrapped{Context: []byte("one"), Wrap: none}},
			"another key":                {other, crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}},
			"nothing":                    {key, crypto.Wrapped{Context: []byte("one")}},
			"a version and nothing else": {key, crypto.Wrapped{Context: []byte("one"), Wrap: crypto.NewWrap(1, nil)}},
		} {
			if opened, err := service.Unwrap(t.Context(), try.key, try.item); err == nil {
				t.Errorf("%s: opened to %d items", what, len(opened))
			} else if what == "another context" && !errors.Is(err, crypto.ErrOpen) {
				t.Errorf("%s: %v, want ErrOpen", what, err)
			}
		}
		if _, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}); err != nil {
			t.Errorf("the wrap itself: %v", err)
		}
	})

	t.Run("one bad item among good ones fails the whole call", func(t *testing.T) {
		service, admin := open(t)
		key := create(t, admin, "person", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key,
			crypto.Plain{Context: []byte("one"), Secret: secret}, crypto.Plain{Context: []byte("two"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := service.Unwrap(t.Context(), key,
			crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}, crypto.Wrapped{Context: []byte("one"), Wrap: wraps[1]})
		if err == nil || opened != nil {
			t.Errorf("got %d items and error %v, want none and an error", len(opened), err)
		}
		if wraps, err := service.Wrap(t.Context(), key,
			crypto.Plain{Context: []byte("one"), Secret: secret}, crypto.Plain{Secret: secret}); err == nil || wraps != nil {
			t.Errorf("got %d wraps and error %v, want none and an error: one item had no context", len(wraps), err)
		}
	})

	t.Run("a key that does not exist is not created by its use", func(t *testing.T) {
		service, admin := open(t)
		key := name("absent")
		for range 2 {
			if _, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret}); err == nil {
				t.Fatal("wrapped under a key that nobody made")
			}
			if _, err := service.MAC(t.Context(), key, []byte("x")); err == nil {
				t.Fatal("computed under a key that nobody made")
			}
			if _, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: []byte("one"), Wrap: crypto.NewWrap(1, secret)}); err == nil {
				t.Fatal("opened under a key that nobody made")
			}
		}
		if err := admin.CreateKey(t.Context(), key, crypto.MACKey); err != nil {
			t.Errorf("something was there already: %v", err)
		}
	})

	t.Run("creating a key twice keeps the first, and never changes its kind", func(t *testing.T) {
		service, admin := open(t)
		key := create(t, admin, "person", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		if err := admin.CreateKey(t.Context(), key, crypto.WrapKey); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}); err != nil {
			t.Errorf("after the second creation: %v", err)
		}
		if err := admin.CreateKey(t.Context(), key, crypto.MACKey); err == nil {
			t.Error("a wrap key was taken for a MAC key")
		}
	})

	t.Run("a MAC depends on its key and input only", func(t *testing.T) {
		service, admin := open(t)
		key, other := create(t, admin, "index", crypto.MACKey), create(t, admin, "index", crypto.MACKey)
		many, err := service.MAC(t.Context(), key, []byte("a"), []byte("b"), []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		single, err := service.MAC(t.Context(), key, []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		elsewhere, err := service.MAC(t.Context(), other, []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		if len(single[0]) != 32 {
			t.Errorf("a MAC has %d bytes, want 32", len(single[0]))
		}
		if !bytes.Equal(many[0], single[0]) || !bytes.Equal(many[0], many[2]) {
			t.Error("the same input gave two MACs")
		}
		if bytes.Equal(many[0], many[1]) || bytes.Equal(many[0], elsewhere[0]) {
			t.Error("two inputs, or two keys, gave one MAC")
		}
	})

	t.Run("a MAC key wraps nothing, a wrap key with no context neither", func(t *testing.T) {
		service, admin := open(t)
		index, person := create(t, admin, "index", crypto.MACKey), create(t, admin, "person", crypto.WrapKey)
		if _, err := service.Wrap(t.Context(), index, crypto.Plain{Context: []byte("one"), Secret: secret}); err == nil {
			t.Error("a MAC key wrapped")
		}
		if _, err := service.Wrap(t.Context(), person, crypto.Plain{Secret: secret}); err == nil {
			t.Error("a secret was wrapped for nobody in particular")
		}
	})

	t.Run("a rotated key wraps under its new version and still opens the old one", func(t *testing.T) {
		service, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key := create(t, admin, "person", crypto.WrapKey)
		item := crypto.Plain{Context: []byte("one"), Secret: secret}
		old, err := service.Wrap(t.Context(), key, item)
		if err != nil {
			t.Fatal(err)
		}
		if err := keeper.Rotate(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if v, err := keeper.Versions(t.Context(), key); err != nil || v != (crypto.Versions{Newest: 2, Opens: 1, Kept: 1}) {
			t.Errorf("after a rotation the versions are %+v, error %v", v, err)
		}
		fresh, err := service.Wrap(t.Context(), key, item)
		if err != nil || fresh[0].Version() != 2 {
			t.Fatalf("after a rotation a wrap has version %d, error %v, want 2", fresh[0].Version(), err)
		}
		again, err := keeper.Rewrap(t.Context(), key, crypto.Wrapped{Context: item.Context, Wrap: old[0]}, crypto.Wrapped{Context: item.Context, Wrap: fresh[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range append(again, old[0]) {
			opened, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: item.Context, Wrap: w})
			if err != nil || !bytes.Equal(opened[0], secret) {
				t.Errorf("a wrap of version %d does not open to what was wrapped: %v", w.Version(), err)
			}
		}
		if again[0].Version() != 2 || again[1].Version() != 2 {
			t.Errorf("re-wrapped under versions %d and %d, want 2", again[0].Version(), again[1].Version())
		}
	})

	t.Run("one bad item fails a whole re-wrapping, and another context is one", func(t *testing.T) {
		service, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key := create(t, admin, "person", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		good := crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}
		for what, bad := range map[string]crypto.Wrapped{
			"another context": {Context: []byte("two"), Wrap: wraps[0]},
			"no context":      {Wrap: wraps[0]},
			"nothing":         {Context: []byte("one")},
		} {
			if again, err := keeper.Rewrap(t.Context(), key, good, bad, good); err == nil || again != nil {
				t.Errorf("%s: %d wraps and error %v, want none and an error", what, len(again), err)
			}
		}
	})

	t.Run("a version that is not accepted opens nothing until it is accepted again", func(t *testing.T) {
		service, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key := create(t, admin, "person", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		item := crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}
		if err := keeper.Accept(t.Context(), key, 2); err == nil {
			t.Error("a version that does not exist was taken for the oldest")
		}
		for _, do := range []error{keeper.Rotate(t.Context(), key), keeper.Accept(t.Context(), key, 2)} {
			if do != nil {
				t.Fatal(do)
			}
		}
		if _, err := service.Unwrap(t.Context(), key, item); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("opening under a version that is not accepted: %v, want ErrOpen", err)
		}
		if _, err := keeper.Rewrap(t.Context(), key, item); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("re-wrapping under a version that is not accepted: %v, want ErrOpen", err)
		}
		if err := keeper.Accept(t.Context(), key, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Unwrap(t.Context(), key, item); err != nil {
			t.Errorf("accepted again: %v", err)
		}
	})

	t.Run("a trimmed version never comes back", func(t *testing.T) {
		service, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key := create(t, admin, "person", crypto.WrapKey)
		wraps, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("one"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		old := crypto.Wrapped{Context: []byte("one"), Wrap: wraps[0]}
		if err := keeper.Rotate(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		fresh, err := keeper.Rewrap(t.Context(), key, old)
		if err != nil {
			t.Fatal(err)
		}
		for _, do := range []error{keeper.Accept(t.Context(), key, 2), keeper.Trim(t.Context(), key, 2)} {
			if do != nil {
				t.Fatal(do)
			}
		}
		if v, err := keeper.Versions(t.Context(), key); err != nil || v != (crypto.Versions{Newest: 2, Opens: 2, Kept: 2}) {
			t.Errorf("after the trim the versions are %+v, error %v", v, err)
		}
		if err := keeper.Accept(t.Context(), key, 1); err == nil {
			t.Error("a version that was trimmed is accepted again")
		}
		if _, err := service.Unwrap(t.Context(), key, old); err == nil {
			t.Error("a wrap of a version that was trimmed opened")
		}
		if opened, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: []byte("one"), Wrap: fresh[0]}); err != nil || !bytes.Equal(opened[0], secret) {
			t.Errorf("the wrap of the version that is kept: %v", err)
		}
		if _, err := service.Wrap(t.Context(), key, crypto.Plain{Context: []byte("two"), Secret: secret}); err != nil {
			t.Errorf("wrapping after the trim: %v", err)
		}
		if err := keeper.Rotate(t.Context(), key); err != nil {
			t.Errorf("rotating after the trim: %v", err)
		}
	})

	t.Run("a destroyed key opens nothing, and is not made again by its use", func(t *testing.T) {
		service, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key, other := create(t, admin, "person", crypto.WrapKey), create(t, admin, "person", crypto.WrapKey)
		item := crypto.Plain{Context: []byte("one"), Secret: secret}
		wraps, err := service.Wrap(t.Context(), key, item)
		if err != nil {
			t.Fatal(err)
		}
		others, err := service.Wrap(t.Context(), other, item)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second finds it done
			if err := admin.DestroyKey(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := service.Unwrap(t.Context(), key, crypto.Wrapped{Context: item.Context, Wrap: wraps[0]}); err == nil {
			t.Error("a destroyed key opened")
		}
		if _, err := service.Wrap(t.Context(), key, item); err == nil {
			t.Error("a destroyed key wrapped")
		}
		if _, err := keeper.Versions(t.Context(), key); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("the versions of a destroyed key: %v, want ErrForgotten", err)
		}
		if _, err := service.Unwrap(t.Context(), other, crypto.Wrapped{Context: item.Context, Wrap: others[0]}); err != nil {
			t.Errorf("the key beside it: %v", err)
		}
	})

	t.Run("versions of a key that is not there are none", func(t *testing.T) {
		_, admin := open(t)
		keeper := admin.(crypto.KeyKeeper)
		key := name("absent")
		if _, err := keeper.Versions(t.Context(), key); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("reading the versions of no key: %v, want ErrForgotten", err)
		}
		for what, err := range map[string]error{"rotated": keeper.Rotate(t.Context(), key), "accepted": keeper.Accept(t.Context(), key, 1), "trimmed": keeper.Trim(t.Context(), key, 1)} {
			if err == nil {
				t.Errorf("a key that is not there was %s", what)
			}
		}
	})

	t.Run("nothing asked is nothing answered", func(t *testing.T) {
		service, admin := open(t)
		key := create(t, admin, "person", crypto.WrapKey)
		if wraps, err := service.Wrap(t.Context(), key); err != nil || len(wraps) != 0 {
			t.Errorf("got %d wraps, error %v", len(wraps), err)
		}
		if secrets, err := service.Unwrap(t.Context(), key); err != nil || len(secrets) != 0 {
			t.Errorf("got %d secrets, error %v", len(secrets), err)
		}
	})
}

// KeyringStore is a keyring as its owner sees it: everything that any role may do.
type KeyringStore interface {
	crypto.Store
	crypto.CampaignStore
	crypto.Forgetter
	crypto.HoldStore
	crypto.RunStore
	rotation.Store
	rotation.Epochs
	rotation.Registry
}

// StoreConformance is what every keyring database must do.
func StoreConformance(t *testing.T, open func(t *testing.T) KeyringStore) {
	sealing := func(b byte) crypto.Sealing {
		return crypto.Sealing{Wrap: crypto.NewWrap(1, bytes.Repeat([]byte{b}, 60)), Commitment: crypto.Commitment{b}}
	}
	same := func(a, b crypto.Sealing) bool { return bytes.Equal(a.Wrap, b.Wrap) && a.Commitment == b.Commitment }

	t.Run("a name is reserved once, and serves once activated", func(t *testing.T) {
		store := open(t)
		name := crypto.KeyName{Name: "sceau-class-health-2026-aa", Campaign: "2026", Role: crypto.RoleOwn, Of: "health", State: crypto.KeyPlanned}
		got, err := store.Reserve(t.Context(), name)
		if err != nil || got != name {
			t.Fatalf("reserved %v, error %v", got, err)
		}
		second := name
		second.Name = "sceau-class-health-2026-bb"
		if got, err = store.Reserve(t.Context(), second); err != nil || got != name {
			t.Fatalf("the second reservation gave %v, error %v, want the first", got, err)
		}
		if err := store.Move(t.Context(), name.Name, crypto.KeyPlanned, crypto.KeyActive); err != nil {
			t.Fatal(err)
		}
		name.State = crypto.KeyActive
		if got, err = store.Reserve(t.Context(), second); err != nil || got != name {
			t.Fatalf("after activation, reserving gave %v, error %v", got, err)
		}
		if err := store.Move(t.Context(), second.Name, crypto.KeyPlanned, crypto.KeyActive); err == nil {
			t.Error("a name that nobody reserved was activated")
		}
		// Creating the keys of a campaign again makes nothing serve that was stopped.
		for _, to := range []crypto.KeyState{crypto.KeyFrozen, crypto.KeyDestroyed} {
			if err := store.Move(t.Context(), name.Name, name.State, to); err != nil {
				t.Fatal(err)
			}
			name.State = to
			if err := store.Move(t.Context(), name.Name, crypto.KeyPlanned, crypto.KeyActive); err == nil {
				t.Errorf("a key that is %s was made active", to)
			}
			if got, err = store.Reserve(t.Context(), second); err != nil || got != name {
				t.Errorf("reserving gave %v, error %v, want the key that is %s", got, err, to)
			}
		}
		elsewhere := second
		elsewhere.Campaign = "2027"
		if got, err = store.Reserve(t.Context(), elsewhere); err != nil || got != elsewhere {
			t.Errorf("another campaign: %v, error %v", got, err)
		}
		names, err := store.Names(t.Context(), "2026")
		if err != nil || len(names) != 1 || names[0] != name {
			t.Errorf("names of 2026: %v, error %v", names, err)
		}
	})

	t.Run("a branch key is never replaced", func(t *testing.T) {
		store := open(t)
		first := crypto.BranchWrap{Campaign: "2026", Class: "choices", Fate: "coded", Version: 1, Sealing: sealing(1)}
		again, next := first, first
		again.Sealing = sealing(2)
		next.Version, next.Sealing = 2, sealing(3)
		for _, b := range []crypto.BranchWrap{first, again, next} {
			if err := store.AddBranch(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		branches, err := store.Branches(t.Context(), "2026")
		if err != nil || len(branches) != 2 {
			t.Fatalf("%d branches, error %v, want 2", len(branches), err)
		}
		for _, b := range branches {
			want := sealing(1)
			if b.Version == 2 {
				want = sealing(3)
			}
			if b.Class != "choices" || b.Fate != "coded" || !same(b.Sealing, want) {
				t.Errorf("version %d is not what was added", b.Version)
			}
		}
		if other, err := store.Branches(t.Context(), "2027"); err != nil || len(other) != 0 {
			t.Errorf("another campaign has %d branches, error %v", len(other), err)
		}
	})

	t.Run("units are added together or not at all", func(t *testing.T) {
		store := open(t)
		a, b, c := crypto.NewUnitID(), crypto.NewUnitID(), crypto.NewUnitID()
		unit := func(u crypto.UnitID, n byte) crypto.UnitWrap {
			return crypto.UnitWrap{
				Unit: u, Owner: a, Kind: "candidate", Sealing: sealing(n),
				Own: map[string]crypto.Sealing{"health": sealing(n + 100), "fraud": sealing(n + 101)},
			}
		}
		if err := store.AddUnits(t.Context(), "2026", []crypto.UnitWrap{unit(a, 1), {Unit: b, Owner: a, Kind: "responsible", Sealing: sealing(2)}}); err != nil {
			t.Fatal(err)
		}
		if err := store.AddUnits(t.Context(), "2026", []crypto.UnitWrap{unit(c, 3), unit(a, 4)}); err == nil {
			t.Error("a second secret took the place of the first")
		}
		got, err := store.Units(t.Context(), "2026", a, b, c)
		if err != nil || len(got) != 2 || !same(got[a], sealing(1)) || !same(got[b], sealing(2)) {
			t.Errorf("%d units, error %v, want the two of the first call as they were", len(got), err)
		}
		if s, ok, err := store.OwnClass(t.Context(), "2026", "fraud", a); err != nil || !ok || !same(s, sealing(102)) {
			t.Errorf("own class: found %v, error %v", ok, err)
		}
		for what, try := range map[string]struct {
			campaign, class string
			unit            crypto.UnitID
		}{
			"another campaign": {"2027", "fraud", a}, "another class": {"2026", "income", a},
			"a unit that has none": {"2026", "fraud", b}, "a unit that was refused": {"2026", "fraud", c},
		} {
			if _, ok, err := store.OwnClass(t.Context(), try.campaign, try.class, try.unit); err != nil || ok {
				t.Errorf("%s: found %v, error %v", what, ok, err)
			}
		}
		if got, err := store.Units(t.Context(), "2027", a); err != nil || len(got) != 0 {
			t.Errorf("another campaign has %d units, error %v", len(got), err)
		}
	})
}
