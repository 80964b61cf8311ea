package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"sceau/core"
	"sceau/core/whatif"
	"sceau/internal/natgen"
)

type whatIfVerb struct {
	File     string `arg:"" type:"existingfile" help:"An instance, as natgen writes it; boarding is left out."`
	Rule     string `enum:"once,every-round" default:"every-round" help:"When the rates act: once, in the call order, as the law has it; or in every round, among those who hold a place."`
	Bursary  int    `default:"0" help:"Points of per cent to add to every bursary rate above 0."`
	Resident int    `default:"0" help:"Points of per cent to add to every resident rate above 0."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Run compares the law with another rule, other rates, or both. It is a simulation: of
// all candidates taken to have ordered their wishes, and of nobody in particular.
func (v whatIfVerb) Run(t *terminal) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := natgen.Read(f)
	if err != nil {
		return err
	}
	law := in.Country()
	other := law.With(func(r core.Rates) core.Rates {
		return core.Rates{Bursary: points(r.Bursary, v.Bursary), Resident: points(r.Resident, v.Resident)}
	})
	before, err := whatif.Run(law, whatif.Once)
	if err != nil {
		return err
	}
	rule := map[string]whatif.Rule{"once": whatif.Once, "every-round": whatif.EveryRound}[v.Rule]
	after, err := whatif.Run(other, rule)
	if err != nil {
		return err
	}
	report, err := whatif.Compare(before, after)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, report)
	}
	table := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "candidates: %d\tthe law\tsimulated\t\n", report.Candidates)
	for _, row := range []struct {
		name          string
		before, after int
	}{
		{"admitted", report.Before.Admitted, report.After.Admitted},
		{"bursary holders among them", report.Before.Bursary, report.After.Bursary},
		{"non-residents where a rate applies", report.Before.NonResident, report.After.NonResident},
		{"groups below their bursary rate", report.Before.BelowBursary, report.After.BelowBursary},
		{"candidates with justified envy", report.Before.JustifiedEnvy, report.After.JustifiedEnvy},
	} {
		fmt.Fprintf(table, "%s\t%d\t%d\t\n", row.name, row.before, row.after)
	}
	fmt.Fprintf(table, "better off: %d, worse off: %d\t\t\t\n", report.Better, report.Worse)
	return table.Flush()
}

// points moves a rate that applies, within 0 to 100.
func points(rate, by int) int {
	if rate == 0 {
		return 0
	}
	return min(100, max(0, rate+by))
}
