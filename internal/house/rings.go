package house

import (
	"fmt"
	"sync"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
)

// rings gives the gate the keys of the identity that serves a recipient and a class.
// A process that serves holds one identity; the commands of one person on one
// machine hold several, which is no boundary and does not pretend to be one.
type rings struct {
	house *House
	only  string // the one identity of this process, or "" for a person's commands
	mu    sync.Mutex
	open  map[string]*crypto.Keyring
}

func newRings(h *House) *rings { return &rings{house: h, open: map[string]*crypto.Keyring{}} }

// Ring implements dossier.Rings.
func (r *rings) Ring(recipient catalogue.RecipientID, class catalogue.ClassID) (*crypto.Keyring, error) {
	identity, ok := r.identity(recipient, class)
	if !ok {
		return nil, fmt.Errorf("%w: nobody opens class %s for %s", dossier.ErrElsewhere, class, recipient)
	}
	if r.only != "" && r.only != identity {
		if class != dossier.ClassRouting {
			return nil, fmt.Errorf("%w: class %s is opened for %s by %s", dossier.ErrElsewhere, class, recipient, identity)
		}
		// Routing is the same key for all: each process follows it with its own.
		identity = r.only
	}
	return r.of(identity)
}

// identity finds who opens a class for a recipient. Routing and indexes go with the
// identity of everyday work, health or not.
func (r *rings) identity(recipient catalogue.RecipientID, class catalogue.ClassID) (string, bool) {
	c := r.house.Catalogue
	if class != dossier.ClassRouting {
		return c.IdentityFor(recipient, class)
	}
	for _, each := range c.Classes() {
		if name, ok := c.IdentityFor(recipient, each.ID); ok && name != "health" && name != "trace-read" {
			return name, true
		}
	}
	// Who opens nothing still asks, and is refused with a trace of its own.
	return "agents", true
}

// of is the keyring of one identity, made once.
func (r *rings) of(identity string) (*crypto.Keyring, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k, ok := r.open[identity]; ok {
		return k, nil
	}
	service, err := r.house.keys(identity)
	if err != nil {
		return nil, err
	}
	store, err := r.house.keyringStore(identity)
	if err != nil {
		return nil, err
	}
	k := &crypto.Keyring{Service: service, Store: store, Now: r.house.Now,
		Cache: &crypto.Cache{TTL: r.house.OpenFor, Now: r.house.Now}}
	r.open[identity] = k
	return k, nil
}

// keys logs one identity in to Vault.
func (h *House) keys(identity string) (*vault.Client, error) {
	who, ok := h.Catalogue.Identity(identity)
	if !ok {
		return nil, fmt.Errorf("no identity is named %s", identity)
	}
	credential, err := h.identityCredential(identity)
	if err != nil {
		return nil, err
	}
	return vault.New(vault.Config{Addr: h.Parts.VaultAddr, RoleID: credential.RoleID, SecretIDFile: credential.SecretIDFile,
		Single: !who.Batch, Now: h.Now})
}
