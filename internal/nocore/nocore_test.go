package nocore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sceau/internal/nocore"
)

// role is what this test binary does when it is started once more.
const role = "SCEAU_NOCORE_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "guarded":
		if err := nocore.Refuse(); err != nil {
			os.Exit(1)
		}
		wait()
	case "open":
		wait()
	}
	os.Exit(m.Run())
}

// wait says that the process is ready, and stays until it is killed. Where nothing could
// happen any more, the runtime would end the process itself at the same moment, and the
// two ends would wait for each other.
func wait() {
	_, _ = os.Stdout.WriteString("ready")
	time.Sleep(time.Hour)
}

// die starts this binary in a role, with no limit on cores, has it end by a signal, and
// says whether the system took a core.
func die(t *testing.T, as string, by syscall.Signal) (core bool, left []string) {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", `ulimit -c unlimited; exec "$0"`, self)
	// The worst that an operator may ask of Go: to end every panic and signal by a core.
	cmd.Env = append(os.Environ(), role+"="+as, "GOTRACEBACK=crash")
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 16)); n == 0 {
		t.Fatalf("the process in role %s is not ready: %v", as, err)
	}
	if as == "guarded" && os.Getuid() != 0 {
		if _, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/mem"); err == nil {
			t.Error("the same user reads the memory of a guarded process")
		}
	}
	if err := cmd.Process.Signal(by); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is asked of its state
	hung.Stop()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() == syscall.SIGKILL {
		t.Fatalf("the process in role %s was sent %v, and did not end by it: %v", as, by, cmd.ProcessState)
	}
	left, _ = filepath.Glob(filepath.Join(dir, "*"))
	return status.CoreDump(), left
}

func TestAGuardedProcessLeavesNoCoreHoweverItDies(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how a core is refused is tried on Linux")
	}
	for _, by := range []syscall.Signal{syscall.SIGABRT, syscall.SIGQUIT, syscall.SIGSEGV} {
		if core, left := die(t, "guarded", by); core || len(left) > 0 {
			t.Errorf("%v: a core was taken: %t, left behind: %s", by, core, strings.Join(left, ", "))
		}
		// The twin, without the guard, leaves one: the refusal is not the system's own.
		if core, _ := die(t, "open", by); !core && hard(t) > 0 {
			t.Errorf("%v: no core was taken of the process that refuses none: this proves nothing", by)
		}
	}
}

func hard(t *testing.T) uint64 {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil {
		t.Fatal(err)
	}
	return limit.Max
}
