package main

import (
	"context"
	"fmt"

	"sceau/internal/house"
)

type policyDriftVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Run ends with 1 where Vault or a database allows something else than what is signed.
func (v policyDriftVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error { return v.compare(ctx, t, h) })
}

func (v policyDriftVerb) compare(ctx context.Context, t *terminal, h *house.House) error {
	said, err := h.Drift(ctx)
	if err != nil {
		return err
	}
	if v.JSON {
		if err := printJSON(t, map[string]any{"drift": len(said) > 0, "differences": orEmpty(said)}); err != nil {
			return err
		}
	} else {
		for _, s := range said {
			fmt.Fprintln(t.out, s)
		}
	}
	if len(said) > 0 {
		fmt.Fprintln(t.err, "sceau: hint: `sceau policy vault --out DIR` writes the policies and grants of the table in force, for the administrators to apply; what was made beside them, they undo by hand")
		return quietly{failed}
	}
	fmt.Fprintln(t.err, "Vault and the databases allow what is signed, and nothing else; operators (X1) are granted no row")
	return nil
}
