package crypto

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func soughtOf(b byte) sought { return sought{[]byte{b}, Sealing{Wrap: Wrap{0, 0, 0, 1, b}}} }

// opener opens soughtOf(b) to 32 times b, and counts.
type opener struct {
	mu    sync.Mutex
	calls int
	items int
	delay time.Duration
	err   error
}

func (o *opener) open(ctx context.Context, items []sought) ([]*Secret, error) {
	o.mu.Lock()
	o.calls++
	o.items += len(items)
	delay, err := o.delay, o.err
	o.mu.Unlock()
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	secrets := make([]*Secret, len(items))
	for i, item := range items {
		b := make([]byte, 32)
		for j := range b {
			b[j] = item.context[0]
		}
		secrets[i] = must(SecretFrom(b))
	}
	return secrets, nil
}

func TestASecretLivesAMinuteHoweverOftenItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache
		defer c.Close()
		var o opener
		start := time.Now()
		for time.Since(start) < 59*time.Second {
			if s := must(c.secrets(t.Context(), "key", []sought{soughtOf(7)}, o.open))[0]; s.b[0] != 7 {
				t.Fatalf("%v: the secret is not the one asked for", time.Since(start))
			}
			time.Sleep(time.Second)
		}
		if o.calls != 1 {
			t.Errorf("%d openings within the minute, want 1", o.calls)
		}
		time.Sleep(2 * time.Second)
		must(c.secrets(t.Context(), "key", []sought{soughtOf(7)}, o.open))
		if o.calls != 2 {
			t.Errorf("%d openings after the minute, want 2", o.calls)
		}
	})
}

func TestAnIdleCacheZeroesWhatNobodyAsksForAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache
		var o opener
		must(c.secrets(t.Context(), "key", []sought{soughtOf(1)}, o.open))
		time.Sleep(30 * time.Second)
		copied := must(c.secrets(t.Context(), "key", []sought{soughtOf(1), soughtOf(2)}, o.open))
		held := func(s *Secret) bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return s.live || s.b != [32]byte{}
		}
		c.mu.Lock()
		first, second := c.oldest.secret, c.newest.secret
		c.mu.Unlock()

		time.Sleep(30*time.Second + time.Millisecond)
		synctest.Wait()
		if held(first) {
			t.Error("after a minute the first is still in memory")
		}
		if !held(second) {
			t.Error("after half a minute the second is gone")
		}
		if !copied[0].live || copied[0].b[0] != 1 {
			t.Error("a copy handed out before was zeroed under its holder")
		}
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if held(second) || c.Len() != 0 {
			t.Error("after a minute the second is still in memory")
		}
	})
}

func TestManyReadersAtOnceMakeOneOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache
		defer c.Close()
		o := opener{delay: time.Second}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				got, err := c.secrets(t.Context(), "key", []sought{soughtOf(1), soughtOf(2)}, o.open)
				if err != nil || got[0].b[0] != 1 || got[1].b[0] != 2 {
					t.Errorf("got %v, error %v", got, err)
				}
			})
		}
		wg.Wait()
		if o.calls != 1 || o.items != 2 {
			t.Errorf("%d openings of %d secrets, want 1 of 2", o.calls, o.items)
		}
	})
}

func TestAReaderWhoGivesUpDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache
		defer c.Close()
		o := opener{delay: 5 * time.Second}
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.secrets(hasty, "key", []sought{soughtOf(1)}, o.open); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hasty one got %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if got, err := c.secrets(t.Context(), "key", []sought{soughtOf(1)}, o.open); err != nil || got[0].b[0] != 1 {
				t.Errorf("the patient one got %v, error %v", got, err)
			}
		})
		wg.Wait()
		if o.calls != 1 {
			t.Errorf("%d openings, want 1", o.calls)
		}
	})
}

func TestAFailureIsNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache
		defer c.Close()
		o := opener{err: ErrSealed}
		if _, err := c.secrets(t.Context(), "key", []sought{soughtOf(1)}, o.open); !errors.Is(err, ErrSealed) {
			t.Errorf("%v, want ErrSealed", err)
		}
		o.err = nil
		if _, err := c.secrets(t.Context(), "key", []sought{soughtOf(1)}, o.open); err != nil {
			t.Errorf("once unsealed: %v", err)
		}
	})
}

func TestACacheKeepsNoMoreThanItsSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Cache{Max: 3}
		defer c.Close()
		var o opener
		var items []sought
		for b := range byte(10) {
			items = append(items, soughtOf(b))
		}
		// More at once than it may keep: each reader still gets its own.
		for i, s := range must(c.secrets(t.Context(), "key", items, o.open)) {
			if !s.live || s.b[0] != byte(i) {
				t.Errorf("secret %d is not the one asked for", i)
			}
		}
		if c.Len() != 3 {
			t.Errorf("%d secrets are held, want 3", c.Len())
		}
		c.mu.Lock()
		last := c.newest.secret
		c.mu.Unlock()
		must(c.secrets(t.Context(), "key", []sought{soughtOf(9)}, o.open))
		if o.calls != 1 {
			t.Error("the newest was not kept")
		}
		c.Close()
		if last.live || c.Len() != 0 {
			t.Error("a closed cache still holds a secret")
		}
	})
}

func TestADeletedOrCopiedRowCannotHit(t *testing.T) {
	var c Cache
	defer c.Close()
	var o opener
	must(c.secrets(t.Context(), "key", []sought{soughtOf(1)}, o.open))
	moved := soughtOf(1)
	moved.context = []byte{2}
	altered := soughtOf(1)
	altered.Wrap = Wrap{0, 0, 0, 1, 9}
	committed := soughtOf(1)
	committed.Commitment = Commitment{1}
	for i, item := range []sought{moved, altered, committed} {
		must(c.secrets(t.Context(), "key", []sought{item}, o.open))
		if o.calls != i+2 {
			t.Errorf("item %d was answered from memory", i)
		}
	}
	must(c.secrets(t.Context(), "other key", []sought{soughtOf(1)}, o.open))
	if o.calls != 5 {
		t.Error("a wrap was answered for another key")
	}
}

func TestNoSettingLengthensTheMinute(t *testing.T) {
	for set, want := range map[time.Duration]time.Duration{0: LongestOpen, -1: LongestOpen, time.Hour: LongestOpen, LongestOpen: LongestOpen, time.Millisecond: time.Millisecond} {
		if got := (&Cache{TTL: set}).ttl(); got != want {
			t.Errorf("a cache of %s keeps secrets for %s, want %s", set, got, want)
		}
	}
}
