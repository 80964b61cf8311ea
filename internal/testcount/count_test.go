package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestARunIsCountedAndJudged(t *testing.T) {
	for _, tt := range []struct {
		name, test  string
		maySkip     bool
		code        int
		last, shown string
	}{
		{
			name: "tests that pass are counted, those inside a test too",
			test: `func TestOne(t *testing.T) { t.Run("a", func(*testing.T) {}) }; func TestTwo(*testing.T) {}`,
			last: "3 passed, 0 failed",
		},
		{
			name: "a failure fails the run and is shown",
			test: `func TestOne(t *testing.T) { t.Error("Inès was refused") }; func TestTwo(*testing.T) {}`,
			code: 1, last: "1 passed, 1 failed", shown: "Inès was refused",
		},
		{
			name: "a package that does not build fails the run",
			test: `func TestOne(t *testing.T) { undefined() }`,
			code: 1, last: "0 passed, 1 failed", shown: "undefined: undefined",
		},
		{
			name: "a package that dies in the middle fails the run",
			test: `func TestOne(*testing.T) {}; func TestTwo(*testing.T) { os.Exit(3) }`,
			code: 1, last: `\d passed, \d failed`, shown: "FAIL",
		},
		{
			name: "no test is no proof",
			test: `var _ testing.TB`,
			code: 1, last: "0 passed, 0 failed", shown: "no test ran",
		},
		{
			name: "a skipped test is no proof either",
			test: `func TestOne(t *testing.T) { t.Skip() }; func TestTwo(*testing.T) {}`,
			code: 1, last: "1 passed, 0 failed", shown: "TestOne",
		},
		{
			name: "unless the machine was said to have no real part",
			test: `func TestOne(t *testing.T) { t.Skip() }; func TestTwo(*testing.T) {}`, maySkip: true,
			last: "1 passed, 0 failed",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{
				"go.mod":      "module house\n\ngo 1.26\n",
				"one_test.go": "package house\n\nimport (\"os\"; \"testing\")\n\nvar _ = os.Exit\n\n" + tt.test + "\n",
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			t.Setenv("SCEAU_SKIP_PARTS", map[bool]string{true: "1"}[tt.maySkip])
			var out, errs bytes.Buffer
			code := Main([]string{"-count=1", "./..."}, &out, &errs)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; !regexp.MustCompile("^" + tt.last + "$").MatchString(last) {
				t.Errorf("last line %q, want %q", last, tt.last)
			}
			if !strings.Contains(out.String()+errs.String(), tt.shown) {
				t.Errorf("%q is not shown in:\n%s%s", tt.shown, &out, &errs)
			}
		})
	}
}
