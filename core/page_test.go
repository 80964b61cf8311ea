package core_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/admission.md is read by people who do not read code. What it names is there, and
// what they must find is named.
func TestThePageOnAdmissionKeepsUp(t *testing.T) {
	page, known := readText(t, "../docs/admission.md"), testNames(t)
	names := map[string]map[string]bool{}
	for _, p := range packages(t) {
		names[path.Base(path.Join("core", p.path))] = p.names
	}
	codes := codesOf(readText(t, "fault.go"))
	if len(codes) < 25 || len(known) < 60 {
		t.Fatalf("%d codes and %d tests: the rest was not found", len(codes), len(known))
	}
	if wrong := pageFaults(page, codes, known, names); len(wrong) > 0 {
		t.Errorf("docs/admission.md:\n%s", strings.Join(wrong, "\n"))
	}
	// A page that lacks one thing is found.
	for _, gone := range []string{"| `UNKNOWN_GROUP` |", "| D6 |", "rang limite d'appel"} {
		if !strings.Contains(page, gone) {
			t.Errorf("the page has no %s: nothing was tried", gone)
		}
		if wrong := pageFaults(strings.ReplaceAll(page, gone, ""), codes, known, names); len(wrong) != 1 {
			t.Errorf("without %s, %q is found", gone, wrong)
		}
	}
	if wrong := pageFaults(page+"`TestThatNobodyWrote`", codes, known, names); len(wrong) != 1 {
		t.Errorf("a test that is not there is named, and %q is found", wrong)
	}
	if wrong := pageFaults("| `NO_SUCH_CODE` | x | y |\n"+page, codes, known, names); len(wrong) != 1 {
		t.Errorf("a code that is not there has a line, and %q is found", wrong)
	}
	for _, line := range []string{"\n`verify.Docket`\n", "\n| vœu | `Wishes`, `Docket` | `core`, `view` |\n", "\n| barre | `Bar` | `view` |\n", "\n| barre | `Bar` | `corex` |\n", "\n| barre | the bar | `core` |\n", "\n`rolls.Rates`\n"} {
		if wrong := pageFaults(page+line, codes, known, names); len(wrong) != 1 {
			t.Errorf("%q names what is not there, and %q is found", line, wrong)
		}
	}
}

func pageFaults(page string, codes, known []string, names map[string]map[string]bool) (wrong []string) {
	for _, term := range missing(terms, map[string]string{"page": page}) {
		wrong = append(wrong, "it does not say "+term)
	}
	var lines []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(page, -1) {
		lines = append(lines, m[1])
	}
	for _, code := range codes {
		if !slices.Contains(lines, code) {
			wrong = append(wrong, "no line says what to do about "+code)
		}
	}
	for _, code := range lines {
		if !slices.Contains(codes, code) {
			wrong = append(wrong, "there is no code "+code)
		}
	}
	for letter, last := range map[string]int{"P": 10, "D": 11, "A": 7} {
		for n := 1; n <= last; n++ {
			if !strings.Contains(page, fmt.Sprintf("\n| %s%d |", letter, n)) {
				wrong = append(wrong, fmt.Sprintf("no line states %s%d, and where it is shown", letter, n))
			}
		}
	}
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(page, -1) {
		if !slices.Contains(known, name) {
			wrong = append(wrong, "there is no "+name)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w+)`").FindAllStringSubmatch(page, -1) {
		if !names[m[1]][m[2]] {
			wrong = append(wrong, "there is no "+m[0])
		}
	}
	// The French words: where each is in the code.
	_, table, _ := strings.Cut(page, "\n| French |")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || strings.Contains(line, " --- ") || strings.HasPrefix(line, " in the code") {
			continue
		}
		if len(quoted(cells[1])) == 0 || len(quoted(cells[2])) == 0 {
			wrong = append(wrong, "no name of code is in the line of "+cells[0])
		}
		for _, name := range quoted(cells[1]) {
			if !slices.ContainsFunc(quoted(cells[2]), func(at string) bool { return names[at][name] }) {
				wrong = append(wrong, "there is no "+name+" in "+cells[2])
			}
		}
	}
	return wrong
}

// quoted are the names of code in a cell of a table; of a name in another, each.
func quoted(cell string) (names []string) {
	for _, m := range regexp.MustCompile("`([\\w.]+)`").FindAllStringSubmatch(cell, -1) {
		names = append(names, strings.Split(m[1], ".")...)
	}
	return names
}

// codesOf are the codes that fault.go declares.
func codesOf(source string) (codes []string) {
	for _, m := range regexp.MustCompile(`(?m)^\t\w+ +Code = "([A-Z_]+)"`).FindAllStringSubmatch(source, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

// testNames are the tests of core.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"*_test.go", "*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(readText(t, file), -1) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

func readText(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
