package core

// An Outcome is what a day did. Columns by wish are in the rows of the Roll.
type Outcome struct {
	Rounds int
	Status []Status // after the day; of wishes that are not part of its input, as it was

	// In which round a wish was proposed, and in which it was given up, from 1; 0 is
	// not today. Nil when the day had one round.
	ProposedIn, GivenUpIn []int32

	Estimate []int64 // of each group: the last call rank expected by the end of the reservation, or Unbounded
	BarMax   []int32 // of each boarding school, in the last round: the highest bar allowed ("barre internat maximale"), or Unbounded
	Bar      []int32 // the bar found ("barre internat"): who is ranked above it for the beds gets none
}

// Today is whether the wish i is a proposal of today, given up or not, and of which
// round.
func (o *Outcome) Today(i int) (round int32, ok bool) {
	if o.ProposedIn != nil {
		return o.ProposedIn[i], o.ProposedIn[i] > 0
	}
	s := o.Status[i]
	return 1, s == Proposed || s == AutoAccepted
}
