package crypto

import (
	"context"
	"errors"
	"time"
)

// A Store keeps the wraps and the registry of names, in a database of its own: it
// is backed up for days where the dossiers are for years, and a copy of either
// alone is useless.
type Store interface {
	Book
	UnitReader
	UnitWriter
}

// A Book is what a campaign's keys are called, and its wrapped branch keys. It is
// small, and read as a whole.
type Book interface {
	Names(ctx context.Context, campaign string) ([]KeyName, error)
	Branches(ctx context.Context, campaign string) ([]BranchWrap, error)
}

// A UnitReader reads the wraps of units. What is not there is left out of the
// answer: the unit was forgotten, or never was.
type UnitReader interface {
	Units(ctx context.Context, campaign string, units ...UnitID) (map[UnitID]Sealing, error)
	OwnClass(ctx context.Context, campaign, class string, unit UnitID) (Sealing, bool, error)
}

// ErrOldWrap means that a wrap comes too late: its key turned, and a wrap of the
// version before could be orphaned by a trim.
var ErrOldWrap = errors.New("a wrap is of a version that its key has left")

// A UnitWriter adds units, all of them or none. A unit that exists is an error: a
// second secret in its place would orphan what the first has sealed. A wrap of a
// version that its key has left is ErrOldWrap.
type UnitWriter interface {
	AddUnits(ctx context.Context, campaign string, units []UnitWrap) error
}

// A Forgetter deletes the secrets of units for good, and keeps a ledger of it.
type Forgetter interface {
	// Forget answers which of the units are forgotten, now or before: one that never
	// was is left out. Done twice it changes nothing. The ledger keeps the words in
	// which it was asked.
	Forget(ctx context.Context, campaign, target string, at time.Time, units ...UnitID) (gone []UnitID, err error)
}

// A CampaignStore is what making a campaign's keys needs. Both calls keep what is
// there and answer it, so that a creation that was cut can go on.
type CampaignStore interface {
	Book
	Reserve(ctx context.Context, name KeyName) (KeyName, error) // the one in place for (campaign, role, of), if any
	// Move takes a key from one state to another, along the moves that a state may make. It
	// fails when the key is in neither, and has nothing to do when it is in the second.
	Move(ctx context.Context, name string, from, to KeyState) error
	AddBranch(ctx context.Context, branch BranchWrap) error // does nothing if (campaign, class, fate, version) is there
}

// Sealing is a wrapped secret and what it commits to.
type Sealing struct {
	Wrap       Wrap
	Commitment Commitment
}

// A BranchWrap is the wrapped branch key of a class, for one fate and version.
type BranchWrap struct {
	Campaign, Class, Fate string
	Version               uint32
	Sealing
}

// A UnitWrap is the wrapped secret of a unit, and those of the classes for which
// it has its own.
type UnitWrap struct {
	Unit, Owner UnitID
	Kind        string
	Sealing
	Own map[string]Sealing // by class
}
