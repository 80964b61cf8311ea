package cryptotest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

// RotationConformance is what every keyring database must do for turns and epochs.
func RotationConformance(t *testing.T, open func(t *testing.T) KeyringStore) {
	person := crypto.KeyName{Name: "sceau-person-2026-aa", Campaign: "2026", Role: crypto.RolePerson}
	health := crypto.KeyName{Name: "sceau-class-health-2026-aa", Campaign: "2026", Role: crypto.RoleOwn, Of: "health"}
	choices := crypto.KeyName{Name: "sceau-class-choices-2026-aa", Campaign: "2026", Role: crypto.RoleClass, Of: "choices"}
	routing := crypto.KeyName{Name: "sceau-routing-2026-aa", Campaign: "2026", Role: crypto.RoleRouting}
	wrap := func(version uint32, b byte) crypto.Sealing {
		return crypto.Sealing{Wrap: crypto.NewWrap(version, bytes.Repeat([]byte{b}, 60)), Commitment: crypto.Commitment{b}}
	}
	// furnished is a campaign of five units, three of which have a secret for health.
	furnished := func(t *testing.T) (KeyringStore, []crypto.UnitID) {
		t.Helper()
		store := open(t)
		for _, key := range []crypto.KeyName{person, health, choices, routing} {
			if _, err := store.Reserve(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			if err := store.Move(t.Context(), key.Name, crypto.KeyPlanned, crypto.KeyActive); err != nil {
				t.Fatal(err)
			}
		}
		var units []crypto.UnitWrap
		for i := range byte(5) {
			id := crypto.NewUnitID()
			u := crypto.UnitWrap{Unit: id, Owner: id, Kind: "candidate", Sealing: wrap(1, i)}
			if i < 3 {
				u.Own = map[string]crypto.Sealing{"health": wrap(1, i+10)}
			}
			units = append(units, u)
		}
		if err := store.AddUnits(t.Context(), "2026", units); err != nil {
			t.Fatal(err)
		}
		for _, b := range []crypto.BranchWrap{
			{Campaign: "2026", Class: "choices", Fate: "coded", Version: 1, Sealing: wrap(1, 20)},
			{Campaign: "2026", Class: "choices", Fate: "coded", Version: 2, Sealing: wrap(1, 21)},
			{Campaign: "2026", Class: crypto.RoutingBranch, Version: 1, Sealing: wrap(1, 22)},
		} {
			if err := store.AddBranch(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		var ids []crypto.UnitID
		for _, u := range units {
			ids = append(ids, u.Unit)
		}
		slices.SortFunc(ids, func(a, b crypto.UnitID) int { return bytes.Compare(a[:], b[:]) })
		return store, ids
	}
	all := func(t *testing.T, store KeyringStore, key crypto.KeyName, below uint32) (items []crypto.Placed) {
		t.Helper()
		var after []byte
		for pages := 0; ; pages++ {
			page, next, err := store.Page(t.Context(), key, below, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, page...)
			if next == nil {
				return items
			}
			if after = next; pages > 5 {
				t.Fatal("pages without end")
			}
		}
	}

	t.Run("pages hold every wrap of a key once, in the order of places", func(t *testing.T) {
		store, ids := furnished(t)
		for _, tt := range []struct {
			key  crypto.KeyName
			want int
		}{{person, 5}, {health, 3}, {choices, 2}, {routing, 1}} {
			items := all(t, store, tt.key, 0)
			if len(items) != tt.want {
				t.Errorf("%d wraps under %s, want %d", len(items), tt.key.Name, tt.want)
			}
			if none := all(t, store, tt.key, 1); len(none) != 0 {
				t.Errorf("%d wraps below version 1 under %s", len(none), tt.key.Name)
			}
			if same := all(t, store, tt.key, 2); len(same) != tt.want {
				t.Errorf("%d wraps below version 2 under %s, want %d", len(same), tt.key.Name, tt.want)
			}
			counts, err := store.Counts(t.Context(), tt.key)
			if err != nil || !maps.Equal(counts, map[uint32]int64{1: int64(tt.want)}) {
				t.Errorf("counts of %s are %v, error %v", tt.key.Name, counts, err)
			}
		}
		var found []crypto.UnitID
		for _, item := range all(t, store, person, 0) {
			found = append(found, item.Unit)
		}
		if !slices.Equal(found, ids) {
			t.Error("units are not in the order of their ids")
		}
		if other := all(t, store, crypto.KeyName{Campaign: "2027", Role: crypto.RolePerson}, 0); len(other) != 0 {
			t.Errorf("another campaign has %d wraps", len(other))
		}
	})

	t.Run("a wrap is replaced where it still stands, and nowhere else", func(t *testing.T) {
		store, _ := furnished(t)
		for _, key := range []crypto.KeyName{person, health, choices, routing} {
			items := all(t, store, key, 0)
			fresh := make([]crypto.Wrap, len(items))
			for i := range items {
				fresh[i] = wrap(2, byte(100+i)).Wrap
			}
			// The last stands no more as it was read.
			items[len(items)-1].Wrap = wrap(1, 99).Wrap
			n, err := store.Replace(t.Context(), key, items, fresh)
			if err != nil || n != int64(len(items)-1) {
				t.Errorf("%s: %d replaced, error %v, want %d", key.Name, n, err, len(items)-1)
			}
			counts, err := store.Counts(t.Context(), key)
			want := map[uint32]int64{1: 1}
			if len(items) > 1 {
				want[2] = int64(len(items) - 1)
			}
			if err != nil || !maps.Equal(counts, want) {
				t.Errorf("%s: counts are %v, error %v, want %v", key.Name, counts, err, want)
			}
			for i, item := range all(t, store, key, 0)[:len(items)-1] {
				if !bytes.Equal(item.Wrap, fresh[i]) || item.Commitment != items[i].Commitment {
					t.Errorf("%s: wrap %d is not the one put there", key.Name, i)
				}
			}
		}
	})

	t.Run("below the floor of its key no wrap comes in", func(t *testing.T) {
		store, ids := furnished(t)
		for _, key := range []crypto.KeyName{person, health, choices, routing} {
			if err := store.RaiseFloor(t.Context(), key, 3); err != nil {
				t.Fatal(err)
			}
			if err := store.RaiseFloor(t.Context(), key, 2); err != nil { // a floor never falls
				t.Fatal(err)
			}
		}
		unit := func(person, health uint32) crypto.UnitWrap {
			id := crypto.NewUnitID()
			return crypto.UnitWrap{Unit: id, Owner: id, Kind: "candidate", Sealing: wrap(person, 1), Own: map[string]crypto.Sealing{"health": wrap(health, 2)}}
		}
		for _, tt := range []struct {
			person, health uint32
			refused        bool
		}{{2, 3, true}, {3, 2, true}, {3, 3, false}, {4, 4, false}, {300, 300, false}} {
			u := unit(tt.person, tt.health)
			err := store.AddUnits(t.Context(), "2026", []crypto.UnitWrap{unit(9, 9), u})
			if errors.Is(err, crypto.ErrOldWrap) != tt.refused || !tt.refused && err != nil {
				t.Errorf("versions %d and %d: %v", tt.person, tt.health, err)
			}
			if got, _ := store.Units(t.Context(), "2026", u.Unit); len(got) == 0 != tt.refused {
				t.Errorf("versions %d and %d: %d units are there", tt.person, tt.health, len(got))
			}
		}
		if err := store.AddUnits(t.Context(), "2027", []crypto.UnitWrap{unit(1, 1)}); err != nil {
			t.Errorf("another campaign: %v", err)
		}
		for _, b := range []crypto.BranchWrap{{Class: "choices", Fate: "coded"}, {Class: crypto.RoutingBranch}} {
			for version, refused := range map[uint32]bool{2: true, 3: false} {
				b.Campaign, b.Version, b.Sealing = "2026", 10+version, wrap(version, 70)
				if err := store.AddBranch(t.Context(), b); errors.Is(err, crypto.ErrOldWrap) != refused || !refused && err != nil {
					t.Errorf("a branch key of %s under version %d: %v", b.Class, version, err)
				}
			}
		}
		for _, key := range []crypto.KeyName{health, choices, routing} {
			at := all(t, store, key, 3)[:1]
			if _, err := store.Replace(t.Context(), key, at, []crypto.Wrap{wrap(2, 50).Wrap}); err == nil {
				t.Errorf("%s: a wrap was put back below the floor", key.Name)
			}
		}
		other := crypto.BranchWrap{Campaign: "2026", Class: "schooling", Version: 1, Sealing: wrap(1, 71)}
		if err := store.AddBranch(t.Context(), other); err != nil {
			t.Errorf("a class that has not turned: %v", err)
		}
		got, err := store.Units(t.Context(), "2026", ids[0])
		if err != nil {
			t.Fatal(err)
		}
		at := []crypto.Placed{{WrapPlace: crypto.WrapPlace{Unit: ids[0]}, Sealing: got[ids[0]]}}
		if _, err := store.Replace(t.Context(), person, at, []crypto.Wrap{wrap(2, 50).Wrap}); err == nil {
			t.Error("a wrap was put back below the floor")
		}
		if n, err := store.Replace(t.Context(), person, at, []crypto.Wrap{wrap(3, 50).Wrap}); err != nil || n != 1 {
			t.Errorf("a wrap on the floor: %d replaced, error %v", n, err)
		}
	})

	t.Run("the newest turn is found again as it was saved", func(t *testing.T) {
		store, _ := furnished(t)
		if _, any, err := store.LastTurn(t.Context(), person.Name); err != nil || any {
			t.Fatalf("a turn is there, error %v", err)
		}
		turn := rotation.Turn{Key: person.Name, Version: 2, State: rotation.Rotating, Began: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}
		under, ended := turn, turn
		under.State, under.After, under.Rewrapped, under.Verified = rotation.Rewrapping, []byte{1, 2}, 4, 3
		ended.State, ended.Done = rotation.Turned, turn.Began.Add(time.Hour)
		next := turn
		next.Version, next.Began = 3, ended.Done
		for _, turn := range []rotation.Turn{turn, under, ended, next} {
			if err := store.SaveTurn(t.Context(), turn); err != nil {
				t.Fatal(err)
			}
			got, any, err := store.LastTurn(t.Context(), person.Name)
			if err != nil || !any || got.State != turn.State || !bytes.Equal(got.After, turn.After) || got.Version != turn.Version ||
				got.Rewrapped != turn.Rewrapped || got.Verified != turn.Verified || !got.Began.Equal(turn.Began) || !got.Done.Equal(turn.Done) {
				t.Errorf("saved %+v, found %+v, there %v, error %v", turn, got, any, err)
			}
		}
	})

	t.Run("a rotation that has not ended is the one that goes on", func(t *testing.T) {
		store, _ := furnished(t)
		day := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
		for i, tt := range []struct{ at, want time.Time }{{day, day}, {day.Add(time.Hour), day}, {day.Add(2 * time.Hour), day.Add(2 * time.Hour)}} {
			if i == 2 {
				if err := store.EndRotation(t.Context(), "2026", tt.at); err != nil {
					t.Fatal(err)
				}
			}
			if began, err := store.BeginRotation(t.Context(), "2026", tt.at); err != nil || !began.Equal(tt.want) {
				t.Errorf("begun at %v: %v, error %v, want %v", tt.at, began, err, tt.want)
			}
		}
		if began, err := store.BeginRotation(t.Context(), "2027", day.Add(3*time.Hour)); err != nil || !began.Equal(day.Add(3*time.Hour)) {
			t.Errorf("another campaign: %v, error %v", began, err)
		}
	})

	t.Run("one at a time turns the keys of a campaign", func(t *testing.T) {
		store, _ := furnished(t)
		release, err := store.Alone(t.Context(), "2026")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Alone(t.Context(), "2026"); !errors.Is(err, rotation.ErrBusy) {
			t.Errorf("a second: %v, want ErrBusy", err)
		}
		other, err := store.Alone(t.Context(), "2027")
		if err != nil {
			t.Errorf("another campaign: %v", err)
		} else {
			other()
		}
		// Who comes right after is never told that somebody is there, not even on a
		// connection that is open already: the look leaves one.
		for n := range 100 {
			if _, _, err := store.OpenEpoch(t.Context(), "2026"); err != nil {
				t.Fatal(err)
			}
			release()
			if release, err = store.Alone(t.Context(), "2026"); err != nil {
				t.Fatalf("after %d others: %v", n+1, err)
			}
		}
		release()
	})

	t.Run("who settles what opens waits for the one before, and for no other campaign", func(t *testing.T) {
		store, _ := furnished(t)
		release, err := store.Settling(t.Context(), "2026")
		if err != nil {
			t.Fatal(err)
		}
		if other, err := store.Settling(t.Context(), "2027"); err != nil {
			t.Errorf("another campaign: %v", err)
		} else {
			other()
		}
		short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer stop()
		if _, err := store.Settling(short, "2026"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beside another: %v, want that it waits", err)
		}
		second := make(chan error, 1)
		go func() {
			free, err := store.Settling(t.Context(), "2026")
			if err == nil {
				free()
			}
			second <- err
		}()
		release()
		if err := <-second; err != nil {
			t.Errorf("after the first: %v", err)
		}
	})

	t.Run("an epoch is numbered, found again, and followed by another only at its end", func(t *testing.T) {
		store, _ := furnished(t)
		day := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
		e := rotation.Epoch{Campaign: "2026", Key: person.Name, State: rotation.Turning, OrderedBy: "operator", OrderedAt: day, Forgotten: 3}
		e, err := store.SaveEpoch(t.Context(), e)
		if err != nil || e.Number != 1 {
			t.Fatalf("the first is number %d, error %v", e.Number, err)
		}
		e.State, e.Version, e.Kept = rotation.Waiting, 2, rotation.Kept{Where: "epochs/1", Digest: "ab", At: day.Add(time.Hour), Controls: 5}
		if _, err := store.SaveEpoch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		got, open, err := store.OpenEpoch(t.Context(), "2026")
		if err != nil || !open || !sameEpoch(got, e) {
			t.Errorf("saved %+v, found %+v, open %v, error %v", e, got, open, err)
		}
		if _, any, err := store.LastEpoch(t.Context(), "2026"); err != nil || any {
			t.Errorf("one has ended, error %v", err)
		}
		e.State, e.ApprovedBy, e.ApprovedAt, e.TrimmedAt = rotation.Ended, "second", day.Add(2*time.Hour), day.Add(3*time.Hour)
		if _, err := store.SaveEpoch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if got, any, err := store.LastEpoch(t.Context(), "2026"); err != nil || !any || !sameEpoch(got, e) {
			t.Errorf("the last is %+v, error %v, want %+v", got, err, e)
		}
		if _, open, err := store.OpenEpoch(t.Context(), "2026"); err != nil || open {
			t.Errorf("an ended one is open, error %v", err)
		}
		next, err := store.SaveEpoch(t.Context(), rotation.Epoch{Campaign: "2026", Key: person.Name, State: rotation.Turning, OrderedBy: "operator", OrderedAt: day})
		if err != nil || next.Number != 2 {
			t.Errorf("the second is number %d, error %v", next.Number, err)
		}
	})

	t.Run("what a case holds stays as it was first kept, and turns with its key", func(t *testing.T) {
		store, ids := furnished(t)
		hold := crypto.KeyName{Name: "sceau-hold-2026-aa", Campaign: "2026", Role: crypto.RoleHold}
		place := crypto.WrapPlace{Case: "case-1", Unit: ids[0], Class: "choices", Fate: "coded", Version: 1}
		other, elsewhere := place, place
		other.Fate, elsewhere.Case = "other", "case-2"
		held := []crypto.Placed{{WrapPlace: place, Sealing: wrap(1, 60)}, {WrapPlace: other, Sealing: wrap(1, 61)}, {WrapPlace: elsewhere, Sealing: wrap(1, 62)}}
		again := []crypto.Placed{{WrapPlace: place, Sealing: wrap(1, 70)}}
		for _, holds := range [][]crypto.Placed{held, again} {
			if err := store.AddHolds(t.Context(), hold, holds); err != nil {
				t.Fatal(err)
			}
		}
		got, err := store.Holds(t.Context(), "2026", "case-1", ids[0])
		if err != nil || len(got) != 2 || got[0].WrapPlace != place || !bytes.Equal(got[0].Wrap, held[0].Wrap) || got[1].WrapPlace != other {
			t.Errorf("the case holds %+v, error %v, want the first two as they were", got, err)
		}
		for what, try := range map[string]struct {
			campaign, held string
			unit           crypto.UnitID
		}{"another campaign": {"2027", "case-1", ids[0]}, "another case": {"2026", "case-3", ids[0]}, "another unit": {"2026", "case-1", ids[1]}} {
			if got, err := store.Holds(t.Context(), try.campaign, try.held, try.unit); err != nil || len(got) != 0 {
				t.Errorf("%s holds %d, error %v", what, len(got), err)
			}
		}
		items := all(t, store, hold, 0)
		fresh := []crypto.Wrap{wrap(2, 80).Wrap, wrap(2, 81).Wrap, wrap(2, 82).Wrap}
		if n, err := store.Replace(t.Context(), hold, items, fresh); err != nil || n != 3 || len(items) != 3 {
			t.Errorf("%d of %d replaced, error %v, want 3", n, len(items), err)
		}
		if counts, err := store.Counts(t.Context(), hold); err != nil || !maps.Equal(counts, map[uint32]int64{2: 3}) {
			t.Errorf("counts are %v, error %v", counts, err)
		}
		if err := store.RaiseFloor(t.Context(), hold, 2); err != nil {
			t.Fatal(err)
		}
		late := place
		late.Case = "case-4"
		if err := store.AddHolds(t.Context(), hold, []crypto.Placed{{WrapPlace: late, Sealing: wrap(1, 90)}}); !errors.Is(err, crypto.ErrOldWrap) {
			t.Errorf("a hold below the floor: %v, want ErrOldWrap", err)
		}
	})

	t.Run("the key of a run file is added once, turns with its key, and is dropped with its run", func(t *testing.T) {
		store, _ := furnished(t)
		run := crypto.KeyName{Name: "sceau-run-2026-aa", Campaign: "2026", Role: crypto.RoleRun}
		files := []crypto.RunFile{{Run: "a", Kind: "input"}, {Run: "a", Kind: "output"}, {Run: "b", Kind: "input"}}
		for i, f := range files {
			if err := store.AddRunKey(t.Context(), "2026", f, wrap(1, byte(60+i))); err != nil {
				t.Fatal(err)
			}
			if err := store.AddRunKey(t.Context(), "2026", f, wrap(1, 70)); err == nil {
				t.Errorf("a second key of the %s took the place of the first", f)
			}
			got, known, err := store.RunKey(t.Context(), "2026", f)
			if err != nil || !known || !bytes.Equal(got.Wrap, wrap(1, byte(60+i)).Wrap) || got.Commitment != wrap(1, byte(60+i)).Commitment {
				t.Errorf("the %s: %v, known %v, error %v", f, got, known, err)
			}
		}
		if _, known, err := store.RunKey(t.Context(), "2027", files[0]); err != nil || known {
			t.Errorf("another campaign knows it, error %v", err)
		}
		items := all(t, store, run, 0)
		var places []crypto.RunFile
		for _, item := range items {
			places = append(places, item.File)
		}
		if !slices.Equal(places, files) {
			t.Errorf("places are %v, want %v", places, files)
		}
		if n, err := store.Replace(t.Context(), run, items, []crypto.Wrap{wrap(2, 80).Wrap, wrap(2, 81).Wrap, wrap(2, 82).Wrap}); err != nil || n != 3 {
			t.Errorf("%d replaced, error %v, want 3", n, err)
		}
		if counts, err := store.Counts(t.Context(), run); err != nil || !maps.Equal(counts, map[uint32]int64{2: 3}) {
			t.Errorf("counts are %v, error %v", counts, err)
		}
		if err := store.RaiseFloor(t.Context(), run, 2); err != nil {
			t.Fatal(err)
		}
		if err := store.AddRunKey(t.Context(), "2026", crypto.RunFile{Run: "c", Kind: "log"}, wrap(1, 90)); !errors.Is(err, crypto.ErrOldWrap) {
			t.Errorf("a key below the floor: %v, want ErrOldWrap", err)
		}
		if err := store.DropRunKeys(t.Context(), "2026", "a"); err != nil {
			t.Fatal(err)
		}
		for i, f := range files {
			if _, known, err := store.RunKey(t.Context(), "2026", f); err != nil || known != (i == 2) {
				t.Errorf("after run a was dropped, the %s is known: %v, error %v", f, known, err)
			}
		}
	})

	t.Run("a key is frozen and thawed, and destroyed only when frozen, for good", func(t *testing.T) {
		store, _ := furnished(t)
		for _, tt := range []struct {
			from, to crypto.KeyState
			works    bool
		}{
			{crypto.KeyActive, crypto.KeyDestroyed, false},
			{crypto.KeyFrozen, crypto.KeyDestroyed, false}, // it is active
			{crypto.KeyActive, crypto.KeyFrozen, true},
			{crypto.KeyActive, crypto.KeyFrozen, true}, // done already
			{crypto.KeyFrozen, crypto.KeyActive, true},
			{crypto.KeyActive, crypto.KeyFrozen, true},
			{crypto.KeyFrozen, crypto.KeyPlanned, false},
			{crypto.KeyFrozen, crypto.KeyDestroyed, true},
			{crypto.KeyDestroyed, crypto.KeyActive, false},
			{crypto.KeyDestroyed, crypto.KeyFrozen, false},
			{crypto.KeyFrozen, crypto.KeyActive, false},
		} {
			if err := store.Move(t.Context(), person.Name, tt.from, tt.to); (err == nil) != tt.works {
				t.Errorf("from %s to %s: %v", tt.from, tt.to, err)
			}
		}
		again := person
		again.Name = "sceau-person-2026-bb"
		if got, err := store.Reserve(t.Context(), again); err != nil || got.Name != person.Name || got.State != crypto.KeyDestroyed {
			t.Errorf("in place of a destroyed key, %+v was reserved, error %v", got, err)
		}
		if err := store.Move(t.Context(), "sceau-nobody", crypto.KeyActive, crypto.KeyFrozen); err == nil {
			t.Error("a key that nobody reserved was frozen")
		}
	})

	t.Run("who is forgotten is gone with all secrets, and stays in the ledger", func(t *testing.T) {
		store, ids := furnished(t)
		day := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
		stranger := crypto.NewUnitID()
		for range 2 { // the second changes nothing
			gone, err := store.Forget(t.Context(), "2026", "them", day, ids[0], ids[1], stranger)
			slices.SortFunc(gone, func(a, b crypto.UnitID) int { return bytes.Compare(a[:], b[:]) })
			if err != nil || !slices.Equal(gone, ids[:2]) {
				t.Errorf("%d units are forgotten, error %v, want the two that were there", len(gone), err)
			}
		}
		if gone, err := store.Forget(t.Context(), "2027", "them", day, ids[2]); err != nil || len(gone) != 0 {
			t.Errorf("in another campaign %d are forgotten, error %v", len(gone), err)
		}
		left, err := store.Units(t.Context(), "2026", ids...)
		if err != nil || len(left) != 3 {
			t.Errorf("%d units are left, error %v, want 3", len(left), err)
		}
		for _, id := range ids[:2] {
			if _, ok, err := store.OwnClass(t.Context(), "2026", "health", id); err != nil || ok {
				t.Errorf("the secret for health of a forgotten unit: found %v, error %v", ok, err)
			}
		}
		kept, err := store.Units(t.Context(), "2026", ids[3])
		if err != nil {
			t.Fatal(err)
		}
		at := []crypto.Placed{{WrapPlace: crypto.WrapPlace{Unit: ids[3]}, Sealing: kept[ids[3]]}}
		if n, err := store.Replace(t.Context(), person, at, []crypto.Wrap{wrap(3, 60).Wrap}); err != nil || n != 1 {
			t.Fatalf("%d replaced, error %v", n, err)
		}
		if _, err := store.Forget(t.Context(), "2026", "another", day, ids[3]); err != nil {
			t.Fatal(err)
		}
		for from, want := range map[uint32]int64{0: 3, 1: 3, 2: 1, 3: 1, 4: 0} {
			if n, err := store.Forgotten(t.Context(), "2026", from); err != nil || n != want {
				t.Errorf("%d were forgotten under version %d or a newer one, error %v, want %d", n, from, err, want)
			}
		}
		for _, campaign := range []string{"2026", "2027"} {
			if targets, err := store.Revived(t.Context(), campaign); err != nil || len(targets) != 0 {
				t.Errorf("campaign %s: %q stand again, error %v", campaign, targets, err)
			}
		}
	})

	t.Run("who was forgotten does not come back, and nobody comes with them", func(t *testing.T) {
		store, ids := furnished(t)
		if _, err := store.Forget(t.Context(), "2026", "them", time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), ids[0]); err != nil {
			t.Fatal(err)
		}
		id := crypto.NewUnitID()
		back := crypto.UnitWrap{Unit: ids[0], Owner: ids[0], Kind: "candidate", Sealing: wrap(1, 0)}
		if err := store.AddUnits(t.Context(), "2026", []crypto.UnitWrap{{Unit: id, Owner: id, Kind: "candidate", Sealing: wrap(1, 1)}, back}); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("a wrap that somebody kept: %v, want ErrForgotten", err)
		}
		if left, err := store.Units(t.Context(), "2026", ids[0], id); err != nil || len(left) != 0 {
			t.Errorf("%d units are there, error %v", len(left), err)
		}
		// The same number in another campaign is another person.
		if err := store.AddUnits(t.Context(), "2027", []crypto.UnitWrap{back}); err != nil {
			t.Errorf("another campaign: %v", err)
		}
	})

	t.Run("the change of a branch key is kept, one at a time for each class", func(t *testing.T) {
		store, _ := furnished(t)
		at := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
		if _, any, err := store.LastBranchTurn(t.Context(), "2026", "choices"); any || err != nil {
			t.Errorf("before any: %t, %v", any, err)
		}
		begun := rotation.BranchTurn{Campaign: "2026", Class: "choices", Version: 3, State: rotation.Adding, Began: at}
		under := begun
		under.State, under.Added, under.Pass, under.Table, under.After, under.Resealed = rotation.Resealing, at.Add(time.Millisecond), at.Add(time.Second), "choices_other", []byte{1, 2}, 7
		ended := under
		ended.State, ended.Pass, ended.Table, ended.After, ended.Done = rotation.BranchEnded, time.Time{}, "", nil, at.Add(time.Hour)
		for _, turn := range []rotation.BranchTurn{begun, under, ended} {
			if err := store.SaveBranchTurn(t.Context(), turn); err != nil {
				t.Fatal(err)
			}
			got, any, err := store.LastBranchTurn(t.Context(), "2026", "choices")
			if err != nil || !any || got.State != turn.State || got.Version != 3 || !got.Added.Equal(turn.Added) || !got.Pass.Equal(turn.Pass) ||
				got.Table != turn.Table || !bytes.Equal(got.After, turn.After) || got.Resealed != turn.Resealed || !got.Done.Equal(turn.Done) {
				t.Errorf("saved %+v, read %+v, %v", turn, got, err)
			}
			another := turn
			another.Version = 4
			if turn.State != rotation.BranchEnded {
				if err := store.SaveBranchTurn(t.Context(), another); err == nil {
					t.Error("a second one was begun before the first ended")
				}
			}
		}
		next := begun
		next.Version = 4
		if err := store.SaveBranchTurn(t.Context(), next); err != nil {
			t.Errorf("after its end, the next: %v", err)
		}
		if got, _, err := store.LastBranchTurn(t.Context(), "2026", "choices"); err != nil || got.Version != 4 {
			t.Errorf("the last is of version %d, %v", got.Version, err)
		}
		for _, of := range [][2]string{{"2026", "file"}, {"2027", "choices"}} {
			if _, any, err := store.LastBranchTurn(t.Context(), of[0], of[1]); any || err != nil {
				t.Errorf("of %v: %t, %v", of, any, err)
			}
		}
	})
}

func sameEpoch(a, b rotation.Epoch) bool {
	for _, times := range [][2]*time.Time{{&a.OrderedAt, &b.OrderedAt}, {&a.Kept.At, &b.Kept.At}, {&a.ApprovedAt, &b.ApprovedAt}, {&a.TrimmedAt, &b.TrimmedAt}} {
		if !times[0].Equal(*times[1]) {
			return false
		}
		*times[0] = *times[1]
	}
	return a == b
}
