package entry

import (
	"fmt"
	"math"
)

// SplitPlaces divides a programme's places among ranking groups so that some tracks get a
// minimum share: vocational candidates in STS, technological ones in IUT ("pourcentage
// minimal de bacheliers professionnels, technologiques", article L. 612-3 of the
// education code; law 2018-166, article 1). Each minimum, in percent, is rounded up in
// the candidates' favour; the result has one count for each, then what is left for
// everybody else.
//
// The core never compares tracks: a group with places of its own is how the rate is kept,
// and the places that its candidates leave empty are for the programme to move, day by
// day. Minimums that ask for more places than there are refuse the split.
func SplitPlaces(places int64, minimums ...int) ([]int64, error) {
	if places < 0 || places > math.MaxInt32 {
		return nil, fmt.Errorf("splitting %d places: it is no number of places", places)
	}
	split := make([]int64, 0, len(minimums)+1)
	left := places
	for _, rate := range minimums {
		if rate < 0 || rate > 100 {
			return nil, fmt.Errorf("splitting %d places: a minimum rate of %d is outside 0 to 100", places, rate)
		}
		share := (places*int64(rate) + 99) / 100
		split = append(split, share)
		left -= share
	}
	if left < 0 {
		return nil, fmt.Errorf("splitting %d places: the minimum rates, rounded up, ask for %d", places, places-left)
	}
	return append(split, left), nil
}
