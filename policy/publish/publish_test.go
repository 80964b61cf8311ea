package publish_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/proof"
	"sceau/policy/publish"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

var drafted = sync.OnceValues(func() (*publish.Draft, error) {
	return publish.Make(context.Background(), catalogue.MustLoad(), opa.Sources{})
})

func draft(t testing.TB) *publish.Draft {
	t.Helper()
	d, err := drafted()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The sheets start at the ceiling. Granting less is a choice, and each choice
// is a line of this list, with who made it and why.
var leftOutOnPurpose = []string{}

func TestTheSheetsAreWithinTheCeilingAndLeaveOutOnlyWhatTheySay(t *testing.T) {
	excess, err := proof.Check(draft(t).Table.Rows(), catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range excess {
		t.Error(x.Sentence)
	}
	gaps, err := proof.Missing(draft(t).Table.Rows(), catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		if !slices.Contains(leftOutOnPurpose, g.CeilingRow+" "+g.Item) {
			t.Error(g)
		}
	}
}

func TestASheetRowThatTheLawRefusesIsNotGranted(t *testing.T) {
	wide := edited(t, "R4b-exam", func(s *sheets.Sheet) { s.Rows[0].Items = append(s.Rows[0].Items, "A01.06") })
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{Sheets: wide})
	if err != nil {
		t.Fatal(err)
	}
	if d.Table.Hash() != draft(t).Table.Hash() {
		t.Error("the table changed")
	}
	if len(d.Refused) == 0 {
		t.Fatal("nobody is told that the row was refused")
	}
	if s := d.Refused[0].String(); !strings.Contains(s, "S-R4b-exam-01") || !strings.Contains(s, "A01.06") || !strings.Contains(s, "D. 612-1-13") {
		t.Errorf("the refusal says %q", s)
	}
}

func TestAGrantAboveTheCeilingIsASentence(t *testing.T) {
	// A phase that the law does not close by itself, and that the ceiling does.
	wide := edited(t, "R1a-sup", func(s *sheets.Sheet) {
		i := slices.IndexFunc(s.Rows, func(r sheets.Row) bool { return slices.Contains(r.Items, "A16.06") })
		s.Rows[i].Phases = append(s.Rows[i].Phases, "PH7")
	})
	_, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{Sheets: wide})
	var excess *publish.ExcessError
	if !errors.As(err, &excess) {
		t.Fatalf("it was drafted: %v", err)
	}
	for _, want := range []string{"R1a-sup", "A16.06", "PH7", "open_ticket", "Art. 3 1° a", "N0026"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the sentence does not name %s: %v", want, err)
		}
	}
}

// Random widenings of sheets, with the rules and without them: what the ceiling
// does not allow is refused by the law or found by the checker, and the checker
// alone finds all of it.
func TestEveryWideningIsCaught(t *testing.T) {
	c := catalogue.MustLoad()
	seed, n := uint64(20210113), 50
	if os.Getenv("SCEAU_SOAK") == "1" {
		seed, n = rand.Uint64(), 500
	}
	t.Logf("seed %d, %d widenings", seed, n)
	random := rand.New(rand.NewPCG(seed, 0))
	lawless := withoutLaw(t)
	widened := 0
	for tries := 0; widened < n && tries < 20*n; tries++ {
		r, s := widen(c, load(t), random)
		above := map[string]policy.Row{}
		for _, row := range expand(s) {
			if !covered(c, row) {
				above[line(row)] = row
			}
		}
		if len(above) == 0 {
			continue // the ceiling allows it: another row grants as much
		}
		widened++
		files := replaced(t, s)

		built, err := opa.Build(t.Context(), c, opa.Sources{Sheets: files, Only: []catalogue.RecipientID{s.Recipient}})
		if err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		refused := map[string]bool{}
		for _, x := range built.Refused {
			refused[fmt.Sprint(x.Recipient, x.Purpose, x.Phase, x.Relation, x.Item, x.SheetRow)] = true
		}
		check(t, r, built.Rows, above, refused)

		if widened%4 == 0 { // the checker by itself: slower, and as sure
			built, err := opa.Build(t.Context(), c, opa.Sources{Rules: lawless, Sheets: files, Only: []catalogue.RecipientID{s.Recipient}})
			if err != nil {
				t.Fatalf("%s, without the law: %v", r, err)
			}
			check(t, r+", without the law", built.Rows, above, nil)
		}
	}
	if widened < n {
		t.Errorf("only %d widenings were tried", widened)
	}
}

func check(t *testing.T, what string, rows []policy.Row, above map[string]policy.Row, refused map[string]bool) {
	t.Helper()
	excess, err := proof.Check(rows, catalogue.Decree())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]proof.Excess{}
	for _, x := range excess {
		found[line(x.Row)] = x
	}
	for l, row := range above {
		x, ok := found[l]
		if !ok {
			if !refused[fmt.Sprint(row.Recipient, row.Purpose, row.Phase, row.Relation, row.Item, row.SheetRow)] {
				t.Errorf("%s: nobody found %s", what, l)
			}
			continue
		}
		for _, word := range []string{string(row.Recipient), string(row.Item), string(row.Phase), string(row.Relation)} {
			if !strings.Contains(x.Sentence, word) {
				t.Errorf("%s: the sentence does not name %s: %s", what, word, x.Sentence)
			}
		}
	}
	for l, x := range found {
		if _, ok := above[l]; !ok {
			t.Errorf("%s: found, and allowed: %s", what, x.Sentence)
		}
	}
}

func TestEachNarrowingIsAccepted(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 6 {
		all := load(t)
		s := all[random.IntN(len(all))]
		if len(s.Rows) == 0 {
			continue
		}
		i := random.IntN(len(s.Rows))
		s.Rows = slices.Delete(slices.Clone(s.Rows), i, i+1)
		if len(s.Rows) == 0 {
			s.Nothing = "decided in this test"
		}
		built, err := opa.Build(t.Context(), catalogue.MustLoad(), opa.Sources{Sheets: replaced(t, s), Only: []catalogue.RecipientID{s.Recipient}})
		if err != nil {
			t.Fatal(err)
		}
		if excess, err := proof.Check(built.Rows, catalogue.Decree()); err != nil || len(excess) > 0 {
			t.Errorf("%s with a row less: %v %v", s.Recipient, excess, err)
		}
	}
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
		return "a row of " + string(s.Recipient) + " given to " + string(to.Recipient), to
	}
	return fmt.Sprintf("%s: %s", r.ID, what), s
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
		text := strings.Replace(string(raw), "grants := law.granted(opens, deny)", "grants := law.asked", 1)
		out[n.Name()] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func BenchmarkDraftAndProof(b *testing.B) {
	for b.Loop() {
		if _, err := publish.Make(b.Context(), catalogue.MustLoad(), opa.Sources{}); err != nil {
			b.Fatal(err)
		}
	}
}
