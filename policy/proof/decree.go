// Package proof finds every grant of a table that the decree does not allow.
//
// It reads the decree's own files, and shares nothing with what made the table:
// neither the rules, nor the loader of the sheets, nor the catalogue's reading
// of the ceiling. Two readings that agree are worth more than one that is sure.
package proof

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// ceiling is one row of need-to-know.csv that says something of items.
type ceiling struct {
	row, recipient, purpose, access, derive, source string
	relations, phases, guards                       set
	items                                           set
}

func (c ceiling) grants() bool { return c.access != "none" }

type set map[string]bool

func setOf(s, sep string) set {
	out := set{}
	if s == "" {
		return out
	}
	for _, w := range strings.Split(s, sep) {
		out[w] = true
	}
	return out
}

// decree is what the checker knows of the law.
type decree struct {
	items      map[string]item
	recipients map[string]string // id to French label
	classes    map[string][]string
	grants     map[string][]ceiling // by recipient and item
	denials    map[string][]ceiling
	order      []ceiling
}

type item struct{ label, class string }

func read(fsys fs.FS) (*decree, error) {
	d := &decree{
		items: map[string]item{}, recipients: map[string]string{}, classes: map[string][]string{},
		grants: map[string][]ceiling{}, denials: map[string][]ceiling{},
	}
	err := lines(fsys, "annex.csv", func(v map[string]string) error {
		d.items[v["id"]] = item{v["item_fr"], v["key_class"]}
		d.classes[v["key_class"]] = append(d.classes[v["key_class"]], v["id"])
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = lines(fsys, "recipients.csv", func(v map[string]string) error {
		d.recipients[v["id"]] = v["label_fr"]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d, lines(fsys, "need-to-know.csv", d.addCeiling)
}

func (d *decree) addCeiling(v map[string]string) error {
	c := ceiling{
		row: v["row"], recipient: v["recipient_id"], purpose: v["purpose"], access: v["access"],
		derive: v["derive"], source: v["source"], items: setOf(v["item_ids"], ";"),
		relations: setOf(v["relations"], "|"), phases: setOf(v["phases"], ";"), guards: setOf(v["guards"], ";"),
	}
	if !c.grants() && len(c.items) == 0 {
		return nil // a denial of a whole class documents, and removes nothing
	}
	if len(c.items) == 0 {
		for _, id := range d.classes[v["key_class"]] {
			c.items[id] = true
		}
	}
	if len(c.items) == 0 {
		return fmt.Errorf("row %s is about the unknown class %q", c.row, v["key_class"])
	}
	into := d.grants
	if !c.grants() {
		into = d.denials
	}
	for id := range c.items {
		if _, ok := d.items[id]; !ok {
			return fmt.Errorf("row %s is about %s, which is not in the annex", c.row, id)
		}
		key := c.recipient + " " + id
		into[key] = append(into[key], c)
	}
	d.order = append(d.order, c)
	return nil
}

func lines(fsys fs.FS, name string, each func(map[string]string) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("reading the decree: %w", err)
	}
	defer f.Close()
	cr := csv.NewReader(f)
	head, err := cr.Read()
	if err != nil {
		return fmt.Errorf("reading the decree: %s: %w", name, err)
	}
	head = append([]string(nil), head...)
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the decree: %s: %w", name, err)
		}
		v := make(map[string]string, len(head))
		for i, h := range head {
			v[h] = rec[i]
		}
		if err := each(v); err != nil {
			return fmt.Errorf("reading the decree: %s: %w", name, err)
		}
	}
}
