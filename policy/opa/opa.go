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
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/rego"
	"sceau/policy/sheets"
)

// Sources are what a table is drafted from. The zero value means the rules and
// the sheets of this binary.
type Sources struct {
	Rules  fs.FS
	Sheets fs.FS
	Only   []catalogue.RecipientID // evaluate these; empty means everybody
}

// A Refusal is one item of a sheet row that the law does not let stand in a
// context: it is not granted there.
type Refusal struct {
	SheetRow  string
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Relation  catalogue.Relation
	Item      catalogue.ItemID
	Code      string
	Article   string
}

func (r Refusal) String() string {
	return fmt.Sprintf("%s: %s is not granted to %s for %s in %s by %s: %s (%s)",
		r.SheetRow, r.Item, r.Recipient, r.Purpose, r.Phase, r.Relation, r.Code, r.Article)
}

// Built is a draft: what the sheets ask for and the law allows, and what it
// does not.
type Built struct {
	Rows    []policy.Row
	Refused []Refusal
	Rules   string // hash of the rules
	Sheets  string // hash of the sheets
}

// Build evaluates the rules on every context that a sheet names. A context that
// no row names grants nothing, because a rule can only keep rows, not make them.
func Build(ctx context.Context, c *catalogue.Catalogue, src Sources) (*Built, error) {
	if src.Rules == nil {
		src.Rules = rego.Files
	}
	if src.Sheets == nil {
		src.Sheets = sheets.Files
	}
	all, err := sheets.Load(c, src.Sheets)
	if err != nil {
		return nil, err
	}
	e, err := newEvaluator(ctx, c, src.Rules, all)
	if err != nil {
		return nil, err
	}
	b := &Built{}
	if b.Sheets, err = sheets.Hash(src.Sheets); err != nil {
		return nil, err
	}
	if b.Rules, err = hash(src.Rules); err != nil {
		return nil, err
	}
	for _, s := range all {
		if len(src.Only) > 0 && !slices.Contains(src.Only, s.Recipient) {
			continue
		}
		for _, in := range contexts(s) {
			if err := e.evaluate(ctx, s, in, b); err != nil {
				return nil, fmt.Errorf("evaluating %s for %s in %s by %s: %w", in.Recipient, in.Purpose, in.Phase, in.Relation, err)
			}
		}
	}
	b.Rows = policy.Sort(b.Rows)
	return b, nil
}

// Input is all that a rule may know of a question.
type Input struct {
	Recipient catalogue.RecipientID
	Purpose   catalogue.Purpose
	Phase     catalogue.Phase
	Relation  catalogue.Relation
}

func (in Input) object() map[string]any {
	return map[string]any{
		"recipient": string(in.Recipient), "purpose": string(in.Purpose),
		"phase": string(in.Phase), "relation": string(in.Relation),
	}
}

func contexts(s sheets.Sheet) []Input {
	var out []Input
	for _, row := range s.Rows {
		for _, ph := range row.Phases {
			for _, rel := range row.Relations {
				in := Input{s.Recipient, row.Purpose, ph, rel}
				if !slices.Contains(out, in) {
					out = append(out, in)
				}
			}
		}
	}
	return out
}

type evaluator struct {
	queries map[catalogue.RecipientID]oparego.PreparedEvalQuery
	rows    map[string]sheets.Row
}

// newEvaluator compiles the rules and prepares one query per category, which
// must share the recipients out between them: each in one package, and only one.
func newEvaluator(ctx context.Context, c *catalogue.Catalogue, rules fs.FS, all []sheets.Sheet) (*evaluator, error) {
	modules, err := parse(rules)
	if err != nil {
		return nil, err
	}
	if problems := lint(modules); len(problems) > 0 {
		return nil, fmt.Errorf("reading the rules: %s", strings.Join(problems, "; "))
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compiling the rules: %w", compiler.Errors)
	}
	store := inmem.NewFromObject(data(c, all))
	e := &evaluator{queries: map[catalogue.RecipientID]oparego.PreparedEvalQuery{}, rows: map[string]sheets.Row{}}
	for _, s := range all {
		for _, row := range s.Rows {
			e.rows[row.ID] = row
		}
	}
	for _, pkg := range categories(modules) {
		q, err := oparego.New(oparego.Compiler(compiler), oparego.Store(store),
			oparego.Query("grants := "+pkg+".grants; refused := "+pkg+".refused")).PrepareForEval(ctx)
		if err != nil {
			return nil, fmt.Errorf("preparing %s: %w", pkg, err)
		}
		members, err := recipients(ctx, compiler, store, pkg)
		if err != nil {
			return nil, err
		}
		for _, r := range members {
			if _, ok := c.Recipient(r); !ok {
				return nil, fmt.Errorf("%s names an unknown recipient %q", pkg, r)
			}
			if _, twice := e.queries[r]; twice {
				return nil, fmt.Errorf("%s stands in two categories, one of them %s", r, pkg)
			}
			e.queries[r] = q
		}
	}
	for _, r := range c.Recipients() {
		if _, ok := e.queries[r.ID]; !ok {
			return nil, fmt.Errorf("no category of the rules holds %s", r.ID)
		}
	}
	return e, nil
}

