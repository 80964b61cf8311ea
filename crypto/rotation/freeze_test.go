package rotation_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/crypto/rotation"
)

func (w *world) names(t *testing.T, keep func(crypto.KeyName) bool) []crypto.KeyName {
	t.Helper()
	names, err := w.store.Names(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(n crypto.KeyName) bool { return !keep(n) })
}

func every(crypto.KeyName) bool { return true }

func choices(n crypto.KeyName) bool { return n.Of == "choices" }

func TestAFrozenCampaignOpensNothingAndThawsWhole(t *testing.T) {
	w := newWorld(t, 4)
	other := "2027"
	if err := crypto.CreateCampaignKeys(t.Context(), &w.service, &w.store, other, plan); err != nil {
		t.Fatal(err)
	}
	held := w.freshRing() // a process that has read the names already
	if err := w.opens(t, held, w.people[0]); err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for range 2 { // the second finds it done
			if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.opens(t, w.freshRing(), w.people[1]); !errors.Is(err, crypto.ErrFrozen) {
			t.Errorf("round %d: a process that reads the names: %v, want ErrFrozen", round, err)
		}
		// One that goes on with the names it has read is refused by the key service.
		if err := w.opens(t, held, w.people[2]); !errors.Is(err, crypto.ErrOpen) && !errors.Is(err, crypto.ErrFrozen) {
			t.Errorf("round %d: a process that has the names: %v, want a refusal", round, err)
		}
		if _, err := w.freshRing().Index(t.Context(), campaign, "ine", []byte("x")); !errors.Is(err, crypto.ErrFrozen) {
			t.Errorf("round %d: an index: %v, want ErrFrozen", round, err)
		}
		if _, err := w.freshRing().Routing(t.Context(), campaign); !errors.Is(err, crypto.ErrFrozen) {
			t.Errorf("round %d: routing: %v, want ErrFrozen", round, err)
		}
		if _, err := w.freshRing().Routing(t.Context(), other); err != nil {
			t.Errorf("round %d: another campaign: %v", round, err)
		}
		if _, err := w.job().RotateWraps(t.Context(), campaign); err == nil {
			t.Errorf("round %d: frozen keys were turned", round)
		}
		for range 2 {
			if err := rotation.Thaw(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range w.people {
			if err := w.opens(t, w.freshRing(), p); err != nil {
				t.Errorf("round %d: thawed: %v", round, err)
			}
		}
	}
	w.enter(t, 1)
	if _, err := w.job().RotateWraps(t.Context(), campaign); err != nil {
		t.Errorf("turning keys that were frozen once: %v", err)
	}
}

// Vault's own door stays open to whoever holds the keyring's credential: freezing again
// sees it and closes it.
func TestAFrozenKeyThatSomebodyOpenedIsClosedByTheNextFreeze(t *testing.T) {
	w := newWorld(t, 3)
	held := w.freshRing()
	if err := w.opens(t, held, w.people[0]); err != nil {
		t.Fatal(err)
	}
	w.freeze(t)
	before := w.versions(t, w.person(t))
	w.freeze(t)
	if v := w.versions(t, w.person(t)); v != before {
		t.Errorf("freezing what holds made %+v of %+v", v, before)
	}
	for _, key := range w.names(t, func(k crypto.KeyName) bool { return k.Role.Wraps() }) {
		if err := w.service.Accept(t.Context(), key.Name, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.opens(t, held, w.people[1]); err != nil {
		t.Fatalf("the control: %v", err)
	}
	w.freeze(t)
	if err := w.opens(t, held, w.people[2]); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("frozen again: %v, want ErrOpen", err)
	}
}

func TestAFrozenClassOpensNothingAndTheOthersDo(t *testing.T) {
	w := newWorld(t, 2)
	if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, choices)); err != nil {
		t.Fatal(err)
	}
	half := func(class, fate string) error {
		_, err := w.freshRing().Half(t.Context(), campaign, w.people[0], class, fate, 0)
		return err
	}
	if err := half("choices", "coded"); !errors.Is(err, crypto.ErrFrozen) {
		t.Errorf("the frozen class: %v, want ErrFrozen", err)
	}
	if err := half("health", ""); err != nil {
		t.Errorf("the class beside it: %v", err)
	}
}

// A kill in the middle of a freeze leaves some keys frozen; a second run freezes the
// rest, and a thaw takes back all of it.
func TestAFreezeThatWasCutIsEndedByTheNext(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t, 2)
		w.trip = trip{at: n, after: n%2 == 0}
		cut := rotation.Freeze(t.Context(), tripping{&w.service, &w.trip}, &w.store, w.names(t, every))
		if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
			t.Fatalf("cut %d: %v", n, err)
		}
		if err := w.opens(t, w.freshRing(), w.people[0]); !errors.Is(err, crypto.ErrFrozen) {
			t.Errorf("cut %d: %v, want ErrFrozen", n, err)
		}
		if err := rotation.Thaw(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
			t.Fatalf("cut %d: %v", n, err)
		}
		if err := w.opens(t, w.freshRing(), w.people[0]); err != nil {
			t.Errorf("cut %d: thawed: %v", n, err)
		}
		if cut == nil {
			if n < 5 {
				t.Errorf("%d cuts: this test would prove nothing", n)
			}
			return
		}
	}
}

