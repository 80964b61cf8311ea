package dossier

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
)

// indexes computes the blind indexes of a batch, one call for each index, and marks
// the filings whose registration number is known already.
func (in *Intake) indexes(ctx context.Context, campaign string, filings []*Filing, entries []Entry) ([][]IndexEntry, error) {
	found := make([][]IndexEntry, len(filings))
	all := in.Catalogue.Indexes()
	columns := make([]indexColumn, len(all))
	work, ctx := errgroup.WithContext(ctx)
	for n, x := range all {
		work.Go(func() (err error) {
			columns[n], err = in.indexColumn(ctx, campaign, x, filings)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	type number struct {
		item  catalogue.ItemID
		mac   string
		known bool
	}
	numbers := make([][]number, len(filings)) // that one file alone may have
	for n, x := range all {
		for k, i := range columns[n].of {
			mac := columns[n].macs[k]
			found[i] = append(found[i], IndexEntry{Index: x.ID, MAC: mac, Unique: x.Unique})
			if x.Unique {
				numbers[i] = append(numbers[i], number{x.Items[0], string(mac), columns[n].known[k]})
			}
		}
	}
	// Only who stays in takes a number: one that is refused takes nobody's place.
	seen := map[string]bool{}
	for i := range filings {
		for _, n := range numbers[i] {
			if entries[i].Refused == nil && (n.known || seen[n.mac]) {
				entries[i].Refused = &LineError{Item: n.item, Rule: registered}
			}
		}
		if entries[i].Refused == nil {
			for _, n := range numbers[i] {
				seen[n.mac] = true
			}
		}
	}
	return found, nil
}

// An indexColumn is one index of a batch: for the filings that have the values, the
// MACs, and whether somebody has them already.
type indexColumn struct {
	of    []int
	macs  [][]byte
	known []bool
}

func (in *Intake) indexColumn(ctx context.Context, campaign string, x catalogue.Index, filings []*Filing) (c indexColumn, err error) {
	var inputs [][]byte
	for i, f := range filings {
		if input, ok := x.Input(f.items(x.Items)); ok {
			inputs = append(inputs, input)
			c.of = append(c.of, i)
		}
	}
	if len(inputs) == 0 {
		return c, nil
	}
	if c.macs, err = in.Ring.Index(ctx, campaign, x.ID, inputs...); err != nil {
		return c, fmt.Errorf("computing index %s: %w", x.ID, err)
	}
	for _, input := range inputs {
		clear(input)
	}
	if x.Unique {
		c.known, err = in.Vestry.Known(ctx, campaign, x.ID, c.macs)
	}
	return c, err
}