// parse reads the rules, without their tests.
func parse(rules fs.FS) (map[string]*ast.Module, error) {
	names, err := fs.Glob(rules, "*.rego")
	if err != nil {
		return nil, err
	}
	modules := map[string]*ast.Module{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		raw, err := fs.ReadFile(rules, name)
		if err != nil {
			return nil, err
		}
		m, err := ast.ParseModuleWithOpts(name, string(raw), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, fmt.Errorf("reading the rules: %w", err)
		}
		modules[name] = m
	}
	return modules, nil
}

// categories are the packages that grant, in order.
func categories(modules map[string]*ast.Module) []string {
	var out []string
	for _, m := range modules {
		if slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool { return r.Head.Name == "grants" }) {
			out = append(out, m.Package.Path.String())
		}
	}
	slices.Sort(out)
	return out
}

func recipients(ctx context.Context, compiler *ast.Compiler, store storage.Store, pkg string) ([]catalogue.RecipientID, error) {
	rs, err := oparego.New(oparego.Compiler(compiler), oparego.Store(store), oparego.Query("x := "+pkg+".recipients")).Eval(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the recipients of %s: %w", pkg, err)
	}
	if len(rs) != 1 {
		return nil, fmt.Errorf("%s names no recipients", pkg)
	}
	list, _ := rs[0].Bindings["x"].([]any)
	var out []catalogue.RecipientID
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return nil, fmt.Errorf("%s names a recipient that is no word", pkg)
		}
		out = append(out, catalogue.RecipientID(s))
	}
	return out, nil
}

// data is what the rules may look at beside the question.
func data(c *catalogue.Catalogue, all []sheets.Sheet) map[string]any {
	items := map[string]any{}
	for _, i := range c.Items() {
		items[string(i.ID)] = map[string]any{
			"class": string(i.Class), "kind": string(i.Kind), "gdpr": i.GDPR, "research": i.Research,
			"core_need": i.CoreNeed, "fate_amended": i.FateAmended,
		}
	}
	bySheet := map[string]any{}
	for _, s := range all {
		rows := make([]any, len(s.Rows))
		for i, r := range s.Rows {
			rows[i] = map[string]any{
				"row": r.ID, "items": list(r.Items), "purpose": string(r.Purpose), "access": r.Access,
				"relations": list(r.Relations), "phases": list(r.Phases), "guards": list(r.Guards), "derive": string(r.Derive),
			}
		}
		bySheet[string(s.Recipient)] = rows
	}
	return map[string]any{"items": items, "sheets": bySheet}
}

func list[T ~string](in []T) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func (e *evaluator) evaluate(ctx context.Context, s sheets.Sheet, in Input, b *Built) error {
	q := e.queries[in.Recipient]
	rs, err := q.Eval(ctx, oparego.EvalInput(in.object()))
	if err != nil {
		return err
	}
	if len(rs) != 1 {
		// An undefined answer is an error of the rules, never an empty grant
		// that nobody would look into.
		return fmt.Errorf("the rules gave %d answers", len(rs))
	}
	grants, _ := rs[0].Bindings["grants"].([]any)
	for _, g := range grants {
		pair, _ := g.([]any)
		if len(pair) != 2 {
			return fmt.Errorf("a grant is a row and an item")
		}
		id, _ := pair[0].(string)
		item, _ := pair[1].(string)
		rows, err := e.grant(in, id, catalogue.ItemID(item))
		if err != nil {
			return err
		}
		b.Rows = append(b.Rows, rows...)
	}
	refused, _ := rs[0].Bindings["refused"].([]any)
	for _, x := range refused {
		m, _ := x.(map[string]any)
		text := func(key string) string { s, _ := m[key].(string); return s }
		b.Refused = append(b.Refused, Refusal{
			SheetRow: text("row"), Recipient: in.Recipient, Purpose: in.Purpose, Phase: in.Phase, Relation: in.Relation,
			Item: catalogue.ItemID(text("item")), Code: text("code"), Article: text("article"),
		})
	}
	return nil
}

// grant turns what a rule kept into rows of the table. A rule that kept
// something the sheet does not say is an error: granted within the sheet holds
// by construction, and is not left to the rules.
func (e *evaluator) grant(in Input, id string, item catalogue.ItemID) ([]policy.Row, error) {
	r, ok := e.rows[id]
	if !ok || !strings.HasPrefix(id, "S-"+string(in.Recipient)+"-") || r.Purpose != in.Purpose ||
		!slices.Contains(r.Phases, in.Phase) || !slices.Contains(r.Relations, in.Relation) || !slices.Contains(r.Items, item) {
		return nil, fmt.Errorf("the rules granted %s by %q, which the sheet does not say", item, id)
	}
	row := policy.Row{
		Recipient: in.Recipient, Purpose: in.Purpose, Action: policy.Read, Phase: in.Phase, Relation: in.Relation,
		Guards: r.Guards, Item: item, Form: form(r), Derive: r.Derive, Article: r.Article, SheetRow: r.ID,
	}
	if r.Access != "write" {
		return []policy.Row{row}, nil
	}
	write := row
	write.Action = policy.Write
	return []policy.Row{row, write}, nil
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

func hash(rules fs.FS) (string, error) {
	modules := map[string][]byte{}
	names, err := fs.Glob(rules, "*.rego")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if modules[name], err = fs.ReadFile(rules, name); err != nil {
			return "", err
		}
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		fmt.Fprintf(sum, "%s %d\n", name, len(modules[name]))
		sum.Write(modules[name])
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
