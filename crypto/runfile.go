package crypto

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// A RunFile is one sealed file of a run of the admission core: what it was computed on,
// what came out, or how it went. Its key is its own, wrapped under the campaign's key
// for runs, and both are bound to campaign, run and kind: in the place of another file
// it does not open.
type RunFile struct {
	Run  string // random
	Kind string // input, output, log
}

func (f RunFile) String() string { return f.Kind + " of run " + f.Run }

// A RunStore keeps the wrapped keys of run files.
type RunStore interface {
	// AddRunKey adds one. A file that has a key is an error: what was sealed under the
	// first could not be opened any more. A wrap of a version that its key has left is
	// ErrOldWrap.
	AddRunKey(ctx context.Context, campaign string, f RunFile, s Sealing) error
	RunKey(ctx context.Context, campaign string, f RunFile) (s Sealing, known bool, err error)
	// DropRunKeys forgets those of a run: its files open nowhere any more, but where an
	// older copy of the keyring is.
	DropRunKeys(ctx context.Context, campaign, run string) error
}

// A RunKey seals or opens one run file. It is zeroed by whoever received it.
type RunKey struct {
	campaign string
	file     RunFile
	secret   *Secret
}

// Zero forgets the key. Streams already begun go on.
func (k *RunKey) Zero() { k.secret.Zero() }

// NewRunKey draws the key of a run file, and keeps its wrap before it gives the key:
// what was sealed under it can be opened.
func (k *Keyring) NewRunKey(ctx context.Context, store RunStore, campaign string, f RunFile) (*RunKey, error) {
	if f.Run == "" || f.Kind == "" {
		return nil, errors.New("a run file has a run and a kind")
	}
	name, err := k.name(ctx, campaign, RoleRun, "")
	if err != nil {
		return nil, err
	}
	secret, place := NewSecret(), runContext(campaign, f)
	for turns := 0; ; turns++ {
		var sealings []Sealing
		if sealings, err = wrapAll(ctx, k.Service, name, [][]byte{place}, []*Secret{secret}); err != nil {
			break
		}
		// When the key turned since, it is wrapped again, under the new version.
		if err = store.AddRunKey(ctx, campaign, f, sealings[0]); !errors.Is(err, ErrOldWrap) || turns == 3 {
			break
		}
	}
	if err != nil {
		secret.Zero()
		return nil, fmt.Errorf("making the key of the %s, campaign %s: %w", f, campaign, err)
	}
	return &RunKey{campaign, f, secret}, nil
}

// OpenRunKey opens the key of a run file. One that is not there is ErrForgotten.
func (k *Keyring) OpenRunKey(ctx context.Context, store RunStore, campaign string, f RunFile) (*RunKey, error) {
	name, err := k.name(ctx, campaign, RoleRun, "")
	if err != nil {
		return nil, err
	}
	wrap, known, err := store.RunKey(ctx, campaign, f)
	if err == nil && !known {
		err = ErrForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key of the %s, campaign %s: %w", f, campaign, err)
	}
	secret, err := one(k.open(ctx, name, sought{runContext(campaign, f), wrap}))
	if err != nil {
		return nil, fmt.Errorf("opening the key of the %s, campaign %s: %w", f, campaign, err)
	}
	return &RunKey{campaign, f, secret}, nil
}

// HasRunKey says whether the campaign has an active key for runs: one that was made by
// an older version has none.
func (k *Keyring) HasRunKey(ctx context.Context, campaign string) (bool, error) {
	var has bool
	err := k.consult(ctx, campaign, func(b *book) bool {
		has = b.names[RoleRun][""] != ""
		return has
	})
	return has, err
}

// Seal seals what is written to it into w, until Close, which must succeed for the file
// to exist. Its size is rounded up by at most 12 %.
func (k *RunKey) Seal(w io.Writer) (io.WriteCloser, error) {
	key, err := k.derive()
	if err != nil {
		return nil, err
	}
	return sealStream(w, key, k.place(), k.file.String())
}

// Open opens a file as it is read. Every byte it gives is authentic; that the file is
// whole is known at io.EOF.
func (k *RunKey) Open(r io.Reader) (io.Reader, error) {
	key, err := k.derive()
	if err != nil {
		return nil, err
	}
	return openStream(r, key, k.place(), k.file.String())
}

func (k *RunKey) derive() ([]byte, error) {
	if !k.secret.live {
		return nil, fmt.Errorf("the key of the %s was zeroed", k.file)
	}
	return hkdf.Expand(sha256.New, k.secret.b[:], string(appendFields(nil, "sceau run file key", k.campaign, k.file.Run, k.file.Kind)), secretSize)
}

func (k *RunKey) place() []byte {
	return appendFields([]byte{documentFormat}, "run file", k.campaign, k.file.Run, k.file.Kind)
}
