// Package modulecheck runs an analyser over the packages of this module as they
// ship, so that a promise about the source is kept by a test.
package modulecheck

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// Run fails the test on every diagnostic in the packages that match. It also fails
// when one does not compile, because nobody has looked at it then, and when none
// matches. It returns the packages it looked at.
func Run(t testing.TB, a *analysis.Analyzer, patterns ...string) []string {
	t.Helper()
	all, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Context: t.Context()}, patterns...)
	if err != nil {
		t.Fatalf("loading the module: %v", err)
	}
	var looked []string
	for _, p := range all {
		if p.Module != nil {
			remember(p.Module.Dir)
		}
		for _, e := range p.Errors {
			t.Errorf("%s was not looked at: %v", p.PkgPath, e)
		}
		looked = append(looked, p.PkgPath)
	}
	if len(all) == 0 {
		t.Fatalf("no package matches %v", patterns)
	}
	if t.Failed() {
		return looked
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, all, nil)
	if err != nil {
		t.Fatalf("analysing the module: %v", err)
	}
	for _, action := range graph.Roots {
		if action.Err != nil {
			t.Errorf("%s was not looked at: %v", action.Package.PkgPath, action.Err)
		}
		for _, d := range action.Diagnostics {
			t.Errorf("%s: %s", action.Package.Fset.Position(d.Pos), d.Message)
		}
	}
	return looked
}

var remembered sync.Map

// remember lists every folder of the module in this process. A cached result of a
// test stands until something that the test itself opened changes, and packages
// are listed by another process: one that is added later would not be looked at.
func remember(root string) {
	if _, known := remembered.LoadOrStore(root, true); known {
		return
	}
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "var") {
			return fs.SkipDir // data of a running system, and no source
		}
		return nil
	})
}
