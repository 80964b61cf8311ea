package house

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sceau/crypto/rotation"
)

func TestAnEpochTakesBackItsOwnCopiesAndNoOthers(t *testing.T) {
	h := &House{home: t.TempDir()}
	own := []string{"2026-1-20261102T100000", "2026-1-20261102T100001.250"}
	for _, name := range append(slices.Clone(own),
		"2026-11-20261102T100000",   // the eleventh
		"2026-1-2-20261102T100000",  // of the campaign 2026-1
		"2025-1-20261102T100000",    // of another
		"2026-1-kept-by-somebody") { // of nobody here
		if err := os.MkdirAll(h.Path("epochs", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	got, err := trial{h, nil}.earlier(rotation.Epoch{Campaign: "2026", Number: 1})
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if err != nil || !slices.Equal(got, own) {
		t.Errorf("%v, %v; want %v", got, err, own)
	}
}
