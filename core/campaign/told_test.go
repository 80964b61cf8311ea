package campaign

import (
	"strings"
	"testing"
)

// Whatever happens to a wish has words for its candidate, and they are no words of the
// log.
func TestEveryEventOfAWishHasWords(t *testing.T) {
	for _, k := range []Kind{Sent, Accepted, Refused, Lapsed, GivenUp, Kept,
		Dropped, Reinstated, Inserted} {
		for cause := ByCandidate; cause <= ByLapseInGap; cause++ {
			said := Event{Kind: k, Cause: cause, Day: 3}.Told()
			if !strings.HasPrefix(said, "Jour 3 : ") || strings.Contains(said, k.String()) || len(said) < 30 {
				t.Errorf("%s by %s is told as %q", k, cause, said)
			}
		}
	}
}
