package vault_test

import (
	"slices"
	"strings"
	"testing"

	"sceau/crypto/vault"
)

func TestWhatALiveVaultAllowsOtherwiseIsNamed(t *testing.T) {
	s := shared(t)
	p := vault.Policy{Identity: "compared-" + suffix(), Decrypt: []string{"sceau-person-*"}, HMAC: []string{"sceau-index-ine-*"}}
	name, role := vault.RoleName(p.Identity), "auth/approle/role/"+vault.RoleName(p.Identity)
	compare := func() []string {
		t.Helper()
		said, err := s.admin.Differences(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := compare(); !slices.Equal(said, []string{p.Identity + ": has no policy", p.Identity + ": has no role"}) {
		t.Errorf("before anything was applied: %q", said)
	}
	if err := s.admin.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if said := compare(); len(said) > 0 {
		t.Errorf("as applied: %q", said)
	}
	text, err := p.Text("transit")
	if err != nil {
		t.Fatal(err)
	}
	// An administrator applies a file with its heading, or with another editor's spaces.
	put := func(text string) {
		t.Helper()
		if err := s.raw(t).Sys().PutPolicy(name, text); err != nil {
			t.Fatal(err)
		}
	}
	put("# a heading\n\n" + strings.ReplaceAll(text, "  ", "\t"))
	if said := compare(); len(said) > 0 {
		t.Errorf("with a heading and tabs: %q", said)
	}
	for what, tt := range map[string]struct{ text, want string }{
		"a path more":              {text + "path \"sys/policies/acl/*\" {\n  capabilities = [\"update\"]\n}\n", `has "sys/policies/acl/*", which is not generated`},
		"a path more, on one line": {text + `path "sys/*" { capabilities = ["update"] }`, `sys/*`},
		"a path more, hidden":      {strings.TrimSuffix(text, "\n") + ` path "sys/*" { capabilities = ["update"] }`, "otherwise than generated"},
		"the same path twice":      {text + "path \"transit/decrypt/sceau-person-*\" {\n  capabilities = [\"update\"]\n}\n", `has "transit/decrypt/sceau-person-*" otherwise than generated`},
		"a batch":                  {strings.Replace(text, `    "input" = []`, "    \"input\" = []\n    \"batch_input\" = []", 1), `has "transit/hmac/sceau-index-ine-*" otherwise than generated`},
		"a path less":              {text[:strings.Index(text, `path "transit/hmac`)] + text[strings.Index(text, `path "auth/`):], `lacks "transit/hmac/sceau-index-ine-*"`},
	} {
		put(tt.text)
		if said := compare(); len(said) != 1 || !strings.HasPrefix(said[0], p.Identity+": ") || !strings.Contains(said[0], tt.want) {
			t.Errorf("%s: %q, want %q", what, said, tt.want)
		}
	}
	put(text)
	s.must(t, role, body{"token_policies": []string{name, "somebody-else"}, "token_no_default_policy": false})
	if said := strings.Join(compare(), "\n"); !strings.Contains(said, "somebody-else") || !strings.Contains(said, "token_no_default_policy") {
		t.Errorf("a role with more policies: %q", said)
	}
}
