package entry

import (
	"fmt"
	"math"
)

// MinimumShare is how many of a programme's places a minimum rate asks for, in percent,
// rounded up in the candidates' favour.
func MinimumShare(places int64, rate int) int64 { return (places*int64(rate) + 99) / 100 }

// CheckShares refuses a division of a programme's places among its groups in which one has
// less than its minimum rate, 0 being none: vocational candidates in STS, technological
// ones in IUT ("pourcentage minimal de bacheliers professionnels, technologiques", article
// L. 612-3 of the education code; law 2018-166, article 1).
//
// The core never compares tracks: a group with places of its own is how the rate is kept,
// and the places that its candidates leave empty are for the programme to move, day by day.
func CheckShares(places []int64, minimums []int) error {
	if len(places) != len(minimums) {
		return fmt.Errorf("sharing places: %d groups and %d minimum rates", len(places), len(minimums))
	}
	sum := int64(0)
	for i, n := range places {
		if n < 0 || n > math.MaxInt32 {
			return fmt.Errorf("sharing places: %d is no number of places", n)
		}
		if minimums[i] < 0 || minimums[i] > 100 {
			return fmt.Errorf("sharing places: a minimum rate of %d is outside 0 to 100", minimums[i])
		}
		sum += n
	}
	for i, n := range places {
		if least := MinimumShare(sum, minimums[i]); n < least {
			return fmt.Errorf("sharing %d places: %d where the minimum rate of %d %% asks for %d", sum, n, minimums[i], least)
		}
	}
	return nil
}
