package nocore

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// refuseReaders: where cores are piped to a program (systemd-coredump, apport), Linux
// does not look at the limit. A process that is not dumpable has no core at all, and
// lets nobody but root trace it or read its /proc/PID/mem.
func refuseReaders() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("refusing core dumps: %w", err)
	}
	return nil
}
