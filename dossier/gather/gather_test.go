package gather_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sceau/dossier/gather"
)

// double answers each question with its double, and keeps the sizes of the trips.
func double(trips *[][]int, takes time.Duration) func(context.Context, []int) ([]int, error) {
	var mu sync.Mutex
	return func(ctx context.Context, asked []int) ([]int, error) {
		mu.Lock()
		*trips = append(*trips, slices.Clone(asked))
		mu.Unlock()
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		answers := make([]int, len(asked))
		for i, q := range asked {
			answers[i] = 2 * q
		}
		return answers, nil
	}
}

// rest lets a trip that waits for nobody end, before the bubble does.
func rest() { time.Sleep(time.Minute) }

func TestEveryQuestionGetsItsOwnAnswerOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		askers := rapid.IntRange(1, 30).Draw(r, "askers")
		each := rapid.IntRange(1, 5).Draw(r, "each")
		most := rapid.IntRange(1, 10).Draw(r, "most")
		lanes, linger := 1, time.Duration(0)
		if rapid.Bool().Draw(r, "lingers") {
			linger = rapid.SampledFrom([]time.Duration{time.Millisecond, 20 * time.Millisecond}).Draw(r, "linger")
		} else {
			lanes = rapid.IntRange(1, 3).Draw(r, "lanes")
		}
		pauses := rapid.SliceOfN(rapid.IntRange(0, 15), askers*each, askers*each).Draw(r, "pauses")
		var trips [][]int
		got := make([]int, askers*each)
		synctest.Test(t, func(t *testing.T) {
			way := gather.Way[int, int]{Go: double(&trips, 5*time.Millisecond), Most: most, Lanes: lanes, Linger: linger}
			var wait sync.WaitGroup
			for a := range askers {
				wait.Go(func() {
					for q := a * each; q < (a+1)*each; q++ {
						time.Sleep(time.Duration(pauses[q]) * time.Millisecond)
						got[q], _ = way.Ask(t.Context(), q)
					}
				})
			}
			wait.Wait()
			rest()
		})
		asked := slices.Sorted(slices.Values(slices.Concat(trips...)))
		if len(asked) != len(got) {
			r.Fatalf("%d questions were carried, of %d", len(asked), len(got))
		}
		for q := range got {
			if got[q] != 2*q || asked[q] != q {
				r.Fatalf("asked %d, was answered %d; carried %v", q, got[q], asked)
			}
		}
		for _, trip := range trips {
			if len(trip) > most {
				r.Fatalf("%d questions went together, %d at most may", len(trip), most)
			}
		}
	})
}

func TestWhoComesMeanwhileGoesWithTheNextTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trips [][]int
		way := gather.Way[int, int]{Go: double(&trips, time.Second)}
		var wait sync.WaitGroup
		for q := range 5 {
			wait.Go(func() {
				time.Sleep(time.Duration(q) * 100 * time.Millisecond)
				way.Ask(t.Context(), q)
			})
		}
		wait.Wait()
		if len(trips) != 2 || len(trips[0]) != 1 || len(trips[1]) != 4 {
			t.Errorf("trips %v: the first alone, the four others together", trips)
		}
	})
}

// Eight clients who ask one question after the other make trips of eight, not two
// halves that take turns.
func TestALingeringTripWaitsForThoseOfTheOneBefore(t *testing.T) {
	sizes := func(t *testing.T, linger time.Duration) (last int) {
		synctest.Test(t, func(t *testing.T) {
			var trips [][]int
			way := gather.Way[int, int]{Go: double(&trips, 10*time.Millisecond), Linger: linger}
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					for q := range 20 {
						way.Ask(t.Context(), q)
						time.Sleep(100 * time.Microsecond)
					}
				})
			}
			wait.Wait()
			rest()
			last = len(trips[10])
		})
		return last
	}
	if got := sizes(t, 2*time.Millisecond); got != 8 {
		t.Errorf("with a wait, the eleventh trip took %d of 8", got)
	}
	if got := sizes(t, 0); got == 8 {
		t.Error("without one it took 8 as well: the wait is of no use")
	}
}

func TestAloneOneWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trips [][]int
		way := gather.Way[int, int]{Go: double(&trips, time.Millisecond), Linger: time.Hour}
		from := time.Now()
		for q := range 3 {
			way.Ask(t.Context(), q)
		}
		if took := time.Since(from); took != 3*time.Millisecond {
			t.Errorf("three questions of 1 ms took %s", took)
		}
	})
}

// One who comes behind somebody who asked alone does not wait either.
func TestBehindOneWhoAskedAloneNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trips [][]int
		way := gather.Way[int, int]{Go: double(&trips, time.Second), Linger: time.Hour}
		var wait sync.WaitGroup
		wait.Go(func() { way.Ask(t.Context(), 1) })
		synctest.Wait()
		from := time.Now()
		way.Ask(t.Context(), 2)
		if took := time.Since(from); took != 2*time.Second {
			t.Errorf("behind a question of 1 s, one of 1 s took %s", took)
		}
		wait.Wait()
	})
}

