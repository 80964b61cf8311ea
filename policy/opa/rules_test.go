package opa

import (
	"fmt"
	"io"
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
	extra := "\n# METADATA\n# title: Nobody comes here\n# custom:\n#   article: \"Art. 3\"\n#   why: nobody does\ndeny contains law.no(q, \"NEVER\", rego.metadata.rule().custom.article) if {\n\tinput.recipient == \"R6\"\n\tsome q in law.asked\n}\n"
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

// extra is a file of rules of one's own: what follows begins at line 5.
const extra = "# METADATA\n# custom:\n#   decree: ESRS2035793A\npackage sceau.extra\n"

// refused wants the rules with one file more to be refused, at that line and by that sentence.
func refused(t *testing.T, file, text, want string) {
	t.Helper()
	_, err := Build(t.Context(), catalogue.MustLoad(), Sources{Rules: with(t, file, text), Only: []catalogue.RecipientID{"R5"}})
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the rules were accepted, or refused otherwise: %v", err)
	}
}

func TestARuleThatReadsMoreThanItMayIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, rule, want string }{
		{"an overlay of the caller's word", "deny contains 1 if input.restricted", "reads input.restricted"},
		{"an overlay in brackets", `x if input["restricted"]`, "extra.rego:6: reads input.restricted"},
		{"an overlay in backquotes", "x if input[`restricted`]", "reads input.restricted"},
		{"an overlay in the brackets of a head", "x[input.restricted] := 1", "reads input.restricted"},
		{"an overlay in the brackets of a set's head", "x[input.restricted] contains 1", "reads input.restricted"},
		{"an overlay as an argument", "f(input.restricted) := 1", "reads input.restricted"},
		{"an overlay within a sheet", "x := data.sheets[input.restricted]", "reads input.restricted"},
		{"an overlay in a sentence", `x := $"{input.restricted}"`, "reads input.restricted"},
		{"an overlay as data", "deny contains 1 if data.overlays.hold", "reads data.overlays.hold"},
		{"an overlay as data, in a head", "x[data.overlays.hold].y contains 1", "reads data.overlays.hold"},
		{"an overlay among the packages", "x if data.sceau.overlays.hold", "reads data.sceau.overlays.hold"},
		{"a word chosen at run time", "x := {k | some k; input[k]}", "reads input[k]"},
		{"a word put in a variable", `x if {k := "restricted"; input[k]}`, "reads input[k]"},
		{"the whole input", "x := input", "hands over the whole of input"},
		{"the whole input, in brackets", "x[input] contains 1", "hands over the whole of input"},
		{"the whole input, to a function", "f(i) := i.restricted\n\nx := f(input)", "hands over the whole of input"},
		{"the whole input, in a list", "x := [input][0].restricted", "hands over the whole of input"},
		{"the whole input, key by key", "x if {some k, v in input; v}", "hands over the whole of input"},
		{"the whole input, each of it", "x if {every k, v in input {k == v}}", "hands over the whole of input"},
		{"the input, as an argument's name", "f(input) := input.phase", "hands over the whole of input"},
		{"a walk through the input", "x := {p | walk(input, [p, _])}", "hands over the whole of input"},
		{"a key of the input, by a function", `x := object.get(input, "restricted", false)`, "hands over the whole of input"},
		{"a walk through the sheets", "x := {p | walk(data.sheets, [p, _])}", "undefined function walk"},
		{"a key of the sheets, by a function", `x := object.get(data.sheets, "R5", [])`, "undefined function object.get"},
		{"json", `x := json.filter(data.items, ["A01"])`, "undefined function json.filter"},
		{"a graph", `x := graph.reachable(data.items, {"A01"})`, "undefined function graph.reachable"},
		{"the whole data", "x := count(data)", "hands over the whole of data"},
		{"the whole data, in a comprehension", "x := {k | some k, _ in data}", "hands over the whole of data"},
		{"data by a word chosen at run time", "x := {k | some k; data[k]}", "reads data[k]"},
		{"another package", "x := data.sceau.art3_5.opens", "reads data.sceau.art3_5.opens"},
		{"whichever package", "x if {some k; data.sceau[k].grants}", "reads data.sceau[k].grants"},
		{"the tests", "x := data.sceau_test.fixture", "reads data.sceau_test.fixture"},
		{"the day", "x := time.now_ns()", "undefined function time.now_ns"},
		{"the network", `x := http.send({"url": "https://example.org"})`, "undefined function http.send"},
		{"chance", `x := rand.intn("a", 2)`, "undefined function rand.intn"},
		{"chance, as a name", `x := uuid.rfc4122("a")`, "undefined function uuid.rfc4122"},
		{"the environment", "x := opa.runtime()", "undefined function opa.runtime"},
		{"the metadata of others", "x := rego.metadata.chain()", "undefined function rego.metadata.chain"},
		{"itself", "x if y\n\ny if x", "is recursive"},
		{"what it reads, replaced", `x if input.phase == "PH3" with input as {"phase": "PH3"}`, "replaces what it reads"},
		{"what it reads, replaced in a comprehension", `x := {1 | input.phase == "PH3" with input.phase as "PH3"}`, "replaces what it reads"},
		{"what it reads, replaced in each", `x if {every p in {"PH3"} {input.phase == p with input.phase as "PH3"}}`, "replaces what it reads"},
		{"what it reads, replaced twice", `x if input.phase == "PH3" with input.phase as {p | p := input.phase with input.phase as "PH3"}`, "replaces what it reads"},
		{"what it reads, replaced in the brackets of a head", `x[{1 | input.phase == "PH3" with input.phase as "PH3"}].y contains 1`, "replaces what it reads"},
		{"a function, replaced", "x if count([]) == 1 with count as 1", "replaces what it reads"},
		{"a default", "default x := 1", "has an else or a default"},
		{"an else", "x := 1 if input.phase == \"PH3\" else := 2", "has an else or a default"},
		{"an import of data", "import data.overlays", "imports data.overlays"},
		{"an import of the input", "import input as i\n\nx := i.restricted", "imports input"},
		{"an import of all packages", "import data.sceau as s\n\nx := s.law.asked", "imports data.sceau:"},
		{"an import of another category", "import data.sceau.art3_1\n\nx := art3_1.opens", "imports data.sceau.art3_1"},
		{"an import of the tests", "import data.sceau_test.fixture\n\nx := fixture.codes([])", "imports data.sceau_test.fixture"},
		{"the law by another name", "import data.sceau.law as l\n\nx := l.asked", "imports the law as l"},
		{"another package by the law's name", "import data.sceau.art3_1 as law\n\nx := law.opens", "imports data.sceau.art3_1"},
		{"a law of its own", "law.asked := set()\n\nx := law.asked", "gives law a meaning of its own"},
		{"a law of its own, in a variable", "import data.sceau.law\n\nx if {law := {\"asked\": set()}; law.asked}", "hands over the whole of law"},
		{"a law of its own, as an argument", "import data.sceau.law\n\nx(law) if law.asked", "hands over the whole of law"},
		{"a citation of its own", "rego.metadata.rule() := {\"custom\": {\"article\": \"Art. 99\"}}", "gives rego a meaning of its own"},
		{"a function of its own", "startswith(a, b) if a == b", "gives startswith a meaning of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, "extra.rego", extra+"\n"+tt.rule+"\n", tt.want) })
	}
}

