package rotation_test

import (
	"context"
	"errors"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/crypto/rotation"
)

// A trip cuts a process at its n-th call, before the call has an effect or after: a
// kill falls on either side, and the process learns of neither.
type trip struct {
	at     int
	after  bool
	before func(what string)

	calls int
	fell  bool
}

var errCut = errors.New("cut")

func (t *trip) around(what string, call func() error) error {
	if t.before != nil {
		t.before(what)
	}
	t.calls++
	falls := t.at > 0 && t.calls == t.at
	if falls {
		t.fell = true
		if !t.after {
			return errCut
		}
	}
	err := call()
	if falls {
		return errCut
	}
	return err
}

type tripping struct {
	*cryptotest.Service
	trip *trip
}

func (s tripping) Rewrap(ctx context.Context, key string, items ...crypto.Wrapped) (wraps []crypto.Wrap, err error) {
	err = s.trip.around("rewrap", func() (err error) { wraps, err = s.Service.Rewrap(ctx, key, items...); return })
	return wraps, err
}

func (s tripping) Rotate(ctx context.Context, key string) error {
	return s.trip.around("rotate", func() error { return s.Service.Rotate(ctx, key) })
}

func (s tripping) Accept(ctx context.Context, key string, oldest uint32) error {
	return s.trip.around("accept", func() error { return s.Service.Accept(ctx, key, oldest) })
}

func (s tripping) Trim(ctx context.Context, key string, oldest uint32) error {
	return s.trip.around("trim", func() error { return s.Service.Trim(ctx, key, oldest) })
}

type trippingStore struct {
	*cryptotest.Store
	trip *trip
}

func (s trippingStore) RaiseFloor(ctx context.Context, key crypto.KeyName, version uint32) error {
	return s.trip.around("floor", func() error { return s.Store.RaiseFloor(ctx, key, version) })
}

func (s trippingStore) Replace(ctx context.Context, key crypto.KeyName, old []crypto.Placed, wraps []crypto.Wrap) (n int64, err error) {
	err = s.trip.around("replace", func() (err error) { n, err = s.Store.Replace(ctx, key, old, wraps); return })
	return n, err
}

func (s trippingStore) SaveTurn(ctx context.Context, t rotation.Turn) error {
	return s.trip.around("save turn", func() error { return s.Store.SaveTurn(ctx, t) })
}

func (s trippingStore) SaveEpoch(ctx context.Context, e rotation.Epoch) (saved rotation.Epoch, err error) {
	err = s.trip.around("save epoch", func() (err error) { saved, err = s.Store.SaveEpoch(ctx, e); return })
	return saved, err
}
