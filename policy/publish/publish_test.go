package publish_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/policytest"
	"sceau/policy/proof"
	"sceau/policy/publish"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

func draft(t testing.TB) *publish.Draft { t.Helper(); return policytest.Draft(t) }

func TestTheSheetsAreWithinTheCeilingAndLeaveOutOnlyWhatTheySay(t *testing.T) {
	excess, err := proof.Check(draft(t).Table.Rows(), catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range excess {
		t.Error(x.Sentence)
	}
	if otherwise, err := proof.Citations(draft(t).Table.Rows(), catalogue.Decree()); err != nil || len(otherwise) > 0 {
		t.Errorf("they cite otherwise than the ceiling: %q, %v", otherwise, err)
	}
	gaps, err := proof.Missing(draft(t).Table.Rows(), catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	left := maps.Clone(policytest.Below)
	for _, g := range gaps {
		if _, ok := left[g.CeilingRow+" "+g.Item]; !ok {
			t.Error(g)
		}
		delete(left, g.CeilingRow+" "+g.Item)
		for _, at := range g.Contexts {
			if !strings.Contains(at, " write ") {
				t.Errorf("%s: more than the writing of %s is left out: %s", g.CeilingRow, g.Item, at)
			}
		}
	}
	for what := range left {
		t.Errorf("%s is said to be left out, and is granted", what)
	}
}

// The rules may be narrower than the decree: what a sheet asks for beyond them is no
// fault of it, is not granted, and is told.
func TestASheetRowThatTheLawRefusesIsNotGranted(t *testing.T) {
	narrow := withRules(t, "art3_5.rego", func(text string) string {
		return text + "\n# METADATA\n# title: No state over the telephone in the complementary phase\n# custom:\n#   article: \"Art. 3 5°\"\n#   why: callers are answered by the commission then\ndeny contains law.no(q, \"NOT_IN_PH5\", rego.metadata.rule().custom.article) if {\n\tinput.phase == \"PH5\"\n\tsome q in law.asked\n}\n"
	})
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{Rules: narrow, Only: []catalogue.RecipientID{"R5"}})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(d.Table.Rows(), func(r policy.Row) bool { return r.Phase == "PH5" }) {
		t.Error("what the law refuses was granted")
	}
	if len(d.Refused) == 0 {
		t.Fatal("nobody is told that the row was refused")
	}
	for _, word := range []string{"S-R5-0", "PH5", "own_call", "NOT_IN_PH5", "Art. 3 5°"} {
		if s := d.Refused[0].Sentence(catalogue.MustLoad()); !strings.Contains(s, word) {
			t.Errorf("the refusal does not name %s: %s", word, s)
		}
	}
}

func TestAGrantAboveTheCeilingIsASentence(t *testing.T) {
	// A phase that the law does not close by itself, and that the ceiling does.
	wide := edited(t, "R1a-sup", func(s *sheets.Sheet) {
		i := slices.IndexFunc(s.Rows, func(r sheets.Row) bool { return slices.Contains(r.Items, "A16.06") })
		s.Rows[i].Phases = append(s.Rows[i].Phases, "PH7")
	})
	_, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{Sheets: wide})
	if !errors.As(err, new(*publish.NotProved)) {
		t.Fatalf("it was drafted: %v", err)
	}
	for _, want := range []string{"R1a-sup", "A16.06", "PH7", "open_ticket", "Art. 3 1° a", "N0026"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the sentence does not name %s: %v", want, err)
		}
	}
}

// expand writes a sheet out as rows of a table, whatever the law says.
func expand(s sheets.Sheet) []policy.Row {
	var out []policy.Row
	for _, r := range s.Rows {
		form := catalogue.FormMasked
		switch {
		case r.Access == "aggregate":
			form = catalogue.FormAggregate
		case r.Access == "pseudonymised":
			form = catalogue.FormPseudonymised
		case r.Derive == "as-is":
			form = catalogue.FormClear
		}
		actions := []policy.Action{policy.Read}
		if r.Access == "write" {
			actions = append(actions, policy.Write)
		}
		for _, it := range r.Items {
			for _, ph := range r.Phases {
				for _, rel := range r.Relations {
					for _, a := range actions {
						out = append(out, policy.Row{Recipient: s.Recipient, Purpose: r.Purpose, Action: a, Phase: ph, Relation: rel,
							Guards: r.Guards, Item: it, Form: form, Derive: r.Derive, Article: r.Article, SheetRow: r.ID})
					}
				}
			}
		}
	}
	return policy.Sort(out)
}

