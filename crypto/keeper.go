package crypto

import "context"

// A KeyKeeper turns the versions of wrapping keys. It opens nothing: to re-wrap hands
// out no secret.
type KeyKeeper interface {
	// Rewrap wraps the same secrets anew, under the newest version. All or nothing,
	// like every call of a KeyService: a wrap that came back empty would be stored in
	// place of a key.
	Rewrap(ctx context.Context, key string, items ...Wrapped) ([]Wrap, error)
	// Rotate adds a version. What is wrapped from now on is wrapped under it, and what
	// was wrapped before still opens.
	Rotate(ctx context.Context, key string) error
	// Versions says where the versions of a key stand. A key that is not there is
	// ErrForgotten.
	Versions(ctx context.Context, key string) (Versions, error)
	// Accept sets the oldest version that opens. It can be taken back, until a trim.
	Accept(ctx context.Context, key string, oldest uint32) error
	// Trim destroys every version before the one named, for good: no copy of the keyring
	// opens under them any more, however old. It refuses while one of them still opens,
	// and goes no further than it was told, whatever else was closed meanwhile.
	Trim(ctx context.Context, key string, oldest uint32) error
}

// Versions are those of one key, from 1.
type Versions struct {
	Newest uint32 `json:"newest"` // wraps
	Opens  uint32 `json:"opens"`  // the oldest that still opens
	Kept   uint32 `json:"kept"`   // the oldest that was not destroyed
}
