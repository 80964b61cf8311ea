package core

import "strings"

// An Act is the reference of a decision for which a person answers, such as that of the
// examining board ("commission d'examen des vœux"): opaque here, and never a name.
type Act string

// Valid is whether the reference is one: up to 64 lower-case letters, digits and hyphens,
// with a digit at least, which a name has not.
func (a Act) Valid() bool {
	return len(a) > 0 && len(a) <= 64 && strings.ContainsAny(string(a), "0123456789") &&
		strings.Trim(string(a), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
