package house

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sceau/crypto/rotation"
)

// copies makes folders as epochs leave them.
func copies(t *testing.T, names ...string) *House {
	t.Helper()
	h := &House{home: t.TempDir()}
	for _, name := range names {
		if err := os.MkdirAll(h.Path("epochs", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

var others = []string{
	"2026-11-20261102T100000",  // the eleventh
	"2026-1-2-20261102T100000", // of the campaign 2026-1
	"2025-1-20261102T100000",   // of another
	"2026-1-kept-by-somebody",  // of nobody here
	"2026-x-20261102T100000",
}

func TestAnEpochTakesBackItsOwnCopiesAndNoOthers(t *testing.T) {
	own := []string{"2026-1-20261102T100000", "2026-1-20261102T100001.250"}
	h := copies(t, slices.Concat(own, others)...)
	got, err := trial{h, nil}.earlier(rotation.Epoch{Campaign: "2026", Number: 1})
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if err != nil || !slices.Equal(got, own) {
		t.Errorf("%v, %v; want %v", got, err, own)
	}
	if got, err := (trial{copies(t), nil}).earlier(rotation.Epoch{Campaign: "2026", Number: 1}); err != nil || len(got) != 0 {
		t.Errorf("before any copy: %v, %v", got, err)
	}
}

// A snapshot of Vault from before a trim opens what was trimmed.
func TestACopyOfAnEarlierEpochGoesWithTheNext(t *testing.T) {
	h := copies(t, append(others, "2026-1-20261102T100000", "2026-9-20261201T100000.250", "2026-10-20261209T100000")...)
	if err := (trial{h, nil}).forgo(rotation.Epoch{Campaign: "2026", Number: 10}); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(h.Path("epochs"))
	var names []string
	for _, d := range left {
		names = append(names, d.Name())
	}
	want := append(slices.Clone(others), "2026-10-20261209T100000")
	slices.Sort(want)
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%v are left, %v; want %v", names, err, want)
	}
}
