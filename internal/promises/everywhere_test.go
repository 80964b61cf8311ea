package promises_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/crypto"
)

// ofRegister says, from the register of identities alone, whether an identity may do
// something with a key. The policies are written from it by other code, and the list
// of vault_test.go by hand: the three must agree.
func ofRegister(c *catalogue.Catalogue, who catalogue.Identity, verb string, k vaultKey) bool {
	listed := who.Verbs[verb]
	if verb == "keep" {
		listed = who.Verbs["admin"]
	}
	has := func(family string) bool { return slices.Contains(listed, family) }
	wraps := verb == "encrypt" || verb == "decrypt"
	switch k.family {
	case "day":
		return has("day") || wraps && !strings.HasPrefix(who.Name, "trace-") && !who.Job
	case "index":
		return verb == "hmac" && has("index")
	case "branch", "own":
		if !has("class") || !slices.Contains(who.Classes, catalogue.ClassID(k.of)) {
			return false
		}
		switch verb {
		case "encrypt": // an administrator wraps branch keys
			return k.family == "own"
		case "decrypt": // and whoever opens no person opens no secret of theirs
			return k.family == "branch" || slices.Contains(who.Verbs["decrypt"], "person")
		}
		return true
	}
	return has(k.family)
}

func TestTheRegisterOfIdentitiesSaysWhatTheArchitectureSays(t *testing.T) {
	c := catalogue.MustLoad()
	keys := []vaultKey{{family: "person"}, {family: "routing"}, {family: "hold"}, {family: "index", of: "ine"}, {family: "day"}}
	for _, class := range c.Classes() {
		switch class.Keys {
		case catalogue.KeysBranch:
			keys = append(keys, vaultKey{family: "branch", of: string(class.ID)})
		case catalogue.KeysPerson:
			keys = append(keys, vaultKey{family: "own", of: string(class.ID)})
		}
	}
	for _, who := range c.Identities() {
		for _, k := range keys {
			for _, verb := range []string{"encrypt", "decrypt", "hmac", "rewrap", "keep"} {
				if register, architecture := ofRegister(c, who, verb, k), allowed(who.Name, verb, k); register != architecture {
					t.Errorf("%s, %s with the key of %s %s: %t in the register, %t in the architecture", who.Name, verb, k.family, k.of, register, architecture)
				}
			}
		}
	}
}

// send sends a body as it was typed.
func (c caller) send(t testing.TB, method, path, kind, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.addr+"/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Vault-Token", c.token)
	r.Header.Set("Content-Type", kind)
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

const asJSON = "application/json"

// spellings are ways to ask for a batch beside, or instead of, the one item allowed.
func spellings(item string) map[string]struct{ query, kind, body string } {
	inner := strings.TrimSuffix(strings.TrimPrefix(item, "{"), "}")
	two := "[" + item + "," + item + "]"
	form := url.Values{"batch_input": {two}}
	var one map[string]string
	if json.Unmarshal([]byte(item), &one) == nil {
		for name, v := range one {
			form.Set(name, v)
		}
	}
	type asked = struct{ query, kind, body string }
	return map[string]asked{
		"alone":                      {"", asJSON, `{"batch_input":` + two + `}`},
		"after the item":             {"", asJSON, `{` + inner + `,"batch_input":` + two + `}`},
		"before the item":            {"", asJSON, `{"batch_input":` + two + `,` + inner + `}`},
		"in capitals":                {"", asJSON, `{` + inner + `,"BATCH_INPUT":` + two + `}`},
		"in mixed case":              {"", asJSON, `{` + inner + `,"Batch_Input":` + two + `}`},
		"escaped":                    {"", asJSON, `{` + inner + `,"batch\u005finput":` + two + `}`},
		"escaped, alone":             {"", asJSON, `{"\u0062atch_input":` + two + `}`},
		"twice, null last":           {"", asJSON, `{` + inner + `,"batch_input":` + two + `,"batch_input":null}`},
		"twice, null first":          {"", asJSON, `{` + inner + `,"batch_input":null,"batch_input":` + two + `}`},
		"as text":                    {"", asJSON, `{` + inner + `,"batch_input":` + fmt.Sprintf("%q", two) + `}`},
		"empty":                      {"", asJSON, `{` + inner + `,"batch_input":[]}`},
		"with a space":               {"", asJSON, `{` + inner + `," batch_input":` + two + `}`},
		"with a hyphen":              {"", asJSON, `{` + inner + `,"batch-input":` + two + `}`},
		"in the query":               {"?batch_input=" + url.QueryEscape(two), asJSON, item},
		"in the query, with no item": {"?batch_input=" + url.QueryEscape(two), asJSON, "{}"},
		"in a form":                  {"", "application/x-www-form-urlencoded", form.Encode()},
		"in a list":                  {"", asJSON, two},
		"behind the item's end":      {"", asJSON, item + `{"batch_input":` + two + `}`},
	}
}

