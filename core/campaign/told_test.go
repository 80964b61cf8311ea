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
			for _, order := range []bool{true, false} {
				said := Event{Kind: k, Cause: cause, Day: 3}.Told(order)
				if !strings.HasPrefix(said, "Jour 3 : ") || strings.Contains(said, k.String()) || len(said) < 30 {
					t.Errorf("%s by %s is told as %q", k, cause, said)
				}
			}
		}
	}
}

// What happened without an answer to this wish tells of the others, and of their order.
func TestWhoMayNotReadTheOrderOfWishesHearsNothingOfIt(t *testing.T) {
	for kind, causes := range told {
		for cause, candidate := range causes {
			said := Event{Kind: kind, Cause: cause, Day: 3}.Told(false)
			if other := (Event{Kind: kind, Cause: ByCandidate, Day: 3}).Told(false); said != other && kind != Lapsed {
				t.Errorf("%s by %s is told as %q, and by the candidate as %q", kind, cause, said, other)
			}
			for _, word := range []string{"répondeur", "préfér", "gestion des désistements", "autre proposition"} {
				if strings.Contains(said, word) {
					t.Errorf("%s by %s is told as %q", kind, cause, said)
				}
				if strings.Contains(candidate, word) && !strings.Contains(Event{Kind: kind, Cause: cause}.Told(true), word) {
					t.Errorf("%s by %s is not told to the candidate", kind, cause)
				}
			}
		}
	}
}
