package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"sceau/catalogue"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

type policyVerbs struct {
	Decide  policyDecideVerb  `cmd:"" help:"What the signed table says in a context. Opens nothing."`
	Publish policyPublishVerb `cmd:"" help:"Draft the table from sheets and rules, prove it, propose it for signature."`
	Sign    policySignVerb    `cmd:"" help:"Sign the table that waits."`
	Table   policyTableVerb   `cmd:"" help:"Print the table in force, or the draft."`
	Keygen  policyKeygenVerb  `cmd:"" help:"Make a signer's key."`
	Vault   policyVaultVerb   `cmd:"" help:"Write Vault's policies for its administrator, or compare them with a live Vault."`
}

type policyDecideVerb struct {
	Recipient string   `required:"" placeholder:"ID" help:"Who would ask: an id of catalogue/decree/recipients.csv, R3b for a teacher."`
	Purpose   string   `required:"" placeholder:"P1|P2|P3" help:"P1 preregistration, P2 guidance, P3 steering."`
	Phase     string   `required:"" placeholder:"PH0..PH8" help:"The phase of the campaign."`
	Relation  []string `help:"Relations held, joined by commas; docs/facts.md lists them." sep:"," placeholder:"own_class"`
	Guards    []string `help:"Guards that hold, joined by commas; docs/facts.md lists them." sep:"," placeholder:"own_subject"`
	Draft     bool     `help:"Ask the draft from the sources instead of the table in force."`
	JSON      bool     `help:"Print JSON." name:"json"`
	Items     []string `arg:"" optional:"" help:"Items; none: all that is granted."`
}

func (v policyDecideVerb) Run(ctx context.Context, t *terminal) error {
	table, done, err := v.table(ctx)
	if err != nil {
		return err
	}
	defer done()
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

func (v policyDecideVerb) table(ctx context.Context) (*policy.Table, func(), error) {
	if v.Draft {
		d, err := draft(ctx)
		if err != nil {
			return nil, nil, err
		}
		return d.Table, func() {}, nil
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return nil, nil, err
	}
	table, err := h.Table(ctx)
	if err != nil {
		h.Close()
		return nil, nil, err
	}
	return table, h.Close, nil
}

func printVerdicts(t *terminal, verdicts []policy.Verdict) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ITEM\tGRANTED\tFORM\tDERIVE\tARTICLE\tSHEET ROW\tWHY NOT")
	for _, x := range verdicts {
		fmt.Fprintf(w, "%s\t%t\t%s\t%s\t%s\t%s\t%s\n", x.Item, x.Granted, x.Form, x.Derive, x.Article, x.SheetRow, x.Reason)
	}
	return w.Flush()
}

func draft(ctx context.Context) (*publish.Draft, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return publish.Make(ctx, c, opa.Sources{})
}

type policyPublishVerb struct {
	Author string `default:"policy-office" help:"Who drafted it; an author does not sign."`
	JSON   bool   `help:"Print JSON." name:"json"`
}

func (v policyPublishVerb) Run(ctx context.Context, t *terminal) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	d, err := draft(ctx)
	if err != nil {
		return err
	}
	store, trust, err := h.Publications(ctx)
	if err != nil {
		return err
	}
	p, err := d.Propose(ctx, store, trust, v.Author, time.Now())
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, map[string]any{"publication": p.ID, "table": d.Table.Hash(), "rows": d.Table.Len(), "statement": p.Text})
	}
	fmt.Fprintf(t.out, "publication %s\n\n%s", p.ID, p.Text)
	_, waits, err := policy.Waiting(ctx, store, trust)
	if err != nil {
		return err
	}
	if waits {
		fmt.Fprintln(t.err, "\nit waits for signatures: `sceau policy sign --key FILE`")
	} else {
		fmt.Fprintln(t.err, "\nit is in force already: nothing changed since it was signed")
	}
	return nil
}

type policySignVerb struct {
	Key         string `required:"" placeholder:"FILE" type:"existingfile" help:"The signer's own key, 0600."`
	Publication string `placeholder:"ID" help:"The publication; the one that waits by default."`
}

func (v policySignVerb) Run(ctx context.Context, t *terminal) error {
	signer, err := policy.ReadSigner(v.Key)
	if err != nil {
		return err
	}
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	store, trust, err := h.Publications(ctx)
	if err != nil {
		return err
	}
	if v.Publication == "" {
		p, waits, err := policy.Waiting(ctx, store, trust)
		if err != nil {
			return err
		}
		if !waits {
			return errors.New("no table waits for a signature")
		}
		v.Publication = p.ID
	}
	p, lacking, err := policy.Sign(ctx, store, h.Words, trust, v.Publication, signer)
	if err != nil {
		return err
	}
	if lacking > 0 {
		fmt.Fprintf(t.err, "signed by %s; %d more to come\n", signer.Name(), lacking)
		return nil
	}
	fmt.Fprintf(t.err, "signed by %s; in force: %s\n", signer.Name(), p.ID)
	return nil
}

type policyTableVerb struct {
	Draft  bool   `help:"From the sources, with no database and no Vault."`
	Format string `enum:"csv" default:"csv" help:"csv."`
}

func (v policyTableVerb) Run(ctx context.Context, t *terminal) error {
	table, done, err := policyDecideVerb{Draft: v.Draft}.table(ctx)
	if err != nil {
		return err
	}
	defer done()
	return table.WriteCSV(t.out)
}

type policyKeygenVerb struct {
	Name  string `arg:"" help:"The signer's name, as it will stand on the statement."`
	Out   string `required:"" placeholder:"FILE" help:"Where the secret half goes, 0600."`
	Trust bool   `help:"Add the public half to SCEAU_HOME/policy/signers."`
}

func (v policyKeygenVerb) Run(t *terminal) error {
	if err := os.MkdirAll(filepath.Dir(v.Out), 0o700); err != nil {
		return err
	}
	public, err := policy.NewSigner(v.Name, v.Out)
	if err != nil {
		return err
	}
	if v.Trust {
		if err := house.AddSigner(parts.DefaultHome(), public); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, public)
	return nil
}
