package callorder

import "sceau/core"

// Late gives the call rank of somebody whom the board forgot, or ranks anew, after the
// order was fixed ("insertion tardive"). An older entry of theirs is dropped, those at
// their new board rank and behind step back by one, and the order is computed as if
// from the start: only the rank of the late is read from it. Everybody else keeps the
// rank that was published, and the late has priority over the former owner of theirs.
func Late(rates core.Rates, ranked []core.Ranked, late core.Ranked) (int, error) {
	// What stands is checked as it stands: moving the others could hide a fault of it.
	if _, err := Of(rates, ranked); err != nil {
		return 0, err
	}
	anew := make([]core.Ranked, 0, len(ranked)+1)
	for _, r := range ranked {
		if r.Candidate == late.Candidate {
			continue
		}
		if r.Rank >= late.Rank {
			if r.Rank == core.MaxRank {
				return 0, core.RankTooLarge.Of().Who(r.Candidate)
			}
			r.Rank++
		}
		anew = append(anew, r)
	}
	order, err := Of(rates, append(anew, late))
	if err != nil {
		return 0, err
	}
	for k, c := range order {
		if c == late.Candidate {
			return k + 1, nil
		}
	}
	panic("callorder: an order without somebody who was ranked")
}
