package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/vault/api"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/crypto/vault"
	"sceau/internal/testkit"
)

// server is a Vault with our mounts, and its administrator.
type server struct {
	addr, token string
	admin       *vault.Admin
}

func shared(t *testing.T) *server {
	t.Helper()
	addr, token := testkit.Vault(t)
	return serverAt(t, addr, token)
}

func serverAt(t *testing.T, addr, token string) *server {
	t.Helper()
	admin, err := vault.NewAdmin(vault.Config{Addr: addr, TokenFile: file(t, token)})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.EnableMounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &server{addr: addr, token: token, admin: admin}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// raw is the client of somebody who does not go through this package.
func (s *server) raw(t *testing.T) *api.Client {
	t.Helper()
	config := api.DefaultConfig()
	config.Address = s.addr
	c, err := api.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	c.SetToken(s.token)
	return c
}

// identity logs somebody in with a policy.
func (s *server) identity(t *testing.T, p vault.Policy, change ...func(*vault.Config)) *vault.Client {
	t.Helper()
	p.Identity += "-" + suffix()
	credentials, err := s.admin.ApplyIdentities(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	config := vault.Config{Addr: s.addr, RoleID: credentials[0].RoleID, SecretIDFile: file(t, credentials[0].SecretID), Single: !p.Batch}
	for _, c := range change {
		c(&config)
	}
	client, err := vault.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (s *server) key(t *testing.T, prefix string, kind crypto.KeyKind) string {
	t.Helper()
	name := prefix + suffix()
	if err := s.admin.CreateKey(t.Context(), name, kind); err != nil {
		t.Fatal(err)
	}
	return name
}

func suffix() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}

var secret = bytes.Repeat([]byte{7}, 32)

func TestVaultIsAKeyService(t *testing.T) {
	s := shared(t)
	everything := []string{"sceau-conformance-*"}
	for name, batch := range map[string]bool{"with batches": true, "one item a request": false} {
		t.Run(name, func(t *testing.T) {
			client := s.identity(t, vault.Policy{Identity: "conformance", Encrypt: everything, Decrypt: everything, HMAC: everything, Batch: batch})
			cryptotest.Conformance(t,
				func(t *testing.T) (crypto.KeyService, crypto.KeyAdmin) { return client, s.admin },
				func(what string) string { return "sceau-conformance-" + what + "-" + suffix() })
		})
	}
}

func TestACampaignIsMadeAndUsedByIdentitiesThatEachHoldTheirPart(t *testing.T) {
	s := shared(t)
	campaign := "c" + suffix()
	plan := crypto.KeyPlan{Classes: []crypto.ClassPlan{{Class: "identity"}, {Class: "health", Own: true}}, Indexes: []string{"ine"}}
	var store cryptotest.Store
	for range 2 { // the second finds everything in place
		if err := crypto.CreateCampaignKeys(t.Context(), s.admin, &store, campaign, plan); err != nil {
			t.Fatal(err)
		}
	}
	person, identity, health := crypto.KeyPrefix(crypto.RolePerson, "")+"*", crypto.KeyPrefix(crypto.RoleClass, "identity")+"*", crypto.KeyPrefix(crypto.RoleOwn, "health")+"*"
	index, routing := crypto.KeyPrefix(crypto.RoleIndex, "ine")+"*", crypto.KeyPrefix(crypto.RoleRouting, "")+"*"
	ring := func(p vault.Policy) *crypto.Keyring { return &crypto.Keyring{Service: s.identity(t, p), Store: &store} }
	intake := ring(vault.Policy{Identity: "intake", Encrypt: []string{person, health}, Decrypt: []string{identity, routing}, HMAC: []string{index}, Batch: true})
	agents := ring(vault.Policy{Identity: "agents", Decrypt: []string{person, identity, routing}, HMAC: []string{index}})
	doctors := ring(vault.Policy{Identity: "health", Decrypt: []string{person, health}})

	id, record := crypto.NewUnitID(), crypto.NewRecordID()
	units, err := intake.NewUnits(t.Context(), campaign, []crypto.NewUnit{
		{ID: id, Owner: id, Kind: "candidate", Classes: []string{"health"}},
		{ID: crypto.NewUnitID(), Owner: id, Kind: "responsible"},
	})
	if err != nil {
		t.Fatal(err)
	}
	seal := func(class string) (cell []byte, header [16]byte) {
		half, err := intake.NewHalf(t.Context(), campaign, units[0], class, "")
		if err != nil {
			t.Fatal(err)
		}
		row, err := half.Row(record)
		if err != nil {
			t.Fatal(err)
		}
		return row.Seal(nil, "item", 1, []byte("valeur")), row.Commitment()
	}
	open := func(k *crypto.Keyring, class string, cell []byte, header [16]byte) error {
		half, err := k.Half(t.Context(), campaign, id, class, "", 0)
		if err != nil {
			return err
		}
		row, err := half.RowOf(record, header[:])
		if err != nil {
			return err
		}
		_, err = row.Open(nil, "item", cell)
		return err
	}
	name, nameHeader := seal("identity")
	form, formHeader := seal("health")
	if err := open(agents, "identity", name, nameHeader); err != nil {
		t.Errorf("agents on identity: %v", err)
	}
	if err := open(doctors, "health", form, formHeader); err != nil {
		t.Errorf("health on health: %v", err)
	}
	for what, err := range map[string]error{
		"agents on health":                 open(agents, "health", form, formHeader),
		"health on identity":               open(doctors, "identity", name, nameHeader),
		"intake, on what it sealed itself": open(intake, "identity", name, nameHeader),
		"intake on health":                 open(intake, "health", form, formHeader),
	} {
		if !errors.Is(err, crypto.ErrRefused) {
			t.Errorf("%s: %v, want ErrRefused", what, err)
		}
	}
	a, err := intake.Index(t.Context(), campaign, "ine", []byte("1234567890A"), []byte("1234567890B"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := agents.Index(t.Context(), campaign, "ine", []byte("1234567890A"))
	if err != nil || !bytes.Equal(a[0], b[0]) {
		t.Errorf("an agent does not find what intake indexed: %v", err)
	}
	if _, err := doctors.Index(t.Context(), campaign, "ine", []byte("1234567890A")); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("health on the index: %v, want ErrRefused", err)
	}
	if _, err := agents.Routing(t.Context(), campaign); err != nil {
		t.Errorf("agents on routing: %v", err)
	}
}

func TestNoUseOfAnAbsentKeyMakesIt(t *testing.T) {
	s := shared(t)
	absent := "sceau-class-late-" + suffix()
	body := map[string]any{"plaintext": "AAAA", "context": "AAAA"}

	// On a mount as Vault makes it, encrypting creates: the trap is real.
	plain := "plain-" + suffix()
	if err := s.raw(t).Sys().Mount(plain, &api.MountInput{Type: "transit"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.raw(t).Sys().UnmountWithContext(context.Background(), plain) })
	if _, err := s.raw(t).Logical().Write(plain+"/encrypt/"+absent, body); err != nil {
		t.Fatalf("the control: %v", err)
	}

	// With update and no create, the policy alone keeps it from happening.
	client := s.identity(t, vault.Policy{Identity: "late", Encrypt: []string{"sceau-class-late-*"}, Batch: true})
	text, err := vault.Policy{Identity: "late", Encrypt: []string{"sceau-class-late-*"}, Batch: true}.Text(plain)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.raw(t).Sys().PutPolicy("late-"+plain, text); err != nil {
		t.Fatal(err)
	}
	made, err := s.raw(t).Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"late-" + plain}, NoDefaultPolicy: true})
	if err != nil {
		t.Fatal(err)
	}
	late := s.raw(t)
	late.SetToken(made.Auth.ClientToken)
	for name, body := range map[string]map[string]any{"one item": body, "a batch": {"batch_input": []any{body}}} {
		other := "sceau-class-late-" + suffix()
		if _, err := late.Logical().Write(plain+"/encrypt/"+other, body); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
		if found, _ := s.raw(t).Logical().Read(plain + "/keys/" + other); found != nil {
			t.Errorf("%s: the key exists now", name)
		}
	}
	if _, err := late.Logical().Write(plain+"/encrypt/"+absent, body); err != nil {
		t.Errorf("the same, once the key exists: %v", err)
	}

	// On our mount, not even root creates by use.
	if _, err := client.Wrap(t.Context(), absent, crypto.Plain{Context: []byte("a"), Secret: secret}); err == nil {
		t.Error("an identity wrapped under an absent key")
	}
	if _, err := s.admin.Wrap(t.Context(), absent, crypto.Plain{Context: []byte("a"), Secret: secret}); err == nil {
		t.Error("the administrator wrapped under an absent key")
	}
	if found, _ := s.raw(t).Logical().Read("transit/keys/" + absent); found != nil {
		t.Error("the key exists now")
	}
}

