package campaign_test

import (
	"strings"
	"testing"

	"sceau/core/campaign"
)

// Whatever happens to a wish has words for its candidate, and they are no words of the
// log.
func TestEveryEventOfAWishHasWords(t *testing.T) {
	for _, k := range []campaign.Kind{campaign.Sent, campaign.Accepted, campaign.Refused, campaign.Lapsed, campaign.GivenUp, campaign.Kept,
		campaign.Dropped, campaign.Reinstated, campaign.Inserted} {
		for cause := campaign.ByCandidate; cause <= campaign.ByLapseInGap; cause++ {
			said := campaign.Told(campaign.Event{Kind: k, Cause: cause, Day: 3})
			if !strings.HasPrefix(said, "Jour 3 : ") || strings.Contains(said, k.String()) || len(said) < 30 {
				t.Errorf("%s by %s is told as %q", k, cause, said)
			}
		}
	}
}
