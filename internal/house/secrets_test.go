package house

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/parts"
)

// bare is the house of a home without parts.
func bare(t *testing.T, home string) *House {
	t.Helper()
	h, err := At(parts.Addresses{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func putSecret(t *testing.T, home, path, text string) {
	t.Helper()
	path = filepath.Join(home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What an empty text hashes to is known to everybody, and so was every credential.
func TestFirstCredentialsAreDrawnFromAWholeSecretOnly(t *testing.T) {
	account := dossier.AccountID(crypto.NewUnitID(), 0)
	secret := string(dossier.NewCredential().Text())
	for name, text := range map[string]string{"empty": "", "half": secret[:20], "blank": "\n", "longer": secret[:40] + secret} {
		t.Run(name, func(t *testing.T) {
			h := bare(t, t.TempDir())
			putSecret(t, h.home, "missions/accounts.key", text)
			if _, err := h.Credential(account); err == nil || !strings.Contains(err.Error(), "is not whole") {
				t.Errorf("a credential was drawn from it: %v", err)
			}
		})
	}
	t.Run("accounts that were made before keep their credentials", func(t *testing.T) {
		h := bare(t, t.TempDir())
		putSecret(t, h.home, "missions/accounts.key", secret)
		sum := sha256.Sum256([]byte(secret))
		before, err := dossier.NewActivation(sum[:])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Credential(account); err != nil || got != before.Credential(account) {
			t.Errorf("it has another one, error %v", err)
		}
	})
}

// makings of secrets, and after how many bytes of a file each is cut: log.key is a little
// longer than its public half.
var makings = map[string]struct {
	cut  uint64
	make func(*House) error
}{
	"missions/accounts.key":  {20, func(h *House) error { _, err := h.activation(); return err }},
	"missions/intake.key":    {20, (*House).makeSenderKey},
	"identities/log.key":     {70, (*House).makeLogKey},
	"identities/agents.json": {40, func(h *House) error { return h.keepCredential(issued) }},
}

var issued = vault.Credential{Identity: "agents", RoleID: strings.Repeat("r", 36), SecretID: strings.Repeat("s", 36)}

// The child is this test binary, which may write so many bytes of a file and no more.
func TestASecretWhoseMakingWasCutIsMadeAnew(t *testing.T) {
	if home := os.Getenv("SCEAU_TEST_HOME"); home != "" {
		m := makings[os.Getenv("SCEAU_TEST_SECRET")]
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: m.cut, Max: m.cut}); err != nil {
			t.Fatal(err)
		}
		t.Fatal(m.make(bare(t, home)))
	}
	for name, m := range makings {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			cmd := exec.Command(os.Args[0], "-test.run=^TestASecretWhoseMakingWasCutIsMadeAnew$")
			cmd.Env = append(os.Environ(), "SCEAU_TEST_HOME="+home, "SCEAU_TEST_SECRET="+name)
			if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("file too large")) && !bytes.Contains(out, []byte("SIGXFSZ")) {
				t.Fatalf("the making was not cut: %v\n%s", err, out)
			}
			if _, err := os.Stat(filepath.Join(home, name)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("cut, it is there: %v", err)
			}
			h := bare(t, home)
			if _, err := h.lackingIdentities(); err != nil { // clears the other half of a credential
				t.Fatal(err)
			}
			if err := m.make(h); err != nil {
				t.Errorf("and made again: %v", err)
			}
			if info, err := os.Stat(filepath.Join(home, name)); err != nil || info.Size() <= int64(m.cut) {
				t.Errorf("it is not whole: %v", err)
			}
		})
	}
	t.Run("what a kill of an older version left of a credential is cleared", func(t *testing.T) {
		h := bare(t, t.TempDir())
		putSecret(t, h.home, "identities/agents.secret-id", issued.SecretID)
		putSecret(t, h.home, "identities/agents.json", "")
		if _, err := h.lackingIdentities(); err != nil {
			t.Fatal(err)
		}
		if err := h.keepCredential(issued); err != nil {
			t.Error(err)
		}
	})
	t.Run("a key of the log that cannot be looked at is not taken for absent", func(t *testing.T) {
		h := bare(t, t.TempDir())
		putSecret(t, h.home, "identities", "a file where a folder belongs")
		if err := h.makeLogKey(); err == nil || errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "stat ") {
			t.Errorf("looking for it: %v", err)
		}
	})
}
