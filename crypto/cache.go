package crypto

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"
)

// LongestOpen is how long an opened secret stays in memory, at most.
const LongestOpen = time.Minute

// A Cache keeps opened secrets for a minute at most. It is keyed by the wrapped
// bytes that were just read from the database, so that a deleted row cannot hit,
// at once and on every node, with no broadcast.
//
// The zero value works. A hit does not lengthen a life: sixty seconds after a
// person is forgotten, no memory holds the secret, read often or not.
type Cache struct {
	TTL time.Duration    // 0 is LongestOpen, and so is what is longer
	Max int              // secrets kept at once; 0 is 65,536
	Now func() time.Time // nil is time.Now

	mu     sync.Mutex
	held   map[cacheKey]*cached
	oldest *cached // entries live equally long: the order of arrival is that of expiry
	newest *cached
	timer  *time.Timer
	opened map[cacheKey]*flight
}

// sought is a wrap just read from the Store, and the place it was read from.
type sought struct {
	context []byte
	Sealing
}

type cacheKey [sha256.Size]byte

type cached struct {
	key    cacheKey
	secret *Secret
	until  time.Time
	next   *cached
}

// A flight is a secret that somebody is opening; others wait for it. It has a copy
// of its own, which the last to leave zeroes: an entry may be evicted before a
// waiter runs.
type flight struct {
	done    chan struct{}
	secret  *Secret
	err     error
	waiting int
}

const openTimeout = 30 * time.Second

// keyOf covers the context: the same wrap copied to another row has another key,
// and goes to the service, which refuses it.
func keyOf(name string, w sought) cacheKey {
	return sha256.Sum256(appendFields(make([]byte, 0, 256), name, string(w.context), string(w.Wrap), string(w.Commitment[:])))
}

// secrets gives a copy of each secret; those that are neither held nor on their
// way are opened in one call. The caller zeroes the copies.
func (c *Cache) secrets(ctx context.Context, name string, items []sought, open func(context.Context, []sought) ([]*Secret, error)) ([]*Secret, error) {
	out := make([]*Secret, len(items))
	waits := make([]*flight, len(items))
	var missing []sought
	var flights []*flight
	var keys []cacheKey

	c.mu.Lock()
	now := c.now()
	c.expire(now)
	for i, item := range items {
		key := keyOf(name, item)
		if hit := c.held[key]; hit != nil {
			out[i] = hit.secret.Clone()
			continue
		}
		f := c.opened[key]
		if f == nil {
			f = &flight{done: make(chan struct{})}
			if c.opened == nil {
				c.opened = map[cacheKey]*flight{}
			}
			c.opened[key] = f
			missing, flights, keys = append(missing, item), append(flights, f), append(keys, key)
		}
		f.waiting++
		waits[i] = f
	}
	c.mu.Unlock()

	if len(missing) > 0 {
		// Detached from this caller: if it goes away, those who wait do not fail.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openTimeout)
		go func() {
			defer cancel()
			secrets, err := open(ctx, missing)
			c.land(keys, flights, secrets, err)
		}()
	}

	var failed error
	for i, f := range waits {
		if f == nil {
			continue
		}
		var err error
		if out[i], err = c.await(ctx, f); err != nil && failed == nil {
			failed = err
		}
	}
	if failed != nil {
		zero(out)
		return nil, failed
	}
	return out, nil
}

func (c *Cache) await(ctx context.Context, f *flight) (*Secret, error) {
	var gone error
	select {
	case <-f.done:
	case <-ctx.Done():
		gone = context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		if f.waiting--; f.waiting == 0 {
			f.secret.Zero()
		}
	}()
	switch {
	case gone != nil:
		return nil, gone
	case f.err != nil:
		return nil, f.err
	}
	return f.secret.Clone(), nil
}

// land keeps what was opened and lets the waiters go.
func (c *Cache) land(keys []cacheKey, flights []*flight, secrets []*Secret, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for i, f := range flights {
		delete(c.opened, keys[i])
		if err != nil {
			f.err = err
		} else {
			if f.waiting > 0 {
				f.secret = secrets[i].Clone()
			}
			c.keep(&cached{key: keys[i], secret: secrets[i], until: now.Add(c.ttl())})
		}
		close(f.done)
	}
	c.arm(now)
}

func (c *Cache) keep(e *cached) {
	if c.held == nil {
		c.held = map[cacheKey]*cached{}
	}
	limit := c.Max
	if limit <= 0 {
		limit = 1 << 16
	}
	for len(c.held) >= limit {
		c.drop()
	}
	c.held[e.key] = e
	if c.newest == nil {
		c.oldest = e
	} else {
		c.newest.next = e
	}
	c.newest = e
}

// drop zeroes the oldest. Copies given before go on until their holders are done.
func (c *Cache) drop() {
	e := c.oldest
	e.secret.Zero()
	delete(c.held, e.key)
	if c.oldest = e.next; c.oldest == nil {
		c.newest = nil
	}
}

func (c *Cache) expire(now time.Time) {
	for c.oldest != nil && !now.Before(c.oldest.until) {
		c.drop()
	}
}

// arm sets the one timer that zeroes what nobody asks for any more: without it a
// secret would outlive its minute in an idle process.
func (c *Cache) arm(now time.Time) {
	if c.oldest == nil || c.timer != nil {
		return
	}
	c.timer = time.AfterFunc(c.oldest.until.Sub(now), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.timer = nil
		now := c.now()
		c.expire(now)
		c.arm(now)
	})
}

// Close zeroes everything. The cache can still be used, and starts empty.
func (c *Cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.oldest != nil {
		c.drop()
	}
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// Len is how many secrets are open now.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(c.now())
	return len(c.held)
}

func (c *Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Cache) ttl() time.Duration {
	if c.TTL > 0 && c.TTL < LongestOpen {
		return c.TTL
	}
	return LongestOpen
}

func zero(secrets []*Secret) {
	for _, s := range secrets {
		s.Zero()
	}
}