func line(r policy.Row) string {
	return strings.Join([]string{string(r.Recipient), string(r.Purpose), string(r.Action), string(r.Phase), string(r.Relation),
		r.Flags(), string(r.Item), r.Form.String(), string(r.Derive)}, " ")
}

// covered reads the ceiling once more, through the catalogue: a third reading,
// to hold the checker to.
func covered(c *catalogue.Catalogue, r policy.Row) bool {
	it, _ := c.Item(r.Item)
	about := func(row catalogue.CeilingRow) bool {
		return row.Recipient == r.Recipient && slices.Contains(row.Phases, r.Phase) && (row.Purpose == r.Purpose || row.Purpose == catalogue.All)
	}
	if named := it.Class == "identity" || it.Class == "contact"; named && r.Form == catalogue.FormPseudonymised &&
		!slices.Contains([]catalogue.Derive{"coded", "band", "yes-no", "match"}, r.Derive) {
		return false
	}
	within := false
	for _, row := range c.Ceiling() {
		if !about(row) {
			continue
		}
		named := slices.Contains(row.Items, r.Item)
		if !row.Grants() {
			if named && (len(row.Relations) == 0 || slices.Contains(row.Relations, r.Relation)) {
				return false
			}
			continue
		}
		form := map[string]catalogue.Form{"aggregate": catalogue.FormAggregate, "pseudonymised": catalogue.FormPseudonymised}[row.Access]
		if form == catalogue.FormNone {
			form = catalogue.FormMasked
			if row.Derive == "as-is" {
				form = catalogue.FormClear
			}
		}
		missing := slices.ContainsFunc(row.Guards, func(g catalogue.Guard) bool { return !slices.Contains(r.Guards, g) })
		within = within || ((named || (len(row.Items) == 0 && row.Class == it.Class)) &&
			slices.Contains(row.Relations, r.Relation) && !missing && r.Form <= form &&
			(row.Derive == r.Derive || row.Derive == "as-is" || r.Derive == "count") &&
			(r.Action == policy.Read || row.Access == "write"))
	}
	return within
}

func load(t *testing.T) []sheets.Sheet {
	t.Helper()
	all, err := sheets.Load(catalogue.MustLoad(), sheets.Files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func edited(t *testing.T, r catalogue.RecipientID, edit func(*sheets.Sheet)) fstest.MapFS {
	t.Helper()
	for _, s := range load(t) {
		if s.Recipient == r {
			edit(&s)
			return replaced(t, s)
		}
	}
	t.Fatalf("no sheet of %s", r)
	return nil
}

// replaced is the folder of sheets with one of them written anew.
func replaced(t *testing.T, s sheets.Sheet) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := sheets.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		raw, err := sheets.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[n.Name()] = &fstest.MapFile{Data: raw}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "recipient: %s\n", s.Recipient)
	if l := s.Limits; l != nil {
		fmt.Fprintf(&b, "limits: {request: %d, hour: %d, day: %d, export: %d}\n", l.Request, l.Hour, l.Day, l.Export)
	}
	if len(s.Rows) == 0 {
		fmt.Fprintf(&b, "nothing: %q\nrows: []\n", s.Nothing)
	} else {
		b.WriteString("rows:\n")
	}
	for _, r := range s.Rows {
		fmt.Fprintf(&b, "  - {row: %s, items: [%s], purpose: %s, access: %s, relations: [%s], phases: [%s], guards: [%s], derive: %s, article: %q, why: %q}\n",
			r.ID, join(r.Items), r.Purpose, r.Access, join(r.Relations), join(r.Phases), join(r.Guards), r.Derive, r.Article, r.Why)
	}
	out[string(s.Recipient)+".yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	return out
}

func join[T ~string](in []T) string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

// withoutLaw is the rules where every category grants all that it is asked.
func withoutLaw(t *testing.T) fstest.MapFS {
	t.Helper()
	const said = "granted(opens, denials) := asked - refused_questions(opens, denials)"
	out := fstest.MapFS{}
	names, err := rego.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		raw, err := rego.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(raw), said, "granted(_, _) := asked", 1)
		if n.Name() == "law.rego" && text == string(raw) {
			t.Fatal("the law grants in other words than this test takes out")
		}
		out[n.Name()] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func BenchmarkDraftAndProofOfOne(b *testing.B) {
	for b.Loop() {
		if _, err := publish.Make(b.Context(), catalogue.MustLoad(), opa.Sources{Only: []catalogue.RecipientID{"R2a"}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDraftAndProof(b *testing.B) {
	for b.Loop() {
		if _, err := publish.Make(b.Context(), catalogue.MustLoad(), opa.Sources{}); err != nil {
			b.Fatal(err)
		}
	}
}
