// Package crypto has the shape of the real one, and honest messages.
package crypto

import (
	"errors"
	"fmt"
)

type Secret struct{ b [32]byte }

func (Secret) Format(f fmt.State, _ rune) { f.Write([]byte("secret")) }

func From(b []byte) (*Secret, error) {
	if len(b) != 32 {
		return nil, fmt.Errorf("a secret has 32 bytes, not %d", len(b))
	}
	return &Secret{}, errors.New("empty")
}

func bad(s *Secret) error { return fmt.Errorf("secret %v", s) } // want `fmt.Errorf takes a sceau/crypto.Secret`

func worse(s Secret) { panic(s) } // want `panic takes a sceau/crypto.Secret`
