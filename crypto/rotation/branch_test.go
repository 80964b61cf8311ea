package rotation_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

func (s tripping) Wrap(ctx context.Context, key string, items ...crypto.Plain) (wraps []crypto.Wrap, err error) {
	err = s.trip.around("wrap", func() (err error) { wraps, err = s.Service.Wrap(ctx, key, items...); return })
	return wraps, err
}

func (s trippingStore) AddBranch(ctx context.Context, b crypto.BranchWrap) error {
	return s.trip.around("add branch", func() error { return s.Store.AddBranch(ctx, b) })
}

func (s trippingStore) SaveBranchTurn(ctx context.Context, t rotation.BranchTurn) error {
	return s.trip.around("save branch turn", func() error { return s.Store.SaveBranchTurn(ctx, t) })
}

func (w *world) addBranch(t *testing.T, class string) (rotation.BranchTurn, error) {
	t.Helper()
	store := trippingStore{&w.store, &w.trip}
	return rotation.AddBranch(t.Context(), tripping{&w.service, &w.trip}, store, store, campaign, class, func() time.Time { return w.now })
}

func (w *world) branches(t *testing.T, class string) map[string][]uint32 {
	t.Helper()
	versions, err := crypto.BranchVersions(t.Context(), &w.store, campaign, class)
	if err != nil {
		t.Fatal(err)
	}
	return versions
}

// Cut before and after each call, and run again, there is one version more for each
// fate: never two, and never one for half of them.
func TestABranchKeyWhoseAdditionWasCutIsAddedOnce(t *testing.T) {
	for cut := 1; ; cut++ {
		fell := false
		for _, after := range []bool{false, true} {
			w := newWorld(t, 1)
			w.trip = trip{at: cut, after: after}
			_, err := w.addBranch(t, "choices")
			if !w.trip.fell {
				continue
			}
			fell = true
			if !errors.Is(err, errCut) {
				t.Fatalf("cut at call %d: %v", cut, err)
			}
			w.trip = trip{}
			w.now = w.now.Add(time.Hour)
			turn, err := w.addBranch(t, "choices")
			if err != nil {
				t.Fatalf("after a cut at call %d: %v", cut, err)
			}
			if v := w.branches(t, "choices"); turn.Version != 2 || turn.State != rotation.Resealing || turn.Added.IsZero() ||
				!slices.Equal(v["coded"], []uint32{1, 2}) || !slices.Equal(v["other"], []uint32{1, 2}) {
				t.Errorf("after a cut at call %d: %+v, versions %v", cut, turn, v)
			}
			if err := w.opens(t, w.freshRing(), w.people[0]); err != nil {
				t.Errorf("after a cut at call %d: %v", cut, err)
			}
		}
		if !fell {
			if cut < 6 {
				t.Errorf("only %d calls were cut", cut-1)
			}
			return
		}
	}
}

func TestABranchKeyIsChangedAgainOnlyWhenTheChangeBeforeHasEnded(t *testing.T) {
	w := newWorld(t, 1)
	for range 3 {
		if turn, err := w.addBranch(t, "choices"); err != nil || turn.Version != 2 {
			t.Fatalf("version %d, %v: want 2", turn.Version, err)
		}
	}
	turn, err := w.addBranch(t, "choices")
	if err != nil {
		t.Fatal(err)
	}
	turn.State, turn.Done = rotation.BranchEnded, w.now
	if err := w.store.SaveBranchTurn(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if turn, err = w.addBranch(t, "choices"); err != nil || turn.Version != 3 {
		t.Errorf("version %d, %v: want 3", turn.Version, err)
	}
	status, err := rotation.StatusOf(t.Context(), &w.service, &w.store, &w.store, campaign)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range status.Keys {
		if k.Of == "choices" && (k.Branch == nil || k.Branch.Version != 3 || !slices.Equal(k.Branches["coded"], []uint32{1, 2, 3})) {
			t.Errorf("its status is %+v", k)
		}
	}
	for _, class := range []string{"health", "neverwas"} {
		if _, err := w.addBranch(t, class); err == nil {
			t.Errorf("class %s, which has no branch key, got one", class)
		}
		if _, any, _ := w.store.LastBranchTurn(t.Context(), campaign, class); any {
			t.Errorf("class %s: a change of what it has not was begun", class)
		}
	}
	if err := rotation.Freeze(t.Context(), &w.service, &w.store, w.names(t, choices)); err != nil {
		t.Fatal(err)
	}
	turn.State = rotation.Adding
	if err := w.store.SaveBranchTurn(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if _, err := w.addBranch(t, "choices"); !errors.Is(err, crypto.ErrFrozen) {
		t.Errorf("of a frozen class: %v, want ErrFrozen", err)
	}
}
