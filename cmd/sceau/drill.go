package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"sceau/internal/house"
	"sceau/internal/parts"
)

type drillVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

func (v drillVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	show := newSteps(t)
	defer show.end()
	r, err := h.Drill(ctx, operator(), show.copying)
	show.end()
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, r)
	} else {
		err = printDrill(t, r)
	}
	if err == nil && !r.Passed {
		return quietly{failed}
	}
	return err
}

func printDrill(t *terminal, r house.DrillReport) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TRIED\tPASSED\tFOUND")
	for _, s := range r.Steps {
		passed := "yes"
		if !s.Passed {
			passed = "NO"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Tried, passed, s.Found)
	}
	return w.Flush()
}