func TestARuleThatOpensOrRefusesCitesAnArticleAndSaysWhy(t *testing.T) {
	const (
		article = "#   article: \"Art. 3\"\n"
		why     = "#   why: the caller asked for it\n"
		meta    = "# METADATA\n# title: A door\n# custom:\n" + article + why
		opens   = "opens contains rego.metadata.rule().custom.article if input.phase == \"PH3\"\n"
	)
	for _, tt := range []struct{ name, rules, want string }{
		{"a refusal without a citation", "deny contains 1 if input.phase == \"PH3\"\n", "extra.rego:5: a rule that opens or refuses cites no article"},
		{"a door without a citation", "opens contains \"Art. 3\" if input.phase == \"PH3\"\n", "extra.rego:5: a rule that opens or refuses cites no article"},
		{"no article", "# METADATA\n# title: A door\n# custom:\n" + why + opens, "extra.rego:9: a rule that opens or refuses cites no article"},
		{"an article that is no word", "# METADATA\n# title: A door\n# custom:\n#   article: 3\n" + why + opens, "extra.rego:10: a rule that opens or refuses cites no article"},
		{"no title", "# METADATA\n# custom:\n" + article + why + opens, "extra.rego:9: a rule that opens or refuses has no title"},
		{"no reason", "# METADATA\n# title: A door\n# custom:\n" + article + opens, "extra.rego:9: a rule that opens or refuses does not say why"},
		{"an empty reason", "# METADATA\n# title: A door\n# custom:\n" + article + "#   why: \" \"\n" + opens, "does not say why"},
		{"a reason of two lines", "# METADATA\n# title: A door\n# custom:\n" + article + "#   why: |\n#     one\n#     two\n" + opens, "says why in more than a line"},
		{"the title for a reason", "# METADATA\n# title: A door\n# custom:\n" + article + "#   why: a door\n" + opens, "gives its title for a reason"},
		{"a citation farther up", meta + "\n" + opens, "extra.rego:11: a rule that opens or refuses cites no article"},
		{"a citation for a whole name", strings.Replace(meta, "# title", "# scope: document\n# title", 1) + opens, "cites no article"},
		{"two citations", strings.Replace(meta, "Art. 3", "Art. 99", 1) + "\n" + meta + opens, "extra.rego:16: a rule that opens or refuses stands under 2 blocks of metadata"},
		{"two bodies under one citation", meta + strings.TrimSuffix(strings.Replace(opens, "input.phase == \"PH3\"", "{ input.phase == \"PH3\" } { input.phase == \"PH8\" }", 1), "\n") + "\n", "cites no article"},
		{"a citation that is not the one above", meta + "opens contains \"Art. 1\" if input.phase == \"PH3\"\n", "extra.rego:10: opens gives something else than its citation"},
		{"a door by its name", meta + "opens[\"Art. 3\"] := true if input.phase == \"PH3\"\n", "extra.rego:10: opens gives something else than its citation"},
		{"a door by a name looked up", meta + "opens[x] := true if some x in data.sheets\n", "opens gives something else than its citation"},
		{"a door below a door", meta + "opens.art3 contains rego.metadata.rule().custom.article if input.phase == \"PH3\"\n", "opens gives something else than its citation"},
		{"doors all at once", "opens := {\"Art. 3\"}\n", "extra.rego:5: a rule that opens or refuses cites no article"},
		{"no door, under a condition", "opens := set() if input.phase == \"PH3\"\n", "opens gives something else than its citation"},
		{"a door as a function", "opens(x) := x\n", "opens gives something else than its citation"},
		{"refusals all at once", meta + "deny := {q | some q in data.sheets}\n", "deny gives something else than its citation"},
		{"a refusal with an article of its own", "import data.sceau.law\n" + meta + "deny contains law.no(q, \"NO\", \"Art. 3\") if some q in law.asked\n", "deny gives something else than its citation"},
		{"a refusal made otherwise", "no(q, c, a) := {\"row\": \"\", \"item\": q, \"code\": c, \"article\": a}\n" + meta +
			"deny contains no(q, \"NO\", rego.metadata.rule().custom.article) if some q in data.sheets\n", "deny gives something else than its citation"},
		{"a code chosen at run time", "import data.sceau.law\n" + meta + "deny contains law.no(q, q[1], rego.metadata.rule().custom.article) if some q in law.asked\n", "deny gives something else than its citation"},
		{"a grant that nothing opens", "import data.sceau.law\ngrants := law.asked\n", "extra.rego:6: grants holds something else than what the package opens and does not refuse"},
		{"a grant beside the doors", "import data.sceau.law\ngrants := law.granted({\"Art. 3\"}, set()) if law.asks\n", "grants holds something else"},
		{"a grant by its name", "grants.x contains 1\n", "grants holds something else"},
		{"a refusal that is not told", "refused := set()\n", "refused holds something else"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, "extra.rego", extra+tt.rules, tt.want) })
	}
}

