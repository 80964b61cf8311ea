package opa

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/rego"
)

func everything(t *testing.T) map[string]*ast.Module {
	t.Helper()
	modules, err := withTests(rego.Files)
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

func TestTheRulesPassTheirOwnTestsAndEveryRuleIsReached(t *testing.T) {
	c := catalogue.MustLoad()
	results, err := Test(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Fails != "" {
			t.Errorf("%s: %s", r.Name, r.Fails)
		}
	}
	if want := 2 * len(categories(mustParse(t))); len(results) != want {
		t.Errorf("%d tests ran, of %d", len(results), want)
	}
	uncovered, err := Uncovered(t.Context(), c, Sources{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uncovered {
		t.Errorf("%s: no test and no sheet reaches this", u)
	}
}

func TestARuleThatNothingReachesIsNamed(t *testing.T) {
	extra := "\n# METADATA\n# title: Nobody comes here\n# custom:\n#   article: \"Art. 3\"\ndeny contains law.no(q, \"NEVER\", rego.metadata.rule().custom.article) if {\n\tinput.recipient == \"R6\"\n\tsome q in law.asked\n}\n"
	raw, err := rego.Files.ReadFile("art3_5.rego")
	if err != nil {
		t.Fatal(err)
	}
	uncovered, err := Uncovered(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, "art3_5.rego", string(raw)+extra)})
	if err != nil || len(uncovered) == 0 {
		t.Errorf("a rule that nothing exercises was not named: %v", err)
	}
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
	second := "# METADATA\n# custom:\n#   decree: ESRS2035793A\npackage sceau.second\n\nrecipients := {%q}\n\nopens := set()\n\ngrants := set()\n\nrefused := set()\n"
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

opens := {"Art. 3"}

grants := {["S-R5-01", "A08.01"]}

refused := set()
`
	c := catalogue.MustLoad()
	b, err := Build(t.Context(), c, Sources{Rules: with(t, "art3_5.rego", forged), Only: []catalogue.RecipientID{"R5"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Unfounded) == 0 || slices.ContainsFunc(b.Rows, func(r policy.Row) bool { return r.Recipient == "R5" }) {
		t.Fatalf("%d grants without a row are named, and %d rows stand", len(b.Unfounded), len(b.Rows))
	}
	for _, word := range []string{"R5", "A08.01", "PH0", "national", "Art. 3"} {
		if s := b.Unfounded[0].Sentence(c); !strings.Contains(s, word) {
			t.Errorf("the sentence does not name %s: %s", word, s)
		}
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
