package entry

import (
	"errors"

	"sceau/core"
)

// Why a refusal is none that anybody answers for.
var (
	ErrNotSelective = errors.New("only a selective programme may refuse")
	ErrNoAct        = errors.New("the offer names no act of the board that decided it")
	ErrNotAnAct     = errors.New("the act of the board is no reference")
)

// CheckRefusal is nil where a programme may have refused somebody: it selects ("formation
// sélective"), and names the act by which its board did (RGT-04: GDPR 22, law 78-17 article
// 47). No wish is refused by a program.
func CheckRefusal(selective bool, by core.Act) error {
	switch {
	case !selective:
		return ErrNotSelective
	case by == "":
		return ErrNoAct
	case !by.Valid():
		return ErrNotAnAct
	}
	return nil
}
