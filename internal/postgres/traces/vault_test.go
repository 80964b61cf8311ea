package traces_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sceau/audit"
	"sceau/audit/audittest"
	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/internal/testkit"
)

// With both real parts: the day in use goes on while Vault is sealed, since its key
// is held; no process can start on it, and each goes on by itself once Vault is
// open again.
func TestASealedVaultOpensNoDayAndComesBack(t *testing.T) {
	server := testkit.OwnVault(t, "file")
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(server.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	admin, err := vault.NewAdmin(vault.Config{Addr: server.Addr, TokenFile: tokenFile})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.EnableMounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := admin.CreateKey(t.Context(), dayKey, crypto.WrapKey); err != nil {
		t.Fatal(err)
	}
	p := parts(t)
	start := func() *audit.Log {
		log, err := audit.New(audit.Config{Store: p.Store, Keys: admin, DayKey: dayKey, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(log.Close)
		return log
	}
	record := func(log *audit.Log) error {
		_, err := log.Record(t.Context(), audittest.Reading([]byte("file-ines"), 1))
		return err
	}
	running := start()
	if err := record(running); err != nil {
		t.Fatal(err)
	}

	server.Seal(t)
	if err := record(running); err != nil {
		t.Errorf("the day in use, while Vault is sealed: %v", err)
	}
	late := start()
	if err := record(late); !errors.Is(err, audit.ErrNotRecorded) || !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("a process that starts while Vault is sealed: %v", err)
	}
	reader := &audit.Reader{Store: p.Read, Keys: admin, DayKey: dayKey, Now: time.Now}
	today := audit.DayOf(time.Now())
	if _, err := reader.Subject(t.Context(), [][]byte{[]byte("file-ines")}, today, today); !errors.Is(err, crypto.ErrUnavailable) {
		t.Errorf("a history read while Vault is sealed: %v", err)
	}

	server.Unseal(t)
	if err := record(late); err != nil {
		t.Errorf("once Vault is open: %v", err)
	}
	found, err := reader.Subject(t.Context(), [][]byte{[]byte("file-ines")}, today, today)
	if err != nil || len(found) != 3 {
		t.Errorf("%d traces of 3 (%v)", len(found), err)
	}
	r, err := audit.Verify(t.Context(), audit.Verification{Store: p.Read, Keys: admin, DayKey: dayKey})
	if err != nil || !r.OK() || !r.Days[0].Content {
		t.Errorf("%+v (%v)", r, err)
	}
}
