package catalogue

// The size of a sealed cell is written in clear on the disk, so it must not
// tell the value. What takes few values has one size for all of them; texts go
// up in steps, so that a length tells a power of two and no more; and what is
// secret by its mere presence has one size, null included. Documents lie apart,
// and their cells are all alike.

// PadHeader is how many bytes of a padded value hold its length.
const PadHeader = 4

const (
	smallestPad = 16
	smallestTxt = 32
	largestPad  = 1 << 20
	// A bounded value up to this size costs less padded to its bound than its
	// length would tell.
	boundedPad = 64
)

func stepAbove(n, first int) int {
	for size := first; ; size *= 2 {
		if size >= n {
			return size
		}
	}
}

// Padded is the size that a value of n bytes takes once padded, and whether it
// fits at all. Check refuses what does not.
func (i Item) Padded(n int) (int, bool) {
	n += PadHeader
	if i.Pad > 0 {
		return i.Pad, n <= i.Pad
	}
	if n > largestPad {
		return 0, false
	}
	return stepAbove(n, smallestTxt), true
}

// Longest is the size in bytes of the item's longest value as it is sealed,
// where its format sets one. Of texts it counts two bytes a letter; of a
// document, what the cell says of it.
func (i Item) Longest() (int, bool) { return i.check.bound() }

// readPad settles the one size of an item, if it has one.
func (c *Catalogue) readPad(f *fields, item *Item) error {
	bound, bounded := item.check.bound() // bytes of the longest canonical value
	least := stepAbove(bound+PadHeader, smallestPad)
	switch {
	case item.Pad != 0:
		if item.Pad&(item.Pad-1) != 0 || item.Pad < smallestPad || item.Pad > largestPad {
			return f.values["pad"].errorf("item %s: a pad is a power of two from %d to %d", item.ID, smallestPad, largestPad)
		}
	case bounded && least <= boundedPad:
		item.Pad = least
	case item.Kind == "document", item.PresenceSecret && bounded:
		item.Pad = least
	case item.PresenceSecret:
		return f.errorf("item %s: presence_secret needs one size: write its pad", item.ID)
	}
	return nil
}
