package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/vault/api"

	"sceau/crypto"
)

// An Admin does what a Vault administrator does, once per deployment and per
// campaign. No process that serves holds one: a service that can write policies
// can open everything.
type Admin struct{ *Client }

// NewAdmin prepares an administrator from the file of a token.
func NewAdmin(config Config) (*Admin, error) {
	c, err := New(config)
	if err != nil {
		return nil, err
	}
	return &Admin{c}, nil
}

// EnableMounts makes transit and AppRole exist, and closes transit's habit of
// creating a key that it is asked to encrypt with: a late writer would revive a
// campaign that was purged.
func (a *Admin) EnableMounts(ctx context.Context) error {
	held, err := a.hold(ctx, "")
	if err != nil {
		return err
	}
	sys := held.client.Sys()
	mounts, err := sys.ListMountsWithContext(ctx)
	if err != nil {
		return fmt.Errorf("listing vault's mounts: %w", a.explain(ctx, err))
	}
	if m := mounts[a.config.Mount+"/"]; m == nil {
		if err := sys.MountWithContext(ctx, a.config.Mount, &api.MountInput{Type: "transit"}); err != nil {
			return fmt.Errorf("mounting transit at %s: %w", a.config.Mount, a.explain(ctx, err))
		}
	} else if m.Type != "transit" {
		return fmt.Errorf("mounting transit at %s: %s is mounted there", a.config.Mount, m.Type)
	}
	auths, err := sys.ListAuthWithContext(ctx)
	if err != nil {
		return fmt.Errorf("listing vault's log-ins: %w", a.explain(ctx, err))
	}
	if m := auths[a.config.AuthMount+"/"]; m == nil {
		if err := sys.EnableAuthWithOptionsWithContext(ctx, a.config.AuthMount, &api.EnableAuthOptions{Type: "approle"}); err != nil {
			return fmt.Errorf("enabling approle at %s: %w", a.config.AuthMount, a.explain(ctx, err))
		}
	} else if m.Type != "approle" {
		return fmt.Errorf("enabling approle at %s: %s is enabled there", a.config.AuthMount, m.Type)
	}
	if _, err := a.write(ctx, a.config.Mount+"/config/keys", map[string]any{"disable_upsert": true}); err != nil {
		return fmt.Errorf("closing the creation of keys by use: %w", err)
	}
	return nil
}

// keyTypes are Vault's, with what must be true of a key of each kind. Exportable
// and plaintext backups can never be taken back once set.
var keyTypes = map[crypto.KeyKind]map[string]any{
	crypto.WrapKey: {"type": "aes256-gcm96", "derived": true, "exportable": false, "allow_plaintext_backup": false},
	crypto.MACKey:  {"type": "hmac", "derived": false, "exportable": false, "allow_plaintext_backup": false},
}

// CreateKey is that of crypto.KeyAdmin.
func (a *Admin) CreateKey(ctx context.Context, name string, kind crypto.KeyKind) error {
	want, path := keyTypes[kind], a.keyPath(name)
	found, err := a.read(ctx, path)
	if err != nil {
		return fmt.Errorf("reading key %s: %w", name, err)
	}
	if found == nil {
		body := maps.Clone(want)
		if kind == crypto.MACKey {
			body["key_size"] = 32
		}
		// Answered by a warning, hence an error, if somebody else made it meanwhile.
		if _, err := a.write(ctx, path, body); err != nil {
			return fmt.Errorf("creating key %s: %w", name, err)
		}
		if found, err = a.read(ctx, path); err != nil || found == nil {
			return errors.Join(fmt.Errorf("reading key %s back: it is not there", name), err)
		}
	}
	// What was asked for is not always what is: parameters that Vault does not know
	// are dropped in silence.
	must := maps.Clone(want)
	must["deletion_allowed"] = false
	for _, property := range slices.Sorted(maps.Keys(must)) {
		if found[property] != must[property] {
			return fmt.Errorf("key %s exists with %s = %v, and must have %v", name, property, found[property], must[property])
		}
	}
	return nil
}

