package house

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
)

// Reforgotten counts the entries of the ledger that a home was told.
type Reforgotten struct {
	Entries int `json:"entries"`
	// RoutesStay are those whose campaign is frozen, or has no keys any more.
	RoutesStay int `json:"routes_stay"`
}

// ForgetAgain forgets again whom the ledger of this house names: after another of its
// clusters was brought back from before.
func (h *House) ForgetAgain(ctx context.Context, by string) (*Reforgotten, error) {
	return forgetAgain(ctx, h.home, h, by)
}

// forgetAgain forgets, in a home brought back, whom the live keyring has in its ledger.
func forgetAgain(ctx context.Context, home string, aside *House, by string) (*Reforgotten, error) {
	from, err := live(ctx, home, parts.Keyring)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	ledger, err := ledgerOf(ctx, from)
	if err != nil {
		return nil, err
	}
	f, err := aside.forgettingBeside(ctx, from)
	if err != nil {
		return nil, err
	}
	if err := follows(ctx, from, aside, ledger); err != nil {
		return nil, err
	}
	own, err := aside.keyringAs("sceau_keyring_read")
	if err != nil {
		return nil, err
	}
	told := &Reforgotten{}
	came := map[string]bool{} // back, by campaign: one that is younger than the backup did not
	for _, entry := range ledger {
		if _, asked := came[entry.Campaign]; !asked {
			names, err := own.Names(ctx, entry.Campaign)
			if err != nil {
				return nil, err
			}
			came[entry.Campaign] = len(names) > 0
		}
		told.Entries++
		if !came[entry.Campaign] {
			continue
		}
		target, err := dossier.ParseTarget(entry.Target, aside.Layout)
		if err != nil {
			return nil, fmt.Errorf("the ledger of those forgotten: %w", err)
		}
		done, err := f.Forget(ctx, entry.Campaign, target, by)
		if err != nil && !errors.Is(err, dossier.ErrNoSuchCandidate) { // one who came after the backup
			return nil, fmt.Errorf("forgetting %s again: %w", target, err)
		}
		if done.Stay != nil {
			told.RoutesStay++
		}
	}
	return told, nil
}

func ledgerOf(ctx context.Context, h *House) ([]keyring.Forgetting, error) {
	store, err := h.keyringAs("sceau_keyring_forget")
	if err != nil {
		return nil, err
	}
	ledger, err := store.Ledger(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger of those forgotten: %w", err)
	}
	return ledger, nil
}

// follows refuses a live keyring that is no later state of the one brought back, such as
// an empty one that was made in the place of a lost one: its ledger says nothing.
func follows(ctx context.Context, from, aside *House, ledger []keyring.Forgetting) error {
	known := make(map[keyring.Forgetting]bool, len(ledger))
	for _, entry := range ledger {
		known[entry] = true
	}
	before, err := ledgerOf(ctx, aside)
	if err != nil {
		return err
	}
	for _, entry := range before {
		if !known[entry] {
			return errors.New("the backup knows of somebody forgotten whom the live keyring does not know of: it is older, or another")
		}
	}
	register, err := aside.Register(ctx)
	if err != nil {
		return err
	}
	campaigns, err := register.Campaigns(ctx)
	if err != nil {
		return err
	}
	own, err1 := aside.keyringAs("sceau_keyring_read")
	theirs, err2 := from.keyringAs("sceau_keyring_read")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, c := range campaigns {
		mine, err1 := own.Names(ctx, c.ID)
		live, err2 := theirs.Names(ctx, c.ID)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		for _, key := range mine {
			if !slices.ContainsFunc(live, func(k crypto.KeyName) bool { return k.Name == key.Name }) {
				return fmt.Errorf("the live keyring does not know the keys of campaign %s: it is older, or another", c.ID)
			}
		}
	}
	return nil
}

// forgettingBeside prepares to forget in a home brought back. When it speaks to the Vault
// of the live home, the live registry says which keys open there.
func (h *House) forgettingBeside(ctx context.Context, from *House) (*dossier.Forgetting, error) {
	f, err := h.Forgetting(ctx)
	if err != nil || h.Parts.VaultOf() == "" {
		return f, err
	}
	names, err := from.keyringAs("sceau_keyring_read")
	if err != nil {
		return nil, err
	}
	f.Ring = &crypto.Keyring{Service: f.Ring.Service, Store: lentBook{f.Ring.Store, names}, Now: h.Now}
	return f, nil
}

// A lentBook is the book of a copy whose Vault is another's: what was frozen or destroyed
// there since the copy was made opens nothing.
type lentBook struct {
	crypto.Store
	live crypto.Book
}

func (b lentBook) Names(ctx context.Context, campaign string) ([]crypto.KeyName, error) {
	return b.live.Names(ctx, campaign)
}
