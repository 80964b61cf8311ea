package house

import (
	"context"

	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
)

// Forgetting prepares to forget, as the identity of persons' rights. Its roles can call
// the function that forgets in the keyring, and the one in the data cluster.
func (h *House) Forgetting(ctx context.Context) (*dossier.Forgetting, error) {
	ring, err := h.rings.of("rights")
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, "rights")
	if err != nil {
		return nil, err
	}
	secrets, err := h.keyringAs("sceau_keyring_forget")
	if err != nil {
		return nil, err
	}
	pool, err := h.pool(ctx, "sceau_forget")
	if err != nil {
		return nil, err
	}
	return &dossier.Forgetting{Layout: h.Layout, Ring: ring, Keys: secrets, Files: dossiers.Eraser{DB: pool}, Traces: log, Now: h.Now}, nil
}