func TestAnIdentityThatOpensForPeopleCannotBatch(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	p := vault.Policy{Identity: "agents", Decrypt: []string{"sceau-person-*"}}
	client := s.identity(t, p)
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret}, crypto.Plain{Context: []byte("b"), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	items := []crypto.Wrapped{{Context: []byte("a"), Wrap: wraps[0]}, {Context: []byte("b"), Wrap: wraps[1]}}
	if opened, err := client.Unwrap(t.Context(), key, items...); err != nil || len(opened) != 2 {
		t.Errorf("two items, two requests: %d opened, %v", len(opened), err)
	}
	// The same identity, from a program that tries.
	eager := s.identity(t, p, func(c *vault.Config) { c.Single = false })
	if _, err := eager.Unwrap(t.Context(), key, items...); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("a batch: %v, want ErrRefused", err)
	}
	made, err := s.raw(t).Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{policyOf(t, s, p)}, NoDefaultPolicy: true})
	if err != nil {
		t.Fatal(err)
	}
	thief := s.raw(t)
	thief.SetToken(made.Auth.ClientToken)
	one := map[string]any{"ciphertext": vault.FormatWrap(wraps[0]), "context": "YQ=="}
	if _, err := thief.Logical().Write("transit/decrypt/"+key, one); err != nil {
		t.Fatalf("the control: %v", err)
	}
	for _, spelling := range []string{"batch_input", "Batch_Input", "BATCH_INPUT", "batch_Input"} {
		for name, body := range map[string]map[string]any{
			"alone":          {spelling: []any{one, one}},
			"beside an item": {spelling: []any{one, one}, "ciphertext": one["ciphertext"], "context": one["context"]},
		} {
			got, err := thief.Logical().Write("transit/decrypt/"+key, body)
			if err == nil && got.Data["batch_results"] != nil {
				t.Errorf("%s %s: opened a batch", spelling, name)
			} else if status := ""; err != nil {
				if status = err.Error(); !strings.Contains(status, "403") {
					t.Errorf("%s %s: %v, want a refusal", spelling, name, err)
				}
			}
		}
	}
	for _, other := range []map[string]any{
		{"ciphertext": one["ciphertext"], "context": one["context"], "associated_data": "YQ=="},
		{"ciphertext": one["ciphertext"], "context": one["context"], "partial_failure_response_code": 200},
	} {
		if _, err := thief.Logical().Write("transit/decrypt/"+key, other); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("a parameter that the policy does not name: %v, want a refusal", err)
		}
	}
}

