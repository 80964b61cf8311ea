package promises_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// may is what each identity asks of Vault, by verb, in families of keys: "branch" is
// the key of a class that wraps branch keys, "own" that of health or fraud, which
// wraps a secret of each person. It is written here a second time, from the
// architecture, so that a credential that can do more is seen.
var may = map[string]map[string][]string{
	"intake":         {"encrypt": {"person", "own", "day"}, "decrypt": {"branch", "routing", "day"}, "hmac": {"index"}},
	"portal":         {"encrypt": {"person", "day"}, "decrypt": {"person", "branch", "routing", "day"}, "hmac": {"index"}},
	"health":         {"encrypt": {"day"}, "decrypt": {"person", "own:health", "routing", "day"}},
	"agents":         {"encrypt": {"person", "day"}, "decrypt": {"person", "branch", "branch:agents", "routing", "day"}, "hmac": {"index"}},
	"rights":         {"encrypt": {"own", "hold", "day"}, "decrypt": {"person", "branch", "own", "routing", "hold", "day"}, "hmac": {"index"}},
	"project":        {"encrypt": {"run", "day"}, "decrypt": {"person", "branch:identity", "branch:contact", "branch:income", "branch:schooling", "branch:choices", "branch:recourse", "routing", "day"}},
	"keyring":        {"encrypt": {"day"}, "decrypt": {"day"}, "rewrap": {"person", "branch", "branch:agents", "own", "routing", "hold", "run"}, "keep": {"person", "branch", "branch:agents", "own", "routing", "hold", "run"}},
	"keyring-verify": {"encrypt": {"day"}, "decrypt": {"person", "branch", "branch:agents", "own", "routing", "hold", "run", "day"}},
	"reseal":         {"decrypt": {"person", "branch", "branch:agents"}},
	"archive": {"encrypt": {"own:fraud", "day"}, "decrypt": {"person", "branch:identity", "branch:family", "branch:income", "branch:choices",
		"branch:guidance_needs", "own:fraud", "routing", "day"}},
	"trace-write": {"encrypt": {"day"}, "decrypt": {"day"}},
	"trace-read":  {"decrypt": {"day"}},
	"core":        {"encrypt": {"run", "day"}, "decrypt": {"run", "day"}},
	"publish":     {"encrypt": {"day"}, "decrypt": {"day"}},
}

// batching are the identities of jobs, which may send many items in one call.
var batching = []string{"intake", "project", "keyring", "keyring-verify", "reseal", "archive"}

// A vaultKey is one key of Vault and its family.
type vaultKey struct{ name, family, of string }

