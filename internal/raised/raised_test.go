package raised_test

import (
	"os"
	"testing"

	"sceau/catalogue"
	"sceau/internal/raised"
	"sceau/policy/sheets"
)

// Raised sheets load as sheets, grant the same, and have limits where there were any.
func TestOnlyLimitsAreRaised(t *testing.T) {
	dir := t.TempDir()
	if err := raised.Sheets(sheets.Files, dir); err != nil {
		t.Fatal(err)
	}
	c := catalogue.MustLoad()
	before, err := sheets.Load(c, sheets.Files)
	if err != nil {
		t.Fatal(err)
	}
	after, err := sheets.Load(c, os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range before {
		a := after[i]
		if a.Recipient != b.Recipient || len(a.Rows) != len(b.Rows) || (a.Limits == nil) != (b.Limits == nil) {
			t.Fatalf("the sheet of %s is another", b.Recipient)
		}
		if b.Limits == nil {
			continue
		}
		if (a.Limits.Hour == 0) != (b.Limits.Hour == 0) || b.Limits.Hour > 0 && a.Limits.Hour < 10_000_000 {
			t.Errorf("%s: %d files an hour became %d", b.Recipient, b.Limits.Hour, a.Limits.Hour)
		}
	}
	if err := raised.Sheets(os.DirFS(t.TempDir()), dir); err == nil {
		t.Error("a folder without sheets was raised")
	}
}
