package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sceau/internal/parts"
	"sceau/internal/testkit"
)

// The page says that its steps are typed in an empty folder, one after the other. Here
// they are, each ending as the page says: a line that begins with ! is refused.
func TestThePageOnSheetsWorksFromAnEmptyFolder(t *testing.T) {
	t.Parallel()
	testkit.Required(t)
	script := stepsOf(pageText(t, "../../docs/policy.md"))
	if n := strings.Count(script, "\n"); n < 25 {
		t.Fatalf("only %d steps were found", n)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.txtar"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: func(env *testscript.Env) error {
		for _, name := range []string{"HOME", "XDG_CACHE_HOME"} { // the built Vault is there
			env.Setenv(name, os.Getenv(name))
		}
		env.Setenv("PWD", env.WorkDir)
		env.Defer(func() {
			if err := parts.Erase(context.Background(), filepath.Join(env.WorkDir, "trial")); err != nil {
				t.Error(err)
			}
		})
		return nil
	}})
}

var assignment = regexp.MustCompile(`^export (\w+)=(.*)$`)

// stepsOf turns the indented lines of a page into a script.
func stepsOf(page string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		step, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		if !ok || strings.HasPrefix(step, " ") || strings.HasPrefix(step, "items:") {
			continue
		}
		switch m := assignment.FindStringSubmatch(step); {
		case m != nil:
			step = "env " + m[1] + "=" + m[2]
		case strings.HasPrefix(step, "sed "):
			step = "exec " + step
		case !strings.HasPrefix(strings.TrimPrefix(step, "! "), "sceau "):
			continue
		}
		b.WriteString(step + "\n")
	}
	return b.String()
}
