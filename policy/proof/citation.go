package proof

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"sceau/policy"
)

// Citations says, once for each row of a sheet, where it cites otherwise than the ceiling
// does for what it grants. It is no fault, because a deployment may cite better: but the
// sentence that a person signs ends in what the sheet says, true or not.
func Citations(rows []policy.Row, decreeFiles fs.FS) ([]string, error) {
	d, err := read(decreeFiles)
	if err != nil {
		return nil, err
	}
	var out []string
	said := map[string]bool{}
	for _, r := range rows {
		if said[r.SheetRow] {
			continue
		}
		var covers []string
		cited := false
		for _, c := range d.grants[string(r.Recipient)+" "+string(r.Item)] {
			if _, _, fits := within(r, c); fits {
				// A source of the tables' own collection is nothing that a sheet can cite.
				cited = cited || c.source == r.Article || strings.Contains(c.source, "seed ")
				covers = append(covers, fmt.Sprintf("%s « %s »", c.row, c.source))
			}
		}
		if cited || len(covers) == 0 {
			continue
		}
		said[r.SheetRow] = true
		slices.Sort(covers)
		out = append(out, fmt.Sprintf("%s cite « %s » ; le plafond, pour ce qu'elle accorde : %s.",
			r.SheetRow, r.Article, strings.Join(slices.Compact(covers), ", ")))
	}
	return out, nil
}
