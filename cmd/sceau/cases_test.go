package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The pages of worked cases show commands to people who will not run them. Each is one
// that the script of its case runs.
func TestAWorkedCaseShowsTheCommandsOfItsScript(t *testing.T) {
	for page, script := range map[string]string{
		"../../docs/examination.md": "testdata/script/examination.txtar",
		"../../docs/health-form.md": "testdata/script/health-form.txtar",
	} {
		shown, run := commandsShown(t, page), commandsRun(t, script)
		if len(shown) < 10 || len(run) < 20 {
			t.Fatalf("%s shows %d commands, and its script runs %d: the rest was not found", page, len(shown), len(run))
		}
		for _, c := range shown {
			if !slices.Contains(run, c) {
				t.Errorf("%s shows a command that its script does not run: %s", page, c)
			}
		}
		if slices.Contains(run, shown[0]+" A01.01") {
			t.Error("a command that nobody runs is taken for one of the script: this proves nothing")
		}
	}
}

var command = regexp.MustCompile("(?m)^    (sceau .*)$|`(sceau [^`]*)`")

func commandsShown(t *testing.T, page string) (shown []string) {
	for _, m := range command.FindAllStringSubmatch(pageText(t, page), -1) {
		shown = append(shown, m[1]+m[2])
	}
	return shown
}

func commandsRun(t *testing.T, script string) (run []string) {
	text, _, _ := strings.Cut(pageText(t, script), "\n-- ")
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "refused ")
		if strings.HasPrefix(line, "sceau ") {
			run = append(run, line)
		}
	}
	return run
}

func pageText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
