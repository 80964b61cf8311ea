package plain_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/plain"
	"sceau/policy/policytest"
)

var update = flag.Bool("update", false, "write the goldens, and the matrix of docs")

func table(t testing.TB) *policy.Table { t.Helper(); return policytest.Draft(t).Table }

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is said today: run this test with -update, and read the difference", path)
	}
}

// edited is the table with its rows changed by hand.
func edited(t *testing.T, edit func(policy.Row) []policy.Row) *policy.Table {
	t.Helper()
	var rows []policy.Row
	for _, r := range table(t).Rows() {
		rows = append(rows, edit(r)...)
	}
	tb, err := policy.Compile(table(t).Vocabulary(), rows)
	if err != nil {
		t.Fatal(err)
	}
	limits := policy.Limits{}
	for r, l := range table(t).Limits() {
		limits[r] = l
	}
	limits["R5"] = policy.Limit{Request: 1, Hour: 20, Day: 200}
	limits["R3b"] = policy.Limit{Request: 40, Hour: 120, Day: 400}
	return tb.Under(limits)
}

// A teacher loses a phase, the telephone service reads a state as it is, a
// commission reads a scheme without the candidate's word, and an office writes less.
func other(t *testing.T) *policy.Table {
	return edited(t, func(r policy.Row) []policy.Row {
		switch {
		case r.Recipient == "R3b" && r.Phase == "PH3":
			return nil
		case r.Recipient == "R5" && r.Item == "A15.05" && r.Phase == "PH4":
			r.Form, r.Derive = catalogue.FormClear, "as-is"
		case r.Recipient == "R4b-exam" && r.Item == "A08.07":
			r.Guards = nil
		case r.Recipient == "R4b-enr" && r.Action == policy.Write:
			return nil
		}
		return []policy.Row{r}
	})
}

func TestADifferenceReadsAsSentences(t *testing.T) {
	for _, lang := range []plain.Language{plain.French, plain.English} {
		s := plain.Speaker{Catalogue: catalogue.MustLoad(), Language: lang}
		var b bytes.Buffer
		for _, x := range s.Difference(table(t), other(t)) {
			sign := "- "
			if x.Wider {
				sign = "+ "
			}
			b.WriteString(sign + x.Text + "\n")
		}
		golden(t, filepath.Join("testdata", "difference."+string(lang)+".txt"), b.Bytes())
	}
}

func TestTwoTablesThatGrantAlikeDifferInNothing(t *testing.T) {
	s := plain.Speaker{Catalogue: catalogue.MustLoad()}
	if d := s.Difference(table(t), table(t)); len(d) > 0 {
		t.Errorf("%d sentences: %s", len(d), d[0].Text)
	}
}

// Nothing changes in silence: each row that is wider or narrower stands in a sentence
// about its recipient, item, relation and phase, on the right side.
func TestEveryRowThatChangesIsSaid(t *testing.T) {
	s := plain.Speaker{Catalogue: catalogue.MustLoad()}
	said := s.Difference(table(t), other(t))
	change := policy.Compare(table(t), other(t))
	check := func(rows []policy.Row, wider bool) {
		if len(rows) == 0 {
			t.Fatal("nothing changes: the test shows nothing")
		}
		for _, r := range rows {
			if !slices.ContainsFunc(said, func(x plain.Sentence) bool {
				return x.Wider == wider && x.Recipient == r.Recipient && x.Relation == r.Relation && slices.Contains(x.Items, r.Item) &&
					strings.Contains(x.Text, string(r.Phase)) && strings.Contains(x.Text, r.Article) && strings.Contains(x.Text, string(r.Item))
			}) {
				t.Errorf("nothing is said of %s, %s, %s", r.Recipient, r.Item, r.Phase)
			}
		}
	}
	check(change.Wider, true)
	check(change.Narrower, false)
}

func TestTheMatrixOfTheDocumentsIsTheDraft(t *testing.T) {
	m := plain.Speaker{Catalogue: catalogue.MustLoad(), Language: plain.French}.Matrix(table(t))
	for ext, write := range map[string]func(io.Writer) error{"md": m.Markdown, "html": m.HTML, "csv": m.CSV} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("..", "..", "docs", "access-matrix."+ext), b.Bytes())
	}
}

// The matrix leaves nothing out: a line for each row of each sheet that grants.
func TestTheMatrixHasEveryRowOfASheet(t *testing.T) {
	m := plain.Speaker{Catalogue: catalogue.MustLoad()}.Matrix(table(t))
	var b bytes.Buffer
	if err := m.CSV(&b); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, l := range lines {
		shown[l[len(l)-1]] = true
	}
	for _, r := range table(t).Rows() {
		if !shown[r.SheetRow] {
			t.Fatalf("%s is not in the matrix", r.SheetRow)
		}
	}
	for _, sec := range m.Sections {
		if strings.HasPrefix(sec.ID, "X") && !sec.Nothing {
			t.Errorf("%s, who is no recipient, has %d entries", sec.ID, len(sec.Entries))
		}
	}
}

func TestTheMatrixIsAPageThatAReaderOfScreensReads(t *testing.T) {
	m := plain.Speaker{Catalogue: catalogue.MustLoad()}.Matrix(table(t))
	var b bytes.Buffer
	if err := m.HTML(&b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			count[n.Data]++
			for _, a := range n.Attr {
				if a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
					t.Errorf("it fetches %s", a.Val)
				}
			}
		}
	}
	if count["h1"] != 1 || count["script"] != 0 || count["caption"] != count["table"] || count["section"] != 52 {
		t.Errorf("it has %v", count)
	}
}
