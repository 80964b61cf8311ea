package crypto

import (
	"crypto/sha256"
	"hash"
)

// hashes makes those of a derivation, and clears them after it: a hash keeps the block
// that it read last, which here is a secret as it is, in memory that is freed and not
// cleared.
type hashes []hash.Hash

func (h *hashes) hash() hash.Hash {
	made := sha256.New()
	*h = append(*h, made)
	return made
}

func (h hashes) forget() {
	var zeros [sha256.BlockSize]byte
	for _, one := range h {
		one.Reset()
		// A whole block is not kept, so that it takes two writes to overwrite one.
		_, _ = one.Write(zeros[1:])
		_, _ = one.Write(zeros[:1])
	}
}
