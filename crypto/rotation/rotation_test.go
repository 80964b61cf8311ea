package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/crypto/rotation"
)

const campaign = "2026"

var (
	plan  = crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "choices", Fates: []string{"coded", "other"}}, {Class: "health", Own: true}}, Indexes: []string{"ine"}}
	today = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
)

// world is a campaign with some people, and everything that may fail in it.
type world struct {
	service cryptotest.Service
	store   cryptotest.Store
	keeper  keeper
	ring    *crypto.Keyring
	people  []crypto.UnitID
	now     time.Time

	trip trip
}

func newWorld(t *testing.T, people int) *world {
	t.Helper()
	w := &world{now: today}
	if err := crypto.CreateCampaignKeys(t.Context(), &w.service, &w.store, campaign, plan); err != nil {
		t.Fatal(err)
	}
	w.ring = w.freshRing()
	w.enter(t, people)
	return w
}

// freshRing remembers nothing: what it opens, the key service has opened.
func (w *world) freshRing() *crypto.Keyring {
	return &crypto.Keyring{Service: &w.service, Store: &w.store}
}

func (w *world) enter(t *testing.T, n int) {
	t.Helper()
	var units []crypto.NewUnit
	for range n {
		id := crypto.NewUnitID()
		w.people = append(w.people, id)
		units = append(units, crypto.NewUnit{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health"}})
	}
	made, err := w.ring.NewUnits(t.Context(), campaign, units)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		m.Close()
	}
}

// job is one process: it has lost all that the one before had in memory.
func (w *world) job() *rotation.Job {
	return &rotation.Job{
		Keeper: tripping{&w.service, &w.trip}, Store: trippingStore{&w.store, &w.trip},
		Verifier: &w.service, Wraps: &w.store, Page: 3,
		Now: func() time.Time { w.now = w.now.Add(time.Microsecond); return w.now }, // no two moments are one
	}
}

func (w *world) epochs() rotation.EpochJob {
	return rotation.EpochJob{Job: w.job(), Epochs: trippingStore{&w.store, &w.trip}, Trial: &w.keeper}
}

func (w *world) person(t *testing.T) crypto.KeyName {
	t.Helper()
	names, err := w.store.Names(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(names, func(n crypto.KeyName) bool { return n.Role == crypto.RolePerson })
	return names[at]
}

func (w *world) versions(t *testing.T, key crypto.KeyName) crypto.Versions {
	t.Helper()
	v, err := w.service.Versions(t.Context(), key.Name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) opens(t *testing.T, ring *crypto.Keyring, unit crypto.UnitID) error {
	t.Helper()
	halves, err := ring.Halves(t.Context(), campaign, unit, crypto.Branch{Class: "choices", Fate: "coded"}, crypto.Branch{Class: "health"})
	for _, h := range halves {
		h.Zero()
	}
	return err
}

// backup copies the wraps of units, as a dump would.
func (w *world) backup(t *testing.T) func(*cryptotest.Store) {
	t.Helper()
	wraps, err := w.store.Units(t.Context(), campaign, w.people...)
	if err != nil {
		t.Fatal(err)
	}
	own := map[crypto.UnitID]crypto.Sealing{}
	for _, p := range w.people {
		if own[p], _, err = w.store.OwnClass(t.Context(), campaign, "health", p); err != nil {
			t.Fatal(err)
		}
	}
	branches, err := w.store.Branches(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	names, err := w.store.Names(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	return func(to *cryptotest.Store) {
		for _, n := range names {
			if _, err := to.Reserve(context.Background(), n); err != nil {
				t.Fatal(err)
			}
			if err := to.Move(context.Background(), n.Name, crypto.KeyPlanned, crypto.KeyActive); err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range branches {
			if err := to.AddBranch(context.Background(), b); err != nil {
				t.Fatal(err)
			}
		}
		var units []crypto.UnitWrap
		for unit, s := range wraps {
			units = append(units, crypto.UnitWrap{Unit: unit, Owner: unit, Kind: "candidate", Sealing: s, Own: map[string]crypto.Sealing{"health": own[unit]}})
		}
		if err := to.AddUnits(context.Background(), campaign, units); err != nil {
			t.Fatal(err)
		}
	}
}

// keeper stands for backups: it remembers what it was asked, and fails when told to.
type keeper struct {
	fail, lost error
	controls   int
	had        rotation.Kept // what the epoch had when it was last asked
}

func (k *keeper) Keep(ctx context.Context, e rotation.Epoch, controls []rotation.Control) (rotation.Kept, error) {
	k.controls, k.had = 0, e.Kept
	for _, c := range controls {
		k.controls += len(c.Wraps)
	}
	return rotation.Kept{Where: "there", Digest: "d", At: today, Controls: k.controls}, k.fail
}

func (k *keeper) Still(context.Context, rotation.Kept) error { return k.lost }

func (k *keeper) WhileNoBackup(ctx context.Context, do func(context.Context) error) error {
	return do(ctx)
}

func TestAnEpochMakesOlderCopiesUselessAndKeepsTheLiving(t *testing.T) {
	w := newWorld(t, 10)
	person := w.person(t)
	old := &cryptotest.Store{}
	w.backup(t)(old)
	restored := &crypto.Keyring{Service: &w.service, Store: old}

	forgotten, living := w.people[0], w.people[1:]
	if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, forgotten); err != nil {
		t.Fatal(err)
	}
	if err := w.opens(t, w.ring, forgotten); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("right after, the forgotten person: %v, want ErrForgotten", err)
	}
	// The control: before the epoch, a backup still opens whom it holds.
	if err := w.opens(t, restored, forgotten); err != nil {
		t.Fatalf("before the epoch the backup does not open: this test would prove nothing: %v", err)
	}

	e, err := w.epochs().Run(t.Context(), campaign, "operator", false)
	if err != nil || e.State != rotation.Waiting || e.Number != 1 || e.Forgotten != 1 {
		t.Fatalf("the epoch is %+v, error %v, want the first, waiting", e, err)
	}
	if want := 9 + 9 + 2 + 1; w.keeper.controls != want {
		t.Errorf("%d controls, want %d: the living, their secrets for health, branches, routing", w.keeper.controls, want)
	}
	if v := w.versions(t, person); v != (crypto.Versions{Newest: 2, Opens: 1, Kept: 1}) {
		t.Errorf("waiting, the versions are %+v: nothing may be trimmed", v)
	}
	w.enter(t, 2) // people go on coming
	if e, err = w.epochs().Approve(t.Context(), campaign, "operator"); !errors.Is(err, rotation.ErrSamePerson) {
		t.Errorf("approved by who ordered it: %v", err)
	}
	if e, err = w.epochs().Approve(t.Context(), campaign, "second"); err != nil || e.State != rotation.Ended {
		t.Fatalf("approved by another: %+v, error %v", e, err)
	}
	if v := w.versions(t, person); v != (crypto.Versions{Newest: 2, Opens: 2, Kept: 2}) {
		t.Errorf("after the trim the versions are %+v", v)
	}
	if _, err := w.epochs().Approve(t.Context(), campaign, "second"); err == nil || !strings.Contains(err.Error(), "epoch 1 ended on 2026-11-02, approved by second") {
		t.Errorf("approved again: %v", err)
	}

	for _, ring := range []*crypto.Keyring{restored, {Service: &w.service, Store: old}} {
		restoredCold := &crypto.Keyring{Service: ring.Service, Store: ring.Store}
		for _, p := range slices.Concat(living, []crypto.UnitID{forgotten}) {
			if err := w.opens(t, restoredCold, p); err == nil {
				t.Fatal("a copy older than the epoch opens")
			}
		}
	}
	for _, p := range w.people[1:] {
		if err := w.opens(t, w.freshRing(), p); err != nil {
			t.Errorf("a living person: %v", err)
		}
	}
}

func TestAnEpochIsDueAfterAForgettingAndOnceAWeek(t *testing.T) {
	w := newWorld(t, 4)
	run := func(ordered bool) (rotation.Epoch, error) {
		return w.epochs().Run(t.Context(), campaign, "operator", ordered)
	}
	forget := func(i int) {
		t.Helper()
		if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, w.people[i]); err != nil {
			t.Fatal(err)
		}
	}
	approve := func() {
		t.Helper()
		if _, err := w.epochs().Approve(t.Context(), campaign, "second"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := run(false); !errors.Is(err, rotation.ErrNotDue) {
		t.Errorf("with nobody forgotten: %v, want ErrNotDue", err)
	}
	forget(0)
	if _, err := run(false); err != nil {
		t.Fatal(err)
	}
	approve()
	w.now = w.now.Add(24 * time.Hour)
	forget(1)
	if _, err := run(false); !errors.Is(err, rotation.ErrNotDue) {
		t.Errorf("a day after the last: %v, want ErrNotDue", err)
	}
	if e, err := run(true); err != nil || e.Number != 2 {
		t.Errorf("ordered: %+v, error %v", e, err)
	}
	approve()
	w.now = w.now.Add(8 * 24 * time.Hour)
	if _, err := run(false); !errors.Is(err, rotation.ErrNotDue) {
		t.Errorf("with nobody forgotten since: %v, want ErrNotDue", err)
	}
	forget(2)
	if e, err := run(false); err != nil || e.Number != 3 {
		t.Errorf("a week later: %+v, error %v", e, err)
	}
}

func TestOnAnyDoubtNothingIsTrimmed(t *testing.T) {
	alter := func(w *world) {
		w.store.Alter(campaign, w.people[2], func(u *crypto.UnitWrap) { u.Commitment[0] ^= 1 })
	}
	for _, tt := range []struct {
		name    string
		before  func(*world)             // before the run
		between func(*testing.T, *world) // between the run and the approval
	}{
		{"a wrap that is not what its row commits to", alter, nil},
		{"a wrap that does not open", func(w *world) {
			w.store.Alter(campaign, w.people[2], func(u *crypto.UnitWrap) { u.Wrap[20] ^= 1 })
		}, nil},
		{"a backup that cannot be made or tried", func(w *world) { w.keeper.fail = errors.New("disk full") }, nil},
		{"a backup that is gone", nil, func(t *testing.T, w *world) { w.keeper.lost = errors.New("no such folder") }},
		{"a backup of another week", nil, func(t *testing.T, w *world) { w.now = w.now.Add(8 * 24 * time.Hour) }},
		{"an old wrap that somebody put back", nil, func(t *testing.T, w *world) {
			w.store.Alter(campaign, w.people[3], func(u *crypto.UnitWrap) { u.Wrap = crypto.NewWrap(1, u.Wrap.Raw()) })
		}},
		{"a wrap of somebody forgotten that was put back", nil, func(t *testing.T, w *world) {
			w.revive(t, w.people[1])
		}},
		{"a key that somebody closed beyond the epoch", nil, func(t *testing.T, w *world) {
			if err := errors.Join(w.service.Rotate(t.Context(), w.person(t).Name), w.service.Accept(t.Context(), w.person(t).Name, 3)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a control that opens no more", nil, func(t *testing.T, w *world) {
			w.store.Alter(campaign, smallest(w.people), func(u *crypto.UnitWrap) { u.Commitment[0] ^= 1 })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 6)
			person := w.person(t)
			if tt.before != nil {
				tt.before(w)
			}
			e, err := w.epochs().Run(t.Context(), campaign, "operator", true)
			if (err == nil) != (tt.before == nil) || err != nil && !errors.Is(err, rotation.ErrDoubt) {
				t.Fatalf("the run: %+v, error %v", e, err)
			}
			if tt.between != nil {
				tt.between(t, w)
			}
			before := w.versions(t, person)
			if e, err = w.epochs().Approve(t.Context(), campaign, "second"); err == nil {
				t.Errorf("approved: %+v", e)
			}
			if v := w.versions(t, person); v != before || v.Kept != 1 {
				t.Errorf("the versions are %+v and were %+v: something was given up, or opened again", v, before)
			}
		})
	}
}

// revive forgets somebody and puts back the wrap that a thief had copied before.
func (w *world) revive(t *testing.T, unit crypto.UnitID) {
	t.Helper()
	kept, err := w.store.Units(t.Context(), campaign, unit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, unit); err != nil {
		t.Fatal(err)
	}
	back := crypto.UnitWrap{Unit: unit, Owner: unit, Kind: "candidate", Sealing: kept[unit]}
	if err := w.store.AddUnits(t.Context(), campaign, []crypto.UnitWrap{back}); !errors.Is(err, crypto.ErrForgotten) {
		t.Fatalf("through the door of intake: %v, want ErrForgotten", err)
	}
	w.store.Revive(campaign, back)
}

func TestWhoWasPutBackIsNamedAndForgottenAgain(t *testing.T) {
	w := newWorld(t, 6)
	gone := w.people[1]
	w.revive(t, gone)
	_, err := w.epochs().Run(t.Context(), campaign, "operator", true)
	var revived *rotation.RevivedError
	if !errors.As(err, &revived) || !slices.Equal(revived.Targets, []string{"somebody"}) || !errors.Is(err, rotation.ErrDoubt) {
		t.Fatalf("the run: %v", err)
	}
	if v := w.versions(t, w.person(t)); v.Newest != 1 {
		t.Errorf("the key has turned to version %d for somebody forgotten", v.Newest)
	}
	if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, gone); err != nil {
		t.Fatal(err)
	}
	w.end(t, 0)
	if n, err := w.store.Forgotten(t.Context(), campaign, w.versions(t, w.person(t)).Kept); n != 0 || err != nil {
		t.Errorf("%d still open in a copy, error %v", n, err)
	}
}

// Of a page of thousands the key service says that one does not open, and not which.
func TestATurnThatStopsNamesTheWrapsThatStopIt(t *testing.T) {
	for name, spoil := range map[string]func(*crypto.UnitWrap){
		"one that does not open":                  func(u *crypto.UnitWrap) { u.Wrap[20] ^= 1 },
		"one that is not what its row commits to": func(u *crypto.UnitWrap) { u.Commitment[0] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 30)
			job := w.job()
			job.Page = 16
			for _, i := range []int{3, 17} {
				w.store.Alter(campaign, w.people[i], spoil)
			}
			_, err := job.RotateWraps(t.Context(), campaign)
			var culprits *rotation.CulpritsError
			if !errors.As(err, &culprits) {
				t.Fatalf("the rotation: %v", err)
			}
			for _, p := range culprits.Places {
				if p.Unit != w.people[3] && p.Unit != w.people[17] {
					t.Errorf("%s is blamed", p)
				}
			}
			if n := len(culprits.Places); n == 0 || !strings.Contains(err.Error(), culprits.Places[0].Unit.String()) {
				t.Errorf("%d are named in %q", n, err)
			}
		})
	}
	w := newWorld(t, 4)
	w.service.Fail(crypto.ErrUnavailable)
	if _, err := w.job().RotateWraps(t.Context(), campaign); !errors.Is(err, crypto.ErrUnavailable) || errors.As(err, new(*rotation.CulpritsError)) {
		t.Errorf("with the key service away: %v: it is nobody's fault", err)
	}
}

func smallest(people []crypto.UnitID) crypto.UnitID {
	return slices.MinFunc(people, func(a, b crypto.UnitID) int { return slices.Compare(a[:], b[:]) })
}

// A backup that could not be tried is there for the next run to try.
func TestABackupThatWasNotTriedIsRemembered(t *testing.T) {
	w := newWorld(t, 3)
	w.keeper.fail = errors.New("no other Vault")
	if _, err := w.epochs().Run(t.Context(), campaign, "operator", true); !errors.Is(err, rotation.ErrDoubt) || w.keeper.had.Where != "" {
		t.Fatalf("the first run: %v, with the backup %+v", err, w.keeper.had)
	}
	w.keeper.fail = nil
	if e, err := w.epochs().Run(t.Context(), campaign, "operator", false); err != nil || e.State != rotation.Waiting || w.keeper.had.Where == "" {
		t.Errorf("the second run: %+v, error %v, with the backup %+v", e, err, w.keeper.had)
	}
}

func TestABackupOfAnotherWeekIsMadeAgain(t *testing.T) {
	w := newWorld(t, 3)
	if _, err := w.epochs().Run(t.Context(), campaign, "operator", true); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(8 * 24 * time.Hour)
	w.keeper.controls = 0
	if e, err := w.epochs().Run(t.Context(), campaign, "operator", false); err != nil || e.State != rotation.Waiting || w.keeper.controls == 0 || w.keeper.had.Where != "" {
		t.Errorf("the run a week later: %+v with %d controls, error %v", e, w.keeper.controls, err)
	}
}

// Whatever fails, and wherever a kill falls, the next process ends the work, and the
// trim never comes before the last wrap has moved.
func TestAnEpochCutAnywhereIsEndedByTheNextRun(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("cut after the call %v", after), func(t *testing.T) {
			cuts := 0
			for n := 1; ; n++ {
				w := newWorld(t, 8)
				person := w.person(t)
				if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, w.people[0]); err != nil {
					t.Fatal(err)
				}
				w.trip = trip{at: n, after: after, before: func(what string) {
					if what != "trim" {
						return
					}
					if counts, _ := w.store.Counts(t.Context(), person); len(counts) != 1 || counts[w.versions(t, person).Newest] == 0 {
						t.Errorf("cut %d: a trim with wraps %v", n, counts)
					}
				}}
				w.end(t, n)
				if !w.trip.fell {
					break // past the last call: all were tried
				}
				cuts++
				if v := w.versions(t, person); v.Kept != v.Newest || v.Opens != v.Newest {
					t.Errorf("cut %d: the versions are %+v in the end", n, v)
				}
				for _, p := range w.people[1:] {
					if err := w.opens(t, w.freshRing(), p); err != nil {
						t.Errorf("cut %d: a living person: %v", n, err)
					}
				}
			}
			if cuts < 20 {
				t.Errorf("%d cuts: this test would prove nothing", cuts)
			}
		})
	}
}

