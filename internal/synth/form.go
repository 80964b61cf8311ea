package synth

import (
	"fmt"
	"strconv"

	"sceau/catalogue"
)

// A form is the list of what a dossier has, in the order of the annex. It comes
// from the catalogue: this package knows how to invent a value for an item, not
// which items there are.
type form struct {
	one  []entry
	many []list
}

type entry struct {
	item catalogue.Item
	key  string // ,"name":
	make maker
}

type list struct {
	word    catalogue.Repeat
	entries []entry
	count   func(p *person) int
}

// A maker writes the value that person p has for an item, in record i, or says
// that there is none.
type maker func(w *writer, p *person, i int) bool

// counts says how many records of each kind a person has.
var counts = map[catalogue.Repeat]func(p *person) int{
	"per_wish":                func(p *person) int { return len(p.wishes) },
	"per_responsible":         func(p *person) int { return len(p.responsibles) },
	"per_school_year":         func(p *person) int { return len(p.years) },
	"per_school_year_subject": func(p *person) int { return len(p.subjects) },
	"per_exam_test":           func(p *person) int { return len(p.tests) },
	"per_activity":            func(p *person) int { return p.activities },
	"per_request":             func(p *person) int { return len(p.requests) },
	"per_document":            func(p *person) int { return len(p.documents) },
	"per_payment":             func(p *person) int { return len(p.payments) },
	"per_event":               func(p *person) int { return len(p.events) },
}

// newForm finds a maker for each item that candidates send in: all but those of
// agents, which come with missions, and the traces of actions, which the service
// writes itself.
func newForm(c *catalogue.Catalogue) (*form, error) {
	f := &form{}
	at := map[catalogue.Repeat]int{}
	for _, it := range c.Items() {
		if it.Repeats == "per_agent" || it.Kind == "event" {
			continue
		}
		m, ok := makers[it.Name]
		if !ok {
			return nil, fmt.Errorf("item %s: no candidate is invented with it", it.ID)
		}
		e := entry{it, `,"` + it.Name + `":`, m}
		if it.Repeats == "one" {
			f.one = append(f.one, e)
			continue
		}
		k, ok := at[it.Repeats]
		if !ok {
			count, known := counts[it.Repeats]
			if !known {
				return nil, fmt.Errorf("item %s: no record of kind %s is invented", it.ID, it.Repeats)
			}
			k = len(f.many)
			at[it.Repeats] = k
			f.many = append(f.many, list{word: it.Repeats, count: count})
		}
		f.many[k].entries = append(f.many[k].entries, e)
	}
	return f, nil
}

// A writer puts the dossier of a person on a line.
type writer struct {
	buf  []byte
	item *catalogue.Item // the one being written
	d    *dice
	size DocumentSize
	seal *canary // set for a canary
}

// dossier writes one line. What a person does not have is left out.
func (w *writer) dossier(f *form, p *person) {
	w.buf = append(w.buf, '{')
	w.record(f.one, p, 0)
	for _, l := range f.many {
		n := l.count(p)
		if n == 0 {
			continue
		}
		w.buf = append(w.buf, `,"`...)
		w.buf = append(w.buf, l.word...)
		w.buf = append(w.buf, `":[`...)
		for i := range n {
			if i > 0 {
				w.buf = append(w.buf, ',')
			}
			w.buf = append(w.buf, '{')
			w.record(l.entries, p, i)
			w.buf = append(w.buf, '}')
		}
		w.buf = append(w.buf, ']')
	}
	w.buf = append(w.buf, "}\n"...)
}

func (w *writer) record(entries []entry, p *person, i int) {
	for k := range entries {
		e := &entries[k]
		before := len(w.buf)
		key := e.key
		if w.buf[before-1] == '{' {
			key = key[1:]
		}
		w.buf = append(w.buf, key...)
		start := len(w.buf)
		w.item = &e.item
		if !w.value(e, p, i) {
			w.buf = w.buf[:before]
			continue
		}
		if w.seal != nil {
			w.buf = append(w.buf[:start], w.seal.plant(e.item, w.buf[start:])...)
		}
	}
}

func (w *writer) value(e *entry, p *person, i int) bool {
	if forced, ok := p.forced[e.item.Name]; ok && i == 0 {
		w.buf = append(w.buf, forced...)
		return forced != "null"
	}
	return e.make(w, p, i)
}

// The methods below write one JSON value and return true, so that a maker ends
// with one of them.

func (w *writer) text(s string) bool {
	w.buf = appendText(w.buf, s)
	return true
}

func (w *writer) maybe(s string) bool { return s != "" && w.text(s) }

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func (w *writer) texts(list []string) bool {
	if len(list) == 0 {
		return false
	}
	w.buf = append(w.buf, '[')
	for i, s := range list {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = appendText(w.buf, s)
	}
	w.buf = append(w.buf, ']')
	return true
}

func (w *writer) number(n int) bool {
	w.buf = strconv.AppendInt(w.buf, int64(n), 10)
	return true
}

// hundredths writes a number of two decimals; tenths one of one.
func (w *writer) hundredths(n int) bool { return w.decimal(n, 100) }
func (w *writer) tenths(n int) bool     { return w.decimal(n, 10) }

func (w *writer) decimal(n, unit int) bool {
	if n < 0 {
		w.buf = append(w.buf, '-')
		n = -n
	}
	w.buf = strconv.AppendInt(w.buf, int64(n/unit), 10)
	if rest := n % unit; rest != 0 {
		w.buf = append(w.buf, '.')
		for unit /= 10; rest > 0; unit /= 10 {
			w.buf = append(w.buf, byte('0'+rest/unit))
			rest %= unit
		}
	}
	return true
}

func (w *writer) yes(b bool) bool {
	w.buf = strconv.AppendBool(w.buf, b)
	return true
}

func (w *writer) day(d day) bool {
	if d == 0 {
		return false
	}
	w.buf = append(w.buf, '"')
	w.buf = d.append(w.buf)
	w.buf = append(w.buf, '"')
	return true
}

func (w *writer) instant(t instant) bool {
	if t == 0 {
		return false
	}
	w.buf = append(w.buf, '"')
	w.buf = t.append(w.buf)
	w.buf = append(w.buf, '"')
	return true
}

// raw writes keys and marks of small records as they are.
func (w *writer) raw(parts ...string) *writer {
	for _, s := range parts {
		w.buf = append(w.buf, s...)
	}
	return w
}

// document writes a specimen under a file name.
func (w *writer) document(name, title string) bool {
	raw := specimen(title, documentSize(w.d, w.size), w.d)
	w.raw(`{"name":"`, name, `.pdf","pdf":"`)
	w.buf = appendBase64(w.buf, raw)
	w.raw(`"}`)
	return true
}
