package catalogue

import "fmt"

// A Form is how much of a value leaves the gate. The order is the order of
// disclosure: a greater form tells more.
type Form uint8

const (
	FormNone Form = iota
	FormAggregate
	FormPseudonymised
	FormMasked
	FormClear
)

var formNames = [...]string{"none", "aggregate", "pseudonymised", "masked", "clear"}

func (f Form) String() string {
	if int(f) < len(formNames) {
		return formNames[f]
	}
	return fmt.Sprintf("form(%d)", uint8(f))
}

// ParseForm reads what String writes.
func ParseForm(s string) (Form, error) {
	for i, name := range formNames {
		if name == s {
			return Form(i), nil
		}
	}
	return FormNone, fmt.Errorf("unknown form %q", s)
}
