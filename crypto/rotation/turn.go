// Package rotation moves wraps from one version of a key to the next, and makes the
// old one useless when they have all moved.
//
// A turn is a rotation carried to its end: a new version, every wrap made anew under
// it, every one of them verified by an identity that is not the one which re-wrapped.
// An epoch is a turn of the persons' key that ends with a trim: what was deleted
// before it, and lies in older backups, opens nowhere any more (NIST SP 800-88 calls
// it cryptographic erase).
//
// Both are kept in the keyring step by step: whatever kills them, running them again
// goes on from there.
package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sceau/crypto"
)

// Progress is told how many wraps of how many are behind, in each step of a turn.
type Progress func(step string, done, all int64)

// A Turn is how far the rotation of one key has come.
type Turn struct {
	Key       string    `json:"-"`       // its name, which stays in the keyring
	Version   uint32    `json:"version"` // to which all wraps move
	State     TurnState `json:"state"`
	After     []byte    `json:"-"` // the last place that the step is done with; nil at its beginning
	Rewrapped int64     `json:"rewrapped"`
	Verified  int64     `json:"verified"`
	Began     time.Time `json:"began"`
	Done      time.Time `json:"done,omitzero"`
}

// A KeyTurn is the turn of one key of a campaign, by what the key is for.
type KeyTurn struct {
	Role crypto.KeyRole `json:"role"`
	Of   string         `json:"of,omitempty"`
	Turn
}

// TurnState is the step of a turn.
type TurnState string

const (
	Rotating   TurnState = "rotating"
	Rewrapping TurnState = "rewrapping"
	Verifying  TurnState = "verifying"
	Turned     TurnState = "turned"
)

// Wraps reads what stands under a key.
type Wraps interface {
	// Page gives wraps whose version is below, in the order of their places. Those of
	// units come up to limit, after a place: nil is the beginning, and the place of the
	// last is the next after; nil when there is none left. Branch keys and holds are few
	// and come all at once. A below of 0 asks for all.
	Page(ctx context.Context, key crypto.KeyName, below uint32, after []byte, limit int) (page []crypto.Placed, next []byte, err error)
	// Counts says how many wraps of each version stand under a key.
	Counts(ctx context.Context, key crypto.KeyName) (map[uint32]int64, error)
}

// A Store keeps turns, and the wraps that they move.
type Store interface {
	Registry
	Wraps
	BranchTurns
	// RaiseFloor waits for the wraps on their way, and from then on refuses one of a
	// version below: an intake that was slow cannot bring in what a trim would orphan.
	RaiseFloor(ctx context.Context, key crypto.KeyName, version uint32) error
	// Replace puts new wraps in place of those given, where they still stand: what was
	// forgotten meanwhile stays forgotten. It answers how many it replaced.
	Replace(ctx context.Context, key crypto.KeyName, old []crypto.Placed, wraps []crypto.Wrap) (int64, error)
	// LastTurn is the newest of a key, ended or not.
	LastTurn(ctx context.Context, key string) (t Turn, any bool, err error)
	SaveTurn(ctx context.Context, t Turn) error
	// BeginRotation begins a rotation of every key of a campaign, unless one has not
	// ended. It answers when the one under way began.
	BeginRotation(ctx context.Context, campaign string, at time.Time) (began time.Time, err error)
	EndRotation(ctx context.Context, campaign string, at time.Time) error
	// Alone lets one turn a campaign work at a time, on any machine. It does not wait.
	Alone(ctx context.Context, campaign string) (release func(), err error)
}

// ErrBusy means that somebody else is turning keys of the campaign.
var ErrBusy = errors.New("keys of that campaign are being turned by another process")

// A Job turns keys.
type Job struct {
	Keeper crypto.KeyKeeper
	Store  Store
	// Verifier opens, as a second identity that re-wraps nothing, what it reads for
	// itself in Wraps.
	Verifier crypto.KeyService
	Wraps    Wraps
	Progress Progress         // may be nil
	Now      func() time.Time // nil is time.Now
	Page     int              // wraps at once; 0 is 4,000
}

