package pgserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Alive says whether a process runs. One that ended and waits for its parent to
// notice does not: in a container without init it would wait for ever.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !os.IsNotExist(err) || !linux()
	}
	// "pid (name) state": the name may hold a parenthesis, so look from the right.
	if i := bytes.LastIndexByte(stat, ')'); i >= 0 && i+2 < len(stat) {
		return stat[i+2] != 'Z' && stat[i+2] != 'X'
	}
	return true
}

func linux() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}