// policyOf writes the policy under a name of its own.
func policyOf(t *testing.T, s *server, p vault.Policy) string {
	t.Helper()
	text, err := p.Text("transit")
	if err != nil {
		t.Fatal(err)
	}
	name := "test-" + suffix()
	if err := s.raw(t).Sys().PutPolicy(name, text); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAnIdentityReachesNothingBeyondItsVerbs(t *testing.T) {
	s := shared(t)
	own, other := s.key(t, "sceau-class-health-", crypto.WrapKey), s.key(t, "sceau-class-healthy-", crypto.WrapKey)
	p := vault.Policy{Identity: "all", Encrypt: []string{"sceau-class-health-*"}, Decrypt: []string{"sceau-class-health-*"}, HMAC: []string{"sceau-class-health-*"}, Batch: true}
	client := s.identity(t, p)
	item := crypto.Plain{Context: []byte("a"), Secret: secret}
	if _, err := client.Wrap(t.Context(), own, item); err != nil {
		t.Fatalf("the control: %v", err)
	}
	if _, err := client.Wrap(t.Context(), other, item); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("a class whose name begins alike: %v, want ErrRefused", err)
	}
	made, err := s.raw(t).Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{policyOf(t, s, p)}, NoDefaultPolicy: true})
	if err != nil {
		t.Fatal(err)
	}
	thief := s.raw(t)
	thief.SetToken(made.Auth.ClientToken)
	for _, path := range []string{
		"transit/datakey/plaintext/" + own, "transit/rewrap/" + own, "transit/keys/" + own + "/rotate",
		"transit/keys/" + own + "/config", "transit/keys/" + own + "/trim", "transit/keys/sceau-class-health-new", "transit/export/encryption-key/" + own,
		"transit/config/keys", "sys/policies/acl/sceau-all", "sys/mounts/transit2", "auth/token/create", "auth/approle/role/sceau-all/secret-id",
	} {
		if _, err := thief.Logical().Write(path, map[string]any{"context": "YQ==", "type": "aes256-gcm96"}); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("writing %s: %v, want a refusal", path, err)
		}
		if _, err := thief.Logical().Delete(path); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("deleting %s: %v, want a refusal", path, err)
		}
	}
	for _, path := range []string{"transit/keys/" + own, "transit/export/encryption-key/" + own, "transit/backup/" + own, "sys/policies/acl/sceau-all"} {
		if _, err := thief.Logical().Read(path); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("reading %s: %v, want a refusal", path, err)
		}
	}
}

