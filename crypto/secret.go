package crypto

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

const secretSize = 32

// A Commitment is what a key says of itself without telling anything of its
// bytes. AES-GCM does not commit: without it, whoever writes to the database could
// prepare a cell which shows one text under one key and another under a second.
type Commitment [16]byte

// A Secret is 32 bytes that open something. It refuses to print, to log and to be
// marshalled; it is zeroed by whoever received it.
type Secret struct {
	b    [secretSize]byte
	live bool
}

// NewSecret draws a secret. It is drawn here and wrapped by the key service,
// instead of asking the service for one: its "datakey" drops the context that
// binds a wrap to its owner with a mere warning.
func NewSecret() *Secret {
	s := &Secret{live: true}
	rand.Read(s.b[:]) // never fails since Go 1.24
	return s
}

// SecretFrom copies 32 bytes into a secret, and zeroes the bytes it copied.
func SecretFrom(b []byte) (*Secret, error) {
	defer clear(b)
	if len(b) != secretSize {
		return nil, fmt.Errorf("%w: a secret has %d bytes, not %d", ErrOpen, secretSize, len(b))
	}
	s := &Secret{live: true}
	copy(s.b[:], b)
	return s, nil
}

// Clone copies a secret, so that one holder can zero its own while another works.
func (s *Secret) Clone() *Secret {
	c := *s
	return &c
}

// Zero forgets the bytes. A zeroed secret joins nothing: sealing under 32 zero
// bytes by mistake would be sealing in clear.
func (s *Secret) Zero() {
	if s != nil {
		clear(s.b[:])
		s.live = false
	}
}

// Commitment commits to the secret in the place that context names. It stands
// beside the wrap, so that a re-wrapping can be verified by somebody who has no
// ciphertext to try.
func (s *Secret) Commitment(context []byte) Commitment {
	var c Commitment
	out, err := hkdf.Expand(sha256.New, s.b[:], string(appendFields(nil, "sceau secret commitment", string(context))), len(c))
	if err != nil {
		panic("crypto: committing to a secret: " + err.Error()) // 16 bytes are always available
	}
	copy(c[:], out)
	return c
}
