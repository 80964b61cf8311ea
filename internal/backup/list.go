package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sceau/internal/whole"
)

// Format is the version of how a backup is laid out.
const Format = 1

func formatError(what string, format int) error {
	return fmt.Errorf("%s has format %d, and this version of sceau knows %d", what, format, Format)
}

// Summary is what a whole backup says of itself, in backup.json.
type Summary struct {
	Format int       `json:"format"`
	ID     string    `json:"id"` // random, the same in the list of every part
	Began  time.Time `json:"began"`
	Ended  time.Time `json:"ended"`
	Parts  []Copied  `json:"parts"`
}

// Copied is one part in a summary.
type Copied struct {
	Part       string `json:"part"`
	Files      int64  `json:"files"`
	Bytes      int64  `json:"bytes"`
	Migrations int64  `json:"migrations,omitempty"` // the last one that the database has
	List       string `json:"list"`                 // SHA-256 of files.ndjson
}

// Digest stands for the whole backup: every file is in a list, and the lists are here.
func (s Summary) Digest() string {
	h := newHash()
	fmt.Fprintln(h, s.Format, s.ID)
	for _, c := range s.Parts {
		fmt.Fprintln(h, c.Part, c.Files, c.Bytes, c.List)
	}
	return hexOf(sum32(h))
}

// Check reads every file of a finished backup and compares it with the lists.
func Check(ctx context.Context, dir string) (Summary, error) {
	s, err := Read(dir)
	if err != nil {
		return s, err
	}
	for _, c := range s.Parts {
		if _, err := check(dir, c, func(int64) {}); err != nil {
			return s, err
		}
		if ctx.Err() != nil {
			return s, context.Cause(ctx)
		}
	}
	return s, nil
}

// part finds a part of the backup.
func (s Summary) part(name string) (Copied, bool) {
	for _, c := range s.Parts {
		if c.Part == name {
			return c, true
		}
	}
	return Copied{}, false
}

// A part's list has one JSON object a line: a header, the files, and how many they
// were. It stands by itself, since parts are kept apart; one line a file, because
// there are as many documents as a country has candidates.
const listFile = "files.ndjson"

type header struct {
	Format     int       `json:"format"`
	ID         string    `json:"id"`
	Part       string    `json:"part"`
	Taken      time.Time `json:"taken"`
	Migrations int64     `json:"migrations,omitempty"`
}

type entry struct {
	File   string `json:"file"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type footer struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// A list is written while a part is copied. Its header goes first, and is known when
// the first file is: the entries of a dump wait for it.
type list struct {
	dir     string
	header  header
	file    *os.File
	w       *bufio.Writer
	sum     hashWriter
	total   footer
	started bool
}

func newList(dir string, h header) (*list, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, listFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	l := &list{dir: dir, header: h, file: f, sum: newHash()}
	l.w = bufio.NewWriter(io.MultiWriter(f, l.sum))
	return l, nil
}

func (l *list) write(v any) error {
	return json.NewEncoder(l.w).Encode(v)
}

// put adds a file that is in place and durable.
func (l *list) put(e entry) error {
	if !l.started {
		l.started = true
		if err := l.write(l.header); err != nil {
			return err
		}
	}
	l.total.Files++
	l.total.Bytes += e.Size
	e.File = filepath.ToSlash(e.File)
	return l.write(e)
}

// add reads a file that somebody else wrote, and adds it.
func (l *list) add(name string) error {
	sum, size, err := hashFile(filepath.Join(l.dir, name))
	if err != nil {
		return err
	}
	return l.put(entry{File: name, Size: size, SHA256: hexOf(sum)})
}

func (l *list) finish() (Copied, error) {
	if !l.started {
		if err := l.write(l.header); err != nil {
			return Copied{}, err
		}
	}
	if err := errors.Join(l.write(l.total), l.w.Flush(), l.file.Sync(), whole.SyncFolder(l.dir)); err != nil {
		return Copied{}, err
	}
	return Copied{Part: l.header.Part, Files: l.total.Files, Bytes: l.total.Bytes, Migrations: l.header.Migrations,
		List: hex.EncodeToString(l.sum.Sum(nil))}, nil
}

func (l *list) close() { _ = l.file.Close() } // finish says whether it is durable

// DamagedError names the file of a backup that is not what was written.
type DamagedError struct{ File, Why string }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the backup is damaged: %s %s", e.File, e.Why)
}

// Hint is what to do about it.
func (e *DamagedError) Hint() string {
	return "nothing was restored; take another copy of this backup, or an older backup"
}

// readList reads the list of a part and gives each file of it to visit. A list that is
// not the one of the summary, or has lost its end, is a *DamagedError.
func readList(dir string, want Copied, visit func(entry) error) (header, error) {
	name := filepath.Join(want.Part, listFile)
	var h header
	sum, _, err := hashFile(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return h, &MissingError{Part: want.Part, Dir: dir}
	}
	if err != nil {
		return h, err
	}
	if hexOf(sum) != want.List {
		return h, &DamagedError{name, "is not the list that the backup was finished with"}
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return h, err
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReader(f))
	if err := d.Decode(&h); err != nil || h.Format == 0 || h.Part != want.Part {
		return h, &DamagedError{name, "begins with no header of this part"}
	}
	if h.Format != Format {
		return h, formatError(name, h.Format)
	}
	for range want.Files {
		var e entry
		if err := d.Decode(&e); err != nil || !filepath.IsLocal(e.File) {
			return h, &DamagedError{name, "names a file in no form that is known"}
		}
		if err := visit(e); err != nil {
			return h, err
		}
	}
	return h, nil
}

// check compares the files of a part with its list.
func check(dir string, want Copied, done func(int64)) (header, error) {
	return readList(dir, want, func(e entry) error {
		name := filepath.Join(want.Part, filepath.FromSlash(e.File))
		sum, size, err := hashFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return &DamagedError{name, "is missing"}
		case err != nil:
			return err
		case size != e.Size:
			return &DamagedError{name, fmt.Sprintf("has %d bytes, and had %d", size, e.Size)}
		case hexOf(sum) != e.SHA256:
			return &DamagedError{name, "is not what was written: its SHA-256 differs"}
		}
		done(size)
		return nil
	})
}

type hashWriter interface {
	io.Writer
	Sum([]byte) []byte
}

func newHash() hashWriter             { return sha256.New() }
func hexOf(sum [32]byte) string       { return hex.EncodeToString(sum[:]) }
func sum32(h hashWriter) (s [32]byte) { copy(s[:], h.Sum(nil)); return s }

func hashFile(path string) (sum [32]byte, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, 0, err
	}
	defer f.Close()
	h := newHash()
	size, err = io.Copy(h, f)
	return sum32(h), size, err
}
