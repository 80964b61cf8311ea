package crypto

import (
	"context"
	"fmt"
	"time"
)

// A book is what the Store says of a campaign: names and wraps, nothing open. It
// is read again after a minute, and at once when something is looked for in vain.
type book struct {
	names    map[KeyRole]map[string]string // of the active keys
	others   map[KeyRole]map[string]KeyState
	branches map[branchID]BranchWrap
	current  map[branchID]uint32 // by class and fate, version 0
	until    time.Time
}

// BookLife is how long a process goes on with what it has read: so long after a branch
// key was added, some still seal under the version before.
const BookLife = time.Minute

type branchID struct {
	class, fate string
	version     uint32
}

func (k *Keyring) name(ctx context.Context, campaign string, role KeyRole, of string) (string, error) {
	var name string
	var state KeyState
	err := k.consult(ctx, campaign, func(b *book) bool {
		name, state = b.names[role][of], b.others[role][of]
		return name != ""
	})
	switch {
	case err != nil || name != "":
		return name, err
	case state == KeyFrozen:
		return "", fmt.Errorf("the %s key of campaign %s: %w", label(string(role), of), campaign, ErrFrozen)
	case state == KeyDestroyed:
		return "", fmt.Errorf("the %s key of campaign %s: %w", label(string(role), of), campaign, ErrForgotten)
	}
	return "", fmt.Errorf("campaign %s has no active %s key", campaign, label(string(role), of))
}

// isOwn says whether units have secrets of their own for the class.
func (k *Keyring) isOwn(ctx context.Context, campaign, class string) (bool, error) {
	var own bool
	err := k.consult(ctx, campaign, func(b *book) bool {
		own = b.has(RoleOwn, class)
		return own || b.has(RoleClass, class)
	})
	return own, err
}

func (k *Keyring) branch(ctx context.Context, campaign, class, fate string, version uint32) (BranchWrap, error) {
	var branch BranchWrap
	var found bool
	err := k.consult(ctx, campaign, func(b *book) bool {
		v := version
		if v == 0 {
			v = b.current[branchID{class, fate, 0}]
		}
		branch, found = b.branches[branchID{class, fate, v}]
		return found
	})
	if err == nil && !found {
		err = fmt.Errorf("campaign %s has no branch key for %s in version %d", campaign, label(class, fate), version)
	}
	return branch, err
}

// consult looks into the campaign's book, and once more into a fresh one when the
// first has not what is looked for: a campaign may have been made since.
func (k *Keyring) consult(ctx context.Context, campaign string, look func(*book) bool) error {
	now := time.Now
	if k.Now != nil {
		now = k.Now
	}
	k.mu.Lock()
	b := k.books[campaign]
	k.mu.Unlock()
	if b != nil && now().Before(b.until) && look(b) {
		return nil
	}
	b, err := k.read(ctx, campaign)
	if err != nil {
		return fmt.Errorf("reading the key names of campaign %s: %w", campaign, err)
	}
	b.until = now().Add(BookLife)
	k.mu.Lock()
	if k.books == nil {
		k.books = map[string]*book{}
	}
	k.books[campaign] = b
	k.mu.Unlock()
	look(b)
	return nil
}

func (k *Keyring) read(ctx context.Context, campaign string) (*book, error) {
	names, err := k.Store.Names(ctx, campaign)
	if err != nil {
		return nil, err
	}
	branches, err := k.Store.Branches(ctx, campaign)
	if err != nil {
		return nil, err
	}
	b := &book{names: map[KeyRole]map[string]string{}, others: map[KeyRole]map[string]KeyState{}, branches: map[branchID]BranchWrap{}, current: map[branchID]uint32{}}
	for _, n := range names {
		if n.State != KeyActive {
			if b.others[n.Role] == nil {
				b.others[n.Role] = map[string]KeyState{}
			}
			b.others[n.Role][n.Of] = n.State
			continue
		}
		if b.names[n.Role] == nil {
			b.names[n.Role] = map[string]string{}
		}
		b.names[n.Role][n.Of] = n.Name
	}
	for _, w := range branches {
		b.branches[branchID{w.Class, w.Fate, w.Version}] = w
		newest := branchID{w.Class, w.Fate, 0}
		b.current[newest] = max(b.current[newest], w.Version)
	}
	return b, nil
}

// has says whether there is such a key, in whatever state.
func (b *book) has(role KeyRole, of string) bool {
	return b.names[role][of] != "" || b.others[role][of] != ""
}

func label(word, of string) string {
	if of == "" {
		return word
	}
	return word + " " + of
}
