package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// verbsOf are the lines of the README below the heading "Verbs", cut into words.
func verbsOf(readme string) (lines [][]string) {
	_, rest, _ := strings.Cut(readme, "\n## Verbs\n")
	block, _, _ := strings.Cut(rest, "\n## ")
	for line := range strings.Lines(block) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "sceau" {
			lines = append(lines, words[1:])
		}
	}
	return lines
}

// missing are the verbs of which no line has every word.
func missing(t *testing.T, lines [][]string) (unsaid []string) {
	t.Helper()
	var all struct{ verbs }
	parser, err := kong.New(&all)
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		path := strings.Fields(strings.TrimPrefix(leaf.Path(), "sceau.test"))
		if leaf.Name == "run" && leaf.Parent.DefaultCmd == leaf { // typed without its name
			path = path[:len(path)-1]
		}
		known := slices.ContainsFunc(lines, func(words []string) bool {
			return words[0] == path[0] && !slices.ContainsFunc(path, func(w string) bool { return !slices.Contains(words, w) })
		})
		if !known {
			unsaid = append(unsaid, strings.Join(path, " "))
		}
	}
	return unsaid
}

func TestTheREADMEKnowsEveryVerb(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := verbsOf(string(text))
	if verbs := missing(t, lines); len(verbs) > 0 {
		t.Errorf("the README does not say: %s", strings.Join(verbs, ", "))
	}
	if verbs := missing(t, lines[:len(lines)-1]); len(verbs) == 0 {
		t.Error("a line less, and no verb is missed: this proves nothing")
	}
}
