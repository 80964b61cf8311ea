// Package runfiles keeps what runs of the admission core were computed on and what came
// out, as sealed files: random names, a key for each, and nothing in clear beside them.
package runfiles

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"

	"sceau/crypto"
	"sceau/internal/blobs"
)

// Files are the sealed files of runs, as far as the identity behind the ring may go:
// who may not unwrap keys of runs seals, and opens none.
type Files struct {
	Ring   *crypto.Keyring
	Keys   crypto.RunStore
	Folder *blobs.Folder
}

// Name draws the name of a file to come. It says nothing of its run.
func Name() string { return rand.Text() }

// Keep seals what is written as a file of a run, under a name drawn before. It is there,
// whole and durable, when Keep returns without an error, and not at all otherwise.
func (f Files) Keep(ctx context.Context, campaign string, of crypto.RunFile, name string, write func(io.Writer) error) error {
	key, err := f.Ring.NewRunKey(ctx, f.Keys, campaign, of)
	if err != nil {
		return err
	}
	defer key.Zero()
	err = f.Folder.Write(ctx, name, func(file io.Writer) error {
		buffered := bufio.NewWriterSize(file, 1<<20)
		sealed, err := key.Seal(buffered)
		if err != nil {
			return err
		}
		if err := write(sealed); err != nil {
			return err
		}
		return errors.Join(sealed.Close(), buffered.Flush())
	})
	if err != nil {
		return err
	}
	return f.Folder.Sync(ctx)
}

// Open opens a file of a run for reading: under another name, of another run or of
// another kind it answers crypto.ErrOpen. That it is whole is known at io.EOF.
func (f Files) Open(ctx context.Context, campaign string, of crypto.RunFile, name string) (io.ReadCloser, error) {
	key, err := f.Ring.OpenRunKey(ctx, f.Keys, campaign, of)
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	file, err := f.Folder.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	opened, err := key.Open(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{opened, file}, nil
}

// Drop forgets the keys of a run and removes its files: they open nowhere any more, but
// where an older copy of the keyring is. What is not there is done.
func (f Files) Drop(ctx context.Context, campaign, run string, names ...string) error {
	if err := f.Keys.DropRunKeys(ctx, campaign, run); err != nil {
		return err
	}
	for _, name := range names {
		if err := f.Folder.Remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
