package scan

import (
	"encoding/binary"
	"errors"
	"io"
	"regexp"
)

// Sizes of PostgreSQL's write-ahead log, unless it was built otherwise.
const (
	walPage       = 8192
	walHeader     = 24
	walLongHeader = 40 // of the first page of a segment
	walIsLong     = 0x0002
)

var walSegment = regexp.MustCompile(`^[0-9A-F]{24}(\.partial)?$`)

// A walJoiner reads segments without their page headers. A record runs across
// pages, and a header in the midst of a value would hide it: that is once in three
// hundred for a value of 25 bytes, so that some of a few hundred would be missed.
type walJoiner struct {
	r    io.Reader
	page [walPage]byte
	rest []byte
}

func (j *walJoiner) Read(p []byte) (int, error) {
	for len(j.rest) == 0 {
		n, err := io.ReadFull(j.r, j.page[:])
		if n == 0 {
			return 0, err
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		j.rest = j.page[min(headerOf(j.page[:n]), n):n]
	}
	n := copy(p, j.rest)
	j.rest = j.rest[n:]
	return n, nil
}

// headerOf is the size of a page's header. A page that was never written has none.
func headerOf(page []byte) int {
	switch {
	case len(page) < walLongHeader || binary.NativeEndian.Uint16(page) == 0:
		return 0
	case binary.NativeEndian.Uint16(page[2:])&walIsLong != 0:
		return walLongHeader
	}
	return walHeader
}
