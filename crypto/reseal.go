package crypto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// errMoved means that two rows are not one row under two versions of its branch key.
var errMoved = errors.New("a row is sealed anew in its own place, under another version of its branch key")

// Reseal opens a cell of a row and seals it anew under another version of the row's
// branch key. The revision stays: who reads the traces of writes must find the cell
// that was written. The clear bytes never leave, and are zeroed.
//
// A cell that was moved here from elsewhere does not open, and is not made to.
func Reseal(from, to *Row, item string, cell []byte) ([]byte, error) {
	return ResealWith(from, to, item, cell, func(value []byte) ([]byte, error) { return value, nil })
}

// ResealWith is Reseal for a value that leads to something else under the key of the
// row, as that of a document does: change sees it and gives the one that takes its
// place, no longer than the cell has room for. Both are zeroed afterwards.
func ResealWith(from, to *Row, item string, cell []byte, change func(value []byte) ([]byte, error)) ([]byte, error) {
	if err := samePlace(from, to); err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	revision, err := Revision(cell)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	padded, err := from.Open(nil, item, cell)
	if err != nil {
		return nil, err
	}
	defer clear(padded)
	value, err := Unpad(padded)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	becomes, err := change(value)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	defer clear(becomes)
	// The size of the cell tells, so it stays as it is, whatever the padding of an item
	// has become since.
	same, err := Pad(make([]byte, 0, len(padded)), becomes, Padding{Fixed: len(padded)})
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", item, err)
	}
	defer clear(same)
	return to.Seal(nil, item, revision, same), nil
}

// ResealStream opens a document of a row as it is read and seals it into w, under
// another version of the row's branch key and another name.
func ResealStream(w io.Writer, r io.Reader, from, to *Row, name, newName string) error {
	if err := samePlace(from, to); err != nil {
		return err
	}
	opened, err := OpenStream(r, from, name)
	if err != nil {
		return err
	}
	sealed, err := SealStream(w, to, newName)
	if err != nil {
		return err
	}
	buf := make([]byte, segmentSize)
	defer clear(buf)
	if _, err := io.CopyBuffer(struct{ io.Writer }{sealed}, struct{ io.Reader }{opened}, buf); err != nil {
		return err
	}
	return sealed.Close()
}

func samePlace(from, to *Row) error {
	if from.opens == nil || to.seals == nil {
		return fmt.Errorf("%w: a row was zeroed", ErrOpen)
	}
	key := from.key
	key.Version = to.key.Version
	if key != to.key || from.key.Version == to.key.Version {
		return errMoved
	}
	return nil
}

// AddBranchVersion adds one version of the branch key of a class, for each of its fates:
// what is sealed from then on is sealed under it. One that is there stays as it is, so
// that an addition that was cut is ended by the next.
func AddBranchVersion(ctx context.Context, admin KeyAdmin, store CampaignStore, campaign, class string, version uint32) error {
	key, err := branchKeyName(ctx, store, campaign, class)
	if err != nil {
		return err
	}
	versions, err := BranchVersions(ctx, store, campaign, class)
	if err != nil {
		return err
	}
	for fate, has := range versions {
		if slices.Contains(has, version) {
			continue
		}
		if err := addBranch(ctx, admin, store, key.Name, campaign, class, fate, version); err != nil {
			return err
		}
	}
	return nil
}

// branchKeyName is the key that wraps the branch keys of a class.
func branchKeyName(ctx context.Context, book Book, campaign, class string) (KeyName, error) {
	names, err := book.Names(ctx, campaign)
	if err != nil {
		return KeyName{}, fmt.Errorf("reading the key names of campaign %s: %w", campaign, err)
	}
	at := slices.IndexFunc(names, func(n KeyName) bool { return n.Role == RoleClass && n.Of == class })
	switch {
	case at < 0:
		return KeyName{}, fmt.Errorf("class %s of campaign %s has no branch key", class, campaign)
	case names[at].State == KeyFrozen:
		return KeyName{}, fmt.Errorf("the key of class %s, campaign %s: %w", class, campaign, ErrFrozen)
	case names[at].State != KeyActive:
		return KeyName{}, fmt.Errorf("the key of class %s, campaign %s, is %s", class, campaign, names[at].State)
	}
	return names[at], nil
}

// BranchVersions are the versions of the branch key of a class, ascending, by fate.
func BranchVersions(ctx context.Context, book Book, campaign, class string) (map[string][]uint32, error) {
	branches, err := book.Branches(ctx, campaign)
	if err != nil {
		return nil, fmt.Errorf("reading the branch keys of campaign %s: %w", campaign, err)
	}
	versions := map[string][]uint32{}
	for _, b := range branches {
		if b.Class == class {
			versions[b.Fate] = append(versions[b.Fate], b.Version)
		}
	}
	for _, v := range versions {
		slices.Sort(v)
	}
	return versions, nil
}
