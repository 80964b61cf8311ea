package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever names the wrong folder loses nothing in it.
func TestADemonstrationClearsWhatOneBeforeItMadeAndNothingElse(t *testing.T) {
	for _, tt := range []struct {
		name    string
		holds   []string
		refuses string // a word of the refusal
		left    int
	}{
		{"a folder that is new", nil, "", 0},
		{"one that an earlier demonstration made", []string{demoMark, "demo.ndjson", "missions/dgesip.key"}, "", 0},
		{"one where a command looked for a platform", []string{".turn"}, "", 1},
		{"one of somebody else", []string{"thesis.odt"}, "thesis.odt", 1},
		{"one that was used for both", []string{demoMark, "missions/dgesip.key", "thesis.odt"}, "thesis.odt", 3},
		{"a platform", []string{"parts.json", "missions/dgesip.key"}, "did not make", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			for _, name := range tt.holds {
				path := filepath.Join(home, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := clearDemo(t.Context(), home)
			if (err == nil) != (tt.refuses == "") || err != nil && !strings.Contains(err.Error(), tt.refuses) {
				t.Errorf("%v, want %q", err, tt.refuses)
			}
			left, err := os.ReadDir(home)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if len(left) != tt.left {
				t.Errorf("%d files are left, want %d", len(left), tt.left)
			}
		})
	}
}
