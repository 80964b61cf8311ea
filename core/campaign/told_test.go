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

func TestADateIsSaidInWords(t *testing.T) {
	for date, want := range map[string]string{"2026-06-18": "18 juin 2026", "2026-01-01": "1 janvier 2026", "2026-12-31": "31 décembre 2026", "2026-03-29": "29 mars 2026"} {
		d, err := ParseDate(date)
		if err != nil || d.Said() != want {
			t.Errorf("%s is said as %q, %v", date, d.Said(), err)
		}
	}
}
