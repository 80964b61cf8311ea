package pgserver

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runChild runs a program that ends with this process, a SIGKILL included: one that
// went on alone would write into the files of the run after it.
func runChild(cmd *exec.Cmd) error {
	// The kernel sends the signal when the thread that started the program ends, so
	// this one has to stay until the program has.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return cmd.Run()
}
