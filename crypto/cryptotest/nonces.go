package cryptotest

import (
	"fmt"
	"math"

	"sceau/crypto"
)

// Nonces holds those that were used, with the key of each, and how often each byte
// stands in ciphertext.
type Nonces[Key comparable] struct {
	used  map[[nonceSize]byte]Key
	keys  map[Key]int
	bytes [256]int64
}

const nonceSize = 12

// LeastEntropy of ciphertext, in bits for each byte: noise has eight, and a hundred
// thousand bytes of it, by chance, some 0.002 less.
const LeastEntropy = 7.99

// Add writes a cell of a key down. Under one key a nonce comes once: twice, and both
// cells are open to whoever holds them. That one of 96 random bits comes twice under
// no two keys either says that they are random, and not a counter that restarts.
func (b *Nonces[Key]) Add(key Key, cell []byte) error {
	if len(cell) < crypto.CellOverhead {
		return fmt.Errorf("a cell of %d bytes", len(cell))
	}
	if b.used == nil {
		b.used, b.keys = map[[nonceSize]byte]Key{}, map[Key]int{}
	}
	nonce := [nonceSize]byte(cell[crypto.CellHead:])
	if under, twice := b.used[nonce]; twice && under == key {
		return fmt.Errorf("one key has sealed twice with nonce %x", nonce)
	} else if twice {
		return fmt.Errorf("two keys have sealed with nonce %x", nonce)
	}
	b.used[nonce] = key
	b.keys[key]++
	for _, c := range cell[crypto.CellHead+nonceSize:] {
		b.bytes[c]++
	}
	return nil
}

// Cells and Keys are how many were written down.
func (b *Nonces[Key]) Cells() int { return len(b.used) }
func (b *Nonces[Key]) Keys() int  { return len(b.keys) }

// Entropy of the ciphertext, in bits for each byte.
func (b *Nonces[Key]) Entropy() (bits float64) {
	total := int64(0)
	for _, n := range b.bytes {
		total += n
	}
	for _, n := range b.bytes {
		if n > 0 {
			p := float64(n) / float64(total)
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
