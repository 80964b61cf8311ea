// Package revealcheck keeps opened personal values behind one door: dossier's
// Value.Reveal is used by the few packages that answer a caller, and by no other.
//
// It follows the method wherever the source can name it: a call, a method value, an
// embedded field, an interface or a constraint that has it, a look-up by name. It
// refuses reflection and unsafe pointers on a value as well. It stops accidents and
// shortcuts, not a program written to deceive it.
package revealcheck

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// Of the type that is watched.
const (
	declared = "sceau/dossier"
	typeName = "Value"
	method   = "Reveal"
)

// Allowed are the packages that may reveal: the one that declares the value, and
// those that hand it to whoever asked.
var Allowed = []string{"sceau/dossier", "sceau/web/api", "sceau/cmd/sceau"}

// Analyzer reports every use of Reveal outside the allowed packages.
var Analyzer = &analysis.Analyzer{
	Name: "revealcheck",
	Doc:  "reports personal values revealed outside the packages that answer a caller",
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	if slices.Contains(Allowed, strings.TrimSuffix(pass.Pkg.Path(), "_test")) {
		return nil, nil
	}
	for _, file := range pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if f, ok := pass.TypesInfo.Uses[n].(*types.Func); ok && reveals(f) {
					pass.Reportf(n.Pos(), "%s reveals a personal value: only %s may", pass.Pkg.Path(), strings.Join(Allowed, ", "))
				}
			case *ast.InterfaceType:
				if i, ok := pass.TypesInfo.TypeOf(n).(*types.Interface); ok && asks(i) {
					pass.Reportf(n.Pos(), "an interface with %s takes a personal value past its type", method)
				}
			case *ast.CallExpr:
				call(pass, n)
			case *ast.Comment:
				if strings.HasPrefix(n.Text, "//go:linkname ") && strings.Contains(n.Text, " "+declared+".") {
					pass.Reportf(n.Pos(), "a linkname goes round the door of %s", declared)
				}
			}
			return true
		})
	}
	return nil, nil
}

// call looks at the ways to the bytes that do not name the method.
func call(pass *analysis.Pass, c *ast.CallExpr) {
	if tv := pass.TypesInfo.Types[c.Fun]; tv.IsType() {
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Kind() == types.UnsafePointer && len(c.Args) == 1 && holdsValue(pass.TypesInfo.TypeOf(c.Args[0])) {
			pass.Reportf(c.Pos(), "an unsafe pointer to a personal value")
		}
		return
	}
	f, ok := typeutil.Callee(pass.TypesInfo, c).(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "reflect" || len(c.Args) == 0 {
		return
	}
	switch f.Name() {
	case "ValueOf":
		if holdsValue(pass.TypesInfo.TypeOf(c.Args[0])) {
			pass.Reportf(c.Pos(), "reflection reads the bytes of a personal value")
		}
	case "MethodByName":
		if v := pass.TypesInfo.Types[c.Args[0]].Value; v != nil && v.Kind() == constant.String && constant.StringVal(v) == method {
			pass.Reportf(c.Pos(), "%s is looked up by its name", method)
		}
	}
}

// reveals says whether a method is Value.Reveal, or one of an interface which it
// satisfies and behind which a value may stand.
func reveals(f *types.Func) bool {
	if f.Name() != method {
		return false
	}
	recv := f.Signature().Recv()
	if recv == nil {
		return false
	}
	return isValue(recv.Type()) || types.IsInterface(recv.Type()) && givesBytes(f)
}

// asks says whether an interface has the method, of its own or by embedding.
func asks(i *types.Interface) bool {
	for f := range i.Methods() {
		if f.Name() == method && givesBytes(f) {
			return true
		}
	}
	return false
}

// givesBytes says whether f has the signature of Reveal.
func givesBytes(f *types.Func) bool {
	s := f.Signature()
	return s.Params().Len() == 0 && s.Results().Len() == 1 &&
		types.Identical(s.Results().At(0).Type(), types.NewSlice(types.Typ[types.Byte]))
}

func isValue(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == typeName && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == declared
}

// holdsValue says whether a value lies in what t describes.
func holdsValue(t types.Type) bool {
	seen := map[types.Type]bool{}
	var in func(types.Type) bool
	in = func(t types.Type) bool {
		if t == nil || seen[t] {
			return false
		}
		seen[t] = true
		if isValue(t) {
			return true
		}
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			return in(u.Elem())
		case *types.Slice:
			return in(u.Elem())
		case *types.Array:
			return in(u.Elem())
		case *types.Map:
			return in(u.Key()) || in(u.Elem())
		case *types.Struct:
			for f := range u.Fields() {
				if in(f.Type()) {
					return true
				}
			}
		}
		return false
	}
	return in(t)
}
