package promises_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"sceau/internal/house"
)

func TestWhatSomebodyAddedToAPolicyOfVaultIsNamedAndTakenBack(t *testing.T) {
	p := open(t)
	differences := func() []string {
		t.Helper()
		said, err := p.VaultDifferences(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := differences(); len(said) > 0 {
		t.Fatalf("before anything: %q", said)
	}
	token, err := p.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	root, thief := caller{p.at.VaultAddr, token}, p.logIn(t, "publish")
	key := p.keysOfCampaign(t, campaigns[0])
	person := key[slices.IndexFunc(key, func(k vaultKey) bool { return k.family == "person" })]
	try := func() int {
		code, _ := thief.do(t, "POST", "transit/decrypt/"+person.name, bodies["decrypt"])
		return code
	}
	if code := try(); code != 403 {
		t.Fatalf("publish opens persons: %d", code)
	}
	wide := `path "transit/*" { capabilities = ["update"] }`
	if code, said := root.do(t, "PUT", "sys/policies/acl/sceau-publish", map[string]string{"policy": wide}); code != 204 {
		t.Fatalf("widening a policy: %d %s", code, said)
	}
	if code := try(); code == 403 {
		t.Error("the wider policy changed nothing")
	}
	if said := strings.Join(differences(), "\n"); !strings.Contains(said, `publish: has "transit/*"`) || !strings.Contains(said, "publish: lacks ") || strings.Contains(said, "agents") {
		t.Errorf("with a wider policy: %q", said)
	}
	// What sceau up does, on a house that is furnished already.
	if err := house.Furnish(t.Context(), p.at, io.Discard); err != nil {
		t.Fatal(err)
	}
	if said := differences(); len(said) > 0 {
		t.Errorf("after the policies were written again: %q", said)
	}
	if code := try(); code != 403 {
		t.Errorf("publish still opens persons: %d", code)
	}
}

// What somebody gave beside the policies of the identities is named as well: the log-in
// of one of ours opens more than its own policy says.
func TestWhatSomebodyGaveBesideThePoliciesOfVaultIsNamed(t *testing.T) {
	p := open(t)
	token, err := p.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	root := caller{p.at.VaultAddr, token}
	do := func(method, path string, body map[string]any) {
		t.Helper()
		if code, said := root.do(t, method, path, body); code != 200 && code != 204 {
			t.Fatalf("%s %s: %d %s", method, path, code, said)
		}
	}
	said := func() string {
		t.Helper()
		all, err := p.VaultDifferences(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "\n")
	}
	do("PUT", "sys/policies/acl/everything", map[string]any{"policy": `path "transit/*" { capabilities = ["update"] }`})
	do("POST", "auth/approle/role/helper", map[string]any{"token_policies": "everything"})
	do("POST", "auth/approle/role/sceau-publish", map[string]any{"bind_secret_id": false, "token_bound_cidrs": "127.0.0.1/32"})
	now := said()
	for _, want := range []string{"policy everything reaches transit/*", "auth/approle/role/helper gives the policy everything",
		"publish: its role has bind_secret_id false", "publish: its role has token_bound_cidrs [127.0.0.1]"} {
		if !strings.Contains(now, want) {
			t.Errorf("it is not named that %s:\n%s", want, now)
		}
	}
	do("DELETE", "auth/approle/role/helper", nil)
	do("DELETE", "sys/policies/acl/everything", nil)
	if err := house.Furnish(t.Context(), p.at, io.Discard); err != nil {
		t.Fatal(err)
	}
	if left := said(); left != "" {
		t.Errorf("after it was taken back: %s", left)
	}
}
