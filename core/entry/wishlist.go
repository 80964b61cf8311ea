package entry

import (
	"fmt"

	"sceau/core/calendar"
)

// NoMultiple stands in a wish that is no part of a multiple one.
const NoMultiple int32 = -1

// A ListedWish ("vœu") is one line of a candidate's list. One that belongs to a multiple
// wish ("vœu multiple") is a sub-wish ("sous-vœu"), and the multiple wish counts once.
type ListedWish struct {
	Programme  int32
	Multiple   int32 // the multiple wish it belongs to, or NoMultiple
	Boarding   bool  // "avec internat"
	Apprentice bool  // by apprenticeship ("en alternance")
}

// A Count is what a list counts for.
type Count struct{ Wishes, SubWishes, Apprenticeship int }

// A ListError says which line of a list, from 0, breaks which rule; Line is -1 when it is
// a count.
type ListError struct {
	Line int
	Why  string
}

func (e *ListError) Error() string {
	if e.Line < 0 {
		return "list of wishes: " + e.Why
	}
	return fmt.Sprintf("list of wishes, line %d: %s", e.Line, e.Why)
}

// CheckList counts a candidate's wishes and refuses a list that is longer than the
// limits. With and without boarding, or by apprenticeship and as a student, the same
// programme is one wish (seed 002); a programme asked for by apprenticeship only counts
// apart from the others.
func CheckList(list []ListedWish, limits calendar.Limits) (Count, error) {
	type course struct {
		multiple int32
		student  bool
	}
	seen := make(map[ListedWish]bool, len(list))
	courses := make(map[int32]course, len(list))
	for i, w := range list {
		if w.Programme < 0 || w.Multiple < NoMultiple {
			return Count{}, &ListError{i, "it names no programme or no multiple wish"}
		}
		if seen[w] {
			return Count{}, &ListError{i, "it is there already"}
		}
		seen[w] = true
		c, known := courses[w.Programme]
		if known && c.multiple != w.Multiple {
			return Count{}, &ListError{i, "its programme belongs to another wish as well"}
		}
		courses[w.Programme] = course{w.Multiple, c.student || !w.Apprentice}
	}
	var n Count
	// A multiple wish counts among the others as soon as one of its programmes is asked
	// for as a student.
	multiples := map[int32]bool{}
	for _, c := range courses {
		if c.multiple != NoMultiple {
			multiples[c.multiple] = multiples[c.multiple] || c.student
			n.SubWishes++
			continue
		}
		if c.student {
			n.Wishes++
		} else {
			n.Apprenticeship++
		}
	}
	for _, student := range multiples {
		if student {
			n.Wishes++
		} else {
			n.Apprenticeship++
		}
	}
	for _, l := range []struct {
		what        string
		have, limit int
	}{
		{"wishes", n.Wishes, limits.Wishes},
		{"sub-wishes", n.SubWishes, limits.SubWishes},
		{"wishes by apprenticeship", n.Apprenticeship, limits.Apprenticeship},
	} {
		if l.limit > 0 && l.have > l.limit {
			return n, &ListError{-1, fmt.Sprintf("%d %s, and %d are allowed", l.have, l.what, l.limit)}
		}
	}
	return n, nil
}
