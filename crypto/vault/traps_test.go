package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/internal/testkit"
)

// What Vault does where one would expect something else, each shown on a real one, so
// that a Vault which changed its mind is noticed, and beside it that nothing of ours
// falls in. The creation of a key by use is in vault_test.go.

// write asks as root, and gives the status with what stands in the answer.
func (s *server) write(t *testing.T, path string, body map[string]any) (int, answer) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	code, said := (thief{s.addr, s.token}).send(t, "POST", path, string(text))
	var a answer
	if said != "" {
		if err := json.Unmarshal([]byte(said), &a); err != nil {
			t.Fatalf("%s: %d, no JSON", path, code)
		}
	}
	return code, a
}

type answer struct {
	Data     map[string]any
	Errors   []string
	Warnings []string
}

func (a answer) items() (all []map[string]any) {
	list, _ := a.Data["batch_results"].([]any)
	for _, x := range list {
		item, _ := x.(map[string]any)
		all = append(all, item)
	}
	return all
}

// must is write for what the test only prepares.
func (s *server) must(t *testing.T, path string, body map[string]any) map[string]any {
	t.Helper()
	code, a := s.write(t, path, body)
	if code != 200 && code != 204 {
		t.Fatalf("%s: %d %v", path, code, a.Errors)
	}
	return a.Data
}

type body = map[string]any

var b64 = base64.StdEncoding.EncodeToString

func TestAWrapBoundByAssociatedDataIsNeverRewrappedAndOneBoundByItsContextIs(t *testing.T) {
	s := shared(t)
	plain, derived := "sceau-class-aad-"+suffix(), s.key(t, "sceau-class-context-", crypto.WrapKey)
	s.must(t, "transit/keys/"+plain, body{"type": "aes256-gcm96"})
	bound := s.must(t, "transit/encrypt/"+plain, body{"plaintext": b64(secret), "associated_data": b64([]byte("a"))})["ciphertext"]

	// One alone is refused. Two in a batch are answered 200, with an error in each, so
	// that a careless job stores two empty wraps.
	item := body{"ciphertext": bound, "associated_data": b64([]byte("a"))}
	if code, _ := s.write(t, "transit/rewrap/"+plain, item); code != 400 {
		t.Errorf("one wrap with associated data: %d, it was 400", code)
	}
	code, said := s.write(t, "transit/rewrap/"+plain, body{"batch_input": []any{item, item}})
	if items := said.items(); code != 200 || len(items) != 2 || items[0]["error"] == nil || items[1]["error"] == nil {
		t.Errorf("a batch of them: %d with %v, it was 200 with an error in each", code, items)
	}
	if texts, err := s.admin.Each(t.Context(), "rewrap", plain, "ciphertext", item, item); err == nil {
		t.Errorf("our client took %q", texts)
	}

	// Ours are bound by the context of a derived key: they go over to the new version,
	// and open there with that context and no other.
	wraps, err := s.admin.Wrap(t.Context(), derived, crypto.Plain{Context: []byte("a"), Secret: secret}, crypto.Plain{Context: []byte("b"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	s.must(t, "transit/keys/"+derived+"/rotate", nil)
	texts, err := s.admin.Each(t.Context(), "rewrap", derived, "ciphertext",
		body{"ciphertext": vault.FormatWrap(wraps[0]), "context": b64([]byte("a"))}, body{"ciphertext": vault.FormatWrap(wraps[1]), "context": b64([]byte("b"))})
	if err != nil {
		t.Fatal(err)
	}
	again, err := vault.ParseWrap(texts[0])
	if err != nil || again.Version() != 2 {
		t.Fatalf("re-wrapped to version %d, %v", again.Version(), err)
	}
	if opened, err := s.admin.Unwrap(t.Context(), derived, crypto.Wrapped{Context: []byte("a"), Wrap: again}); err != nil || !bytes.Equal(opened[0], secret) {
		t.Errorf("what was re-wrapped: %v", err)
	}
	if _, err := s.admin.Unwrap(t.Context(), derived, crypto.Wrapped{Context: []byte("b"), Wrap: again}); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("what was re-wrapped, with another's context: %v, want ErrOpen", err)
	}
}

func TestABatchAnswered200WithAnErrorInsideGivesNothing(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-class-batch-", crypto.WrapKey)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	good := body{"ciphertext": vault.FormatWrap(wraps[0]), "context": b64([]byte("a"))}
	bad := body{"ciphertext": vault.FormatWrap(wraps[0]), "context": b64([]byte("b"))}
	code, said := s.write(t, "transit/rewrap/"+key, body{"batch_input": []any{good, bad}})
	if items := said.items(); code != 200 || len(items) != 2 || items[0]["ciphertext"] == nil || items[1]["error"] == nil {
		t.Errorf("a good item and a bad one: %d with %v, it was 200 with both", code, items)
	}
	if texts, err := s.admin.Each(t.Context(), "rewrap", key, "ciphertext", good, bad); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("our client: %v with %q, want ErrOpen", err, texts)
	}
	if texts, err := s.admin.Each(t.Context(), "rewrap", key, "ciphertext", good, good); err != nil || len(texts) != 2 || texts[0] == "" {
		t.Errorf("the control: %v", err)
	}
}

func TestABatchAnswered400WithGoodItemsInsideGivesNothing(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-class-batch-", crypto.WrapKey)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	text := vault.FormatWrap(wraps[0])
	code, said := s.write(t, "transit/decrypt/"+key, body{"batch_input": []any{
		body{"ciphertext": text, "context": b64([]byte("a"))}, body{"ciphertext": text, "context": b64([]byte("b"))}}})
	if items := said.items(); code != 400 || len(items) != 2 || items[0]["plaintext"] != b64(secret) || items[1]["error"] == nil {
		t.Errorf("a good item and a bad one: %d, %d items; it was 400 with the good one opened", code, len(items))
	}
	good, bad := crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}, crypto.Wrapped{Context: []byte("b"), Wrap: wraps[0]}
	if opened, err := s.admin.Unwrap(t.Context(), key, good, bad); err == nil || opened != nil {
		t.Errorf("our client took %d secrets, %v", len(opened), err)
	}
	if opened, err := s.admin.Unwrap(t.Context(), key, good, good); err != nil || len(opened) != 2 {
		t.Errorf("the control: %v", err)
	}
}