func TestACategoryNamesTheSheetsThatItJudges(t *testing.T) {
	for _, tt := range []struct{ name, file, from, to, want string }{
		{"none", "art3_5.rego", "#   sheets: [R5]\n", "", "art3_5.rego:7: the package does not name the sheets that it judges"},
		{"one too many", "art3_5.rego", "[R5]", "[R5, R6]", `art3_5.rego:8: the package names the sheet "R6", and its recipients do not`},
		{"a sub-role left out", "art3_3.rego", "R3b-pp, ", "", `the package judges "R3b-pp", and does not name that sheet`},
		{"one twice", "art3_5.rego", "[R5]", "[R5, R5]", `the package names the sheet "R5" twice`},
		{"no list", "art3_5.rego", "[R5]", "R5", `the package judges "R5", and does not name that sheet`},
		{"a list of lists", "art3_5.rego", "[R5]", "[[R5], [R5]]", `the package judges "R5", and does not name that sheet`},
		{"recipients left out", "art3_5.rego", "recipients := {\"R5\"}\n", "", `the package names the sheet "R5", and its recipients do not`},
		{"recipients that depend", "art3_5.rego", "recipients := {\"R5\"}", "recipients := {\"R5\"} if input.phase == \"PH3\"", "the recipients are no closed list"},
		{"recipients looked up", "art3_5.rego", "recipients := {\"R5\"}", "recipients := {r | some r, _ in data.sheets}", "the recipients are no closed list"},
		{"recipients one by one", "art3_5.rego", "recipients := {\"R5\"}", "recipients contains \"R5\"", "the recipients are no closed list"},
		{"recipients in two lists", "art3_5.rego", "recipients := {\"R5\"}", "recipients := {\"R5\"}\n\nrecipients := {\"R6\"}", "the recipients are no closed list"},
		{"the law, which judges everybody", "law.rego", "ESRS2035793A\n", "ESRS2035793A\n#   sheets: [R5]\n", "the package names sheets, and judges nobody"},
		{"the law, which grants nothing by itself", "law.rego", "asks if count(rows) > 0\n", "asks if count(rows) > 0\n\ngrants := asked\n", "the law opens and grants nothing by itself"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := rego.Files.ReadFile(tt.file)
			if err != nil || !strings.Contains(string(raw), tt.from) {
				t.Fatalf("%s does not say %q: %v", tt.file, tt.from, err)
			}
			refused(t, tt.file, strings.Replace(string(raw), tt.from, tt.to, 1), tt.want)
		})
	}
}

