package publish_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

// A mutant is the sources with one change that a hand could make.
type mutant struct {
	what string
	src  opa.Sources
	// Of a widening: the words of which a finding must name all, for each of these.
	named [][]string
	exact bool // nothing else is found
}

// Random widenings of sheets and of rules, alone and together, never of the ceiling:
// each is caught when it would be published, by a sentence that names who, what, when
// and by which relation.
func TestEveryWideningIsCaught(t *testing.T) {
	random, n := draws(t, 50, 500)
	kinds := []func(*testing.T, *rand.Rand) (mutant, bool){
		widerSheet, widerSheet, widerSheet, widerSheetWithoutLaw, forgedGrant, openedContext, widerDoor, removedRefusal,
	}
	for i := 0; i < n; {
		m, ok := kinds[i%len(kinds)](t, random)
		if !ok {
			continue // it grants nothing that the decree does not: another draw
		}
		i++
		_, err := publish.Make(t.Context(), catalogue.MustLoad(), m.src)
		var no *publish.NotProved
		if !errors.As(err, &no) {
			t.Errorf("%s: it was drafted: %v", m.what, err)
			continue
		}
		for _, words := range m.named {
			if !slices.ContainsFunc(no.Findings, func(f publish.Finding) bool { return names(f.Sentence, words) }) {
				t.Errorf("%s: no sentence names %v; the first is: %s", m.what, words, no.Findings[0].Sentence)
			}
		}
		rows := 0
		for _, f := range no.Findings {
			rows += f.Rows
		}
		if m.exact && rows != len(m.named) {
			t.Errorf("%s: findings of %d rows, and %d are beyond the ceiling", m.what, rows, len(m.named))
		}
	}
}

// Random narrowings: each is drafted, and grants no more than before.
func TestEachNarrowingIsAccepted(t *testing.T) {
	random, n := draws(t, 24, 240)
	kinds := []func(*testing.T, *rand.Rand) (mutant, bool){narrowerSheet, narrowerSheet, lowerLimit, addedRefusal, closedDoor}
	for i := 0; i < n; {
		m, ok := kinds[i%len(kinds)](t, random)
		if !ok {
			continue
		}
		i++
		d, err := publish.Make(t.Context(), catalogue.MustLoad(), m.src)
		if err != nil {
			t.Errorf("%s: %v", m.what, err)
			continue
		}
		if c := policy.Compare(only(t, m.src.Only...), d.Table); c.Widens() > 0 {
			t.Errorf("%s: it widens %d", m.what, c.Widens())
		}
	}
}

func draws(t *testing.T, few, many int) (*rand.Rand, int) {
	t.Helper()
	seed, n := uint64(20210113), few
	if os.Getenv("SCEAU_SOAK") == "1" {
		seed, n = rand.Uint64(), many
	}
	t.Logf("seed %d, %d mutants", seed, n)
	return rand.New(rand.NewPCG(seed, 0)), n
}

func names(sentence string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(sentence, w) })
}

// only is the draft's table for some recipients.
func only(t *testing.T, who ...catalogue.RecipientID) *policy.Table {
	t.Helper()
	tb := draft(t).Table
	kept, err := policy.Compile(tb.Vocabulary(), slices.DeleteFunc(slices.Clone(tb.Rows()), func(r policy.Row) bool {
		return !slices.Contains(who, r.Recipient)
	}))
	if err != nil {
		t.Fatal(err)
	}
	limits := policy.Limits{}
	for _, r := range who {
		if l, ok := tb.Limits()[r]; ok {
			limits[r] = l
		}
	}
	return kept.Under(limits)
}

func widerSheet(t *testing.T, random *rand.Rand) (mutant, bool) {
	c := catalogue.MustLoad()
	what, s := widen(c, load(t), random)
	m := mutant{what: what, exact: true, src: opa.Sources{Sheets: replaced(t, s), Only: []catalogue.RecipientID{s.Recipient}}}
	seen := map[string]bool{}
	for _, row := range expand(s) {
		if !covered(c, row) && !seen[line(row)] {
			seen[line(row)] = true
			m.named = append(m.named, []string{string(row.Recipient), string(row.Item), string(row.Phase), string(row.Relation), row.SheetRow})
		}
	}
	return m, len(m.named) > 0
}

// The rules let everything stand: the checker alone finds all of it, and the cases that
// stand beside the rules say that they refuse no more.
func widerSheetWithoutLaw(t *testing.T, random *rand.Rand) (mutant, bool) {
	m, ok := widerSheet(t, random)
	m.what += ", without the law"
	m.src.Rules, m.exact = withoutLaw(t), false
	return m, ok
}

