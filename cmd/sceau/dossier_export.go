package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sceau/dossier"
	"sceau/internal/exportfile"
	"sceau/internal/house"
)

type dossierExportVerbs struct {
	Order   exportOrderVerb   `cmd:"" help:"Order the files of one scope, for a second person to approve."`
	Show    exportShowVerb    `cmd:"" help:"Show an order, and why it was made, to who made it or may approve it."`
	Approve exportApproveVerb `cmd:"" help:"Approve an order, as another person of the organisation."`
	Run     exportRunVerb     `cmd:"" help:"Write the files of an order that was approved, once, within seven days."`
}

// behalf is who acts on an order.
type behalf struct {
	As       string `required:"" placeholder:"MISSION" help:"The mission."`
	Campaign string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	On       string `help:"The day it is, in demonstration campaigns only. Approvals go by the real clock." placeholder:"2026-04-15"`
	Order    string `arg:"" help:"The order, as it was named when it was made."`
}

func (v behalf) ask(h *house.House) (dossier.Ask, error) {
	return asking{As: v.As, Purpose: "P1", Campaign: v.Campaign, On: v.On}.ask(h)
}

type exportOrderVerb struct {
	asking `embed:""`
	Scope  string   `required:"" placeholder:"KIND:ID" help:"One of the mission's own scopes, as for a list."`
	Reason string   `required:"" placeholder:"TEXT" help:"Why, for who approves: kept under seal in the trace, and nowhere else."`
	Items  []string `arg:"" optional:"" help:"Items (A01.06 or last_name) of each file. None: numbers and relations."`
}

func (v exportOrderVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error { return v.order(ctx, t, h) })
}

func (v exportOrderVerb) order(ctx context.Context, t *terminal, h *house.House) error {
	var ask dossier.ListAsk
	var err error
	if ask.Ask, err = v.ask(h); err != nil {
		return err
	}
	if ask.Scope, err = scope(v.Scope); err != nil {
		return err
	}
	if ask.Items, err = itemIDs(h.Catalogue, v.Items); err != nil {
		return err
	}
	gate, book, _, err := h.Exports(ctx)
	if err != nil {
		return err
	}
	x, err := gate.OrderExport(ctx, book, ask, v.Reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "sceau: another person of the organisation approves it: `sceau dossier export approve --as MISSION %s`\n", x.ID)
	fmt.Fprintln(t.out, x.ID)
	return nil
}

type exportShowVerb struct {
	behalf `embed:""`
}

func (v exportShowVerb) Run(ctx context.Context, t *terminal) error {
	return v.vouch(ctx, t, (*dossier.Gate).ShowExport)
}

type exportApproveVerb struct {
	behalf `embed:""`
}

func (v exportApproveVerb) Run(ctx context.Context, t *terminal) error {
	return v.vouch(ctx, t, (*dossier.Gate).ApproveExport)
}

func (v behalf) vouch(ctx context.Context, t *terminal, say func(*dossier.Gate, context.Context, dossier.ExportBook, dossier.TracesBetween, dossier.Ask, string) (dossier.Export, error)) error {
	return withHouse(ctx, func(h *house.House) error {
		ask, err := v.ask(h)
		if err != nil {
			return err
		}
		gate, book, traces, err := h.Exports(ctx)
		if err != nil {
			return err
		}
		x, err := say(gate, ctx, book, traces, ask, v.Order)
		if err != nil {
			return err
		}
		items := "numbers and relations alone"
		if len(x.Items) > 0 {
			var ids []string
			for _, id := range x.Items {
				it, _ := h.Catalogue.Item(id)
				ids = append(ids, fmt.Sprintf("%s %s", id, it.Name))
			}
			items = strings.Join(ids, ", ")
		}
		fmt.Fprintf(t.out, "order     %s\nmission   %s\nscope     %s\npurpose   %s\nitems     %s\nordered   %s\nreason    %s\n",
			x.ID, x.Mission, x.Scope, x.Purpose, items, x.Ordered.Format(time.RFC3339), x.Reason)
		if x.ApprovedBy != "" {
			fmt.Fprintf(t.out, "approved  %s by %s; to be run before %s\n", x.Approved.Format(time.RFC3339), x.ApprovedBy, x.Approved.Add(dossier.ApprovalLasts).Format(time.RFC3339))
		}
		return nil
	})
}

type exportRunVerb struct {
	behalf `embed:""`
	Out    string `required:"" placeholder:"FILE" type:"path" help:"Where the lines go: a new file. Killed, run it again with the same name."`
}

func (v exportRunVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error { return v.run(ctx, t, h) })
}

func (v exportRunVerb) run(ctx context.Context, t *terminal, h *house.House) error {
	ask, err := v.ask(h)
	if err != nil {
		return err
	}
	gate, book, traces, err := h.Exports(ctx)
	if err != nil {
		return err
	}
	if strings.ContainsAny(v.Order, "/\\.") {
		return misusef("an order is named as it was when it was made")
	}
	file, err := exportfile.Open(v.Out, v.Order)
	if err != nil {
		return err
	}
	x, more, err := gate.RunExport(ctx, book, traces, ask, v.Order, file)
	if err != nil {
		return errors.Join(err, file.Abandon(), file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "sceau: %d files in %s\n", x.Rows(), v.Out)
	if more {
		fmt.Fprintln(t.err, "sceau: the limit of an export ended it: the scope has more")
	}
	return nil
}
