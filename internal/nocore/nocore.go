// Package nocore keeps the memory of a process to itself: no core dump writes it to
// a disk, and no other process of the same user reads it.
//
// What is open in memory (keys for a minute, values for the time of an answer) would
// otherwise lie in a file for as long as nobody clears it away, and in backups.
package nocore

import (
	"fmt"
	"syscall"
)

// Refuse refuses core dumps of this process, and of those that it starts. It is for
// the first line of main: what was not refused yet could be dumped.
func Refuse() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("refusing core dumps: %w", err)
	}
	return refuseReaders()
}
