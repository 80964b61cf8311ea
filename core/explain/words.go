package explain

import (
	"fmt"
	"strings"

	"sceau/core"
)

// Phrases says a position in plain French, to the candidate. Nothing in it is about
// another person, and a cause with few positions is not told apart.
func (p Position) Phrases() []string {
	if p.few() {
		return []string{fmt.Sprintf("Votre rang dans l'ordre d'appel est %d, sur %d.", p.Call, p.Ranked),
			fmt.Sprintf("Dans un groupe de moins de %d candidats, l'effet des taux légaux n'est pas détaillé : il dirait qui d'autre est boursier ou du secteur.", FewByRate)}
	}
	said := []string{fmt.Sprintf("La commission vous a classé en position %d sur %d. Votre rang dans l'ordre d'appel est %d.", p.Board, p.Ranked, p.Call)}
	switch {
	case p.Rates == (core.Rates{}):
		return append(said, "Aucun taux ne s'applique à cette formation : l'ordre d'appel est celui de la commission.")
	case p.OvertakenBy == 0 && p.Overtook == 0:
		return append(said, "Les taux légaux n'ont rien changé à votre position.")
	case p.Overtook > 0 && p.OvertakenBy == 0:
		return append(said, fmt.Sprintf("Les taux légaux vous ont fait avancer de %s.", ranks(p.Overtook)))
	case p.Overtook > 0:
		said = append(said, fmt.Sprintf("Les taux légaux vous ont fait avancer de %s et reculer de %s.", ranks(p.Overtook), ranks(p.OvertakenBy)))
	default:
		said = append(said, fmt.Sprintf("Avant votre tour, %s. C'est l'effet des taux légaux.", went(p.OvertakenBy)))
	}
	if cause := p.causes(); cause != "" {
		said = append(said, cause)
	}
	if p.Bound > 0 {
		said = append(said, fmt.Sprintf("Quels que soient les autres candidats, ces taux ne peuvent pas vous faire reculer au-delà de la position %d.", p.Bound))
	}
	return said
}

// few is whether the group is so small that what the rates did to one candidate tells of
// another: of two, each would know whether the other holds a bursary.
func (p Position) few() bool { return p.Rates != (core.Rates{}) && p.Ranked < FewByRate }

// Told is what of a position is told beside the words: no more than they say. What is not
// told is 0.
func (p Position) Told() Position {
	if p.few() {
		return Position{Rates: p.Rates, Ranked: p.Ranked, Call: p.Call}
	}
	if p.causes() == "" {
		p.ByBursary, p.ByResident, p.ByBoth = 0, 0, 0
	}
	return p
}

// went says how many positions went to candidates with a worse board rank.
func went(n int) string {
	if n == 1 {
		return "1 place est allée à un candidat classé après vous par la commission"
	}
	return fmt.Sprintf("%d places sont allées à des candidats classés après vous par la commission", n)
}

// causes tells the rates apart where each accounts for enough positions.
func (p Position) causes() string {
	var parts []string
	for _, c := range []struct {
		n   int
		why string
	}{
		{p.ByBursary, fmt.Sprintf("le taux minimum de boursiers de %d %%", p.Rates.Bursary)},
		{p.ByResident, fmt.Sprintf("le taux maximum de candidats hors secteur de %d %%", 100-p.Rates.Resident)},
		{p.ByBoth, "les deux taux ensemble"},
	} {
		switch {
		case c.n == 0:
		case c.n < FewByRate:
			return "" // too few to be told apart: the legal rates, as was said
		default:
			parts = append(parts, fmt.Sprintf("%s pour %s", c.why, positions(c.n)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Dans le détail : " + strings.Join(parts, ", ") + "."
}

// Phrases says why a wish waits, in plain French, to the candidate.
func (e Waiting) Phrases() []string {
	ahead := fmt.Sprintf("%s de ce groupe attendent encore devant vous.", candidates(e.Ahead))
	switch e.Ahead {
	case 0:
		ahead = "Personne n'attend devant vous dans ce groupe."
	case 1:
		ahead = "Un candidat de ce groupe attend encore devant vous."
	}
	switch e.Reason {
	case NotRankedYet:
		return []string{"La formation n'a pas classé ce vœu."}
	case GroupStopped:
		return []string{"La formation n'envoie pas de proposition aujourd'hui. Votre rang ne change pas."}
	case Withheld:
		return []string{"Le résultat de ce groupe n'a pas pu être vérifié aujourd'hui : aucune proposition n'en part avant qu'il le soit. Votre rang ne change pas."}
	case BehindBar:
		if e.Bar <= 0 {
			return []string{fmt.Sprintf("Aucune place d'internat n'est ouverte aujourd'hui pour ce vœu. Votre rang pour l'internat est %d.", e.Boarding), ahead}
		}
		why := "Les places d'internat ont été demandées par des candidats mieux classés pour l'internat."
		if e.Reserved {
			why = "Des places sont gardées pour des candidats mieux classés pour l'internat, qui seront sans doute appelés bientôt."
		}
		return []string{fmt.Sprintf("Votre rang pour l'internat est %d ; l'internat est ouvert jusqu'au rang %d.", e.Boarding, e.Bar), why}
	}
	said := "Ce groupe n'offre pas de place"
	switch {
	case e.Places == 1:
		said = "Ce groupe offre une place, et elle est prise"
	case e.Places > 1:
		said = fmt.Sprintf("Ce groupe offre %s, toutes prises", places(int(e.Places)))
	}
	said += fmt.Sprintf(". Votre rang dans l'ordre d'appel est %d", e.Call)
	if e.Last > 0 {
		said += fmt.Sprintf(" ; le dernier candidat appelé avait le rang %d", e.Last)
	}
	next := "Si des candidats renoncent, votre tour approche."
	if e.Ahead == 0 {
		next = "Si une place se libère, elle vous revient."
	}
	return []string{said + ".", ahead, next}
}

// Phrases says why a wish was given up, in plain French, to the candidate.
func (g GivenUp) Phrases() []string {
	who := "Pendant la gestion des désistements, la règle"
	if g.Machine {
		who = "Votre répondeur automatique"
	}
	if g.Over == 0 {
		return []string{fmt.Sprintf("%s a renoncé à cette proposition, parce que vous avez reçu une proposition pour votre vœu préféré numéro %d.", who, g.Prefers)}
	}
	return []string{fmt.Sprintf("%s a renoncé à votre vœu numéro %d, parce que vous avez reçu une proposition pour votre vœu numéro %d, que vous aviez classé devant.", who, g.Over, g.Prefers)}
}

func ranks(n int) string      { return plural(n, "rang") }
func places(n int) string     { return plural(n, "place") }
func positions(n int) string  { return plural(n, "place") }
func candidates(n int) string { return plural(n, "candidat") }

func plural(n int, word string) string {
	if n < 2 {
		return fmt.Sprintf("%d %s", n, word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}
