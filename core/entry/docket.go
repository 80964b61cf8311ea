package entry

import (
	"fmt"
	"math"

	"sceau/core"
)

// A Docket is what institutions answered to the applications of a campaign, by position,
// before there is a roll. It holds no "non" without the act of a person who answers for
// it, so that no refusal can be read out of it that nobody decided.
type Docket struct {
	answers []core.InstitutionAnswer
	by      []int32 // position from 1 in acts; 0 is none
	acts    []core.Act
	known   map[core.Act]int32 // a board's act covers many applications
}

// NewDocket is a docket of n applications that nobody answered yet.
func NewDocket(n int) *Docket {
	return &Docket{answers: make([]core.InstitutionAnswer, n), by: make([]int32, n), known: map[core.Act]int32{}}
}

// Enter writes an answer down, or refuses it as Decision.Check does. An answer that was
// given is changed only by an act: a correction has somebody who answers for it.
func (d *Docket) Enter(application int, answer Decision) error {
	if application < 0 || application >= len(d.answers) {
		return fmt.Errorf("answering a wish: there is no application %d", application)
	}
	if err := answer.Check(); err != nil {
		return fmt.Errorf("application %d: %w", application, err)
	}
	if d.answers[application] != core.Unanswered && answer.By == "" {
		return fmt.Errorf("application %d: answered already, and changed by an act only", application)
	}
	by := int32(0)
	if answer.By != "" {
		if by = d.known[answer.By]; by == 0 {
			if len(d.acts) == math.MaxInt32 {
				return fmt.Errorf("application %d: too many acts", application)
			}
			d.acts = append(d.acts, answer.By)
			by = int32(len(d.acts))
			d.known[answer.By] = by
		}
	}
	d.answers[application], d.by[application] = answer.Answer, by
	return nil
}

// Answer is what an application was answered, and by which act, if any.
func (d *Docket) Answer(application int) (core.InstitutionAnswer, core.Act) {
	if by := d.by[application]; by > 0 {
		return d.answers[application], d.acts[by-1]
	}
	return d.answers[application], ""
}

// Entering is the positions of the applications that take part in the campaign. It
// refuses while one has no answer, because each is owed one (seed 002).
func (d *Docket) Entering() ([]int, error) {
	var in []int
	for i, a := range d.answers {
		if a == core.Unanswered {
			return nil, fmt.Errorf("application %d is not answered yet", i)
		}
		if a.Enters() {
			in = append(in, i)
		}
	}
	return in, nil
}
