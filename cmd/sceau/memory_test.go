package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
	"sceau/internal/scan"
)

// A service is `sceau serve` in a process of its own, as whoever operates it starts it.
type service struct {
	addr string
	cmd  *exec.Cmd
	log  string
}

func (h *testHouse) serve(t *testing.T, as string, args ...string) *service {
	t.Helper()
	s := &service{cmd: h.command(append([]string{"serve", "--as", as}, args...)...), log: filepath.Join(t.TempDir(), "log")}
	// It collects often; nothing else differs from a service that runs for days.
	s.cmd.Env = append(s.cmd.Env, "GOGC=1")
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait() // a service that a test killed has another end
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		text, _ := os.ReadFile(s.log)
		t.Fatalf("sceau serve says no address: %v: %s", err, text)
	}
	s.addr = strings.TrimSpace(line)
	return s
}

func (s *service) pid() int { return s.cmd.Process.Pid }

// reads asks for all that a person may read of their own file, over HTTP.
func (s *service) reads(t *testing.T, h *house.House, p person, items ...string) []byte {
	t.Helper()
	credential, err := h.Credential(p.Accounts[0])
	if err != nil {
		t.Fatal(err)
	}
	question, err := json.Marshal(map[string]any{"mission": p.Accounts[0], "purpose": "P1", "candidate": p.Ref, "items": items, "on": "2026-06-05"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.addr+"/v1/read", bytes.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Sceau "+string(bytes.TrimSpace(credential.Text())))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("reading a file: %d, %v", answer.StatusCode, err)
	}
	return body
}

// goesOn is the life of a service after somebody read: it is asked again and again,
// and collects.
func (s *service) goesOn(t *testing.T) {
	t.Helper()
	for range 20 {
		answer, err := http.Get(s.addr + "/v1/health")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

// A spy opens what the key service opens, and keeps a copy: the test has to know what
// it looks for.
type spy struct {
	crypto.KeyService
	opened [][]byte
}

func (s *spy) Unwrap(ctx context.Context, key string, items ...crypto.Wrapped) ([][]byte, error) {
	plain, err := s.KeyService.Unwrap(ctx, key, items...)
	for _, p := range plain {
		s.opened = append(s.opened, bytes.Clone(p))
	}
	return plain, err
}

// keysOf are the secrets behind one class of one person, by what they are: both locks,
// what they give together, and the key of the row that stands once.
func (h *testHouse) keysOf(t *testing.T, p person, class, fate string) map[string][]byte {
	t.Helper()
	ctx := t.Context()
	at, err := parts.Locate(h.home)
	if err != nil {
		t.Fatal(err)
	}
	service, err := vault.New(vault.Config{Addr: at.VaultAddr, TokenFile: at.RootTokenFile})
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := at.DSN(parts.Keyring, "sceau_keyring_read")
	if err != nil {
		t.Fatal(err)
	}
	store, err := keyring.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := &spy{KeyService: service}
	unit, err := crypto.ParseUnitID(p.Ref)
	if err != nil {
		t.Fatal(err)
	}
	half, err := (&crypto.Keyring{Service: s, Store: store}).Half(ctx, "2026", unit, class, fate, 1)
	if err != nil {
		t.Fatal(err)
	}
	half.Zero()
	if len(s.opened) != 2 {
		t.Fatalf("%d secrets were opened, want the person's and that of the class", len(s.opened))
	}
	// As docs/formats.md has it, written once more.
	prk, err := hkdf.Extract(sha256.New, s.opened[1], s.opened[0])
	if err != nil {
		t.Fatal(err)
	}
	var info []byte
	for _, f := range []string{"sceau", "row", "2026", string(unit[:]), class, fate, string(make([]byte, 16)), "\x00\x00\x00\x01"} {
		info = append(binary.BigEndian.AppendUint32(info, uint32(len(f))), f...)
	}
	row, err := hkdf.Expand(sha256.New, prk, string(info), 32)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"person": s.opened[0], "class": s.opened[1], "half": prk, "row": row}
}

// found says which secrets a process holds, and how many times. A half of a secret is
// enough, raw or as Vault sends it.
func found(t *testing.T, pid int, secrets map[string][]byte) map[string]int {
	t.Helper()
	n := map[string]int{}
	err := scan.Memory(pid, func(region string, r io.Reader) error {
		text, err := io.ReadAll(r)
		for name, s := range secrets {
			encoded := base64.StdEncoding.EncodeToString(s)
			for _, form := range [][]byte{s[:16], s[16:], []byte(encoded[:20]), []byte(encoded[20:40])} {
				if c := bytes.Count(text, form); c > 0 {
					n[name] += c
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var _ = []any{catalogue.MustLoad, dossier.ParseAccount, fmt.Sprint, slices.Sort[[]int], time.Second}

func TestWhatWasReadIsForgotten(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is read on Linux")
	}
	h := sharedHouse.open(t)
	open, err := house.Open(t.Context(), h.home)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	f, err := os.Open(filepath.Join(h.home, "canaries.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := scan.ReadCanaries(f)
	if err != nil {
		t.Fatal(err)
	}
	var own []scan.Canary
	for _, c := range all {
		if c.Line == h.a.Line {
			own = append(own, c)
		}
	}
	for _, as := range []string{"portal"} {
		secrets := h.keysOf(t, h.a, "identity", "other")
		s := h.serve(t, as)
		body := s.reads(t, open, h.a)
		before := found(t, s.pid(), secrets)
		told, err := scan.New(own, scan.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, _ := told.Reader(t.Context(), "answer", bytes.NewReader(body))
		m, _ := told.Memory(t.Context(), s.pid())
		t.Logf("answer %d bytes: %d canaries; memory %d of %d MB; secrets %v", len(body), r.Found, m.Found, m.Bytes>>20, before)

		s = h.serve(t, as, "--open-for", "1ms")
		s.reads(t, open, h.a)
		for range 3 {
			s.goesOn(t)
			m, _ = told.Memory(t.Context(), s.pid())
			n := 0
			for _, x := range m.Hits {
				n += x.Times
			}
			t.Logf("lapsed: memory %d canaries, %d times, of %d MB; secrets %v", m.Found, n, m.Bytes>>20, found(t, s.pid(), secrets))
		}
	}
}
