// Package dossier keeps one candidate's sealed record and the one door to it.
//
// Personal data come in through Intake, which checks every value against the
// catalogue and seals it field by field. They come out through Gate, for one
// purpose, to a mission that the decree names, and never without a durable trace.
// Nothing that decides is stated by the caller: the mission presents a credential,
// the phase comes from the campaign's calendar, and relations and guards come from
// facts that somebody else recorded.
package dossier

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"sceau/catalogue"
	"sceau/crypto"
)

// A Ref is the internal reference of a candidate in one campaign: random, never
// printed to a recipient who reads under a file number.
type Ref = crypto.UnitID

// A FileNo is the number under which one scope knows one candidate. It is random
// for every (candidate, scope), so that two scopes of a dump cannot be joined.
type FileNo [16]byte

// String gives the file number as it appears in answers.
func (f FileNo) String() string { return crypto.UnitID(f).String() }

// ParseFileNo reads what String wrote, and no other spelling.
func ParseFileNo(s string) (FileNo, error) {
	id, err := crypto.ParseUnitID(s)
	return FileNo(id), err
}

// Kinds of units of erasure ("unité d'effacement").
const (
	KindCandidate   = "candidate"
	KindResponsible = "responsible"
	KindBundle      = "bundle"
	KindAgent       = "agent"
)

// maxResponsibles bounds the responsibles of one file; the decree sets no number.
const maxResponsibles = 4

// Responsible is the unit of the nth responsible of a candidate, from 1. A
// responsible is a person with a secret of their own: forgetting one does not
// forget the child.
//
// Units below a candidate are computed, so that the gate needs no look-up to find
// them; the keyring says whose they are too, and with it how many there are.
func Responsible(c Ref, n int) crypto.UnitID { return below(c, KindResponsible, n) }

// Bundle is the unit of the documents that support one decision ("pièces
// justificatives"), so that they can go when the decision is final.
func Bundle(c Ref, kind string) crypto.UnitID { return below(c, KindBundle+":"+kind, 0) }

func below(c Ref, kind string, n int) crypto.UnitID {
	h := sha256.New()
	h.Write(c[:])
	var ordinal [8]byte
	binary.BigEndian.PutUint64(ordinal[:], uint64(n))
	h.Write(ordinal[:])
	h.Write([]byte(kind))
	var id crypto.UnitID
	copy(id[:], h.Sum(nil))
	return id
}

// unitsOf lists the units whose rows of table t belong to candidate c.
func unitsOf(t catalogue.Table, c Ref) []crypto.UnitID {
	switch string(t.Unit) {
	case KindResponsible:
		units := make([]crypto.UnitID, maxResponsibles)
		for i := range units {
			units[i] = Responsible(c, i+1)
		}
		return units
	case KindBundle:
		return []crypto.UnitID{Bundle(c, t.Bundle)}
	default:
		return []crypto.UnitID{c}
	}
}

var (
	// ErrNoSuchMission means that no mission in force answers to that name and
	// credential. It does not say which of the two was wrong.
	ErrNoSuchMission = errors.New("no mission in force with that credential")
	// ErrNoSuchCandidate means that the reference leads to no file of the campaign.
	ErrNoSuchCandidate = errors.New("no such candidate in this campaign")
	// ErrUnavailable means that the database of dossiers does not answer for now:
	// nothing was opened, and the caller may come back.
	ErrUnavailable = errors.New("the database of dossiers does not answer")
)
