package parts

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sceau/internal/whole"
)

// begin makes a home aside and says whether it could, then leaves it unfinished.
func begin(t *testing.T, home string) error {
	t.Helper()
	a, err := BeginAside(t.Context(), home, ForTrial, true)
	if err == nil {
		a.Close()
	}
	return err
}

func put(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("something"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Erasing is killed after each thing that it removes.
func TestAHomeAsideThatWasHalfErasedIsMadeAnew(t *testing.T) {
	home := t.TempDir()
	aside := filepath.Join(home, ForTrial)
	errKilled := errors.New("killed")
	for cut, ended := 0, false; !ended; cut++ {
		if err := begin(t, home); err != nil {
			t.Fatalf("cut after %d: %v", cut-1, err)
		}
		for _, name := range []string{"a", "roles/keyring/sceau_owner", "vault/storage/vault.db", "zzz"} {
			put(t, filepath.Join(aside, name))
		}
		removed := 0
		err := removeHome(aside, func(path string) error {
			if removed == cut {
				return errKilled
			}
			removed++
			return os.RemoveAll(path)
		})
		ended = err == nil
		if !ended && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
	}
}

func TestAHomeAsideOfWhichNothingIsWholeIsMadeAnew(t *testing.T) {
	home := t.TempDir()
	put(t, filepath.Join(home, ForTrial, whole.Half+"123"))
	if err := begin(t, home); err != nil {
		t.Error(err)
	}
	left, err := filepath.Glob(filepath.Join(home, ForTrial, whole.Half+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWhatNoRestorePutAsideIsNotTouched(t *testing.T) {
	home := t.TempDir()
	mine := filepath.Join(home, ForTrial, "letter")
	put(t, mine)
	if err := begin(t, home); err == nil {
		t.Error("somebody's folder was taken")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}
