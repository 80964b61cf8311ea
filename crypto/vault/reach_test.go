package vault

import "testing"

// Vault's own reading of a path decides what a policy reaches.
func TestWhatAPolicyReaches(t *testing.T) {
	for _, tt := range []struct{ name, policy, want string }{
		{"all of the engine", `path "transit/*" { capabilities = ["update"] }`, "transit/*"},
		{"one verb of all keys", `path "transit/decrypt/*" { capabilities = ["update"] }`, "transit/decrypt/*"},
		{"one key", `path "transit/decrypt/sceau-person-2026" { capabilities = ["update"] }`, "transit/decrypt/sceau-person-2026"},
		{"the beginning of our names", `path "transit/+/sce*" { capabilities = ["update"] }`, "transit/+/sce*"},
		{"everything", `path "*" { capabilities = ["read"] }`, "*"},
		{"a word between", `path "transit/export/encryption-key/+" { capabilities = ["read"] }`, "transit/export/encryption-key/+"},
		{"the old word", `path "transit/*" { policy = "write" }`, "transit/*"},
		{"as JSON", `{"path": {"transit/*": {"capabilities": ["update"]}}}`, "transit/*"},
		{"a slash before", `path "/transit/*" { capabilities = ["update"] }`, "transit/*"},
		{"a template", `path "transit/decrypt/{{identity.entity.name}}" { capabilities = ["update"] }`, "transit/decrypt/{{identity.entity.name}}"},
		{"secret ids of a role", `path "auth/approle/role/+/secret-id" { capabilities = ["update"] }`, "auth/approle/role/+/secret-id"},
		{"who writes policies", `path "sys/policies/acl/team-*" { capabilities = ["create"] }`, "sys/policies/acl/team-*"},
		{"who writes entities", `path "identity/*" { capabilities = ["update"] }`, "identity/*"},
		{"who makes tokens of any policy", `path "auth/token/create" { capabilities = ["update", "sudo"] }`, "auth/token/create"},

		{"another team's key", `path "transit/decrypt/team-*" { capabilities = ["update"] }`, ""},
		{"another engine", `path "transit2/*" { capabilities = ["update"] }`, ""},
		{"a refusal", `path "transit/*" { capabilities = ["deny"] }`, ""},
		{"who reads policies", `path "sys/policies/acl/*" { capabilities = ["read", "list"] }`, ""},
		{"who makes tokens of their own policies", `path "auth/token/create" { capabilities = ["update"] }`, ""},
		{"nothing", ``, ""},
	} {
		got, err := reach(tt.policy, grounds("transit", "approle"))
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := reach(`path "transit/*" {`, grounds("transit", "approle")); err == nil {
		t.Error("a policy that does not parse reaches nothing")
	}
}
