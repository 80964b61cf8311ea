package core_test

import (
	"cmp"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Somebody who knows the procedure in French finds each of its words in what `go doc`
// prints of these packages.
var terms = []string{
	"candidat", "commission d'examen des vœux", "voie", "boursiers du secondaire", "secteur",
	"formation d'affectation", "formation sélective", "groupe de classement", "groupe d'affectation",
	"vœu", "vœu multiple", "sous-vœu", "internat", "avec internat", "en alternance",
	"rang du classement pédagogique", "ordre d'appel", "rang dans l'ordre d'appel", "insertion tardive",
	"taux minimum de boursiers", "taux maximum de non-résidents", "pourcentage minimal de bacheliers professionnels, technologiques",
	"capacité d'accueil", "taux d'appel supplémentaire", "bloc d'appel", "rang limite d'appel",
	"classement internat", "barre internat", "barre internat maximale", "fin de réservation des places d'internat",
	"phase principale", "hors phase principale", "gestion des désistements", "GDD",
	"proposition d'admission", "en attente", "oui, si", "réponse de l'établissement", "répondeur automatique",
	"liste d'attente", "rang sur liste d'attente", "rang du dernier appelé",
	"calendrier de la procédure", "délai de réponse", "suspension des délais", "silence vaut refus",
	"acceptation", "refus", "renonciation", "abandon", "maintien", "démission", "réintégration",
	"fiche publique",
}

func TestEachFrenchTermIsInADocComment(t *testing.T) {
	said := map[string]string{}
	for _, p := range packages(t) {
		said[p.path] = p.printed
	}
	if unsaid := missing(terms, said); len(unsaid) > 0 {
		t.Errorf("no doc comment of core says: %s", strings.Join(unsaid, "; "))
	}
}

// A term that is nowhere is missed, and so is one that only code, a test, or a comment
// that go doc does not print would say; a word within another word is another word.
func TestATermThatNoDocCommentSaysIsMissed(t *testing.T) {
	said := map[string]string{"made up": printed(parse(t, `// Package p speaks of the sous-vœu,
// and of the ordre
// d’appel.
package p

// A Wish has a bed ("internat").
type Wish struct {
	Bed bool // "avec internat"
	row int  // "groupe"
}

// Of says "oui, si".
func Of() string {
	// "répondeur automatique"
	return "démission"
}

// rank is the "classement".
func rank() {}
`))}
	for _, term := range []string{"sous-vœu", "ordre d'appel", "internat", "avec internat", "oui, si"} {
		if len(missing([]string{term}, said)) > 0 {
			t.Errorf("%q is said, and missed", term)
		}
	}
	for _, term := range []string{"vœu multiple", "appe", "groupe", "répondeur automatique", "démission", "classement", "tirage au sort"} {
		if len(missing([]string{term}, said)) == 0 {
			t.Errorf("%q is in no doc comment, and not missed", term)
		}
	}
}

// Whoever looks for something in core begins with its package comment.
func TestTheVocabularyNamesEachPackage(t *testing.T) {
	all := packages(t)
	first := all[slices.IndexFunc(all, func(p pkg) bool { return p.path == "." })].doc
	for _, p := range all {
		if p.path != "." && !strings.Contains(words(first), words(p.path)) {
			t.Errorf("package core does not name %s", p.path)
		}
	}
}

// What each package computes, by the headings of its package comment. A package that is
// not named here computes one thing, and has no headings.
var algorithms = map[string][]string{
	"callorder": {"The order", "Late insertion"},
	"proposal": {"Rounds", "The scan of a group", "The estimate", "The highest bar allowed", "The bars",
		"The answering machine", "The gap phase", "What is refused"},
	"verify":   {"Call orders", "Days", "Waiting ranks"},
	"display":  {"The waiting rank", "The last rank called", "The bars of a boarding school"},
	"explain":  {"A position in the call order", "A wish that waits", "A wish that was given up", "The public sheet"},
	"calendar": {"A year", "The deadline"},
	"campaign": {"Answers", "The lapse", "The freeze", "The publication", "The log"},
	"entry":    {"Boarding ranks", "Places by track", "Rates", "The answer of an institution", "The list of wishes"},
	"view":     {"The columns", "The file", "Two views compared"},
}

// What is said of each algorithm, and how its paragraph begins: what is computed, what
// may be relied on, what it costs, and the article or document that it comes from.
var parts = []string{"Rule", "Invariant", "Cost", "Source"}

func TestEachAlgorithmStatesItsRuleInvariantCostAndSource(t *testing.T) {
	named := 0
	for _, p := range packages(t) {
		sections := cut(p.doc)
		headings := slices.DeleteFunc(slices.Collect(maps.Keys(sections)), func(h string) bool { return h == "" })
		if want := slices.Sorted(slices.Values(algorithms[p.path])); !slices.Equal(slices.Sorted(slices.Values(headings)), want) {
			t.Errorf("package %s has the headings %q, want %q", p.path, headings, want)
		}
		if len(algorithms[p.path]) > 0 {
			named++
			delete(sections, "") // what comes before the headings introduces them
		}
		for heading, section := range sections {
			if unsaid := unstated(section); len(unsaid) > 0 {
				t.Errorf("package %s %q does not state: %s", p.path, heading, strings.Join(unsaid, ", "))
			}
		}
	}
	if named != len(algorithms) {
		t.Errorf("%d of the %d packages named are there", named, len(algorithms))
	}
}

func TestAnAlgorithmThatLacksAPartIsFound(t *testing.T) {
	whole := "Package p sorts.\n\nRule. By rank.\n\nInvariant: a permutation.\n\nCost. That of a sort.\n\nSource: none.\n"
	if unsaid := unstated(cut(whole)[""]); len(unsaid) > 0 {
		t.Errorf("all is stated, and missed: %s", unsaid)
	}
	for _, part := range parts {
		if unsaid := unstated(cut(strings.ReplaceAll(whole, part, "We"))[""]); !slices.Equal(unsaid, []string{part}) {
			t.Errorf("%s is left out, and %q is missed", part, unsaid)
		}
	}
	// A part of one algorithm is not that of the next.
	two := cut(whole + "\n# Late insertion\n\nRule. Anew.\n")
	if unsaid := unstated(two["Late insertion"]); !slices.Equal(unsaid, parts[1:]) {
		t.Errorf("of the second only the rule is stated, and %q is missed", unsaid)
	}
	if unsaid := unstated(cut("Package p.\n\nThe Rule, the Invariant, the Cost, the Source.\n")[""]); len(unsaid) != len(parts) {
		t.Error("words within a paragraph pass for parts")
	}
}

// A pkg is one package of core: its path below core, its package comment, every comment
// that go doc prints of it, and the names that it exports.
type pkg struct {
	path, doc, printed string
	names              map[string]bool
}

// packages reads all packages of core, those of tests left out.
func packages(t *testing.T) []pkg {
	t.Helper()
	byPath := map[string]*pkg{}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == "testdata" {
			return cmp.Or(err, error(fs.SkipDir))
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		at := filepath.ToSlash(filepath.Dir(path))
		if byPath[at] == nil {
			byPath[at] = &pkg{path: at, names: map[string]bool{}}
		}
		byPath[at].doc += f.Doc.Text()
		byPath[at].printed += printed(f) + "\n" // and cuts the file down to what is exported
		maps.Copy(byPath[at].names, declared(f))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for _, at := range slices.Sorted(maps.Keys(byPath)) {
		all = append(all, *byPath[at])
	}
	if len(all) < 12 {
		t.Fatalf("%d packages of core: the rest was not found", len(all))
	}
	return all
}

func parse(t *testing.T, source string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// printed is what go doc prints of the comments of a file: of the package, and of what is
// exported. The file is cut down to that.
func printed(f *ast.File) string {
	ast.FileExports(f)
	var b strings.Builder
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			return false
		case *ast.CommentGroup:
			b.WriteString(n.Text() + "\n")
		}
		return true
	})
	return b.String()
}

