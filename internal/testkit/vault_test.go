package testkit_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"sceau/internal/testkit"
)

// Outside crypto/vault nobody imports Vault's client: three calls need none.
func call(t *testing.T, addr, token, method, path string, body any) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, addr+"/v1/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var answer struct{ Data map[string]any }
	json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer.Data
}

func TestTheVaultIsRealAndFurnished(t *testing.T) {
	addr, token := testkit.Vault(t)
	if again, _ := testkit.Vault(t); again != addr {
		t.Error("two calls started two servers")
	}
	if code, _ := call(t, addr, token, "POST", "transit/keys/marin", map[string]any{"type": "aes256-gcm96"}); code/100 != 2 {
		t.Fatalf("making a transit key: %d", code)
	}
	code, data := call(t, addr, token, "POST", "transit/encrypt/marin", map[string]any{"plaintext": "SW7DqHM="})
	if sealed, _ := data["ciphertext"].(string); code != 200 || !strings.HasPrefix(sealed, "vault:v1:") {
		t.Errorf("encrypting: %d, %v", code, data)
	}
	if code, _ := call(t, addr, token, "GET", "auth/approle/role?list=true", nil); code != 404 { // mounted, and empty
		t.Errorf("listing the roles of approle: %d", code)
	}
	if code, _ := call(t, addr, "not-a-token", "POST", "transit/encrypt/marin", map[string]any{"plaintext": "SW7DqHM="}); code != 403 {
		t.Errorf("a stranger's encryption: %d, want 403", code)
	}
}

func TestAVaultMayBeSealedStoppedAndFoundAgain(t *testing.T) {
	for _, storage := range []string{"file", "raft"} {
		t.Run(storage, func(t *testing.T) {
			t.Parallel()
			v := testkit.OwnVault(t, storage)
			if code, _ := call(t, v.Addr, v.Token, "POST", "transit/keys/marin", map[string]any{}); code/100 != 2 {
				t.Fatalf("making a transit key: %d", code)
			}
			encrypt := func() int {
				code, _ := call(t, v.Addr, v.Token, "POST", "transit/encrypt/marin", map[string]any{"plaintext": "SW7DqHM="})
				return code
			}
			v.Seal(t)
			if code := encrypt(); code != 503 {
				t.Errorf("encrypting while sealed: %d, want 503", code)
			}
			v.Unseal(t)
			if code := encrypt(); code != 200 {
				t.Errorf("encrypting after unsealing: %d", code)
			}
			v.Stop(t)
			if code := encrypt(); code != 0 {
				t.Errorf("a stopped server answered %d", code)
			}
			v.Start(t)
			if code := encrypt(); code != 200 {
				t.Errorf("encrypting after a restart: %d", code)
			}
			if audit, err := os.ReadFile(v.AuditFile); err != nil || !bytes.Contains(audit, []byte("transit/encrypt/marin")) {
				t.Errorf("the audit file does not tell the encryption (%v)", err)
			}
		})
	}
}
