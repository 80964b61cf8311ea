package sheets_test

import (
	"testing"
	"testing/fstest"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

// A sheet that is misspelt is refused at its line, and one that is read stands for the
// recipient of its file.
func FuzzSheet(f *testing.F) {
	whole := fstest.MapFS{}
	names, err := sheets.Files.ReadDir(".")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range names {
		raw, err := sheets.Files.ReadFile(n.Name())
		if err != nil {
			f.Fatal(err)
		}
		whole[n.Name()] = &fstest.MapFile{Data: raw}
	}
	for _, name := range []string{"R5.yaml", "R6.yaml", "SYS-intake.yaml", "R4b-info.yaml"} {
		f.Add(whole[name].Data)
	}
	for _, text := range []string{"", "recipient: R5\nrows: []\n", "recipient: [R5]\n", "recipient: R5\nnothing: x\nrows: [1]\n", "&a [*a]", "recipient: R5\nrecipient: R6\n"} {
		f.Add([]byte(text))
	}
	c := catalogue.MustLoad()
	f.Fuzz(func(t *testing.T, text []byte) {
		// Alone in its folder: that the others are missing is said after it was read.
		all, err := sheets.Load(c, fstest.MapFS{"R5.yaml": &fstest.MapFile{Data: text}})
		if err == nil || all != nil {
			t.Fatalf("one sheet is a folder of %d", len(all))
		}
		with := fstest.MapFS{}
		if err.Error() != "reading the sheets: R1a has none" {
			return
		}
		for name, file := range whole {
			with[name] = file
		}
		with["R5.yaml"] = &fstest.MapFile{Data: text}
		all, err = sheets.Load(c, with)
		if err != nil {
			t.Fatalf("it reads alone, and not with the others: %v", err)
		}
		for _, s := range all {
			if s.Recipient != "R5" {
				continue
			}
			if (len(s.Rows) == 0) != (s.Nothing != "") {
				t.Errorf("%d rows, and nothing because %q", len(s.Rows), s.Nothing)
			}
			for _, row := range s.Rows {
				if row.ID == "" || row.Line < 1 {
					t.Errorf("row %q stands at line %d", row.ID, row.Line)
				}
			}
		}
	})
}
