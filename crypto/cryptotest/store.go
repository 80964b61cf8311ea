package cryptotest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"sceau/crypto"
)

// A Store is the keyring database in memory. The zero value works.
type Store struct {
	mu       sync.Mutex
	names    []crypto.KeyName
	branches []crypto.BranchWrap
	units    map[string]map[crypto.UnitID]crypto.UnitWrap
	rotations
}

// Names is that of crypto.Book.
func (s *Store) Names(ctx context.Context, campaign string) ([]crypto.KeyName, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []crypto.KeyName
	for _, n := range s.names {
		if n.Campaign == campaign {
			names = append(names, n)
		}
	}
	return names, nil
}

// Branches is that of crypto.Book.
func (s *Store) Branches(ctx context.Context, campaign string) ([]crypto.BranchWrap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var branches []crypto.BranchWrap
	for _, b := range s.branches {
		if b.Campaign == campaign {
			branches = append(branches, b)
		}
	}
	return branches, nil
}

// Reserve is that of crypto.CampaignStore.
func (s *Store) Reserve(ctx context.Context, name crypto.KeyName) (crypto.KeyName, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.names {
		if n.Campaign == name.Campaign && n.Role == name.Role && n.Of == name.Of {
			return n, nil
		}
	}
	name.State = crypto.KeyPlanned
	s.names = append(s.names, name)
	return name, nil
}

// AddBranch is that of crypto.CampaignStore.
func (s *Store) AddBranch(ctx context.Context, branch crypto.BranchWrap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.branches {
		if b.Campaign == branch.Campaign && b.Class == branch.Class && b.Fate == branch.Fate && b.Version == branch.Version {
			return nil
		}
	}
	role, of := crypto.RoleClass, branch.Class
	if branch.Class == crypto.RoutingBranch {
		role, of = crypto.RoleRouting, ""
	}
	if s.old(branch.Campaign, role, of, branch.Wrap) {
		return crypto.ErrOldWrap
	}
	s.branches = append(s.branches, branch)
	return nil
}

// AddUnits is that of crypto.UnitWriter.
func (s *Store) AddUnits(ctx context.Context, campaign string, units []crypto.UnitWrap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[crypto.UnitID]bool{}
	for _, u := range units {
		if _, ok := s.units[campaign][u.Unit]; ok || seen[u.Unit] {
			return fmt.Errorf("unit %s of campaign %s exists", u.Unit, campaign)
		}
		seen[u.Unit] = true
		if _, gone := s.forgotten[campaign][u.Unit]; gone {
			return crypto.ErrForgotten
		}
		if s.old(campaign, crypto.RolePerson, "", u.Wrap) {
			return crypto.ErrOldWrap
		}
		for class, own := range u.Own {
			if s.old(campaign, crypto.RoleOwn, class, own.Wrap) {
				return crypto.ErrOldWrap
			}
		}
	}
	if s.units == nil {
		s.units = map[string]map[crypto.UnitID]crypto.UnitWrap{}
	}
	if s.units[campaign] == nil {
		s.units[campaign] = map[crypto.UnitID]crypto.UnitWrap{}
	}
	for _, u := range units {
		u.Own = maps.Clone(u.Own)
		s.units[campaign][u.Unit] = u
	}
	return nil
}

// Units is that of crypto.UnitReader.
func (s *Store) Units(ctx context.Context, campaign string, units ...crypto.UnitID) (map[crypto.UnitID]crypto.Sealing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[crypto.UnitID]crypto.Sealing{}
	for _, u := range units {
		if w, ok := s.units[campaign][u]; ok {
			found[u] = copied(w.Sealing)
		}
	}
	return found, nil
}

// OwnClass is that of crypto.UnitReader.
func (s *Store) OwnClass(ctx context.Context, campaign, class string, unit crypto.UnitID) (crypto.Sealing, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.units[campaign][unit].Own[class]
	return copied(w), ok, nil
}

// Remove deletes a unit, as forgetting does.
func (s *Store) Remove(campaign string, unit crypto.UnitID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.units[campaign], unit)
}

// Alter changes the wrap of a unit, as somebody who can write to the database would.
func (s *Store) Alter(campaign string, unit crypto.UnitID, change func(*crypto.UnitWrap)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.units[campaign][unit]
	w.Sealing = copied(w.Sealing)
	w.Own = maps.Clone(w.Own)
	change(&w)
	s.units[campaign][unit] = w
}

func copied(s crypto.Sealing) crypto.Sealing {
	s.Wrap = slices.Clone(s.Wrap)
	return s
}
