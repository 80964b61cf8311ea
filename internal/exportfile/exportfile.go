// Package exportfile writes the file of an export: a line of JSON for each row, page after
// page. Until it is whole it lies beside its place under the name of its order, and what
// a kill cuts is cut back to whole rows.
package exportfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sceau/dossier"
	"sceau/internal/whole"
	"sceau/web/api"
)

// A File is one that is being written.
type File struct {
	path string // where it will be
	part *os.File
}

var _ dossier.ExportFile = (*File)(nil)

// Open finds what there is of an export, or begins it. A file in its place that somebody
// else put there is left as it is, and is os.ErrExist.
func Open(path, order string) (*File, error) {
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+order+".part")
	if _, err := os.Stat(part); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(path); err == nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), os.ErrExist)
		}
	}
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &File{path: path, part: f}, whole.SyncFolder(filepath.Dir(path))
}

// Close leaves the part where it is, unless it was placed.
func (f *File) Close() error { return f.part.Close() }

// Abandon removes a part in which nothing was written: of an export that was refused.
func (f *File) Abandon() error {
	if info, err := f.part.Stat(); err != nil || info.Size() > 0 {
		return err
	}
	return os.Remove(f.part.Name())
}

// errOther means that the file is not as long as the order says that it came.
var errOther = errors.New("the part that was written is not here: an export goes on in the folder, and under the name, in which it began")

// Kept implements dossier.ExportFile.
func (f *File) Kept(begin dossier.FileNo, rows int) (whole bool, last dossier.FileNo, err error) {
	if _, err := f.part.Seek(0, io.SeekStart); err != nil {
		return false, last, err
	}
	lines := bufio.NewReaderSize(f.part, 1<<16)
	found := begin == (dossier.FileNo{})
	var at, end int64 // read so far, and up to where it is kept
	n := 0            // rows behind the beginning
	for !found || n < rows {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // the last may be cut in the middle
		}
		if err != nil {
			return false, last, err
		}
		var row struct{ File string }
		if json.Unmarshal(line, &row) != nil {
			return false, last, errOther
		}
		no, err := dossier.ParseFileNo(row.File)
		if err != nil {
			return false, last, errOther
		}
		at += int64(len(line))
		switch {
		case found:
			n, last = n+1, no
		case no == begin:
			found, end = true, at
		}
	}
	switch {
	case !found:
		return false, last, errOther
	case n == rows:
		end = at
	default:
		last = begin
	}
	if err := f.part.Truncate(end); err != nil {
		return false, last, err
	}
	_, err = f.part.Seek(0, io.SeekEnd)
	return n == rows, last, errors.Join(err, f.part.Sync())
}

// Add implements dossier.ExportFile.
func (f *File) Add(p dossier.Page) error {
	if _, err := f.part.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	if err := api.WriteRows(f.part, p); err != nil {
		return err
	}
	return f.part.Sync()
}

// Place implements dossier.ExportFile. Done twice it changes nothing.
func (f *File) Place() error {
	err := os.Link(f.part.Name(), f.path)
	if errors.Is(err, os.ErrExist) && f.placed() {
		err = nil // cut between the two names
	}
	if err != nil {
		return fmt.Errorf("giving %s its name: %w", filepath.Base(f.path), err)
	}
	dir := filepath.Dir(f.path)
	return errors.Join(whole.SyncFolder(dir), os.Remove(f.part.Name()), whole.SyncFolder(dir))
}

// placed says whether the file in its place is this one.
func (f *File) placed() bool {
	there, err := os.Stat(f.path)
	if err != nil {
		return false
	}
	part, err := f.part.Stat()
	return err == nil && os.SameFile(there, part)
}
