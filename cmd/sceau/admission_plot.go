package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"golang.org/x/term"

	"sceau/internal/admission"
	"sceau/internal/chart"
)

type admissionPlotVerb struct {
	onCampaign `embed:""`
	SVG        string `name:"svg" placeholder:"FILE" help:"Write a picture too."`
}

// Run shows the days of a campaign as one would rather look than read.
func (v admissionPlotVerb) Run(ctx context.Context, t *terminal) error {
	days, err := admitting(ctx, t, v.onCampaign, func(a *admission.Campaign) ([]admission.DayFigures, error) { return a.Figures(ctx) })
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, days)
	}
	var all []chart.Day
	for _, d := range days {
		all = append(all, chart.Day{Number: d.Day, Proposals: d.Proposals, Acceptances: d.Acceptances, Waiting: d.Waiting})
	}
	const title = "Propositions, acceptations et listes d'attente par jour"
	if v.SVG != "" {
		err := writeWhole(v.SVG, func(w *bufio.Writer) error { return chart.SVG(w, title, all) })
		if err != nil {
			return err
		}
		fmt.Fprintln(t.err, "sceau: the picture is in", v.SVG)
	}
	return chart.Terminal(t.out, title, all, chart.Screen{Width: width(t), Colour: isTerminal(t.out)})
}

// width of the terminal, or one that fits most.
func width(t *terminal) int {
	if f, ok := t.out.(*os.File); ok && isTerminal(f) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return min(w, 120)
		}
	}
	return 80
}
