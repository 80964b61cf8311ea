package cryptotest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

// rotations are what the keyring in memory knows of turns and epochs.
type rotations struct {
	floors    map[floorOf]uint32
	turns     map[string]rotation.Turn // the last of each key
	epochs    []rotation.Epoch
	forgotten map[string]map[crypto.UnitID]forgetting
	rotating  map[string]time.Time // when the rotation of a campaign that has not ended began
	busy      map[string]bool
	settling  map[string]chan struct{}   // holds a token while somebody settles
	holds     map[string][]crypto.Placed // by campaign
	branching []rotation.BranchTurn
	runs      map[string][]crypto.Placed // keys of run files, by campaign
}

// forgetting is an entry of the ledger.
type forgetting struct {
	target  string
	version uint32 // of the key that wrapped the unit when it went
}

type floorOf struct {
	campaign string
	role     crypto.KeyRole
	of       string
}

var (
	_ rotation.Store  = (*Store)(nil)
	_ rotation.Epochs = (*Store)(nil)
)

func (s *Store) old(campaign string, role crypto.KeyRole, of string, w crypto.Wrap) bool {
	return w.Version() < s.floors[floorOf{campaign, role, of}]
}

// Page is that of rotation.Wraps.
func (s *Store) Page(ctx context.Context, key crypto.KeyName, below uint32, after []byte, limit int) (page []crypto.Placed, next []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.under(key) {
		if below > 0 && p.Wrap.Version() >= below || bytes.Compare(p.Unit[:], after) <= 0 && after != nil {
			continue
		}
		page = append(page, p.Placed)
		if len(page) == limit && (key.Role == crypto.RolePerson || key.Role == crypto.RoleOwn) {
			return page, p.Unit[:], nil
		}
	}
	return page, nil, nil
}

// A standing wrap can be replaced where it stands.
type standing struct {
	crypto.Placed
	put func(crypto.Wrap)
}

func stands(at crypto.WrapPlace, s crypto.Sealing, put func(crypto.Wrap)) standing {
	return standing{crypto.Placed{WrapPlace: at, Sealing: copied(s)}, put}
}

// under lists what stands under a key, in the order of places.
func (s *Store) under(key crypto.KeyName) (all []standing) {
	switch key.Role {
	case crypto.RolePerson, crypto.RoleOwn:
		units := s.units[key.Campaign]
		for _, id := range slices.SortedFunc(maps.Keys(units), func(a, b crypto.UnitID) int { return bytes.Compare(a[:], b[:]) }) {
			unit, at := units[id], crypto.WrapPlace{Unit: id}
			own, has := unit.Own[key.Of]
			switch {
			case key.Role == crypto.RolePerson:
				all = append(all, stands(at, unit.Sealing, func(w crypto.Wrap) { unit.Wrap = w; units[id] = unit }))
			case has:
				all = append(all, stands(at, own, func(w crypto.Wrap) { own.Wrap = w; unit.Own[key.Of] = own }))
			}
		}
	case crypto.RoleHold:
		for i, h := range s.holds[key.Campaign] {
			all = append(all, stands(h.WrapPlace, h.Sealing, func(w crypto.Wrap) { s.holds[key.Campaign][i].Wrap = w }))
		}
	case crypto.RoleRun:
		for i, r := range s.runs[key.Campaign] {
			all = append(all, stands(r.WrapPlace, r.Sealing, func(w crypto.Wrap) { s.runs[key.Campaign][i].Wrap = w }))
		}
		slices.SortFunc(all, func(a, b standing) int {
			return cmp.Or(cmp.Compare(a.File.Run, b.File.Run), cmp.Compare(a.File.Kind, b.File.Kind))
		})
	default:
		for i, b := range s.branches {
			if b.Campaign == key.Campaign && (b.Class == key.Of || key.Role == crypto.RoleRouting && b.Class == crypto.RoutingBranch) {
				all = append(all, stands(crypto.WrapPlace{Class: b.Class, Fate: b.Fate, Version: b.Version}, b.Sealing, func(w crypto.Wrap) { s.branches[i].Wrap = w }))
			}
		}
		slices.SortFunc(all, func(a, b standing) int {
			return cmp.Or(cmp.Compare(a.Fate, b.Fate), cmp.Compare(a.Version, b.Version))
		})
	}
	return all
}

