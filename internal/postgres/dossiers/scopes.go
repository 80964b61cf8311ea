package dossiers

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"sceau/dossier"
)

// Scopes remembers, for one process, which scopes the register of scopes has: a
// batch rarely brings a new one. The zero value works.
type Scopes struct {
	mu    sync.Mutex
	known map[string]map[dossier.Scope]bool // by campaign
}

// fresh are the scopes of a batch that this process has not registered yet.
func (s *Scopes) fresh(b dossier.Batch) (scopes []dossier.Scope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[dossier.Scope]bool{}
	for _, one := range b.Sealed {
		for _, r := range one.Routes {
			if r.Scope.Kind != dossier.ScopeFile && !seen[r.Scope] && !s.known[b.Campaign][r.Scope] {
				seen[r.Scope] = true
				scopes = append(scopes, r.Scope)
			}
		}
	}
	return scopes
}

func (s *Scopes) learn(campaign string, scopes []dossier.Scope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]map[dossier.Scope]bool{}
	}
	if s.known[campaign] == nil {
		s.known[campaign] = map[dossier.Scope]bool{}
	}
	for _, scope := range scopes {
		s.known[campaign][scope] = true
	}
}

// keepScopes registers the scopes of a batch before its routes are there. A scope too
// many leads nowhere; one too few would leave a route behind when a person goes.
func (v Vestry) keepScopes(ctx context.Context, b dossier.Batch) error {
	scopes := v.Scopes.fresh(b)
	if len(scopes) == 0 {
		return nil
	}
	// In one order for everybody, so that two batches never wait for each other.
	slices.SortFunc(scopes, func(a, b dossier.Scope) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	kinds, ids := make([]string, len(scopes)), make([]string, len(scopes))
	for i, s := range scopes {
		kinds[i], ids[i] = string(s.Kind), s.ID
	}
	_, err := v.DB.Exec(ctx, insertInto("scope", []string{"scope_kind:text", "scope_id:text"})+" ON CONFLICT DO NOTHING", b.Campaign, kinds, ids)
	if err == nil {
		v.Scopes.learn(b.Campaign, scopes)
	}
	return err
}
