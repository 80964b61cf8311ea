package campaign

import (
	"fmt"
	"strings"

	"sceau/core"
)

// An Act is the reference of a decision for which a person answers, such as that of the
// examining board ("commission d'examen des vœux"): opaque here, and never a name.
type Act string

// Valid is whether the reference is one: up to 64 lower-case letters, digits and hyphens,
// with a digit at least, which a name has not.
func (a Act) Valid() bool {
	return len(a) > 0 && len(a) <= 64 && strings.ContainsAny(string(a), "0123456789") &&
		strings.Trim(string(a), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// A Decision is an institution's answer to one wish, as it is entered.
type Decision struct {
	Answer    core.InstitutionAnswer
	Selective bool // of the programme ("formation sélective")
	By        Act  // required of a "non"
}

// Check refuses a "non" from a programme that does not select, and one that nobody
// answers for (RGT-04: GDPR 22, law 78-17 article 47): no wish is refused by a program.
func (d Decision) Check() error {
	switch {
	case d.Answer == core.Unanswered || d.Answer > core.No:
		return fmt.Errorf("%s is no answer of an institution", d.Answer)
	case d.By != "" && !d.By.Valid():
		return fmt.Errorf("answering a wish: the act of the board is no reference")
	case d.Answer != core.No:
		return nil
	case !d.Selective:
		return fmt.Errorf("answering a wish: only a selective programme may say %s", core.No)
	case d.By == "":
		return fmt.Errorf("answering a wish: a %s carries the act of the board that decided it", core.No)
	}
	return nil
}