func TestADataKeyDropsItsBindingAndSaysSoInAWarning(t *testing.T) {
	s := shared(t)
	plain := "sceau-class-datakey-" + suffix()
	s.must(t, "transit/keys/"+plain, body{"type": "aes256-gcm96"})
	asked := body{"associated_data": b64([]byte("a"))}
	code, said := s.write(t, "transit/datakey/plaintext/"+plain, asked)
	if code != 200 || len(said.Warnings) == 0 {
		t.Fatalf("%d, warnings %q; it was 200 with a warning", code, said.Warnings)
	}
	// It opens with no binding at all.
	if got := s.must(t, "transit/decrypt/"+plain, body{"ciphertext": said.Data["ciphertext"]}); got["plaintext"] != said.Data["plaintext"] {
		t.Error("the wrap does not open without what should have bound it")
	}
	if data, err := s.admin.Write(t.Context(), "transit/datakey/plaintext/"+plain, asked); err == nil || data != nil {
		t.Errorf("our client took a data key with a warning: %v", err)
	}
}

func TestAMACOfADerivedKeyIgnoresItsContext(t *testing.T) {
	s := shared(t)
	derived := s.key(t, "sceau-class-mac-", crypto.WrapKey)
	mac := func(context string) any {
		return s.must(t, "transit/hmac/"+derived, body{"input": b64([]byte("somebody")), "context": b64([]byte(context))})["hmac"]
	}
	if mac("2026") != mac("2027") {
		t.Error("this Vault heeds the context of a MAC, which it did not")
	}
	// So each index has a key of its own, and a derived key is never taken for one.
	if err := s.admin.CreateKey(t.Context(), derived, crypto.MACKey); err == nil {
		t.Error("a derived key was taken for the key of an index")
	}
	one, other := s.key(t, "sceau-index-ine-2026-", crypto.MACKey), s.key(t, "sceau-index-ine-2027-", crypto.MACKey)
	a, err1 := s.admin.MAC(t.Context(), one, []byte("somebody"))
	b, err2 := s.admin.MAC(t.Context(), other, []byte("somebody"))
	if err := errors.Join(err1, err2); err != nil || bytes.Equal(a[0], b[0]) {
		t.Errorf("two campaigns index somebody alike: %v", err)
	}
}