// A rule grants what no sheet says.
func forgedGrant(t *testing.T, random *rand.Rand) (mutant, bool) {
	s := someSheet(t, random)
	r := s.Rows[random.IntN(len(s.Rows))]
	items := catalogue.MustLoad().Items()
	it := items[random.IntN(len(items))].ID
	if slices.Contains(r.Items, it) {
		return mutant{}, false
	}
	// A category has no other way to grant than the law's.
	const said = "granted(opens, denials) := asked - refused_questions(opens, denials)"
	forged := fmt.Sprintf("granted(opens, denials) := (asked - refused_questions(opens, denials)) | {[%q, %q]}", r.ID, it)
	return mutant{
		what:  fmt.Sprintf("law.rego grants %s by %s", it, r.ID),
		named: [][]string{{string(s.Recipient), string(it), string(r.Phases[0]), string(r.Relations[0]), "Art. 3"}},
		src: opa.Sources{Only: []catalogue.RecipientID{s.Recipient}, Rules: withRules(t, "law.rego", func(text string) string {
			return strings.Replace(text, said, forged, 1)
		})},
	}, true
}

// A door is made where the decree grants nothing.
func openedContext(t *testing.T, random *rand.Rand) (mutant, bool) {
	c := catalogue.MustLoad()
	at := policy.Context{
		Recipient: c.Recipients()[random.IntN(len(c.Recipients()))].ID, Purpose: c.Purposes()[random.IntN(len(c.Purposes()))].ID,
		Phase: c.Phases()[random.IntN(len(c.Phases()))].ID, Relation: c.Relations()[random.IntN(len(c.Relations()))].ID,
	}
	if granted(c)[at] {
		return mutant{}, false
	}
	file := categoryOf(t, at.Recipient)
	door := fmt.Sprintf("\n# METADATA\n# title: One door more\n# custom:\n#   article: \"Art. 3\"\n#   why: somebody would like it\nopens contains rego.metadata.rule().custom.article if {\n\tinput.recipient == %q\n\tinput.purpose == %q\n\tinput.phase == %q\n\tinput.relation == %q\n}\n",
		at.Recipient, at.Purpose, at.Phase, at.Relation)
	return mutant{
		what:  fmt.Sprintf("%s opens %v", file, at),
		named: [][]string{{string(at.Recipient), string(at.Purpose), string(at.Phase), string(at.Relation)}},
		src: opa.Sources{Only: []catalogue.RecipientID{at.Recipient}, Rules: withRules(t, file, func(text string) string {
			return strings.Replace(text, "\nopens := set()\n", "\n", 1) + door
		})},
	}, true
}

// A door loses one of its conditions.
func widerDoor(t *testing.T, random *rand.Rand) (mutant, bool) {
	file, blocks := someRules(t, random)
	i := random.IntN(len(blocks))
	if !strings.Contains(blocks[i], "\nopens contains ") {
		return mutant{}, false
	}
	lines := strings.Split(blocks[i], "\n")
	head := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "opens contains ") })
	conditions := len(lines) - head - 2 // between the head and the brace
	if conditions < 2 {
		return mutant{}, false
	}
	at := head + 1 + random.IntN(conditions)
	dropped := lines[at]
	blocks[i] = strings.Join(slices.Delete(lines, at, at+1), "\n")
	m := mutant{what: fmt.Sprintf("%s opens without %q", file, strings.TrimSpace(dropped)),
		src: opa.Sources{Only: membersOf(blocks), Rules: withRules(t, file, func(string) string { return strings.Join(blocks, "\n\n") })}}
	// Whom it opens, and where, is asked of the rules; what the decree grants there, of
	// a reading of its own.
	b, err := opa.Build(t.Context(), catalogue.MustLoad(), m.src)
	if err != nil {
		return mutant{}, false // what does not compile is not drafted
	}
	within := granted(catalogue.MustLoad())
	for _, at := range b.Opened {
		if !within[at] {
			m.named = append(m.named, []string{string(at.Recipient), string(at.Purpose), string(at.Phase), string(at.Relation)})
		}
	}
	return m, len(m.named) > 0
}

// A refusal is taken out.
func removedRefusal(t *testing.T, random *rand.Rand) (mutant, bool) {
	file, blocks := someRules(t, random)
	i := random.IntN(len(blocks))
	_, after, ok := strings.Cut(blocks[i], "\ndeny contains ")
	if !ok {
		return mutant{}, false
	}
	code := strings.Split(after, "\"")[1]
	return mutant{
		what:  fmt.Sprintf("%s does not refuse %s any more", file, code),
		named: [][]string{{code, "ne refuse plus", "Art. 3"}},
		// One recipient stands for all: the cases are asked of every category.
		src: opa.Sources{Only: []catalogue.RecipientID{"R5"}, Rules: withRules(t, file, func(string) string {
			text := strings.Join(slices.Delete(blocks, i, i+1), "\n\n")
			if !strings.Contains(text, "\ndeny contains ") {
				text += "\ndeny := set()\n" // it was the only one
			}
			return text
		})},
	}, true
}

