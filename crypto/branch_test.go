package crypto_test

import (
	"errors"
	"slices"
	"testing"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
)

func TestAVersionOfABranchKeyIsAddedOnceForEachFate(t *testing.T) {
	var service cryptotest.Service
	var store cryptotest.Store
	plan := crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "choices", Fates: []string{"coded", "other"}}, {Class: "file"}, {Class: "health", Own: true}}}
	if err := crypto.CreateCampaignKeys(t.Context(), &service, &store, "2026", plan); err != nil {
		t.Fatal(err)
	}
	versions := func(class string) map[string][]uint32 {
		t.Helper()
		v, err := crypto.BranchVersions(t.Context(), &store, "2026", class)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before, err := store.Branches(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	lost := errors.New("lost")
	service.Fail(lost)
	if err := crypto.AddBranchVersion(t.Context(), &service, &store, "2026", "choices", 2); !errors.Is(err, lost) {
		t.Errorf("with the key service away: %v", err)
	}
	service.Fail(nil)
	for range 2 {
		if err := crypto.AddBranchVersion(t.Context(), &service, &store, "2026", "choices", 2); err != nil {
			t.Fatal(err)
		}
	}
	if v := versions("choices"); len(v) != 2 || !slices.Equal(v["coded"], []uint32{1, 2}) || !slices.Equal(v["other"], []uint32{1, 2}) {
		t.Errorf("the versions are %v", v)
	}
	if v := versions("file"); !slices.Equal(v[""], []uint32{1}) {
		t.Errorf("those of another class are %v", v)
	}
	after, err := store.Branches(t.Context(), "2026")
	if err != nil || !slices.EqualFunc(before, after[:len(before)], func(a, b crypto.BranchWrap) bool { return a.Commitment == b.Commitment }) {
		t.Errorf("a branch key that was there is another now: %v", err)
	}
	for _, class := range []string{"health", "neverwas"} {
		if err := crypto.AddBranchVersion(t.Context(), &service, &store, "2026", class, 2); err == nil {
			t.Errorf("class %s got a branch key", class)
		}
	}
}

// Several persons are opened in one call, and each gets the halves of one alone.
func TestTheHalvesOfManyAreThoseOfEach(t *testing.T) {
	var service cryptotest.Service
	var store cryptotest.Store
	if err := crypto.CreateCampaignKeys(t.Context(), &service, &store, "2026", crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "file"}}}); err != nil {
		t.Fatal(err)
	}
	ring := &crypto.Keyring{Service: &service, Store: &store}
	units := make([]crypto.UnitID, 5)
	news := make([]crypto.NewUnit, len(units))
	for i := range units {
		units[i] = crypto.NewUnitID()
		news[i] = crypto.NewUnit{ID: units[i], Owner: units[i], Kind: "candidate"}
	}
	if _, err := ring.NewUnits(t.Context(), "2026", news); err != nil {
		t.Fatal(err)
	}
	if err := crypto.AddBranchVersion(t.Context(), &service, &store, "2026", "file", 2); err != nil {
		t.Fatal(err)
	}
	ring = &crypto.Keyring{Service: &service, Store: &store}
	service.Forget()
	found, err := ring.Find(t.Context(), "2026", units...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := found.HalvesOf(t.Context(), units, crypto.Branch{Class: "file", Version: 1}, crypto.Branch{Class: "file", Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	if calls, items := service.Calls("unwrap"); calls != 3 || items != len(units)+2 {
		t.Errorf("%d calls for %d secrets, want 3 for %d", calls, items, len(units)+2)
	}
	commit := func(h *crypto.Half) crypto.Commitment {
		row, err := h.Row(crypto.RecordID{})
		if err != nil {
			t.Fatal(err)
		}
		return row.Commitment()
	}
	for i, u := range units {
		for k, version := range []uint32{1, 2} {
			alone, err := ring.Half(t.Context(), "2026", u, "file", "", version)
			if err != nil || commit(alone) != commit(all[i][k]) || all[i][k].Version() != version {
				t.Errorf("unit %d, version %d: another half than alone, %v", i, version, err)
			}
		}
	}
	if _, err := found.HalvesOf(t.Context(), []crypto.UnitID{units[0], crypto.NewUnitID()}, crypto.Branch{Class: "file"}); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("with somebody who is not there: %v, want ErrForgotten", err)
	}
}
