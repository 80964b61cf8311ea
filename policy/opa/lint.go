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

// documents are what a rule may read beside its own package and the law. An overlay
// (restriction, objection, hold, embargo, limits) is in neither, so no rule can
// grant because of one.
var documents = []string{"sheets", "items"}

// The law is the one package that others read, imported under its own name: what is
// written law.missing is what a reader finds there.
const law = "law"

func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(builtins, b.Name) })
	c.AllowNet = []string{}
	return c
}

// Lint reads the rules and their tests, and says what in them would make the enumeration
// less than a proof, or leave a refusal without a citation and a reason. It compiles them
// too, strictly.
func Lint(rules fs.FS) ([]string, error) {
	modules, err := parseAll(Sources{Rules: rules}.whole().Rules)
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

// A sayer takes one problem, at its line.
type sayer func(at *ast.Location, format string, args ...any)

func into(problems *[]string) sayer {
	return func(at *ast.Location, format string, args ...any) {
		*problems = append(*problems, fmt.Sprintf("%s:%d: %s", at.File, at.Row, fmt.Sprintf(format, args...)))
	}
}

func lint(modules map[string]*ast.Module) []string {
	var problems []string
	say := into(&problems)
	for name, m := range modules {
		lintPlace(name, m, say)
		if isTest(name) {
			continue // a test replaces what rules read: that is what it is for
		}
		lintReads(m, say)
		lintNames(m, say)
		lintCitations(m, say)
		lintCategory(m, say)
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.rego") }

// lintPlace wants a package in the one file of its name. A second file could add a door
// to a category, a package outside could stand in for the sheets, and a test could loosen
// the law that it tests.
func lintPlace(file string, m *ast.Module, say sayer) {
	root, name := "sceau", strings.TrimSuffix(file, ".rego")
	if isTest(file) {
		root, name = "sceau_test", strings.TrimSuffix(file, "_test.rego")
	}
	if want := ast.DefaultRootRef.Append(ast.StringTerm(root)).Append(ast.StringTerm(name)); !m.Package.Path.Equal(want) {
		say(m.Package.Location, "holds the package %s: this file is the place of %s", path(m.Package.Path), path(want))
	}
}

// path is a package as its file writes it.
func path(ref ast.Ref) string { return strings.TrimPrefix(ref.String(), "data.") }

func lintReads(m *ast.Module, say sayer) {
	for _, i := range m.Imports {
		switch {
		case i.Path.String() != "data.sceau."+law:
			say(i.Location, "imports %s: a rule reads sheets, items and the law", i.Path)
		case i.Alias != "" && i.Alias != law:
			say(i.Location, "imports the law as %s: it keeps its name", i.Alias)
		}
	}
	heads := map[*ast.Term]bool{} // of a reference, and looked at as one
	visit := func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case ast.Ref:
			heads[v[0]] = len(v) > 1
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
			if v.Equal(ast.InputRootDocument.Value) || v.Equal(ast.DefaultRootDocument.Value) || v == law {
				if !heads[t] {
					say(t.Location, "hands over the whole of %s", v)
				}
			}
		}
		return false
	}
	replaced := func(e *ast.Expr) bool {
		if len(e.With) > 0 {
			say(e.Location, "replaces what it reads (with)")
		}
		return false
	}
	for _, r := range m.Rules {
		ast.WalkTerms(r, visit)
		ast.WalkExprs(r, replaced)
		// The library does not walk the brackets of a head: x[input.restricted] := 1.
		for _, t := range r.Head.Ref()[1:] {
			ast.WalkTerms(t, visit)
			ast.WalkExprs(t, replaced)
		}
		if r.Else != nil || r.Default {
			say(r.Location, "%s has an else or a default: every grant and refusal stands by itself", r.Head.Name)
		}
	}
}

func reads(ref ast.Ref, allowed []string) bool {
	if len(ref) < 2 {
		return false
	}
	s, ok := ref[1].Value.(ast.String)
	return ok && slices.Contains(allowed, string(s))
}

// lintNames keeps a rule from taking the name of what others read: a startswith of one's
// own would read like the real one.
func lintNames(m *ast.Module, say sayer) {
	for _, r := range m.Rules {
		name := r.Head.Ref()[0].String()
		taken := name == law || slices.ContainsFunc(builtins, func(b string) bool {
			first, _, _ := strings.Cut(b, ".")
			return name == first
		})
		if taken {
			say(r.Location, "gives %s a meaning of its own", name)
		}
	}
}
