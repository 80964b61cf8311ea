// Package blobs keeps sealed documents as files of a folder: random names, size
// classes, one date for all.
package blobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sceau/internal/whole"
)

// A Folder is a store of blobs. It implements dossier.Documents.
type Folder struct {
	dir string

	mu    sync.Mutex
	dirty map[string]bool // folders with entries that a power cut could still take
}

// Open makes the folder when it is not there.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Folder{dir: dir, dirty: map[string]bool{}}, nil
}

// SameDay is the date of every blob, copies included: the day it came would join it to
// the rows that were written with it.
var SameDay = time.Unix(0, 0)

// Put keeps a blob under a new name. It is durable after Sync.
func (f *Folder) Put(ctx context.Context, name string, sealed []byte) error {
	return f.Write(ctx, name, func(w io.Writer) error {
		_, err := w.Write(sealed)
		return err
	})
}

// Write keeps what is written, however long it is, under a new name. It is durable after
// Sync. What failed half way is not there.
func (f *Folder) Write(_ context.Context, name string, write func(io.Writer) error) error {
	path, err := f.path(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(file)
	err = errors.Join(err, os.Chtimes(path, SameDay, SameDay), file.Sync(), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	f.mu.Lock()
	f.dirty[filepath.Dir(path)] = true
	f.mu.Unlock()
	return nil
}

// Sync makes the names of the blobs kept so far survive a power cut, once for a
// whole batch of dossiers.
func (f *Folder) Sync(context.Context) error {
	f.mu.Lock()
	dirty := f.dirty
	f.dirty = map[string]bool{}
	f.mu.Unlock()
	for name := range dirty {
		if err := whole.SyncFolder(name); err != nil {
			return fmt.Errorf("flushing documents to disk: %w", err)
		}
	}
	return nil
}

// Get opens a blob for reading.
func (f *Folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	path, err := f.path(name)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Remove removes a blob. One that is not there is done.
func (f *Folder) Remove(_ context.Context, name string) error {
	path, err := f.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// path spreads blobs over folders, and refuses a name that is not one of ours: it
// comes from a sealed cell, and still never leads out of the folder.
func (f *Folder) path(name string) (string, error) {
	if len(name) < 20 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return "", errors.New("not the name of a blob")
	}
	return filepath.Join(f.dir, name[:2], name), nil
}
