package vaultserver_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/testkit"
)

// server starts a Vault that nobody initialised, and ends it with the test.
func server(t *testing.T, storage string) (vaultserver.Client, vaultserver.Place) {
	t.Helper()
	testkit.Required(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // it may have to be built
	defer cancel()
	program, err := vaultserver.Program(ctx, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	port, err := pgserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	meeting, err := pgserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	place := vaultserver.Place{Dir: filepath.Join(t.TempDir(), "vault"), Storage: storage}
	if err := place.Configure(program, port, meeting); err != nil {
		t.Fatal(err)
	}
	cmd := place.Command(program)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	client := vaultserver.Client{Addr: vaultserver.Addr(port)}
	if err := client.AwaitAnswer(ctx); err != nil {
		t.Fatal(err)
	}
	return client, place
}

// opened initialises a server and opens it.
func opened(t *testing.T, c vaultserver.Client) (vaultserver.Client, string) {
	t.Helper()
	token, share, err := c.Initialize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Unseal(t.Context(), share); err != nil {
		t.Fatal(err)
	}
	c.Token = token
	return c, share
}

// transit asks for one thing of the engine of that name, and gives the code and what
// was answered under a key.
func transit(t *testing.T, c vaultserver.Client, path, key string, body map[string]any) (int, string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", c.Addr+"/v1/transit/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", c.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data map[string]any }
	json.NewDecoder(resp.Body).Decode(&answer)
	value, _ := answer.Data[key].(string)
	return resp.StatusCode, value
}

func TestASnapshotOpensInAnotherVaultWithTheShareOfTheFirst(t *testing.T) {
	client, place := server(t, vaultserver.Raft)
	first, share := opened(t, client)
	if err := first.Furnish(t.Context(), place.AuditFile()); err != nil {
		t.Fatal(err)
	}
	transit(t, first, "keys/marin", "", map[string]any{})
	_, sealed := transit(t, first, "encrypt/marin", "ciphertext", map[string]any{"plaintext": "SW7DqHM="})
	var snapshot bytes.Buffer
	if err := first.Snapshot(t.Context(), &snapshot); err != nil {
		t.Fatal(err)
	}
	if err := vaultserver.CheckSnapshot(bytes.NewReader(snapshot.Bytes())); err != nil {
		t.Error(err)
	}
	transit(t, first, "keys/later", "", map[string]any{})

	second, elsewhere := server(t, vaultserver.Raft)
	if err := second.Replace(t.Context(), bytes.NewReader(snapshot.Bytes()), share); err != nil {
		t.Fatal(err)
	}
	second.Token = first.Token // the snapshot holds the root token of the first
	code, clear := transit(t, second, "decrypt/marin", "plaintext", map[string]any{"ciphertext": sealed})
	if code != 200 || clear != "SW7DqHM=" {
		t.Errorf("what the first sealed opens in the second to %q (%d)", clear, code)
	}
	if code, _ := transit(t, second, "rotate/later", "", nil); code/100 == 2 {
		t.Error("the second holds a key that was made after the snapshot")
	}

	// The first was told a whole path, as homes once did: the second is told to record
	// in a file of its own, and writes no more in that of the first.
	if err := second.Furnish(t.Context(), vaultserver.OwnAudit); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(place.AuditFile())
	transit(t, second, "decrypt/marin", "plaintext", map[string]any{"ciphertext": sealed})
	after, err := os.Stat(place.AuditFile())
	if err != nil || after.Size() != before.Size() {
		t.Errorf("the second wrote in the audit file of the first (%v)", err)
	}
	if own, err := os.ReadFile(elsewhere.AuditFile()); err != nil || !bytes.Contains(own, []byte("transit/decrypt/marin")) {
		t.Errorf("the audit file of the second does not tell what it opened (%v)", err)
	}

	// Another Vault's share opens nothing.
	third, _ := server(t, vaultserver.Raft)
	_, stranger := opened(t, mustServe(t))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := third.Replace(ctx, bytes.NewReader(snapshot.Bytes()), stranger); err == nil {
		t.Error("a snapshot opened with the share of another Vault")
	}
}

func mustServe(t *testing.T) vaultserver.Client {
	t.Helper()
	c, _ := server(t, vaultserver.File)
	return c
}

func TestADamagedSnapshotIsFound(t *testing.T) {
	client, _ := server(t, vaultserver.Raft)
	first, _ := opened(t, client)
	var whole bytes.Buffer
	if err := first.Snapshot(t.Context(), &whole); err != nil {
		t.Fatal(err)
	}
	good := whole.Bytes()
	if err := vaultserver.CheckSnapshot(bytes.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 1, 100, len(good) / 2, len(good) - 1} {
		if vaultserver.CheckSnapshot(bytes.NewReader(good[:cut])) == nil {
			t.Errorf("cut to %d of %d bytes, it passes", cut, len(good))
		}
	}
	for at := 20; at < len(good); at += len(good)/50 + 1 {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if vaultserver.CheckSnapshot(bytes.NewReader(bad)) == nil {
			t.Errorf("with byte %d of %d changed, it passes", at, len(good))
		}
	}
	// Packed again by somebody, so that gzip has nothing to say.
	gone := func([]byte) []byte { return nil }
	for name, one := range map[string]struct {
		victim string
		change func([]byte) []byte
	}{
		"one byte of the state":      {"state.bin", func(text []byte) []byte { text[len(text)/2] ^= 1; return text }},
		"no state":                   {"state.bin", gone},
		"no description":             {"meta.json", gone},
		"no sums":                    {"SHA256SUMS", gone},
		"a state that is cut":        {"state.bin", func(text []byte) []byte { return text[:len(text)/2] }},
		"a description with a space": {"meta.json", func(text []byte) []byte { return append(text, ' ') }},
	} {
		if vaultserver.CheckSnapshot(bytes.NewReader(repack(t, good, one.victim, one.change))) == nil {
			t.Errorf("with %s, it passes", name)
		}
	}
	if vaultserver.CheckSnapshot(bytes.NewReader(repack(t, good, "", nil))) != nil {
		t.Error("packed again and unchanged, it does not pass: this test proves nothing")
	}
}

// repack changes one file of a snapshot, or leaves it out.
func repack(t *testing.T, good []byte, victim string, change func([]byte) []byte) []byte {
	t.Helper()
	packed, err := gzip.NewReader(bytes.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	to := tar.NewWriter(zip)
	for from := tar.NewReader(packed); ; {
		entry, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if entry.Name == victim {
			if text = change(text); text == nil {
				continue
			}
		}
		if err := errors.Join(to.WriteHeader(&tar.Header{Name: entry.Name, Mode: 0o600, Size: int64(len(text))}), write(to, text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(to.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}

func TestStorageWithoutSnapshotsSaysSo(t *testing.T) {
	client, _ := server(t, vaultserver.File)
	first, _ := opened(t, client)
	var got bytes.Buffer
	err := first.Snapshot(t.Context(), &got)
	if !errors.Is(err, vaultserver.ErrNoSnapshot) || got.Len() > 0 {
		t.Errorf("%v, and %d bytes", err, got.Len())
	}
	if !strings.Contains(fmt.Sprint(err), "file") {
		t.Errorf("%v does not say which storage it is", err)
	}
}
