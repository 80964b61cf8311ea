// Package opa drafts the table: it asks the Rego rules, context by context,
// which rows of the sheets the law lets stand.
//
// It runs when a table is published and never when a person asks for data. The
// rules see four words of a caller (recipient, purpose, phase, relation), the
// sheets and what the catalogue says of items; a list of built-in functions is
// closed, so a rule has no clock, no network and no chance.
package opa

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/rego"
	"sceau/policy/sheets"
	"sceau/policy/signed"
)

// Sources are what a table is drafted from. The zero value means the rules and
// the sheets of this binary.
type Sources struct {
	Rules  fs.FS
	Sheets fs.FS
	Only   []catalogue.RecipientID // evaluate these; empty means everybody
}

// Built is a draft: what the sheets ask for and the law allows, and all that stands in
// the way of signing it.
type Built struct {
	Asked     []policy.Row // what the sheets say, whatever the law answers
	Rows      []policy.Row // of those, what the law lets stand
	Limits    policy.Limits
	Opened    []policy.Context // contexts that the rules open, whoever asks there
	Refused   []Refusal        // what a sheet asks for and the law refuses
	Unfounded []Unfounded      // what a rule grants and no sheet says
	Contexts  int              // of the base, that were evaluated
	Rules     string           // hash of the rules
	Sheets    string           // hash of the sheets
}

// Build evaluates the rules on every context of the base, those that no sheet names
// too: nothing may come of them, and that is seen rather than supposed.
func Build(ctx context.Context, c *catalogue.Catalogue, src Sources) (*Built, error) {
	src = src.whole()
	all, err := sheets.Load(c, src.Sheets)
	if err != nil {
		return nil, err
	}
	e, err := newEvaluator(ctx, c, src.Rules, all)
	if err != nil {
		return nil, err
	}
	b := &Built{Limits: policy.Limits{}}
	if b.Sheets, err = signed.HashFiles(src.Sheets, "*.yaml"); err != nil {
		return nil, err
	}
	if b.Rules, err = signed.HashFiles(src.Rules, "*.rego"); err != nil {
		return nil, err
	}
	var asked []policy.Context
	for _, s := range all {
		if len(src.Only) > 0 && !slices.Contains(src.Only, s.Recipient) {
			continue
		}
		if l := s.Limits; l != nil {
			b.Limits[s.Recipient] = policy.Limit{Request: l.Request, Hour: l.Hour, Day: l.Day, Export: l.Export}
		}
		for _, r := range s.Rows {
			b.Asked = append(b.Asked, expand(s.Recipient, r)...)
		}
		asked = append(asked, base(c, s.Recipient)...)
	}
	b.Contexts = len(asked)
	answers, err := e.everywhere(ctx, asked)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		b.Rows = append(b.Rows, a.rows...)
		b.Refused = append(b.Refused, a.refused...)
		b.Unfounded = append(b.Unfounded, a.unfounded...)
		if a.opened {
			b.Opened = append(b.Opened, a.in)
		}
	}
	b.Asked, b.Rows = policy.Sort(b.Asked), policy.Sort(b.Rows)
	return b, nil
}

// Bundle packs the sheets and rules, to be kept with the table drafted from them.
func (src Sources) Bundle() ([]byte, error) {
	src = src.whole()
	return signed.Bundle(src.Sheets, src.Rules)
}

// whole puts the sources of this binary where none are given.
func (src Sources) whole() Sources {
	if src.Rules == nil {
		src.Rules = rego.Files
	}
	if src.Sheets == nil {
		src.Sheets = sheets.Files
	}
	return src
}

// input is all that a rule may know of a question.
func input(in policy.Context) ast.Value {
	word := func(key, value string) [2]*ast.Term { return [2]*ast.Term{ast.StringTerm(key), ast.StringTerm(value)} }
	return ast.NewObject(word("recipient", string(in.Recipient)), word("purpose", string(in.Purpose)),
		word("phase", string(in.Phase)), word("relation", string(in.Relation)))
}

// base is every context in which one recipient may ask.
func base(c *catalogue.Catalogue, r catalogue.RecipientID) []policy.Context {
	var out []policy.Context
	for _, p := range c.Purposes() {
		for _, ph := range c.Phases() {
			for _, rel := range c.Relations() {
				out = append(out, policy.Context{Recipient: r, Purpose: p.ID, Phase: ph.ID, Relation: rel.ID})
			}
		}
	}
	return out
}

// everywhere evaluates many contexts on all processors, and answers in their order.
func (e *evaluator) everywhere(ctx context.Context, asked []policy.Context) ([]answer, error) {
	answers := make([]answer, len(asked))
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(asked) || ctx.Err() != nil {
					return ctx.Err()
				}
				in := asked[i]
				var err error
				if answers[i], err = e.evaluate(ctx, in); err != nil {
					return fmt.Errorf("evaluating %s for %s in %s by %s: %w", in.Recipient, in.Purpose, in.Phase, in.Relation, err)
				}
			}
		})
	}
	return answers, group.Wait()
}

// named are the contexts that a sheet speaks about.
func named(s sheets.Sheet) []policy.Context {
	var out []policy.Context
	for _, row := range s.Rows {
		for _, ph := range row.Phases {
			for _, rel := range row.Relations {
				in := policy.Context{Recipient: s.Recipient, Purpose: row.Purpose, Phase: ph, Relation: rel}
				if !slices.Contains(out, in) {
					out = append(out, in)
				}
			}
		}
	}
	return out
}
