package api

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"sceau/catalogue"
	"sceau/dossier"
)

// widest is how much of a value a table shows: it is for a glance, and lines of JSON have
// the whole.
const widest = 32

// WriteTable writes the rows of a page as a table to the person who asked for them: the
// file number, the relations, and a column for each item named. A value is written as
// JSON, so that nothing in it moves a cursor.
func WriteTable(w io.Writer, l dossier.Page, items []catalogue.ItemID) error {
	var cells page // one behind the other
	defer cells.forget()
	var ends []int
	cell := func(fill func()) {
		fill()
		ends = append(ends, len(cells.b))
	}
	word := func(s string) { cell(func() { cells.put([]byte(s)...) }) }

	columns := append([]string{"FILE", "RELATIONS"}, texts(items)...)
	for _, c := range columns {
		word(c)
	}
	for _, r := range l.Rows {
		word(r.File.String())
		word(strings.Join(texts(r.Relations), "+"))
		for _, id := range items {
			cell(func() { cells.glance(r, id) })
		}
	}

	text := func(i int) []byte {
		if i == 0 {
			return cells.b[:ends[0]]
		}
		return cells.b[ends[i-1]:ends[i]]
	}
	widths := make([]int, len(columns))
	for i := range ends {
		widths[i%len(columns)] = max(widths[i%len(columns)], utf8.RuneCount(text(i)))
	}
	var table page
	defer table.forget()
	for i := range ends {
		c := text(i)
		table.put(c...)
		if (i+1)%len(columns) == 0 {
			table.put('\n')
			continue
		}
		for range widths[i%len(columns)] - utf8.RuneCount(c) + 2 {
			table.put(' ')
		}
	}
	_, err := w.Write(table.b)
	return err
}

// glance writes what a row says of an item: its values, or why there are none.
func (p *page) glance(r dossier.Row, id catalogue.ItemID) {
	switch {
	case r.Failed != "":
		p.put([]byte(r.Failed)...)
		return
	case slices.ContainsFunc(r.Refused, func(refused *dossier.Refusal) bool { return refused.Item == id }):
		p.put([]byte("refused")...)
		return
	}
	one := page{oneLine: true}
	defer one.forget()
	for _, f := range r.View.Fields {
		if f.Item != id {
			continue
		}
		if len(one.b) > 0 {
			one.put(' ')
		}
		one.value(raw(f.Value), 0)
	}
	if len(one.b) == 0 {
		one.put('-')
	}
	p.put(cut(one.b)...)
	if utf8.RuneCount(one.b) > widest {
		p.put([]byte("…")...)
	}
}

// cut keeps the beginning of a text.
func cut(b []byte) []byte {
	n := 0
	for range widest {
		if n == len(b) {
			break
		}
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return b[:n]
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}
