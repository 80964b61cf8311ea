package house

import (
	"context"
	"errors"
	"fmt"

	"sceau/dossier"
	"sceau/internal/parts"
)

// Replay forgets again, in a home brought back from a backup, whom the keyring of this
// house has in its ledger: a backup is older than the wish of those who asked to go. It
// answers how many entries it has seen to.
func (h *House) Replay(ctx context.Context, aside parts.Addresses) (int, error) {
	store, err := h.keyringAs("sceau_keyring_forget")
	if err != nil {
		return 0, err
	}
	ledger, err := store.Ledger(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the ledger of those forgotten: %w", err)
	}
	if len(ledger) == 0 {
		return 0, nil
	}
	restored, err := At(aside)
	if err != nil {
		return 0, err
	}
	defer restored.Close()
	restored.Now = h.Now
	f, err := restored.Forgetting(ctx)
	if err != nil {
		return 0, err
	}
	for n, entry := range ledger {
		target, err := dossier.ParseTarget(entry.Target, h.Layout)
		if err != nil {
			return n, fmt.Errorf("the ledger of those forgotten: %w", err)
		}
		_, err = f.Forget(ctx, entry.Campaign, target, "operator:restore")
		if err != nil && !errors.Is(err, dossier.ErrNoSuchCandidate) { // one who came after the backup
			return n, fmt.Errorf("forgetting %s again: %w", target, err)
		}
	}
	return len(ledger), nil
}