func TestAPackageStandsInTheFileOfItsName(t *testing.T) {
	for _, tt := range []struct{ name, pkg, rules string }{
		{"outside", "elsewhere", "x := 1"},
		{"in place of the sheets", "sheets", `R5 := [{"row": "S-R5-01", "guards": ["caller_verified"]}]`},
		{"in place of an item", "items", `x := {"class": "identity"}`},
		{"above a category", "sceau", `art3_5.opens contains "Art. 3"`},
		{"below a category", "sceau.art3_5.more", "x := 1"},
		{"beside a category, in another file", "sceau.art3_5", `recipients := {"R5"}`},
		{"beside the law, in another file", "sceau.law", "archive_door(q) if q"},
		{"among the tests", "sceau_test.extra", "x := 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, "extra.rego", strings.Replace(extra, "sceau.extra", tt.pkg, 1)+tt.rules+"\n",
				"extra.rego:4: holds the package "+tt.pkg+": this file is the place of sceau.extra")
		})
	}
}

// What a test redefined, the table would not have, and the tests and an auditor would.
func TestATestIsNoRule(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a test in the law", "package sceau.law\n\ndeny contains 1 if false\n", "extra_test.rego:1: holds the package sceau.law: this file is the place of sceau_test.extra"},
		{"a test in a category", "package sceau.art3_5\n\nopens contains 1\n", "holds the package sceau.art3_5"},
		{"a test in another's place", "package sceau_test.fixture\n\ncodes(_) := {}\n", "holds the package sceau_test.fixture"},
		{"a test of the network", "package sceau_test.extra\n\ntest_x if http.send({\"url\": \"https://example.org\"})\n", "undefined function http.send"},
		{"a test of the day", "package sceau_test.extra\n\ntest_x if time.now_ns() > 0\n", "undefined function time.now_ns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, rules := catalogue.MustLoad(), with(t, "extra_test.rego", tt.text)
			problems, err := Lint(rules)
			if err != nil || !strings.Contains(strings.Join(problems, "; "), tt.want) {
				t.Errorf("the lint says %q, %v", problems, err)
			}
			if _, err := Test(t.Context(), c, rules); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("they are tested: %v", err)
			}
			if _, err := Cases(t.Context(), c, rules); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the cases are asked: %v", err)
			}
		})
	}
	if err := WriteBundle(catalogue.MustLoad(), Sources{Rules: with(t, "extra_test.rego", "package sceau.law\n")}, io.Discard); err == nil {
		t.Error("an auditor is given other rules than those of the table")
	}
}

