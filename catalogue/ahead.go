package catalogue

import (
	"io/fs"
	"sync"
)

// ahead reads the files of a register before they are asked for, all at once:
// each verb of the command begins by reading it, and a person waits.
type ahead struct {
	documents map[string]func() (document, error)
	ceiling   func() ([]record, error)
}

func readAhead(fsys fs.FS) ahead {
	a := ahead{documents: map[string]func() (document, error){}}
	a.ceiling = sync.OnceValues(func() ([]record, error) {
		return readTable(fsys, "decree/need-to-know.csv", ceilingHeader)
	})
	go a.ceiling()
	for _, glob := range []string{"*.yaml", "fields/*.yaml"} {
		// A pattern that is wrong finds nothing, and each file is then read when
		// it is asked for.
		files, _ := fs.Glob(fsys, glob)
		for _, file := range files {
			read := sync.OnceValues(func() (document, error) { return readDocument(fsys, file) })
			a.documents[file] = read
			go read()
		}
	}
	return a
}

func (c *Catalogue) document(fsys fs.FS, file string) (document, error) {
	if read, ok := c.ahead.documents[file]; ok {
		return read()
	}
	return readDocument(fsys, file)
}

func (c *Catalogue) ceilingRows(fs.FS) ([]record, error) { return c.ahead.ceiling() }
