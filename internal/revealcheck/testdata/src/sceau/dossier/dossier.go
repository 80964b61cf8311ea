// Package dossier has the shape of the real one.
package dossier

type Value struct{ json []byte }

func (v Value) Reveal() []byte { return v.json }
func (v Value) String() string { return "value" }

type Field struct {
	Item  string
	Value Value
}

type View struct{ Fields []Field }

func inside(v Value) []byte { return v.Reveal() }
