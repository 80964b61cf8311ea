package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sceau/internal/blobs"
	"sceau/internal/whole"
)

// copyFile copies a file to a new one, 0600, durable, and of the one date that all
// documents have.
func copyFile(from, to string) (sum [32]byte, size int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return sum, 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return sum, 0, err
	}
	h := newHash()
	size, err = io.Copy(io.MultiWriter(out, h), in)
	err = errors.Join(err, os.Chtimes(to, blobs.SameDay, blobs.SameDay), out.Sync(), out.Close())
	return sum32(h), size, err
}

// copyTree copies every file under a folder, in the order of their names. One that
// went meanwhile is passed over: its owner was forgotten. A folder that is not there
// has no files.
func copyTree(ctx context.Context, from, to string, copied func(name string, sum [32]byte, size int64) error) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	var folders []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			folders = append(folders, target)
			return os.MkdirAll(target, 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		sum, size, err := copyFile(path, target)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return copied(name, sum, size)
	})
	if err != nil {
		return err
	}
	for _, dir := range folders {
		if err := whole.SyncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf is about how many bytes a folder holds: only a bar depends on it.
func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total, err
}
