package audit_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sceau/audit"
	"sceau/audit/audittest"
	"sceau/catalogue"
	"sceau/crypto"
)

// slowStore takes 3 ms for each commit, as a disk does.
type slowStore struct{ *audittest.Store }

func (s slowStore) Append(ctx context.Context, d audit.Day, fill func(audit.Head) (audit.Batch, error)) error {
	time.Sleep(3 * time.Millisecond)
	return s.Store.Append(ctx, d, fill)
}

func newLog(t *testing.T, store audit.Store, change ...func(*audit.Config)) *audit.Log {
	t.Helper()
	c := audit.Config{Store: store, Keys: keys(t), DayKey: "sceau-trace-day", Now: time.Now}
	for _, f := range change {
		f(&c)
	}
	log, err := audit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

var ines = []byte("file-ines")

func TestOneAloneWaitsForOneCommitAndNoWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog(t, slowStore{audittest.NewStore()})
		defer log.Close()
		for range 3 {
			start := time.Now()
			if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != 3*time.Millisecond {
				t.Errorf("one alone took %s", took)
			}
		}
	})
}

func TestACrowdSharesCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := slowStore{audittest.NewStore()}
		log := newLog(t, store)
		defer log.Close()
		const clients, each = 64, 50
		var wg sync.WaitGroup
		start := time.Now()
		for range clients {
			wg.Go(func() {
				for i := range each {
					if _, err := log.Record(t.Context(), audittest.Reading(ines, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		// 50 rounds, and some before the crowd is known.
		if n := store.Commits(); n > each+each/5 {
			t.Errorf("%d commits for %d rounds of %d clients", n, each, clients)
		}
		if took := time.Since(start); took > 250*time.Millisecond {
			t.Errorf("%d traces took %s", clients*each, took)
		}
	})
}

// small has callers record at once where a commit is full with four traces, and counts
// the commits.
func small(t *testing.T, callers int, record func(t *testing.T, log *audit.Log, caller int)) (commits int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := slowStore{audittest.NewStore()}
		log := newLog(t, store, func(c *audit.Config) { c.MaxBatch = 4 })
		defer log.Close()
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() { record(t, log, i) })
		}
		wg.Wait()
		commits = store.Commits()
	})
	return commits
}

func TestABatchHasAtMostItsSize(t *testing.T) {
	n := small(t, 33, func(t *testing.T, log *audit.Log, i int) {
		if _, err := log.Record(t.Context(), audittest.Reading(ines, i)); err != nil {
			t.Error(err)
		}
	})
	if n < 9 {
		t.Errorf("%d commits for 33 traces, 4 at most in each", n)
	}
}

// What one caller records stays together, and a commit that is full takes no more.
func TestAFullCommitTakesNoFurtherCaller(t *testing.T) {
	n := small(t, 10, func(t *testing.T, log *audit.Log, _ int) {
		receipts, err := log.Record(t.Context(), audittest.Reading(ines, 0), audittest.Reading(ines, 1), audittest.Reading(ines, 2))
		if err != nil || receipts[2].Seq != receipts[0].Seq+2 {
			t.Errorf("%v, %v", receipts, err)
		}
	})
	if n < 5 {
		t.Errorf("%d commits for ten callers, of whom two fill one", n)
	}
}

// stuckStore never answers.
type stuckStore struct{ *audittest.Store }

func (s stuckStore) Append(ctx context.Context, _ audit.Day, _ func(audit.Head) (audit.Batch, error)) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestADatabaseThatDoesNotAnswerRecordsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog(t, stuckStore{audittest.NewStore()})
		defer log.Close()
		if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); !errors.Is(err, audit.ErrNotRecorded) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after the timeout: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := log.Record(ctx, audittest.Reading(ines, 0)); !errors.Is(err, audit.ErrNotRecorded) {
			t.Errorf("when the caller gives up: %v", err)
		}
	})
}

