package session

import (
	"fmt"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/explain"
	"sceau/core/view"
)

// A Standing is where a session stands: the state of now, and the last day that was
// published, with what it began with.
type Standing struct {
	*Session
	State *campaign.State
	Day   *Day
}

// An Explanation is what a candidate is told of one wish. Nothing in it is about another
// person.
type Explanation struct {
	Programme string           `json:"programme"`
	Group     string           `json:"group"`
	Boarding  bool             `json:"boarding"`
	Day       int              `json:"day"`
	Status    string           `json:"status"` // letter of the evening
	Position  explain.Position `json:"position"`
	Waiting   *explain.Waiting `json:"waiting,omitempty"`
	GivenUp   *explain.GivenUp `json:"given_up,omitempty"`
	Said      []string         `json:"said"` // all of it, in plain French
}

// Explain says of the wish in a row where it stands, why, and what the rates did. Each
// claim is computed again by other code before it is said, and one that does not hold is
// an error. In which order the candidate put their wishes is said only to who may read
// that order (A15.13): a responsible may not.
func (s *Standing) Explain(row int32, withOrder bool) (e Explanation, err error) {
	roll, day := s.Day.Roll, s.Day
	w := &roll.Wishes
	g, c, i := int(w.Group[row]), w.Candidate[row], int(row)
	e = Explanation{Programme: s.Groups[g].Programme, Group: s.Groups[g].Group, Boarding: w.Kind[row]&core.WithBoarding != 0,
		Day: day.Number, Status: string(rune(day.Outcome.Status[row]))}
	ranking := s.Ranking[g]
	if e.Position, err = explain.Called(ranking.Rates, ranking.Ranked, c); err != nil {
		return e, err
	}
	if err := e.Position.Recheck(ranking.Ranked, s.Orders[g], c); err != nil {
		return e, err
	}
	e.Said, e.Position = e.Position.Phrases(), e.Position.Told()
	switch status := s.State.Status(row); {
	case status == core.Accepted:
		e.Said = append(e.Said, "Vous avez accepté cette proposition.")
	case status == core.Pending:
		said := "Vous avez une proposition pour ce vœu."
		if due, ok := s.State.Due(row); ok {
			said += fmt.Sprintf(" Vous avez jusqu'au %s à 23 h 59 (heure de Paris) pour répondre. Sans réponse, vous perdez cette proposition.", due.Said())
		}
		e.Said = append(e.Said, said)
	case status == core.Waiting && day.Outcome.Status[row] == core.Waiting:
		why, err := explain.Why(roll, day.Morning, day.Outcome, i)
		if err != nil {
			return e, err
		}
		if err := why.Recheck(roll, day.Morning, day.Outcome, i); err != nil {
			return e, err
		}
		e.Waiting, e.Said = &why, append(e.Said, why.Phrases()...)
	default:
		if lost, err := explain.Lost(roll, day.Morning, day.Outcome, i); err == nil && withOrder && day.Morning.Status[row].Live() {
			e.GivenUp, e.Said = &lost, append(e.Said, lost.Phrases()...)
			break
		}
		e.Said = append(e.Said, s.history(row)...)
	}
	return e, nil
}

// history says of a wish that stands no more what ended it, from the log.
func (s *Standing) history(row int32) (said []string) {
	for e := range s.State.Log().Of(s.Day.Roll.Wishes.Candidate[row]) {
		if e.Wish == row {
			said = append(said, e.Told())
		}
	}
	return said
}

// Absent says to a candidate why a wish for a programme is in no group of the session.
func (s *Session) Absent(who view.Pseudonym, programme string) string {
	c, ok := s.View.Find(who)
	if !ok {
		return "Ce dossier est arrivé après le gel de la session : il n'y est pas encore."
	}
	for _, w := range s.View.Of(c) {
		if s.View.Programmes[w.Programme] != programme {
			continue
		}
		group := s.first.group(s.groupOf(&w))
		switch s.leftOut(&w, group, s.first.group(GroupName{Programme: programme})) {
		case unconfirmed:
			return "Ce vœu n'a pas été confirmé, ou son dossier est incomplet : il n'a pas été examiné."
		case otherList:
			return "Ce vœu est dans une liste de la formation qui ne prend pas part à cette session."
		case byContract:
			return "Ce vœu ne passe pas par l'ordre d'appel : un contrat d'apprentissage en décide."
		case saidNo:
			return fmt.Sprintf("L'établissement a répondu « non » à ce vœu, par la décision %s de sa commission d'examen des vœux. Vous pouvez lui en demander les motifs.", group.Act)
		case unranked:
			return fmt.Sprintf("La commission d'examen des vœux n'a pas classé ce vœu, par sa décision %s. Vous pouvez en demander les motifs à l'établissement.", group.Act)
		}
	}
	return "Ce vœu n'est pas dans la session : il a été annulé, ou il est arrivé après le gel."
}

// A GroupSheet is the public sheet of one group of a programme after a day.
type GroupSheet struct {
	Programme string        `json:"programme"`
	Label     string        `json:"group"`
	Day       int           `json:"day"`
	Sheet     explain.Sheet `json:"sheet"`
}

// Sheets are those of the groups of a programme; none of one that takes no part.
func (s *Standing) Sheets(programme string) (all []GroupSheet) {
	for g, name := range s.Groups {
		if name.Programme != programme {
			continue
		}
		called := map[core.Candidate]bool{}
		for e := range s.State.Log().Since(0) {
			if e.Kind == campaign.Sent && int(s.Day.Roll.Wishes.Group[e.Wish]) == g {
				called[e.Candidate] = true
			}
		}
		ranking := s.Ranking[g]
		all = append(all, GroupSheet{name.Programme, name.Group, s.Day.Number, explain.Public(s.Day.Roll, s.Day.Morning, s.Day.Outcome, g,
			ranking.Rates, len(ranking.Ranked), len(called), s.Day.Shown.LastCalled[g])})
	}
	return all
}
