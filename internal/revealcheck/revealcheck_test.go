package revealcheck

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"sceau/internal/modulecheck"
)

func TestEveryWayRoundTheDoorIsReported(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Analyzer, "tampered")
}

func TestThoseWhoAnswerMayRevealAndOthersMayPassAlong(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Analyzer, "sceau/dossier", "sceau/web/api", "honest")
}

func TestThisModuleRevealsBehindOneDoor(t *testing.T) {
	looked := modulecheck.Run(t, Analyzer, "sceau/...")
	for _, p := range Allowed { // a folder that was renamed would leave a door open
		if !slices.Contains(looked, p) {
			t.Errorf("%s may reveal, and is no package of the module", p)
		}
	}
}