// Counts is that of rotation.Wraps.
func (s *Store) Counts(ctx context.Context, key crypto.KeyName) (map[uint32]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[uint32]int64{}
	for _, p := range s.under(key) {
		counts[p.Wrap.Version()]++
	}
	return counts, nil
}

// RaiseFloor is that of rotation.Store.
func (s *Store) RaiseFloor(ctx context.Context, key crypto.KeyName, version uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.floors == nil {
		s.floors = map[floorOf]uint32{}
	}
	at := floorOf{key.Campaign, key.Role, key.Of}
	s.floors[at] = max(s.floors[at], version)
	return nil
}

// Replace is that of rotation.Store.
func (s *Store) Replace(ctx context.Context, key crypto.KeyName, old []crypto.Placed, wraps []crypto.Wrap) (n int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := map[crypto.WrapPlace]standing{}
	for _, at := range s.under(key) {
		there[at.WrapPlace] = at
	}
	for _, w := range wraps {
		if s.old(key.Campaign, key.Role, key.Of, w) {
			return 0, crypto.ErrOldWrap
		}
	}
	for i, p := range old {
		if at, ok := there[p.WrapPlace]; ok && bytes.Equal(at.Wrap, p.Wrap) {
			at.put(slices.Clone(wraps[i]))
			n++
		}
	}
	return n, nil
}

// LastTurn is that of rotation.Store.
func (s *Store) LastTurn(ctx context.Context, key string) (rotation.Turn, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, any := s.turns[key]
	return t, any, nil
}

// BeginRotation is that of rotation.Store.
func (s *Store) BeginRotation(ctx context.Context, campaign string, at time.Time) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rotating == nil {
		s.rotating = map[string]time.Time{}
	}
	if _, open := s.rotating[campaign]; !open {
		s.rotating[campaign] = at
	}
	return s.rotating[campaign], nil
}

// EndRotation is that of rotation.Store.
func (s *Store) EndRotation(ctx context.Context, campaign string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rotating, campaign)
	return nil
}

// SaveTurn is that of rotation.Store.
func (s *Store) SaveTurn(ctx context.Context, t rotation.Turn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turns == nil {
		s.turns = map[string]rotation.Turn{}
	}
	t.After = slices.Clone(t.After)
	s.turns[t.Key] = t
	return nil
}

// Alone is that of rotation.Store.
func (s *Store) Alone(ctx context.Context, campaign string) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[campaign] {
		return nil, rotation.ErrBusy
	}
	if s.busy == nil {
		s.busy = map[string]bool{}
	}
	s.busy[campaign] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.busy, campaign)
	}, nil
}

