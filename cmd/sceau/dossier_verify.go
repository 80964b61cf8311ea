package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type dossierVerifyVerb struct {
	Candidate string `arg:"" optional:"" help:"The internal reference of one candidate. None: the whole campaign."`
	Campaign  string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	JSON      bool   `help:"Print JSON." name:"json"`
}

func (v dossierVerifyVerb) Run(ctx context.Context, t *terminal) error {
	var about *dossier.Ref
	if v.Candidate != "" {
		one, err := candidate(v.Candidate)
		if err != nil {
			return err
		}
		about = &one
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	campaign, err := h.OnlyCampaign(ctx, v.Campaign)
	if err != nil {
		return err
	}
	var moving bar
	defer func() { moving.end() }()
	report, err := h.Revisions(ctx, campaign, about, operator(), func(of int64) func(int64) {
		moving = newBar(t, "comparing", of)
		return moving.set
	})
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, report)
	} else {
		err = printRevisions(t, report)
	}
	if err == nil && !report.OK() {
		return quietly{failed}
	}
	return err
}

func printRevisions(t *terminal, r dossier.RevisionReport) error {
	if len(r.Findings) > 0 {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "FOUND\tCANDIDATE\tITEM\tRECORD\tLIES\tTRACED\tNEWEST WRITE")
		for _, f := range r.Findings {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", f.What, f.Candidate, f.Item, f.Record, f.Lies, f.Traced, f.Trace)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	found := int64(0)
	for _, n := range r.Found {
		found += n
	}
	if listed := int64(len(r.Findings)); found > listed {
		fmt.Fprintf(t.out, "... and %d more\n", found-listed)
	}
	if r.UntoldDossiers+r.UntoldCells > 0 {
		fmt.Fprintf(t.out, "%s with %s: no live trace of a write tells their revisions\n", howMany(r.UntoldDossiers, "dossier"), howMany(r.UntoldCells, "cell"))
	}
	if r.NotThere > 0 {
		fmt.Fprintf(t.out, "%s traced and not there: cut before the end, or erased since\n", howMany(r.NotThere, "creation"))
	}
	verdict := "each has the revision of its newest write"
	if found > 0 {
		verdict = howMany(found, "finding") + ": the dossiers do not verify"
	}
	_, err := fmt.Fprintf(t.out, "campaign %s: %s, %s compared with the traces of writes: %s\n",
		r.Campaign, howMany(r.Dossiers, "dossier"), howMany(r.Cells, "cell"), verdict)
	return err
}
