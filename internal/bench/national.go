package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"sceau/internal/natgen"
)

// Limits of one run of national scale, with its checks, on two cores.
const (
	callOrderLimit = 2.0 // seconds
	dayLimit       = 1.0
	answeringLimit = 10.0
	memoryLimit    = 2048.0 // MiB
)

// National measures the admission of a whole country: 21,000 groups, 917,000 candidates,
// 11.8 million wishes. It runs the verb, in a process of its own, so that memory is what a
// run needs and nothing else.
func (s Sheet) National(ctx context.Context, program, folder string) (err error) {
	file := filepath.Join(folder, "national.bin")
	if err := writeNational(file); err != nil {
		return err
	}
	defer func() { err = firstOf(err, os.Remove(file)) }()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "admission", "national", file, "--days", "12", "--answering-machine", "--json")
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("the national instance: %w\n%s", err, said.String())
	}
	var slowest, peak float64
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var r struct {
			Run     string  `json:"run"`
			Seconds float64 `json:"seconds"`
			Peak    float64 `json:"peak_mib"`
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		peak = max(peak, r.Peak)
		switch r.Run {
		case "read", "index":
			s.Row("admission/"+r.Run, r.Seconds, "s")
		case "call order":
			s.limited("admission/call-order", r.Seconds, callOrderLimit)
		case "answering machine":
			s.limited("admission/answering-machine", r.Seconds, answeringLimit)
		default:
			slowest = max(slowest, r.Seconds)
		}
	}
	s.limited("admission/slowest-of-12-days", slowest, dayLimit)
	s.Row("admission/peak", peak, "MiB")
	s.Row("admission/peak/of-limit", peak/memoryLimit, "x-of-2GiB")
	return nil
}

func (s Sheet) limited(name string, seconds, limit float64) {
	s.Row(name, seconds, "s")
	s.Row(name+"/of-limit", seconds/limit, fmt.Sprintf("x-of-%gs", limit))
}

func writeNational(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = natgen.Write(f, natgen.National)
	return firstOf(err, f.Close())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
