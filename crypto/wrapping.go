package crypto

import (
	"context"
	"errors"
	"fmt"
)

// A wrapper is the half of a KeyService, and of a KeyAdmin, that wraps.
type wrapper interface {
	Wrap(ctx context.Context, key string, items ...Plain) ([]Wrap, error)
}

// wrapAll wraps secrets under a key, each bound to its place, and commits to each.
func wrapAll(ctx context.Context, service wrapper, key string, places [][]byte, secrets []*Secret) ([]Sealing, error) {
	items, sealings := make([]Plain, len(secrets)), make([]Sealing, len(secrets))
	for i, s := range secrets {
		items[i] = Plain{Context: places[i], Secret: s.b[:]}
		sealings[i].Commitment = s.Commitment(places[i])
	}
	wraps, err := service.Wrap(ctx, key, items...)
	if err == nil {
		err = checkWraps(wraps, len(items))
	}
	if err != nil {
		return nil, err
	}
	for i, w := range wraps {
		sealings[i].Wrap = w
	}
	return sealings, nil
}

func checkWraps(wraps []Wrap, want int) error {
	if len(wraps) != want {
		return fmt.Errorf("the key service answered %d wraps to %d", len(wraps), want)
	}
	for _, w := range wraps {
		if w.Version() == 0 || len(w.Raw()) < secretSize {
			return errors.New("the key service answered a wrap that holds nothing")
		}
	}
	return nil
}

// unwrapAll opens wraps under a key, each in its place, and refuses a secret that is not
// the one its row commits to.
func unwrapAll(ctx context.Context, service KeyService, key string, items []sought) ([]*Secret, error) {
	wraps := make([]Wrapped, len(items))
	for i, item := range items {
		wraps[i] = Wrapped{item.context, item.Wrap}
	}
	plain, err := service.Unwrap(ctx, key, wraps...)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, p := range plain {
			clear(p)
		}
	}()
	if len(plain) != len(items) {
		return nil, fmt.Errorf("the key service answered %d secrets to %d", len(plain), len(items))
	}
	secrets := make([]*Secret, len(items))
	for i, p := range plain {
		s, err := SecretFrom(p)
		if err == nil && s.Commitment(items[i].context) != items[i].Commitment {
			s.Zero()
			err = fmt.Errorf("%w: the secret is not the one its row commits to", ErrOpen)
		}
		if err != nil {
			zero(secrets)
			return nil, err
		}
		secrets[i] = s
	}
	return secrets, nil
}
