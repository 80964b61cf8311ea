// Package cryptotest holds the memory twins of the key service and of its store,
// and the suites that keep each twin and its real counterpart alike.
package cryptotest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"

	"sceau/crypto"
)

// A Service is a key service in memory, with the behaviour of the real one that
// matters: keys bound to contexts, absent keys refused, all or nothing.
// The zero value works.
type Service struct {
	mu    sync.Mutex
	keys  map[string]serviceKey
	down  error
	calls map[string]int
	items map[string]int
}

type serviceKey struct {
	kind  crypto.KeyKind
	bytes [32]byte
}

// Fail makes every call answer err, until Fail(nil).
func (s *Service) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

// Calls is how many calls of a verb ("wrap", "unwrap", "mac") were made, and how
// many items they carried.
func (s *Service) Calls(verb string) (calls, items int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[verb], s.items[verb]
}

// Forget starts the counts again.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.items = nil, nil
}

// Destroy destroys a key.
func (s *Service) Destroy(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, name)
}

// CreateKey is that of crypto.KeyAdmin.
func (s *Service) CreateKey(ctx context.Context, name string, kind crypto.KeyKind) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	if k, ok := s.keys[name]; ok {
		if k.kind != kind {
			return fmt.Errorf("key %s exists and is not a %s key", name, kind)
		}
		return nil
	}
	k := serviceKey{kind: kind}
	rand.Read(k.bytes[:])
	if s.keys == nil {
		s.keys = map[string]serviceKey{}
	}
	s.keys[name] = k
	return nil
}

// Wrap is that of crypto.KeyService.
func (s *Service) Wrap(ctx context.Context, key string, items ...crypto.Plain) ([]crypto.Wrap, error) {
	k, err := s.call(ctx, "wrap", key, crypto.WrapKey, len(items))
	if err != nil {
		return nil, err
	}
	wraps := make([]crypto.Wrap, len(items))
	for i, item := range items {
		box, err := k.box(item.Context)
		if err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, err)
		}
		nonce := make([]byte, box.NonceSize())
		rand.Read(nonce)
		wraps[i] = crypto.NewWrap(1, box.Seal(nonce, nonce, item.Secret, nil))
	}
	return wraps, nil
}

// Unwrap is that of crypto.KeyService.
func (s *Service) Unwrap(ctx context.Context, key string, items ...crypto.Wrapped) ([][]byte, error) {
	k, err := s.call(ctx, "unwrap", key, crypto.WrapKey, len(items))
	if err != nil {
		return nil, err
	}
	secrets := make([][]byte, len(items))
	for i, item := range items {
		box, err := k.box(item.Context)
		if err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, err)
		}
		raw := item.Wrap.Raw()
		if item.Wrap.Version() != 1 || len(raw) < box.NonceSize() {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, crypto.ErrOpen)
		}
		n := box.NonceSize()
		if secrets[i], err = box.Open(nil, raw[:n], raw[n:], nil); err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, crypto.ErrOpen)
		}
	}
	return secrets, nil
}

// MAC is that of crypto.KeyService.
func (s *Service) MAC(ctx context.Context, key string, inputs ...[]byte) ([][]byte, error) {
	k, err := s.call(ctx, "mac", key, crypto.MACKey, len(inputs))
	if err != nil {
		return nil, err
	}
	macs := make([][]byte, len(inputs))
	for i, input := range inputs {
		mac := hmac.New(sha256.New, k.bytes[:])
		mac.Write(input)
		macs[i] = mac.Sum(nil)
	}
	return macs, nil
}

func (s *Service) call(ctx context.Context, verb, key string, kind crypto.KeyKind, items int) (serviceKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls, s.items = map[string]int{}, map[string]int{}
	}
	s.calls[verb]++
	s.items[verb] += items
	if err := ctx.Err(); err != nil {
		return serviceKey{}, err
	}
	if s.down != nil {
		return serviceKey{}, s.down
	}
	k, ok := s.keys[key]
	if !ok {
		return serviceKey{}, fmt.Errorf("key %s: %w", key, crypto.ErrForgotten)
	}
	if k.kind != kind {
		return serviceKey{}, fmt.Errorf("key %s is a %s key: it cannot %s", key, k.kind, verb)
	}
	return k, nil
}

// box is the key derived for a context, as transit derives it.
func (k serviceKey) box(context []byte) (cipher.AEAD, error) {
	if len(context) == 0 {
		return nil, fmt.Errorf("a context is needed")
	}
	derived, err := hkdf.Key(sha256.New, k.bytes[:], nil, string(context), 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
