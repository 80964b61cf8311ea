package secretlint

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"sceau/internal/modulecheck"
)

func TestAMessageThatHoldsAValueIsReported(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Analyzer, "sceau/dossier", "sceau/crypto")
}

func TestOtherPackagesSpeakFreely(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Analyzer, "elsewhere")
}

func TestNoMessageOfThisModuleHoldsAValue(t *testing.T) {
	var patterns []string
	for _, f := range Folders {
		patterns = append(patterns, f+"/...")
	}
	looked := modulecheck.Run(t, Analyzer, patterns...)
	for _, p := range []string{"sceau/dossier", "sceau/crypto", "sceau/audit"} {
		if !slices.Contains(looked, p) {
			t.Errorf("%s was not looked at", p)
		}
	}
}
