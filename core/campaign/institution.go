package campaign

import (
	"fmt"
	"strings"
)

// An Answer is what the institution says of a wish ("réponse de l'établissement", A16.07).
type Answer uint8

const (
	Unanswered Answer = iota
	Yes               // "oui"
	// YesIf asks the candidate to follow an arrangement ("oui, si"). Proposals do not
	// distinguish it from Yes: who sees it is for the table of access.
	YesIf
	OnHold // "en attente"
	No     // "non"

	answers = iota
)

var answerNames = [answers]string{"", "oui", "oui_si", "en_attente", "non"}

func (a Answer) String() string {
	if a >= answers {
		return fmt.Sprintf("answer %d", uint8(a))
	}
	return answerNames[a]
}

// ParseAnswer reads a word of item A16.07.
func ParseAnswer(s string) (Answer, error) {
	for i, name := range answerNames[1:] {
		if s == name {
			return Answer(i + 1), nil
		}
	}
	return Unanswered, fmt.Errorf("%q is no answer of an institution", s)
}

// Enters is whether the wish takes part in the campaign: a "non" never enters a roll, and
// neither does a wish of which nobody said anything.
func (a Answer) Enters() bool { return a == Yes || a == YesIf || a == OnHold }

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
	Answer    Answer
	Selective bool // of the programme ("formation sélective")
	By        Act  // required of a "non"
}

// Check refuses a "non" from a programme that does not select, and one that nobody
// answers for (RGT-04: GDPR 22, law 78-17 article 47): no wish is refused by a program.
func (d Decision) Check() error {
	switch {
	case d.Answer == Unanswered || d.Answer >= answers:
		return fmt.Errorf("%s is no answer of an institution", d.Answer)
	case d.By != "" && !d.By.Valid():
		return fmt.Errorf("answering a wish: the act of the board is no reference")
	case d.Answer != No:
		return nil
	case !d.Selective:
		return fmt.Errorf("answering a wish: only a selective programme may say %s", No)
	case d.By == "":
		return fmt.Errorf("answering a wish: a %s carries the act of the board that decided it", No)
	}
	return nil
}
