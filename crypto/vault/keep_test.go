package vault_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"

	"sceau/crypto"
	"sceau/crypto/vault"
)

// A thief sends what no client of ours would: a body as it was typed, to any path.
type thief struct{ addr, token string }

func (s *server) thief(t *testing.T, policy string) thief {
	t.Helper()
	made, err := s.raw(t).Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{policy}, NoDefaultPolicy: true})
	if err != nil {
		t.Fatal(err)
	}
	return thief{s.addr, made.Auth.ClientToken}
}

func (c thief) send(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.addr+"/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Vault-Token", c.token)
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

func TestWhoKeepsAKeyDoesWhatTurningItNeedsAndNothingElse(t *testing.T) {
	s := shared(t)
	if err := s.admin.CreateKey(t.Context(), crypto.DayKey, crypto.WrapKey); err != nil {
		t.Fatal(err)
	}
	own, other := s.key(t, "sceau-person-2026-", crypto.WrapKey), s.key(t, "sceau-person-2026-", crypto.WrapKey)
	index := s.key(t, "sceau-index-ine-2026-", crypto.MACKey)
	c := s.thief(t, policyOf(t, s, vault.Policy{Identity: "keyring", Keep: []string{own}, Batch: true}))

	for _, tt := range []struct {
		what, method, path, body string
		want                     int
	}{
		{"reading about it", "GET", "", "", 200},
		{"rotating it", "POST", "/rotate", "", 200},
		{"rotating it with an empty body", "POST", "/rotate", "{}", 200},
		{"closing it to new wraps of old versions", "POST", "/config", `{"min_encryption_version":2}`, 200},
		{"closing it to old wraps", "POST", "/config", `{"min_decryption_version":2}`, 200},
		{"trimming it", "POST", "/trim", `{"min_available_version":2}`, 200},

		{"rotating to a key of somebody else's", "POST", "/rotate", `{"managed_key_name":"mine"}`, 403},
		{"letting it be deleted", "POST", "/config", `{"deletion_allowed":true}`, 403},
		{"letting it be deleted, in capitals", "POST", "/config", `{"Deletion_Allowed":true}`, 403},
		{"letting it be deleted beside what is allowed", "POST", "/config", `{"min_decryption_version":2,"deletion_allowed":true}`, 403},
		{"making it exportable", "POST", "/config", `{"exportable":true}`, 403},
		{"making its backups clear", "POST", "/config", `{"allow_plaintext_backup":true}`, 403},
		{"having it turn by itself", "POST", "/config", `{"auto_rotate_period":"1h"}`, 403},
		{"trimming with more words", "POST", "/trim", `{"min_available_version":2,"force":true}`, 403},
		{"deleting it", "DELETE", "", "", 403},
		{"making it anew", "POST", "", `{"type":"aes256-gcm96"}`, 403},
		{"importing into it", "POST", "/import_version", `{"ciphertext":"AAAA"}`, 403},
	} {
		if code, said := c.send(t, tt.method, "transit/keys/"+own+tt.path, tt.body); code != tt.want {
			t.Errorf("%s: %d, want %d: %s", tt.what, code, tt.want, said)
		}
	}
	// The one parameter of ours is not a way to name another key.
	if code, _ := c.send(t, "POST", "transit/keys/"+own+"/config", fmt.Sprintf(`{"name":%q,"min_decryption_version":2}`, other)); code != 403 {
		t.Errorf("a name in the body: %d, want 403", code)
	}
	for _, key := range []string{other, index, crypto.DayKey, "sceau-person-2026-neverwas"} {
		for _, tt := range []struct{ method, path, body string }{
			{"GET", "", ""}, {"POST", "/rotate", ""}, {"POST", "/trim", `{"min_available_version":1}`},
			{"POST", "/config", `{"min_decryption_version":1}`}, {"DELETE", "", ""},
		} {
			if code, _ := c.send(t, tt.method, "transit/keys/"+key+tt.path, tt.body); code != 403 {
				t.Errorf("%s of %s%s, which it does not keep: %d, want 403", tt.method, key, tt.path, code)
			}
		}
	}
	for _, path := range []string{"encrypt/", "decrypt/", "rewrap/", "datakey/plaintext/", "datakey/wrapped/", "hmac/"} {
		if code, _ := c.send(t, "POST", "transit/"+path+own, `{"plaintext":"YQ==","context":"YQ==","ciphertext":"vault:v1:AAAA","input":"YQ=="}`); code != 403 {
			t.Errorf("%s: %d, want 403", path, code)
		}
	}
	for _, path := range []string{"transit/export/encryption-key/" + own, "transit/backup/" + own, "transit/keys?list=true"} {
		if code, _ := c.send(t, "GET", path, ""); code != 403 {
			t.Errorf("reading %s: %d, want 403", path, code)
		}
	}
}

