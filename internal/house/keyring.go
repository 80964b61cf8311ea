package house

import (
	"context"

	"sceau/crypto"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// keyringStore connects an identity to the wraps: intake adds them and cannot read
// them back; the core sees the keys of its files and nobody's wrap; all others read.
func (h *House) keyringStore(identity string) (crypto.Store, error) {
	switch identity {
	case "intake":
		return h.keyringAs("sceau_keyring_write")
	case "core":
		return h.keyringAs("sceau_keyring_run")
	}
	return h.keyringAs("sceau_keyring_read")
}

// campaignStore is where a campaign's keys are registered: by the owner of the
// database, since no role that serves makes keys.
func (h *House) campaignStore() (crypto.CampaignStore, error) { return h.keyringAs(roles.Owner) }

func (h *House) keyringAs(role string) (*keyring.Store, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s, ok := h.keyrings[role]; ok {
		return s, nil
	}
	dsn, err := h.Parts.DSN(parts.Keyring, role)
	if err != nil {
		return nil, err
	}
	s, err := keyring.Open(context.Background(), dsn)
	if err != nil {
		return nil, err
	}
	h.keyrings[role] = s
	h.close = append(h.close, s.Close)
	return s, nil
}

// ColdRing gives, for measures, a keyring of an identity that remembers nothing yet,
// and one bare call to open a person's secret.
func (h *House) ColdRing(identity string) (*crypto.Keyring, func(ctx context.Context, campaign string, unit crypto.UnitID) error, error) {
	service, err := h.keys(identity)
	if err != nil {
		return nil, nil, err
	}
	store, err := h.keyringStore(identity)
	if err != nil {
		return nil, nil, err
	}
	ring := &crypto.Keyring{Service: service, Store: store, Now: h.Now}
	bare := func(ctx context.Context, campaign string, unit crypto.UnitID) error {
		fresh := &crypto.Keyring{Service: service, Store: store, Now: h.Now}
		secrets, err := fresh.Person(ctx, campaign, unit)
		for _, s := range secrets {
			s.Zero()
		}
		return err
	}
	return ring, bare, nil
}
