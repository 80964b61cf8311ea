package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Tally is what a run of tests came to. A package that does not build, or dies in
// the middle, counts as one failure besides those of its tests.
type Tally struct {
	Passed, Failed int
	Skipped        []string
}

// Verdict is the reason why the run proves nothing, or nil.
func (t Tally) Verdict(maySkip bool) error {
	switch {
	case t.Failed > 0:
		return errors.New("some tests failed")
	case len(t.Skipped) > 0 && !maySkip:
		return fmt.Errorf("%d tests were skipped: %s", len(t.Skipped), strings.Join(t.Skipped, ", "))
	case t.Passed == 0:
		return errors.New("no test ran")
	}
	return nil
}

// event is a line of `go test -json`.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// Count reads the events of `go test -json` and writes a line per package, with all
// that a failing one said.
func Count(events io.Reader, w io.Writer) (Tally, error) {
	var t Tally
	said := map[string]*strings.Builder{} // of a test, a package or a build, until it passes
	failures := map[string]int{}
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			// go test writes some complaints in plain words: show them.
			fmt.Fprintln(w, lines.Text())
			continue
		}
		key := e.Package + e.ImportPath + "\x00" + e.Test
		switch e.Action {
		case "output", "build-output":
			if said[key] == nil {
				said[key] = &strings.Builder{}
			}
			said[key].WriteString(e.Output)
		case "build-fail":
			show(w, said[key])
			delete(said, key)
		case "pass", "skip", "fail":
			t.end(w, e, said[key], failures)
			delete(said, key)
		}
	}
	return t, lines.Err()
}

func (t *Tally) end(w io.Writer, e event, said *strings.Builder, failures map[string]int) {
	seconds := fmt.Sprintf("%.1fs", e.Elapsed)
	switch {
	case e.Test != "" && e.Action == "pass":
		t.Passed++
	case e.Test != "" && e.Action == "skip":
		t.Skipped = append(t.Skipped, e.Package+" "+e.Test)
	case e.Test != "":
		t.Failed++
		failures[e.Package]++
		show(w, said)
	case e.Action == "pass":
		fmt.Fprintln(w, "ok  ", e.Package, seconds)
	case e.Action == "skip":
		fmt.Fprintln(w, "?   ", e.Package, "has no test")
	default:
		// Of a package none of whose tests failed: it did not build, or it died.
		if failures[e.Package] == 0 {
			t.Failed++
			show(w, said)
		}
		fmt.Fprintln(w, "FAIL", e.Package, seconds)
	}
}

func show(w io.Writer, said *strings.Builder) {
	if said != nil {
		io.WriteString(w, said.String())
	}
}