// freeze is what a person on call does, from the look at what serves to the last key.
func (w *world) freeze(t *testing.T) {
	t.Helper()
	release, err := w.store.Settling(t.Context(), campaign)
	if err != nil {
		t.Error(err)
		return
	}
	defer release()
	if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
		t.Error(err)
	}
}

// An incident does not wait for an epoch, and an epoch undoes no freeze: whichever comes
// first, in the end nothing opens, and thawed, everybody does.
func TestAFreezeInTheMiddleOfATrimHoldsAndLosesNobody(t *testing.T) {
	for _, moment := range []string{"save epoch", "accept", "trim"} {
		t.Run("before "+moment, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 4)
				if _, err := w.epochs().Run(t.Context(), campaign, "operator", true); err != nil {
					t.Fatal(err)
				}
				came := false
				w.trip.before = func(what string) {
					if what == moment && !came {
						came = true
						go w.freeze(t)
						synctest.Wait() // it is done, or waits for the trim
					}
				}
				_, err := w.epochs().Approve(t.Context(), campaign, "second")
				synctest.Wait()
				if first := moment == "save epoch"; errors.Is(err, rotation.ErrDoubt) != first || (err == nil) == first {
					t.Errorf("the approval: %v", err)
				}
				person := w.person(t)
				if v := w.versions(t, person); !came || person.State != crypto.KeyFrozen || v.Opens != v.Newest || v.Newest != 3 {
					t.Errorf("the key is %s and its versions are %+v: the freeze does not hold", person.State, v)
				}
				if err := rotation.Thaw(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
					t.Fatal(err)
				}
				for _, p := range w.people {
					if err := w.opens(t, w.freshRing(), p); err != nil {
						t.Errorf("thawed: %v", err)
					}
				}
			})
		})
	}
}

// An administrator of the key service closes a key by hand, and asks nobody for a turn.
func TestATrimGoesNoFurtherThanTheEpochWhateverIsClosedMeanwhile(t *testing.T) {
	w := newWorld(t, 4)
	e, err := w.epochs().Run(t.Context(), campaign, "operator", true)
	if err != nil {
		t.Fatal(err)
	}
	person := w.person(t)
	w.trip.before = func(what string) {
		if what != "trim" {
			return
		}
		if err := errors.Join(w.service.Rotate(t.Context(), person.Name), w.service.Accept(t.Context(), person.Name, e.Version+1)); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.epochs().Approve(t.Context(), campaign, "second"); err != nil {
		t.Fatal(err)
	}
	if v := w.versions(t, person); v != (crypto.Versions{Newest: e.Version + 1, Opens: e.Version + 1, Kept: e.Version}) {
		t.Errorf("the versions are %+v", v)
	}
	if err := w.service.Accept(t.Context(), person.Name, e.Version); err != nil {
		t.Fatal(err)
	}
	for _, p := range w.people {
		if err := w.opens(t, w.freshRing(), p); err != nil {
			t.Errorf("opened again: %v", err)
		}
	}
}

func TestOnlyFrozenKeysAreDestroyedAndTheirNamesAreNeverGivenAgain(t *testing.T) {
	w := newWorld(t, 3)
	backup := &cryptotest.Store{}
	w.backup(t)(backup)
	if err := rotation.Destroy(t.Context(), &w.service, &w.store, w.names(t, every)); !errors.Is(err, rotation.ErrNotFrozen) {
		t.Fatalf("keys that serve: %v, want ErrNotFrozen", err)
	}
	if err := w.opens(t, w.freshRing(), w.people[0]); err != nil {
		t.Fatalf("after a refused destruction: %v", err)
	}
	// One that is not frozen saves all.
	if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, choices)); err != nil {
		t.Fatal(err)
	}
	if err := rotation.Destroy(t.Context(), &w.service, &w.store, w.names(t, every)); !errors.Is(err, rotation.ErrNotFrozen) {
		t.Fatalf("keys some of which serve: %v, want ErrNotFrozen", err)
	}
	if err := rotation.Thaw(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
		t.Fatal(err)
	}
	if err := w.opens(t, w.freshRing(), w.people[0]); err != nil {
		t.Fatalf("after a refused destruction: %v", err)
	}

	if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := rotation.Destroy(t.Context(), &w.service, &w.store, w.names(t, every)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.opens(t, w.freshRing(), w.people[0]); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("destroyed: %v, want ErrForgotten", err)
	}
	restored := &crypto.Keyring{Service: &w.service, Store: backup}
	if err := w.opens(t, restored, w.people[0]); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("destroyed, from a backup: %v, want ErrForgotten", err)
	}
	before := w.names(t, every)
	if err := crypto.CreateCampaignKeys(t.Context(), &w.service, &w.store, campaign, plan); err == nil {
		t.Error("a campaign that was destroyed was made again under its names")
	}
	if after := w.names(t, every); !slices.Equal(before, after) {
		t.Errorf("the registry went from %v to %v", before, after)
	}
	if err := rotation.Thaw(t.Context(), &w.service, &w.store, before); err != nil {
		t.Fatal(err)
	}
	if err := w.opens(t, w.freshRing(), w.people[0]); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("thawed after a destruction: %v, want ErrForgotten", err)
	}
}
