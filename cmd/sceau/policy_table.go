package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/plain"
)

type policyTableVerb struct {
	sources `embed:""`
	Of      string `default:"in-force" placeholder:"TABLE" help:"in-force, waiting, draft, or the id or hash of any published table."`
	Draft   bool   `help:"The same as --of draft: from the sources, with no database and no Vault."`
	Format  string `enum:"csv" default:"csv" help:"csv."`
}

func (v policyTableVerb) Run(ctx context.Context, t *terminal) error {
	x := tables{sources: v.sources}
	defer x.close()
	if v.Draft {
		v.Of = drafted
	}
	table, err := x.named(ctx, t, v.Of)
	if err != nil {
		return err
	}
	return table.WriteCSV(t.out)
}

type policyMatrixVerb struct {
	sources  `embed:""`
	Of       string `default:"in-force" placeholder:"TABLE" help:"in-force, waiting, draft, or the id or hash of any published table."`
	Format   string `enum:"md,html,csv" default:"md" help:"md, html or csv."`
	Language string `name:"lang" enum:"fr,en" default:"fr" help:"fr or en."`
}

func (v policyMatrixVerb) Run(ctx context.Context, t *terminal) error {
	x := tables{sources: v.sources}
	defer x.close()
	table, err := x.named(ctx, t, v.Of)
	if err != nil {
		return err
	}
	m := plain.Speaker{Catalogue: table.Vocabulary().Catalogue, Language: plain.Language(v.Language)}.Matrix(table)
	return map[string]func(io.Writer) error{"md": m.Markdown, "html": m.HTML, "csv": m.CSV}[v.Format](t.out)
}

type policyDecideVerb struct {
	Recipient string   `required:"" placeholder:"ID" help:"Who would ask: an id of catalogue/decree/recipients.csv, R3b for a teacher."`
	Purpose   string   `required:"" placeholder:"P1|P2|P3" help:"P1 preregistration, P2 guidance, P3 steering."`
	Phase     string   `required:"" placeholder:"PH0..PH8" help:"The phase of the campaign."`
	Relation  []string `help:"Relations held, joined by commas; docs/facts.md lists them." sep:"," placeholder:"own_class"`
	Guards    []string `help:"Guards that hold, joined by commas; docs/facts.md lists them." sep:"," placeholder:"own_subject"`
	sources   `embed:""`
	Of        string   `default:"in-force" placeholder:"TABLE" help:"The table asked: in-force, waiting, draft, or the id or hash of any published one, as a trace names it."`
	Draft     bool     `help:"The same as --of draft."`
	JSON      bool     `help:"Print JSON." name:"json"`
	Items     []string `arg:"" optional:"" help:"Items; none: all that is granted."`
}

func (v policyDecideVerb) Run(ctx context.Context, t *terminal) error {
	x := tables{sources: v.sources}
	defer x.close()
	if v.Draft {
		v.Of = drafted
	}
	table, err := x.named(ctx, t, v.Of)
	if err != nil {
		return err
	}
	q := policy.Question{Recipient: catalogue.RecipientID(v.Recipient), Purpose: catalogue.Purpose(v.Purpose), Phase: catalogue.Phase(v.Phase)}
	for _, r := range v.Relation {
		q.Relations = append(q.Relations, catalogue.Relation(r))
	}
	for _, g := range v.Guards {
		q.Guards = append(q.Guards, catalogue.Guard(g))
	}
	if q.Items, err = itemIDs(table.Vocabulary().Catalogue, v.Items); err != nil {
		return err
	}
	verdicts, err := table.Answer(q)
	if err != nil {
		return misuse{hinted{err, "recipients are in catalogue/decree/recipients.csv, relations and guards in docs/facts.md"}}
	}
	if len(verdicts) == 0 {
		fmt.Fprintln(t.err, "sceau: nothing is granted there; relations and guards that hold are stated with --relation and --guards")
	}
	if v.JSON {
		err = printJSON(t, verdicts)
	} else {
		err = printVerdicts(t, verdicts)
	}
	if err != nil {
		return err
	}
	for _, x := range verdicts {
		if !x.Granted {
			return quietly{refused}
		}
	}
	return nil
}

func printVerdicts(t *terminal, verdicts []policy.Verdict) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ITEM\tGRANTED\tFORM\tDERIVE\tARTICLE\tSHEET ROW\tWHY NOT")
	for _, x := range verdicts {
		fmt.Fprintf(w, "%s\t%t\t%s\t%s\t%s\t%s\t%s\n", x.Item, x.Granted, x.Form, x.Derive, x.Article, x.SheetRow, x.Reason)
	}
	return w.Flush()
}