func TestTheRulesOfThisProgramPassTheLint(t *testing.T) {
	if problems, err := Lint(nil); err != nil || len(problems) > 0 {
		t.Errorf("%q, %v", problems, err)
	}
}

func TestAPackageOfRulesNamesItsDecree(t *testing.T) {
	refused(t, "extra.rego", "package sceau.extra\n", "extra.rego:1: the package names no decree")
	refused(t, "extra.rego", strings.Replace(extra, "ESRS2035793A", "\"\"", 1), "extra.rego:4: the package names no decree")
}

func TestEachRecipientStandsInOneCategory(t *testing.T) {
	second := `# METADATA
# custom:
#   decree: ESRS2035793A
#   sheets: [%[1]s]
package sceau.second

import data.sceau.law

recipients := {%[1]q}

opens := set()

deny := set()

grants := law.granted(opens, deny) if law.asks

grants := set() if not law.asks

refused := law.refusals(opens, deny) if law.asks

refused := set() if not law.asks
`
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

// A category has no other way to grant than the law's, so it is the law that lies here.
func TestARuleCannotGrantWhatNoSheetSays(t *testing.T) {
	const said = "granted(opens, denials) := asked - refused_questions(opens, denials)"
	raw, err := rego.Files.ReadFile("law.rego")
	if err != nil || !strings.Contains(string(raw), said) {
		t.Fatalf("the law grants in other words: %v", err)
	}
	forged := strings.Replace(string(raw), said, `granted(_, _) := {["S-R5-01", "A08.01"]}`, 1)
	c := catalogue.MustLoad()
	b, err := Build(t.Context(), c, Sources{Rules: with(t, "law.rego", forged), Only: []catalogue.RecipientID{"R5"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Unfounded) == 0 || slices.ContainsFunc(b.Rows, func(r policy.Row) bool { return r.Recipient == "R5" }) {
		t.Fatalf("%d grants without a row are named, and %d rows stand", len(b.Unfounded), len(b.Rows))
	}
	for _, word := range []string{"R5", "A08.01", "PH0", "own_call", "Art. 3"} {
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
