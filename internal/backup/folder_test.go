package backup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sceau/internal/whole"
)

func TestAFolderIsTakenWhereverTheBackupInItWasCut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		holds []string
		taken bool
	}{
		{"in its first file", []string{whole.Half + "123"}, true},
		{"in its last", []string{beginning, "data", "keyring", whole.Half + "123"}, true},
		{"a folder of somebody's, who named it so", []string{"data", whole.Half + "123"}, false},
		{"a whole backup, and what a kill left beside it", []string{summaryFile, whole.Half + "123"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range tt.holds {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			f, err := beginFolder(dir)
			if (err == nil) != tt.taken {
				t.Fatalf("taken: %v", err)
			}
			_, left := os.Stat(filepath.Join(dir, whole.Half+"123"))
			if errors.Is(left, os.ErrNotExist) != tt.taken {
				t.Errorf("what is not whole is there: %v", left)
			}
			if tt.taken {
				f.close()
			}
		})
	}
}
