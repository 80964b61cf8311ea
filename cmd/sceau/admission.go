package main

import (
	"sceau/core/cases"
)

type admissionVerbs struct {
	CallOrder     callOrderVerb     `cmd:"" help:"Order groups: cases as lines of JSON, from standard input to standard output."`
	CheckOrder    checkOrderVerb    `cmd:"" help:"Say which rules (P1 to P5) an order breaks; cases as lines of JSON."`
	LateInsertion lateInsertionVerb `cmd:"" help:"Find the call rank of somebody inserted late; cases as lines of JSON."`
	Estimate      estimateVerb      `cmd:"" help:"Estimate the last call rank by the end of the reservation; cases as lines of JSON."`
	Days          daysVerb          `cmd:"" help:"Compute days of proposals and what is shown; cases as lines of JSON."`

	Project admissionProjectVerb `cmd:"" help:"Project candidates into the pseudonymised view that runs are computed on."`

	Offer   admissionOfferVerb   `cmd:"" help:"Keep what programmes and boarding schools offer, for the days to come."`
	Run     admissionRunVerb     `cmd:"" help:"Compute, verify and publish a day of proposals."`
	Answers admissionAnswersVerb `cmd:"" help:"Take what candidates answered between two days."`
	Replay  admissionReplayVerb  `cmd:"" help:"Compute a run again from what its record names, and compare."`
	Runs    admissionRunsVerb    `cmd:"" help:"List the runs of a campaign, each compared with its signature."`
	Sheet   admissionSheetVerb   `cmd:"" help:"Print the public sheet of a programme: how it calls, and how far it has come."`
	Plot    admissionPlotVerb    `cmd:"" help:"Show proposals, acceptances and waiting lists by day, on the terminal and as SVG."`
	Explain admissionExplainVerb `cmd:"" help:"Say to a candidate why a wish stands where it stands."`

	National nationalVerb `cmd:"" help:"Run an instance of national scale, verified, with its checksums."`
	WhatIf   whatIfVerb   `cmd:"" help:"Simulate an instance under another rule or other rates, and compare counts."`
}

type (
	callOrderVerb     struct{}
	checkOrderVerb    struct{}
	lateInsertionVerb struct{}
	estimateVerb      struct{}
	daysVerb          struct{}
)

func (callOrderVerb) Run(t *terminal) error     { return runCases(t, "call-order") }
func (checkOrderVerb) Run(t *terminal) error    { return runCases(t, "check-order") }
func (lateInsertionVerb) Run(t *terminal) error { return runCases(t, "late-insertion") }
func (estimateVerb) Run(t *terminal) error      { return runCases(t, "estimate") }
func (daysVerb) Run(t *terminal) error          { return runCases(t, "days") }

func runCases(t *terminal, kind string) error {
	for _, k := range cases.Kinds() {
		if k.Name == kind {
			return k.Run(t.in, t.out)
		}
	}
	return misusef("no kind of case %s", kind)
}
