// Package tampered tries every way round the door.
package tampered

import (
	"reflect"
	"unsafe"

	"sceau/dossier"
	"sceau/web/api"
)

func call(v dossier.Value) []byte { return v.Reveal() } // want `tampered reveals a personal value`

func pointer(v *dossier.Value) []byte { return v.Reveal() } // want `reveals a personal value`

func methodValue(v dossier.Value) func() []byte { return v.Reveal } // want `reveals a personal value`

var methodExpression = dossier.Value.Reveal // want `reveals a personal value`

type alias = dossier.Value

func aliased(v alias) []byte { return v.Reveal() } // want `reveals a personal value`

type embedding struct{ dossier.Value }

func embedded(e embedding) []byte { return e.Reveal() } // want `reveals a personal value`

func field(v dossier.View) []byte { return v.Fields[0].Value.Reveal() } // want `reveals a personal value`

type revealer interface{ Reveal() []byte } // want `an interface with Reveal`

type wider interface { // want `an interface with Reveal`
	revealer
	String() string
}

func throughInterface(v dossier.Value) []byte {
	var r revealer = v
	return r.Reveal() // want `reveals a personal value`
}

func throughAssertion(v any) []byte {
	return v.(interface{ Reveal() []byte }).Reveal() // want `an interface with Reveal` `reveals a personal value`
}

func throughNeighbour(r api.Revealer) []byte { return r.Reveal() } // want `reveals a personal value`

func generic[T revealer](v T) []byte { return v.Reveal() } // want `reveals a personal value`

func generic2[T interface{ Reveal() []byte }](v T) func() []byte { // want `an interface with Reveal`
	return v.Reveal // want `reveals a personal value`
}

func byName(v dossier.Value) { reflect.TypeOf(v).MethodByName("Reveal") } // want `looked up by its name`

func reflected(v dossier.Value) []byte { return reflect.ValueOf(v).Field(0).Bytes() } // want `reflection reads the bytes`

func reflectedDeep(v *dossier.View) { reflect.ValueOf(v) } // want `reflection reads the bytes`

func unsafely(v *dossier.Value) []byte { return *(*[]byte)(unsafe.Pointer(v)) } // want `unsafe pointer to a personal value`

//go:linkname inside sceau/dossier.inside // want `goes round the door`
func inside(v dossier.Value) []byte
