package main

import (
	"context"
	"fmt"

	"sceau/audit"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type auditVerbs struct {
	Verify auditVerifyVerb `cmd:"" help:"Rebuild every live day from its traces and compare it with roots and signatures."`
}

type auditVerifyVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

func (v auditVerifyVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	report, err := h.Verify(ctx)
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, report)
	} else {
		err = printReport(t, report)
	}
	if err == nil && !report.OK() {
		return quietly{failed}
	}
	return err
}

func printReport(t *terminal, r audit.Report) error {
	for _, d := range r.Days {
		state := "open"
		if d.Closed {
			state = "closed"
		}
		fmt.Fprintf(t.out, "%s  %s  %d traces, %d of them signed  root %s\n", d.Day, state, d.Traces, d.Signed, d.Root)
	}
	for _, f := range r.Findings {
		fmt.Fprintln(t.out, "FOUND", f)
	}
	verdict := "the traces verify"
	if !r.OK() {
		verdict = howMany(len(r.Findings), "finding") + ": the traces do not verify"
	}
	_, err := fmt.Fprintf(t.out, "%s in %s, %s, %s: %s\n", howMany(r.Traces, "trace"), howMany(len(r.Days), "day"),
		howMany(r.Closed, "closed day"), howMany(r.Checkpoints, "checkpoint"), verdict)
	return err
}

// howMany says how many of a thing, in words of which only the last takes an s.
func howMany[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