// Settling is that of rotation.Registry.
func (s *Store) Settling(ctx context.Context, campaign string) (func(), error) {
	s.mu.Lock()
	if s.settling == nil {
		s.settling = map[string]chan struct{}{}
	}
	turn, ok := s.settling[campaign]
	if !ok {
		turn = make(chan struct{}, 1)
		s.settling[campaign] = turn
	}
	s.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// LastBranchTurn is that of rotation.BranchTurns.
func (s *Store) LastBranchTurn(ctx context.Context, campaign, class string) (last rotation.BranchTurn, any bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.branching {
		if t.Campaign == campaign && t.Class == class && t.Version > last.Version {
			last, any = t, true
		}
	}
	return last, any, nil
}

// SaveBranchTurn is that of rotation.BranchTurns.
func (s *Store) SaveBranchTurn(ctx context.Context, t rotation.BranchTurn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.After = slices.Clone(t.After)
	for i, o := range s.branching {
		same := o.Campaign == t.Campaign && o.Class == t.Class
		switch {
		case same && o.Version == t.Version:
			s.branching[i] = t
			return nil
		case same && o.State != rotation.BranchEnded:
			return fmt.Errorf("version %d of class %s has not ended", o.Version, t.Class)
		}
	}
	s.branching = append(s.branching, t)
	return nil
}

// OpenEpoch is that of rotation.Epochs.
func (s *Store) OpenEpoch(ctx context.Context, campaign string) (rotation.Epoch, bool, error) {
	return s.epoch(campaign, func(e rotation.Epoch) bool { return e.State != rotation.Ended })
}

// LastEpoch is that of rotation.Epochs.
func (s *Store) LastEpoch(ctx context.Context, campaign string) (rotation.Epoch, bool, error) {
	return s.epoch(campaign, func(e rotation.Epoch) bool { return e.State == rotation.Ended })
}

func (s *Store) epoch(campaign string, is func(rotation.Epoch) bool) (rotation.Epoch, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range slices.Backward(s.epochs) {
		if e.Campaign == campaign && is(e) {
			return e, true, nil
		}
	}
	return rotation.Epoch{}, false, nil
}

// SaveEpoch is that of rotation.Epochs.
func (s *Store) SaveEpoch(ctx context.Context, e rotation.Epoch) (rotation.Epoch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := 0
	for i, other := range s.epochs {
		if other.Campaign != e.Campaign {
			continue
		}
		last = max(last, other.Number)
		if other.Number == e.Number {
			s.epochs[i] = e
			return e, nil
		}
	}
	e.Number = last + 1
	s.epochs = append(s.epochs, e)
	return e, nil
}

// Forget deletes units and writes them into the ledger.
func (s *Store) Forget(ctx context.Context, campaign, target string, at time.Time, units ...crypto.UnitID) (gone []crypto.UnitID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forgotten == nil {
		s.forgotten = map[string]map[crypto.UnitID]forgetting{}
	}
	if s.forgotten[campaign] == nil {
		s.forgotten[campaign] = map[crypto.UnitID]forgetting{}
	}
	for _, u := range units {
		entry, known := s.forgotten[campaign][u]
		if w, ok := s.units[campaign][u]; ok {
			delete(s.units[campaign], u)
			if !known {
				entry.target = target
			}
			entry.version = max(entry.version, w.Wrap.Version())
			s.forgotten[campaign][u], known = entry, true
		}
		if known {
			gone = append(gone, u)
		}
	}
	return gone, nil
}

// Forgotten is that of rotation.Epochs.
func (s *Store) Forgotten(ctx context.Context, campaign string, from uint32) (n int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.forgotten[campaign] {
		if f.version >= from {
			n++
		}
	}
	return n, nil
}

// Revived is that of rotation.Epochs.
func (s *Store) Revived(ctx context.Context, campaign string) (targets []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for unit, f := range s.forgotten[campaign] {
		if _, stands := s.units[campaign][unit]; stands {
			targets = append(targets, f.target)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets), nil
}

// Revive puts a wrap back that somebody kept, past what refuses it.
func (s *Store) Revive(campaign string, u crypto.UnitWrap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.units[campaign][u.Unit] = u
}

// Move is that of rotation.Registry.
func (s *Store) Move(ctx context.Context, name string, from, to crypto.KeyState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(moves, [2]crypto.KeyState{from, to}) {
		return fmt.Errorf("key %s cannot go from %s to %s", name, from, to)
	}
	for i, n := range s.names {
		if n.Name == name && (n.State == from || n.State == to) {
			s.names[i].State = to
			return nil
		}
	}
	return fmt.Errorf("no key named %s is %s", name, from)
}

// moves are those that the state of a key may make.
var moves = [][2]crypto.KeyState{
	{crypto.KeyPlanned, crypto.KeyActive},
	{crypto.KeyActive, crypto.KeyFrozen}, {crypto.KeyFrozen, crypto.KeyActive}, {crypto.KeyFrozen, crypto.KeyDestroyed},
}

// AddHolds is that of crypto.HoldStore.
func (s *Store) AddHolds(ctx context.Context, key crypto.KeyName, holds []crypto.Placed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range holds {
		if s.old(key.Campaign, crypto.RoleHold, "", h.Wrap) {
			return crypto.ErrOldWrap
		}
	}
	if s.holds == nil {
		s.holds = map[string][]crypto.Placed{}
	}
	for _, h := range holds {
		if !slices.ContainsFunc(s.holds[key.Campaign], func(o crypto.Placed) bool { return o.WrapPlace == h.WrapPlace }) {
			s.holds[key.Campaign] = append(s.holds[key.Campaign], crypto.Placed{WrapPlace: h.WrapPlace, Sealing: copied(h.Sealing)})
		}
	}
	return nil
}

// Holds is that of crypto.HoldStore.
func (s *Store) Holds(ctx context.Context, campaign, held string, unit crypto.UnitID) (holds []crypto.Placed, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.holds[campaign] {
		if h.Case == held && h.Unit == unit {
			holds = append(holds, crypto.Placed{WrapPlace: h.WrapPlace, Sealing: copied(h.Sealing)})
		}
	}
	return holds, nil
}
