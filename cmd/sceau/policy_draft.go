package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sceau/catalogue"
	"sceau/internal/house"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/proof"
	"sceau/policy/publish"
	"sceau/policy/sheets"
	"sceau/policy/signed"
)

// sources are the folders that a table is drafted from.
type sources struct {
	Sheets string `placeholder:"DIR" help:"A folder of sheets. Without it: policy/sheets, where the current folder has one, or those of this program."`
	Rules  string `placeholder:"DIR" help:"A folder of rules. Without it: policy/rego, or those of this program."`
}

// found are the files, and where they are, said to whoever drafts: two folders that
// look alike are not the same sources.
func (v sources) found(t *terminal) (src opa.Sources, err error) {
	for _, part := range []struct {
		what, asked, checkout, pattern string
		into                           *fs.FS
	}{
		{"sheets", v.Sheets, filepath.Join("policy", "sheets"), "*.yaml", &src.Sheets},
		{"rules", v.Rules, filepath.Join("policy", "rego"), "*.rego", &src.Rules},
	} {
		dir := part.asked
		if dir == "" {
			dir = part.checkout
		}
		files, err := filepath.Glob(filepath.Join(dir, part.pattern))
		if err != nil {
			return src, err
		}
		switch {
		case len(files) > 0:
			*part.into = os.DirFS(dir)
			fmt.Fprintf(t.err, "sceau: %s of %s\n", part.what, dir)
		case part.asked != "":
			return src, misuse{hinted{fmt.Errorf("%s holds no %s (%s)", dir, part.what, part.pattern), "`sceau policy sheets --out DIR` writes sheets to begin with"}}
		default:
			fmt.Fprintf(t.err, "sceau: %s of this program\n", part.what)
		}
	}
	return src, nil
}

// load reads the register too: what rules and sheets are judged by.
func (v sources) load(t *terminal) (*catalogue.Catalogue, opa.Sources, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, opa.Sources{}, err
	}
	src, err := v.found(t)
	return c, src, err
}

func (v sources) draft(ctx context.Context, t *terminal) (*publish.Draft, error) {
	return draft(ctx, t, v.found)
}

func draft(ctx context.Context, t *terminal, from func(*terminal) (opa.Sources, error)) (*publish.Draft, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	src, err := from(t)
	if err != nil {
		return nil, err
	}
	d, err := publish.Make(ctx, c, src)
	if err != nil {
		return nil, err
	}
	for _, r := range d.Refused {
		fmt.Fprintln(t.err, "sceau: non accordé :", r.Sentence(c))
	}
	return d, cites(t, d.Table)
}

// cites tells rows that cite otherwise than the ceiling: what is signed ends in a citation.
func cites(t *terminal, table *policy.Table) error {
	otherwise, err := proof.Citations(table.Rows(), catalogue.Decree())
	for _, sentence := range otherwise {
		fmt.Fprintln(t.err, "sceau: à vérifier :", sentence)
	}
	return err
}

type policySheetsVerb struct {
	Out string `required:"" placeholder:"DIR" help:"Where the sheets go. A file that is there already, and differs, is not touched."`
	Of  string `placeholder:"TABLE" help:"The sheets that a published table was drafted from (in-force, waiting, an id or a hash); those of this program by default."`
}

