package crypto

import (
	"context"
	"fmt"
)

// A KeyPlan says which keys a campaign needs.
type KeyPlan struct {
	Classes []ClassPlan
	Indexes []string
}

// A ClassPlan is one class of a plan.
type ClassPlan struct {
	Class string
	Fates []string // those that get a branch key each; none is one fate, named ""
	Own   bool     // one secret per person in place of branch keys (health, fraud)
}

// CreateCampaignKeys makes the keys of a campaign: one for persons, one per class,
// one for routing, one for holds, one for runs of the core and one per index, with the
// branch keys that they wrap. Nothing that is there is made again, so a creation that was cut is
// finished by the next.
func CreateCampaignKeys(ctx context.Context, admin KeyAdmin, store CampaignStore, campaign string, plan KeyPlan) error {
	type wanted struct {
		role     KeyRole
		of       string
		branches []BranchWrap // yet to be wrapped
	}
	all := []wanted{
		{role: RolePerson},
		{role: RoleRouting, branches: []BranchWrap{{Class: RoutingBranch}}},
		{role: RoleHold},
		{role: RoleRun},
	}
	for _, c := range plan.Classes {
		w := wanted{role: RoleClass, of: c.Class}
		if c.Own {
			w.role = RoleOwn
		} else {
			fates := c.Fates
			if len(fates) == 0 {
				fates = []string{""}
			}
			for _, f := range fates {
				w.branches = append(w.branches, BranchWrap{Class: c.Class, Fate: f})
			}
		}
		all = append(all, w)
	}
	for _, i := range plan.Indexes {
		all = append(all, wanted{role: RoleIndex, of: i})
	}

	existing, err := store.Branches(ctx, campaign)
	if err != nil {
		return fmt.Errorf("reading the branch keys of campaign %s: %w", campaign, err)
	}
	has := map[branchID]bool{}
	for _, b := range existing {
		has[branchID{b.Class, b.Fate, 1}] = true // a later version stands for the first
	}

	for _, w := range all {
		name, err := newKeyName(campaign, w.role, w.of)
		if err != nil {
			return err
		}
		// The name is in the registry before the key exists: a cut between the two
		// leaves a name without a key, never a key that nobody knows.
		if name, err = store.Reserve(ctx, name); err != nil {
			return fmt.Errorf("reserving a name for the %s key of campaign %s: %w", w.role.Label(w.of), campaign, err)
		}
		if name.State == KeyDestroyed {
			return fmt.Errorf("the %s key of campaign %s was destroyed, and its name is not given again", w.role.Label(w.of), campaign)
		}
		if name.State == KeyPlanned {
			if err := admin.CreateKey(ctx, name.Name, w.role.Kind()); err != nil {
				return fmt.Errorf("creating the %s key of campaign %s: %w", w.role.Label(w.of), campaign, err)
			}
		}
		for _, b := range w.branches {
			if has[branchID{b.Class, b.Fate, 1}] {
				continue
			}
			if err := addBranch(ctx, admin, store, name.Name, campaign, b.Class, b.Fate, 1); err != nil {
				return err
			}
		}
		// Active last: a serving process never meets a class without its branch key.
		if name.State == KeyPlanned {
			if err := store.Move(ctx, name.Name, KeyPlanned, KeyActive); err != nil {
				return fmt.Errorf("activating the %s key of campaign %s: %w", w.role.Label(w.of), campaign, err)
			}
		}
	}
	return nil
}

func addBranch(ctx context.Context, admin KeyAdmin, store CampaignStore, name, campaign, class, fate string, version uint32) error {
	secret := NewSecret()
	defer secret.Zero()
	place := branchContext(campaign, class, fate, version)
	sealings, err := wrapAll(ctx, admin, name, [][]byte{place}, []*Secret{secret})
	if err != nil {
		return fmt.Errorf("wrapping the branch key of %s, campaign %s: %w", label(class, fate), campaign, err)
	}
	err = store.AddBranch(ctx, BranchWrap{Campaign: campaign, Class: class, Fate: fate, Version: version, Sealing: sealings[0]})
	if err != nil {
		return fmt.Errorf("storing the branch key of %s, campaign %s: %w", label(class, fate), campaign, err)
	}
	return nil
}