func TestAKeyCanBeNeitherExportedNorBackedUpNorDeleted(t *testing.T) {
	s := shared(t)
	for kind, what := range map[crypto.KeyKind]string{crypto.WrapKey: "encryption-key", crypto.MACKey: "hmac-key"} {
		key := s.key(t, "sceau-class-kept-", kind)
		if _, err := s.raw(t).Logical().Read("transit/export/" + what + "/" + key); err == nil {
			t.Errorf("root exported a %s key", kind)
		}
		if _, err := s.raw(t).Logical().Read("transit/backup/" + key); err == nil {
			t.Errorf("root backed up a %s key in clear", kind)
		}
		if _, err := s.raw(t).Logical().Delete("transit/keys/" + key); err == nil {
			t.Errorf("root deleted a %s key by one mistake", kind)
		}
	}
}

func TestAKeyThatIsNotWhatItMustBeIsRefused(t *testing.T) {
	s := shared(t)
	for name, tt := range map[string]struct {
		body map[string]any
		kind crypto.KeyKind
	}{
		"exportable":          {map[string]any{"type": "aes256-gcm96", "derived": true, "exportable": true}, crypto.WrapKey},
		"backed up in clear":  {map[string]any{"type": "aes256-gcm96", "derived": true, "allow_plaintext_backup": true}, crypto.WrapKey},
		"not derived":         {map[string]any{"type": "aes256-gcm96"}, crypto.WrapKey},
		"a derived index key": {map[string]any{"type": "aes256-gcm96", "derived": true}, crypto.MACKey},
	} {
		key := "sceau-index-odd-" + suffix()
		if _, err := s.raw(t).Logical().Write("transit/keys/"+key, tt.body); err != nil {
			t.Fatal(err)
		}
		if err := s.admin.CreateKey(t.Context(), key, tt.kind); err == nil {
			t.Errorf("%s: taken as it is", name)
		}
	}
}

// Why index keys are plain, and why secrets are drawn here: what Vault does without
// saying so, or in a warning that nobody reads.
func TestWhatVaultIgnoresIsNeverReliedUpon(t *testing.T) {
	s := shared(t)
	derived, plain := "sceau-index-trap-"+suffix(), "sceau-class-trap-"+suffix()
	for key, body := range map[string]map[string]any{derived: {"type": "aes256-gcm96", "derived": true}, plain: {"type": "aes256-gcm96"}} {
		if _, err := s.raw(t).Logical().Write("transit/keys/"+key, body); err != nil {
			t.Fatal(err)
		}
	}
	mac := func(context string) any {
		got, err := s.raw(t).Logical().Write("transit/hmac/"+derived, map[string]any{"input": "YQ==", "context": context})
		if err != nil {
			t.Fatal(err)
		}
		return got.Data["hmac"]
	}
	if mac("AAAA") != mac("BBBB") {
		t.Log("this Vault heeds the context of an hmac: better than the one the design was made for")
	}
	got, err := s.raw(t).Logical().Write("transit/datakey/plaintext/"+plain, map[string]any{"associated_data": "YQ=="})
	if err == nil && len(got.Warnings) > 0 {
		if _, err := s.admin.Client.Write(t.Context(), "transit/datakey/plaintext/"+plain, map[string]any{"associated_data": "YQ=="}); err == nil {
			t.Error("a data key whose binding was dropped was accepted")
		}
	} else {
		t.Logf("this Vault does not drop the binding of a data key: %v", err)
	}
}

