package vault_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/crypto/vault"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// answering is a server that answers every request alike: what a real Vault only
// does on a bad day.
func answering(t *testing.T, status int, body string) (*vault.Client, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	client, err := vault.New(vault.Config{Addr: server.URL, TokenFile: file(t, "token"), Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return client, &asked
}

func TestAnAnswerInPartIsAnError(t *testing.T) {
	good := `{"ciphertext":"vault:v1:` + strings.Repeat("AAAA", 15) + `"}`
	for name, body := range map[string]string{
		"200 with an error inside":       `{"data":{"batch_results":[` + good + `,{"error":"cipher: message authentication failed"}]}}`,
		"200 with an error and a result": `{"data":{"batch_results":[` + good + `,{"ciphertext":"vault:v1:AAAA","error":"late"}]}}`,
		"200 with an empty item":         `{"data":{"batch_results":[` + good + `,{}]}}`,
		"200 with an empty text":         `{"data":{"batch_results":[` + good + `,{"ciphertext":""}]}}`,
		"200 with an item less":          `{"data":{"batch_results":[` + good + `]}}`,
		"200 with an item more":          `{"data":{"batch_results":[` + good + `,` + good + `,` + good + `]}}`,
		"200 with no results":            `{"data":{}}`,
		"200 with nothing":               `{}`,
		"200 with a warning":             `{"data":{"batch_results":[` + good + `,` + good + `]},"warnings":["associated_data was ignored"]}`,
		"200 with no version":            `{"data":{"batch_results":[` + good + `,{"ciphertext":"vault:AAAA"}]}}`,
		"200 with version zero":          `{"data":{"batch_results":[` + good + `,{"ciphertext":"vault:v0:AAAA"}]}}`,
	} {
		client, _ := answering(t, 200, body)
		wraps, err := client.Wrap(t.Context(), "sceau-person-x", crypto.Plain{Context: []byte("a")}, crypto.Plain{Context: []byte("b")})
		if err == nil || wraps != nil {
			t.Errorf("%s: %d wraps, error %v", name, len(wraps), err)
		}
	}
	client, _ := answering(t, 200, `{"data":{"batch_results":[`+good+`,`+good+`]}}`)
	if _, err := client.Wrap(t.Context(), "sceau-person-x", crypto.Plain{Context: []byte("a")}, crypto.Plain{Context: []byte("b")}); err != nil {
		t.Errorf("the control: %v", err)
	}
}

func TestEachFailureSaysWhatTheCallerCanDo(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   error
	}{
		{"sealed", 503, `{"errors":["Vault is sealed"]}`, crypto.ErrSealed},
		{"unavailable", 503, `{"errors":["standby"]}`, crypto.ErrUnavailable},
		{"a full audit device", 500, `{"errors":["1 error occurred: no audit backend succeeded in logging the request"]}`, crypto.ErrUnavailable},
		{"a proxy in front of nothing", 502, `<html>`, crypto.ErrUnavailable},
		{"a quota", 429, `{"errors":["request path \"transit\": rate limit quota exceeded"]}`, crypto.ErrBusy},
		{"a refusal", 403, `{"errors":["permission denied"]}`, crypto.ErrRefused},
		{"a destroyed key", 400, `{"errors":["encryption key not found"]}`, crypto.ErrForgotten},
		{"an altered wrap", 400, `{"errors":["cipher: message authentication failed"]}`, crypto.ErrOpen},
		{"a trimmed version", 400, `{"errors":["ciphertext or signature version is disallowed by policy (too old)"]}`, crypto.ErrOpen},
	} {
		client, asked := answering(t, tt.status, tt.body)
		_, err := client.Unwrap(t.Context(), "sceau-person-x", crypto.Wrapped{Context: []byte("a"), Wrap: crypto.NewWrap(1, []byte("a"))})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if asked.Load() != 1 {
			t.Errorf("%s: asked %d times, want once: a retry hides an outage", tt.name, asked.Load())
		}
	}
}

func TestAnErrorNeverQuotesWhatWasSent(t *testing.T) {
	const email, encoded = "ines@example.org", "aW5lc0BleGFtcGxlLm9yZw=="
	for _, status := range []int{200, 400, 404, 500} {
		for _, body := range []string{
			fmt.Sprintf(`{"errors":["unable to decode input %s as base64: %s"]}`, encoded, email),
			fmt.Sprintf(`{"data":{"batch_results":[{"error":"bad input %s"},{"error":"%s"}]}}`, email, encoded),
			fmt.Sprintf(`%s %s`, email, encoded),
		} {
			client, _ := answering(t, status, body)
			for _, inputs := range [][][]byte{{[]byte(email)}, {[]byte(email), []byte(email)}} {
				_, err := client.MAC(t.Context(), "sceau-index-email-x", inputs...)
				if err == nil {
					t.Fatalf("%d %s: no error", status, body)
				}
				if strings.Contains(err.Error(), email) || strings.Contains(err.Error(), encoded) {
					t.Errorf("%d: %v", status, err)
				}
			}
		}
	}
}

func TestAnIndexKeyThatWasRotatedIsRefused(t *testing.T) {
	mac := strings.Repeat("A", 43) + "="
	client, _ := answering(t, 200, `{"data":{"hmac":"vault:v1:`+mac+`"}}`)
	if _, err := client.MAC(t.Context(), "sceau-index-ine-x", []byte("a")); err != nil {
		t.Errorf("the control: %v", err)
	}
	client, _ = answering(t, 200, `{"data":{"hmac":"vault:v2:`+mac+`"}}`)
	if _, err := client.MAC(t.Context(), "sceau-index-ine-x", []byte("a")); err == nil {
		t.Error("an entry of a second version was taken for one of the first")
	}
}

func TestAVaultThatDoesNotAnswerInTimeIsUnavailable(t *testing.T) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-hold }))
	defer server.Close()
	defer close(hold)
	client, err := vault.New(vault.Config{Addr: server.URL, TokenFile: file(t, "token"), Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.MAC(t.Context(), "sceau-index-ine-x", []byte("a")); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

// Whoever logs in waits as long, and the time is Vault's fault and not the caller's.
func TestALogInThatIsNotAnsweredInTimeIsUnavailable(t *testing.T) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-hold }))
	defer server.Close()
	defer close(hold)
	t.Setenv("VAULT_CLIENT_TIMEOUT", "50ms")
	client, err := vault.New(vault.Config{Addr: server.URL, RoleID: "role", SecretIDFile: file(t, "secret")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.MAC(t.Context(), "sceau-index-ine-x", []byte("a")); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := client.MAC(left, "sceau-index-ine-x", []byte("a")); errors.Is(err, crypto.ErrRefused) || err == nil {
		t.Errorf("a caller who left: %v", err)
	}
}

func TestAnErrorInsideAnAnswerOf200IsUnavailableUnlessItSaysMore(t *testing.T) {
	good := `{"ciphertext":"vault:v1:` + strings.Repeat("AAAA", 15) + `"}`
	for said, want := range map[string]error{"internal error": crypto.ErrUnavailable, "cipher: message authentication failed": crypto.ErrOpen} {
		client, _ := answering(t, 200, `{"data":{"batch_results":[`+good+`,{"error":"`+said+`"}]}}`)
		if _, err := client.Wrap(t.Context(), "sceau-person-x", crypto.Plain{Context: []byte("a")}, crypto.Plain{Context: []byte("b")}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", said, err, want)
		}
	}
}

func TestOnlySeveralItemsMakeABatch(t *testing.T) {
	var bodies []map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		json.NewDecoder(r.Body).Decode(&body)
		bodies = append(bodies, body)
		if r.Header.Get("X-Vault-Token") != "token" {
			t.Errorf("the token is %q, not that of its file", r.Header.Get("X-Vault-Token"))
		}
		w.Write([]byte(`{"data":{"plaintext":"AAAA","batch_results":[{"plaintext":"AAAA"},{"plaintext":"AAAA"}]}}`))
	}))
	defer server.Close()
	t.Setenv("VAULT_TOKEN", "token of the environment")
	t.Setenv("VAULT_NAMESPACE", "elsewhere")
	client, err := vault.New(vault.Config{Addr: server.URL, TokenFile: file(t, "token")})
	if err != nil {
		t.Fatal(err)
	}
	item := crypto.Wrapped{Context: []byte("a"), Wrap: crypto.NewWrap(1, []byte("a"))}
	for n := range 3 {
		if _, err := client.Unwrap(t.Context(), "sceau-person-x", slices.Repeat([]crypto.Wrapped{item}, n)...); err != nil && n > 0 {
			t.Fatal(err)
		}
	}
	if _, err := client.Unwrap(t.Context(), "sceau-person-x", item); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 3 {
		t.Fatalf("%d requests, want 3: nothing, one, two, one", len(bodies))
	}
	for i, batch := range []bool{false, true, false} {
		if _, ok := bodies[i]["batch_input"]; ok != batch {
			t.Errorf("request %d: a batch %v, want %v", i, ok, batch)
		}
	}
}

