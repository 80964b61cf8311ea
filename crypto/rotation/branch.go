package rotation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sceau/crypto"
)

// A BranchTurn is how far the change of a class's branch key has come: a new version for
// each fate, and then every row of the class sealed anew under it.
type BranchTurn struct {
	Campaign string      `json:"campaign"`
	Class    string      `json:"class"`
	Version  uint32      `json:"version"`
	State    BranchState `json:"state"`
	Began    time.Time   `json:"began"`
	// Added is when the version was there for every fate. For a while after, some
	// processes still seal under the one before.
	Added time.Time `json:"added,omitzero"`
	// Pass is when the pass under way through the tables began; Table and After are the
	// table and the row that it is done with.
	Pass     time.Time `json:"-"`
	Table    string    `json:"-"`
	After    []byte    `json:"-"`
	Resealed int64     `json:"resealed"` // rows, in all runs
	Done     time.Time `json:"done,omitzero"`
}

// BranchState is the step of a change of branch key.
type BranchState string

const (
	Adding      BranchState = "adding"
	Resealing   BranchState = "resealing"
	BranchEnded BranchState = "ended"
)

// BranchTurns keeps them.
type BranchTurns interface {
	// LastBranchTurn is the newest of a class, ended or not.
	LastBranchTurn(ctx context.Context, campaign, class string) (t BranchTurn, any bool, err error)
	SaveBranchTurn(ctx context.Context, t BranchTurn) error
}

// OpenBranchTurn is the change of a class's branch key that has not ended, if there is one.
func OpenBranchTurn(ctx context.Context, turns BranchTurns, campaign, class string) (BranchTurn, bool, error) {
	t, any, err := turns.LastBranchTurn(ctx, campaign, class)
	if err != nil || !any || t.State == BranchEnded {
		return BranchTurn{}, false, err
	}
	return t, true, nil
}

// AddBranch begins the change of a class's branch key, or goes on with the one that was
// begun: whatever killed the run before, there is one new version and not two. It is for
// an administrator, for the length of one command, who holds Store.Alone.
func AddBranch(ctx context.Context, admin crypto.KeyAdmin, store crypto.CampaignStore, turns BranchTurns, campaign, class string, now func() time.Time) (BranchTurn, error) {
	t, open, err := OpenBranchTurn(ctx, turns, campaign, class)
	if err != nil {
		return t, err
	}
	if !open {
		newest, err := newestBranch(ctx, store, campaign, class)
		if err != nil {
			return t, err
		}
		// Written down before it is done, as for every turn.
		t = BranchTurn{Campaign: campaign, Class: class, Version: newest + 1, State: Adding, Began: now()}
		if err := turns.SaveBranchTurn(ctx, t); err != nil {
			return t, err
		}
	}
	if t.State != Adding {
		return t, nil
	}
	if err := crypto.AddBranchVersion(ctx, admin, store, campaign, class, t.Version); err != nil {
		return t, err
	}
	t.State, t.Added = Resealing, now()
	return t, turns.SaveBranchTurn(ctx, t)
}

func newestBranch(ctx context.Context, book crypto.Book, campaign, class string) (newest uint32, err error) {
	versions, err := crypto.BranchVersions(ctx, book, campaign, class)
	if err != nil {
		return 0, err
	}
	for _, of := range versions {
		newest = max(newest, slices.Max(of))
	}
	if newest == 0 {
		return 0, fmt.Errorf("class %s of campaign %s has no branch key", class, campaign)
	}
	return newest, nil
}
