package crypto

import (
	"context"
	"encoding/binary"
	"fmt"
)

// A KeyService wraps secrets under keys that never leave it, and computes MACs
// under keys that never leave it: what Vault's transit engine does.
//
// All or nothing: an error of any item, a missing item or a warning is the error
// of the whole call, because a service that answers "done" with errors inside
// would have empty wraps stored in place of keys.
type KeyService interface {
	// Wrap wraps each secret under the key, bound to its context. A key that does
	// not exist is an error, never created: a late writer would revive a campaign
	// that was purged.
	Wrap(ctx context.Context, key string, items ...Plain) ([]Wrap, error)
	// Unwrap opens each wrap with its context.
	Unwrap(ctx context.Context, key string, items ...Wrapped) ([][]byte, error)
	// MAC gives 32 bytes for each input.
	MAC(ctx context.Context, key string, inputs ...[]byte) ([][]byte, error)
}

// Plain is a secret to wrap, with what binds the wrap to its owner.
type Plain struct{ Context, Secret []byte }

// Wrapped is a wrap to open, with the context it was made for.
type Wrapped struct {
	Context []byte
	Wrap    Wrap
}

// A Wrap is a secret under a key of the service: 4 bytes of key version, then what
// the service made. The version is there so that a rotation can be counted in SQL
// and an old version trimmed only when nobody uses it.
type Wrap []byte

const wrapHead = 4

// NewWrap puts a version in front of what the service made.
func NewWrap(version uint32, raw []byte) Wrap {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, wrapHead+len(raw)), version), raw...)
}

// Version is the version of the service's key; 0 is no version.
func (w Wrap) Version() uint32 {
	if len(w) < wrapHead {
		return 0
	}
	return binary.BigEndian.Uint32(w)
}

// Raw is what the service made.
func (w Wrap) Raw() []byte {
	if len(w) < wrapHead {
		return nil
	}
	return w[wrapHead:]
}

// KeyKind says what a key of the service can do.
type KeyKind uint8

const (
	// WrapKey wraps. Its key is derived from the context of each item, because
	// associated data would not survive a re-wrapping.
	WrapKey KeyKind = iota
	// MACKey computes MACs and nothing else. It is plain: on a derived key the
	// service ignores the context of a MAC, silently.
	MACKey
)

func (k KeyKind) String() string {
	if k == MACKey {
		return "mac"
	}
	return "wrap"
}

// A KeyAdmin makes keys, and wraps the first secrets under them. No process that
// serves holds one.
type KeyAdmin interface {
	Wrap(ctx context.Context, key string, items ...Plain) ([]Wrap, error)
	// CreateKey makes a key that cannot be exported, backed up in clear or deleted.
	// When it exists with these very properties nothing happens; with others, it
	// is an error.
	CreateKey(ctx context.Context, name string, kind KeyKind) error
	// DestroyKey destroys a key with all its versions. One that is not there is done.
	DestroyKey(ctx context.Context, name string) error
}

// one is the answer to a call of one item.
func one[T any](items []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(items) != 1 {
		return none, fmt.Errorf("the key service answered %d items to one", len(items))
	}
	return items[0], nil
}
