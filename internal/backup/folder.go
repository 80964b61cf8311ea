package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"sceau/internal/whole"
)

// A folder has one of two files at its top. The first says that a backup is being
// written there, or was cut; renamed, it is the summary of a whole one. So there is no
// moment at which half a backup could be taken for one.
const (
	beginning   = "unfinished"
	summaryFile = "backup.json"
)

// ErrFinished means that a folder holds a whole backup already.
var ErrFinished = errors.New("the folder holds a finished backup: take another one")

// UnfinishedError means that a backup was cut before its end.
type UnfinishedError struct{ Dir string }

func (e *UnfinishedError) Error() string { return "the backup in " + e.Dir + " was not finished" }

// Hint is what to do about it.
func (e *UnfinishedError) Hint() string {
	return "run `sceau backup` on that folder again, or restore another backup"
}

// MissingError means that a part of a backup is not with the others.
type MissingError struct{ Part, Dir string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("the backup in %s has no folder %s", e.Dir, e.Part)
}

// Hint is what to do about it.
func (e *MissingError) Hint() string {
	return "parts of a backup are kept apart: bring that folder back from where it is kept"
}

type folder struct {
	path string
	lock *os.File
}

// beginFolder makes a folder ready for a backup, one writer at a time. What a cut
// backup left is removed; a whole backup, or anything else, is not touched.
func beginFolder(dir string) (f *folder, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("another backup is being written to %s", dir)
	}
	held, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{beginning: true}
	for _, part := range order {
		known[part] = true
	}
	began, folders := false, 0
	var halves []string
	for _, e := range held {
		switch {
		case e.Name() == summaryFile:
			return nil, ErrFinished
		case e.Name() == beginning:
			began = true
		case strings.HasPrefix(e.Name(), whole.Half):
			halves = append(halves, e.Name()) // cut while the mark was written, or the summary
		case !known[e.Name()]:
			return nil, fmt.Errorf("%s holds %s, which no backup put there: take an empty folder", dir, e.Name())
		default:
			folders++
		}
	}
	if !began && folders > 0 {
		return nil, fmt.Errorf("%s holds folders of no backup that was begun there: take an empty folder", dir)
	}
	// The mark first: cut here, the folder is known for what it is.
	if err := whole.Write(filepath.Join(dir, beginning), []byte("a backup is being written here\n")); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, err
	}
	for _, left := range slices.Concat(order, halves) {
		if err := os.RemoveAll(filepath.Join(dir, left)); err != nil {
			return nil, err
		}
	}
	return &folder{path: dir, lock: lock}, nil
}

// finish makes a whole backup of what was written.
func (f *folder) finish(s Summary) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	mark := filepath.Join(f.path, beginning)
	if err := whole.Write(mark, append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(mark, filepath.Join(f.path, summaryFile)); err != nil {
		return err
	}
	return whole.SyncFolder(f.path)
}

func (f *folder) close() { _ = f.lock.Close() } // the lock goes with it

// Read finds the backup in a folder, and believes nothing else of it yet.
func Read(dir string) (Summary, error) {
	var s Summary
	text, err := os.ReadFile(filepath.Join(dir, summaryFile))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, beginning)); err == nil {
			return s, &UnfinishedError{dir}
		}
		return s, fmt.Errorf("%s holds no backup", dir)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil || s.Format == 0 {
		return s, &DamagedError{summaryFile, "is no summary of a backup"}
	}
	if s.Format != Format {
		return s, formatError("the backup in "+dir, s.Format)
	}
	return s, nil
}
