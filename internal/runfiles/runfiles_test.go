package runfiles_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/internal/blobs"
	"sceau/internal/runfiles"
)

type bench struct {
	runfiles.Files
	service *cryptotest.Service
	store   *cryptotest.Store
	dir     string
}

func furnished(t *testing.T) bench {
	t.Helper()
	b := bench{service: &cryptotest.Service{}, store: &cryptotest.Store{}, dir: t.TempDir()}
	plan := crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "identity"}}}
	if err := crypto.CreateCampaignKeys(t.Context(), b.service, b.store, "2026", plan); err != nil {
		t.Fatal(err)
	}
	folder, err := blobs.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	b.Files = runfiles.Files{Ring: &crypto.Keyring{Service: b.service, Store: b.store}, Keys: b.store, Folder: folder}
	return b
}

func (b bench) files(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(b.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func writing(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

func TestAFileOfARunComesBackInItsPlaceAlone(t *testing.T) {
	b := furnished(t)
	content := bytes.Repeat([]byte("CANARI"), 200_000)
	first, second := crypto.RunFile{Run: "a", Kind: "input"}, crypto.RunFile{Run: "b", Kind: "input"}
	one, two := runfiles.Name(), runfiles.Name()
	if err := b.Keep(t.Context(), "2026", first, one, writing(content)); err != nil {
		t.Fatal(err)
	}
	if err := b.Keep(t.Context(), "2026", second, two, writing([]byte("other"))); err != nil {
		t.Fatal(err)
	}
	read := func(of crypto.RunFile, name string) ([]byte, error) {
		f, err := b.Open(t.Context(), "2026", of, name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(f)
	}
	if got, err := read(first, one); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("%d bytes came back, error %v", len(got), err)
	}
	// The file of one run put under the name of another's.
	for _, at := range [][2]crypto.RunFile{{first, second}, {second, first}} {
		name := map[crypto.RunFile]string{first: one, second: two}[at[1]]
		if _, err := read(at[0], name); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("the %s in the place of the %s: %v, want ErrOpen", at[1], at[0], err)
		}
	}
	lies, err := os.ReadFile(filepath.Join(b.dir, one[:2], one))
	if err != nil || bytes.Contains(lies, []byte("CANARI")) {
		t.Errorf("the file lies in clear, %v", err)
	}
	if err := b.Drop(t.Context(), "2026", "a", one); err != nil {
		t.Fatal(err)
	}
	if _, err := read(first, one); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("a run that was dropped: %v, want ErrForgotten", err)
	}
	if err := b.Drop(t.Context(), "2026", "a", one); err != nil {
		t.Errorf("dropped twice: %v", err)
	}
}

func TestAFileThatFailsHalfWayIsNotThere(t *testing.T) {
	b := furnished(t)
	broken := errors.New("it broke")
	err := b.Keep(t.Context(), "2026", crypto.RunFile{Run: "a", Kind: "input"}, runfiles.Name(), func(w io.Writer) error {
		_, err := w.Write(make([]byte, 3<<20))
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if n := b.files(t); n != 0 {
		t.Errorf("%d files are left", n)
	}
}
