package explain

import (
	"errors"
	"fmt"
	"slices"

	"sceau/core"
)

// A Reason is why a wish still waits.
type Reason string

const (
	GroupStopped Reason = "stopped"  // the programme calls nobody today
	Withheld     Reason = "withheld" // its result did not verify: nothing of the group is published today
	BehindBar    Reason = "bar"      // the boarding rank is above the bar of the school
	BehindOthers Reason = "order"    // the call rank is behind the last one called
	NotRankedYet Reason = "unranked" // the wish has no call rank
)

// A Waiting is the one reason why a wish waits this evening, and what would change it
// ("en attente de place").
type Waiting struct {
	Reason Reason `json:"reason"`
	Call   int32  `json:"call,omitzero"`   // call rank shown
	Places int64  `json:"places,omitzero"` // of the group
	Last   int32  `json:"last,omitzero"`   // the largest call rank shown among those who hold a place; 0 is none, or too few to say
	Ahead  int    `json:"ahead,omitzero"`  // candidates of the group who wait and are called before

	// Of a wish that is behind the bar of its boarding school:
	Boarding int32 `json:"boarding,omitzero"` // its boarding rank
	Bar      int32 `json:"bar,omitzero"`      // the bar, or core.Unbounded
	Reserved bool  `json:"reserved,omitzero"` // the bar stands where beds are kept for better ranked candidates, and not lower
}

// ErrNotWaiting means a wish that does not wait.
var ErrNotWaiting = errors.New("explain: the wish does not wait")

// Why gives the reason why the wish in row i waits after a day.
func Why(roll *core.Roll, day *core.Day, out *core.Outcome, i int) (Waiting, error) {
	w := &roll.Wishes
	if i < 0 || i >= w.Len() || out.Status[i] != core.Waiting {
		return Waiting{}, ErrNotWaiting
	}
	g, school := w.Group[i], w.School[i]
	e := Waiting{Call: w.ShownRank[i], Places: day.Groups[g].Places}
	ahead, hold := map[core.Candidate]bool{}, map[core.Candidate]bool{}
	for j := range w.Len() {
		switch {
		case w.Group[j] != g:
		case out.Status[j].Holds():
			e.Last, hold[w.Candidate[j]] = max(e.Last, w.ShownRank[j]), true
		case out.Status[j] == core.Waiting && w.CallRank[j] < w.CallRank[i]:
			ahead[w.Candidate[j]] = true
		}
	}
	if len(hold) < FewCalled {
		e.Last = 0 // as on the public sheet
	}
	e.Ahead = len(ahead)
	behind := behindBar(roll, out, i)
	switch {
	case w.CallRank[i] <= 0:
		e.Reason = NotRankedYet
	case day.Groups[g].Stop:
		e.Reason = GroupStopped
	case behind:
		e.Reason, e.Boarding, e.Bar = BehindBar, w.BoardingRank[i], out.Bar[school]
		e.Reserved = out.Bar[school] == out.BarMax[school]
	default:
		e.Reason = BehindOthers
	}
	return e, nil
}

// behindBar is whether a bar stops a wish: it depends on a school whose bar its rank is
// above, and its candidate has no bed there by another programme.
func behindBar(roll *core.Roll, out *core.Outcome, i int) bool {
	w := &roll.Wishes
	school := w.School[i]
	if school == core.NoSchool || w.BoardingRank[i] <= out.Bar[school] {
		return false
	}
	for j := range w.Len() {
		if w.School[j] == school && w.Candidate[j] == w.Candidate[i] && out.Status[j].Holds() {
			return false
		}
	}
	return true
}

// Recheck holds a reason against the day: what it claims is so, and no reason that comes
// before it is. It is an error where it is not.
func (e Waiting) Recheck(roll *core.Roll, day *core.Day, out *core.Outcome, i int) error {
	w := &roll.Wishes
	q := day.Groups[w.Group[i]]
	held, beds := map[core.Candidate]bool{}, map[core.Candidate]bool{}
	school := w.School[i]
	for j, s := range out.Status {
		if s.Holds() && w.Group[j] == w.Group[i] {
			held[w.Candidate[j]] = true
		}
		if s.Holds() && w.School[j] == school && school != core.NoSchool {
			beds[w.Candidate[j]] = true
		}
	}
	behindBar := school != core.NoSchool && !beds[w.Candidate[i]] && w.BoardingRank[i] > out.Bar[school]
	again := Waiting{Reason: e.Reason, Call: w.ShownRank[i], Places: q.Places, Last: e.Last, Ahead: aheadOf(roll, out, i)}
	if len(held) < FewCalled {
		again.Last = 0
	} else if !lastShown(roll, out, w.Group[i], e.Last) {
		again.Last = -1
	}
	if e.Reason == BehindBar && school != core.NoSchool {
		again.Boarding, again.Bar, again.Reserved = w.BoardingRank[i], out.Bar[school], out.Bar[school] == out.BarMax[school]
	}
	if again != e {
		return fmt.Errorf("explain: computed again, wish %d waits otherwise", i)
	}
	ok := false
	switch e.Reason {
	case NotRankedYet:
		ok = w.CallRank[i] <= 0
	case GroupStopped, Withheld:
		ok = q.Stop
	case BehindBar:
		ok = !q.Stop && behindBar
	case BehindOthers:
		// The group is full, the rank limit does not reach so far, and the candidate has
		// no place there by a twin.
		ok = !q.Stop && !behindBar && int64(len(held)) >= q.Places && int64(w.CallRank[i]) > q.RankLimit && !held[w.Candidate[i]]
	}
	if !ok {
		return fmt.Errorf("explain: wish %d does not wait because of %q", i, e.Reason)
	}
	return nil
}

// aheadOf counts who waits in the group of row i and is called before it.
func aheadOf(roll *core.Roll, out *core.Outcome, i int) int {
	w := &roll.Wishes
	var before []core.Candidate
	for j, s := range out.Status {
		if s == core.Waiting && w.Group[j] == w.Group[i] && w.CallRank[j] < w.CallRank[i] {
			before = append(before, w.Candidate[j])
		}
	}
	slices.Sort(before)
	return len(slices.Compact(before))
}

// lastShown is whether a shown rank is held in a group, and none beyond it.
func lastShown(roll *core.Roll, out *core.Outcome, group, rank int32) bool {
	there := false
	for j, s := range out.Status {
		if !s.Holds() || roll.Wishes.Group[j] != group {
			continue
		}
		if roll.Wishes.ShownRank[j] > rank {
			return false
		}
		there = there || roll.Wishes.ShownRank[j] == rank
	}
	return there
}

// Told is what of it is told beside the words: no more than they say. What is not told is
// 0.
func (e Waiting) Told() Waiting {
	switch e.Reason {
	case BehindOthers:
		return e
	case BehindBar:
		if e.Bar <= 0 {
			return Waiting{Reason: e.Reason, Boarding: e.Boarding, Bar: e.Bar, Ahead: e.Ahead}
		}
		return Waiting{Reason: e.Reason, Boarding: e.Boarding, Bar: e.Bar, Reserved: e.Reserved}
	}
	return Waiting{Reason: e.Reason}
}
