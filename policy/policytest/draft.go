package policytest

import (
	"context"
	"sync"
	"testing"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

var drafted = sync.OnceValues(func() (*publish.Draft, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return publish.Make(context.Background(), c, opa.Sources{})
})

// Draft is the table of the sheets of this program, made once for all tests.
func Draft(t testing.TB) *publish.Draft {
	t.Helper()
	d, err := drafted()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Compiled is a table of other rows, under the limits of the draft.
func Compiled(t testing.TB, rows []policy.Row) *policy.Table {
	t.Helper()
	base := Draft(t).Table
	tb, err := policy.Compile(base.Vocabulary(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return tb.Under(base.Limits())
}
