package session

import (
	"errors"
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

// Hears is what whoever asks may hear beside the wish, its ranks and its answer.
type Hears struct {
	Order   bool // in which order the candidate put their wishes (column preference_rank): a responsible may not
	Bursary bool // whether they count as a bursary holder (est_boursier)
	Sector  bool // whether they count as a resident (est_du_secteur)
}

// rights is what every explanation ends with: that an algorithm computed it, and who gives
// the reasons that are not computed (code of relations between the public and the
// administration, article L. 311-3-1; code of education, article L. 612-3 I, last paragraph).
const rights = "L'ordre d'appel et les propositions sont calculés par un traitement algorithmique, dont les règles sont publiques (article L. 311-3-1 du code des relations entre le public et l'administration). Vous pouvez demander à l'établissement les critères et modalités d'examen de votre candidature et les motifs pédagogiques de sa décision (article L. 612-3 du code de l'éducation)."

// Explain says of the wish in a row where it stands, why, and what the rates did. Each
// claim is computed again by other code before it is said, and one that does not hold is
// an error.
func (s *Standing) Explain(row int32, hears Hears) (e Explanation, err error) {
	roll, day := s.Day.Roll, s.Day
	w := &roll.Wishes
	g, i := int(w.Group[row]), int(row)
	e = Explanation{Programme: s.Groups[g].Programme, Group: s.Groups[g].Group, Boarding: w.Kind[row]&core.WithBoarding != 0,
		Day: day.Number, Status: s.letter(row, hears.Order)}
	if e.Position, e.Said, err = s.position(row, hears); err != nil {
		return e, err
	}
	if school := w.School[row]; school != core.NoSchool {
		said := "Le rang pour l'internat tient compte de la bourse, puis de la distance entre le domicile et l'établissement, puis du classement de la commission"
		if s.first.school(s.schools[school]).GroupOrder {
			said += ", puis de l'ordre que l'internat a déclaré entre les groupes qu'il accueille"
		}
		e.Said = append(e.Said, said+".")
	}
	switch status := s.State.Status(row); {
	case status == core.Accepted:
		e.Said = append(e.Said, "Vous avez accepté cette proposition.")
	case status == core.Pending:
		said := "Vous avez une proposition pour ce vœu."
		// While the machine is on there is none, which tells of the order.
		if due, ok := s.State.Due(row); ok && hears.Order {
			said += fmt.Sprintf(" Vous avez jusqu'au %s à 23 h 59 (heure de Paris) pour répondre. Sans réponse, vous perdez cette proposition.", due.Said())
		}
		e.Said = append(e.Said, said)
	case status == core.Waiting && day.Outcome.Status[row] == core.Waiting:
		err = s.waits(&e, i)
	default:
		err = s.ended(&e, i, hears.Order)
	}
	e.Said = append(e.Said, rights)
	return e, err
}

// letter is the status of the evening. What a machine or the gap phase did then tells of the
// order of all wishes: others have what the wish is by now.
func (s *Standing) letter(row int32, order bool) string {
	if !order {
		return string(rune(s.State.Status(row)))
	}
	return string(rune(s.Day.Outcome.Status[row]))
}

// position says where somebody stands in the order of a group, and what they count as there.
func (s *Standing) position(row int32, hears Hears) (p explain.Position, said []string, err error) {
	w := &s.Day.Roll.Wishes
	g, who := int(w.Group[row]), w.Candidate[row]
	ranking := s.Ranking[g]
	if s.first.group(s.Groups[g]).Unranked {
		return explain.Position{Ranked: len(ranking.Ranked)}, []string{"Cette formation ne classe pas les candidats : chacun de ceux qui la demandent reçoit une proposition."}, nil
	}
	if p, err = explain.Called(ranking.Rates, ranking.Ranked, who); err != nil {
		return p, nil, err
	}
	if err := p.Recheck(ranking.Ranked, s.Orders[g], who); err != nil {
		return p, nil, err
	}
	if shown := int(w.ShownRank[row]); shown != p.Call {
		// The order as it was computed explains a corrected rank no more.
		return explain.Position{Rates: p.Rates, Ranked: p.Ranked, Call: shown}, []string{fmt.Sprintf("Votre rang dans l'ordre d'appel a été corrigé : il est %d.", shown)}, nil
	}
	said = p.Phrases()
	for _, r := range ranking.Ranked {
		if r.Candidate != who {
			continue
		}
		if ranking.Rates.Bursary > 0 && hears.Bursary {
			said = append(said, "D'après votre dossier, "+map[bool]string{true: "vous comptez parmi les boursiers.", false: "vous ne comptez pas parmi les boursiers."}[r.Bursary])
		}
		if ranking.Rates.Resident > 0 && hears.Sector {
			said = append(said, "D'après votre dossier, "+map[bool]string{true: "vous comptez parmi les candidats du secteur.", false: "vous comptez parmi les candidats hors secteur."}[r.Resident])
		}
	}
	return p.Told(), said, nil
}

func (s *Standing) waits(e *Explanation, row int) error {
	why, err := explain.Why(s.Day.Roll, s.Day.Morning, s.Day.Outcome, row)
	if err != nil {
		return err
	}
	if why.Reason == explain.GroupStopped && s.Day.withheld[int(s.Day.Roll.Wishes.Group[row])] {
		why.Reason = explain.Withheld
	}
	if err := why.Recheck(s.Day.Roll, s.Day.Morning, s.Day.Outcome, row); err != nil {
		return err
	}
	told := why.Told()
	e.Waiting, e.Said = &told, append(e.Said, why.Phrases()...)
	return nil
}

// ended says of a wish that stands no more what ended it.
func (s *Standing) ended(e *Explanation, row int, order bool) error {
	if order && s.Day.Morning.Status[row].Live() && !s.State.Status(int32(row)).Live() { // it may be back by now
		lost, err := explain.Lost(s.Day.Roll, s.Day.Morning, s.Day.Outcome, row)
		if err == nil {
			err = lost.Recheck(s.Day.Roll, s.Day.Morning, s.Day.Outcome, row)
		}
		if err == nil {
			e.GivenUp, e.Said = &lost, append(e.Said, lost.Phrases()...)
			return nil
		}
		if !errors.Is(err, explain.ErrNotGivenUp) {
			return err
		}
	}
	for past := range s.State.Log().Of(s.Day.Roll.Wishes.Candidate[row]) {
		if past.Wish == int32(row) {
			e.Said = append(e.Said, past.Told(order))
		}
	}
	return nil
}

// Absent says to a candidate why wishes for a programme are in no group of the session: each
// that is not, or that there is none.
func (s *Session) Absent(who view.Pseudonym, programme string) (said []string) {
	c, ok := s.View.Find(who)
	if !ok {
		return []string{"Ce dossier est arrivé après le gel de la session : il n'y est pas encore."}
	}
	for _, w := range s.View.Of(c) {
		if s.View.Programmes[w.Programme] != programme {
			continue
		}
		line := s.first.line(s.groupOf(&w))
		if why := absent(leftOut(&w, line), line); why != "" {
			if w.Boarding {
				why = "Avec internat : " + why
			}
			said = append(said, why)
		}
	}
	if len(said) == 0 && len(s.Rows(who, programme)) == 0 {
		said = []string{"Ce vœu n'est pas dans la session : il a été annulé, ou il est arrivé après le gel."}
	}
	return said
}

// absent is what is said of a wish that is left out, or nothing.
func absent(why reason, line *Group) string {
	switch why {
	case unconfirmed:
		return "Ce vœu n'a pas été confirmé : il n'a pas été examiné."
	case incomplete:
		return "Le dossier de ce vœu est incomplet : il n'a pas été examiné. L'établissement dit ce qui manque."
	case otherList:
		return fmt.Sprintf("Ce vœu est dans une liste de la formation qui ne prend pas part à cette session, par la décision %s.", line.Act)
	case byContract:
		return "Ce vœu ne passe pas par l'ordre d'appel : un contrat d'apprentissage en décide."
	case saidNo:
		return fmt.Sprintf("L'établissement a répondu « non » à ce vœu, par la décision %s de sa commission d'examen des vœux. Vous pouvez lui en demander les motifs.", line.Act)
	case unranked:
		return fmt.Sprintf("La commission d'examen des vœux n'a pas classé ce vœu, par sa décision %s. Vous pouvez en demander les motifs à l'établissement.", line.Act)
	}
	return ""
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
		sheet := explain.Public(s.Day.Roll, s.Day.Morning, s.Day.Outcome, g, ranking.Rates, len(ranking.Ranked), len(called), s.Day.Shown.LastCalled[g])
		sheet.Withheld = s.Day.withheld[g]
		all = append(all, GroupSheet{name.Programme, name.Group, s.Day.Number, sheet})
	}
	return all
}