// declared are the names that the declarations of a file give: of types, values and
// functions, fields and methods.
func declared(f *ast.File) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names[n.Name.Name] = true
			return false
		case *ast.TypeSpec:
			names[n.Name.Name] = true
		case *ast.ValueSpec:
			for _, id := range n.Names {
				names[id.Name] = true
			}
		case *ast.Field:
			for _, id := range n.Names {
				names[id.Name] = true
			}
		}
		return true
	})
	return names
}

// missing are the terms that no text says, as words of their own.
func missing(terms []string, said map[string]string) (unsaid []string) {
	var texts []string
	for _, text := range said {
		texts = append(texts, words(text))
	}
	for _, term := range terms {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, words(term)) }) {
			unsaid = append(unsaid, term)
		}
	}
	return unsaid
}

// words brings a text to its words, each between blanks: line breaks, quotation marks and
// capitals do not count.
func words(text string) string {
	text = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	fields := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	return " " + strings.Join(fields, " ") + " "
}

// cut gives the paragraphs below each heading of a package comment, and above the first
// under no name.
func cut(doc string) map[string][]string {
	sections, at := map[string][]string{}, ""
	var p comment.Printer
	for _, block := range new(comment.Parser).Parse(doc).Content {
		text := strings.TrimSpace(string(p.Text(&comment.Doc{Content: []comment.Block{block}})))
		if _, heading := block.(*comment.Heading); heading {
			at = strings.TrimPrefix(text, "# ")
			sections[at] = nil
			continue
		}
		sections[at] = append(sections[at], text)
	}
	return sections
}

// unstated are the parts that no paragraph of a section begins with.
func unstated(section []string) (unsaid []string) {
	for _, part := range parts {
		if !slices.ContainsFunc(section, func(p string) bool {
			return strings.HasPrefix(p, part+".") || strings.HasPrefix(p, part+":") || strings.HasPrefix(p, part+"s.") || strings.HasPrefix(p, part+"s:") || strings.HasPrefix(p, part+" (")
		}) {
			unsaid = append(unsaid, part)
		}
	}
	return unsaid
}