// DestroyKey is that of crypto.KeyAdmin. A key is made so that nobody deletes it: that
// is taken back first, on the way to the deletion and never before.
func (a *Admin) DestroyKey(ctx context.Context, name string) error {
	path := a.keyPath(name)
	found, err := a.read(ctx, path)
	if err != nil || found == nil {
		return err
	}
	if _, err := a.write(ctx, path+"/config", map[string]any{"deletion_allowed": true}); err != nil {
		return fmt.Errorf("destroying key %s: %w", name, err)
	}
	if _, err := a.call(ctx, func(l *api.Logical) (*api.Secret, error) { return l.DeleteWithContext(ctx, path) }); err != nil {
		return fmt.Errorf("destroying key %s: %w", name, err)
	}
	if found, err = a.read(ctx, path); err == nil && found != nil {
		err = errors.New("vault still has it")
	}
	if err != nil {
		return fmt.Errorf("destroying key %s: %w", name, err)
	}
	return nil
}

// A Credential is what one identity logs in with. It is for a file of mode 0600 on
// the machine of that identity, and nowhere else.
type Credential struct{ Identity, RoleID, SecretID string }

// ApplyIdentities writes the policy and the AppRole of each identity, and issues a
// credential to each. Credentials issued before go on working.
func (a *Admin) ApplyIdentities(ctx context.Context, policies ...Policy) ([]Credential, error) {
	if err := a.Apply(ctx, policies...); err != nil {
		return nil, err
	}
	credentials := make([]Credential, len(policies))
	for i, p := range policies {
		var err error
		if credentials[i], err = a.Issue(ctx, p.Identity); err != nil {
			return nil, err
		}
	}
	return credentials, nil
}

// Apply writes the policy and the AppRole of each identity, as they are now: what a
// policy no longer grants is refused from the next request on.
func (a *Admin) Apply(ctx context.Context, policies ...Policy) error {
	held, err := a.hold(ctx, "")
	if err != nil {
		return err
	}
	for _, p := range policies {
		text, err := p.Text(a.config.Mount)
		if err != nil {
			return err
		}
		name := policyName(p.Identity)
		if err := held.client.Sys().PutPolicyWithContext(ctx, name, text); err != nil {
			return fmt.Errorf("writing the policy of %s: %w", p.Identity, a.explain(ctx, err))
		}
		_, err = a.write(ctx, a.role(p.Identity), roleOf(p))
		if err != nil {
			return fmt.Errorf("writing the role of %s: %w", p.Identity, err)
		}
	}
	return nil
}

// Issue gives an identity one more secret id.
func (a *Admin) Issue(ctx context.Context, identity string) (Credential, error) {
	roleID, err := a.roleID(ctx, identity)
	if err != nil {
		return Credential{}, err
	}
	data, err := a.write(ctx, a.role(identity)+"/secret-id", map[string]any{})
	if err != nil {
		return Credential{}, fmt.Errorf("issuing a credential to %s: %w", identity, err)
	}
	secretID, err := textOf(data, "secret_id")
	if err != nil {
		return Credential{}, fmt.Errorf("issuing a credential to %s: %w", identity, err)
	}
	return Credential{Identity: identity, RoleID: roleID, SecretID: secretID}, nil
}

func (a *Admin) roleID(ctx context.Context, identity string) (string, error) {
	found, err := a.read(ctx, a.role(identity)+"/role-id")
	if err != nil {
		return "", fmt.Errorf("reading the role of %s: %w", identity, err)
	}
	if found == nil {
		return "", fmt.Errorf("issuing a credential to %s: it has no role (sceau up makes it)", identity)
	}
	roleID, err := textOf(found, "role_id")
	if err != nil {
		return "", fmt.Errorf("reading the role of %s: %w", identity, err)
	}
	return roleID, nil
}

func (a *Admin) role(identity string) string {
	return "auth/" + a.config.AuthMount + "/role/" + policyName(identity)
}

func policyName(identity string) string { return "sceau-" + identity }

// String keeps the secret id out of logs.
func (c Credential) String() string   { return "credential of " + c.Identity }
func (c Credential) GoString() string { return c.String() }

// MarshalJSON likewise: what stores it says which part it stores.
func (c Credential) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }
