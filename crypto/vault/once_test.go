package vault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/vault/api"

	"sceau/crypto"
	"sceau/crypto/vault"
)

// A job is an identity with a role that issues for one log-in.
func (s *server) job(t *testing.T, keys ...string) vault.Policy {
	t.Helper()
	p := vault.Policy{Identity: "job-" + suffix(), Decrypt: keys, Batch: true, Job: true}
	if err := s.admin.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *server) once(t *testing.T, p vault.Policy) vault.Once {
	t.Helper()
	o, err := s.admin.IssueOnce(t.Context(), p.Identity)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAJobLogsInOnceAndEndsItself(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	p := s.job(t, "sceau-person-*")
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: append([]byte(nil), secret...)})
	if err != nil {
		t.Fatal(err)
	}
	item := crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}
	config := vault.Config{Addr: s.addr}
	o := s.once(t, p)
	c, err := vault.LogInOnce(t.Context(), config, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Unwrap(t.Context(), key, item, item); err != nil {
		t.Errorf("it opens what its policy says: %v", err)
	}
	if _, err := c.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: secret}); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("it wraps: %v, want ErrRefused", err)
	}
	if _, err := vault.LogInOnce(t.Context(), config, o); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("a second log-in with the same: %v, want ErrSpent", err)
	}
	if err := c.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Unwrap(t.Context(), key, item); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("after its end: %v, want ErrSpent", err)
	}
	if err := c.End(t.Context()); err != nil {
		t.Errorf("ended twice: %v", err)
	}
}

// A token revoked behind the job's back, by an administrator who stops it, is no
// reason to look for another credential.
func TestAJobWhoseTokenIsRevokedStops(t *testing.T) {
	s := shared(t)
	key := s.key(t, "sceau-person-", crypto.WrapKey)
	p := s.job(t, "sceau-person-*")
	c, err := vault.LogInOnce(t.Context(), vault.Config{Addr: s.addr}, s.once(t, p))
	if err != nil {
		t.Fatal(err)
	}
	wraps, err := s.admin.Wrap(t.Context(), key, crypto.Plain{Context: []byte("a"), Secret: append([]byte(nil), secret...)})
	if err != nil {
		t.Fatal(err)
	}
	accessors, err := s.raw(t).Logical().List("auth/token/accessors")
	if err != nil {
		t.Fatal(err)
	}
	revoked := 0
	for _, a := range accessors.Data["keys"].([]any) {
		found, err := s.raw(t).Auth().Token().LookupAccessor(a.(string))
		if err != nil || !strings.Contains(fmt.Sprint(found.Data["policies"]), vault.RoleName(p.Identity)) {
			continue
		}
		if err := s.raw(t).Auth().Token().RevokeAccessor(a.(string)); err != nil {
			t.Fatal(err)
		}
		revoked++
	}
	if revoked != 1 {
		t.Fatalf("%d tokens of the job, want 1", revoked)
	}
	if _, err := c.Unwrap(t.Context(), key, crypto.Wrapped{Context: []byte("a"), Wrap: wraps[0]}); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("with its token revoked: %v, want ErrSpent", err)
	}
}

func TestACredentialThatSomebodyElseSawIsRefused(t *testing.T) {
	s := shared(t)
	p, other := s.job(t, "sceau-person-*"), s.job(t, "sceau-class-*")
	config := vault.Config{Addr: s.addr}

	seen := s.once(t, p)
	thief := s.raw(t)
	thief.ClearToken()
	found, err := thief.Logical().Unwrap(seen.Wrapping)
	if err != nil || found.Data["secret_id"] == nil {
		t.Fatalf("the thief unwraps nothing, and this test proves nothing: %v", err)
	}
	if _, err := vault.LogInOnce(t.Context(), config, seen); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("unwrapped by another first: %v, want ErrSpent", err)
	}

	// Somebody puts the token of another role, or wraps a secret id of their own.
	swapped := s.once(t, p)
	swapped.Wrapping = s.once(t, other).Wrapping
	if _, err := vault.LogInOnce(t.Context(), config, swapped); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("the token of another role: %v, want ErrRefused", err)
	}
	forger := s.raw(t)
	forger.SetWrappingLookupFunc(func(string, string) string { return "5m" })
	forged, err := forger.Logical().Write("sys/wrapping/wrap", map[string]any{"secret_id": "mine"})
	if err != nil {
		t.Fatal(err)
	}
	swapped.Wrapping = forged.WrapInfo.Token
	if _, err := vault.LogInOnce(t.Context(), config, swapped); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("a token that wraps what somebody typed: %v, want ErrRefused", err)
	}
	swapped.Wrapping = "hvs.nothing"
	if _, err := vault.LogInOnce(t.Context(), config, swapped); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("no token at all: %v, want ErrSpent", err)
	}
}

// The bound is the role's: no administrator issues more by mistake.
func TestTheRoleOfAJobIssuesNothingThatStays(t *testing.T) {
	s := shared(t)
	p := s.job(t, "sceau-person-*")
	role := "auth/approle/role/" + vault.RoleName(p.Identity)
	for what, body := range map[string]map[string]any{
		"with no bound of its own": {}, "for ten uses": {"num_uses": 10}, "for any number": {"num_uses": 0}, "for a year": {"ttl": "8760h"},
	} {
		answer, err := s.raw(t).Logical().Write(role+"/secret-id", body)
		var refused *api.ResponseError
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if uses, ttl := fmt.Sprint(answer.Data["secret_id_num_uses"]), answer.Data["secret_id_ttl"].(json.Number); uses != "1" || ttl.String() != fmt.Sprint(int((10*time.Minute).Seconds())) {
			t.Errorf("%s: %s uses in %s s", what, uses, ttl)
		}
	}
	if said, err := s.admin.Differences(t.Context(), p); err != nil || len(said) > 0 {
		t.Errorf("as applied: %q, %v", said, err)
	}
	s.must(t, role, body{"secret_id_num_uses": 0})
	if said, err := s.admin.Differences(t.Context(), p); err != nil || len(said) != 1 || !strings.Contains(said[0], "secret_id_num_uses 0, and should have 1") {
		t.Errorf("a role that issues for any number of log-ins: %q, %v", said, err)
	}
}

func TestTheCredentialOfAJobDoesNotPrint(t *testing.T) {
	o := vault.Once{Identity: "reseal", RoleID: "role", Wrapping: "hvs.secret"}
	text, err := json.Marshal(map[string]any{"o": o})
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprintf("%v %+v %#v %s %s", o, o, o, o, text); strings.Contains(said, "secret") {
		t.Error(said)
	}
}
