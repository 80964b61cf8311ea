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
	"time"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/proof"
)

// A Draft is a table that was found within the decree, and that nobody has
// signed. It needs neither database nor Vault.
type Draft struct {
	Table   *policy.Table
	Refused []opa.Refusal // what the sheets ask for and the law does not allow
	From    policy.Sources
}

// ExcessError is a draft that goes beyond the decree.
type ExcessError struct{ Excess []proof.Excess }

func (e *ExcessError) Error() string {
	shown := e.Excess
	if len(shown) > 3 {
		shown = shown[:3]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows go beyond the decree", len(e.Excess))
	for _, x := range shown {
		b.WriteString("; " + x.Sentence)
	}
	return b.String()
}

// Make drafts a table from the sheets and the rules, and proves it.
func Make(ctx context.Context, c *catalogue.Catalogue, src opa.Sources) (*Draft, error) {
	built, err := opa.Build(ctx, c, src)
	if err != nil {
		return nil, fmt.Errorf("drafting the table: %w", err)
	}
	// The proof comes before the compilation, which would stop at the first
	// wrong word where the proof names them all.
	excess, err := proof.Check(built.Rows, catalogue.Decree())
	if err != nil {
		return nil, fmt.Errorf("proving the table: %w", err)
	}
	if len(excess) > 0 {
		return nil, &ExcessError{excess}
	}
	d := &Draft{Refused: built.Refused, From: policy.Sources{Sheets: built.Sheets, Rules: built.Rules}}
	if d.Table, err = policy.Compile(policy.NewVocabulary(c), built.Rows); err != nil {
		return nil, fmt.Errorf("compiling the table: %w", err)
	}
	if d.From.Ceiling, err = policy.DecreeHash("need-to-know.csv"); err != nil {
		return nil, err
	}
	if d.From.Annex, err = policy.DecreeHash("annex.csv"); err != nil {
		return nil, err
	}
	return d, nil
}

// Propose publishes the draft for signature.
func (d *Draft) Propose(ctx context.Context, store policy.Publications, trust policy.Trust, author string, now time.Time) (policy.Publication, error) {
	return policy.Propose(ctx, store, trust, d.Table, d.From, author, now)
}
