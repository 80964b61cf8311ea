package cryptotest

import (
	"context"
	"fmt"
	"slices"

	"sceau/crypto"
)

var _ crypto.RunStore = (*Store)(nil)

// AddRunKey is that of crypto.RunStore.
func (s *Store) AddRunKey(ctx context.Context, campaign string, f crypto.RunFile, sealing crypto.Sealing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.old(campaign, crypto.RoleRun, "", sealing.Wrap) {
		return crypto.ErrOldWrap
	}
	at := crypto.WrapPlace{File: f}
	if slices.ContainsFunc(s.runs[campaign], func(p crypto.Placed) bool { return p.WrapPlace == at }) {
		return fmt.Errorf("the %s has a key", f)
	}
	if s.runs == nil {
		s.runs = map[string][]crypto.Placed{}
	}
	s.runs[campaign] = append(s.runs[campaign], crypto.Placed{WrapPlace: at, Sealing: copied(sealing)})
	return nil
}

// RunKey is that of crypto.RunStore.
func (s *Store) RunKey(ctx context.Context, campaign string, f crypto.RunFile) (crypto.Sealing, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.runs[campaign] {
		if p.File == f {
			return copied(p.Sealing), true, nil
		}
	}
	return crypto.Sealing{}, false, nil
}

// DropRunKeys is that of crypto.RunStore.
func (s *Store) DropRunKeys(ctx context.Context, campaign, run string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs[campaign] = slices.DeleteFunc(s.runs[campaign], func(p crypto.Placed) bool { return p.File.Run == run })
	return nil
}
