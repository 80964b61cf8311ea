// Package gather has requests that arrive while others are on their way go together.
//
// A request that finds the way free goes at once and alone, as if this package were
// not there. Those that come meanwhile make one trip, which begins when the one
// before is back: a trip never answers with what was read before a request arrived.
package gather

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// most is how many requests a trip takes where nothing else is said.
const most = 64

// A Way carries questions to one place. The zero value with Go set is ready; any
// number of goroutines may use it.
type Way[Q, A any] struct {
	// Go answers several questions at once, in their order. An error is everybody's,
	// and so is a panic: what concerns one question alone belongs in its answer. The
	// context ends when everybody has left.
	Go func(ctx context.Context, asked []Q) ([]A, error)
	// Longest is how long a trip may take: what hangs must not hang those behind it.
	// 0 is as long as it takes.
	Longest time.Duration
	// Most is how many questions go together; 0 is 64.
	Most int
	// Lanes is how many trips are on their way at once; 0 is one.
	Lanes int
	// Linger is how long a trip that could begin waits for those of the one before,
	// who come back at once when they ask one question after the other. Without it
	// they take turns with the rest, and every trip is half as full as it could be. It
	// is for a way of one lane.
	Linger time.Duration

	mu      sync.Mutex
	going   int
	waiting []*trip[Q, A] // all full but the last
}

type trip[Q, A any] struct {
	asked   []Q
	answers []A
	err     error
	panic   any // what Go panicked with
	done    chan struct{}

	expected int           // how many it waits for, once it waits
	complete chan struct{} // closed when they are there

	ctx    context.Context
	cancel context.CancelFunc
	here   int // those who did not leave
}

// Ask has one question answered. It returns early when ctx ends; the trip goes on
// for the others.
func (w *Way[Q, A]) Ask(ctx context.Context, q Q) (answer A, err error) {
	w.mu.Lock()
	if w.going < max(w.Lanes, 1) && len(w.waiting) == 0 {
		w.going++
		w.mu.Unlock()
		defer w.pass(1)
		answers, err := w.answer(ctx, []Q{q})
		if err != nil {
			return answer, err
		}
		return answers[0], nil
	}
	t, at := w.join(ctx, q)
	w.mu.Unlock()
	select {
	case <-t.done:
	case <-ctx.Done():
		w.leave(t)
		return answer, context.Cause(ctx)
	}
	if t.panic != nil {
		panic(t.panic) // to each as if they had gone alone
	}
	if t.err != nil {
		return answer, t.err
	}
	return t.answers[at], nil
}

// answer refuses answers that cannot be told apart.
func (w *Way[Q, A]) answer(ctx context.Context, asked []Q) ([]A, error) {
	if w.Longest > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.Longest)
		defer cancel()
	}
	answers, err := w.Go(ctx, asked)
	if err == nil && len(answers) != len(asked) {
		err = fmt.Errorf("%d answers to %d questions", len(answers), len(asked))
	}
	return answers, err
}

func (w *Way[Q, A]) join(ctx context.Context, q Q) (*trip[Q, A], int) {
	if n := len(w.waiting); n == 0 || len(w.waiting[n-1].asked) == w.most() {
		w.waiting = append(w.waiting, newTrip[Q, A](ctx))
	}
	t := w.waiting[len(w.waiting)-1]
	if t.ctx.Err() != nil {
		// All of it had left: it goes for this one.
		t.ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	}
	t.asked = append(t.asked, q)
	t.here++
	if len(t.asked) == t.expected {
		close(t.complete)
	}
	return t, len(t.asked) - 1
}

func newTrip[Q, A any](ctx context.Context) *trip[Q, A] {
	t := &trip[Q, A]{done: make(chan struct{}), complete: make(chan struct{})}
	t.ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return t
}

func (w *Way[Q, A]) most() int {
	if w.Most > 0 {
		return w.Most
	}
	return most
}

func (w *Way[Q, A]) leave(t *trip[Q, A]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.here--; t.here == 0 {
		t.cancel()
	}
}

// pass gives the lane of a trip that is back to those who wait.
func (w *Way[Q, A]) pass(before int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		w.going--
		return
	}
	go w.carry(before)
}

// carry makes one trip after the other until nobody waits.
func (w *Way[Q, A]) carry(before int) {
	for {
		t := w.next(before)
		if t == nil {
			return
		}
		w.run(t)
		before = len(t.asked)
	}
}

func (w *Way[Q, A]) run(t *trip[Q, A]) {
	defer close(t.done)
	defer t.cancel()
	defer func() { t.panic = recover() }()
	t.answers, t.err = w.answer(t.ctx, t.asked)
}

// next takes the trip that gathered while one of some size was on its way, or gives
// the lane up when nobody comes. Who asked alone is not waited for.
func (w *Way[Q, A]) next(before int) *trip[Q, A] {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Linger > 0 && w.Lanes <= 1 && before > 1 {
		w.linger(before)
	}
	if len(w.waiting) == 0 {
		w.going--
		return nil
	}
	t := w.waiting[0]
	w.waiting = slices.Delete(w.waiting, 0, 1)
	if len(t.asked) == 0 {
		t.cancel()
		w.going--
		return nil
	}
	return t
}

func (w *Way[Q, A]) linger(before int) {
	if len(w.waiting) == 0 {
		w.waiting = append(w.waiting, newTrip[Q, A](context.Background()))
	}
	t := w.waiting[0]
	t.expected = min(len(t.asked)+before, w.most())
	if len(t.asked) >= t.expected {
		return
	}
	w.mu.Unlock()
	select {
	case <-t.complete:
	case <-time.After(w.Linger):
	}
	w.mu.Lock()
}