// keysOfCampaign are the names of all keys of a campaign, and that of the traces.
func (p *place) keysOfCampaign(t testing.TB, campaign string) []vaultKey {
	t.Helper()
	rows, err := p.owner["keyring"].Query(context.Background(), "SELECT name, role, key_of FROM key_name WHERE campaign = $1 ORDER BY name", campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	keys := []vaultKey{{crypto.DayKey, "day", ""}}
	for rows.Next() {
		var k vaultKey
		if err := rows.Scan(&k.name, &k.family, &k.of); err != nil {
			t.Fatal(err)
		}
		if k.family == "class" {
			k.family = "branch"
		}
		keys = append(keys, k)
	}
	if len(keys) < 20 {
		t.Fatalf("%d keys of a campaign: too few", len(keys))
	}
	return keys
}

// allowed says whether the list above has a key for an identity and a verb. A family
// stands for all its classes, but agents, whose data are no candidate's.
func allowed(identity, verb string, k vaultKey) bool {
	families := may[identity][verb]
	return slices.Contains(families, k.family+":"+k.of) || k.of != "agents" && slices.Contains(families, k.family) ||
		identity == "intake" && k.of == "agents" && slices.Contains(families, k.family)
}

// A caller is a token of Vault.
type caller struct {
	addr, token string
}

func (c caller) do(t testing.TB, method, path string, body any) (int, string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(method, c.addr+"/v1/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		r.Header.Set("X-Vault-Token", c.token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(said)
}

// logIn enters Vault with the credential of an identity, as a thief of its files. That of
// a job has none: it enters with what an administrator issues.
func (p *place) logIn(t testing.TB, identity string) caller {
	t.Helper()
	if who, _ := p.Catalogue.Identity(identity); who.Job {
		return p.jobLogIn(t, identity)
	}
	var role struct {
		RoleID string `json:"role_id"`
	}
	text, err := os.ReadFile(p.Path("identities", identity+".json"))
	if err == nil {
		err = json.Unmarshal(text, &role)
	}
	if err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile(p.Path("identities", identity+".secret-id"))
	if err != nil {
		t.Fatal(err)
	}
	c := caller{addr: p.at.VaultAddr}
	code, said := c.do(t, "POST", "auth/approle/login", map[string]string{"role_id": role.RoleID, "secret_id": strings.TrimSpace(string(secret))})
	var answer struct {
		Auth struct {
			ClientToken string `json:"client_token"`
		} `json:"auth"`
	}
	if err := json.Unmarshal([]byte(said), &answer); code != 200 || err != nil || answer.Auth.ClientToken == "" {
		t.Fatalf("%s does not enter Vault: %d", identity, code)
	}
	c.token = answer.Auth.ClientToken
	return c
}

func (p *place) jobLogIn(t testing.TB, identity string) caller {
	t.Helper()
	root, err := p.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	role := "auth/approle/role/" + vault.RoleName(identity)
	told := func(c caller, method, path string, body any) (answer struct {
		Data map[string]any
		Auth struct {
			ClientToken string `json:"client_token"`
		}
	}) {
		t.Helper()
		code, said := c.do(t, method, path, body)
		if err := json.Unmarshal([]byte(said), &answer); code != 200 || err != nil {
			t.Fatalf("%s %s: %d, %v", method, path, code, err)
		}
		return answer
	}
	admin := caller{p.at.VaultAddr, root}
	id, secret := told(admin, "GET", role+"/role-id", nil), told(admin, "POST", role+"/secret-id", map[string]any{})
	c := caller{addr: p.at.VaultAddr}
	c.token = told(c, "POST", "auth/approle/login", map[string]any{"role_id": id.Data["role_id"], "secret_id": secret.Data["secret_id"]}).Auth.ClientToken
	if code, _ := c.do(t, "POST", "auth/approle/login", map[string]any{"role_id": id.Data["role_id"], "secret_id": secret.Data["secret_id"]}); code == 200 {
		t.Errorf("the credential of %s logs in twice", identity)
	}
	return c
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// Nothing that Vault wrapped: who may decrypt is told that it does not open (400), who
// may not is told so (403).
var strangeWrap = "vault:v1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 60))

// bodies of one item for each verb of transit.
var bodies = map[string]map[string]any{
	"encrypt": {"plaintext": b64(strings.Repeat("s", 32)), "context": b64("somewhere")},
	"decrypt": {"ciphertext": strangeWrap, "context": b64("somewhere")},
	"hmac":    {"input": b64("somebody@example.org")},
	"rewrap":  {"ciphertext": strangeWrap, "context": b64("somewhere")},
	"sign":    {"input": b64("x")}, "verify": {"input": b64("x"), "hmac": "vault:v1:eA=="},
	"datakey/plaintext": {"context": b64("somewhere")}, "datakey/wrapped": {"context": b64("somewhere")},
}

func TestEachIdentityDoesInVaultWhatItHasToAndNothingElse(t *testing.T) {
	p := open(t)
	identities := p.Catalogue.Identities()
	if len(identities) != len(may) {
		t.Fatalf("%d identities in the catalogue, %d here", len(identities), len(may))
	}
	keys := p.keysOfCampaign(t, "2026")
	tried, granted := 0, 0
	for _, who := range identities {
		c := p.logIn(t, who.Name)
		batches := slices.Contains(batching, who.Name)
		if who.Batch != batches {
			t.Errorf("%s: batches %t in the catalogue, %t here", who.Name, who.Batch, batches)
		}
		try := func(what, path string, body any, ok bool) {
			code, _ := c.do(t, "POST", path, body)
			tried++
			switch {
			case ok && code == 403:
				t.Errorf("%s may not %s, which it has to", who.Name, what)
			case !ok && code != 403:
				t.Errorf("%s may %s: Vault answers %d, want 403", who.Name, what, code)
			}
			if ok {
				granted++
			}
		}
		for _, k := range keys {
			label := strings.TrimSuffix(k.family+" "+k.of, " ")
			for verb, body := range bodies {
				ok := allowed(who.Name, verb, k)
				try(verb+" with the key of "+label, "transit/"+verb+"/"+k.name, body, ok)
				batch := map[string]any{"batch_input": []any{body, body}}
				try(verb+" a batch with the key of "+label, "transit/"+verb+"/"+k.name, batch, ok && batches)
				if !batches {
					// A batch beside one honest item, and an empty one.
					both := map[string]any{"batch_input": []any{body}}
					for name, v := range body {
						both[name] = v
					}
					try(verb+" an item and a batch with the key of "+label, "transit/"+verb+"/"+k.name, both, false)
					try(verb+" an empty batch with the key of "+label, "transit/"+verb+"/"+k.name, map[string]any{"batch_input": []any{}}, false)
				}
			}
			// What no identity does to a key. What keeps one may do is in everywhere_test.go.
			for _, path := range []string{"transit/keys/" + k.name, "transit/keys/" + k.name + "/config", "transit/keys/" + k.name + "/rotate",
				"transit/keys/" + k.name + "/trim", "transit/keys/" + k.name + "/import", "transit/restore/" + k.name} {
				try("write "+strings.ReplaceAll(path, k.name, label), path, map[string]any{"deletion_allowed": true, "min_available_version": 1}, false)
			}
			for _, path := range []string{"transit/keys/" + k.name, "transit/export/encryption-key/" + k.name, "transit/export/hmac-key/" + k.name, "transit/backup/" + k.name} {
				if path == "transit/keys/"+k.name && allowed(who.Name, "keep", k) {
					continue
				}
				if code, _ := c.do(t, "GET", path, nil); code != 403 {
					t.Errorf("%s may read %s: %d", who.Name, strings.ReplaceAll(path, k.name, label), code)
				}
			}
			if code, _ := c.do(t, "DELETE", "transit/keys/"+k.name, nil); code != 403 {
				t.Errorf("%s may delete the key of %s: %d", who.Name, label, code)
			}
		}
		// An absent key is not made by being used: a late writer would revive a campaign.
		for _, k := range keys {
			absent := strings.TrimRight(k.name, "abcdefghijklmnopqrstuvwxyz234567") + "neverwas"
			for _, verb := range []string{"encrypt", "hmac", "decrypt"} {
				code, _ := c.do(t, "POST", "transit/"+verb+"/"+absent, bodies[verb])
				tried++
				if code != 403 && code != 400 && code != 404 || code == 200 {
					t.Errorf("%s: %s with a key that does not exist answers %d", who.Name, verb, code)
				}
			}
		}
		for _, path := range []string{"sys/policies/acl/mine", "sys/mounts/mine", "auth/approle/role/" + who.Name, "auth/approle/role/" + who.Name + "/secret-id",
			"auth/token/create", "sys/seal", "sys/rotate", "transit/config/keys", "transit/keys/sceau-person-mine"} {
			try("write "+path, path, map[string]any{"type": "transit", "policy": "path \"*\" { capabilities = [\"read\"] }"}, false)
		}
		for _, path := range []string{"sys/policies/acl?list=true", "transit/keys?list=true", "auth/approle/role?list=true", "sys/raw/core", "sys/storage/raft/snapshot"} {
			if code, _ := c.do(t, "GET", path, nil); code != 403 && code != 404 {
				t.Errorf("%s may read %s: %d", who.Name, path, code)
			}
		}
	}
	// None of all this made a key.
	root, err := p.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, said := (caller{p.at.VaultAddr, root}).do(t, "GET", "transit/keys?list=true", nil); strings.Contains(said, "neverwas") || strings.Contains(said, "mine") {
		t.Error("a key that nobody made is there")
	}
	t.Logf("%d identities, %d keys, %d requests of which %d are theirs to make", len(identities), len(keys), tried, granted)
}

// vaultAs is Vault, to who stole the credential of an identity.
func (p *place) vaultAs(t testing.TB, identity string) *vault.Client {
	t.Helper()
	var role struct {
		RoleID string `json:"role_id"`
	}
	text, err := os.ReadFile(p.Path("identities", identity+".json"))
	if err == nil {
		err = json.Unmarshal(text, &role)
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := vault.New(vault.Config{Addr: p.at.VaultAddr, RoleID: role.RoleID, SecretIDFile: p.Path("identities", identity+".secret-id"), Single: true})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// The sentences of the architecture, with real wraps of real people.
func TestAnIdentityOpensNoWrapThatIsNotForIt(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	one := p.people[0]
	ringOf := func(identity string) *crypto.Keyring {
		client := p.vaultAs(t, identity)
		// The whole keyring in the thief's hands, by the owner's role.
		dsn, err := p.at.DSN("keyring", roles.Owner)
		if err != nil {
			t.Fatal(err)
		}
		store, err := keyring.Open(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		return &crypto.Keyring{Service: client, Store: store}
	}
	person := func(k *crypto.Keyring) error { _, err := k.Person(ctx, one.campaign, one.ref); return err }
	own := func(class string) func(*crypto.Keyring) error {
		return func(k *crypto.Keyring) error {
			_, err := k.ClassSecret(ctx, one.campaign, class, one.ref)
			return err
		}
	}
	branch := func(class string) func(*crypto.Keyring) error {
		return func(k *crypto.Keyring) error {
			_, _, err := k.Branch(ctx, one.campaign, class, "", 0)
			return err
		}
	}
	for _, tt := range []struct {
		identity, what string
		open           func(*crypto.Keyring) error
		opens          bool
	}{
		{"intake", "a person's secret", person, false},
		{"intake", "a health secret", own("health"), false},
		{"intake", "a fraud secret", own("fraud"), false},
		{"intake", "the branch key that it seals with", branch("file"), true},
		{"agents", "a person's secret", person, true},
		{"agents", "a health secret", own("health"), false},
		{"agents", "a fraud secret", own("fraud"), false},
		{"portal", "a person's secret", person, true},
		{"portal", "a health secret", own("health"), false},
		{"portal", "a fraud secret", own("fraud"), false},
		{"health", "a health secret", own("health"), true},
		{"health", "a fraud secret", own("fraud"), false},
		{"health", "the branch key of a class", branch("file"), false},
		{"rights", "a fraud secret", own("fraud"), true},
		{"archive", "a health secret", own("health"), false},
		{"project", "a health secret", own("health"), false},
		{"keyring-verify", "the branch key of a class", branch("file"), true},
		{"keyring-verify", "a health secret", own("health"), true},
		{"keyring", "the branch key of a class", branch("file"), false},
		{"keyring", "a person's secret", person, false},
		{"trace-read", "a person's secret", person, false},
		{"trace-write", "a person's secret", person, false},
		{"core", "a person's secret", person, false},
		{"publish", "a person's secret", person, false},
	} {
		err := tt.open(ringOf(tt.identity))
		switch {
		case tt.opens && err != nil:
			t.Errorf("%s opens %s: %v", tt.identity, tt.what, err)
		case !tt.opens && !errors.Is(err, crypto.ErrRefused):
			t.Errorf("%s opens %s: %v, want %v", tt.identity, tt.what, err, crypto.ErrRefused)
		}
	}
	if _, err := ringOf("trace-read").Service.Wrap(ctx, crypto.DayKey, crypto.Plain{Context: []byte("x"), Secret: make([]byte, 32)}); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("who reads traces wraps the key of a day: %v, want %v", err, crypto.ErrRefused)
	}
}
