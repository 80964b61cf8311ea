package crypto

import (
	"context"
	"fmt"
)

// A WrapPlace says whose secret a wrap holds: a unit's, that of a branch, both turned
// into one for a case, or that of a file. With the key that wraps it, it makes the context which binds the
// wrap.
type WrapPlace struct {
	Case    string // of a legal hold
	Unit    UnitID // of a unit's secret, of one of its own for a class, of a hold
	Class   string // of a branch key, of a hold
	Fate    string
	Version uint32  // of the branch, not of the key that wraps it
	File    RunFile // of a run of the core
}

// String names it by numbers that are random, as people and as the database spell them,
// and by the register's words.
func (p WrapPlace) String() string {
	unit := fmt.Sprintf("unit %s ('\\x%x')", p.Unit, p.Unit[:])
	switch {
	case p.File != (RunFile{}):
		return p.File.String()
	case p.Case != "":
		return fmt.Sprintf("%s, class %s, held for case %s", unit, label(p.Class, p.Fate), p.Case)
	case p.Class == "":
		return unit
	}
	return fmt.Sprintf("version %d of the branch key of %s", p.Version, label(p.Class, p.Fate))
}

// A Placed wrap is one that stands under a key, where it stands.
type Placed struct {
	WrapPlace
	Sealing
}

// context binds what stands at p under this key.
func (n KeyName) context(p WrapPlace) []byte {
	switch n.Role {
	case RolePerson:
		return personContext(n.Campaign, p.Unit)
	case RoleOwn:
		return ownContext(n.Campaign, n.Of, p.Unit)
	case RoleHold:
		return heldContext(n.Campaign, p)
	case RoleRun:
		return runContext(n.Campaign, p.File)
	}
	return branchContext(n.Campaign, p.Class, p.Fate, p.Version)
}

func (n KeyName) wrapped(items []Placed) []Wrapped {
	wraps := make([]Wrapped, len(items))
	for i, item := range items {
		wraps[i] = Wrapped{n.context(item.WrapPlace), item.Wrap}
	}
	return wraps
}

// Rewrap wraps anew what stands under a key, and answers one wrap for each. A wrap
// that would not be of the version asked for, or newer, fails them all.
func Rewrap(ctx context.Context, keeper KeyKeeper, key KeyName, version uint32, items []Placed) ([]Wrap, error) {
	wraps, err := keeper.Rewrap(ctx, key.Name, key.wrapped(items)...)
	if err == nil {
		err = checkWraps(wraps, len(items))
	}
	if err != nil {
		return nil, err
	}
	for _, w := range wraps {
		if w.Version() < version {
			return nil, fmt.Errorf("the key service re-wrapped under version %d where %d was asked for", w.Version(), version)
		}
	}
	return wraps, nil
}

// Verify opens what stands under a key and compares it with what its row commits to.
// It gives nothing of what it opened.
func Verify(ctx context.Context, service KeyService, key KeyName, items []Placed) error {
	looked := make([]sought, len(items))
	for i, item := range items {
		looked[i] = sought{key.context(item.WrapPlace), item.Sealing}
	}
	secrets, err := unwrapAll(ctx, service, key.Name, looked)
	zero(secrets)
	return err
}

// Wraps says whether secrets stand under the key: an index computes and wraps nothing.
func (r KeyRole) Wraps() bool { return r.Kind() == WrapKey }
