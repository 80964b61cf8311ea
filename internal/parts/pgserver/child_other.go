//go:build !linux

package pgserver

import "os/exec"

// runChild runs a program. Killed meanwhile, this process leaves it to end by itself:
// only Linux ends both.
func runChild(cmd *exec.Cmd) error { return cmd.Run() }
