// Package testkit gives tests the real parts: a PostgreSQL and a Vault that belong
// to one test binary and leave nothing behind, however that binary ends.
//
// A part that is missing fails the test. SCEAU_SKIP_PARTS=1 skips instead, for a
// machine that has neither, and says so.
package testkit

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"sceau/internal/parts/pgserver"
)

// Required skips the test when the machine was declared to have no real part.
func Required(t testing.TB) {
	t.Helper()
	if os.Getenv("SCEAU_SKIP_PARTS") == "1" {
		t.Skip("needs real parts, and SCEAU_SKIP_PARTS=1 says there are none")
	}
}

// temporary makes a folder that the account can enter, and that goes, with the
// servers that live in it, when this process ends.
func temporary(prefix string, as pgserver.Account) (string, error) {
	dir, err := folder(prefix, as)
	if err != nil {
		return "", err
	}
	if err := as.Own(dir); err != nil {
		return "", err
	}
	return dir, watch(dir)
}

// Folder makes a temporary folder that the account which runs PostgreSQL can cross, so
// that a home in it has its clusters below it. The caller removes it.
func Folder(prefix string) (string, error) {
	as, err := pgserver.Lend()
	if err != nil {
		return "", err
	}
	return folder(prefix, as)
}

func folder(prefix string, as pgserver.Account) (string, error) {
	for _, root := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if as.CanReach(root) != nil {
			continue // a TMPDIR inside a home of mode 0700
		}
		dir, err := os.MkdirTemp(root, prefix)
		if err != nil {
			return "", fmt.Errorf("making a temporary folder: %w", err)
		}
		return dir, os.Chmod(dir, 0o711)
	}
	return "", fmt.Errorf("account %s can enter no temporary folder", as.Name)
}

// The watchdog waits for the end of its standard input, which is the end of this
// process by whatever cause: a return, a panic, a kill. No deferred call would
// survive the last.
const watchdog = `
cat >/dev/null
ended() {
	kill -0 "$1" 2>/dev/null || return 0
	read -r state 2>/dev/null <"/proc/$1/stat" || return 1
	case "$state" in *") Z "*) return 0 ;; esac # ended, its parent has not noticed
	return 1
}
for lock in "$1"/data/postmaster.pid "$1"/vault/vault.pid; do
	[ -s "$lock" ] || continue
	read -r pid <"$lock"
	case "$lock" in
	*postmaster.pid) kill -QUIT "$pid" 2>/dev/null ;;
	*) kill -KILL "$pid" 2>/dev/null ;;
	esac
	n=0
	while ! ended "$pid" && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done
done
rm -rf "$1"
`

func watch(dir string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("watching %s: %w", filepath.Base(dir), err)
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", watchdog, "sh", dir)
	cmd.Dir = "/"
	cmd.Stdin = read
	// A session of its own: the signal that stops the tests must not stop it first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("watching %s: %w", filepath.Base(dir), err)
	}
	holding.Lock()
	defer holding.Unlock()
	held = append(held, write) // kept open until the process ends, and no longer
	return nil
}

var (
	holding sync.Mutex
	held    []*os.File
)

func secret() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
