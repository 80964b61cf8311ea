package proposal

import (
	"slices"

	"sceau/core"
)

// reserve sets the highest bar allowed of a school ("barre internat maximale"): beds are
// kept for those who are better ranked for them, and likely to be called before the
// reservation ends.
func (d *state) reserve(school int32) {
	d.barMax[school] = core.Unbounded
	if d.day.Number >= d.day.ReservationEnd || d.released(school) {
		return
	}
	free, counted := d.freeBeds(school), int64(0)
	last := int32(0)
	for seat := d.seatFirst[school]; seat < d.seatFirst[school+1] && counted < free; seat++ {
		if d.seatHeld[seat] > 0 {
			continue
		}
		for _, p := range d.wish[d.wishFirst[seat]:d.wishFirst[seat+1]] {
			if d.status[p] == core.Waiting && int64(d.rank[p]) <= d.estimate[d.group[p]] {
				counted++
				last = d.seatRank[seat]
				break
			}
		}
	}
	d.barMax[school] = last
}

// released is whether one of the groups among the school's waiting wishes has declared
// the end of its reservation.
func (d *state) released(school int32) bool {
	for _, group := range d.link[d.linkFirst[school]:d.linkFirst[school+1]] {
		if d.day.Groups[group].EndReservation && d.waits(school, group) {
			return true
		}
	}
	return false
}

// waits is whether a group has a waiting wish for a bed of the school.
func (d *state) waits(school, group int32) bool {
	for p := d.first[group]; p < d.first[group+1]; p++ {
		if d.school[p] == school && d.status[p] == core.Waiting {
			return true
		}
	}
	return false
}

// A finder computes components one after the other, in memory of its own.
type finder struct {
	*state
	picked [][]int32 // of each group of the component: what its last scan chose
	rescan []bool
}

// find gives the positions that one component proposes: the greatest fixpoint of its
// bars. Each begins at its highest, and falls just under whoever makes its school
// overflow. Lowering one only has scans go deeper, so that demand for another school
// under its bar never shrinks: what overflows here overflows in every admissible choice
// of bars, and the result does not depend on who is looked at first.
func (f *finder) find(component int32, chosen []int32) []int32 {
	groups := f.groups[f.groupFirst[component]:f.groupFirst[component+1]]
	schools := f.schools[f.schoolFirst[component]:f.schoolFirst[component+1]]
	if len(schools) == 0 {
		for _, group := range groups {
			if !f.day.Groups[group].Stop {
				chosen = f.scan(group, chosen)
			}
		}
		return chosen
	}
	for _, s := range schools {
		f.reserve(s)
		f.bar[s] = f.barMax[s]
	}
	for len(f.picked) < len(groups) {
		f.picked = append(f.picked, nil)
	}
	f.rescan = append(f.rescan[:0], make([]bool, len(groups))...)
	for k, group := range groups {
		f.picked[k] = f.picked[k][:0]
		f.rescan[k] = !f.day.Groups[group].Stop
	}
	for lowered := true; lowered; {
		for k, group := range groups {
			if !f.rescan[k] {
				continue
			}
			f.rescan[k] = false
			for _, p := range f.picked[k] {
				f.chosen[p] = false
			}
			f.picked[k] = f.scan(group, f.picked[k][:0])
			for _, p := range f.picked[k] {
				f.chosen[p] = true
			}
		}
		lowered = false
		for _, s := range schools {
			if f.lower(s) {
				lowered = true
				f.again(s, groups)
			}
		}
	}
	for k := range groups {
		for _, p := range f.picked[k] {
			f.chosen[p] = false
		}
		chosen = append(chosen, f.picked[k]...)
	}
	return chosen
}

// lower has a bar fall under the candidate who makes the school overflow, and is whether
// one does.
func (f *finder) lower(school int32) bool {
	free := f.freeBeds(school)
	for seat := f.seatFirst[school]; seat < f.seatFirst[school+1]; seat++ {
		if f.seatRank[seat] > f.bar[school] {
			return false
		}
		if f.seatHeld[seat] > 0 {
			continue
		}
		for _, p := range f.wish[f.wishFirst[seat]:f.wishFirst[seat+1]] {
			if !f.chosen[p] {
				continue
			}
			if free--; free < 0 {
				f.bar[school] = f.seatRank[seat] - 1
				return true
			}
			break // a bed is occupied once
		}
	}
	return false
}

// again marks the groups to be scanned again after the bar of a school was lowered.
func (f *finder) again(school int32, groups []int32) {
	for _, group := range f.link[f.linkFirst[school]:f.linkFirst[school+1]] {
		k, _ := slices.BinarySearch(groups, group)
		f.rescan[k] = !f.day.Groups[group].Stop
	}
}