// end runs processes until the epoch has ended.
func (w *world) end(t *testing.T, n int) {
	t.Helper()
	for range 8 {
		e, err := w.epochs().Run(t.Context(), campaign, "operator", false)
		if errors.Is(err, rotation.ErrNotDue) {
			return
		}
		if err != nil {
			continue
		}
		if e.State == rotation.Waiting {
			if _, err := w.epochs().Approve(t.Context(), campaign, "second"); err != nil {
				continue
			}
		}
		return
	}
	t.Fatalf("cut %d: eight processes did not end the epoch", n)
}

// A rotation that was cut has re-wrapped somebody; a backup is made; they are forgotten.
// The epoch that follows does not take the half turn for its own.
func TestAnEpochAfterARotationThatWasCutForgetsAllTheSame(t *testing.T) {
	moved := 0
	for n := 1; ; n++ {
		w := newWorld(t, 8)
		w.trip = trip{at: n, after: true}
		if _, err := w.job().RotateWraps(t.Context(), campaign); err == nil {
			break
		}
		gone := w.people[0]
		was, err := w.store.Units(t.Context(), campaign, gone)
		if err != nil {
			t.Fatal(err)
		}
		if was[gone].Wrap.Version() > 1 {
			moved++
		}
		w.now = w.now.Add(time.Hour)
		if _, err := w.store.Forget(t.Context(), campaign, "somebody", w.now, gone); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour)
		w.end(t, n)
		copied := []crypto.Placed{{WrapPlace: crypto.WrapPlace{Unit: gone}, Sealing: was[gone]}}
		if err := crypto.Verify(t.Context(), &w.service, w.person(t), copied); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("cut %d: the wrap of version %d in a backup: %v, want ErrOpen", n, was[gone].Wrap.Version(), err)
		}
		for _, p := range w.people[1:] {
			if err := w.opens(t, w.freshRing(), p); err != nil {
				t.Errorf("cut %d: a living person: %v", n, err)
			}
		}
	}
	if moved < 5 {
		t.Errorf("in %d cuts the wrap had moved: this test would prove little", moved)
	}
}

