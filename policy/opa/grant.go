package opa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	oparego "github.com/open-policy-agent/opa/v1/rego"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/sheets"
)

// An answer is what the rules say in one context.
type answer struct {
	in        policy.Context
	opened    bool
	rows      []policy.Row
	refused   []Refusal
	unfounded []Unfounded
}

func (e *evaluator) evaluate(ctx context.Context, in policy.Context) (answer, error) {
	a := answer{in: in}
	q := e.queries[in.Recipient]
	rs, err := q.Eval(ctx, oparego.EvalParsedInput(input(in)))
	if err != nil {
		return a, err
	}
	if len(rs) != 1 {
		// An undefined answer is an error of the rules, never an empty grant
		// that nobody would look into.
		return a, fmt.Errorf("the rules gave %d answers", len(rs))
	}
	opens, _ := rs[0].Bindings["opens"].([]any)
	a.opened = len(opens) > 0
	grants, _ := rs[0].Bindings["grants"].([]any)
	for _, g := range grants {
		pair, _ := g.([]any)
		if len(pair) != 2 {
			return a, errors.New("a grant is a row and an item")
		}
		id, _ := pair[0].(string)
		item, _ := pair[1].(string)
		if rows, ok := e.grant(in, id, catalogue.ItemID(item)); ok {
			a.rows = append(a.rows, rows...)
		} else {
			a.unfounded = append(a.unfounded, Unfounded{in, id, catalogue.ItemID(item)})
		}
	}
	refused, _ := rs[0].Bindings["refused"].([]any)
	for _, x := range refused {
		m, _ := x.(map[string]any)
		text := func(key string) string { s, _ := m[key].(string); return s }
		a.refused = append(a.refused, Refusal{in, text("row"), catalogue.ItemID(text("item")), text("code"), text("article")})
	}
	return a, nil
}

// grant turns what a rule kept into rows of the table, and is false where the sheet
// does not say it: granted within the sheet holds by construction, and is not left to
// the rules.
func (e *evaluator) grant(in policy.Context, id string, item catalogue.ItemID) ([]policy.Row, bool) {
	r, ok := e.rows[id]
	if !ok || !strings.HasPrefix(id, "S-"+string(in.Recipient)+"-") || r.Purpose != in.Purpose ||
		!slices.Contains(r.Phases, in.Phase) || !slices.Contains(r.Relations, in.Relation) || !slices.Contains(r.Items, item) {
		return nil, false
	}
	return rows(in, r, item), true
}

// rows are those of the table that a sheet row gives for one item in one context. Who
// may write a value may read it.
func rows(in policy.Context, r sheets.Row, item catalogue.ItemID) []policy.Row {
	row := policy.Row{
		Recipient: in.Recipient, Purpose: in.Purpose, Action: policy.Read, Phase: in.Phase, Relation: in.Relation,
		Guards: r.Guards, Item: item, Form: form(r), Derive: r.Derive, Article: r.Article, SheetRow: r.ID,
	}
	if r.Access != "write" {
		return []policy.Row{row}
	}
	write := row
	write.Action = policy.Write
	return []policy.Row{row, write}
}

// expand writes a sheet row out, in each of its contexts.
func expand(recipient catalogue.RecipientID, r sheets.Row) []policy.Row {
	var out []policy.Row
	for _, ph := range r.Phases {
		for _, rel := range r.Relations {
			for _, item := range r.Items {
				out = append(out, rows(policy.Context{Recipient: recipient, Purpose: r.Purpose, Phase: ph, Relation: rel}, r, item)...)
			}
		}
	}
	return out
}

// form is how much an access tells. A value that is derived before it leaves is
// masked; a row that writes takes and gives it in that same form.
func form(r sheets.Row) catalogue.Form {
	switch {
	case r.Access == "aggregate":
		return catalogue.FormAggregate
	case r.Access == "pseudonymised":
		return catalogue.FormPseudonymised
	case r.Derive == "as-is":
		return catalogue.FormClear
	}
	return catalogue.FormMasked
}
