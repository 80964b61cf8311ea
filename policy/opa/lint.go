package opa

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// builtins are all that a rule may call. Each depends on its arguments alone:
// no clock, no network, no chance, no environment. rego.metadata.rule reads the
// article that stands above the rule, so a citation is written once.
var builtins = []string{
	"assign", "count", "eq", "equal", "gt", "internal.member_2", "minus", "neq", "or",
	"rego.metadata.rule", "startswith", "print", "internal.print",
}

// inputs are the words of a caller, each from a closed list of the catalogue.
// They make the enumeration a proof: there is no other context.
var inputs = []string{"recipient", "purpose", "phase", "relation"}

// documents are what a rule may read beside its own packages. An overlay
// (restriction, objection, hold, embargo, limits) is in neither, so no rule can
// grant because of one.
var documents = []string{"sheets", "items", "sceau"}

func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(builtins, b.Name) })
	c.AllowNet = []string{}
	return c
}

// Lint reads the rules and says what in them would make the enumeration less than a
// proof, or leave a refusal without a citation. It compiles them too, strictly.
func Lint(rules fs.FS) ([]string, error) {
	modules, err := parse(Sources{Rules: rules}.whole().Rules)
	if err != nil {
		return nil, err
	}
	problems := lint(modules)
	if _, err := compile(modules); err != nil && len(problems) == 0 {
		problems = append(problems, err.Error())
	}
	return problems, nil
}

func compile(modules map[string]*ast.Module) (*ast.Compiler, error) {
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compiling the rules: %w", compiler.Errors)
	}
	return compiler, nil
}

// lint says what in the rules would make the enumeration less than a proof, or
// a refusal without a citation.
func lint(modules map[string]*ast.Module) []string {
	var problems []string
	for _, m := range modules {
		problems = append(problems, lintReads(m)...)
		problems = append(problems, lintCitations(m)...)
	}
	slices.Sort(problems)
	return problems
}

func lintReads(m *ast.Module) []string {
	var problems []string
	say := func(at *ast.Location, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s:%d: %s", at.File, at.Row, fmt.Sprintf(format, args...)))
	}
	for _, i := range m.Imports {
		ref, ok := i.Path.Value.(ast.Ref)
		if !ok || !strings.HasPrefix(ref.String(), "data.sceau.") {
			say(i.Location, "imports %s", i.Path)
		}
	}
	ast.WalkTerms(m, func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case ast.Ref:
			switch head := v[0].Value; {
			case head.Compare(ast.InputRootDocument.Value) == 0:
				if !reads(v, inputs) {
					say(t.Location, "reads %s: a rule knows %s of the caller", v, strings.Join(inputs, ", "))
				}
			case head.Compare(ast.DefaultRootDocument.Value) == 0:
				if !reads(v, documents) {
					say(t.Location, "reads %s: a rule reads sheets and items", v)
				}
			}
		case ast.Var:
			// The whole of input or data, handed to something else.
			if v.Equal(ast.InputRootDocument.Value) || v.Equal(ast.DefaultRootDocument.Value) {
				if !headOfARef(m, t) {
					say(t.Location, "hands over the whole of %s", v)
				}
			}
		}
		return false
	})
	ast.WalkExprs(m, func(e *ast.Expr) bool {
		if len(e.With) > 0 {
			say(e.Location, "replaces what it reads (with)")
		}
		return false
	})
	for _, r := range m.Rules {
		if r.Else != nil || r.Default {
			say(r.Location, "%s has an else or a default: every grant and refusal stands by itself", r.Head.Name)
		}
	}
	return problems
}

func reads(ref ast.Ref, allowed []string) bool {
	if len(ref) < 2 {
		return false
	}
	s, ok := ref[1].Value.(ast.String)
	return ok && slices.Contains(allowed, string(s))
}

// headOfARef says whether the term opens a reference that was looked at as one.
func headOfARef(m *ast.Module, t *ast.Term) bool {
	found := false
	ast.WalkRefs(m, func(r ast.Ref) bool {
		found = found || (len(r) > 1 && r[0] == t)
		return found
	})
	return found
}

// lintCitations wants an article above each rule that opens or refuses, and a
// decree above each package.
func lintCitations(m *ast.Module) []string {
	var problems []string
	articles := map[int]bool{}
	decree := false
	for _, a := range m.Annotations {
		article, _ := a.Custom["article"].(string)
		if a.Scope == "rule" && article != "" && a.Title != "" {
			articles[a.EndLoc().Row] = true
		}
		if a.Scope == "package" {
			_, decree = a.Custom["decree"].(string)
		}
	}
	if !decree {
		problems = append(problems, fmt.Sprintf("%s:1: the package names no decree", m.Package.Location.File))
	}
	for _, r := range m.Rules {
		if name := r.Head.Ref()[0].String(); (name != "opens" && name != "deny") || r.Head.Key == nil {
			continue
		}
		if !articles[r.Location.Row-1] {
			problems = append(problems, fmt.Sprintf("%s:%d: a rule that opens or refuses cites no article", r.Location.File, r.Location.Row))
		}
	}
	return problems
}