// Keys that had turned when a rotation was cut are not turned again, and none is left out.
func TestARotationCutAnywhereTurnsEachKeyOnce(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t, 8)
		w.trip = trip{at: n, after: n%2 == 0}
		_, cut := w.job().RotateWraps(t.Context(), campaign)
		w.trip = trip{}
		turns, err := w.job().RotateWraps(t.Context(), campaign)
		if err != nil || len(turns) != 6 {
			t.Fatalf("cut %d: %d turns, %v", n, len(turns), err)
		}
		if cut == nil { // this one began anew
			if n < 40 {
				t.Errorf("%d cuts: this test would prove nothing", n)
			}
			return
		}
		for _, key := range w.names(t, func(k crypto.KeyName) bool { return k.Role.Wraps() }) {
			if v := w.versions(t, key); v.Newest != 2 {
				t.Errorf("cut %d: the %s key has turned %d times", n, key.Role, v.Newest-1)
			}
		}
	}
}

func TestEveryWrappingKeyTurnsWhilePeopleComeAndAreRead(t *testing.T) {
	w := newWorld(t, 30)
	people := slices.Clone(w.people)
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for range 3 {
		load.Go(func() {
			for ctx.Err() == nil {
				for _, p := range people {
					if err := w.opens(t, w.freshRing(), p); err != nil {
						t.Errorf("a read while keys turn: %v", err)
						return
					}
				}
			}
		})
	}
	for round := range 3 {
		turns, err := w.job().RotateWraps(t.Context(), campaign)
		if err != nil {
			t.Fatal(err)
		}
		if len(turns) != 6 { // person, routing, hold, run, choices, health; the index computes
			t.Errorf("%d keys turned, want 6", len(turns))
		}
		w.enter(t, 2)
		names, err := w.store.Names(t.Context(), campaign)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range names {
			counts, err := w.store.Counts(t.Context(), key)
			if err != nil || len(counts) > 1 || len(counts) == 1 && counts[uint32(round+2)] == 0 {
				t.Errorf("round %d, key %s: wraps by version %v, error %v", round, key.Name, counts, err)
			}
		}
	}
	stop()
	load.Wait()
}

