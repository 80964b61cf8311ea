package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"sceau/core/session"
	"sceau/internal/admission"
)

type admissionSheetVerb struct {
	onCampaign `embed:""`
	Programme  string `arg:"" help:"The programme."`
}

func (admissionSheetVerb) Help() string {
	return `The public sheet of a programme after the last day: how each of its groups calls, what it offers, and how
far it has come. Where fewer than five candidates were called, how far is not said.`
}

func (v admissionSheetVerb) Run(ctx context.Context, t *terminal) error {
	s, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) (*session.Standing, error) { return a.Standing(ctx) })
	if err != nil {
		return err
	}
	sheets := s.Sheets(v.Programme)
	if len(sheets) == 0 {
		return misusef("no group of programme %s takes part", v.Programme)
	}
	if v.JSON {
		return printJSON(t, sheets)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "GROUPE\tCLASSÉS\tPLACES\tBOURSIERS\tHORS SECTEUR\tOCCUPÉES\tLIBRES\tDERNIER APPELÉ")
	for _, x := range sheets {
		p := x.Sheet
		held, vacant, last := "non publié", "non publié", "non publié"
		if c := p.Come; c != nil {
			held, vacant, last = fmt.Sprint(c.Held), fmt.Sprint(c.Vacant), fmt.Sprint(c.LastCalled)
		}
		outside := "sans taux"
		if p.Rates.Resident > 0 {
			outside = fmt.Sprintf("%d %% au plus", 100-p.Rates.Resident)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d %% au moins\t%s\t%s\t%s\t%s\n", x.Label, p.Ranked, p.Places, p.Rates.Bursary, outside, held, vacant, last)
	}
	return w.Flush()
}
