package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
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

	"sceau/crypto"
	"sceau/crypto/vault"
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

// decoy holds in memory what it is sent, as careless code would, until it is killed.
func decoy() {
	held, err := io.ReadAll(os.Stdin)
	if err != nil {
		os.Exit(failed)
	}
	fmt.Println("ready")
	time.Sleep(time.Hour)
	runtime.KeepAlive(held)
}

// What a service reads to somebody is in no memory when it was sent, and the secrets
// that opened it are when their minute is over. Who looks is root, at the memory of the
// process that serves: not at a heap dump, which the process writes itself.
func TestAServiceKeepsNothingOfWhatItRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of another process is read on Linux")
	}
	if os.Getuid() != 0 {
		// That it is refused to anybody else is shown by the test of internal/nocore.
		t.Log("this user may not read the memory of a service: what is in it is not looked at")
		return
	}
	h := sharedHouse.open(t)
	open, err := house.Open(t.Context(), h.home)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	marked, own := h.marked(t)
	looking, err := scan.New(own, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		as, class, fate string
		least           int // canaries in an answer
	}{
		{"portal", "identity", "other", 100},
		{"health", "health", "", 1},
	} {
		t.Run(tt.as, func(t *testing.T) {
			secrets := h.keysOf(t, marked, tt.class, tt.fate)
			s := h.serve(t, tt.as)
			answered, err := looking.Reader(t.Context(), "answer", bytes.NewReader(s.reads(t, open, marked)))
			if answered.Found < tt.least {
				t.Fatalf("%d canaries were read, want %d at least: nothing would be proved: %v", answered.Found, tt.least, err)
			}
			none(t, s, looking)
			// The control: while their minute lasts, the secrets are there and are found.
			held := found(t, s.pid(), secrets)
			for try := 0; try < 3 && (held["person"] == 0 || held["class"] == 0); try++ {
				s.reads(t, open, marked) // the machine took more than a minute to look
				held = found(t, s.pid(), secrets)
			}
			if held["person"] == 0 || held["class"] == 0 {
				t.Errorf("secrets that are open are not found: %v", held)
			}

			s = h.serve(t, tt.as, "--open-for", "1ms")
			s.reads(t, open, marked)
			s.goesOn(t)
			held = found(t, s.pid(), secrets)
			for end := time.Now().Add(30 * time.Second); held["person"]+held["class"]+held["half"] > 0 && time.Now().Before(end); time.Sleep(time.Second) {
				held = found(t, s.pid(), secrets)
			}
			if held["person"]+held["class"]+held["half"] > 0 {
				t.Errorf("secrets of which the time is over are in memory, so many times: %v", held)
			}
			// The key of a row is not cleared: Go's AES keeps it in memory of its own.
			t.Logf("pieces of the key of a row still in freed memory: %d", held["row"])
			none(t, s, looking)
		})
	}
}

// A page holds the values of many: it is cleared like the answer about one.
func TestAServiceKeepsNothingOfAListThatItGave(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Log("this user may not read the memory of a service: what is in it is not looked at")
		return
	}
	h := sharedHouse.open(t)
	marked, own := h.marked(t)
	looking, err := scan.New(own, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wishes []struct {
		Programme string `json:"wish_target_programme"`
	}
	if err := json.Unmarshal(marked.Dossier["per_wish"], &wishes); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "missions.ndjson")
	jury := fmt.Sprintf(`{"mission":"jury-of-marked","campaign":"2026","recipient":"R4b-exam","organisation":"lycee","scopes":{"programmes":["%s"]},"until":"2029-12-31","agent":{}}`, wishes[0].Programme)
	if err := os.WriteFile(file, []byte(jury+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.run([]string{"mission", "import", file}); err != nil {
		t.Fatal(err)
	}
	credential, err := os.ReadFile(filepath.Join(h.home, "missions", "jury-of-marked.key"))
	if err != nil {
		t.Fatal(err)
	}
	s := h.serve(t, "agents")
	for range 3 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			s.addr+"/v1/list?mission=jury-of-marked&purpose=P1&on=2026-04-15&item=A08.03&item=A08.05&item=A08.08&item=A09.06&item=A10.01&item=A10.02&item=A12.10", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Sceau "+string(bytes.TrimSpace(credential)))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answered, err := looking.Reader(t.Context(), "answer", answer.Body)
		answer.Body.Close()
		if answered.Found < 4 {
			t.Fatalf("%d canaries were listed, want 4 at least: nothing would be proved: %v, %v", answered.Found, answer.Status, err)
		}
	}
	s.goesOn(t)
	none(t, s, looking)
}

// none wants no canary in the memory of a service, nor in what it logged.
func none(t *testing.T, s *service, looking *scan.Scanner) {
	t.Helper()
	if _, err := looking.Memory(t.Context(), s.pid()); err != nil {
		t.Error(err)
	}
	if _, err := looking.Path(t.Context(), scan.Place{Name: "log of a service", Path: s.log}); err != nil {
		t.Error(err)
	}
}

// marked is a candidate whose fields hold canaries, and which.
func (h *testHouse) marked(t *testing.T) (person, []scan.Canary) {
	t.Helper()
	all, err := readFile(filepath.Join(h.home, "canaries.ndjson"), func(r io.Reader) ([]scan.Canary, error) { return scan.ReadCanaries(r) })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range h.everybody {
		if p.Line == all[0].Line {
			return p, slices.DeleteFunc(all, func(c scan.Canary) bool { return c.Line != p.Line })
		}
	}
	t.Fatal("nobody in the house has a canary")
	return person{}, nil
}

// A process that forgets nothing is seen through, in memory and in its core: each
// canary in another encoding, and every one is found.
func TestACarelessProcessTellsEverything(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of another process is read on Linux")
	}
	var all []scan.Canary
	for n := range scan.Disguises() {
		all = append(all, scan.Canary{Line: n + 1, Item: "A01.06", Value: fmt.Sprintf("Œ%sé", rand.Text()[:20])})
	}
	looking, err := scan.New(all, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	silent, err := scan.New([]scan.Canary{{Line: 1, Item: "A01.06", Value: "Œ" + rand.Text() + "é"}}, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("/bin/sh", "-c", "ulimit -c unlimited 2>/dev/null; exec decoy")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOTRACEBACK=crash")
	cmd.Stdin = bytes.NewReader(bytes.Join(scan.Disguise(all), []byte("\n-- \n")))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the decoy is not ready: %v", err)
	}
	if r, err := looking.See(t.Context(), scan.Place{PID: cmd.Process.Pid}); err != nil {
		t.Errorf("memory of a careless process: found %d of %d, %v", r.Found, len(all), err)
	}
	if r, err := silent.Memory(t.Context(), cmd.Process.Pid); err != nil {
		t.Errorf("found %d of a canary that nobody wrote: %v", r.Found, err)
	}
	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	cores, err := filepath.Glob(filepath.Join(dir, "*core*"))
	if err != nil || len(cores) == 0 {
		t.Logf("this system keeps no core beside the process (%v, %v): its memory was read", cmd.ProcessState, err)
		return
	}
	if r, err := looking.See(t.Context(), scan.Place{Name: "core", Path: cores[0]}); err != nil {
		t.Errorf("core of a careless process: found %d of %d: %v", r.Found, len(all), err)
	}
}
