package crypto

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Padding says what size a value takes before it is sealed, because the size of a
// cell tells: "oui" and "non" differ, and so do a null and a diagnosis. The zero
// Padding takes 16, 32 or 64 bytes, then grows by at most 12 %.
type Padding struct {
	Fixed int   // one size for every value; 4 of its bytes say the length
	Steps []int // the smallest that fits, ascending; beyond the last, as the zero Padding
}

const padHead = 4

var shortSteps = []int{16, 32, 64}

// Size is what a value of n bytes takes. A value too long for a fixed size is an
// error: one longer cell would single out whom it belongs to.
func (p Padding) Size(n int) (int, error) {
	need := n + padHead
	if p.Fixed > 0 {
		if need > p.Fixed {
			return 0, fmt.Errorf("a value of %d bytes does not fit the %d that everybody's takes", n, p.Fixed-padHead)
		}
		return p.Fixed, nil
	}
	steps := p.Steps
	if len(steps) == 0 {
		steps = shortSteps
	}
	for _, s := range steps {
		if need <= s {
			return s, nil
		}
	}
	return padme(need), nil
}

// padme rounds up to a size whose low bits are zero, so that a length of n tells
// about log log n bits of it and costs at most 12 % (the Padmé of PURBs).
func padme(n int) int {
	e := bits.Len(uint(n)) - 1
	low := e - bits.Len(uint(e)) // as many low bits as the size can lose
	if low <= 0 {
		return n
	}
	mask := 1<<low - 1
	return (n + mask) &^ mask
}

// Pad appends to dst the length of value, the value, and zeros up to the size.
func Pad(dst, value []byte, size Padding) ([]byte, error) {
	total, err := size.Size(len(value))
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(value)))
	dst = append(dst, value...)
	return append(dst, make([]byte, total-padHead-len(value))...), nil
}

// Unpad gives back the value, as a part of padded. A tail that is not zero is
// refused: nothing this package sealed has one.
func Unpad(padded []byte) ([]byte, error) {
	if len(padded) < padHead {
		return nil, fmt.Errorf("%w: %d bytes hold no padded value", ErrOpen, len(padded))
	}
	n := binary.BigEndian.Uint32(padded)
	body := padded[padHead:]
	if uint64(n) > uint64(len(body)) {
		return nil, fmt.Errorf("%w: the padded value is shorter than it says", ErrOpen)
	}
	var tail byte
	for _, b := range body[n:] {
		tail |= b
	}
	if tail != 0 {
		return nil, fmt.Errorf("%w: the padding is not zero", ErrOpen)
	}
	return body[:n:n], nil
}
