package proposal

import "sceau/core"

// Estimate is the call rank that a group is expected to have reached by the day on
// which beds are no longer reserved ("fin de réservation des places d'internat"), or
// core.Unbounded. Beds are kept for candidates up to it. It prolongs the pace of the
// last days, and never lies below what was called.
func Estimate(day, reservationEnd int, g core.Group) (int64, error) {
	c, before := g.LastCalled, g.LastCalledBefore
	switch {
	case max(int64(day), int64(reservationEnd), c, g.RankLimit) > core.MaxRank, min(int64(day), int64(reservationEnd)) < -core.MaxRank:
		return 0, core.TooManyPlaces.Of() // the products below would not fit in 64 bits
	case min(before, g.RankLimit) < 0:
		return 0, core.NegativeGroupParameter.Of()
	case c < before:
		return 0, core.LastCalledDecreases.Of()
	}
	left, past := int64(reservationEnd-day), int64(day-1)
	switch {
	case day <= 1:
		return core.Unbounded, nil
	case left <= 0:
		return max(g.RankLimit, c), nil
	case c == 0:
		return core.Unbounded, nil
	case before == 0: // too early for a pace of the last days: that of all days
		return max(g.RankLimit, c, c*int64(reservationEnd-1)/past), nil
	}
	return max(g.RankLimit, c, c+left*(c-before)/4), nil
}
