package entry

import (
	"fmt"

	"sceau/core"
)

// A Decision is an institution's answer to one wish, as it is entered.
type Decision struct {
	Answer    core.InstitutionAnswer
	Selective bool     // of the programme ("formation sélective")
	By        core.Act // required of a "non"
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