func TestALostTokenIsReplacedWithNoRestart(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	client := s.identity(t, vault.Policy{Identity: "agents", Encrypt: []string{"sceau-person-*"}})
	wrap := func() error {
		_, err := client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
		return err
	}
	if err := wrap(); err != nil {
		t.Fatal(err)
	}
	first := client.Token()
	if err := wrap(); err != nil || client.Token() != first {
		t.Fatalf("a token that works was replaced, or %v", err)
	}
	if err := s.raw(t).Auth().Token().RevokeTree(first); err != nil {
		t.Fatal(err)
	}
	if err := wrap(); err != nil {
		t.Errorf("after its token was revoked: %v", err)
	}
	second := client.Token()
	if second == first {
		t.Error("the revoked token is still held")
	}
	// A refusal of what the policy does not grant is no reason to log in again.
	if _, err := client.Wrap(t.Context(), s.key(t, "sceau-class-", crypto.WrapKey), crypto.Plain{Context: []byte("a"), Secret: secret}); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("%v, want ErrRefused", err)
	}
	if client.Token() != second {
		t.Error("a refusal made a new token")
	}
}

func TestATokenIsRenewedAndReplacedInTime(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	var ahead atomic.Int64
	client := s.identity(t, vault.Policy{Identity: "agents", Encrypt: []string{"sceau-person-*"}}, func(c *vault.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	at := func(later time.Duration) string {
		t.Helper()
		ahead.Store(int64(later))
		if _, err := client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret}); err != nil {
			t.Fatalf("after %v: %v", later, err)
		}
		return client.Token()
	}
	first := at(0)
	if at(30*time.Minute) != first || at(50*time.Minute) != first {
		t.Error("a token that could be renewed was replaced")
	}
	if at(100*time.Minute) != first {
		t.Error("the renewal did not lengthen its life")
	}
	if at(10*time.Hour) == first {
		t.Error("a token that has expired is still used")
	}
}

func TestASealedVaultAndAStoppedOneAreSaidAndSurvived(t *testing.T) {
	own := testkit.OwnVault(t, "file")
	s := serverAt(t, own.Addr, own.Token)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	client := s.identity(t, vault.Policy{Identity: "agents", Encrypt: []string{"sceau-person-*"}, Decrypt: []string{"sceau-person-*"}},
		func(c *vault.Config) { c.Timeout = 2 * time.Second })
	try := func() error {
		_, err := client.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret})
		return err
	}
	healthy := func(when string) {
		t.Helper()
		if err := try(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if err := client.Health(t.Context()); err != nil {
			t.Errorf("%s, health: %v", when, err)
		}
	}
	healthy("at first")

	own.Seal(t)
	if err := try(); !errors.Is(err, crypto.ErrSealed) || !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("sealed: %v, want ErrSealed", err)
	}
	if err := client.Health(t.Context()); !errors.Is(err, crypto.ErrSealed) {
		t.Errorf("sealed, health: %v, want ErrSealed", err)
	}
	own.Unseal(t)
	healthy("unsealed")

	own.Stop(t)
	err := try()
	if !errors.Is(err, crypto.ErrUnavailable) || errors.Is(err, crypto.ErrSealed) || !strings.Contains(err.Error(), "is it started") {
		t.Errorf("stopped: %v, want ErrUnavailable and a hint", err)
	}
	if err := client.Health(t.Context()); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("stopped, health: %v, want ErrUnavailable", err)
	}
	own.Start(t)
	healthy("started again")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Wrap(ctx, key, crypto.Plain{Context: []byte("a"), Secret: secret}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up by its caller: %v, want context.Canceled", err)
	}
}

func TestMountsAreMadeOnce(t *testing.T) {
	s := shared(t)
	mount, auth := "transit-"+suffix(), "approle-"+suffix()
	for range 2 {
		admin, err := vault.NewAdmin(vault.Config{Addr: s.addr, TokenFile: file(t, s.token), Mount: mount, AuthMount: auth})
		if err != nil {
			t.Fatal(err)
		}
		if err := admin.EnableMounts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		s.raw(t).Sys().UnmountWithContext(context.Background(), mount)
		s.raw(t).Sys().DisableAuthWithContext(context.Background(), auth)
	})
	admin, err := vault.NewAdmin(vault.Config{Addr: s.addr, TokenFile: file(t, s.token), Mount: "sys", AuthMount: "token"})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.EnableMounts(t.Context()); err == nil {
		t.Error("another engine was taken for transit")
	}
}