func TestWhoRewrapsSeesNothing(t *testing.T) {
	s := shared(t)
	own, other := s.key(t, "sceau-person-", crypto.WrapKey), s.key(t, "sceau-class-health-", crypto.WrapKey)
	c := s.thief(t, policyOf(t, s, vault.Policy{Identity: "keyring", Rewrap: []string{"sceau-person-*"}, Batch: true}))
	alone := s.thief(t, policyOf(t, s, vault.Policy{Identity: "one", Rewrap: []string{"sceau-person-*"}}))
	wraps, err := s.admin.Wrap(t.Context(), own, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	item := fmt.Sprintf(`{"ciphertext":%q,"context":"YQ=="}`, vault.FormatWrap(wraps[0]))
	batch := `{"batch_input":[` + item + `]}`
	for _, tt := range []struct {
		what       string
		who        thief
		path, body string
		want       int
	}{
		{"one wrap", c, "rewrap/" + own, item, 200},
		{"a batch", c, "rewrap/" + own, batch, 200},
		{"one, by who may not batch", alone, "rewrap/" + own, item, 200},
		{"a batch, by who may not", alone, "rewrap/" + own, batch, 403},
		{"back to an old version", c, "rewrap/" + own, strings.Replace(item, "{", `{"key_version":1,`, 1), 403},
		{"under another family", c, "rewrap/" + other, item, 403},
		{"opening instead", c, "decrypt/" + own, item, 403},
	} {
		code, said := tt.who.send(t, "POST", "transit/"+tt.path, tt.body)
		if code != tt.want {
			t.Errorf("%s: %d, want %d", tt.what, code, tt.want)
		}
		if strings.Contains(said, "plaintext") || strings.Contains(said, "BwcHBwcH") {
			t.Errorf("%s: the answer has what is inside", tt.what)
		}
	}
}

// Why keys are kept by their whole names: the two shorter ways of writing it.
func TestAFamilyOfKeysCannotBeKeptByAPattern(t *testing.T) {
	s := shared(t)
	person, index := s.key(t, "sceau-person-", crypto.WrapKey), s.key(t, "sceau-index-ine-", crypto.MACKey)
	write := func(path string) (thief, error) {
		name := "test-" + suffix()
		return s.thief(t, name), s.raw(t).Sys().PutPolicy(name, fmt.Sprintf("path %q {\n  capabilities = [\"update\"]\n}\n", path))
	}
	c, err := write("transit/keys/sceau-person-*/rotate")
	if err == nil {
		if code, _ := c.send(t, "POST", "transit/keys/"+person+"/rotate", ""); code != 403 {
			t.Errorf("a * in the middle of a path: %d; this Vault reads it as a wildcard, which it did not", code)
		}
	}
	if c, err = write("transit/keys/sceau-person-+/rotate"); err == nil {
		if code, _ := c.send(t, "POST", "transit/keys/"+person+"/rotate", ""); code != 403 {
			t.Errorf("a + within a word: %d; this Vault reads it as a wildcard, which it did not", code)
		}
	}
	if c, err = write("transit/keys/+/rotate"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{person, index} {
		if code, _ := c.send(t, "POST", "transit/keys/"+key+"/rotate", ""); code != 200 {
			t.Errorf("a + for a whole name: %d for %s; it covered every key of the mount", code, key)
		}
	}
	for _, key := range []string{"sceau-person-*", index, crypto.DayKey, "sceau-person-+", "+"} {
		if text, err := (vault.Policy{Identity: "keyring", Keep: []string{key}}).Text("transit"); err == nil {
			t.Errorf("keeping %s became\n%s", key, text)
		}
	}
}

func TestAnEmptyListOfParametersAllowsAny(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	for list, want := range map[string]int{"allowed_parameters = {}": 200, `denied_parameters = { "*" = [] }`: 403} {
		name := "test-" + suffix()
		if err := s.raw(t).Sys().PutPolicy(name, fmt.Sprintf("path %q {\n capabilities = [\"update\"]\n %s\n}\n", "transit/keys/"+key+"/rotate", list)); err != nil {
			t.Fatal(err)
		}
		if code, _ := s.thief(t, name).send(t, "POST", "transit/keys/"+key+"/rotate", `{"managed_key_name":"x"}`); code != want {
			t.Errorf("%s: %d, want %d", list, code, want)
		}
	}
}

func TestTheKeysOfTwentyCampaignsFitInOnePolicy(t *testing.T) {
	s := shared(t)
	p := vault.Policy{Identity: "keyring", Rewrap: []string{"sceau-person-*"}, Batch: true}
	for campaign := range 20 {
		for class := range 17 {
			// As long as names become: the longest class, a campaign of some words.
			p.Keep = append(p.Keep, fmt.Sprintf("sceau-class-guidance_needs_%02d-campaign_of_%d-abcdefghijklmnop", class, 2026+campaign))
		}
	}
	p.Keep = append(p.Keep, s.key(t, "sceau-person-last-", crypto.WrapKey))
	text, err := p.Text("transit")
	if err != nil {
		t.Fatal(err)
	}
	// Consul, the strictest storage of Vault, takes values of 512 kB.
	if len(text) > 500_000 {
		t.Errorf("%d bytes", len(text))
	}
	c := s.thief(t, policyOf(t, s, p))
	if code, said := c.send(t, "POST", "transit/keys/"+p.Keep[len(p.Keep)-1]+"/rotate", ""); code != 200 {
		t.Errorf("the last key of %d bytes of policy: %d %s", len(text), code, said)
	}
	t.Logf("%d keys are kept by %d bytes of policy", len(p.Keep), len(text))
}

func TestTheKeepersPolicyReadsAsItsAdministratorReadsIt(t *testing.T) {
	text, err := vault.Policy{Identity: "keyring", Batch: true, Rewrap: []string{"sceau-person-*", "sceau-class-health-*"},
		Keep: []string{"sceau-person-2026-abcdefghijklmnop"}}.Text("transit")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/keyring.hcl"
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the policy differs from %s:\n%s", golden, text)
	}
}
