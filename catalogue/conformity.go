package catalogue

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Report compares the register with an annex, both ways.
type Report struct {
	File  string
	Of    int      // items that either side knows
	Agree int      // items that both know and describe alike
	Gaps  []string // each difference, in words
}

// OK says that the two agree.
func (r Report) OK() bool { return len(r.Gaps) == 0 }

// String is "170 of 170 items", or fewer, with each gap on a line of its own.
func (r Report) String() string {
	lines := append([]string{fmt.Sprintf("%d of %d items", r.Agree, r.Of)}, r.Gaps...)
	return strings.Join(lines, "\n")
}

// CheckAnnex compares the register with an annex in the form of annex.csv. An
// error means that the file could not be read; a difference is a gap.
func (c *Catalogue) CheckAnnex(r io.Reader, name string) (Report, error) {
	rows, err := readRecords(r, name, nil)
	if err != nil {
		return Report{}, fmt.Errorf("reading the annex: %w", err)
	}
	if _, ok := rows[0].lookup("id"); !ok {
		return Report{}, fmt.Errorf("reading the annex: %s:1: there is no column id", name)
	}
	rep := Report{File: name}
	seen := map[ItemID]bool{}
	for _, row := range rows {
		id := ItemID(row.get("id"))
		if seen[id] {
			rep.Gaps = append(rep.Gaps, fmt.Sprintf("%s:%d: item %s appears twice", name, row.line, id))
			continue
		}
		seen[id] = true
		rep.Of++
		item, ok := c.Item(id)
		if !ok {
			rep.Gaps = append(rep.Gaps, fmt.Sprintf("%s:%d: item %s is not in the register", name, row.line, id))
			continue
		}
		gaps := c.differences(item, row)
		rep.Gaps = append(rep.Gaps, gaps...)
		if len(gaps) == 0 {
			rep.Agree++
		}
	}
	for _, item := range c.items {
		if !seen[item.ID] {
			rep.Of++
			rep.Gaps = append(rep.Gaps, fmt.Sprintf("item %s (%s) is in the register and not in %s", item.ID, item.Name, name))
		}
	}
	return rep, nil
}

// annexRow writes an item as a row of annex.csv.
func (c *Catalogue) annexRow(i Item) map[string]string {
	yesNo := map[bool]string{true: "yes", false: "no"}
	heading := ""
	for _, h := range c.headings {
		if h.Number == i.Heading {
			heading = h.Label
		}
	}
	explicit := "yes"
	if i.Implicit {
		explicit = "implicit"
	}
	return map[string]string{
		"id": string(i.ID), "heading_no": strconv.Itoa(i.Heading), "heading_fr": heading, "line_fr": i.Line,
		"item_fr": i.Label, "name_en": i.Name, "subject": i.Subject, "applies_to": i.AppliesTo,
		"kind": string(i.Kind), "key_class": string(i.Class), "gdpr_status": i.GDPR, "research_role": i.Research,
		"core_need": yesNo[i.CoreNeed], "core_form": i.CoreForm, "rectifiable_by": i.RectifiableBy,
		"explicit": explicit, "fate_2020": i.Fate2020, "fate_amended": i.FateAmended,
		"presence_secret": yesNo[i.PresenceSecret], "repeats": string(i.Repeats), "note": i.Note,
	}
}

// differences compares an item with the columns that a row has.
func (c *Catalogue) differences(i Item, row record) []string {
	ours := c.annexRow(i)
	var out []string
	for _, col := range annexHeader {
		theirs, ok := row.lookup(col)
		if ok && theirs != ours[col] {
			out = append(out, fmt.Sprintf("%s:%d: item %s: %s is %q, and %q in the register", row.file, row.line, i.ID, col, theirs, ours[col]))
		}
	}
	return out
}

// checkDecree puts the items in the order of the annex and refuses a register
// that says less or more than it.
func (c *Catalogue) checkDecree(fsys fs.FS) error {
	rows, err := readTable(fsys, "decree/annex.csv", annexHeader)
	if err != nil {
		return err
	}
	ours := map[ItemID]Item{}
	for _, i := range c.items {
		ours[i.ID] = i
	}
	c.items, c.index = nil, map[ItemID]int{}
	var missing []string
	for _, row := range rows {
		id := ItemID(row.get("id"))
		item, ok := ours[id]
		if !ok {
			missing = append(missing, fmt.Sprintf("%s:%d: item %s has no entry in the register", row.file, row.line, id))
			continue
		}
		delete(ours, id)
		if gaps := c.differences(item, row); len(gaps) > 0 {
			return fmt.Errorf("%s: %s", c.where[id], gaps[0])
		}
		c.index[id], c.named[item.Name] = len(c.items), len(c.items)
		c.items = append(c.items, item)
	}
	// The item outside the annex is the graver fault: nobody may collect it.
	for _, id := range slices.Sorted(maps.Keys(ours)) {
		return fmt.Errorf("%s: item %s is not in the annex", c.where[id], id)
	}
	if len(missing) > 0 {
		return errors.New(missing[0])
	}
	return nil
}
