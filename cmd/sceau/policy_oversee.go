package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
)

type policySimulateVerb struct {
	As        string `required:"" placeholder:"MISSION" help:"The mission, or the account (S1.REF), whose answer is foreseen."`
	On        string `placeholder:"2026-04-15" help:"The day; today by default. Any day, in any campaign: nothing is opened."`
	Purpose   string `placeholder:"P1|P2|P3" help:"One purpose; all three by default."`
	JSON      bool   `help:"Print JSON." name:"json"`
	overseer  `embed:""`
	Candidate string `arg:"" help:"The internal reference of the candidate."`
}

func (v policySimulateVerb) Run(ctx context.Context, t *terminal) error {
	return v.about(ctx, v.Candidate, func(h *house.House, by dossier.Overseer, ref dossier.Ref) error {
		return v.simulate(ctx, t, h, by, ref)
	})
}

func (v policySimulateVerb) simulate(ctx context.Context, t *terminal, h *house.House, by dossier.Overseer, ref dossier.Ref) error {
	on, err := dayOr(v.On, h.Now())
	if err != nil {
		return err
	}
	if v.Purpose != "" && !slices.ContainsFunc(h.Catalogue.Purposes(), func(w catalogue.Word[catalogue.Purpose]) bool { return string(w.ID) == v.Purpose }) {
		return misusef("--purpose is P1, P2 or P3")
	}
	all, err := h.Foresee(ctx, by, dossier.Ask{Mission: v.As, Purpose: catalogue.Purpose(v.Purpose), Candidate: ref}, on)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, all)
	}
	for _, f := range all {
		fmt.Fprintf(t.out, "%s, %s, %s: ", f.Recipient, f.Purpose, orDash(string(f.Phase)))
		if f.Refused != "" {
			fmt.Fprintf(t.out, "refused: %s (%s)\n", f.Refused, f.Article)
			continue
		}
		fmt.Fprintf(t.out, "%d items\n", len(f.Items))
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, x := range f.Items {
			it, _ := h.Catalogue.Item(x.Item)
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%d\t%s\t%s\n", x.Item, it.Name, x.Form, x.Derive, x.Records, x.Article, x.SheetRow)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// overseer is who asks.
type overseer struct {
	By string `placeholder:"MISSION" help:"The mission of who asks, of C1 or R1a-leg. Without it the trace says that the console asked."`
}

// about opens the house for a question about one candidate.
func (v overseer) about(ctx context.Context, reference string, ask func(*house.House, dossier.Overseer, dossier.Ref) error) error {
	ref, err := candidate(reference)
	if err != nil {
		return err
	}
	return withHouse(ctx, func(h *house.House) error {
		by := dossier.Overseer{Mission: v.By}
		if v.By != "" {
			if by.Credential, err = h.Credential(v.By); err != nil {
				return err
			}
		}
		return ask(h, by, ref)
	})
}

// dayOr is the day that was typed, or another.
func dayOr(text string, other time.Time) (time.Time, error) {
	on, err := day(text)
	if err == nil && on.IsZero() {
		on = other
	}
	return on, err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type policyWhoCanSeeVerb struct {
	On        string `placeholder:"2026-04-15" help:"The day; today by default."`
	Campaign  string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	JSON      bool   `help:"Print JSON." name:"json"`
	overseer  `embed:""`
	Candidate string `arg:"" help:"The internal reference of the candidate."`
	Item      string `arg:"" help:"One item: A01.06, or last_name."`
}

func (v policyWhoCanSeeVerb) Run(ctx context.Context, t *terminal) error {
	return v.about(ctx, v.Candidate, func(h *house.House, by dossier.Overseer, ref dossier.Ref) error {
		return v.whoCanSee(ctx, t, h, by, ref)
	})
}

func (v policyWhoCanSeeVerb) whoCanSee(ctx context.Context, t *terminal, h *house.House, by dossier.Overseer, ref dossier.Ref) error {
	on, err := dayOr(v.On, h.Now())
	if err != nil {
		return err
	}
	items, err := itemIDs(h.Catalogue, []string{v.Item})
	if err != nil {
		return err
	}
	viewers, err := h.WhoSees(ctx, by, v.Campaign, ref, items[0], on)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, orEmpty(viewers))
	}
	if len(viewers) == 0 {
		fmt.Fprintf(t.err, "sceau: on %s nobody would be answered %s of that file\n", on.Format(time.DateOnly), items[0])
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RECIPIENT\tORGANISATION\tMISSIONS\tPURPOSE\tFORM\tDERIVE\tARTICLE\tSHEET ROW")
	for _, x := range viewers {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", x.Recipient, x.Organisation, x.Missions, x.Purpose, x.Form, x.Derive, x.Article, x.SheetRow)
	}
	return w.Flush()
}

// orEmpty is a list that JSON writes as one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type policyWhoDidVerb struct {
	From      string `placeholder:"2026-01-01" help:"First day; a year ago by default: traces live one year."`
	To        string `placeholder:"2026-12-31" help:"Last day; today by default."`
	Campaign  string `placeholder:"CAMPAIGN" help:"The campaign, where more than one is open."`
	JSON      bool   `help:"Print JSON." name:"json"`
	overseer  `embed:""`
	Candidate string `arg:"" help:"The internal reference of the candidate."`
}

func (v policyWhoDidVerb) Run(ctx context.Context, t *terminal) error {
	return v.about(ctx, v.Candidate, func(h *house.House, by dossier.Overseer, ref dossier.Ref) error { return v.whoDid(ctx, t, h, by, ref) })
}

func (v policyWhoDidVerb) whoDid(ctx context.Context, t *terminal, h *house.House, by dossier.Overseer, ref dossier.Ref) error {
	last, err := dayOr(v.To, h.Now())
	if err != nil {
		return err
	}
	first, err := dayOr(v.From, last.AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	looks, err := h.WhoDid(ctx, by, v.Campaign, ref, first, last)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, orEmpty(looks))
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "AT\tRECIPIENT\tORGANISATION\tPURPOSE\tACTION\tDECISION\tITEMS\tDATA\tBY")
	for _, x := range looks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", x.At.UTC().Format("2006-01-02 15:04"), x.Recipient, x.Organisation, x.Purpose,
			x.Action, x.Decision, len(x.Items), families(h.Catalogue, x.Items), x.Rule)
	}
	return w.Flush()
}

// families are the classes of data that items belong to, as a candidate is told them.
func families(c *catalogue.Catalogue, items []catalogue.ItemID) string {
	var out []string
	for _, id := range items {
		it, _ := c.Item(id)
		if class := string(it.Class); !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	slices.Sort(out)
	return orDash(strings.Join(out, ","))
}