func (v policySheetsVerb) Run(ctx context.Context, t *terminal) error {
	files := fs.FS(sheets.Files)
	if v.Of != "" {
		x := tables{}
		defer x.close()
		var err error
		if files, err = x.sheets(ctx, v.Of); err != nil {
			return err
		}
		if files == nil {
			return errors.New("that table was published before sheets were kept with it")
		}
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return err
	}
	// Looked at before anything is written: a lawyer's work is in that folder.
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		had, err := os.ReadFile(filepath.Join(v.Out, name))
		if err == nil && string(had) != string(text) {
			return hinted{fmt.Errorf("%s is there, and is not the same", filepath.Join(v.Out, name)), "choose another folder, or move it away: nothing was written"}
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(v.Out, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(v.Out, name), text, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.err, "%d sheets in %s, one for each recipient\n", len(names), v.Out)
	return nil
}

// sheets are those that a table was drafted from; nil where a publication was made before
// they were kept with it.
func (x *tables) sheets(ctx context.Context, of string) (fs.FS, error) {
	switch of {
	case shipped:
		return sheets.Files, nil
	case drafted:
		src, err := x.sources.found(&terminal{err: io.Discard})
		if src.Sheets == nil {
			src.Sheets = sheets.Files
		}
		return src.Sheets, err
	}
	if err := x.open(ctx); err != nil {
		return nil, err
	}
	p, store, err := x.publication(ctx, of)
	if err != nil {
		return nil, err
	}
	e, err := store.Enclosed(ctx, p.ID)
	if err != nil || len(e.Sources) == 0 {
		return nil, err
	}
	files, _, err := signed.Unbundle(e.Sources)
	return files, err
}

type policyLintVerb struct {
	sources `embed:""`
}

func (v policyLintVerb) Run(t *terminal) error {
	src, err := v.found(t)
	if err != nil {
		return err
	}
	problems, err := opa.Lint(src.Rules)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(t.out, p)
	}
	if len(problems) > 0 {
		return quietly{failed}
	}
	fmt.Fprintln(t.err, "the rules read closed lists only, have no clock, no network and no chance, and each cites an article and says why")
	return nil
}

type policyTestVerb struct {
	sources `embed:""`
}

func (v policyTestVerb) Run(ctx context.Context, t *terminal) error {
	c, src, err := v.load(t)
	if err != nil {
		return err
	}
	tests, err := opa.Test(ctx, c, src.Rules)
	if err != nil {
		return err
	}
	fails := 0
	for _, x := range tests {
		if x.Fails != "" {
			fails++
			fmt.Fprintf(t.out, "%s: %s\n", x.Name, x.Fails)
		}
	}
	loosened, err := opa.Cases(ctx, c, src.Rules)
	if err != nil {
		return err
	}
	for _, l := range loosened {
		fmt.Fprintln(t.out, l.Sentence(c))
	}
	uncovered, err := opa.Uncovered(ctx, c, src)
	if err != nil {
		return err
	}
	for _, u := range uncovered {
		fmt.Fprintf(t.out, "%s: no test and no sheet reaches this\n", u)
	}
	if fails+len(loosened)+len(uncovered) > 0 || len(tests) == 0 {
		return quietly{failed}
	}
	fmt.Fprintf(t.err, "%d tests pass, and every rule is reached\n", len(tests))
	return nil
}

type policyProveVerb struct {
	sources   `embed:""`
	Recipient []string `placeholder:"ID" help:"Only these; everybody by default."`
	Below     bool     `help:"List what the ceiling allows and the sheets leave out, once it is proved." xor:"form"`
	JSON      bool     `help:"Print JSON." name:"json" xor:"form"`
}

// Run ends with 1 and a sentence for each grant that the decree does not allow.
func (v policyProveVerb) Run(ctx context.Context, t *terminal) error {
	c, src, err := v.load(t)
	if err != nil {
		return err
	}
	for _, r := range v.Recipient {
		if _, ok := c.Recipient(catalogue.RecipientID(r)); !ok {
			return misuse{hinted{fmt.Errorf("%s is no recipient", r), "recipients are in catalogue/decree/recipients.csv"}}
		}
		src.Only = append(src.Only, catalogue.RecipientID(r))
	}
	d, err := publish.Make(ctx, c, src)
	var no *publish.NotProved
	if err != nil && !errors.As(err, &no) {
		return err
	}
	if v.JSON {
		return v.json(t, c, d, no)
	}
	if no != nil {
		for _, f := range no.Findings {
			fmt.Fprintln(t.out, f.Sentence)
		}
		fmt.Fprintf(t.err, "sceau: not proved, findings: %d\n", len(no.Findings))
		return quietly{failed}
	}
	for _, r := range d.Refused {
		fmt.Fprintln(t.err, "sceau: non accordé :", r.Sentence(c))
	}
	if err := cites(t, d.Table); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %d rows, granted within the sheets, the sheets within the decree, in each of %d contexts\n",
		d.Table.Hash(), d.Table.Len(), d.Contexts)
	if v.Below {
		return v.below(t, d)
	}
	return nil
}

