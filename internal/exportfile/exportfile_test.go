package exportfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sceau/dossier"
	"sceau/internal/exportfile"
)

func number(n int) (no dossier.FileNo) {
	copy(no[:], fmt.Sprintf("%016d", n))
	return no
}

func page(from, to int) (p dossier.Page) {
	for n := from; n <= to; n++ {
		p.Rows = append(p.Rows, dossier.Row{File: number(n), Relations: nil})
	}
	return p
}

func numbers(t *testing.T, path string) (all []int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		for n := 1; n < 100; n++ {
			if strings.Contains(line, number(n).String()) && strings.HasSuffix(line, "}\n") {
				all = append(all, n)
			}
		}
	}
	return all
}

// Wherever a kill cuts the second of three pages, the file is cut back to what the order
// says, and what follows gives each row once.
func TestACutFileGoesOnWithNoRowTwiceAndNoneLeftOut(t *testing.T) {
	size := func() int64 {
		path := filepath.Join(t.TempDir(), "whole")
		f, err := exportfile.Open(path, "order")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []dossier.Page{page(1, 3), page(4, 6)} {
			if err := f.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(f.Place(), f.Close()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}()
	for cut := size / 2; cut <= size; cut++ { // the first page is whole: it was synced before the second began
		dir := t.TempDir()
		path := filepath.Join(dir, "list.ndjson")
		f, err := exportfile.Open(path, "order")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Add(page(1, 3)), f.Add(page(4, 6)), f.Close()); err != nil {
			t.Fatal(err)
		}
		part := filepath.Join(dir, ".list.ndjson.order.part")
		if err := os.Truncate(part, cut); err != nil {
			t.Fatal(err)
		}
		if f, err = exportfile.Open(path, "order"); err != nil {
			t.Fatal(err)
		}
		whole, last, err := f.Kept(number(3), 3)
		if err != nil || whole != (cut == size) || last != map[bool]dossier.FileNo{true: number(6), false: number(3)}[whole] {
			t.Fatalf("cut at %d of %d: whole %v, last %s, %v", cut, size, whole, last, err)
		}
		if !whole {
			err = f.Add(page(4, 6))
		}
		if err := errors.Join(err, f.Add(page(7, 8)), f.Place(), f.Close()); err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, path); !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
			t.Fatalf("cut at %d of %d: the file has %v", cut, size, got)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("beside it lies %v, %v", left, err)
		}
	}
}

func TestAnotherFileIsNotGoneOnWith(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.ndjson")
	f, err := exportfile.Open(path, "order")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// The order came to row 3, and this file has none of it.
	if _, _, err := f.Kept(number(3), 3); err == nil {
		t.Error("an empty file is taken for one that has three rows")
	}
	if err := f.Add(page(1, 2)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Kept(number(3), 3); err == nil {
		t.Error("a file that ends before is taken for one that does not")
	}
	// Of a page that is kept whole, what follows it goes: it is no page of the order.
	if err := f.Add(page(3, 5)); err != nil {
		t.Fatal(err)
	}
	if whole, last, err := f.Kept(number(2), 2); err != nil || !whole || last != number(4) {
		t.Errorf("whole %v, last %s, %v", whole, last, err)
	}
	if err := f.Place(); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, path); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("the file has %v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is open to others: %v, %v", info.Mode(), err)
	}
	if _, err := exportfile.Open(path, "another"); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file that is there is written over: %v", err)
	}
	other, err := exportfile.Open(filepath.Join(dir, "refused"), "order")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Abandon(), other.Close()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("a refused export leaves %v, %v", left, err)
	}
}