func TestARotatedIndexKeyFindsNothingAndIsRefusedByOurClient(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-index-ine-", crypto.MACKey)
	if _, err := s.admin.MAC(t.Context(), key, []byte("somebody")); err != nil {
		t.Fatal(err)
	}
	ask := body{"input": b64([]byte("somebody"))}
	before := s.must(t, "transit/hmac/"+key, ask)["hmac"]
	s.must(t, "transit/keys/"+key+"/rotate", nil)
	if after := s.must(t, "transit/hmac/"+key, ask)["hmac"]; after == before {
		t.Error("a rotated key computes what it computed, which it did not")
	}
	if _, err := s.admin.MAC(t.Context(), key, []byte("somebody")); err == nil {
		t.Error("our client took an entry of the second version")
	}
}

func TestAVersionIsTrimmedOnlyBehindBothMinimaAndForGood(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-trim-", crypto.WrapKey)
	at := "transit/keys/" + key
	wrap := func() crypto.Wrapped {
		t.Helper()
		wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		return crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}
	}
	opens := func(w crypto.Wrapped) error { _, err := s.admin.Unwrap(t.Context(), key, w); return err }
	refused := func(what, path string, b body) {
		t.Helper()
		if code, _ := s.write(t, path, b); code != 400 {
			t.Errorf("%s: %d, want 400", what, code)
		}
	}
	first := wrap()
	s.must(t, at+"/rotate", nil)
	second := wrap()
	s.must(t, at+"/rotate", nil)
	third := wrap()
	if first.Wrap.Version() != 1 || second.Wrap.Version() != 2 || third.Wrap.Version() != 3 {
		t.Fatalf("versions %d %d %d", first.Wrap.Version(), second.Wrap.Version(), third.Wrap.Version())
	}

	refused("trimming with no least version to wrap with", at+"/trim", body{"min_available_version": 2})
	s.must(t, at+"/config", body{"min_encryption_version": 3})
	refused("trimming what still opens", at+"/trim", body{"min_available_version": 2})
	refused("opening less than what wraps", at+"/config", body{"min_decryption_version": 4})

	// A minimum alone is taken back: that is a freeze, and no erasure.
	s.must(t, at+"/config", body{"min_decryption_version": 2})
	if err := opens(first); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("a wrap below the minimum: %v, want ErrOpen", err)
	}
	s.must(t, at+"/config", body{"min_decryption_version": 1})
	if err := opens(first); err != nil {
		t.Errorf("with the minimum taken back: %v", err)
	}

	s.must(t, at+"/config", body{"min_decryption_version": 2})
	refused("trimming beyond the minimum", at+"/trim", body{"min_available_version": 3})
	s.must(t, at+"/trim", body{"min_available_version": 2})
	refused("trimming less", at+"/trim", body{"min_available_version": 1})
	refused("opening what was trimmed", at+"/config", body{"min_decryption_version": 1})
	refused("wrapping with what was trimmed", at+"/config", body{"min_encryption_version": 1})
	if err := opens(first); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("a trimmed wrap: %v, want ErrOpen", err)
	}
	if err := errors.Join(opens(second), opens(third)); err != nil {
		t.Errorf("the versions that stay: %v", err)
	}
}

