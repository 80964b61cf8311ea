package scrub

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sceau/dossier/scrub/scrubtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	pageFile = "../../docs/scrubbing.md"
	begins   = "<!-- measured: written by go test ./dossier/scrub -update -->\n"
	ends     = "<!-- end of what is measured -->\n"
)

// measuredPart cuts a page in what stands before the figures, the figures, and the rest.
func measuredPart(t *testing.T) (before, figures, after string) {
	t.Helper()
	page, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begins)
	figures, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		t.Fatalf("%s has no place for figures", pageFile)
	}
	return before + begins, figures, ends + after
}

// What a person reads of the broom is what it does: a change that clears less, or more
// that names nobody, is seen before it is published.
func TestTheFiguresOfThePageAreMeasured(t *testing.T) {
	f := measure(t, scrubtest.Texts(1, 5000), "")
	before, old, after := measuredPart(t)
	for _, fall := range f.worse(old) {
		t.Error(fall)
	}
	t.Logf("\n%s", f.page())
	if *update {
		if err := os.WriteFile(pageFile, []byte(before+"\n"+f.page()+"\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(strings.TrimSpace(old), strings.TrimSpace(f.page())); d != "" {
		t.Errorf("the figures of %s changed; run with -update if a person agrees:\n%s", pageFile, d)
	}
}

// A scrubber that forgot how phones are written is found by the figures that are
// published; and each rule, forgotten alone, by those of a share of the texts.
func TestARuleThatIsForgottenIsSeen(t *testing.T) {
	_, page, _ := measuredPart(t)
	falls := measure(t, scrubtest.Texts(1, 5000), "phone").worse(page)
	if !strings.Contains(strings.Join(falls, "\n"), "phone, "+all) {
		t.Errorf("without a rule for phones nothing is seen but %q", falls)
	}
	texts := scrubtest.Texts(1, 600)
	whole := measure(t, texts, "").page()
	for _, r := range allRules {
		if falls := measure(t, texts, r.name).worse(whole); len(falls) == 0 {
			t.Errorf("without the rule %q every figure stays", r.name)
		}
	}
	if falls := measure(t, texts, "").worse(whole); len(falls) != 0 {
		t.Errorf("with every rule these fall: %q", falls)
	}
}

// A page that promises more than is measured, or leaves a figure out, is found.
func TestAPageThatPromisesMoreIsFound(t *testing.T) {
	f := measure(t, scrubtest.Texts(1, 600), "")
	page := f.page()
	for name, altered := range map[string]string{
		"a recall":       strings.Replace(page, "0.0 %", "12.5 %", 1),
		"a figure less":  strings.Replace(page, "| phone | in words |", "| phone |", 1),
		"a spelling":     strings.Replace(page, "| phone | in words |", "| phone | in sign language |", 1),
		"a cost":         lossLine.ReplaceAllString(page, "| $1 | $2 | 0 | 0.00 |"),
		"another number": strings.Replace(page, "100.0 %", "100.1 %", 1),
	} {
		if altered == page {
			t.Errorf("%s: nothing was altered", name)
		}
		if len(f.worse(altered)) == 0 {
			t.Errorf("a page that promises %s more is believed", name)
		}
	}
}

// The figures are not those of one lucky draw.
func TestOtherTextsGiveTheSameFigures(t *testing.T) {
	last := uint64(2)
	if os.Getenv("SCEAU_SOAK") == "1" {
		last = 6
	}
	_, page, _ := measuredPart(t)
	was := map[scrubtest.Kind]int{}
	for _, m := range recallLine.FindAllStringSubmatch(page, -1) {
		if m[2] == all {
			was[scrubtest.Kind(m[1])] = number(m[3])*10 + number(m[4])
		}
	}
	for seed := uint64(2); seed <= last; seed++ {
		f := measure(t, scrubtest.Texts(seed, 5000), "")
		for _, k := range scrubtest.Kinds {
			if now := f.of[spelled{k, ""}].tenths(); now < was[k]-10 {
				t.Errorf("seed %d, %s: %d thousandths go, %d are published", seed, k, now, was[k])
			}
		}
	}
}
