package catalogue_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sceau/catalogue"
)

var update = flag.Bool("update", false, "rewrite the golden files; the difference is for a person to review")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s changed; run with -update if a person agrees:\n%s", path, d)
	}
}

func register30(t *testing.T, c *catalogue.Catalogue, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Register(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheArticle30RegisterSaysWhatWasReviewed(t *testing.T) {
	c := catalogue.MustLoad()
	golden(t, "register.md", []byte(register30(t, c, "md")))
	if err := c.Register(&bytes.Buffer{}, "pdf"); err == nil {
		t.Error("a format that does not exist is written")
	}
}

func TestTheRegisterForProgramsSaysWhatTheOneForPeopleSays(t *testing.T) {
	c := catalogue.MustLoad()
	people, programs := register30(t, c, "md"), register30(t, c, "json")
	if !json.Valid([]byte(programs)) {
		t.Fatal("it is no JSON")
	}
	for _, said := range []string{people, programs} {
		for _, i := range c.Items() {
			if !strings.Contains(said, string(i.ID)) {
				t.Errorf("item %s is forgotten", i.ID)
			}
		}
		for _, r := range c.Ceiling() {
			if strings.Contains(said, r.Row) != r.Grants() {
				t.Errorf("row %s is shown, and grants nothing, or the reverse", r.Row)
			}
		}
		for _, cl := range c.Classes() {
			if !strings.Contains(said, cl.Label) {
				t.Errorf("class %s is forgotten", cl.ID)
			}
		}
	}
}

func TestAChangedItemShowsInTheRegister(t *testing.T) {
	c, err := catalogue.Parse(both(t, "fields/13-certificates.yaml", "rectifiable_by: not", "rectifiable_by: school",
		"institution,bool,health,art9_health,sensitive,no,,not,", "institution,bool,health,art9_health,sensitive,no,,school,"))
	if err != nil {
		t.Fatal(err)
	}
	if register30(t, c, "md") == register30(t, catalogue.MustLoad(), "md") {
		t.Error("the register reads as before")
	}
}

// Who reads the documents learns which facts nothing records yet, and that
// these never hold.
func TestThePageOfFactsIsTheVocabulary(t *testing.T) {
	var b bytes.Buffer
	if err := catalogue.MustLoad().Facts(&b); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("../docs/facts.md", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("../docs/facts.md")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(page), b.String()); d != "" {
		t.Errorf("docs/facts.md changed; run with -update if a person agrees:\n%s", d)
	}
}

func TestTheSealedTablesAreThoseThatWereReviewed(t *testing.T) {
	c := catalogue.MustLoad()
	var b strings.Builder
	for _, tb := range c.Tables() {
		fmt.Fprintf(&b, "%s: class %s, fate %q, repeats %s, unit %s, bundle %q, at least %d\n", tb.Name, tb.Class, tb.Fate, tb.Repeats, tb.Unit, tb.Bundle, tb.MinRecords)
		for _, id := range tb.Items {
			i, _ := c.Item(id)
			size := "steps"
			if i.Pad > 0 {
				size = fmt.Sprint(i.Pad)
			}
			fmt.Fprintf(&b, "\t%s %s: %s, %s\n", id, i.Column(), i.Format, size)
		}
	}
	golden(t, "tables.txt", []byte(b.String()))
}

// The columns of the tables that follow from the items, and of those that do
// not: the map of where anything about a person may lie.
func TestTheColumnsOfOtherTablesAreOfFourKinds(t *testing.T) {
	c := catalogue.MustLoad()
	sealed := 0
	for _, col := range c.Columns() {
		if tb, ok := c.TableNamed(col.Table); ok && col.Kind == "sealed" {
			sealed++
			if item, ok := c.ItemNamed(col.Name); !ok || tb.Class != item.Class {
				t.Errorf("%s.%s is no item of its class", col.Table, col.Name)
			}
		}
	}
	// 170 items, less 4 of connection and 2 passwords.
	if sealed != 164 {
		t.Errorf("%d sealed columns for items, want 164", sealed)
	}
}

// The migration was written from the catalogue once. Where a later item needs a
// later migration, this test says so by failing.
func TestTheMigrationMakesTheTablesOfTheCatalogue(t *testing.T) {
	migration, err := os.ReadFile("../migrations/data/00002_sealed.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range strings.SplitAfter(catalogue.MustLoad().DDL(), ";\n\n") {
		if !strings.Contains(string(migration), statement) {
			t.Errorf("the migration does not say:\n%s", statement)
		}
	}
}

// The law is copied word for word: these are the sums of the tables as
// published with the decree. Whoever changes one changes the law.
func TestTheDecreeIsWordForWord(t *testing.T) {
	var b strings.Builder
	names, err := fs.Glob(catalogue.Decree(), "*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(catalogue.Decree(), name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(raw), name)
	}
	golden(t, "decree.sha256", []byte(b.String()))
}
