// Package whole writes files that are there whole or not at all, whatever cuts the
// writing, and that a power cut does not take back.
package whole

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Half begins the name of a file that is not whole yet. A kill leaves one of them, which
// nobody reads.
const Half = ".new-"

// Write puts a file of mode 0600 in the place of the one that is there, if one is. Its
// folder is made, closed to others, where there is none.
func Write(path string, text []byte) error { return write(path, text, os.Rename) }

// WriteNew writes a file of mode 0600 where there is none. One that is there is left as
// it is, and is os.ErrExist: what stands under that name was whole when it came.
func WriteNew(path string, text []byte) error { return write(path, text, os.Link) }

func write(path string, text []byte, place func(from, to string) error) error {
	dir := filepath.Dir(path)
	err := makeFolder(dir)
	if err == nil {
		err = writeHalf(dir, text, func(half string) error { return place(half, path) })
	}
	if err == nil {
		err = SyncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

// writeHalf brings the text to the disk under a name of its own, before anybody can find
// it under the one that counts.
func writeHalf(dir string, text []byte, place func(half string) error) error {
	f, err := os.CreateTemp(dir, Half+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // does nothing once renamed
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return place(f.Name())
}

func makeFolder(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(dir))
}

// SyncFolder makes the names in a folder survive a power cut.
func SyncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
