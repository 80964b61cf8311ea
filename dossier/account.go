package dossier

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sceau/crypto"
)

// Accounts are made at intake: one for the candidate (S1), one for each
// responsible (S2). Their ids are "S1.<reference>" and "S2.<reference>.<n>".

// AccountID names an account.
func AccountID(c Ref, responsible int) string {
	if responsible == 0 {
		return "S1." + c.String()
	}
	return fmt.Sprintf("S2.%s.%d", c, responsible)
}

// ParseAccount reads what AccountID wrote; ok is false for anything else, such as
// the id of a mission.
func ParseAccount(id string) (c Ref, responsible int, ok bool) {
	parts := strings.Split(id, ".")
	if len(parts) < 2 {
		return c, 0, false
	}
	c, err := crypto.ParseUnitID(parts[1])
	switch {
	case err != nil:
		return c, 0, false
	case parts[0] == "S1" && len(parts) == 2:
		return c, 0, true
	case parts[0] == "S2" && len(parts) == 3:
		n, err := strconv.Atoi(parts[2])
		return c, n, err == nil && n >= 1 && n <= maxResponsibles && parts[2] == strconv.Itoa(n)
	}
	return c, 0, false
}

// An Activation draws the first credential of every account from one secret, so
// that an import that was killed draws the same again. It stands for the letter
// that each candidate receives: in production the letters are printed, and the
// secret is destroyed.
type Activation struct{ secret [32]byte }

// NewActivation takes a secret of 32 bytes.
func NewActivation(secret []byte) (*Activation, error) {
	a := &Activation{}
	if len(secret) != len(a.secret) {
		return nil, fmt.Errorf("activation secret: %d bytes are needed", len(a.secret))
	}
	copy(a.secret[:], secret)
	return a, nil
}

// Format covers every verb, by value and by pointer.
func (Activation) Format(s fmt.State, _ rune) { io.WriteString(s, "activation") }

// Credential is the first credential of an account.
func (a *Activation) Credential(account string) (c Credential) {
	key, err := hkdf.Key(sha256.New, a.secret[:], nil, "sceau account "+account, len(c.secret))
	if err != nil {
		panic(err) // the length is a constant that HKDF allows
	}
	copy(c.secret[:], key)
	return c
}
