package pgserver

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The program runs under this test binary in a process of its own, which is killed.
func TestAProgramEndsWithTheProcessThatRunsIt(t *testing.T) {
	if os.Getenv("SCEAU_TEST_RUNS") != "" {
		cmd := exec.Command("/bin/sh", "-c", "echo $$; exec sleep 600")
		cmd.Stdout = os.Stdout
		t.Fatal(runChild(cmd))
	}
	parent := exec.Command(os.Args[0], "-test.run=^TestAProgramEndsWithTheProcessThatRunsIt$")
	parent.Env = append(os.Environ(), "SCEAU_TEST_RUNS=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || !Alive(pid) {
		t.Fatalf("the program does not run: %q, %v", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	for end := time.Now().Add(10 * time.Second); Alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			_ = exec.Command("kill", "-9", strconv.Itoa(pid)).Run()
			t.Fatal("the program goes on without the process that ran it")
		}
	}
}
