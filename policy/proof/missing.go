package proof

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"sceau/policy"
)

// A Gap is something that the ceiling allows and a table leaves out. It is no
// fault: a deployment may grant less. It is listed so that granting less is a
// choice somebody made.
type Gap struct {
	CeilingRow string // N0017
	Recipient  string
	Item       string
	Contexts   []string // "P1 read PH0 open_ticket"
}

func (g Gap) String() string {
	return fmt.Sprintf("%s: %s does not have %s in %s", g.CeilingRow, g.Recipient, g.Item, strings.Join(g.Contexts, ", "))
}

// Missing gives what the ceiling allows and the table does not grant in full:
// that form, that derive, and under no more guards.
func Missing(rows []policy.Row, decreeFiles fs.FS) ([]Gap, error) {
	d, err := read(decreeFiles)
	if err != nil {
		return nil, err
	}
	granted := map[string][]policy.Row{}
	for _, r := range rows {
		k := context(string(r.Recipient), string(r.Item), string(r.Purpose), string(r.Action), string(r.Phase), string(r.Relation))
		granted[k] = append(granted[k], r)
	}
	var out []Gap
	for _, c := range d.order {
		if !c.grants() {
			continue
		}
		for _, id := range sorted(c.items) {
			gap := Gap{CeilingRow: c.row, Recipient: c.recipient, Item: id}
			for _, action := range c.actions() {
				for _, ph := range sorted(c.phases) {
					for _, rel := range sorted(c.relations) {
						k := context(c.recipient, id, c.purpose, action, ph, rel)
						if d.denies(c, id, ph, rel) || slices.ContainsFunc(granted[k], c.reached) {
							continue
						}
						gap.Contexts = append(gap.Contexts, strings.Join([]string{c.purpose, action, ph, rel}, " "))
					}
				}
			}
			if len(gap.Contexts) > 0 {
				out = append(out, gap)
			}
		}
	}
	return out, nil
}

func context(words ...string) string { return strings.Join(words, " ") }

// reached says that a row of the table gives as much as the ceiling does.
func (c ceiling) reached(r policy.Row) bool {
	if r.Form.String() != c.form() || string(r.Derive) != c.derive {
		return false
	}
	for _, g := range r.Guards {
		if !c.guards[string(g)] {
			return false
		}
	}
	return true
}

func (c ceiling) actions() []string {
	if c.access == "write" {
		return []string{"read", "write"}
	}
	return []string{"read"}
}

// denies: what an item-level denial of the same ceiling removes is no gap.
func (d *decree) denies(c ceiling, id, phase, relation string) bool {
	for _, n := range d.denials[c.recipient+" "+id] {
		if (n.purpose == "ALL" || n.purpose == c.purpose) && n.phases[phase] && (len(n.relations) == 0 || n.relations[relation]) {
			return true
		}
	}
	return false
}

func sorted(s set) []string {
	out := make([]string, 0, len(s))
	for w := range s {
		out = append(out, w)
	}
	sort.Strings(out)
	return out
}
