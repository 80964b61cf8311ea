package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Belongs says whether a live process was started for a path: one whose number was
// given to somebody else since does not name it.
func Belongs(pid int, path string) bool {
	if !Alive(pid) {
		return false
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		// Not Linux.
		if line, err = exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output(); err != nil {
			return false
		}
	}
	return bytes.Contains(line, []byte(path))
}

// Running is the lock of the server that runs on a data folder, if one does.
func Running(dir string) (Lock, bool) {
	l, err := ReadLock(dir)
	return l, err == nil && Belongs(l.PID, dir)
}

// ClearStale removes the lock that a kill left. PostgreSQL does so by itself unless
// the number was given to another process of its account: then it would refuse.
func ClearStale(dir string) error {
	if _, running := Running(dir); running {
		return nil
	}
	err := os.Remove(filepath.Join(dir, "postmaster.pid"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("clearing the lock of a dead server: %w", err)
	}
	return nil
}

// Halt ends a process and waits until it has: first by the polite signal, then,
// after patience, by the other.
func Halt(ctx context.Context, pid int, polite, other syscall.Signal, patience time.Duration) error {
	if err := syscall.Kill(pid, polite); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stopping process %d: %w", pid, err)
	}
	for end := time.Now().Add(patience); Alive(pid); {
		if time.Now().After(end) {
			if err := syscall.Kill(pid, other); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("stopping process %d: %w", pid, err)
			}
			end = end.Add(patience)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for process %d to stop: %w", pid, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
