package vault_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"

	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/internal/testkit"
)

const wide = `path "transit/*" { capabilities = ["create", "read", "update", "list"] }`

// What gives somebody our keys beside the roles of the identities is named, and the
// Vault as its administrator furnished it has nothing of the kind.
func TestWhoeverReachesTheKeysBesideTheIdentitiesIsNamed(t *testing.T) {
	own := testkit.OwnVault(t, "file")
	s := serverAt(t, own.Addr, own.Token)
	policies := []vault.Policy{
		{Identity: "agents", Decrypt: []string{"sceau-person-*"}, HMAC: []string{"sceau-index-ine-*"}},
		{Identity: "reseal", Decrypt: []string{"sceau-person-*"}, Job: true},
	}
	credentials, err := s.admin.ApplyIdentities(t.Context(), policies...)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody is logged in, as on any day: its entity and its token are there.
	c := s.raw(t)
	logIn := func() {
		t.Helper()
		if _, err := c.Logical().Write("auth/approle/login", body{"role_id": credentials[0].RoleID, "secret_id": credentials[0].SecretID}); err != nil {
			t.Fatal(err)
		}
	}
	logIn()
	said := func(by *vault.Admin) (all []string) {
		t.Helper()
		for _, p := range policies {
			d, err := by.Differences(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d...)
		}
		d, err := by.Beside(t.Context(), policies...)
		if err != nil {
			t.Fatal(err)
		}
		return append(all, d...)
	}
	if now := said(s.admin); len(now) > 0 {
		t.Fatalf("before anything was done: %q", now)
	}
	put := func(path string, b body) func() { return func() { s.must(t, path, b) } }
	remove := func(paths ...string) func() {
		return func() {
			for _, path := range paths {
				if _, err := c.Logical().Delete(path); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	accessorOf := func(mount string) string {
		auths, err := c.Sys().ListAuth()
		if err != nil {
			t.Fatal(err)
		}
		return auths[mount+"/"].Accessor
	}
	entity := func() string { // that of agents, which its log-in made
		found, err := c.Logical().Write("identity/lookup/entity", body{"alias_name": credentials[0].RoleID, "alias_mount_accessor": accessorOf("approle")})
		if err != nil || found == nil {
			t.Fatal(found, err)
		}
		return fmt.Sprint(found.Data["id"])
	}
	token := func(r *api.TokenCreateRequest) (end func()) {
		made, err := c.Auth().Token().Create(r)
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := c.Auth().Token().RevokeTree(made.Auth.ClientToken); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.must(t, "sys/policies/acl/everything", body{"policy": wide})
	undo, key := func() {}, s.key(t, "sceau-person-", crypto.WrapKey)
	role := "auth/approle/role/sceau-agents"
	apply := func() {
		if err := s.admin.Apply(t.Context(), policies...); err != nil {
			t.Fatal(err)
		}
	}
	first, err := c.Sys().GetPolicy("default")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		do, undo func()
		want     string
	}{
		{"a policy over all keys", func() {}, func() {}, "vault: policy everything reaches transit/*, and is no identity's of Sceau"},
		{"a role of another name", put("auth/approle/role/helper", body{"token_policies": "everything"}), remove("auth/approle/role/helper"),
			"vault: auth/approle/role/helper gives the policy everything, which reaches transit/*"},
		{"a role that gives what an identity may", put("auth/approle/role/helper", body{"token_policies": "sceau-agents"}), remove("auth/approle/role/helper"),
			"vault: auth/approle/role/helper gives the policy sceau-agents, which reaches what agents may"},
		{"another mount of roles", func() {
			s.must(t, "sys/auth/elsewhere", body{"type": "approle"})
			s.must(t, "auth/elsewhere/role/sceau-agents", body{"token_policies": "sceau-agents"})
		}, remove("sys/auth/elsewhere"), "vault: auth/elsewhere/role/sceau-agents gives the policy sceau-agents, which"},
		{"a role of tokens", put("auth/token/roles/helper", body{"allowed_policies_glob": "every*"}), remove("auth/token/roles/helper"),
			"vault: auth/token/roles/helper gives the policy every*, which"},
		{"the entity of an identity", func() { s.must(t, "identity/entity/id/"+entity(), body{"policies": "everything"}) },
			func() { s.must(t, "identity/entity/id/"+entity(), body{"policies": []string{}}) }, "agents: its entity gives the policy everything, and should give none"},
		{"a group of an identity", func() {
			s.must(t, "identity/group", body{"name": "helpers", "policies": "everything", "member_entity_ids": entity()})
		}, remove("identity/group/name/helpers"), "agents: the group helpers gives the policy everything, and should give none"},
		{"a group above its group", func() {
			made, err := c.Logical().Write("identity/group", body{"name": "below", "member_entity_ids": entity()})
			if err != nil {
				t.Fatal(err)
			}
			s.must(t, "identity/group", body{"name": "above", "policies": "everything", "member_group_ids": made.Data["id"]})
		}, remove("identity/group/name/above", "identity/group/name/below"), "agents: the group above gives the policy everything, and should give none"},
		{"an entity of nobody's", put("identity/entity", body{"name": "visitor", "policies": "everything"}), remove("identity/entity/name/visitor"), "vault: entity visitor gives the policy everything, which"},
		{"a group of nobody's", put("identity/group", body{"name": "helpers", "policies": "everything"}), remove("identity/group/name/helpers"), "vault: group helpers gives the policy everything, which"},
		{"a token made by hand", func() { undo = token(&api.TokenCreateRequest{Policies: []string{"everything"}}) }, func() { undo() }, "vault: a token (token) of auth/token/create gives the policy everything, which"},
		{"another root token", func() { undo = token(&api.TokenCreateRequest{Policies: []string{"root"}}) }, func() { undo() }, "may do anything: it is a root token"},
		{"a token from before a role was mended", func() {
			s.must(t, role, body{"token_policies": []string{"sceau-agents", "everything"}})
			logIn()
			apply()
		}, func() {
			if _, err := c.Logical().Write("sys/leases/revoke-prefix/auth/approle/login", nil); err != nil {
				t.Fatal(err)
			}
		}, "agents: a token of it carries the policy everything, and should carry sceau-agents alone"},
		{"no secret asked for", put(role, body{"bind_secret_id": false, "token_bound_cidrs": "127.0.0.1/32"}), apply, "agents: its role has bind_secret_id false, and should have true"},
		{"addresses of tokens", put(role, body{"token_bound_cidrs": "127.0.0.1/32"}), apply, "agents: its role has token_bound_cidrs [127.0.0.1], and should have none"},
		{"addresses of secret ids", put(role, body{"secret_id_bound_cidrs": "127.0.0.1/32"}), apply, "agents: its role has secret_id_bound_cidrs [127.0.0.1/32], and should have none"},
		{"uses of secret ids", put(role, body{"secret_id_num_uses": 5}), apply, "agents: its role has secret_id_num_uses 5, and should have 0"},
		{"the life of secret ids", put("auth/approle/role/sceau-reseal", body{"secret_id_ttl": 0}), apply, "reseal: its role has secret_id_ttl 0, and should have 600"},
		{"the life of tokens", put(role, body{"token_ttl": 7200}), apply, "agents: its role has token_ttl 7200, and should have 3600"},
		{"tokens that never end", put(role, body{"token_period": 3600}), apply, "agents: its role has token_period 3600, and should have 0"},
		{"tokens of another kind", put(role, body{"token_type": "batch"}), apply, "agents: its role has token_type batch, and should have service"},
		{"the default policy, to an identity", put(role, body{"token_no_default_policy": false}), apply, "agents: its role has token_no_default_policy false, and should have true"},
		{"the default policy", func() {
			s.must(t, "sys/policies/acl/default", body{"policy": first + `path "secret/*" { capabilities = ["read"] }`})
		},
			func() { s.must(t, "sys/policies/acl/default", body{"policy": first}) }, `vault: policy default, which Vault makes: it has "secret/*"`},
		{"the default policy, towards keys", func() { s.must(t, "sys/policies/acl/default", body{"policy": first + wide}) },
			func() { s.must(t, "sys/policies/acl/default", body{"policy": first}) }, "vault: policy default reaches transit/*, and is no identity's of Sceau"},
		{"a key that may leave", put("transit/keys/"+key+"/config", body{"exportable": true}), func() {
			put("transit/keys/"+key+"/config", body{"deletion_allowed": true})()
			remove("transit/keys/" + key)()
		}, "vault: key " + key + " has exportable true, and should have false"},
		{"keys made by use", put("transit/config/keys", body{"disable_upsert": false}), put("transit/config/keys", body{"disable_upsert": true}), "vault: transit makes a key of whatever name"},
	} {
		tt.do()
		now := said(s.admin)
		if !slices.ContainsFunc(now, func(s string) bool { return strings.Contains(s, tt.want) }) {
			t.Errorf("%s is not named:\n%s", tt.name, strings.Join(now, "\n"))
		}
		tt.undo()
	}
	if left := said(s.admin); !slices.Equal(left, []string{"vault: policy everything reaches transit/*, and is no identity's of Sceau"}) {
		t.Errorf("these cases leave behind %q", left)
	}
	// An administrator who is not root: their own policy is no drift, and what they may
	// not see is said.
	s.must(t, "sys/policies/acl/admins", body{"policy": `path "sys/*" { capabilities = ["read", "list", "sudo", "update"] }
path "auth/approle/*" { capabilities = ["read", "list", "update"] }
path "transit/keys/*" { capabilities = ["read"] }`})
	made, err := c.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"admins"}})
	if err != nil {
		t.Fatal(err)
	}
	now := said(serverAs(t, own.Addr, made.Auth.ClientToken))
	for _, want := range []string{"which keys there are is not seen", "which tokens live is not seen", "which groups there are is not seen", "which entities there are is not seen", "what auth/token/roles gives is not seen"} {
		if !slices.ContainsFunc(now, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("an administrator who may see less is not told that %s:\n%s", want, strings.Join(now, "\n"))
		}
	}
	if slices.ContainsFunc(now, func(s string) bool { return strings.Contains(s, "policy admins") }) {
		t.Errorf("the administrator's own policy is named: %q", now)
	}
}

func serverAs(t *testing.T, addr, token string) *vault.Admin {
	t.Helper()
	admin, err := vault.NewAdmin(vault.Config{Addr: addr, TokenFile: file(t, token)})
	if err != nil {
		t.Fatal(err)
	}
	return admin
}

func TestTheDefaultPolicyIsThatOfTheVaultThatIsBuilt(t *testing.T) {
	own := testkit.OwnVault(t, "file")
	c := serverAt(t, own.Addr, own.Token).raw(t)
	text, err := c.Sys().GetPolicy("default")
	if err != nil {
		t.Fatal(err)
	}
	health, err := c.Sys().Health()
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("# as Vault %s makes it\n%s", health.Version, text)
	const golden = "default.hcl"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || got != string(want) {
		t.Errorf("the default policy differs from %s (%v):\n%s", golden, err, got)
	}
}
