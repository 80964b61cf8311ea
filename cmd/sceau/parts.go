package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"sceau/internal/house"
	"sceau/internal/parts"
)

type upVerb struct{}

func (upVerb) Run(ctx context.Context, t *terminal) error {
	home := parts.DefaultHome()
	addresses, err := parts.Up(ctx, home, t.err)
	if err != nil {
		return err
	}
	return house.Furnish(ctx, addresses, t.err)
}

type downVerb struct{}

func (downVerb) Run(ctx context.Context, t *terminal) error {
	return parts.Down(ctx, parts.DefaultHome(), t.err)
}

type statusVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

func (v statusVerb) Run(ctx context.Context, t *terminal) error {
	status, err := parts.Read(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, status)
	} else {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "PART\tSTATE\tADDRESS\tDETAIL")
		for _, p := range status.Parts {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, p.State, p.Address, p.Detail)
		}
		err = w.Flush()
	}
	if err == nil && !status.Up() {
		return quietly{failed}
	}
	return err
}

func printJSON(t *terminal, v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
