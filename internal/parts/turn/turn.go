// Package turn lets processes that do the same work at once take turns.
//
// The turn is a lock of the kernel: it is free again when its holder dies, and
// leaves nothing to clear.
package turn

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Take waits for the turn named by the file path, and gives what ends it.
func Take(ctx context.Context, path string) (end func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("taking a turn: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("taking a turn: %w", err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("waiting for a turn: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
