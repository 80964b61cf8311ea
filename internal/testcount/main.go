// Command testcount runs the tests and tells how many there were, in a last line
// that a person and a machine read alike: "N passed, N failed".
//
// It fails when a test fails, when one is skipped without leave, and when there was
// none: a run that proves nothing must not look like one that does.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

// Main runs `go test -json` with the arguments and counts what it says.
func Main(args []string, stdout, stderr io.Writer) int {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		fmt.Fprintln(stderr, "testcount:", err)
		return 1
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, "testcount:", err)
		return 1
	}
	tally, err := Count(out, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "testcount: reading what go test says:", err)
		io.Copy(io.Discard, out) // let it end, so that its own verdict is known
	}
	ended := cmd.Wait()

	// Without real parts their tests skip: the only skips with leave.
	verdict := tally.Verdict(os.Getenv("SCEAU_SKIP_PARTS") == "1")
	if err == nil && ended != nil && verdict == nil {
		verdict = fmt.Errorf("go test: %w", ended)
	}
	if verdict == nil {
		verdict = err
	}
	if verdict != nil {
		fmt.Fprintln(stdout, "testcount:", verdict)
	}
	fmt.Fprintf(stdout, "%d passed, %d failed\n", tally.Passed, tally.Failed)
	if verdict != nil {
		return 1
	}
	return 0
}
