package opa

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

// A Tested is one test of the rules, as `opa test` counts them.
type Tested struct {
	Name  string // sceau_test.art3_5.test_nothing_refused_is_granted
	Fails string // why, empty when it passes
}

// Test runs the tests that stand beside the rules. They show, for each refusal, a
// neighbour of a grant that it refuses: a rule that was loosened or removed fails one.
func Test(ctx context.Context, c *catalogue.Catalogue, rules fs.FS) ([]Tested, error) {
	return test(ctx, c, Sources{Rules: rules}.whole().Rules, nil)
}

func test(ctx context.Context, c *catalogue.Catalogue, rules fs.FS, reached *cover.Cover) ([]Tested, error) {
	modules, err := withTests(rules)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObject(data(c, nil))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	// A test has no clock and no network either: what passed once passes for an auditor.
	compiler := ast.NewCompiler().WithCapabilities(capabilities())
	runner := tester.NewRunner().SetCompiler(compiler).SetStore(store).SetModules(modules)
	if reached != nil {
		runner.SetCoverageQueryTracer(reached)
	}
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return nil, fmt.Errorf("testing the rules: %w", err)
	}
	var out []Tested
	for r := range results {
		t := Tested{Name: strings.TrimPrefix(r.Package, "data.") + "." + r.Name}
		switch {
		case r.Error != nil:
			t.Fails = r.Error.Error()
		case !r.Pass():
			t.Fails = "it does not hold"
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Tested) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Uncovered lists the lines of rules that neither a test nor a sheet reaches: what
// nothing exercises, nobody has looked at.
func Uncovered(ctx context.Context, c *catalogue.Catalogue, src Sources) ([]string, error) {
	src = src.whole()
	reached := cover.New()
	if _, err := test(ctx, c, src.Rules, reached); err != nil {
		return nil, err
	}
	// The doors that open are reached by the sheets themselves.
	all, err := sheets.Load(c, src.Sheets)
	if err != nil {
		return nil, err
	}
	e, err := newEvaluator(ctx, c, src.Rules, all)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		// And one where nobody asks: the last of the base.
		everywhere := base(c, s.Recipient)
		for _, in := range append(named(s), everywhere[len(everywhere)-1]) {
			q := e.queries[in.Recipient]
			if _, err := q.Eval(ctx, oparego.EvalParsedInput(input(in)), oparego.EvalQueryTracer(topdown.QueryTracer(reached))); err != nil {
				return nil, err
			}
		}
	}
	modules, err := parse(src.Rules)
	if err != nil {
		return nil, err
	}
	var out []string
	for name, f := range reached.Report(modules).Files {
		for _, r := range f.NotCovered {
			if constant(modules[name], r.Start.Row) {
				continue // a closed list of words is looked at, not evaluated
			}
			out = append(out, fmt.Sprintf("%s:%d to %d", name, r.Start.Row, r.End.Row))
		}
	}
	slices.Sort(out)
	return out, nil
}

func constant(m *ast.Module, row int) bool {
	yes := ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	return slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool {
		return r.Location.Row == row && r.Body.Equal(yes) && r.Head.Value.IsGround()
	})
}

// withTests parses rules and tests together, as the opa command line does. What stands
// out of its place is refused first: a test in a package of rules would test itself.
func withTests(rules fs.FS) (map[string]*ast.Module, error) {
	modules, err := parseAll(rules)
	if err != nil {
		return nil, err
	}
	var problems []string
	for name, m := range modules {
		lintPlace(name, m, into(&problems))
	}
	if len(problems) > 0 {
		slices.Sort(problems)
		return nil, fmt.Errorf("reading the rules: %s", strings.Join(problems, "; "))
	}
	return modules, nil
}

func parseAll(rules fs.FS) (map[string]*ast.Module, error) {
	modules, err := parse(rules)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(rules, "*_test.rego")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if modules[name], err = parseFile(rules, name); err != nil {
			return nil, err
		}
	}
	return modules, nil
}
