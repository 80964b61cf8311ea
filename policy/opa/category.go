package opa

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// answers are how a category answers: what it opens and refuses, and nothing beside.
// A grant that came otherwise would have no citation.
var answers = []string{
	"grants := law.granted(opens, deny) if law.asks",
	"grants := set() if not law.asks",
	"refused := law.refusals(opens, deny) if law.asks",
	"refused := set() if not law.asks",
}

// lintCategory wants a category to answer by its doors and refusals alone, to name whom
// it judges in a closed list, and to have that same list above the package, where a
// lawyer reads which sheets it is about. The law judges everybody, and names nobody.
func lintCategory(m *ast.Module, say sayer) {
	var category, listed bool
	var judged []string
	for _, r := range m.Rules {
		switch name := r.Head.Ref()[0].String(); name {
		case "opens":
			category = true
		case "grants", "refused":
			category = true
			if !slices.Contains(answers, r.Head.String()+" if "+r.Body.String()) {
				say(r.Location, "%s holds something else than what the package opens and does not refuse", name)
			}
		case "recipients":
			list, ok := words(r)
			if !ok || listed {
				say(r.Location, "the recipients are no closed list")
			}
			category, listed, judged = true, true, append(judged, list...)
		}
	}
	var above []string
	named := false
	if a := packageAnnotations(m); a != nil {
		_, named = a.Custom["sheets"]
		list, _ := a.Custom["sheets"].([]any)
		for _, x := range list {
			above = append(above, said(x))
		}
	}
	at := m.Package.Location
	switch {
	case category && isLaw(m):
		say(at, "the law opens and grants nothing by itself, and has no recipients")
	case category && !named:
		say(at, "the package does not name the sheets that it judges")
	case !category && named:
		say(at, "the package names sheets, and judges nobody")
	}
	if !category || !named {
		return
	}
	for i, s := range above {
		switch {
		case !slices.Contains(judged, s):
			say(at, "the package names the sheet %q, and its recipients do not", s)
		case slices.Contains(above[:i], s):
			say(at, "the package names the sheet %q twice", s)
		}
	}
	for _, s := range judged {
		if !slices.Contains(above, s) {
			say(at, "the package judges %q, and does not name that sheet", s)
		}
	}
}

func isLaw(m *ast.Module) bool { return path(m.Package.Path) == "sceau."+law }

// words reads a rule that is a closed list, whatever is asked.
func words(r *ast.Rule) (out []string, ok bool) {
	if !fixed(r) {
		return nil, false
	}
	set, ok := r.Head.Value.Value.(ast.Set)
	if !ok {
		return nil, false
	}
	for _, t := range set.Slice() {
		s, ok := t.Value.(ast.String)
		if !ok {
			return nil, false
		}
		out = append(out, string(s))
	}
	return out, true
}

// fixed holds for a rule that is a name and a value, whatever is asked.
func fixed(r *ast.Rule) bool {
	return len(r.Head.Ref()) == 1 && r.Head.Key == nil && r.Head.Args == nil && r.Else == nil && !r.Default &&
		r.Head.Value != nil && r.Body.Equal(ast.NewBody(ast.NewExpr(ast.BooleanTerm(true))))
}
