package house

import (
	"context"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/vault"
)

// keeper is the identity that rotates, closes and trims the keys of campaigns.
const keeper = "keyring"

// PolicyOf is what Vault lets an identity do: families of keys, and within the
// classes only those it has to open or seal. Names are the keys in the registry: an
// identity that administers keys does so by their whole names, and to those that
// wrap.
func PolicyOf(c *catalogue.Catalogue, who catalogue.Identity, names []crypto.KeyName) vault.Policy {
	p := vault.Policy{Identity: who.Name, Batch: who.Batch, Job: who.Job}
	p.Encrypt = patterns(c, who, "encrypt")
	p.Decrypt = patterns(c, who, "decrypt")
	p.HMAC = patterns(c, who, "hmac")
	p.Rewrap = patterns(c, who, "rewrap")
	p.Keep = kept(who, names)
	if who.Name != "trace-write" && who.Name != "trace-read" && !who.Job {
		// Whoever serves writes traces: the day's key tags and seals them. The
		// database role of a writer cannot read a trace back. Those of a job are written
		// by whoever runs it.
		p.Encrypt = append(p.Encrypt, crypto.DayKey)
		p.Decrypt = append(p.Decrypt, crypto.DayKey)
	}
	return p
}

func patterns(c *catalogue.Catalogue, who catalogue.Identity, verb string) (keys []string) {
	opensPersons := slices.Contains(who.Verbs["decrypt"], "person")
	for _, family := range who.Verbs[verb] {
		switch family {
		case "day":
			keys = append(keys, crypto.DayKey)
		case "class":
			for _, id := range who.Classes {
				class, _ := c.Class(id)
				own := class.Keys == catalogue.KeysPerson
				// Branch keys are wrapped by an administrator alone: sealing wraps only
				// the secrets that persons have of their own. And who opens no person
				// opens none of those either.
				if verb == "encrypt" && !own || verb == "decrypt" && own && !opensPersons {
					continue
				}
				keys = append(keys, crypto.KeyPrefix(crypto.RoleClass, string(id))+"*")
			}
		default:
			keys = append(keys, crypto.KeyPrefix(crypto.KeyRole(family), "")+"*")
		}
	}
	return keys
}

// kept are the names of the keys that an identity administers. Two roles are one
// family to whoever wrote the register: a class with branch keys, and one whose
// persons have secrets of their own.
func kept(who catalogue.Identity, names []crypto.KeyName) (keys []string) {
	for _, n := range names {
		family := string(n.Role)
		if n.Role == crypto.RoleOwn {
			family = string(crypto.RoleClass)
		}
		switch {
		case n.Role.Kind() != crypto.WrapKey, !slices.Contains(who.Verbs["admin"], family):
		case family == string(crypto.RoleClass) && !slices.Contains(who.Classes, catalogue.ClassID(n.Of)):
		default:
			keys = append(keys, n.Name)
		}
	}
	return keys
}

// applyPolicies writes what Vault lets identities do, with the keys of all campaigns
// there are.
func (h *House) applyPolicies(ctx context.Context, admin *vault.Admin, identities ...catalogue.Identity) error {
	names, err := h.keyNames(ctx)
	if err != nil {
		return err
	}
	for {
		policies := make([]vault.Policy, len(identities))
		for i, who := range identities {
			policies[i] = PolicyOf(h.Catalogue, who, names)
		}
		if err := admin.Apply(ctx, policies...); err != nil {
			return err
		}
		// Another campaign may have been made meanwhile, and our writing come after its
		// own: who writes last must have seen all names.
		now, err := h.keyNames(ctx)
		if err != nil || slices.Equal(names, now) {
			return err
		}
		names = now
	}
}

// applyKeeper gives the identity that keeps keys those of every campaign.
func (h *House) applyKeeper(ctx context.Context, admin *vault.Admin) error {
	who, ok := h.Catalogue.Identity(keeper)
	if !ok {
		return fmt.Errorf("no identity is named %s", keeper)
	}
	return h.applyPolicies(ctx, admin, who)
}

// keyNames is the registry of names: which keys campaigns have in Vault.
func (h *House) keyNames(ctx context.Context) ([]crypto.KeyName, error) {
	store, err := h.keyringAs("sceau_keyring_read")
	if err != nil {
		return nil, err
	}
	names, err := store.EveryName(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the names of keys: %w", err)
	}
	return names, nil
}
