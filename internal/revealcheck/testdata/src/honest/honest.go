// Package honest passes values along without opening them.
package honest

import (
	"fmt"
	"reflect"

	"sceau/dossier"
)

func Items(v dossier.View) (items []string) {
	for _, f := range v.Fields {
		items = append(items, f.Item+fmt.Sprint(f.Value))
	}
	return items
}

// Another Reveal is no business of the door.
type curtain struct{}

func (curtain) Reveal() []byte { return nil }
func (curtain) reveal() string { return "Reveal" }

type stage interface{ Reveal(scene int) error }

func Draw(s stage) ([]byte, error) { return curtain{}.Reveal(), s.Reveal(1) }

var _ = reflect.ValueOf(dossier.Field{}.Item)