func narrowerSheet(t *testing.T, random *rand.Rand) (mutant, bool) {
	s := someSheet(t, random)
	s.Rows = slices.Clone(s.Rows)
	i := random.IntN(len(s.Rows))
	r := &s.Rows[i]
	what := "row " + r.ID
	switch random.IntN(5) {
	case 0:
		what += " taken out"
		s.Rows = slices.Delete(s.Rows, i, i+1)
		if len(s.Rows) == 0 {
			s.Nothing = "decided in this test"
		}
	case 1:
		if len(r.Items) < 2 {
			return mutant{}, false
		}
		what += " without " + string(r.Items[0])
		r.Items = r.Items[1:]
	case 2:
		if len(r.Phases) < 2 {
			return mutant{}, false
		}
		what += " without " + string(r.Phases[0])
		r.Phases = r.Phases[1:]
	case 3:
		guards := catalogue.MustLoad().Guards()
		g := guards[random.IntN(len(guards))].ID
		if slices.Contains(r.Guards, g) {
			return mutant{}, false
		}
		what += " under " + string(g)
		r.Guards = append(slices.Clone(r.Guards), g)
	case 4:
		if r.Access != "write" {
			return mutant{}, false
		}
		what += " read only"
		r.Access = "read"
	}
	return mutant{what: what, src: opa.Sources{Sheets: replaced(t, s), Only: []catalogue.RecipientID{s.Recipient}}}, true
}

func lowerLimit(t *testing.T, random *rand.Rand) (mutant, bool) {
	s := someSheet(t, random)
	if s.Limits == nil || s.Limits.Request == 0 {
		return mutant{}, false
	}
	s.Limits = &sheets.Limits{Request: random.IntN(s.Limits.Request), Hour: s.Limits.Hour, Day: s.Limits.Day, Export: s.Limits.Export}
	return mutant{what: "a lower limit of " + string(s.Recipient), src: opa.Sources{Sheets: replaced(t, s), Only: []catalogue.RecipientID{s.Recipient}}}, true
}

// The rules refuse more than the decree: the sheet's row is not granted, and no fault.
func addedRefusal(t *testing.T, random *rand.Rand) (mutant, bool) {
	s := someSheet(t, random)
	r := s.Rows[random.IntN(len(s.Rows))]
	file := categoryOf(t, s.Recipient)
	refusal := fmt.Sprintf("\n# METADATA\n# title: One refusal more\n# custom:\n#   article: \"Art. 3\"\n#   why: nobody needs that phase\ndeny contains law.no(q, \"MORE\", rego.metadata.rule().custom.article) if {\n\tinput.phase == %q\n\tsome q in law.asked\n}\n", r.Phases[0])
	return mutant{what: file + " refuses all of " + string(r.Phases[0]), src: opa.Sources{Only: []catalogue.RecipientID{s.Recipient},
		Rules: withRules(t, file, func(text string) string { return text + refusal })}}, true
}

func closedDoor(t *testing.T, random *rand.Rand) (mutant, bool) {
	s := someSheet(t, random)
	file := categoryOf(t, s.Recipient)
	blocks := blocksOf(t, file)
	var doors []int
	for i, b := range blocks {
		if strings.Contains(b, "\nopens contains ") {
			doors = append(doors, i)
		}
	}
	if len(doors) < 2 {
		return mutant{}, false // a package with no door at all does not compile
	}
	i := doors[random.IntN(len(doors))]
	return mutant{what: fmt.Sprintf("%s without its door %d", file, i), src: opa.Sources{Only: []catalogue.RecipientID{s.Recipient},
		Rules: withRules(t, file, func(string) string { return strings.Join(slices.Delete(blocks, i, i+1), "\n\n") })}}, true
}

// granted are the contexts where the ceiling grants something, read through the
// catalogue: another reading than the checker's.
func granted(c *catalogue.Catalogue) map[policy.Context]bool {
	out := map[policy.Context]bool{}
	for _, r := range c.Ceiling() {
		for _, ph := range r.Phases {
			for _, rel := range r.Relations {
				if r.Grants() {
					out[policy.Context{Recipient: r.Recipient, Purpose: r.Purpose, Phase: ph, Relation: rel}] = true
				}
			}
		}
	}
	return out
}

