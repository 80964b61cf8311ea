// Package secretlint keeps personal values and secrets out of messages: in the
// packages that hold them open, none is given to fmt, log, slog, errors or panic.
//
// An error is read by people who were never granted the value it speaks of. The
// pass follows the types that carry values, through containers, structs and
// conversions. It does not follow bytes that were copied into a plain variable:
// that is what the rules of those types are for.
package secretlint

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// Folders hold values open, with the packages below them.
var Folders = []string{"sceau/dossier", "sceau/crypto", "sceau/audit", "sceau/core"}

// Carriers are the types that carry a value or a secret.
var Carriers = map[string]bool{
	"encoding/json.RawMessage":     true, // a value of the register, before it is sealed
	"sceau/dossier.Value":          true,
	"sceau/crypto.Secret":          true,
	"sceau/crypto.Half":            true,
	"sceau/crypto.Row":             true,
	"sceau/crypto.RoutingKey":      true,
	"sceau/crypto.UnitSecrets":     true,
	"sceau/crypto.Plain":           true,
	"(sceau/dossier.Value).Reveal": true, // a method counts by its result
}

// Analyzer reports a carrier that is formatted.
var Analyzer = &analysis.Analyzer{
	Name: "secretlint",
	Doc:  "reports personal values and secrets given to fmt, log, slog, errors or panic",
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	if !holdsValues(strings.TrimSuffix(pass.Pkg.Path(), "_test")) {
		return nil, nil
	}
	for _, file := range pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			where := speaks(pass, c)
			if where == "" {
				return true
			}
			for _, arg := range c.Args {
				if name := carried(pass, arg); name != "" {
					pass.Reportf(arg.Pos(), "%s takes a %s: no message holds a value", where, name)
				}
			}
			return true
		})
	}
	return nil, nil
}

func holdsValues(path string) bool {
	for _, f := range Folders {
		if path == f || strings.HasPrefix(path, f+"/") {
			return true
		}
	}
	return false
}

// speaks names the function called when it makes a message out of its arguments.
func speaks(pass *analysis.Pass, c *ast.CallExpr) string {
	switch f := typeutil.Callee(pass.TypesInfo, c).(type) {
	case *types.Builtin:
		if f.Name() == "panic" || strings.HasPrefix(f.Name(), "print") {
			return f.Name()
		}
	case *types.Func:
		if f.Pkg() == nil {
			return ""
		}
		switch pkg := f.Pkg().Path(); pkg {
		case "fmt":
			if strings.Contains(f.Name(), "can") { // Scan, Sscanf and their kin read
				return ""
			}
			return pkg + "." + f.Name()
		case "log", "log/slog":
			return pkg + "." + f.Name()
		case "errors":
			if f.Name() == "New" || f.Name() == "Join" {
				return pkg + "." + f.Name()
			}
		}
	}
	return ""
}

// carried names the carrier in an expression, if there is one.
func carried(pass *analysis.Pass, e ast.Expr) string {
	if name := carries(pass.TypesInfo.TypeOf(e)); name != "" {
		return name
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return carried(pass, e.X)
	case *ast.SliceExpr:
		return carried(pass, e.X)
	case *ast.StarExpr:
		return carried(pass, e.X)
	case *ast.UnaryExpr:
		return carried(pass, e.X)
	case *ast.BinaryExpr:
		if !words(pass.TypesInfo.TypeOf(e)) {
			return "" // a comparison
		}
		if name := carried(pass, e.X); name != "" {
			return name
		}
		return carried(pass, e.Y)
	case *ast.CompositeLit:
		for _, el := range e.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				el = kv.Value
			}
			if name := carried(pass, el); name != "" {
				return name
			}
		}
	case *ast.CallExpr:
		return called(pass, e)
	}
	return ""
}

// called looks through conversions and the functions that reshape text. What any
// other function makes of its arguments is not known, and its type has spoken.
func called(pass *analysis.Pass, c *ast.CallExpr) string {
	f, _ := typeutil.Callee(pass.TypesInfo, c).(*types.Func)
	if f != nil && Carriers[f.FullName()] {
		return f.Name()
	}
	conversion := pass.TypesInfo.Types[c.Fun].IsType()
	reshapes := f != nil && f.Pkg() != nil && reshaping[f.Pkg().Path()]
	if !words(pass.TypesInfo.TypeOf(c)) || !conversion && !reshapes {
		return ""
	}
	for _, arg := range c.Args {
		if name := carried(pass, arg); name != "" {
			return name
		}
	}
	return ""
}

var reshaping = map[string]bool{
	"strings": true, "bytes": true, "strconv": true, "slices": true,
	"encoding/hex": true, "encoding/base64": true, "encoding/base32": true,
}

// words says whether a type is text: a number made of a value is no value.
func words(t types.Type) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		return types.Identical(u.Elem(), types.Typ[types.Byte])
	case *types.Interface:
		return true
	}
	return false
}

// carries names the carrier inside a type, if there is one.
func carries(t types.Type) string {
	seen := map[types.Type]bool{}
	var in func(t types.Type, hidden bool) string
	in = func(t types.Type, hidden bool) string {
		if t == nil || seen[t] {
			return ""
		}
		seen[t] = true
		if name := nameOf(t); Carriers[name] {
			return name
		}
		if p, ok := t.Underlying().(*types.Pointer); ok && Carriers[nameOf(p.Elem())] {
			return nameOf(p.Elem()) // it prints as what it points to
		}
		// A type with words of its own chose them. But fmt reads unexported fields
		// without asking: a Secret in one is printed byte by byte.
		if !hidden && speaksForItself(t) {
			return ""
		}
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			return in(u.Elem(), hidden)
		case *types.Slice:
			return in(u.Elem(), hidden)
		case *types.Array:
			return in(u.Elem(), hidden)
		case *types.Map:
			if name := in(u.Key(), hidden); name != "" {
				return name
			}
			return in(u.Elem(), hidden)
		case *types.Struct:
			for f := range u.Fields() {
				if name := in(f.Type(), hidden || !f.Exported()); name != "" {
					return name
				}
			}
		}
		return ""
	}
	return in(t, false)
}

func nameOf(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path() + "." + n.Obj().Name()
	}
	return ""
}

// speaksForItself says whether a type has a method by which it prints.
func speaksForItself(t types.Type) bool {
	for _, name := range []string{"Format", "Error", "String"} {
		o, _, _ := types.LookupFieldOrMethod(t, false, nil, name)
		if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
			return true
		}
	}
	return false
}
