package crypto

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
)

// A UnitID names a unit of erasure: a candidate, a responsible, the documents
// supporting one decision, an agent. It is random and says nothing of whom it
// names, so errors may carry it.
type UnitID [16]byte

// A RecordID names one record of a table: a wish, a school year. Random too.
type RecordID [16]byte

// Lower-case base32: read aloud without mistakes, and safe in a path.
var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewUnitID draws a unit.
func NewUnitID() (u UnitID) { rand.Read(u[:]); return u }

// NewRecordID draws a record.
func NewRecordID() (r RecordID) { rand.Read(r[:]); return r }

// ParseUnitID reads the 26 characters that String wrote, and no other spelling.
func ParseUnitID(s string) (u UnitID, err error) {
	err = parseID(u[:], s)
	return u, err
}

// ParseRecordID reads the 26 characters that String wrote, and no other spelling.
func ParseRecordID(s string) (r RecordID, err error) {
	err = parseID(r[:], s)
	return r, err
}

func (u UnitID) String() string                { return idText.EncodeToString(u[:]) }
func (u UnitID) MarshalText() ([]byte, error)  { return []byte(u.String()), nil }
func (u *UnitID) UnmarshalText(b []byte) error { return parseID(u[:], string(b)) }

func (r RecordID) String() string                { return idText.EncodeToString(r[:]) }
func (r RecordID) MarshalText() ([]byte, error)  { return []byte(r.String()), nil }
func (r *RecordID) UnmarshalText(b []byte) error { return parseID(r[:], string(b)) }

func parseID(dst []byte, s string) error {
	b, err := idText.DecodeString(s)
	// 26 characters hold 130 bits: two spellings of one identifier would be two
	// identifiers to whoever compares texts.
	if err != nil || len(b) != len(dst) || idText.EncodeToString(b) != s {
		return fmt.Errorf("an identifier has 26 characters among a-z and 2-7, this one has %d or is not one", len(s))
	}
	copy(dst, b)
	return nil
}