func TestAQuotaCountsRequestsOfOneAddressAndNeitherItemsNorTokens(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-quota-", crypto.WrapKey)
	policy := vault.Policy{Identity: "quota", Encrypt: []string{"sceau-person-*"}, Decrypt: []string{"sceau-person-*"}, Batch: true}
	one, other := s.identity(t, policy), s.identity(t, policy)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	items := make([]crypto.Wrapped, 500)
	for i := range items {
		items[i] = crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}
	}
	// Two requests an hour, so that no clock decides this test.
	quota := "sys/quotas/rate-limit/test-" + suffix()
	s.must(t, quota, body{"path": "transit/decrypt/" + key, "rate": 2, "interval": "1h"})
	t.Cleanup(func() {
		if _, err := s.raw(t).Logical().Delete(quota); err != nil {
			t.Error(err)
		}
	})
	for n := range 2 {
		if opened, err := one.Unwrap(t.Context(), key, items...); err != nil || len(opened) != len(items) {
			t.Fatalf("request %d, of %d items: %v", n+1, len(items), err)
		}
	}
	// A thousand secrets went through a quota of two: that is why an identity that opens
	// for people is refused batches.
	if opened, err := one.Unwrap(t.Context(), key, items[0]); !errors.Is(err, crypto.ErrBusy) || opened != nil {
		t.Errorf("the third request: %v, want ErrBusy", err)
	}
	if _, err := other.Unwrap(t.Context(), key, items[0]); !errors.Is(err, crypto.ErrBusy) {
		t.Errorf("another identity of the same address, which asked for nothing yet: %v; it was refused like the first", err)
	}
	if _, err := one.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret}); err != nil {
		t.Errorf("another path: %v", err)
	}
	// Another address of the loopback has two requests of its own.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	elsewhere := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	text, err := json.Marshal(body{"ciphertext": vault.FormatWrap(wraps[0]), "context": b64([]byte("a"))})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.addr+"/v1/transit/decrypt/"+key, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Vault-Token", one.Token())
	got, err := elsewhere.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != 200 {
		t.Errorf("the first identity from another address: %d; it had a count of its own", got.StatusCode)
	}
}

var paths = regexp.MustCompile(`(?m)^path "([^"]+)"`)

func TestWhoWritesPoliciesOpensEverythingSoNoIdentityMay(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-writer-", crypto.WrapKey)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	name := "test-" + suffix()
	if err := s.raw(t).Sys().PutPolicy(name, fmt.Sprintf("path %q {\n  capabilities = [\"update\"]\n}\n", "sys/policies/acl/"+name)); err != nil {
		t.Fatal(err)
	}
	c := s.thief(t, name)
	item := fmt.Sprintf(`{"ciphertext":%q,"context":"YQ=="}`, vault.FormatWrap(wraps[0]))
	if code, _ := c.send(t, "POST", "transit/decrypt/"+key, item); code != 403 {
		t.Fatalf("before: %d, want 403", code)
	}
	if code, said := c.send(t, "POST", "sys/policies/acl/"+name, `{"policy":"path \"transit/*\" { capabilities = [\"update\"] }"}`); code != 204 {
		t.Fatalf("writing its own policy: %d %s", code, said)
	}
	if code, said := c.send(t, "POST", "transit/decrypt/"+key, item); code != 200 || !strings.Contains(said, b64(secret)) {
		t.Errorf("on the very next request: %d; it opened", code)
	}

	// A policy of ours cannot be made to say it.
	for _, word := range []string{"sys/policies/acl/*", "../../sys/policies/acl/x", "sceau-person-*\"{} path \"sys/*", "sceau-x/../../sys/raw/*"} {
		for _, p := range []vault.Policy{{Identity: "x", Encrypt: []string{word}}, {Identity: "x", Rewrap: []string{word}}, {Identity: "x", Keep: []string{word}}} {
			if text, err := p.Text("transit"); err == nil {
				t.Errorf("%q became\n%s", word, text)
			}
		}
	}
	text, err := vault.Policy{Identity: "x", Encrypt: []string{"sceau-person-*"}, Decrypt: []string{"sceau-person-*"}, HMAC: []string{"sceau-index-ine-*"},
		Rewrap: []string{"sceau-person-*"}, Keep: []string{"sceau-person-x"}, Batch: true}.Text("transit")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(path[1], "transit/") && path[1] != "auth/token/lookup-self" && path[1] != "auth/token/renew-self" {
			t.Errorf("a policy of ours speaks of %s", path[1])
		}
	}
}

func TestWhatMakesAKeyLeaveVaultIsNeverTakenBack(t *testing.T) {
	s := shared(t)
	for _, property := range []string{"exportable", "allow_plaintext_backup"} {
		key := s.key(t, "sceau-class-leaving-", crypto.WrapKey)
		at := "transit/keys/" + key
		s.must(t, at+"/config", body{property: true})
		s.must(t, at+"/config", body{property: false})
		found, err := s.raw(t).Logical().Read(at)
		if err != nil {
			t.Fatal(err)
		}
		if found.Data[property] != true {
			t.Errorf("%s was taken back, which it could not be", property)
		}
		// The administrator does not go on with such a key.
		if err := s.admin.CreateKey(t.Context(), key, crypto.WrapKey); err == nil || !strings.Contains(err.Error(), property) {
			t.Errorf("a key with %s: %v", property, err)
		}
	}
}

func TestAKeyIsDeletedOnlyAfterItWasSaidThatItMay(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-class-deleted-", crypto.WrapKey)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	root, at := thief{s.addr, s.token}, "transit/keys/"+key
	item := crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}
	if code, _ := root.send(t, "DELETE", at, ""); code != 400 && code != 500 {
		t.Errorf("deleting at once: %d, want a refusal", code)
	}
	if _, err := s.admin.Unwrap(t.Context(), key, item); err != nil {
		t.Errorf("after the refusal: %v", err)
	}
	s.must(t, at+"/config", body{"deletion_allowed": true})
	// Said and not yet done, it is no key to go on with.
	if err := s.admin.CreateKey(t.Context(), key, crypto.WrapKey); err == nil {
		t.Error("a key that may be deleted was taken as it is")
	}
	if code, said := root.send(t, "DELETE", at, ""); code != 204 {
		t.Fatalf("deleting: %d %s", code, said)
	}
	if _, err := s.admin.Unwrap(t.Context(), key, item); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("a wrap of a deleted key: %v, want ErrForgotten", err)
	}
}

