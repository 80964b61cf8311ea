package crypto

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"
)

// Coalesce lets concurrent calls share one batch of the key service: those that
// arrive within the window, or until max items wait. A batched item costs the
// service some twenty-five times less than a call of its own (measured).
//
// Only what seals is batched, wraps and MACs: opening stays one call each, so that
// whoever steals an identity that opens cannot open in bulk. An identity to which
// batches are refused must not be wrapped.
func Coalesce(service KeyService, window time.Duration, max int) KeyService {
	return &coalesced{
		KeyService: service,
		wraps: gatherer[Plain, Wrap]{
			window: window, max: max, send: service.Wrap,
			copied: func(p Plain) Plain { return Plain{bytes.Clone(p.Context), bytes.Clone(p.Secret)} },
			forget: func(p Plain) { clear(p.Secret) },
		},
		macs: gatherer[[]byte, []byte]{
			window: window, max: max, send: service.MAC,
			copied: bytes.Clone,
			forget: func(b []byte) { clear(b) },
		},
	}
}

type coalesced struct {
	KeyService
	wraps gatherer[Plain, Wrap]
	macs  gatherer[[]byte, []byte]
}

func (c *coalesced) Wrap(ctx context.Context, key string, items ...Plain) ([]Wrap, error) {
	return c.wraps.call(ctx, key, items)
}

func (c *coalesced) MAC(ctx context.Context, key string, inputs ...[]byte) ([][]byte, error) {
	return c.macs.call(ctx, key, inputs)
}

// A gatherer keeps at most one waiting batch per key, because a batch of the
// service is of one key.
type gatherer[In, Out any] struct {
	window time.Duration
	max    int
	send   func(ctx context.Context, key string, items ...In) ([]Out, error)
	copied func(In) In // a caller that gives up zeroes its own while the batch is on its way
	forget func(In)

	mu      sync.Mutex
	waiting map[string]*shared[In, Out]
}

type shared[In, Out any] struct {
	key     string
	items   []In
	callers int
	timer   *time.Timer
	done    chan struct{}
	out     []Out
	err     error
}

func (g *gatherer[In, Out]) call(ctx context.Context, key string, items []In) ([]Out, error) {
	if len(items) >= g.max {
		return g.send(ctx, key, items...) // a batch by itself
	}
	if len(items) == 0 {
		return nil, nil
	}
	g.mu.Lock()
	b := g.waiting[key]
	if b != nil && len(b.items)+len(items) > g.max {
		g.dispatch(b)
		b = nil
	}
	if b == nil {
		b = &shared[In, Out]{key: key, done: make(chan struct{})}
		if g.waiting == nil {
			g.waiting = map[string]*shared[In, Out]{}
		}
		g.waiting[key] = b
		b.timer = time.AfterFunc(g.window, func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.dispatch(b)
		})
	}
	from := len(b.items)
	for _, item := range items {
		b.items = append(b.items, g.copied(item))
	}
	b.callers++
	g.mu.Unlock()

	select {
	case <-ctx.Done():
		// What was asked for may still be done: a wrap that nobody stores is nothing.
		return nil, context.Cause(ctx)
	case <-b.done:
	}
	switch {
	case b.err == nil:
		return b.out[from : from+len(items) : from+len(items)], nil
	case b.callers > 1 && !errors.Is(b.err, ErrUnavailable) && !errors.Is(b.err, ErrBusy):
		// One bad item failed the whole batch; it must fail its own caller only.
		return g.send(ctx, key, items...)
	default:
		return nil, b.err
	}
}

// dispatch sends a batch that still waits. The lock is held.
func (g *gatherer[In, Out]) dispatch(b *shared[In, Out]) {
	if g.waiting[b.key] != b {
		return
	}
	delete(g.waiting, b.key)
	b.timer.Stop()
	go func() {
		defer close(b.done)
		// Of no caller in particular: none may cancel the work of the others.
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		b.out, b.err = g.send(ctx, b.key, b.items...)
		for _, item := range b.items {
			g.forget(item)
		}
		if b.err == nil && len(b.out) != len(b.items) {
			b.err = errors.New("the key service answered fewer items than it was sent")
		}
	}()
}