func TestAnErrorIsEverybodysAndLeavesTheWayFree(t *testing.T) {
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Bool
		fail.Store(true)
		way := gather.Way[int, int]{Go: func(_ context.Context, asked []int) ([]int, error) {
			time.Sleep(time.Millisecond)
			if fail.Load() {
				return nil, broken
			}
			return asked, nil
		}}
		var wait sync.WaitGroup
		for q := range 4 {
			wait.Go(func() {
				if _, err := way.Ask(t.Context(), q); !errors.Is(err, broken) {
					t.Errorf("error %v", err)
				}
			})
		}
		wait.Wait()
		fail.Store(false)
		if _, err := way.Ask(t.Context(), 1); err != nil {
			t.Errorf("after an error: %v", err)
		}
	})
}

func TestAnswersThatCannotBeToldApartAreRefused(t *testing.T) {
	way := gather.Way[int, int]{Go: func(_ context.Context, asked []int) ([]int, error) { return asked[:0], nil }}
	if _, err := way.Ask(t.Context(), 1); err == nil {
		t.Error("no answer passed for one")
	}
}

func TestWhoLeavesLeavesAloneAndTheLastEndsTheTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		way := gather.Way[string, string]{Go: func(ctx context.Context, asked []string) ([]string, error) {
			select {
			case <-time.After(10 * time.Second):
				return asked, nil
			case <-ctx.Done():
				ended.Add(1)
				return nil, context.Cause(ctx)
			}
		}}
		ask := func(q string, patience time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, err := way.Ask(ctx, q)
			return err
		}
		var wait sync.WaitGroup
		wait.Go(func() { ask("first, alone", time.Minute) })
		synctest.Wait()
		wait.Go(func() {
			from := time.Now()
			if err := ask("leaves", time.Second); !errors.Is(err, context.DeadlineExceeded) || time.Since(from) != time.Second {
				t.Errorf("who left had %v after %s", err, time.Since(from))
			}
		})
		wait.Go(func() {
			if err := ask("stays", time.Minute); err != nil {
				t.Errorf("who stayed had %v", err)
			}
		})
		wait.Wait()
		if ended.Load() != 0 {
			t.Error("a trip ended while somebody waited for it")
		}
		wait.Go(func() { ask("alone again", time.Minute) })
		synctest.Wait()
		for range 3 {
			wait.Go(func() { ask("all leave", 15*time.Second) })
		}
		wait.Wait()
		synctest.Wait()
		if ended.Load() != 1 {
			t.Errorf("%d trips ended when everybody had left", ended.Load())
		}
	})
}

// A trip that all have left is not one for who comes next.
func TestWhoComesAfterAllHaveLeftIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trips [][]int
		way := gather.Way[int, int]{Go: double(&trips, 10*time.Second)}
		var wait sync.WaitGroup
		wait.Go(func() { way.Ask(t.Context(), 1) })
		synctest.Wait()
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := way.Ask(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("who left had %v", err)
			}
			cancel()
		}
		if got, err := way.Ask(t.Context(), 3); err != nil || got != 6 {
			t.Errorf("who came next was answered %d, %v", got, err)
		}
		wait.Wait()
	})
}

func TestATripThatHangsDoesNotHangThoseBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hang atomic.Bool
		hang.Store(true)
		way := gather.Way[int, int]{Longest: 5 * time.Second, Go: func(ctx context.Context, asked []int) ([]int, error) {
			if hang.Swap(false) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return asked, nil
		}}
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := way.Ask(t.Context(), 1); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("what hung ended with %v", err)
			}
		})
		synctest.Wait()
		from := time.Now()
		if got, err := way.Ask(t.Context(), 2); err != nil || got != 2 || time.Since(from) != 5*time.Second {
			t.Errorf("behind it: %d, %v after %s", got, err, time.Since(from))
		}
		wait.Wait()
	})
}

// A panic reaches each who asked, where a server recovers it, and leaves the way free.
func TestAPanicIsThatOfWhoAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sound atomic.Bool
		way := gather.Way[int, int]{Go: func(_ context.Context, asked []int) ([]int, error) {
			time.Sleep(time.Second)
			if !sound.Load() {
				panic("no such thing")
			}
			return asked, nil
		}}
		var caught atomic.Int32
		var wait sync.WaitGroup
		for q := range 4 {
			wait.Go(func() {
				defer func() {
					if recover() != nil {
						caught.Add(1)
					}
				}()
				way.Ask(t.Context(), q)
			})
		}
		wait.Wait()
		if caught.Load() != 4 {
			t.Errorf("%d of 4 met the panic", caught.Load())
		}
		sound.Store(true)
		if _, err := way.Ask(t.Context(), 1); err != nil {
			t.Errorf("after a panic: %v", err)
		}
	})
}
