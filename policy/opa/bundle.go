package opa

import (
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/open-policy-agent/opa/v1/bundle"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

// WriteBundle writes rules, their tests and the data that they look at as a bundle that
// the opa command line loads: `opa test -b`, `opa eval -b`. Whoever audits the rules
// needs nothing of this program.
func WriteBundle(c *catalogue.Catalogue, src Sources, w io.Writer) error {
	src = src.whole()
	all, err := sheets.Load(c, src.Sheets)
	if err != nil {
		return err
	}
	modules, err := withTests(src.Rules)
	if err != nil {
		return err
	}
	b := bundle.Bundle{Data: data(c, all)}
	b.Manifest.Init()
	roots := []string{"sceau", "sceau_test", "sheets", "items"}
	b.Manifest.Roots = &roots
	var names []string
	for name := range modules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		raw, err := fs.ReadFile(src.Rules, name)
		if err != nil {
			return err
		}
		b.Modules = append(b.Modules, bundle.ModuleFile{URL: "/rego/" + name, Path: "/rego/" + name, Raw: raw, Parsed: modules[name]})
	}
	// The files as they are, not as the library would write them.
	if err := bundle.NewWriter(w).UseModulePath(true).DisableFormat(true).Write(b); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}
