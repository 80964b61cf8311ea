// Package publish drafts a table, proves it within the decree and hands it to
// the people who sign it.
//
// What was not proved is not published: a draft with one row above the ceiling
// is an error that names the row in a sentence.
package publish

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/proof"
	"sceau/policy/signed"
)

// A Draft is a table that was found within the decree, and that nobody has
// signed. It needs neither database nor Vault.
type Draft struct {
	Table   *policy.Table // with its limits
	Refused []opa.Refusal // what the decree would allow a sheet, and the rules do not: not granted
	From    signed.Sources

	Contexts int // of the base, in each of which it was proved
}

// A Finding is one reason for which a draft is not published.
type Finding struct {
	Code     string
	Sentence string // French, for a lawyer: it names recipient, items, phases, relation and article
	Rows     int    // of the table, that it is about
}

// NotProved is a draft that may not be signed: each finding says why.
type NotProved struct{ Findings []Finding }

func (e *NotProved) Error() string {
	shown := e.Findings[:min(3, len(e.Findings))]
	var b strings.Builder
	fmt.Fprintf(&b, "the draft is not proved, for %d reasons", len(e.Findings))
	for _, f := range shown {
		b.WriteString("; " + f.Sentence)
	}
	return b.String()
}

// Make drafts a table from the sheets and the rules, and proves it. The sheets ask for
// nothing beyond the decree. The rules read closed lists only, refuse every case that
// stands beside them, and open no context that the decree closes whole; in every
// context of the base, what they let stand is said by a sheet. What is granted lies
// within the sheet, which lies within the decree.
//
// Errors: *NotProved with a sentence for each finding; a sheet or a rule that cannot be
// read is an error at its line.
func Make(ctx context.Context, c *catalogue.Catalogue, src opa.Sources) (*Draft, error) {
	// The cases that stand beside the rules are asked meanwhile: they take half of the
	// time of one recipient.
	var loosened []opa.Loosened
	var failed error
	var cases sync.WaitGroup
	cases.Go(func() { loosened, failed = opa.Cases(ctx, c, src.Rules) })
	built, err := opa.Build(ctx, c, src)
	cases.Wait()
	if err != nil {
		return nil, fmt.Errorf("drafting the table: %w", err)
	}
	if failed != nil {
		return nil, fmt.Errorf("drafting the table: %w", failed)
	}
	// The proof comes before the compilation, which would stop at the first
	// wrong word where the proof names them all.
	findings, err := findings(c, built, loosened)
	if err != nil {
		return nil, fmt.Errorf("proving the table: %w", err)
	}
	if len(findings) > 0 {
		return nil, &NotProved{findings}
	}
	table, err := policy.Compile(policy.NewVocabulary(c), built.Rows)
	if err != nil {
		return nil, fmt.Errorf("compiling the table: %w", err)
	}
	d := &Draft{Table: table.Under(built.Limits), Refused: built.Refused, Contexts: built.Contexts, From: signed.Sources{Sheets: built.Sheets, Rules: built.Rules}}
	if d.From.Ceiling, err = policy.DecreeHash("need-to-know.csv"); err != nil {
		return nil, err
	}
	if d.From.Annex, err = policy.DecreeHash("annex.csv"); err != nil {
		return nil, err
	}
	d.From.Bundle, err = src.Bundle()
	return d, err
}

func findings(c *catalogue.Catalogue, built *opa.Built, loosened []opa.Loosened) ([]Finding, error) {
	var out []Finding
	excess, err := proof.Check(policy.Sort(append(built.Asked, built.Rows...)), catalogue.Decree())
	if err != nil {
		return nil, err
	}
	opened, err := proof.CheckOpened(built.Opened, catalogue.Decree())
	if err != nil {
		return nil, err
	}
	for _, x := range proof.Sentences(append(excess, opened...)) {
		out = append(out, Finding{string(x.Code), x.Sentence, x.Rows})
	}
	for _, u := range built.Unfounded {
		out = append(out, Finding{"unfounded", u.Sentence(c), 1})
	}
	for _, l := range loosened {
		out = append(out, Finding{"loosened", l.Sentence(c), 1})
	}
	return out, nil
}

// Propose publishes the draft for signature.
func (d *Draft) Propose(ctx context.Context, store signed.Publications, trust signed.Trust, author string, now time.Time) (signed.Publication, error) {
	return signed.Propose(ctx, store, trust, d.Table, d.From, author, now)
}