func TestWithoutTheKeyServiceNothingIsRecordedAndThenItIs(t *testing.T) {
	service := keys(t)
	log := newLog(t, audittest.NewStore(), func(c *audit.Config) { c.Keys = service })
	defer log.Close()
	service.Fail(crypto.ErrSealed)
	if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); !errors.Is(err, audit.ErrNotRecorded) || !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("with a sealed key service: %v", err)
	}
	service.Fail(nil)
	if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); err != nil {
		t.Errorf("once it is open again: %v", err)
	}
	// The key of a day in use is held: a stop of the key service takes no trace.
	service.Fail(crypto.ErrSealed)
	if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); err != nil {
		t.Errorf("sealed again, within the day: %v", err)
	}
}

func TestABadEventIsRefusedAloneAndSaysNoValue(t *testing.T) {
	log := newLog(t, audittest.NewStore())
	defer log.Close()
	for name, change := range map[string]func(*audit.Event){
		"no recipient":         func(e *audit.Event) { e.Recipient = "" },
		"no action":            func(e *audit.Event) { e.Action = "" },
		"an unknown decision":  func(e *audit.Event) { e.Decision = "Inès" },
		"a long organisation":  func(e *audit.Event) { e.Organisation = strings.Repeat("Inès", 60) },
		"a rule of two lines":  func(e *audit.Event) { e.Rule = "Inès\nMartin" },
		"a long candidate":     func(e *audit.Event) { e.Candidate = strings.Repeat("Inès", 60) },
		"an agent of a page":   func(e *audit.Event) { e.Agent = strings.Repeat("Inès", 60) },
		"a purpose not UTF-8":  func(e *audit.Event) { e.Purpose = "\xff" },
		"an item with a zero":  func(e *audit.Event) { e.Items = []catalogue.ItemID{"A\x00"} },
		"a text for an item":   func(e *audit.Event) { e.Items = []catalogue.ItemID{"12 rue Inès Martin"} },
		"a detail of 70,000 B": func(e *audit.Event) { e.Detail = make([]byte, 70_000) },
	} {
		e := audittest.Reading(ines, 0)
		change(&e)
		_, err := log.Record(t.Context(), e)
		if !errors.Is(err, audit.ErrNotRecorded) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "Inès") {
			t.Errorf("%s: the error says a value: %v", name, err)
		}
	}
}

func TestALogWithoutAKeyToSignClosesNothing(t *testing.T) {
	store, clock := audittest.NewStore(), audittest.At("2026-04-02T09:00:00Z")
	log := newLog(t, store, func(c *audit.Config) { c.Now = clock.Now })
	defer log.Close()
	for range 2 {
		if _, err := log.Record(t.Context(), audittest.Reading(ines, 0)); err != nil {
			t.Fatal(err)
		}
		clock.Pass(48 * time.Hour)
	}
	if lines, _ := store.DayLog(t.Context()); len(lines) != 0 {
		t.Errorf("%d days were closed", len(lines))
	}
	if log.CloseDays(t.Context()) == nil {
		t.Error("days were closed without a signature")
	}
	if _, err := log.Checkpoint(t.Context()); err == nil {
		t.Error("a checkpoint was made without a signature")
	}
}

func TestEverySealedCellOfATraceHasTheSameSize(t *testing.T) {
	store := audittest.NewStore()
	log := newLog(t, store)
	defer log.Close()
	short, long := audittest.Reading(ines, 0), audittest.Reading(nil, 0)
	short.Candidate, short.Request, short.Detail, short.Agent = "", "", nil, ""
	long.Candidate, long.Request, long.Detail = strings.Repeat("c", 64), strings.Repeat("r", 64), make([]byte, 100)
	for _, e := range []audit.Event{short, long} {
		if _, err := log.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	sizes := map[[2]int]bool{}
	for r := range store.Rows(t.Context(), audit.DayOf(time.Now()), audit.Selection{}) {
		sizes[[2]int{len(r.SealedAgent), len(r.SealedRest)}] = true
	}
	if len(sizes) != 1 {
		t.Errorf("sizes differ with what is sealed: %v", sizes)
	}
}

func BenchmarkRecordInMemory(b *testing.B) {
	log, err := audit.New(audit.Config{Store: audittest.NewStore(), Keys: keys(b), DayKey: "sceau-trace-day", Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := log.Record(b.Context(), audittest.Reading(ines, 0)); err != nil {
				b.Error(err)
			}
		}
	})
}
