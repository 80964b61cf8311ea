package view

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"sceau/core"
)

// A Difference says in which columns two views tell something else of one person. It
// has no value.
type Difference struct {
	Pseudonym Pseudonym
	Columns   []string // in the order of Columns
}

// Rectified are the columns of a difference that no course of a campaign explains: an
// answer that was given since is none, a bursary that is there now is one. Somebody who
// came or went, or a wish that did, is none either.
func (d Difference) Rectified() (columns []string) {
	if slices.Contains(d.Columns, personPseudonym.Name) {
		return nil
	}
	for _, c := range Columns() {
		if slices.Contains(d.Columns, c.Name) && !c.Moves && c.Name != wishColumns[0].Name {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// Compare lists the persons of whom two views of a campaign tell something else, by
// pseudonym. Of who stands in one of them only, the column is candidate_pseudonym; of a
// wish that does, programme_id.
func Compare(before, after *View) (all []Difference) {
	i, k := 0, 0
	for i < len(before.Persons) || k < len(after.Persons) {
		c := 0
		switch {
		case i == len(before.Persons):
			c = 1
		case k == len(after.Persons):
			c = -1
		default:
			c = bytes.Compare(before.Persons[i].Pseudonym[:], after.Persons[k].Pseudonym[:])
		}
		switch {
		case c < 0:
			all = append(all, Difference{before.Persons[i].Pseudonym, []string{personPseudonym.Name}})
			i++
		case c > 0:
			all = append(all, Difference{after.Persons[k].Pseudonym, []string{personPseudonym.Name}})
			k++
		default:
			if columns := compareOne(before, after, i, k); len(columns) > 0 {
				all = append(all, Difference{before.Persons[i].Pseudonym, columns})
			}
			i, k = i+1, k+1
		}
	}
	return all
}

func compareOne(before, after *View, i, k int) []string {
	differ := map[string]bool{}
	for n := range personColumns {
		c := &personColumns[n]
		differ[c.Name] = c.get(&before.Persons[i]) != c.get(&after.Persons[k])
	}
	was, is := before.Of(core.Candidate(i)), after.Of(core.Candidate(k))
	for len(was) > 0 || len(is) > 0 {
		c := 0
		switch {
		case len(was) == 0:
			c = 1
		case len(is) == 0:
			c = -1
		default:
			if c = strings.Compare(before.Programmes[was[0].Programme], after.Programmes[is[0].Programme]); c == 0 {
				c = cmp.Compare(bit(was[0].Boarding), bit(is[0].Boarding))
			}
		}
		if c != 0 {
			differ[wishColumns[0].Name] = true
		} else {
			for n := range wishColumns[1:] {
				col := &wishColumns[1+n]
				if col.Name == "group_id" {
					// Its value is a position, in each view its own.
					differ[col.Name] = differ[col.Name] || before.group(was[0]) != after.group(is[0])
					continue
				}
				differ[col.Name] = differ[col.Name] || col.get(&was[0]) != col.get(&is[0])
			}
		}
		if c <= 0 {
			was = was[1:]
		}
		if c >= 0 {
			is = is[1:]
		}
	}
	var columns []string
	for _, c := range Columns() {
		if differ[c.Name] {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

func (v *View) group(w Wish) string {
	if w.Group == NoGroup {
		return ""
	}
	return v.Groups[w.Group]
}