// Each identity, with the credential that lies on its machine, against everything
// that Vault has: each family of keys, each verb, and Vault itself. What the register
// grants works; everything else answers 403, and nothing is made, turned or opened.
func TestEachIdentityIsRefusedEverywhereElse(t *testing.T) {
	p := open(t)
	const campaign = "2041"
	// A campaign of its own: its keys are turned and trimmed here.
	if err := p.campaign(t.Context(), campaign); err != nil {
		t.Fatal(err)
	}
	token, err := p.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	root := caller{p.at.VaultAddr, token}

	var keys []vaultKey
	for _, k := range p.keysOfCampaign(t, campaign) {
		if k.family != "branch" || slices.Contains([]string{"identity", "agents", "payment"}, k.of) {
			keys = append(keys, k)
		}
	}
	context := b64("somewhere")
	items := map[string]map[string]string{} // by key, then verb
	for _, k := range keys {
		items[k.name] = map[string]string{"hmac": fmt.Sprintf(`{"input":%q}`, b64("somebody"))}
		ciphertext := strangeWrap
		if k.family != "index" {
			code, said := root.do(t, "POST", "transit/encrypt/"+k.name, map[string]string{"plaintext": b64(strings.Repeat("s", 32)), "context": context})
			if code != 200 {
				t.Fatalf("wrapping under the key of %s: %d", k.family, code)
			}
			ciphertext = field(t, said, "ciphertext")
		}
		items[k.name]["encrypt"] = fmt.Sprintf(`{"plaintext":%q,"context":%q}`, b64(strings.Repeat("s", 32)), context)
		for _, verb := range []string{"decrypt", "rewrap"} {
			items[k.name][verb] = fmt.Sprintf(`{"ciphertext":%q,"context":%q}`, ciphertext, context)
		}
	}
	// The spellings are ways to ask: who may everything gets a batch by most of them.
	batches := 0
	for _, asked := range spellings(items[crypto.DayKey]["decrypt"]) {
		if _, said := root.send(t, "POST", "transit/decrypt/"+crypto.DayKey+asked.query, asked.kind, asked.body); strings.Contains(said, "batch_results") {
			batches++
		}
	}
	if batches < 3 {
		t.Errorf("%d of %d spellings ask for a batch: the others prove nothing", batches, len(spellings("{}")))
	}
	before := vaultState(t, root, keys)

	identities := slices.Clone(p.Catalogue.Identities())
	// Who trims comes last: what was wrapped before opens no more.
	slices.SortStableFunc(identities, func(a, b catalogue.Identity) int { return len(a.Verbs["admin"]) - len(b.Verbs["admin"]) })
	tried, granted := 0, 0
	for _, who := range identities {
		c := p.logIn(t, who.Name)
		try := func(what, method, path, body string, ok bool) {
			t.Helper()
			code, said := c.send(t, method, path, asJSON, body)
			tried++
			if ok {
				granted++
			}
			switch {
			case ok && code != 200 && code != 204:
				t.Errorf("%s may not %s, which it has to: %d %s", who.Name, what, code, said)
			case ok && strings.Contains(said, `"error":`):
				t.Errorf("%s, %s: 200 with an error inside", who.Name, what)
			case !ok && code != 403:
				t.Errorf("%s may %s: Vault answers %d, want 403", who.Name, what, code)
			}
		}
		for _, k := range keys {
			label := strings.TrimSpace(k.family + " " + k.of)
			for _, verb := range []string{"encrypt", "decrypt", "hmac", "rewrap"} {
				path, item, ok := "transit/"+verb+"/"+k.name, items[k.name][verb], ofRegister(p.Catalogue, who, verb, k)
				try(verb+" with the key of "+label, "POST", path, item, ok)
				try(verb+" a batch with the key of "+label, "POST", path, `{"batch_input":[`+item+`,`+item+`]}`, ok && who.Batch)
				if !ok || who.Batch {
					continue
				}
				for spelling, asked := range spellings(item) {
					code, said := c.send(t, "POST", path+asked.query, asked.kind, asked.body)
					tried++
					// Refused, or answered as if the batch were not there.
					if code != 403 && strings.Contains(said, "batch_results") {
						t.Errorf("%s, %s a batch %s with the key of %s: answered %d", who.Name, verb, spelling, label, code)
					}
					if strings.HasPrefix(asked.kind, asJSON) && asked.query == "" && code == 200 && !strings.HasPrefix(spelling, "behind") {
						t.Errorf("%s, %s a batch %s with the key of %s: 200, want a refusal", who.Name, verb, spelling, label)
					}
				}
				for _, more := range []string{`"associated_data":"YQ=="`, `"key_version":1`, `"nonce":"YWFhYWFhYWFhYWFh"`, `"reference":"x"`, `"type":"aes256-gcm96"`,
					`"convergent_encryption":true`, `"partial_failure_response_code":200`, `"algorithm":"sha2-224"`, `"name":"` + k.name + `"`} {
					try(verb+" with "+more+" and the key of "+label, "POST", path, strings.Replace(item, "{", "{"+more+",", 1), false)
				}
			}
			at := "transit/keys/" + k.name
			for _, x := range []struct{ method, path, body string }{
				{"POST", "transit/datakey/plaintext/" + k.name, `{"context":"YQ=="}`},
				{"POST", "transit/datakey/wrapped/" + k.name, `{"context":"YQ=="}`},
				{"POST", "transit/sign/" + k.name, `{"input":"YQ=="}`},
				{"POST", "transit/verify/" + k.name, `{"input":"YQ==","hmac":"vault:v1:AAAA"}`},
				{"POST", "transit/verify/" + k.name + "/sha2-256", `{"input":"YQ==","hmac":"vault:v1:AAAA"}`},
				{"GET", "transit/export/encryption-key/" + k.name, ""}, {"GET", "transit/export/hmac-key/" + k.name + "/1", ""},
				{"GET", "transit/export/signing-key/" + k.name, ""}, {"GET", "transit/byok-export/" + k.name + "/" + k.name, ""},
				{"GET", "transit/backup/" + k.name, ""}, {"POST", "transit/restore/" + k.name, `{"backup":"AAAA","force":true}`},
				{"POST", at, `{"type":"aes256-gcm96","derived":true}`}, {"PUT", at, `{"type":"aes256-gcm96"}`}, {"DELETE", at, ""},
				{"POST", at + "/import", `{"ciphertext":"AAAA","type":"aes256-gcm96"}`}, {"POST", at + "/import_version", `{"ciphertext":"AAAA"}`},
				{"POST", at + "/config", `{"deletion_allowed":true}`}, {"POST", at + "/config", `{"exportable":true}`},
				{"POST", at + "/config", `{"allow_plaintext_backup":true}`}, {"POST", at + "/config", `{"auto_rotate_period":"1h"}`},
				{"POST", at + "/config", `{"min_decryption_version":1,"Deletion_Allowed":true}`}, {"POST", at + "/rotate", `{"managed_key_id":"x"}`},
				{"POST", at + "/set-certificate", `{"certificate_chain":"x"}`}, {"POST", at + "/csr", `{}`},
			} {
				try(x.method+" "+strings.Replace(x.path, k.name, label, 1), x.method, x.path, x.body, false)
			}
			keeps := ofRegister(p.Catalogue, who, "keep", k)
			for _, x := range []struct{ what, method, path, body string }{
				{"read about", "GET", at, ""}, {"rotate", "POST", at + "/rotate", ""},
				{"close to new wraps", "POST", at + "/config", `{"min_encryption_version":2}`},
				{"close to old wraps", "POST", at + "/config", `{"min_decryption_version":2}`},
				{"trim", "POST", at + "/trim", `{"min_available_version":2}`},
			} {
				try(x.what+" the key of "+label, x.method, x.path, x.body, keeps)
			}
			// A key that is not there is not made by being used.
			absent := strings.TrimRight(k.name, "abcdefghijklmnopqrstuvwxyz234567") + "neverwas"
			for _, verb := range []string{"encrypt", "decrypt", "hmac", "rewrap"} {
				for _, body := range []string{items[k.name][verb], `{"batch_input":[` + items[k.name][verb] + `]}`} {
					code, _ := c.send(t, "POST", "transit/"+verb+"/"+absent, asJSON, body)
					tried++
					if code != 403 && (verb == "encrypt" || code != 400 && code != 404) {
						t.Errorf("%s: %s with a key of %s that is not there: %d", who.Name, verb, label, code)
					}
				}
			}
		}
		for _, x := range []struct{ method, path string }{
			{"LIST", "transit/keys"}, {"GET", "transit/keys?list=true"}, {"GET", "transit/wrapping_key"}, {"POST", "transit/random/32"}, {"POST", "transit/random"},
			{"POST", "transit/hash"}, {"POST", "transit/cache-config"}, {"GET", "transit/cache-config"}, {"POST", "transit/config/keys"}, {"GET", "transit/config/keys"},
			{"LIST", "sys/policies/acl"}, {"GET", "sys/policies/acl/sceau-" + who.Name}, {"PUT", "sys/policies/acl/sceau-" + who.Name}, {"PUT", "sys/policy/sceau-" + who.Name},
			{"GET", "auth/approle/role/sceau-" + who.Name}, {"GET", "auth/approle/role/sceau-" + who.Name + "/role-id"}, {"POST", "auth/approle/role/sceau-" + who.Name},
			{"POST", "auth/approle/role/sceau-" + who.Name + "/secret-id"}, {"POST", "auth/approle/role/sceau-agents/secret-id"},
			{"POST", "auth/approle/role/sceau-agents/custom-secret-id"}, {"POST", "auth/approle/tidy/secret-id"},
			{"POST", "auth/token/create"}, {"POST", "auth/token/create-orphan"}, {"POST", "auth/token/lookup"}, {"POST", "auth/token/revoke"}, {"LIST", "auth/token/accessors"},
			{"GET", "sys/raw/core/keyring"}, {"LIST", "sys/raw"}, {"PUT", "sys/raw/core/keyring"}, {"GET", "sys/mounts"}, {"POST", "sys/mounts/mine"}, {"POST", "sys/mounts/transit/tune"},
			{"DELETE", "sys/mounts/transit"}, {"POST", "sys/remount"}, {"GET", "sys/auth"}, {"POST", "sys/auth/mine"}, {"GET", "sys/audit"}, {"PUT", "sys/audit/mine"},
			{"DELETE", "sys/audit/file"}, {"PUT", "sys/seal"}, {"PUT", "sys/rotate"}, {"POST", "sys/config/cors"}, {"GET", "sys/leases/lookup"},
			{"GET", "sys/storage/raft/snapshot"}, {"POST", "sys/storage/raft/snapshot-force"}, {"POST", "sys/quotas/rate-limit/mine"}, {"LIST", "sys/quotas/rate-limit"},
			{"PUT", "sys/wrapping/wrap"}, {"POST", "sys/capabilities"}, {"GET", "cubbyhole/mine"}, {"POST", "identity/entity"}, {"GET", "sys/config/state/sanitized"},
		} {
			try(x.method+" "+x.path, x.method, x.path, `{"type":"transit","policy":"path \"*\" { capabilities = [\"read\"] }","context":"YQ==","token":"x","input":"YQ=="}`, false)
		}
		// Without replication nobody is asked to step down, and Vault does not look who
		// asks: it answers 204 and goes on. The state below is read from the same one.
		if code, _ := c.send(t, "PUT", "sys/step-down", asJSON, ""); code != 403 && code != 204 {
			t.Errorf("%s, stepping down: %d", who.Name, code)
		}
		// What a token needs to live, and to be told from one that Vault lost.
		try("look at its own token", "GET", "auth/token/lookup-self", "", true)
		try("renew its own token", "POST", "auth/token/renew-self", "{}", true)
	}

	after := vaultState(t, root, keys)
	for _, k := range keys {
		turned := slices.ContainsFunc(identities, func(who catalogue.Identity) bool { return ofRegister(p.Catalogue, who, "keep", k) })
		if changed := before[k.name] != after[k.name]; changed != turned {
			t.Errorf("the key of %s %s changed: %t, and may be turned: %t\n%s\n%s", k.family, k.of, changed, turned, before[k.name], after[k.name])
		}
		delete(before, k.name)
		delete(after, k.name)
	}
	if !maps.Equal(before, after) {
		t.Errorf("Vault is not as it was:\n%v\n%v", before, after)
	}
	t.Logf("%d identities, %d keys, %d requests of which %d are theirs to make, %d spellings of a batch that work for root", len(identities), len(keys), tried, granted, batches)
}

// vaultState is what the requests of a thief could have changed, and the keys by name.
func vaultState(t testing.TB, root caller, keys []vaultKey) map[string]string {
	t.Helper()
	state := map[string]string{}
	read := func(name, method, path string) {
		code, said := root.send(t, method, path, asJSON, "")
		var answer struct{ Data any }
		if err := json.Unmarshal([]byte(said), &answer); code != 200 || err != nil {
			t.Fatalf("reading %s: %d %v", path, code, err)
		}
		text, err := json.Marshal(answer.Data)
		if err != nil {
			t.Fatal(err)
		}
		state[name] = string(text)
	}
	for _, path := range []string{"sys/policies/acl", "transit/keys", "auth/approle/role"} {
		read(path, "LIST", path)
	}
	for _, path := range []string{"sys/mounts", "sys/auth", "sys/audit", "transit/config/keys", "sys/policies/acl/sceau-keyring", "sys/policies/acl/sceau-agents"} {
		read(path, "GET", path)
	}
	for _, k := range keys {
		read(k.name, "GET", "transit/keys/"+k.name)
	}
	return state
}

// field is a text among the data that Vault answered.
func field(t testing.TB, said, name string) string {
	t.Helper()
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(said), &answer); err != nil {
		t.Fatal(err)
	}
	text, ok := answer.Data[name].(string)
	if !ok {
		t.Fatalf("vault answered no %s", name)
	}
	return text
}