func TestACredentialThatIsMissingOrWrongIsSaid(t *testing.T) {
	s := shared(t)
	for name, config := range map[string]vault.Config{
		"nothing":     {Addr: s.addr},
		"half a role": {Addr: s.addr, RoleID: "x"},
		"both":        {Addr: s.addr, RoleID: "x", SecretIDFile: "y", TokenFile: "z"},
	} {
		if _, err := vault.New(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	try := func(config vault.Config) error {
		config.Addr = s.addr
		client, err := vault.New(config)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.MAC(t.Context(), "sceau-index-ine-x", []byte("a"))
		return err
	}
	if err := try(vault.Config{RoleID: "x", SecretIDFile: "/nowhere"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	err := try(vault.Config{RoleID: "x", SecretIDFile: file(t, "a-secret-id")})
	if !errors.Is(err, crypto.ErrRefused) || strings.Contains(err.Error(), "a-secret-id") {
		t.Errorf("a wrong secret id: %v", err)
	}
	if err := try(vault.Config{TokenFile: file(t, "hvs.wrong")}); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("a wrong token: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		c := vault.Credential{Identity: "intake", RoleID: "r", SecretID: "a-secret-id"}
		if text := fmt.Sprintf(verb, c); strings.Contains(text, "a-secret-id") {
			t.Errorf("%s prints %q", verb, text)
		}
	}
}

func TestAPolicyReadsAsItsAdministratorReadsIt(t *testing.T) {
	var text strings.Builder
	for _, p := range []vault.Policy{
		{Identity: "intake", Encrypt: []string{"sceau-person-*", "sceau-class-health-*"}, Decrypt: []string{"sceau-class-identity-*"}, HMAC: []string{"sceau-index-ine-*"}, Batch: true},
		{Identity: "health", Decrypt: []string{"sceau-person-*", "sceau-class-health-*", "sceau-person-*"}},
		{Identity: "trace-write", Encrypt: []string{crypto.DayKey}, Decrypt: []string{crypto.DayKey}},
		{Identity: "publish"},
	} {
		one, err := p.Text("transit")
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(one + "\n")
	}
	const golden = "testdata/policies.hcl"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("policies differ from %s:\n%s", golden, text.String())
	}
	if strings.Contains(text.String(), `"create"`) {
		t.Error("a policy grants create")
	}
}

func TestAPatternThatVaultReadsOtherwiseIsRefused(t *testing.T) {
	for _, key := range []string{"*", "", "sceau-*x", "sceau-+-health", "sceau-class-health/../x", "other-class-*", "sceau-", "sceau-*", "sceau-class-file*", "sceau-class-\"-*", "sceau-class-*\n"} {
		if text, err := (vault.Policy{Identity: "x", Decrypt: []string{key}}).Text("transit"); err == nil {
			t.Errorf("%q became\n%s", key, text)
		}
	}
}

func FuzzParseWrap(f *testing.F) {
	for _, seed := range []string{"", "vault:v1:AAAA", "vault:v0:AAAA", "vault:v01:AAAA", "vault:v+1:AAAA", "vault:v4294967296:AAAA", "vault:v1:AA==", "vault:v1:AB==", "vault:v1:\nAAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := vault.ParseWrap(text)
		if err != nil {
			return
		}
		if again := vault.FormatWrap(w); again != strings.NewReplacer("\r", "", "\n", "").Replace(text) {
			t.Errorf("%q reads as %q", text, again)
		}
		if w.Version() == 0 {
			t.Errorf("%q has no version", text)
		}
	})
}
