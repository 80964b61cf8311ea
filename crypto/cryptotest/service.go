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
	"errors"
	"fmt"
	"slices"
	"sync"

	"sceau/crypto"
)

// A Service is a key service in memory, with the behaviour of the real one that
// matters: keys bound to contexts, absent keys refused, all or nothing.
// The zero value works.
type Service struct {
	mu    sync.Mutex
	keys  map[string]*serviceKey
	down  error
	calls map[string]int
	items map[string]int
}

type serviceKey struct {
	kind     crypto.KeyKind
	versions [][32]byte // the first is version 1; one that was trimmed is zero
	opens    uint32
	kept     uint32
}

// newest are the bytes that wrap.
func (k *serviceKey) newest() [32]byte { return k.versions[len(k.versions)-1] }

// opening are the bytes of a version that still opens.
func (k *serviceKey) opening(version uint32) ([32]byte, bool) {
	if version < k.opens || int(version) > len(k.versions) {
		return [32]byte{}, false
	}
	return k.versions[version-1], true
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

// DestroyKey is that of crypto.KeyAdmin.
func (s *Service) DestroyKey(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	delete(s.keys, name)
	return nil
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
	k := &serviceKey{kind: kind, opens: 1, kept: 1}
	k.turn()
	if s.keys == nil {
		s.keys = map[string]*serviceKey{}
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
		if wraps[i], err = k.wrap(item); err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, err)
		}
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
		if secrets[i], err = k.unwrap(item); err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, err)
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
	first := k.newest()
	macs := make([][]byte, len(inputs))
	for i, input := range inputs {
		mac := hmac.New(sha256.New, first[:])
		mac.Write(input)
		macs[i] = mac.Sum(nil)
	}
	return macs, nil
}

// Rewrap is that of crypto.KeyKeeper.
func (s *Service) Rewrap(ctx context.Context, key string, items ...crypto.Wrapped) ([]crypto.Wrap, error) {
	k, err := s.call(ctx, "rewrap", key, crypto.WrapKey, len(items))
	if err != nil {
		return nil, err
	}
	wraps := make([]crypto.Wrap, len(items))
	for i, item := range items {
		secret, err := k.unwrap(item)
		if err == nil {
			wraps[i], err = k.wrap(crypto.Plain{Context: item.Context, Secret: secret})
		}
		if err != nil {
			return nil, fmt.Errorf("item %d under key %s: %w", i, key, err)
		}
	}
	return wraps, nil
}

// Rotate is that of crypto.KeyKeeper.
func (s *Service) Rotate(ctx context.Context, key string) error {
	return s.change(ctx, "rotate", key, func(k *serviceKey) error { k.turn(); return nil })
}

// Versions is that of crypto.KeyKeeper.
func (s *Service) Versions(ctx context.Context, key string) (v crypto.Versions, err error) {
	err = s.change(ctx, "versions", key, func(k *serviceKey) error {
		v = crypto.Versions{Newest: uint32(len(k.versions)), Opens: k.opens, Kept: k.kept}
		return nil
	})
	return v, err
}

// Accept is that of crypto.KeyKeeper.
func (s *Service) Accept(ctx context.Context, key string, oldest uint32) error {
	return s.change(ctx, "accept", key, func(k *serviceKey) error {
		if oldest < k.kept || int(oldest) > len(k.versions) {
			return fmt.Errorf("key %s has versions %d to %d, not %d", key, k.kept, len(k.versions), oldest)
		}
		k.opens = oldest
		return nil
	})
}

// Trim is that of crypto.KeyKeeper.
func (s *Service) Trim(ctx context.Context, key string, oldest uint32) error {
	return s.change(ctx, "trim", key, func(k *serviceKey) error {
		if oldest < k.kept || oldest > k.opens {
			return fmt.Errorf("key %s has versions from %d and opens from %d: it cannot be trimmed to %d", key, k.kept, k.opens, oldest)
		}
		for k.kept < oldest {
			k.versions[k.kept-1] = [32]byte{}
			k.kept++
		}
		return nil
	})
}

// change does something to a key while nobody else does.
func (s *Service) change(ctx context.Context, verb, key string, do func(*serviceKey) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(ctx, verb, key, 1)
	if err != nil {
		return err
	}
	return do(k)
}

// call finds a key for a verb. What it gives is a copy: the key may turn meanwhile.
func (s *Service) call(ctx context.Context, verb, key string, kind crypto.KeyKind, items int) (serviceKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(ctx, verb, key, items)
	if err != nil {
		return serviceKey{}, err
	}
	if k.kind != kind {
		return serviceKey{}, fmt.Errorf("key %s is a %s key: it cannot %s", key, k.kind, verb)
	}
	return serviceKey{kind: k.kind, versions: slices.Clone(k.versions), opens: k.opens, kept: k.kept}, nil
}

func (s *Service) find(ctx context.Context, verb, key string, items int) (*serviceKey, error) {
	if s.calls == nil {
		s.calls, s.items = map[string]int{}, map[string]int{}
	}
	s.calls[verb]++
	s.items[verb] += items
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.down != nil {
		return nil, s.down
	}
	k, ok := s.keys[key]
	if !ok {
		return nil, fmt.Errorf("key %s: %w", key, crypto.ErrForgotten)
	}
	return k, nil
}

func (k *serviceKey) turn() {
	var b [32]byte
	rand.Read(b[:])
	k.versions = append(k.versions, b)
}

func (k *serviceKey) wrap(item crypto.Plain) (crypto.Wrap, error) {
	box, err := box(k.newest(), item.Context)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce)
	return crypto.NewWrap(uint32(len(k.versions)), box.Seal(nonce, nonce, item.Secret, nil)), nil
}

func (k *serviceKey) unwrap(item crypto.Wrapped) ([]byte, error) {
	bytes, opens := k.opening(item.Wrap.Version())
	if !opens {
		return nil, crypto.ErrOpen
	}
	box, err := box(bytes, item.Context)
	if err != nil {
		return nil, err
	}
	n, raw := box.NonceSize(), item.Wrap.Raw()
	if len(raw) < n {
		return nil, crypto.ErrOpen
	}
	secret, err := box.Open(nil, raw[:n], raw[n:], nil)
	if err != nil {
		return nil, crypto.ErrOpen
	}
	return secret, nil
}

// box is the key derived for a context, as transit derives it.
func box(key [32]byte, context []byte) (cipher.AEAD, error) {
	if len(context) == 0 {
		return nil, errors.New("a context is needed")
	}
	derived, err := hkdf.Key(sha256.New, key[:], nil, string(context), 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
