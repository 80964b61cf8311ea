package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
)

type importVerb struct {
	File     string `arg:"" type:"existingfile" help:"Dossiers, one JSON object a line."`
	Campaign string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	JSON     bool   `help:"Print JSON: the report, with the internal reference of each candidate." name:"json"`
}

// importAnswer is the report with the references of the candidates of this run.
type importAnswer struct {
	dossier.ImportReport
	Candidates []dossier.Arrival `json:"candidates"`
}

func (v importVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	campaign, err := h.OnlyCampaign(ctx, v.Campaign)
	if err != nil {
		return err
	}
	answer := importAnswer{Candidates: []dossier.Arrival{}}
	arrived := func(a dossier.Arrival) { answer.Candidates = append(answer.Candidates, a) }
	if !v.JSON {
		arrived = nil // a million references are for a pipe, not for memory
	}
	if answer.ImportReport, err = runImport(ctx, t, h, campaign, v.File, arrived); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, answer)
	}
	return printImport(t, answer.ImportReport)
}

// runImport seals a file, with a bar on terminals.
func runImport(ctx context.Context, t *terminal, h *house.House, campaign, file string, arrived func(dossier.Arrival)) (dossier.ImportReport, error) {
	none := dossier.ImportReport{}
	intake, err := h.Intake(ctx, campaign)
	if err != nil {
		return none, err
	}
	f, err := os.Open(file)
	if err != nil {
		return none, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return none, err
	}
	source, err := house.SourceOf(f)
	if err != nil {
		return none, err
	}
	bar := newBar(t, "sealing", info.Size())
	defer bar.end()
	return intake.Import(ctx, campaign, f, dossier.ImportOptions{Source: source, Progress: bar.set, Arrived: arrived})
}

func printImport(t *terminal, r dossier.ImportReport) error {
	fmt.Fprintf(t.out, "campaign %s: %d lines, %d dossiers entered, %d refused; %d fields sealed, %.0f fields/s, %.1f s\n",
		r.Campaign, r.Lines, r.Entered, len(r.Refused), r.Fields, r.FieldsPerSecond, r.Seconds)
	if r.Before {
		fmt.Fprintln(t.err, "sceau: this file was imported before: nothing was entered now")
	}
	if len(r.Refused) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LINE\tITEM\tRULE")
	for _, bad := range r.Refused {
		fmt.Fprintf(w, "%d\t%s\t%s\n", bad.Line, bad.Item, bad.Rule)
	}
	return w.Flush()
}
