package natgen

import "sceau/core/whatif"

// Country is the instance as a simulation sees it: one wish a candidate and group, all
// ordered by the keys that the runs use, and no boarding.
func (in *Instance) Country() *whatif.Country {
	c := &whatif.Country{Candidates: in.Candidates, Groups: in.Ranking}
	for g, group := range in.Ranking {
		c.Places = append(c.Places, in.Groups[g].Places)
		keys := make([]uint64, len(group.Ranked))
		for row, r := range group.Ranked {
			keys[row] = likes(uint64(r.Candidate), uint64(g), 0)
		}
		c.Preference = append(c.Preference, keys)
	}
	return c
}

// likes is how a candidate likes a wish: the smaller the better.
func likes(candidate, group, boarding uint64) uint64 {
	return mix(candidate<<32 + group*2 + boarding)
}
