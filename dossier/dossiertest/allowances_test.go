package dossiertest_test

import (
	"testing"

	"sceau/dossier"
	"sceau/dossier/dossiertest"
)

func TestTheTwinKeepsToTheLimits(t *testing.T) {
	dossiertest.TestAllowances(t, func(*testing.T) (one, other dossier.Allowances) {
		a := &dossiertest.Allowances{}
		return a, a
	})
}