func TestAnIntakeThatWasSlowWrapsAgain(t *testing.T) {
	w := newWorld(t, 2)
	id := crypto.NewUnitID()
	drawn, err := w.ring.DrawUnits(t.Context(), campaign, []crypto.NewUnit{{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health"}}})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := w.ring.NewHalf(t.Context(), campaign, drawn[0], "health", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.job().RotateWraps(t.Context(), campaign); err != nil {
		t.Fatal(err)
	}
	if err := w.ring.KeepUnits(t.Context(), campaign, drawn); err != nil {
		t.Fatal(err)
	}
	counts, err := w.store.Counts(t.Context(), w.person(t))
	if err != nil || !maps.Equal(counts, map[uint32]int64{2: 3}) {
		t.Errorf("wraps by version %v, error %v, want all three under version 2", counts, err)
	}
	// It is the same secret: what was sealed under it before opens.
	opened, err := w.freshRing().Half(t.Context(), campaign, id, "health", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	record := crypto.NewRecordID()
	a, err := sealed.Row(record)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := opened.Row(record); err != nil || a.Commitment() != b.Commitment() {
		t.Errorf("wrapped again, the secret is another: error %v", err)
	}
}

func TestTwoProcessesDoNotTurnTheSameKeys(t *testing.T) {
	w := newWorld(t, 2)
	release, err := w.store.Alone(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := w.job().RotateWraps(t.Context(), campaign); !errors.Is(err, rotation.ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
	if _, err := w.epochs().Run(t.Context(), campaign, "operator", true); !errors.Is(err, rotation.ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}
