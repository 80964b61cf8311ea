package explain

import (
	"fmt"

	"sceau/core/campaign"
)

// told is what an event is to the candidate, by what caused it; the empty cause is any
// other.
var told = map[campaign.Kind]map[campaign.Cause]string{
	campaign.Sent: {0: "une proposition d'admission vous a été faite"},
	campaign.Accepted: {
		campaign.ByMachine: "votre répondeur automatique a accepté la proposition",
		0:                  "vous avez accepté la proposition"},
	campaign.Refused: {0: "vous avez refusé la proposition"},
	campaign.Lapsed:  {0: "vous n'avez pas répondu avant la date limite, et la proposition est retirée"},
	campaign.GivenUp: {
		campaign.ByMachine:   "votre répondeur automatique a renoncé à la proposition",
		campaign.ByGapRule:   "la gestion des désistements a renoncé à la proposition, pour une que vous préférez",
		campaign.ByAnother:   "vous avez accepté une autre proposition, et celle-ci est abandonnée",
		campaign.ByResigning: "vous avez démissionné de la procédure",
		0:                    "vous avez renoncé à la proposition"},
	campaign.Kept: {0: "vous avez maintenu ce vœu en attente"},
	campaign.Dropped: {
		campaign.ByMachine:       "votre répondeur automatique a renoncé à ce vœu",
		campaign.ByGapRule:       "la gestion des désistements a renoncé à ce vœu, pour un que vous préférez",
		campaign.ByResigning:     "vous avez démissionné de la procédure",
		campaign.ByNotConfirming: "ce vœu n'a pas été confirmé à temps",
		campaign.ByLapseInGap:    "une proposition restée sans réponse a fait tomber ce vœu",
		0:                        "vous avez renoncé à ce vœu"},
	campaign.Reinstated: {0: "ce vœu attend de nouveau, à son rang"},
	campaign.Inserted:   {0: "votre rang d'appel a été corrigé"},
}

// Told says in plain French, to the candidate, what happened to one of their wishes on a
// day.
func Told(e campaign.Event) string {
	said, ok := told[e.Kind][e.Cause]
	if !ok {
		said = told[e.Kind][0]
	}
	if said == "" {
		said = e.Kind.String()
	}
	return fmt.Sprintf("Jour %d : %s.", e.Day, said)
}
