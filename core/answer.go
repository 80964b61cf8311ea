package core

import "fmt"

// An InstitutionAnswer is what an institution says of a wish ("réponse de
// l'établissement", A16.07).
type InstitutionAnswer uint8

const (
	Unanswered InstitutionAnswer = iota
	Yes                          // "oui"
	// YesIf asks the candidate to follow an arrangement ("oui, si"). Proposals do not
	// distinguish it from Yes: who sees it is for the table of access.
	YesIf
	OnHold // "en attente"
	No     // "non"

	institutionAnswers = iota
)

var institutionAnswerNames = [institutionAnswers]string{"", "oui", "oui_si", "en_attente", "non"}

func (a InstitutionAnswer) String() string {
	if a >= institutionAnswers {
		return fmt.Sprintf("answer %d", uint8(a))
	}
	return institutionAnswerNames[a]
}

// Enters is whether the wish takes part in the campaign: a "non" never enters a roll, and
// neither does a wish of which nobody said anything.
func (a InstitutionAnswer) Enters() bool { return a == Yes || a == YesIf || a == OnHold }
