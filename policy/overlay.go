package policy

import (
	"slices"

	"sceau/catalogue"
)

// An Overlay takes away, while it lasts, what a table grants: a class that is frozen or
// held, an item whose processing is restricted (GDPR 18), a purpose that the person
// objected to (GDPR 21), an embargo. It has nothing with which to grant, and no rule may
// read one, so that what was proved of a table without overlays holds under any of them.
type Overlay struct {
	// What it is about; where all three are empty, everything.
	Items    []catalogue.ItemID
	Classes  []catalogue.ClassID
	Purposes []catalogue.Purpose

	Article, Reason string // of the refusal
}

// Takes says whether the overlay closes an item for a purpose.
func (o Overlay) Takes(p catalogue.Purpose, it catalogue.Item) bool {
	if len(o.Purposes) > 0 && !slices.Contains(o.Purposes, p) {
		return false
	}
	if len(o.Items) == 0 && len(o.Classes) == 0 {
		return true
	}
	return slices.Contains(o.Items, it.ID) || slices.Contains(o.Classes, it.Class)
}

// Overlays are all that lie over a file at one moment.
type Overlays []Overlay

// Take finds the first that closes an item for a purpose.
func (all Overlays) Take(p catalogue.Purpose, it catalogue.Item) (Overlay, bool) {
	i := slices.IndexFunc(all, func(o Overlay) bool { return o.Takes(p, it) })
	if i < 0 {
		return Overlay{}, false
	}
	return all[i], true
}
