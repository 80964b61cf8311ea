package session

import (
	"strings"
	"testing"

	"sceau/catalogue"
)

// What the files of runs say of candidates is what the core may hold, in that form.
func TestFilesOfRunsHoldFormsOfTheAnnex(t *testing.T) {
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range outside(c, Columns()) {
		t.Error(bad)
	}
	for name, wrong := range map[string]Column{
		"an income":    {Name: "income_band", Items: []catalogue.ItemID{"A02.01"}, Why: "it helps"},
		"another form": {Name: "bursary_step", Items: []catalogue.ItemID{"A02.06"}, Why: "it helps"},
		"no reason":    {Name: "mark"},
	} {
		if len(outside(c, []Column{wrong})) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

func outside(c *catalogue.Catalogue, columns []Column) (bad []string) {
	for _, col := range columns {
		if col.Why == "" {
			bad = append(bad, col.Name+" says not why it is there")
		}
		for _, id := range col.Items {
			it, ok := c.Item(id)
			if form, _, _ := strings.Cut(it.CoreForm, " "); !ok || !it.CoreNeed || form != col.Name {
				bad = append(bad, col.Name+" is not the form of "+string(id)+" in the core")
			}
		}
	}
	return bad
}
