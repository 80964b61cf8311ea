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