// below lists what the sheets leave out: no fault, and a choice that somebody made.
func (v policyProveVerb) below(t *terminal, d *publish.Draft) error {
	gaps, err := proof.Missing(d.Table.Rows(), catalogue.Decree())
	if err != nil {
		return err
	}
	for _, g := range gaps {
		if len(v.Recipient) == 0 || slices.Contains(v.Recipient, g.Recipient) {
			fmt.Fprintln(t.out, g)
		}
	}
	return nil
}

func (v policyProveVerb) json(t *terminal, c *catalogue.Catalogue, d *publish.Draft, no *publish.NotProved) error {
	type finding struct {
		Code     string `json:"code"`
		Sentence string `json:"sentence"`
		Rows     int    `json:"rows"`
	}
	out := struct {
		Proved   bool      `json:"proved"`
		Table    string    `json:"table,omitempty"`
		Rows     int       `json:"rows"`
		Contexts int       `json:"contexts,omitempty"`
		Findings []finding `json:"findings"`
		Refused  []string  `json:"not_granted"`
	}{Proved: no == nil, Findings: []finding{}, Refused: []string{}}
	if no != nil {
		for _, f := range no.Findings {
			out.Findings = append(out.Findings, finding(f))
		}
	} else {
		out.Table, out.Rows, out.Contexts = d.Table.Hash(), d.Table.Len(), d.Contexts
		for _, r := range d.Refused {
			out.Refused = append(out.Refused, r.Sentence(c))
		}
	}
	if err := printJSON(t, out); err != nil {
		return err
	}
	if no != nil {
		return quietly{failed}
	}
	return nil
}

type policyPublishVerb struct {
	sources `embed:""`
	Author  string `placeholder:"NAME" help:"Who drafted it; an author does not sign. Needed with --sheets; policy-office for the sheets of this program."`
	JSON    bool   `help:"Print JSON." name:"json"`
}

func (v policyPublishVerb) Run(ctx context.Context, t *terminal) error {
	if v.Author == "" && v.Sheets != "" {
		return misuse{hinted{errors.New("who drafted these sheets?"), "--author NAME: an author does not sign, so that the name is needed"}}
	}
	v.Author = cmp.Or(v.Author, "policy-office")
	return withHouse(ctx, func(h *house.House) error { return v.publish(ctx, t, h) })
}

func (v policyPublishVerb) publish(ctx context.Context, t *terminal, h *house.House) error {
	d, err := v.draft(ctx, t)
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
	listed, err := signed.Listed(ctx, store, trust)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(listed, func(l signed.Listing) bool { return l.ID == p.ID })
	if v.JSON {
		return printJSON(t, map[string]any{"publication": p.ID, "table": d.Table.Hash(), "rows": d.Table.Len(), "statement": p.Text,
			"needs": listed[at].Needs, "state": listed[at].State})
	}
	fmt.Fprintf(t.out, "publication %s\n\n%s", p.ID, p.Text)
	if by := listed[at].Author; by != v.Author {
		fmt.Fprintf(t.err, "\nsceau: these sheets were published already, as drafted by %s: the author stays\n", by)
	}
	if l := listed[at]; l.State == signed.StateWaiting {
		fmt.Fprintf(t.err, "\nit waits for %d of %d signatures: `sceau policy sign --key FILE`; `sceau policy diff` says what it changes\n", l.Needs-len(l.Signers), l.Needs)
	} else {
		fmt.Fprintln(t.err, "\nit is in force already: nothing changed since it was signed")
	}
	return nil
}

type policyBundleVerb struct {
	sources `embed:""`
	Out     string `required:"" placeholder:"FILE" help:"Where the bundle goes: a .tar.gz that the opa command line loads with -b."`
}

func (v policyBundleVerb) Run(t *terminal) (err error) {
	c, src, err := v.load(t)
	if err != nil {
		return err
	}
	f, err := os.Create(v.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return opa.WriteBundle(c, src, f)
}
