package vault

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/vault/api"
)

// Beside names whatever in a live Vault reaches what is ours without being the role of
// an identity: policies, and whoever is given one, by a log-in, an entity, a group or a
// token. Policies are those of all identities. What the administrator who asks may do is
// left out: whoever administers Vault may do anything there (X1). What they may not see
// is a sentence too.
func (a *Admin) Beside(ctx context.Context, policies ...Policy) ([]string, error) {
	held, err := a.hold(ctx, "")
	if err != nil {
		return nil, err
	}
	s := survey{ctx: ctx, admin: a, logical: held.client.Logical(), reaches: map[string]string{}, identities: map[string]string{}, entities: map[string]string{}}
	for _, p := range policies {
		s.identities[policyName(p.Identity)] = p.Identity
	}
	for _, look := range []func() error{s.asker, s.policies, s.keys, s.logIns, s.groups, s.persons, s.tokens} {
		if err := look(); err != nil {
			return nil, fmt.Errorf("looking beside the identities in vault: %w", a.explain(ctx, err))
		}
	}
	slices.Sort(s.said)
	return slices.Compact(s.said), nil
}

// A survey is one walk through a Vault.
type survey struct {
	ctx        context.Context
	admin      *Admin
	logical    *api.Logical
	own        []string          // policies of whoever asks
	accessor   string            // of their token
	identities map[string]string // by policy and role
	reaches    map[string]string // by policy: the path that reaches what is ours
	entities   map[string]string // identities by the alias of their entity
	roleMount  string            // the accessor of the mount of our roles
	said       []string
}

func (s *survey) say(format string, args ...any) {
	s.said = append(s.said, "vault: "+fmt.Sprintf(format, args...))
}

// read answers what stands at a path, and notes what it may not see.
func (s *survey) read(what, path string) (map[string]any, error) {
	return s.seen(what)(s.logical.ReadWithContext(s.ctx, path))
}

func (s *survey) list(what, path string) ([]string, error) {
	data, err := s.seen(what)(s.logical.ListWithContext(s.ctx, path))
	return words(data["keys"]), err
}

func (s *survey) seen(what string) func(*api.Secret, error) (map[string]any, error) {
	return func(secret *api.Secret, err error) (map[string]any, error) {
		switch {
		case status(err) == http.StatusForbidden:
			s.say("%s is not seen: this administrator may not", what)
			return nil, nil
		case status(err) == http.StatusMethodNotAllowed:
			s.say("%s is not seen: this Vault has no such list", what)
			return nil, nil
		case err != nil || secret == nil:
			return nil, err
		}
		return secret.Data, nil
	}
}

func words(v any) (all []string) {
	list, _ := v.([]any)
	for _, w := range list {
		all = append(all, fmt.Sprint(w))
	}
	return all
}

func (s *survey) asker() error {
	self, err := s.read("who asks", "auth/token/lookup-self")
	s.own = slices.Concat(words(self["policies"]), words(self["identity_policies"]))
	s.accessor, _ = self["accessor"].(string)
	return err
}

func (s *survey) policies() error {
	names, err := s.list("which policies there are", "sys/policies/acl")
	if err != nil {
		return err
	}
	on := grounds(s.admin.config.Mount, s.admin.config.AuthMount)
	for _, name := range names {
		if who := s.identities[name]; who != "" {
			s.reaches[name] = "what " + who + " may"
			continue
		}
		if name == "root" || slices.Contains(s.own, name) {
			continue
		}
		data, err := s.read("policy "+name, "sys/policies/acl/"+name)
		if err != nil {
			return err
		}
		text, _ := data["policy"].(string)
		path, err := reach(text, on)
		switch {
		case err != nil:
			s.say("policy %s is not understood", name)
		case path != "":
			s.reaches[name] = path
			s.say("policy %s reaches %s, and is no identity's of Sceau", name, path)
		}
		if name == "default" {
			if err := s.byDefault(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys are what the engine makes, and what is true of ours: that none leaves it.
func (s *survey) keys() error {
	mount := s.admin.config.Mount
	data, err := s.read("what "+mount+" makes of names", mount+"/config/keys")
	if err != nil {
		return err
	}
	if data != nil && data["disable_upsert"] != true {
		s.say("%s makes a key of whatever name it is asked to encrypt with", mount)
	}
	names, err := s.list("which keys there are", mount+"/keys")
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "sceau-") {
			continue
		}
		key, err := s.read("key "+name, mount+"/keys/"+name)
		if err != nil {
			return err
		}
		for property, want := range map[string]string{"exportable": "false", "allow_plaintext_backup": "false", "deletion_allowed": "false", "auto_rotate_period": "0"} {
			if got, ok := key[property]; ok && fmt.Sprint(got) != want {
				s.say("key %s has %s %v, and should have %s", name, property, got, want)
			}
		}
	}
	return nil
}