// Wrapping are the keys of a campaign under which secrets stand and open.
func Wrapping(ctx context.Context, book crypto.Book, campaign string) ([]crypto.KeyName, error) {
	names, err := book.Names(ctx, campaign)
	return slices.DeleteFunc(names, func(key crypto.KeyName) bool { return !key.Role.Wraps() || key.State != crypto.KeyActive }), err
}

// RotateWraps turns every wrapping key of a campaign, one after the other, or goes on
// with the rotation that was cut: a key that has turned since it began is passed over.
// Nothing is trimmed: the old versions go on opening, and an epoch makes those of persons
// useless.
func (j *Job) RotateWraps(ctx context.Context, campaign string) ([]KeyTurn, error) {
	release, err := j.Store.Alone(ctx, campaign)
	if err != nil {
		return nil, err
	}
	defer release()
	names, err := Wrapping(ctx, j.Store, campaign)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("campaign %s has no active key", campaign)
	}
	began, err := j.Store.BeginRotation(ctx, campaign, j.now())
	if err != nil {
		return nil, err
	}
	var turns []KeyTurn
	for _, key := range names {
		t, err := j.turn(ctx, key, began)
		if err != nil {
			return turns, err
		}
		turns = append(turns, KeyTurn{key.Role, key.Of, t})
	}
	return turns, j.Store.EndRotation(ctx, campaign, j.now())
}

// turn ends the turn of one key that was begun, whoever began it. One that was begun
// before a moment does not count, and another follows: whoever was forgotten at that
// moment may have been re-wrapped by it already, and stand so in a backup.
func (j *Job) turn(ctx context.Context, key crypto.KeyName, since time.Time) (Turn, error) {
	t, any, err := j.Store.LastTurn(ctx, key.Name)
	if err != nil {
		return t, err
	}
	if any {
		if err := j.carry(ctx, key, &t); err != nil || !t.Began.Before(since) {
			return t, err
		}
	}
	v, err := j.Keeper.Versions(ctx, key.Name)
	if err != nil {
		return t, err
	}
	// Written down before it is done: after a kill in between, the version that is there
	// already is the one that was meant.
	t = Turn{Key: key.Name, Version: v.Newest + 1, State: Rotating, Began: j.now()}
	if err := j.Store.SaveTurn(ctx, t); err != nil {
		return t, err
	}
	return t, j.carry(ctx, key, &t)
}

// carry takes a turn to its end.
func (j *Job) carry(ctx context.Context, key crypto.KeyName, t *Turn) error {
	for t.State != Turned {
		if err := j.step(ctx, key, t); err != nil {
			return fmt.Errorf("turning key %s to version %d, %s: %w", key.Name, t.Version, t.State, err)
		}
	}
	return nil
}

func (j *Job) step(ctx context.Context, key crypto.KeyName, t *Turn) error {
	switch t.State {
	case Rotating:
		if err := j.rotate(ctx, key, t.Version); err != nil {
			return err
		}
		return j.enter(ctx, t, Rewrapping)
	case Rewrapping:
		if err := j.rewrap(ctx, key, t); err != nil {
			return err
		}
		return j.enter(ctx, t, Verifying)
	case Verifying:
		if err := j.verify(ctx, key, t); err != nil {
			return err
		}
		t.Done = j.now()
		return j.enter(ctx, t, Turned)
	}
	return fmt.Errorf("no turn is in state %q", t.State)
}

func (j *Job) enter(ctx context.Context, t *Turn, next TurnState) error {
	t.State, t.After = next, nil
	return j.Store.SaveTurn(ctx, *t)
}

func (j *Job) rotate(ctx context.Context, key crypto.KeyName, version uint32) error {
	v, err := j.Keeper.Versions(ctx, key.Name)
	if err != nil {
		return err
	}
	if v.Newest < version {
		if err := j.Keeper.Rotate(ctx, key.Name); err != nil {
			return err
		}
		if v, err = j.Keeper.Versions(ctx, key.Name); err != nil {
			return err
		}
	}
	if v.Newest < version {
		return fmt.Errorf("the newest version is %d after a rotation", v.Newest)
	}
	return j.Store.RaiseFloor(ctx, key, version)
}

// rewrap moves the wraps, page by page. Below the floor nothing comes in, so that what
// it has passed it has passed for good.
func (j *Job) rewrap(ctx context.Context, key crypto.KeyName, t *Turn) error {
	all, err := j.count(ctx, key)
	if err != nil {
		return err
	}
	err = j.pages(ctx, j.Store, key, t.Version, t, func(page []crypto.Placed) error {
		var wraps []crypto.Wrap
		err := onPage(ctx, page, func(some []crypto.Placed) (err error) {
			wraps, err = crypto.Rewrap(ctx, j.Keeper, key, t.Version, some)
			return err
		})
		if err != nil {
			return err
		}
		moved, err := j.Store.Replace(ctx, key, page, wraps)
		t.Rewrapped += moved
		j.say("re-wrapping "+key.Label(), t.Rewrapped, all)
		return err
	})
	if err != nil {
		return err
	}
	return j.settled(ctx, key, t.Version)
}

// verify opens every wrap as the second identity. One of an older version, or that is
// not what its row commits to, ends the turn here: nothing was trimmed.
func (j *Job) verify(ctx context.Context, key crypto.KeyName, t *Turn) error {
	all, err := j.count(ctx, key)
	if err != nil {
		return err
	}
	if t.After == nil {
		t.Verified = 0
	}
	err = j.pages(ctx, j.Wraps, key, 0, t, func(page []crypto.Placed) error {
		for _, item := range page {
			if item.Wrap.Version() < t.Version {
				return fmt.Errorf("a wrap of version %d is left", item.Wrap.Version())
			}
		}
		err := onPage(ctx, page, func(some []crypto.Placed) error { return crypto.Verify(ctx, j.Verifier, key, some) })
		if err != nil {
			return err
		}
		t.Verified += int64(len(page))
		j.say("verifying "+key.Label(), t.Verified, all)
		return nil
	})
	if err != nil {
		return err
	}
	return j.settled(ctx, key, t.Version)
}

// pages goes through the wraps of a key, and saves the turn after each page.
func (j *Job) pages(ctx context.Context, wraps Wraps, key crypto.KeyName, below uint32, t *Turn, do func([]crypto.Placed) error) error {
	limit := j.Page
	if limit == 0 {
		limit = 4000
	}
	for {
		page, next, err := wraps.Page(ctx, key, below, t.After, limit)
		if err != nil {
			return err
		}
		if len(page) > 0 {
			if err := do(page); err != nil {
				return err
			}
		}
		if next == nil {
			return nil
		}
		t.After = next
		if err := j.Store.SaveTurn(ctx, *t); err != nil {
			return err
		}
	}
}

// settled refuses to go on while a wrap of an older version stands.
func (j *Job) settled(ctx context.Context, key crypto.KeyName, version uint32) error {
	counts, err := j.Store.Counts(ctx, key)
	if err != nil {
		return err
	}
	for v, n := range counts {
		if v < version && n > 0 {
			return fmt.Errorf("%d wraps of version %d are left", n, v)
		}
	}
	return nil
}

func (j *Job) count(ctx context.Context, key crypto.KeyName) (all int64, err error) {
	counts, err := j.Store.Counts(ctx, key)
	for _, n := range counts {
		all += n
	}
	return all, err
}

func (j *Job) say(step string, done, all int64) {
	if j.Progress != nil {
		j.Progress(step, done, max(all, done))
	}
}

func (j *Job) now() time.Time {
	if j.Now != nil {
		return j.Now()
	}
	return time.Now()
}
