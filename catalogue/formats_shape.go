package catalogue

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Shapes made of other formats: lists, and small records with named fields.

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// listFormat is a list of values of one format.
type listFormat struct {
	of       format
	min, max int
}

func makeList(c *Catalogue, f *fields) format {
	of, _, err := c.readFormat(f.values["of"])
	f.fail(err)
	return listFormat{of, f.number("min", 0), f.number("max", 0)}
}

func (l listFormat) check(v any) string {
	vs, ok := v.([]any)
	if !ok || len(vs) < l.min || len(vs) > l.max {
		return fmt.Sprintf("a list of %d to %d elements", l.min, l.max)
	}
	for n, e := range vs {
		// A hole in a list would have no meaning of its own: whoever has nothing
		// to say writes a shorter list.
		if e == nil {
			return fmt.Sprintf("element %d: a value is required", n+1)
		}
		if rule := l.of.check(e); rule != "" {
			return fmt.Sprintf("element %d: %s", n+1, rule)
		}
	}
	return ""
}

func (l listFormat) bound() (int, bool) {
	n, ok := l.of.bound()
	return l.max*(n+1) + 2, ok
}

func (l listFormat) words() string {
	return fmt.Sprintf("a list of %d to %d: %s", l.min, l.max, l.of.words())
}

// oneOrList is a value, or a short list of them where a person may have two.
type oneOrList struct{ list listFormat }

func makeOneOrList(c *Catalogue, f *fields) format {
	of, _, err := c.readFormat(f.values["of"])
	f.fail(err)
	return oneOrList{listFormat{of, 1, f.number("max", 1)}}
}

func (o oneOrList) check(v any) string {
	if _, ok := v.([]any); ok {
		return o.list.check(v)
	}
	return o.list.of.check(v)
}

func (o oneOrList) bound() (int, bool) { return o.list.bound() }
func (o oneOrList) words() string {
	return fmt.Sprintf("%s, or a list of at most %d", o.list.of.words(), o.list.max)
}

// objectFormat is a small record with named fields.
type objectFormat struct {
	parts     []part
	ascending []string // numeric fields, none above the next: a rank and the size of its class
}

type part struct {
	name     string
	of       format
	required bool
}

func makeObject(c *Catalogue, f *fields) format {
	o := objectFormat{}
	ps, err := f.values["fields"].pairs()
	f.fail(err)
	for _, p := range ps {
		of, keys, err := c.readKeys(p.value, "required?")
		if err != nil {
			f.fail(err)
			return o
		}
		o.parts = append(o.parts, part{p.key, of, keys.yes("required")})
	}
	names, es := f.words("ascending")
	for n, name := range names {
		if !slices.ContainsFunc(o.parts, func(p part) bool { return p.name == name }) {
			f.fail(es[n].errorf("ascending: there is no field %s", name))
		}
	}
	o.ascending = names
	return o
}

func (o objectFormat) check(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return o.words()
	}
	found := 0
	for _, p := range o.parts {
		value, ok := m[p.name]
		if ok {
			found++
		}
		if value == nil {
			if p.required {
				return p.name + ": a value is required"
			}
			continue
		}
		if rule := p.of.check(value); rule != "" {
			return p.name + ": " + rule
		}
	}
	// A field that nobody declared is data that nobody may collect.
	if found != len(m) {
		return "a field other than " + o.names() // its name could be a value: it is not repeated
	}
	return o.checkAscending(m)
}

func (o objectFormat) checkAscending(m map[string]any) string {
	var last json.Number
	for _, name := range o.ascending {
		n, ok := m[name].(json.Number)
		if !ok {
			continue
		}
		if last != "" && below(n, last) {
			return strings.Join(o.ascending, " is not above ")
		}
		last = n
	}
	return ""
}

func below(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x < y
}

func (o objectFormat) names() string {
	names := make([]string, len(o.parts))
	for i, p := range o.parts {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}

func (o objectFormat) bound() (int, bool) {
	total := 2
	for _, p := range o.parts {
		n, ok := p.of.bound()
		if !ok {
			return 0, false
		}
		total += n + len(p.name) + len(`"":,`)
	}
	return total, true
}

func (o objectFormat) words() string { return "a record of " + o.names() }
