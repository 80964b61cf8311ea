package campaign

import "fmt"

// told is what an event is to the candidate, by what caused it; the empty cause is any
// other.
var told = map[Kind]map[Cause]string{
	Sent: {0: "une proposition d'admission vous a été faite"},
	Accepted: {
		ByMachine: "votre répondeur automatique a accepté la proposition",
		0:         "vous avez accepté la proposition"},
	Refused: {0: "vous avez refusé la proposition"},
	Lapsed:  {0: "vous n'avez pas répondu avant la date limite, et la proposition est retirée"},
	GivenUp: {
		ByMachine:   "votre répondeur automatique a renoncé à la proposition",
		ByGapRule:   "la gestion des désistements a renoncé à la proposition, pour une que vous préférez",
		ByAnother:   "vous avez accepté une autre proposition, et celle-ci est abandonnée",
		ByResigning: "vous avez démissionné de la procédure",
		0:           "vous avez renoncé à la proposition"},
	Kept: {0: "vous avez maintenu ce vœu en attente"},
	Dropped: {
		ByMachine:       "votre répondeur automatique a renoncé à ce vœu",
		ByGapRule:       "la gestion des désistements a renoncé à ce vœu, pour un que vous préférez",
		ByResigning:     "vous avez démissionné de la procédure",
		ByNotConfirming: "ce vœu n'a pas été confirmé à temps",
		ByLapseInGap:    "une proposition restée sans réponse a fait tomber ce vœu",
		0:               "vous avez renoncé à ce vœu"},
	Reinstated: {0: "ce vœu attend de nouveau, à son rang"},
	Inserted:   {0: "votre rang d'appel a été corrigé"},
}

// unordered is what an event is to whoever may not read in which order the candidate put
// their wishes, whatever caused it: what an answering machine, the gap phase or another
// wish did to this one tells of that order, and a word for it alone would too.
var unordered = map[Kind]string{
	Accepted: "la proposition a été acceptée",
	Refused:  "la proposition a été abandonnée",
	GivenUp:  "la proposition a été abandonnée",
	Dropped:  "ce vœu a été abandonné",
}

// Told says in plain French what happened to a wish: to the candidate, or without the order
// of their wishes to who may not read it.
func (e Event) Told(order bool) string {
	said, ok := told[e.Kind][e.Cause]
	if !ok {
		said = told[e.Kind][0]
	}
	if plain, ok := unordered[e.Kind]; ok && !order {
		said = plain
	}
	if said == "" {
		said = e.Kind.String()
	}
	return fmt.Sprintf("Jour %d : %s.", e.Day, said)
}
