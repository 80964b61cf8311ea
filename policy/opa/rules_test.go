package opa

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"sceau/catalogue"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

// everything parses rules and tests together, as the opa command line does.
func everything(t *testing.T) map[string]*ast.Module {
	t.Helper()
	modules, err := parse(rego.Files)
	if err != nil {
		t.Fatal(err)
	}
	names, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), "_test.rego") {
			continue
		}
		raw, err := rego.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		if modules[n.Name()], err = ast.ParseModuleWithOpts(n.Name(), string(raw), ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true}); err != nil {
			t.Fatal(err)
		}
	}
	return modules
}

func TestTheRulesPassTheirOwnTestsAndEveryRuleIsReached(t *testing.T) {
	c := catalogue.MustLoad()
	reached := cover.New()
	store := inmem.NewFromObject(data(c, nil))
	txn, err := store.NewTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)
	runner := tester.NewRunner().SetStore(store).SetModules(everything(t)).SetCoverageQueryTracer(reached)
	results, err := runner.RunTests(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r := range results {
		n++
		if !r.Pass() {
			t.Errorf("%s.%s: %v", r.Package, r.Name, r.Error)
		}
	}
	if want := 2 * len(categories(mustParse(t))); n != want {
		t.Errorf("%d tests ran, of %d", n, want)
	}

	// The doors that open are reached by the sheets themselves.
	all, err := sheets.Load(c, sheets.Files)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEvaluator(t.Context(), c, rego.Files, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		for _, in := range contexts(s) {
			q := e.queries[in.Recipient]
			if _, err := q.Eval(t.Context(), oparego.EvalInput(in.object()), oparego.EvalQueryTracer(reached)); err != nil {
				t.Fatal(err)
			}
		}
	}
	modules := mustParse(t)
	for name, f := range reached.Report(modules).Files {
		for _, r := range f.NotCovered {
			if constant(modules[name], r.Start.Row) {
				continue // a closed list of words is looked at, not evaluated
			}
			t.Errorf("%s:%d to %d: no test and no sheet reaches this", name, r.Start.Row, r.End.Row)
		}
	}
}

func constant(m *ast.Module, row int) bool {
	yes := ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	return slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool {
		return r.Location.Row == row && r.Body.Equal(yes) && r.Head.Value.IsGround()
	})
}

func mustParse(t *testing.T) map[string]*ast.Module {
	t.Helper()
	m, err := parse(rego.Files)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// codes are the refusals that the rules can give, read from the rules.
func codes(modules map[string]*ast.Module) []string {
	var out []string
	for name, m := range modules {
		ast.WalkTerms(m, func(x *ast.Term) bool {
			if call, ok := x.Value.(ast.Call); ok && strings.HasSuffix(call[0].String(), "no") && len(call) == 4 {
				if s, ok := call[2].Value.(ast.String); ok {
					out = append(out, strings.TrimSuffix(name, ".rego")+" "+string(s))
				}
			}
			return false
		})
	}
	slices.Sort(out)
	return out
}

func TestEveryRefusalHasACaseThatShowsIt(t *testing.T) {
	modules := everything(t)
	shown := map[string]bool{}
	for name, m := range modules {
		if !strings.HasSuffix(name, "_test.rego") {
			continue
		}
		pkg := strings.TrimSuffix(name, "_test.rego")
		ast.WalkTerms(m, func(x *ast.Term) bool {
			if a, ok := x.Value.(*ast.Array); ok && a.Len() == 9 {
				if s, ok := a.Elem(0).Value.(ast.String); ok {
					shown[pkg+" "+string(s)], shown["law "+string(s)] = true, true
				}
			}
			return false
		})
	}
	all := codes(mustParse(t))
	if len(all) < 100 {
		t.Fatalf("only %d refusals were found in the rules", len(all))
	}
	for _, c := range all {
		if !shown[c] {
			t.Errorf("%s: no case shows this refusal", c)
		}
	}
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Error("two rules of one package give the same code")
	}
}

func TestARuleThatReadsMoreThanItMayIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, rule, want string }{
		{"an overlay of the caller's word", "deny contains 1 if input.restricted", "reads input.restricted"},
		{"an overlay as data", "deny contains 1 if data.overlays.hold", "reads data.overlays.hold"},
		{"a word chosen at run time", "x := {k | some k; input[k]}", "reads input[k]"},
		{"the whole input", "x := input", "hands over the whole of input"},
		{"the whole data", "x := count(data)", "hands over the whole of data"},
		{"the day", "x := time.now_ns()", "undefined function time.now_ns"},
		{"the network", `x := http.send({"url": "https://example.org"})`, "undefined function http.send"},
		{"chance", `x := rand.intn("a", 2)`, "undefined function rand.intn"},
		{"the environment", "x := opa.runtime()", "undefined function opa.runtime"},
		{"what it reads, replaced", `x if input.phase == "PH3" with input as {"phase": "PH3"}`, "replaces what it reads"},
		{"a default", "default x := 1", "has an else or a default"},
		{"an else", "x := 1 if input.phase == \"PH3\" else := 2", "has an else or a default"},
		{"a refusal without a citation", "deny contains 1 if input.phase == \"PH3\"", "cites no article"},
		{"a door without a citation", "opens contains \"Art. 3\" if input.phase == \"PH3\"", "cites no article"},
		{"an import of data", "", "imports data.overlays"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			imports := ""
			if tt.rule == "" {
				imports = "import data.overlays\n"
			}
			_, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, "extra.rego",
				"# METADATA\n# custom:\n#   decree: ESRS2035793A\npackage sceau.extra\n\n"+imports+tt.rule+"\n")})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the rules were accepted, or refused otherwise: %v", err)
			}
		})
	}
}

func TestAPackageOfRulesNamesItsDecree(t *testing.T) {
	_, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, "extra.rego", "package sceau.extra\n")})
	if err == nil || !strings.Contains(err.Error(), "names no decree") {
		t.Errorf("it was accepted: %v", err)
	}
}

func TestEachRecipientStandsInOneCategory(t *testing.T) {
	second := "# METADATA\n# custom:\n#   decree: ESRS2035793A\npackage sceau.second\n\nrecipients := {%q}\n\ngrants := set()\n\nrefused := set()\n"
	for _, tt := range []struct{ recipient, want string }{
		{"R5", "stands in two categories"},
		{"R99", "unknown recipient"},
	} {
		_, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, "second.rego", fmt.Sprintf(second, tt.recipient))})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.recipient, err)
		}
	}
	missing := with(t, "art3_5.rego", "# METADATA\n# custom:\n#   decree: ESRS2035793A\npackage sceau.art3_5\n")
	if _, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: missing}); err == nil || !strings.Contains(err.Error(), "no category of the rules holds R5") {
		t.Errorf("a category was removed: %v", err)
	}
}

func TestARuleCannotGrantWhatNoSheetSays(t *testing.T) {
	forged := `# METADATA
# custom:
#   decree: ESRS2035793A
package sceau.art3_5

recipients := {"R5"}

grants := {["S-R5-01", "A08.01"]}

refused := set()
`
	_, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, "art3_5.rego", forged)})
	if err == nil || !strings.Contains(err.Error(), "which the sheet does not say") {
		t.Errorf("it was accepted: %v", err)
	}
}

// with is the rules with one file added or replaced.
func with(t *testing.T, name, text string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	entries, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := rego.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = &fstest.MapFile{Data: raw}
	}
	out[name] = &fstest.MapFile{Data: []byte(text)}
	return out
}

func TestTheRulesAreWrittenAsOpaWritesThem(t *testing.T) {
	entries, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := rego.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		tidy, err := format.Source(e.Name(), raw)
		if err != nil {
			t.Fatal(err)
		}
		if string(tidy) != string(raw) {
			t.Errorf("%s: opa fmt would write it otherwise", e.Name())
		}
	}
}
