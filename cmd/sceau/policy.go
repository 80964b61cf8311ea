package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/signed"
)

type policyVerbs struct {
	Sheets    policySheetsVerb    `cmd:"" help:"Write the sheets to a folder, to be edited."`
	Lint      policyLintVerb      `cmd:"" help:"Look for what in the rules would make the enumeration less than a proof."`
	Test      policyTestVerb      `cmd:"" help:"Run the tests of the rules, and name the rules that nothing reaches."`
	Bundle    policyBundleVerb    `cmd:"" help:"Write rules, tests and data as a bundle for the opa command line."`
	Prove     policyProveVerb     `cmd:"" help:"Draft the table from sheets and rules and prove it within the decree: no database, no Vault."`
	Diff      policyDiffVerb      `cmd:"" help:"Say in sentences what changes between two tables."`
	Publish   policyPublishVerb   `cmd:"" help:"Draft and prove the table, and propose it for signature."`
	Sign      policySignVerb      `cmd:"" help:"Sign the table that waits."`
	Statement policyStatementVerb `cmd:"" help:"Print a statement to the byte, to be signed elsewhere."`
	Keygen    policyKeygenVerb    `cmd:"" help:"Make a signer's key."`
	List      policyListVerb      `cmd:"" help:"List the tables published, who signed them, and which one is in force."`
	Table     policyTableVerb     `cmd:"" help:"Print a table: the one in force, the draft, or any published one."`
	Matrix    policyMatrixVerb    `cmd:"" help:"Print a table as people read it: recipients, data, forms, articles."`
	Decide    policyDecideVerb    `cmd:"" help:"What a table says in a context. Opens nothing."`
	Simulate  policySimulateVerb  `cmd:"" help:"What a mission would get of a file on a day: items and forms, nothing opened."`
	WhoCanSee policyWhoCanSeeVerb `cmd:"" help:"Who would be answered an item of a file, by today's relations."`
	WhoDid    policyWhoDidVerb    `cmd:"" help:"Who looked at a file, from the traces: organisations, never persons."`
	Drift     policyDriftVerb     `cmd:"" help:"Compare what Vault and the databases really allow with what is signed."`
	Vault     policyVaultVerb     `cmd:"" help:"Write Vault's policies for its administrator, or compare them with a live Vault."`
}

// Names of tables that are no publication's id.
const (
	inForce = "in-force"
	drafted = "draft"
	waiting = "waiting"
	shipped = "shipped" // the draft of this program's own sheets and rules
)

// tables finds tables by the names that people give them. It opens the house when one
// of them lies there, and not before.
type tables struct {
	sources sources
	house   *house.House
}

func (x *tables) close() {
	if x.house != nil {
		x.house.Close()
	}
}

func (x *tables) open(ctx context.Context) (err error) {
	if x.house == nil {
		x.house, err = house.Open(ctx, parts.DefaultHome())
	}
	return err
}

// named gives a table: the one in force, the draft from the sources, the one that
// waits for signatures, or any that was published, by its id or its hash.
func (x *tables) named(ctx context.Context, t *terminal, name string) (*policy.Table, error) {
	if name == drafted || name == shipped {
		from := x.sources.found
		if name == shipped {
			from = func(*terminal) (opa.Sources, error) { return opa.Sources{}, nil }
		}
		d, err := draft(ctx, t, from)
		if err != nil {
			return nil, err
		}
		return d.Table, nil
	}
	if err := x.open(ctx); err != nil {
		return nil, err
	}
	if name == inForce || name == "" {
		return x.house.Table(ctx)
	}
	p, store, err := x.publication(ctx, name)
	if err != nil {
		return nil, err
	}
	table, _, err := signed.Past(ctx, store, x.house.Words, p.ID)
	return table, err
}

// publication finds one by those names; the house is open.
func (x *tables) publication(ctx context.Context, name string) (p signed.Publication, store signed.Publications, err error) {
	store, trust, err := x.house.PublicationsRead(ctx)
	if err != nil {
		return p, store, err
	}
	switch name {
	case inForce:
		_, p, err = signed.InForce(ctx, store, x.house.Words, trust)
	case waiting:
		p, err = theOneThatWaits(ctx, store, trust)
	default:
		p, err = signed.Find(ctx, store, name)
	}
	if errors.Is(err, signed.ErrNotPublished) {
		err = hinted{err, "a table is named " + strings.Join([]string{inForce, waiting, drafted, shipped}, ", ") + ", or by at least eight characters of what `sceau policy list` prints"}
	}
	return p, store, err
}

var errNoneWaits = errors.New("no table waits for a signature")

type policyListVerb struct {
	JSON bool `help:"Print JSON." name:"json"`
}

func (v policyListVerb) Run(ctx context.Context, t *terminal) error {
	return withHouse(ctx, func(h *house.House) error { return v.list(ctx, t, h) })
}

func (v policyListVerb) list(ctx context.Context, t *terminal, h *house.House) error {
	store, trust, err := h.PublicationsRead(ctx)
	if err != nil {
		return err
	}
	listed, err := signed.Listed(ctx, store, trust)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(t, listed)
	}
	for _, l := range listed {
		fmt.Fprintf(t.out, "%s  %s  %s, by %s: %d rows, +%d -%d; signed by %s (%d of %d)\n",
			l.State, l.ID[:12], l.Dated.Format("2006-01-02"), l.Author, l.Rows, l.Widens, l.Narrows, orNobody(l.Signers), min(len(l.Signers), l.Needs), l.Needs)
	}
	return nil
}

// withHouse opens the house of this machine for one verb.
func withHouse(ctx context.Context, do func(*house.House) error) error {
	h, err := house.Open(ctx, parts.DefaultHome())
	if err != nil {
		return err
	}
	defer h.Close()
	return do(h)
}

func orNobody(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}