func someSheet(t *testing.T, random *rand.Rand) sheets.Sheet {
	t.Helper()
	all := load(t)
	for {
		if s := all[random.IntN(len(all))]; len(s.Rows) > 0 {
			return s
		}
	}
}

// categoryOf is the file of rules that holds a recipient.
func categoryOf(t *testing.T, r catalogue.RecipientID) string {
	t.Helper()
	for _, file := range ruleFiles(t) {
		for _, b := range blocksOf(t, file) {
			if strings.HasPrefix(b, "recipients := ") && strings.Contains(b, fmt.Sprintf("%q", r)) {
				return file
			}
		}
	}
	t.Fatalf("no category holds %s", r)
	return ""
}

// membersOf are the recipients of a category.
func membersOf(blocks []string) []catalogue.RecipientID {
	var out []catalogue.RecipientID
	for _, b := range blocks {
		if strings.HasPrefix(b, "recipients := ") {
			for i, word := range strings.Split(b, "\"") {
				if i%2 == 1 {
					out = append(out, catalogue.RecipientID(word))
				}
			}
		}
	}
	return out
}

func ruleFiles(t *testing.T) []string {
	t.Helper()
	entries, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.rego") {
			out = append(out, e.Name())
		}
	}
	return out
}

func someRules(t *testing.T, random *rand.Rand) (file string, blocks []string) {
	t.Helper()
	files := ruleFiles(t)
	file = files[random.IntN(len(files))]
	return file, blocksOf(t, file)
}

// blocksOf cuts a file of rules at its blank lines: each rule with what stands above it.
func blocksOf(t *testing.T, file string) []string {
	t.Helper()
	raw, err := rego.Files.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw))+"\n", "\n\n")
}

// withRules is the rules with one file written otherwise.
func withRules(t *testing.T, file string, edit func(string) string) fstest.MapFS {
	t.Helper()
	entries, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, e := range entries {
		raw, err := rego.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == file {
			raw = []byte(edit(string(raw)))
		}
		out[e.Name()] = &fstest.MapFile{Data: raw}
	}
	return out
}

// widen makes one sheet grant more, in one of the ways that a hand could.
func widen(c *catalogue.Catalogue, all []sheets.Sheet, random *rand.Rand) (string, sheets.Sheet) {
	s := all[random.IntN(len(all))]
	for len(s.Rows) == 0 {
		s = all[random.IntN(len(all))]
	}
	s.Rows = slices.Clone(s.Rows)
	r := &s.Rows[random.IntN(len(s.Rows))]
	what := ""
	switch random.IntN(8) {
	case 0:
		ph := c.Phases()[random.IntN(len(c.Phases()))].ID
		what = "phase " + string(ph)
		if !slices.Contains(r.Phases, ph) {
			r.Phases = append(slices.Clone(r.Phases), ph)
		}
	case 1:
		rel := c.Relations()[random.IntN(len(c.Relations()))].ID
		what = "relation " + string(rel)
		if !slices.Contains(r.Relations, rel) {
			r.Relations = append(slices.Clone(r.Relations), rel)
		}
	case 2:
		what = "no guard"
		r.Guards = nil
	case 3:
		what = "access raised"
		switch r.Access {
		case "aggregate":
			r.Access, r.Derive = "pseudonymised", "as-is"
		case "pseudonymised":
			r.Access = "read"
		case "read":
			r.Access = "write"
		}
	case 4:
		what = "as it is"
		if r.Access != "aggregate" {
			r.Derive = "as-is"
		}
	case 5:
		it := c.Items()[random.IntN(len(c.Items()))].ID
		what = "item " + string(it)
		if !slices.Contains(r.Items, it) {
			r.Items = append(slices.Clone(r.Items), it)
		}
	case 6:
		r.Purpose = c.Purposes()[random.IntN(len(c.Purposes()))].ID
		what = "purpose " + string(r.Purpose)
	case 7:
		to := all[random.IntN(len(all))]
		moved := *r
		moved.ID = "S-" + string(to.Recipient) + "-99"
		to.Nothing, to.Rows = "", append(slices.Clone(to.Rows), moved)
		return "a row of " + string(s.Recipient) + " given to " + string(to.Recipient), limited(to)
	}
	return fmt.Sprintf("%s: %s", r.ID, what), limited(s)
}

// limited gives a sheet the limits that it needs once it reads files.
func limited(s sheets.Sheet) sheets.Sheet {
	if s.Limits == nil {
		s.Limits = &sheets.Limits{Request: 1, Hour: 1, Day: 1}
	}
	return s
}
