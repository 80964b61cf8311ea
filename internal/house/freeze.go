package house

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/dossier"
	"sceau/internal/postgres/dossiers"
	"sceau/internal/postgres/keyring"
)

// A Brake names what is frozen or thawed: a mission, a class, or a whole campaign. A
// class without a campaign is that of every campaign.
type Brake struct {
	Campaign string
	Class    catalogue.ClassID
	Mission  string
}

// on is the brake in one campaign.
func (b Brake) on(campaign string) (dossier.FreezeKind, string) {
	switch {
	case b.Mission != "":
		return dossier.FreezeMission, b.Mission
	case b.Class != "":
		return dossier.FreezeClass, string(b.Class)
	}
	return dossier.FreezeCampaign, campaign
}

// stops says whether what is frozen concerns a key.
func stops(f dossier.Frozen, key crypto.KeyName) bool {
	ofClass := key.Role == crypto.RoleClass || key.Role == crypto.RoleOwn
	return f.Whole || ofClass && f.Class(catalogue.ClassID(key.Of))
}

// Freeze stops what a brake names: at the gate first, where the very next request is
// refused, then in Vault, whoever asks it. It answers the campaigns concerned.
func (h *House) Freeze(ctx context.Context, b Brake, by string) ([]string, error) {
	return h.brake(ctx, b, by, "freeze", func(register dossiers.Register, keys *keyring.Store, campaign string) error {
		kind, name := b.on(campaign)
		if err := register.Freeze(ctx, campaign, kind, name, by, h.Now()); err != nil || kind == dossier.FreezeMission {
			return err // a mission has no key
		}
		_, err := h.settleKeys(ctx, register, keys, campaign)
		return err
	})
}

// Thaw lets it go on. A thaw that was cut after the gate is ended by the next.
func (h *House) Thaw(ctx context.Context, b Brake, by string) ([]string, error) {
	any := false
	campaigns, err := h.brake(ctx, b, by, "thaw", func(register dossiers.Register, keys *keyring.Store, campaign string) error {
		kind, name := b.on(campaign)
		was, err := register.Thaw(ctx, campaign, kind, name, by, h.Now())
		if err == nil && kind != dossier.FreezeMission {
			var moved bool
			moved, err = h.settleKeys(ctx, register, keys, campaign)
			was = was || moved
		}
		any = any || was
		return err
	})
	if err == nil && !any {
		kind, name := b.on(strings.Join(campaigns, ", "))
		err = fmt.Errorf("%s %s is not frozen", kind, name)
	}
	return campaigns, err
}

// settleKeys makes the keys of a campaign as the freezes in force say: a class that was
// frozen by itself stays so when its campaign thaws. It says whether any was otherwise.
// Cut half way, the next freeze or thaw ends it.
func (h *House) settleKeys(ctx context.Context, register dossiers.Register, keys *keyring.Store, campaign string) (moved bool, err error) {
	moved, err = h.moveKeys(ctx, register, keys, campaign)
	if err != nil {
		err = fmt.Errorf("the gate follows already, and the keys do not yet (run it again): %w", err)
	}
	return moved, err
}

func (h *House) moveKeys(ctx context.Context, register dossiers.Register, keys *keyring.Store, campaign string) (moved bool, err error) {
	release, err := keys.Settling(ctx, campaign)
	if err != nil {
		return false, err
	}
	defer release()
	frozen, err := register.Frozen(ctx, campaign)
	if err != nil {
		return false, err
	}
	names, err := keys.Names(ctx, campaign)
	if err != nil {
		return false, err
	}
	keeping, err := h.keys(keeper)
	if err != nil {
		return false, err
	}
	var shut, free []crypto.KeyName
	for _, key := range names {
		switch {
		case stops(frozen, key):
			shut = append(shut, key)
			moved = moved || key.State == crypto.KeyActive
		default:
			free = append(free, key)
			moved = moved || key.State == crypto.KeyFrozen
		}
	}
	if err := rotation.Freeze(ctx, keeping, keys, shut); err != nil {
		return moved, err
	}
	return moved, rotation.Thaw(ctx, keeping, keys, free)
}

// brake does something in each campaign that a brake names, and traces it. A freeze
// does not wait for its trace, which opens nothing, nor one campaign for another.
func (h *House) brake(ctx context.Context, b Brake, by, action string, do func(dossiers.Register, *keyring.Store, string) error) ([]string, error) {
	if b.Mission == "" { // a mission has no key
		if err := h.ownVault(); err != nil {
			return nil, err
		}
	}
	register, err := h.Register(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := h.keyringAs("sceau_keyring_turn")
	if err != nil {
		return nil, err
	}
	campaigns, err := h.braked(ctx, register, b)
	if err != nil {
		return nil, err
	}
	log, err := h.Traces(ctx, keeper)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, campaign := range campaigns {
		kind, name := b.on(campaign)
		event := dossier.KeyringEvent(campaign, action, string(kind), by)
		event.Detail = []byte(name)
		err := do(register, keys, campaign)
		if err != nil {
			event.Decision = audit.Failed
		}
		if _, second := log.Record(ctx, event); err == nil && second != nil {
			err = fmt.Errorf("the %s of %s %s is in force, and its trace is missing (run it again): %w", action, kind, name, second)
		}
		if err != nil && len(campaigns) > 1 {
			err = fmt.Errorf("campaign %s: %w", campaign, err)
		}
		failed = append(failed, err)
	}
	return campaigns, errors.Join(failed...)
}

func (h *House) braked(ctx context.Context, register dossiers.Register, b Brake) ([]string, error) {
	if b.Class != "" {
		if _, known := h.Catalogue.Class(b.Class); !known {
			return nil, h.noClass(b.Class)
		}
	}
	switch {
	case b.Mission != "":
		campaign, err := register.CampaignOf(ctx, b.Mission)
		return []string{campaign}, err
	case b.Class == "" || b.Campaign != "":
		campaign, err := h.OnlyCampaign(ctx, b.Campaign)
		return []string{campaign}, err
	}
	all, err := register.Campaigns(ctx)
	campaigns := make([]string, len(all))
	for i, c := range all {
		campaigns[i] = c.ID
	}
	return campaigns, err
}