// Why the certificate of a purge names the day on which it becomes final: that of the
// last snapshot that held the key.
func TestASnapshotRevivesADestroyedKeyAndATrimmedVersion(t *testing.T) {
	own := testkit.OwnVault(t, "raft")
	s := serverAt(t, own.Addr, own.Token)
	destroyed, trimmed := s.key(t, "sceau-class-destroyed-", crypto.WrapKey), s.key(t, "sceau-person-trimmed-", crypto.WrapKey)
	client := s.identity(t, vault.Policy{Identity: "jobs", Encrypt: []string{"sceau-class-*", "sceau-person-*"}, Decrypt: []string{"sceau-class-*", "sceau-person-*"}, Batch: true})
	items := map[string]crypto.Wrapped{}
	for _, key := range []string{destroyed, trimmed} {
		wraps, err := client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		items[key] = crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}
	}
	opens := func(key string) error { _, err := client.Unwrap(t.Context(), key, items[key]); return err }

	root := thief{s.addr, s.token}
	code, snapshot := root.send(t, "GET", "sys/storage/raft/snapshot", "")
	if code != 200 || len(snapshot) == 0 {
		t.Fatalf("taking a snapshot: %d", code)
	}
	s.must(t, "transit/keys/"+destroyed+"/config", body{"deletion_allowed": true})
	if code, _ := root.send(t, "DELETE", "transit/keys/"+destroyed, ""); code != 204 {
		t.Fatalf("destroying: %d", code)
	}
	at := "transit/keys/" + trimmed
	s.must(t, at+"/rotate", nil)
	s.must(t, at+"/config", body{"min_encryption_version": 2})
	s.must(t, at+"/config", body{"min_decryption_version": 2})
	s.must(t, at+"/trim", body{"min_available_version": 2})
	if err := opens(destroyed); !errors.Is(err, crypto.ErrForgotten) {
		t.Fatalf("a destroyed key: %v, want ErrForgotten", err)
	}
	if err := opens(trimmed); !errors.Is(err, crypto.ErrOpen) {
		t.Fatalf("a trimmed version: %v, want ErrOpen", err)
	}

	if code, said := root.send(t, "POST", "sys/storage/raft/snapshot-force", snapshot); code != 200 && code != 204 {
		t.Fatalf("restoring the snapshot: %d %s", code, said)
	}
	// Vault answers first, and puts the snapshot in place behind that.
	deadline := time.After(2 * time.Minute)
	for err := opens(destroyed); err != nil; err = opens(destroyed) {
		select {
		case <-deadline:
			t.Fatalf("the destroyed key after the snapshot: %v; it opened", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	if err := opens(trimmed); err != nil {
		t.Errorf("the trimmed version after the snapshot: %v; it opened", err)
	}
}

// A Vault that cannot write down who asked does not answer: nothing opens that its
// audit does not tell.
func TestAVaultWhoseAuditIsFullRefusesEverybodyAndServesAgainWithNoRestart(t *testing.T) {
	own := testkit.OwnVault(t, "file")
	s := serverAt(t, own.Addr, own.Token)
	key := s.key(t, "sceau-person-audit-", crypto.WrapKey)
	policy := vault.Policy{Identity: "agents", Encrypt: []string{"sceau-person-*"}, Decrypt: []string{"sceau-person-*"}, Batch: true}
	client, late := s.identity(t, policy), s.identity(t, policy)
	wraps, err := client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	item := crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}

	// A disk with no room left, behind a name that is given another disk later. Mode 0
	// leaves the device's own mode as it is.
	dir := t.TempDir()
	device, room := filepath.Join(dir, "audit"), filepath.Join(dir, "room")
	if err := os.Symlink("/dev/full", device); err != nil {
		t.Fatal(err)
	}
	s.must(t, "sys/audit/full", body{"type": "file", "options": body{"file_path": device, "mode": "0000", "skip_test": "true"}})
	if _, err := client.Unwrap(t.Context(), key, item); err != nil {
		t.Fatalf("with one device of two: %v", err)
	}
	// The answer to this is the first that no device takes.
	(thief{s.addr, s.token}).send(t, "DELETE", "sys/audit/file", "")

	for what, try := range map[string]func() (any, error){
		"opening":         func() (any, error) { return client.Unwrap(t.Context(), key, item) },
		"opening a batch": func() (any, error) { return client.Unwrap(t.Context(), key, item, item) },
		"wrapping": func() (any, error) {
			return client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
		},
		"logging in":        func() (any, error) { return late.Unwrap(t.Context(), key, item) },
		"the administrator": func() (any, error) { return s.admin.Unwrap(t.Context(), key, item) },
	} {
		got, err := try()
		if !errors.Is(err, crypto.ErrUnavailable) || errors.Is(err, crypto.ErrSealed) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
		if n := fmt.Sprint(got); n != "[]" {
			t.Errorf("%s: something came out", what)
		}
	}
	if code, said := (thief{s.addr, client.Token()}).send(t, "POST", "transit/decrypt/"+key, fmt.Sprintf(`{"ciphertext":%q,"context":"YQ=="}`, vault.FormatWrap(wraps[0]))); code != 500 || strings.Contains(said, b64(secret)) {
		t.Errorf("somebody who does not use our client: %d, want 500 with nothing in it", code)
	}

	if err := os.Remove(device); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(room, device); err != nil {
		t.Fatal(err)
	}
	for who, c := range map[string]*vault.Client{"who had a token": client, "who had none": late} {
		if opened, err := c.Unwrap(t.Context(), key, item); err != nil || !bytes.Equal(opened[0], secret) {
			t.Errorf("%s, when there is room again: %v", who, err)
		}
	}
	f, err := os.Open(room)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	told, err := io.ReadAll(f)
	if err != nil || !bytes.Contains(told, []byte("transit/decrypt/"+key)) {
		t.Errorf("the audit does not tell what was opened: %v", err)
	}
}
