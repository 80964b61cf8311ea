package opa

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"sceau/catalogue"
	"sceau/policy/sheets"
)

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
	compiler, err := compile(modules)
	if err != nil {
		return nil, err
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
			oparego.Query("opens := "+pkg+".opens; grants := "+pkg+".grants; refused := "+pkg+".refused")).PrepareForEval(ctx)
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
		if modules[name], err = parseFile(rules, name); err != nil {
			return nil, err
		}
	}
	return modules, nil
}

func parseFile(rules fs.FS, name string) (*ast.Module, error) {
	raw, err := fs.ReadFile(rules, name)
	if err != nil {
		return nil, err
	}
	m, err := ast.ParseModuleWithOpts(name, string(raw), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
	if err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	return m, nil
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
