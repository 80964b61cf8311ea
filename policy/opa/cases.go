package opa

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/plain"
)

// A Loosened case is a neighbour of a grant that the rules refuse no more, or no more
// for the reason that the case is about.
type Loosened struct {
	policy.Context
	Item catalogue.ItemID
	Code string
}

// Sentence says it to a lawyer, in French.
func (l Loosened) Sentence(c *catalogue.Catalogue) string {
	s := plain.Speaker{Catalogue: c}
	return fmt.Sprintf("La règle %s ne refuse plus à %s la donnée %s, %s : ce cas doit rester refusé (Art. 3 al. 1).",
		l.Code, s.Recipient(l.Recipient), s.Item(l.Item), s.Context(l.Purpose, l.Phase, l.Relation))
}

// Of each case that stands beside the rules: does its own rule still refuse it, and is
// it granted all the same?
const (
	everyCase = `
	some category
	some c in data.sceau_test[category].refusals
	`
	refusedNoMore = everyCase + `
	refused := data.sceau[category].refused with input as data.sceau_test.fixture.question(c)
		with data.sheets as data.sceau_test.fixture.sheet(c)
	not c[0] in data.sceau_test.fixture.codes(refused)`
	granted = everyCase + `
	grants := data.sceau[category].grants with input as data.sceau_test.fixture.question(c)
		with data.sheets as data.sceau_test.fixture.sheet(c)
	count(grants) > 0`
)

// Cases gives the cases that the rules do not refuse any more.
func Cases(ctx context.Context, c *catalogue.Catalogue, rules fs.FS) ([]Loosened, error) {
	modules, err := withTests(Sources{Rules: rules}.whole().Rules)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities())
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compiling the tests of the rules: %w", compiler.Errors)
	}
	store := inmem.NewFromObject(data(c, nil))
	var out []Loosened
	for _, query := range []string{refusedNoMore, granted} {
		rs, err := oparego.New(oparego.Compiler(compiler), oparego.Store(store),
			oparego.Imports([]string{"rego.v1"}), oparego.Query(query)).Eval(ctx)
		if err != nil {
			return nil, fmt.Errorf("testing the rules: %w", err)
		}
		for _, r := range rs {
			l, ok := loosenedCase(r.Bindings["c"])
			if !ok {
				return nil, errors.New("testing the rules: a case is no list of nine: code, recipient, purpose, phase, relation, item, access, derive, guards")
			}
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

func loosenedCase(c any) (l Loosened, ok bool) {
	list, _ := c.([]any)
	if len(list) != 9 {
		return l, false
	}
	var words [6]string
	for i := range words {
		words[i], _ = list[i].(string)
	}
	l.Code, l.Item = words[0], catalogue.ItemID(words[5])
	l.Context = policy.Context{Recipient: catalogue.RecipientID(words[1]), Purpose: catalogue.Purpose(words[2]),
		Phase: catalogue.Phase(words[3]), Relation: catalogue.Relation(words[4])}
	return l, true
}
