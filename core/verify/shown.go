package verify

import "sceau/core"

// WaitingRanks is a Finding when the waiting ranks shown of a group do not follow its
// call order: of two who wait without a ranked bed, the first called has not the larger.
func (v *Verifier) WaitingRanks(day *core.Day, out *core.Outcome, shown []int32) error {
	w := &v.roll.Wishes
	for g := range v.roll.Groups() {
		last := int32(0)
		for k := range v.group.len(g) {
			i := v.group.at(g, k)
			if day.Status[i] != core.Waiting || out.Status[i] != core.Waiting || w.School[i] != core.NoSchool || w.Kind[i]&core.OutsideMain != 0 {
				continue
			}
			if shown[i] < last {
				return Finding{Rule: "waiting ranks", Group: g, School: -1, Candidate: w.Candidate[i]}
			}
			last = shown[i]
		}
	}
	return nil
}
