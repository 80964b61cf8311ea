package core

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// A Digest is the SHA-256 of a content: of a view, of what a run read, of what it gave.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what String wrote.
func ParseDigest(s string) (d Digest, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, errors.New("a digest has 64 hexadecimal digits")
	}
	copy(d[:], b)
	return d, nil
}
