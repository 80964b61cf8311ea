package core

import "fmt"

// A Pool is for whom a boarding school has beds ("internat de filles, de garçons,
// mixte"), or in which a candidate looks for one: A01.09 in the form that the core learns,
// and for wishes with boarding only.
type Pool uint8

const (
	NoPool Pool = iota // of whoever asks for no boarding
	Girls              // "filles"
	Boys               // "garçons"
	Mixed              // "mixte": mixed beds, and no other

	pools = iota
)

var poolNames = [pools]string{"none", "girls", "boys", "mixed"}

func (p Pool) String() string {
	if p >= pools {
		return fmt.Sprintf("pool %d", uint8(p))
	}
	return poolNames[p]
}
