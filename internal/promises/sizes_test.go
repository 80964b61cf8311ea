package promises_test

import (
	"context"
	"fmt"
	"testing"

	"sceau/catalogue"
)

// The programmes are public, with their names and towns. An item that follows from the
// programme alone has one size for all: else whoever copies the disk, and measures,
// reads the wishes.
func TestNoSizeNamesTheProgrammeOfAWish(t *testing.T) {
	p := open(t)
	public, varied := 0, 0
	for _, it := range p.Catalogue.Items() {
		if it.Repeats != "per_wish" {
			continue
		}
		lengths, follows := p.followsFromProgramme(it)
		if !follows {
			continue
		}
		public++
		if len(lengths) > 1 {
			varied++
		}
		table, column := p.where(t, it)
		var sizes, rows int
		err := p.owner["data"].QueryRow(context.Background(), fmt.Sprintf(`SELECT count(DISTINCT octet_length(%s)), count(*) FROM %s WHERE campaign = ANY($1)`,
			ident(column), ident(table)), campaigns).Scan(&sizes, &rows)
		if err != nil {
			t.Fatal(err)
		}
		if rows == 0 || sizes != 1 {
			t.Errorf("%s %s: %d sizes in %d rows, for values of %d lengths that the programme decides", it.ID, it.Name, sizes, rows, len(lengths))
		}
	}
	// Of values that are all of one length, one size says nothing.
	if varied < 2 {
		t.Errorf("%d items follow from the programme, %d of them with values of several lengths: the measure would be of nothing", public, varied)
	}
	t.Logf("%d items follow from the programme, %d with values of several lengths", public, varied)
}

// followsFromProgramme says whether all who asked for a programme have the same value
// there, and programmes differ; and the lengths that the values have.
func (p *place) followsFromProgramme(it catalogue.Item) (lengths map[int]bool, follows bool) {
	of, values := map[string]string{}, map[string]bool{}
	lengths = map[int]bool{}
	for _, one := range p.people {
		for _, w := range records(one, "per_wish") {
			value, given := w[it.Name]
			if !given || string(value) == "null" {
				continue
			}
			programme := text(w["wish_target_programme"])
			if known, met := of[programme]; met && known != string(value) {
				return nil, false
			}
			of[programme] = string(value)
			values[string(value)], lengths[len(value)] = true, true
		}
	}
	return lengths, len(values) > 1
}

// where is the table and the column of an item.
func (p *place) where(t *testing.T, it catalogue.Item) (table, column string) {
	t.Helper()
	for _, each := range p.Catalogue.Tables() {
		for _, id := range each.Items {
			if id == it.ID {
				return each.Name, it.Column()
			}
		}
	}
	t.Fatalf("%s lies in no table", it.ID)
	return "", ""
}
