package opa

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// citation is how a rule gives the article that stands above it.
const citation = "rego.metadata.rule().custom.article"

// lintCitations wants a decree above each package; and above each rule that opens or
// refuses an article, a title and a reason: who reads the rule in three years should
// not have to guess whom it protects.
func lintCitations(m *ast.Module, say sayer) {
	if a := packageAnnotations(m); a == nil || said(a.Custom["decree"]) == "" {
		say(m.Package.Location, "the package names no decree")
	}
	no := law + ".no"
	if isLaw(m) {
		no = "no"
	}
	set, errs := ast.BuildAnnotationSet([]*ast.Module{m})
	for _, err := range errs {
		say(err.Location, "%s", err.Message)
	}
	for _, r := range m.Rules {
		name := r.Head.Ref()[0].String()
		if (name != "opens" && name != "deny") || opensOrRefusesNothing(r) {
			continue
		}
		if !givesItsCitation(name, no, r) {
			say(r.Location, "%s gives something else than its citation: opens contains %s, or deny contains %s(question, \"CODE\", %[2]s)", name, citation, no)
		}
		// Those that rego.metadata.rule reads: of two, it would take the one farther away.
		above := set.GetRuleScope(r)
		if len(above) > 1 {
			say(r.Location, "a rule that opens or refuses stands under %d blocks of metadata", len(above))
		}
		a := &ast.Annotations{}
		if len(above) > 0 && above[len(above)-1].EndLoc().Row == r.Location.Row-1 {
			a = above[len(above)-1]
		}
		why := said(a.Custom["why"])
		if said(a.Custom["article"]) == "" {
			say(r.Location, "a rule that opens or refuses cites no article")
		}
		if strings.TrimSpace(a.Title) == "" {
			say(r.Location, "a rule that opens or refuses has no title")
		}
		switch {
		case why == "":
			say(r.Location, "a rule that opens or refuses does not say why")
		case strings.Contains(why, "\n"):
			say(r.Location, "a rule that opens or refuses says why in more than a line")
		case strings.EqualFold(why, strings.TrimSpace(a.Title)):
			say(r.Location, "a rule that opens or refuses gives its title for a reason")
		}
	}
}

func said(custom any) string {
	s, _ := custom.(string)
	return strings.TrimSpace(s)
}

func packageAnnotations(m *ast.Module) *ast.Annotations {
	if i := slices.IndexFunc(m.Annotations, func(a *ast.Annotations) bool { return a.Scope == "package" }); i >= 0 {
		return m.Annotations[i]
	}
	return nil
}

// opensOrRefusesNothing holds for a closed category, opens := set(). Of a complete rule
// that holds anything, nothing says where each part of it comes from.
func opensOrRefusesNothing(r *ast.Rule) bool {
	return fixed(r) && r.Head.Value.Equal(ast.SetTerm())
}

// givesItsCitation holds for the two forms that carry their article to whom is refused. A
// refusal is made with no: law.no, and in the law itself no.
func givesItsCitation(name, no string, r *ast.Rule) bool {
	key := r.Head.Key
	if len(r.Head.Ref()) != 1 || key == nil || r.Head.Value != nil {
		return false
	}
	if name == "opens" {
		return key.String() == citation
	}
	call, ok := key.Value.(ast.Call)
	if !ok || len(call) != 4 || call[0].String() != no || call[3].String() != citation {
		return false
	}
	_, coded := call[2].Value.(ast.String)
	return coded
}
