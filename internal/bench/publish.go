package bench

import (
	"context"
	"fmt"
	"time"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

// Limits of drafting and proving a table, on two cores.
const (
	publishWhole = 10 * time.Second
	publishOne   = 500 * time.Millisecond
)

// Publish measures the draft and the proof of the whole base, and of one recipient, as a
// share of the limit of each; and the reading of a signed table when a service starts.
func (s Sheet) Publish(ctx context.Context, c *catalogue.Catalogue) error {
	var draft *publish.Draft
	drafting := func(only ...catalogue.RecipientID) (time.Duration, error) {
		began := time.Now()
		d, err := publish.Make(ctx, c, opa.Sources{Only: only})
		if err == nil && len(only) == 0 {
			draft = d
		}
		return time.Since(began), err
	}
	whole, err := best(3, func() (time.Duration, error) { return drafting() })
	if err != nil {
		return fmt.Errorf("drafting the table: %w", err)
	}
	s.Row("publish-and-prove", whole.Seconds(), "s")
	s.Row("publish-and-prove/limit", whole.Seconds()/publishWhole.Seconds(), "of-10-s")
	// The longest sheet, and one in the middle.
	for _, r := range []catalogue.RecipientID{"S1", "R2a"} {
		one, err := best(3, func() (time.Duration, error) { return drafting(r) })
		if err != nil {
			return fmt.Errorf("drafting the rows of %s: %w", r, err)
		}
		s.Row("publish-and-prove/"+string(r), one.Seconds()/publishOne.Seconds(), "of-0.5-s")
	}
	began := time.Now()
	narrower, err := policy.Compile(draft.Table.Vocabulary(), draft.Table.Rows()[1:])
	if err != nil {
		return err
	}
	s.Row("compile-a-table", time.Since(began).Seconds()*1000, "ms")
	began = time.Now()
	policy.Compare(draft.Table, narrower)
	s.Row("compare-two-tables", time.Since(began).Seconds()*1000, "ms")
	return nil
}

// best is the shortest of several runs: what else the machine does only adds.
func best(runs int, f func() (time.Duration, error)) (shortest time.Duration, err error) {
	for range runs {
		took, err := f()
		if err != nil {
			return 0, err
		}
		if shortest == 0 || took < shortest {
			shortest = took
		}
	}
	return shortest, nil
}
