package crypto

import "fmt"

// A FormatError means that stored bytes say a format that this version does not read:
// a newer version wrote them, or they were altered. It is an ErrOpen. The bytes are
// left as they lie, for the version that reads them.
type FormatError struct {
	Of     string // what was being read: a cell, a routing reference, a document
	Format byte
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%v: this version reads no %s of format %d", ErrOpen, e.Of, e.Format)
}

// Unwrap makes it an ErrOpen.
func (e *FormatError) Unwrap() error { return ErrOpen }

// Hint is what to do about it.
func (e *FormatError) Hint() string {
	return "a newer version of sceau may have written it: start that one; nothing was changed"
}
