package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
)

var plan = crypto.KeyPlan{
	Classes: []crypto.ClassPlan{
		{Class: "identity"}, {Class: "choices", Fates: []string{"coded", "other"}},
		{Class: "health", Own: true}, {Class: "fraud", Own: true},
	},
	Indexes: []string{"ine", "name-birth"},
}

type house struct {
	service cryptotest.Service
	store   cryptotest.Store
	*crypto.Keyring
}

func newHouse(t testing.TB, campaigns ...string) *house {
	t.Helper()
	h := &house{}
	h.Keyring = h.reader()
	for _, c := range append(campaigns, "2026") {
		if err := crypto.CreateCampaignKeys(context.Background(), &h.service, &h.store, c, plan); err != nil {
			t.Fatal(err)
		}
	}
	h.service.Forget()
	return h
}

// reader is another process over the same service and store: nothing cached.
func (h *house) reader() *crypto.Keyring {
	return &crypto.Keyring{Service: &h.service, Store: &h.store, Cache: &crypto.Cache{}}
}

func (h *house) candidate(t testing.TB, campaign string) *crypto.UnitSecrets {
	t.Helper()
	id := crypto.NewUnitID()
	units, err := h.NewUnits(t.Context(), campaign, []crypto.NewUnit{{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health", "fraud"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(units[0].Close)
	return units[0]
}

func TestWhatIntakeSealsAnotherProcessOpens(t *testing.T) {
	h := newHouse(t)
	unit, record := h.candidate(t, "2026"), crypto.NewRecordID()
	for _, b := range []crypto.Branch{{Class: "identity"}, {Class: "choices", Fate: "coded"}, {Class: "choices", Fate: "other"}, {Class: "health"}, {Class: "fraud"}} {
		half, err := h.NewHalf(t.Context(), "2026", unit, b.Class, b.Fate)
		if err != nil {
			t.Fatal(err)
		}
		row, err := half.Row(record)
		if err != nil {
			t.Fatal(err)
		}
		cell, header := row.Seal(nil, "A01.06", 1, []byte("valeur")), row.Commitment()

		again, err := h.reader().Half(t.Context(), "2026", unit.ID, b.Class, b.Fate, half.Version())
		if err != nil {
			t.Fatal(err)
		}
		row, err = again.RowOf(record, header[:])
		if err != nil {
			t.Fatalf("%s %s: %v", b.Class, b.Fate, err)
		}
		if got, err := row.Open(nil, "A01.06", cell); err != nil || string(got) != "valeur" {
			t.Errorf("%s %s: opened to %q, error %v", b.Class, b.Fate, got, err)
		}
	}
}

func TestAColdDossierIsOneCallAndOneMoreForEachClassOfItsOwn(t *testing.T) {
	h := newHouse(t)
	first, second := h.candidate(t, "2026"), h.candidate(t, "2026")
	reader := h.reader()
	dossier := []crypto.Branch{{Class: "identity"}, {Class: "choices", Fate: "coded"}, {Class: "choices", Fate: "other"}}
	calls := func(unit crypto.UnitID, branches []crypto.Branch) int {
		t.Helper()
		h.service.Forget()
		if _, err := reader.Halves(t.Context(), "2026", unit, branches...); err != nil {
			t.Fatal(err)
		}
		n, _ := h.service.Calls("unwrap")
		return n
	}
	if got := calls(first.ID, dossier); got != 1+len(dossier) {
		t.Errorf("the very first dossier made %d calls, want one for the person and one a branch", got)
	}
	if got := calls(second.ID, dossier); got != 1 {
		t.Errorf("a cold dossier made %d calls, want 1", got)
	}
	if got := calls(second.ID, append(dossier, crypto.Branch{Class: "health"})); got != 1 {
		t.Errorf("its health form made %d calls more, want 1", got)
	}
	if got := calls(second.ID, append(dossier, crypto.Branch{Class: "health"}, crypto.Branch{Class: "fraud"})); got != 1 {
		t.Errorf("health again and fraud made %d calls more, want 1", got)
	}
	if got := calls(second.ID, dossier); got != 0 {
		t.Errorf("a warm dossier made %d calls, want none", got)
	}
}

func TestManyUnitsAreOneBatchForEachKey(t *testing.T) {
	h := newHouse(t)
	var units []crypto.NewUnit
	for range 200 {
		id := crypto.NewUnitID()
		units = append(units,
			crypto.NewUnit{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health", "fraud"}},
			crypto.NewUnit{ID: crypto.NewUnitID(), Owner: id, Kind: "responsible"})
	}
	secrets, err := h.NewUnits(t.Context(), "2026", units)
	if err != nil {
		t.Fatal(err)
	}
	if calls, items := h.service.Calls("wrap"); calls != 3 || items != 800 {
		t.Errorf("%d calls of %d wraps, want 3 (persons, health, fraud) of 800", calls, items)
	}
	var ids []crypto.UnitID
	for i, s := range secrets {
		if s.ID != units[i].ID {
			t.Fatalf("unit %d is not the one asked for", i)
		}
		ids = append(ids, s.ID)
	}
	if _, err := h.reader().Person(t.Context(), "2026", ids...); err != nil {
		t.Fatal(err)
	}
	if calls, items := h.service.Calls("unwrap"); calls != 1 || items != 400 {
		t.Errorf("%d calls of %d items, want 1 of 400", calls, items)
	}
}

func TestUnitsAreNotGivenWhenTheirWrapsAreNotStored(t *testing.T) {
	h := newHouse(t)
	unit := h.candidate(t, "2026")
	again := []crypto.NewUnit{{ID: crypto.NewUnitID()}, {ID: unit.ID}}
	if secrets, err := h.NewUnits(t.Context(), "2026", again); err == nil || secrets != nil {
		t.Errorf("%d secrets, error %v: one unit has two secrets now", len(secrets), err)
	}
	h.service.Fail(crypto.ErrSealed)
	fresh := crypto.NewUnitID()
	if _, err := h.NewUnits(t.Context(), "2026", []crypto.NewUnit{{ID: fresh}}); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("sealed: %v, want ErrUnavailable", err)
	}
	if got, _ := h.store.Units(t.Context(), "2026", fresh); len(got) != 0 {
		t.Error("a unit was stored with no wrap")
	}
}

func TestAForgottenPersonIsForgottenAtOnce(t *testing.T) {
	h := newHouse(t)
	gone, control := h.candidate(t, "2026"), h.candidate(t, "2026")
	reader := h.reader()
	for _, u := range []crypto.UnitID{gone.ID, control.ID} {
		if _, err := reader.Halves(t.Context(), "2026", u, crypto.Branch{Class: "identity"}, crypto.Branch{Class: "health"}); err != nil {
			t.Fatal(err)
		}
	}
	h.store.Remove("2026", gone.ID) // the secret is still in the reader's memory
	for _, class := range []string{"identity", "health"} {
		if _, err := reader.Half(t.Context(), "2026", gone.ID, class, "", 0); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("%s: %v, want ErrForgotten", class, err)
		}
	}
	if _, err := reader.Person(t.Context(), "2026", control.ID, gone.ID); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("among others: %v, want ErrForgotten", err)
	}
	if _, err := reader.Half(t.Context(), "2026", control.ID, "identity", "", 0); err != nil {
		t.Errorf("the control: %v", err)
	}
}

func TestAWrapMovedToAnotherRowOpensNothing(t *testing.T) {
	h := newHouse(t, "2027")
	a, b, elsewhere := h.candidate(t, "2026"), h.candidate(t, "2026"), h.candidate(t, "2027")
	reader := h.reader()
	var ofA crypto.UnitWrap
	h.store.Alter("2026", a.ID, func(w *crypto.UnitWrap) { ofA = *w })
	if _, err := reader.Halves(t.Context(), "2026", a.ID, crypto.Branch{Class: "health"}); err != nil {
		t.Fatal(err) // A's secrets are in memory
	}
	for name, move := range map[string]func(*crypto.UnitWrap){
		"the person's":                     func(w *crypto.UnitWrap) { w.Sealing = ofA.Sealing },
		"the person's, not its commitment": func(w *crypto.UnitWrap) { w.Wrap = ofA.Wrap },
		"that of health":                   func(w *crypto.UnitWrap) { w.Own["health"] = ofA.Own["health"] },
		"fraud in place of health":         func(w *crypto.UnitWrap) { w.Own["health"] = w.Own["fraud"] },
		"another commitment":               func(w *crypto.UnitWrap) { w.Commitment[0] ^= 1 },
	} {
		var was crypto.UnitWrap
		h.store.Alter("2026", b.ID, func(w *crypto.UnitWrap) { was = *w; was.Own = maps.Clone(w.Own); move(w) })
		if _, err := reader.Half(t.Context(), "2026", b.ID, "health", "", 0); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
		h.store.Alter("2026", b.ID, func(w *crypto.UnitWrap) { *w = was })
	}
	h.store.Alter("2027", elsewhere.ID, func(w *crypto.UnitWrap) { w.Sealing = ofA.Sealing })
	if _, err := reader.Person(t.Context(), "2027", elsewhere.ID); err == nil {
		t.Error("a wrap of one campaign opened in another")
	}
	if _, err := reader.Half(t.Context(), "2026", b.ID, "health", "", 0); err != nil {
		t.Errorf("put back: %v", err)
	}
}

func TestASealedServiceLeavesWhatIsOpenReadableForAMinuteAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		open, closed := h.candidate(t, "2026"), h.candidate(t, "2026")
		reader := h.reader()
		read := func(u *crypto.UnitSecrets) error {
			_, err := reader.Half(t.Context(), "2026", u.ID, "identity", "", 0)
			return err
		}
		if err := read(open); err != nil {
			t.Fatal(err)
		}
		h.service.Fail(crypto.ErrSealed)
		if err := read(open); err != nil {
			t.Errorf("what was open: %v", err)
		}
		if err := read(closed); !errors.Is(err, crypto.ErrUnavailable) {
			t.Errorf("what was not: %v, want ErrUnavailable", err)
		}
		time.Sleep(61 * time.Second)
		if err := read(open); !errors.Is(err, crypto.ErrUnavailable) {
			t.Errorf("after a minute: %v, want ErrUnavailable", err)
		}
		h.service.Fail(nil)
		for _, u := range []*crypto.UnitSecrets{open, closed} {
			if err := read(u); err != nil {
				t.Errorf("unsealed: %v", err)
			}
		}
	})
}

func TestADestroyedCampaignOpensNoMoreAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "2027")
		unit, control := h.candidate(t, "2026"), h.candidate(t, "2027")
		reader := h.reader()
		names, _ := h.store.Names(t.Context(), "2026")
		if _, err := reader.Half(t.Context(), "2026", unit.ID, "identity", "", 0); err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if err := h.service.DestroyKey(t.Context(), n.Name); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(61 * time.Second)
		if _, err := reader.Half(t.Context(), "2026", unit.ID, "identity", "", 0); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("%v, want ErrForgotten", err)
		}
		if _, err := reader.Half(t.Context(), "2027", control.ID, "identity", "", 0); err != nil {
			t.Errorf("the other campaign: %v", err)
		}
	})
}

func TestWhatTheCampaignHasNotIsSaidAndNotMade(t *testing.T) {
	h := newHouse(t)
	unit := h.candidate(t, "2026")
	for name, err := range map[string]error{
		"no such campaign":  second(h.Person(t.Context(), "1999", unit.ID)),
		"no such class":     second(h.Half(t.Context(), "2026", unit.ID, "astrology", "", 0)),
		"no such fate":      second(h.Half(t.Context(), "2026", unit.ID, "choices", "", 0)),
		"no such version":   second(h.Half(t.Context(), "2026", unit.ID, "identity", "", 2)),
		"no version of own": second(h.Half(t.Context(), "2026", unit.ID, "health", "", 2)),
		"no such index":     second(h.Index(t.Context(), "2026", "sex", []byte("F"))),
	} {
		if err == nil {
			t.Errorf("%s: answered", name)
		}
	}
	responsible := crypto.NewUnitID()
	units, err := h.NewUnits(t.Context(), "2026", []crypto.NewUnit{{ID: responsible, Owner: unit.ID, Kind: "responsible"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.NewHalf(t.Context(), "2026", units[0], "health", ""); err == nil {
		t.Error("a unit with no health secret of its own sealed health")
	}
}

func TestACampaignMadeSinceIsFoundAtOnce(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Index(t.Context(), "2030", "ine", []byte("x")); err == nil {
		t.Fatal("a campaign that does not exist answered")
	}
	if err := crypto.CreateCampaignKeys(t.Context(), &h.service, &h.store, "2030", plan); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Index(t.Context(), "2030", "ine", []byte("x")); err != nil {
		t.Errorf("%v", err)
	}
}

func TestAnIndexTellsNothingAcrossCampaignsAndIndexes(t *testing.T) {
	h := newHouse(t, "2027")
	seen := map[string]string{}
	for _, campaign := range []string{"2026", "2027"} {
		for _, index := range plan.Indexes {
			got, err := h.Index(t.Context(), campaign, index, []byte("1234567890A"), []byte("1234567890B"), []byte("1234567890A"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got[0], got[2]) || bytes.Equal(got[0], got[1]) {
				t.Errorf("%s of %s does not tell equal from different", index, campaign)
			}
			if other := seen[string(got[0])]; other != "" {
				t.Errorf("%s of %s joins %s", index, campaign, other)
			}
			seen[string(got[0])] = index + " of " + campaign
		}
	}
	if calls, _ := h.service.Calls("mac"); calls != 4 {
		t.Errorf("%d calls, want one for each index and campaign", calls)
	}
}

func TestMakingACampaignTwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	unit := h.candidate(t, "2026")
	names, _ := h.store.Names(t.Context(), "2026")
	if len(names) != 10 {
		t.Errorf("%d keys, want 10: person, routing, hold, run, 4 classes, 2 indexes", len(names))
	}
	for _, n := range names {
		if !strings.HasPrefix(n.Name, crypto.KeyPrefix(n.Role, n.Of)) || n.State != crypto.KeyActive {
			t.Errorf("key %s of role %s is %s", n.Name, n.Role, n.State)
		}
	}
	if err := crypto.CreateCampaignKeys(t.Context(), &h.service, &h.store, "2026", plan); err != nil {
		t.Fatal(err)
	}
	if again, _ := h.store.Names(t.Context(), "2026"); !slices.Equal(again, names) {
		t.Error("the names changed")
	}
	if branches, _ := h.store.Branches(t.Context(), "2026"); len(branches) != 4 {
		t.Errorf("%d branch keys, want 4: routing, identity, choices coded and other", len(branches))
	}
	if _, err := h.reader().Half(t.Context(), "2026", unit.ID, "choices", "coded", 0); err != nil {
		t.Errorf("what was there before: %v", err)
	}
}

// A creation that stops anywhere leaves nothing half-made that serves, and the
// next finishes it.
func TestACreationThatWasCutIsFinishedByTheNext(t *testing.T) {
	for stop := 1; ; stop++ {
		h := &house{}
		h.Keyring = h.reader()
		cut := &cutting{Service: &h.service, Store: &h.store, left: stop}
		err := crypto.CreateCampaignKeys(t.Context(), cut, cut, "2026", plan)
		if err == nil {
			if stop < 25 {
				t.Fatalf("only %d steps were cut", stop)
			}
			return
		}
		names, _ := h.store.Names(t.Context(), "2026")
		if err := crypto.CreateCampaignKeys(t.Context(), &h.service, &h.store, "2026", plan); err != nil {
			t.Fatalf("cut at step %d: %v", stop, err)
		}
		after, _ := h.store.Names(t.Context(), "2026")
		for i, n := range names {
			if after[i].Name != n.Name {
				t.Errorf("cut at step %d: key %s was given up for %s", stop, n.Name, after[i].Name)
			}
		}
		unit := h.candidate(t, "2026")
		if _, err := h.Halves(t.Context(), "2026", unit.ID, crypto.Branch{Class: "identity"}, crypto.Branch{Class: "health"}); err != nil {
			t.Errorf("cut at step %d: %v", stop, err)
		}
	}
}

// cutting fails for ever from a given step on, every other time after the step.
type cutting struct {
	*cryptotest.Service
	*cryptotest.Store
	left int
}

func (c *cutting) step(do func() error) error {
	c.left--
	if c.left <= 0 && c.left%2 == 0 {
		return errors.New("cut before")
	}
	err := do()
	if c.left <= 0 {
		return errors.New("cut after")
	}
	return err
}

func (c *cutting) CreateKey(ctx context.Context, name string, kind crypto.KeyKind) error {
	return c.step(func() error { return c.Service.CreateKey(ctx, name, kind) })
}

func (c *cutting) Wrap(ctx context.Context, key string, items ...crypto.Plain) (w []crypto.Wrap, err error) {
	return w, c.step(func() error { w, err = c.Service.Wrap(ctx, key, items...); return err })
}

func (c *cutting) Reserve(ctx context.Context, name crypto.KeyName) (n crypto.KeyName, err error) {
	return n, c.step(func() error { n, err = c.Store.Reserve(ctx, name); return err })
}

func (c *cutting) Move(ctx context.Context, name string, from, to crypto.KeyState) error {
	return c.step(func() error { return c.Store.Move(ctx, name, from, to) })
}

func (c *cutting) AddBranch(ctx context.Context, b crypto.BranchWrap) error {
	return c.step(func() error { return c.Store.AddBranch(ctx, b) })
}

func TestNoPrefixOfAKeyNameCoversAnotherClassOrIndex(t *testing.T) {
	prefixes := []string{crypto.DayKey}
	for _, role := range []crypto.KeyRole{crypto.RolePerson, crypto.RoleRouting, crypto.RoleHold, crypto.RoleRun} {
		prefixes = append(prefixes, crypto.KeyPrefix(role, ""))
	}
	for _, of := range []string{"name", "name-birth", "health", "health-2", "file", "hold", "person"} {
		prefixes = append(prefixes, crypto.KeyPrefix(crypto.RoleClass, of), crypto.KeyPrefix(crypto.RoleIndex, of))
	}
	for _, a := range prefixes {
		for _, b := range prefixes {
			if a != b && strings.HasPrefix(a, b) {
				t.Errorf("a policy for %s* covers %s*", b, a)
			}
		}
	}
}

func TestACampaignWithAStrangeNameIsRefused(t *testing.T) {
	var h house
	for _, name := range []string{"", "2026/../../sys", "2026*", "Été", strings.Repeat("a", 60)} {
		if err := crypto.CreateCampaignKeys(t.Context(), &h.service, &h.store, name, plan); err == nil {
			t.Errorf("%q made keys", name)
		}
	}
}

func TestARoutingKeyLeadsBothWaysAndJoinsNothing(t *testing.T) {
	h := newHouse(t, "2027")
	r, err := h.Routing(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Zero()
	other, err := h.Routing(t.Context(), "2027")
	if err != nil {
		t.Fatal(err)
	}
	unit, file := crypto.NewUnitID(), []byte("file number 0001")
	payload := bytes.Repeat([]byte("r"), crypto.RoutingPayload)

	tag := r.Tag("programme", "42", unit)
	if again, _ := h.reader().Routing(t.Context(), "2026"); again.Tag("programme", "42", unit) != tag {
		t.Error("another process computes another tag")
	}
	for what, got := range map[string][16]byte{
		"another candidate": r.Tag("programme", "42", crypto.NewUnitID()), "another scope": r.Tag("programme", "43", unit),
		"another kind": r.Tag("school", "42", unit), "another campaign": other.Tag("programme", "42", unit),
		"the same letters cut elsewhere": r.Tag("programme4", "2", unit),
	} {
		if got == tag {
			t.Errorf("%s has the same tag", what)
		}
	}

	sealed, err := r.Seal(nil, "programme", "42", file, payload)
	if err != nil {
		t.Fatal(err)
	}
	short, err := r.Seal(nil, "programme", "42", file, []byte("r"))
	if err != nil || len(short) != len(sealed) {
		t.Errorf("references of %d and %d bytes, error %v", len(short), len(sealed), err)
	}
	if _, err := r.Seal(nil, "programme", "42", file, append(payload, 'r')); err == nil {
		t.Error("a longer reference was sealed: it would single out a candidate")
	}
	if got, err := r.Open(nil, "programme", "42", file, sealed); err != nil || !bytes.Equal(got, payload) {
		t.Errorf("opened to %q, error %v", got, err)
	}
	for what, err := range map[string]error{
		"another file number": second(r.Open(nil, "programme", "42", []byte("file number 0002"), sealed)),
		"another scope":       second(r.Open(nil, "programme", "43", file, sealed)),
		"another kind":        second(r.Open(nil, "school", "42", file, sealed)),
		"another campaign":    second(other.Open(nil, "programme", "42", file, sealed)),
		"another format":      second(r.Open(nil, "programme", "42", file, append([]byte{2}, sealed[1:]...))),
		"cut":                 second(r.Open(nil, "programme", "42", file, sealed[:len(sealed)-1])),
		"nothing":             second(r.Open(nil, "programme", "42", file, nil)),
	} {
		if !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", what, err)
		}
	}
}

func TestTheTwinIsAKeyService(t *testing.T) {
	n := 0
	cryptotest.Conformance(t, func(t *testing.T) (crypto.KeyService, crypto.KeyAdmin) {
		var s cryptotest.Service
		return &s, &s
	}, func(what string) string { n++; return fmt.Sprintf("%s-%d", what, n) })
}

func TestTheTwinIsAStore(t *testing.T) {
	cryptotest.StoreConformance(t, func(t *testing.T) cryptotest.KeyringStore { return &cryptotest.Store{} })
	cryptotest.RotationConformance(t, func(t *testing.T) cryptotest.KeyringStore { return &cryptotest.Store{} })
}

func second[T any](_ T, err error) error { return err }
