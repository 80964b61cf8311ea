package catalogue

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"
)

// Whoever edits the register may write anything: each file is refused at a line of
// its own, or it reads, and never does it stop the program. One file at a time, on a
// register that was read before: the whole takes some tens of milliseconds.
func FuzzRegister(f *testing.F) {
	steps := []struct {
		file string
		read func(*Catalogue, fs.FS) error
	}{
		{"indexes.yaml", func(c *Catalogue, fsys fs.FS) error { c.indexes = nil; return c.readIndexes(fsys) }},
		{"identities.yaml", func(c *Catalogue, fsys fs.FS) error { c.identities = nil; return c.readIdentities(fsys) }},
		{"columns.yaml", func(c *Catalogue, fsys fs.FS) error { c.columns, c.tables = nil, nil; return c.readColumns(fsys) }},
		{"lists.yaml", (*Catalogue).readLists},
		{"vocabulary.yaml", func(c *Catalogue, fsys fs.FS) error { c.vocabulary = vocabulary{}; return c.readVocabulary(fsys) }},
		{"fields/06-payment.yaml", func(c *Catalogue, fsys fs.FS) error { c.items, c.headings = nil, nil; return c.readFields(fsys) }},
		{"decree/key-classes.csv", func(_ *Catalogue, fsys fs.FS) error { return new(Catalogue).readClasses(fsys) }},
		{"decree/recipients.csv", func(_ *Catalogue, fsys fs.FS) error { return new(Catalogue).readRecipients(fsys) }},
	}
	whole := MustLoad()
	for i, step := range steps {
		raw, err := fs.ReadFile(register, step.file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), raw)
		f.Add(uint8(i), []byte(""))
		f.Add(uint8(i), []byte("items: &a [*a]\n"))
		f.Add(uint8(i), []byte("\ufeffa,b\n1\n"))
	}
	place := regexp.MustCompile(`\.(yaml|csv): |\.(yaml|csv):[0-9]+: `)
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		step := steps[int(which)%len(steps)]
		c := *whole
		c.classes = slices.Clone(whole.classes) // words are added to them in place
		err := step.read(&c, fstest.MapFS{step.file: &fstest.MapFile{Data: text}})
		if err != nil && !place.MatchString(err.Error()) {
			t.Errorf("%v does not say where it stands", err)
		}
	})
}
