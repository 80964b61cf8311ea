package parts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

// A home of private parts, whose folder goes with the test.
func home(t *testing.T) string {
	t.Helper()
	testkit.Required(t)
	// The environment of whoever runs the tests must not lend its own parts.
	for _, name := range []string{"SCEAU_DATA_DSN", "SCEAU_KEYRING_DSN", "SCEAU_AUDIT_DSN", "VAULT_ADDR"} {
		t.Setenv(name, "")
	}
	dir, err := os.MkdirTemp("", "sceau-test-home-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parts.Erase(context.Background(), dir); err != nil {
			t.Errorf("leaving nothing behind: %v", err)
		}
	})
	return dir
}

func up(t *testing.T, home string) parts.Addresses {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // Vault may have to be built
	defer cancel()
	var said bytes.Buffer
	a, err := parts.Up(ctx, home, &said)
	if err != nil {
		t.Fatalf("up: %v\n%s", err, said.String())
	}
	return a
}

func states(t *testing.T, home string) map[string]parts.PartStatus {
	t.Helper()
	s, err := parts.Read(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]parts.PartStatus{}
	for _, p := range s.Parts {
		all[p.Name] = p
	}
	return all
}

func want(t *testing.T, home string, state parts.State, names ...string) {
	t.Helper()
	for name, p := range states(t, home) {
		for _, n := range names {
			if name == n && p.State != state {
				t.Errorf("%s is %s (%s), want %s", name, p.State, p.Detail, state)
			}
		}
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func admin(t *testing.T, a parts.Addresses, cluster string) *pgx.Conn {
	t.Helper()
	dsn, err := a.Admin(cluster)
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, dsn)
}

// vault calls the server with the root token and gives the code of the answer.
func vault(t *testing.T, a parts.Addresses, path string, body any) int {
	t.Helper()
	token, err := a.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", a.VaultAddr+"/v1/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// remembered is what parts.json keeps.
type remembered struct {
	Aside  string
	Places map[string]struct {
		Port        int
		Storage     string
		ClusterPort int    `json:"cluster_port"`
		Of          string `json:"of"`
	}
}

func kept(t *testing.T, home string) (r remembered) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "parts.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

var greeting = map[string]any{"plaintext": "SW7DqHM="}

// One home lives through what can happen to it, in order: starting it takes
// seconds, and each trouble must leave it fit for the next.
func TestTheParts(t *testing.T) {
	dir := home(t)
	a := up(t, dir)

	t.Run("are up, and every role enters its own database", func(t *testing.T) {
		want(t, dir, parts.StateUp, parts.Names...)
		for _, cluster := range roles.Clusters {
			for _, role := range roles.Of(cluster) {
				dsn, err := a.DSN(cluster, role)
				if err != nil {
					t.Fatal(err)
				}
				if err := roles.Ping(t.Context(), dsn); err != nil {
					t.Errorf("%s cannot enter %s: %v", role, cluster, err)
				}
			}
		}
		if _, err := a.DSN("data", "sceau_trace_write"); err == nil {
			t.Error("the cluster of the dossiers gave an address to the role of the traces")
		}
	})

	t.Run("write what they were told durably, and no value in their logs", func(t *testing.T) {
		for name, value := range map[string]string{
			"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
			"log_statement": "none", "log_min_error_statement": "panic", "log_error_verbosity": "terse",
			"log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0", "track_activities": "off",
			"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "password_encryption": "scram-sha-256",
			"wal_compression": "off", "wal_keep_size": "512MB", "max_connections": "200",
		} {
			for _, cluster := range roles.Clusters {
				var got string
				if err := admin(t, a, cluster).QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != value {
					t.Errorf("%s of %s is %q, want %q", name, cluster, got, value)
				}
			}
		}
	})

	t.Run("dump no core", func(t *testing.T) {
		for name, p := range states(t, dir) {
			limits, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID) + "/limits")
			if errors.Is(err, fs.ErrNotExist) {
				continue // not Linux
			}
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(limits)) {
				if strings.HasPrefix(line, "Max core file size") && strings.Fields(line)[4] != "0" {
					t.Errorf("%s may dump core: %s", name, line)
				}
			}
		}
	})

	t.Run("keep their secrets to the owner", func(t *testing.T) {
		for _, folder := range []string{"roles", "vault"} {
			err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if err != nil {
					return err
				}
				if info.Mode().Perm()&0o077 != 0 && (filepath.Dir(path) == filepath.Join(dir, "vault") || folder == "roles") {
					t.Errorf("%s is open to others: %v", path, info.Mode())
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})

	t.Run("are refused to an older version when a newer one was there", func(t *testing.T) {
		for _, cluster := range roles.Clusters {
			conn := admin(t, a, cluster)
			if _, err := conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
				t.Fatal(err)
			}
			_, up := parts.Up(t.Context(), dir, io.Discard)
			_, need := parts.Need(t.Context(), dir)
			for verb, err := range map[string]error{"starting": up, "working": need} {
				var newer *migrate.NewerError
				if !errors.As(err, &newer) || newer.Has != 99999 || newer.Knows == 0 || newer.Hint() == "" || !strings.Contains(err.Error(), cluster) {
					t.Errorf("%s with a %s of a newer version: %v", verb, cluster, err)
				}
			}
			want(t, dir, parts.StateAhead, cluster)
			if _, err := conn.Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 99999"); err != nil {
				t.Fatal(err)
			}
			want(t, dir, parts.StateUp, cluster)
		}
		if _, err := parts.Need(t.Context(), dir); err != nil {
			t.Errorf("with nothing newer there: %v", err)
		}
	})

	t.Run("are left as they are by a second start", func(t *testing.T) {
		before := states(t, dir)
		var said bytes.Buffer
		if _, err := parts.Up(t.Context(), dir, &said); err != nil {
			t.Fatal(err)
		}
		for name, p := range states(t, dir) {
			if p.PID == 0 || p.PID != before[name].PID || p.Address != before[name].Address {
				t.Errorf("%s was process %d at %s, is %d at %s", name, before[name].PID, before[name].Address, p.PID, p.Address)
			}
		}
		if strings.Contains(said.String(), "starting") || strings.Contains(said.String(), "making") {
			t.Errorf("a second start did work:\n%s", said.String())
		}
	})

	t.Run("come back from a kill with what was committed, at the same addresses", func(t *testing.T) {
		conn := admin(t, a, "audit")
		if _, err := conn.Exec(t.Context(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (17)"); err != nil {
			t.Fatal(err)
		}
		if code := vault(t, a, "transit/keys/marin", map[string]any{}); code/100 != 2 {
			t.Fatalf("making a key: %d", code)
		}
		before, places := states(t, dir), kept(t, dir)
		if v := places.Places[parts.Vault]; v.Storage != "raft" || v.ClusterPort == 0 {
			t.Errorf("the new home keeps its Vault as %+v, want raft and a port for it", v)
		}
		for _, p := range before {
			if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range before {
			gone(t, p.PID)
		}
		want(t, dir, parts.StateDown, parts.Names...)

		a = up(t, dir)
		want(t, dir, parts.StateUp, parts.Names...)
		for name, p := range states(t, dir) {
			if p.Address != before[name].Address {
				t.Errorf("%s moved from %s to %s", name, before[name].Address, p.Address)
			}
		}
		if diff := cmp.Diff(places, kept(t, dir)); diff != "" {
			t.Errorf("what is remembered of the places changed:\n%s", diff)
		}
		var n int
		if err := admin(t, a, "audit").QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n); err != nil || n != 17 {
			t.Errorf("what was committed before the kill: %d, %v", n, err)
		}
		if code := vault(t, a, "transit/encrypt/marin", greeting); code != 200 {
			t.Errorf("the key made before the kill answers %d", code)
		}
	})

	t.Run("stop and start one by one", func(t *testing.T) {
		for _, name := range parts.Names {
			if err := parts.Stop(t.Context(), dir, name); err != nil {
				t.Fatal(err)
			}
			want(t, dir, parts.StateDown, name)
			var down *parts.DownError
			if _, err := parts.Need(t.Context(), dir, name); !errors.As(err, &down) || down.Part != name {
				t.Errorf("needing %s while it is stopped: %v", name, err)
			}
			if err := parts.Start(t.Context(), dir, name); err != nil {
				t.Fatal(err)
			}
			want(t, dir, parts.StateUp, parts.Names...)
		}
	})

	t.Run("open nothing while Vault is sealed", func(t *testing.T) {
		if err := parts.Seal(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		want(t, dir, parts.StateSealed, parts.Vault)
		if code := vault(t, a, "transit/encrypt/marin", greeting); code != 503 {
			t.Errorf("a sealed Vault answers %d, want 503", code)
		}
		if err := parts.Unseal(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		if code := vault(t, a, "transit/encrypt/marin", greeting); code != 200 {
			t.Errorf("an unsealed Vault answers %d", code)
		}
	})

	t.Run("serve another home as existing parts", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "home")
		for _, cluster := range roles.Clusters {
			dsn, err := a.Admin(cluster)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("SCEAU_"+strings.ToUpper(cluster)+"_DSN", dsn)
		}
		t.Setenv("VAULT_ADDR", a.VaultAddr)
		t.Setenv("VAULT_TOKEN_FILE", a.RootTokenFile)
		b := up(t, other)
		for name, p := range states(t, other) {
			if p.State != parts.StateUp || p.Private {
				t.Errorf("%s is %s (%s), private %v", name, p.State, p.Detail, p.Private)
			}
		}
		dsn, err := b.DSN("data", "sceau_gate")
		if err != nil {
			t.Fatal(err)
		}
		if err := roles.Ping(t.Context(), dsn); err != nil {
			t.Errorf("the gate's role cannot enter the existing server: %v", err)
		}
		text, err := os.ReadFile(filepath.Join(other, "parts.json"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), pgserver.Admin) {
			t.Errorf("parts.json holds the credential of an existing server:\n%s", text)
		}
		if err := parts.Down(t.Context(), other, io.Discard); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("are not confused by the lock of a process that is not theirs", func(t *testing.T) {
		a = up(t, dir) // the other home gave the roles other passwords
		if err := parts.Down(t.Context(), dir, io.Discard); err != nil {
			t.Fatal(err)
		}
		want(t, dir, parts.StateDown, parts.Names...)
		stranger := exec.Command("sleep", "60")
		if as, err := pgserver.Lend(); err != nil {
			t.Fatal(err)
		} else {
			stranger.SysProcAttr = &syscall.SysProcAttr{Credential: as.Credential()}
		}
		if err := stranger.Start(); err != nil {
			t.Fatal(err)
		}
		defer stranger.Wait()
		defer stranger.Process.Kill()
		pid := strconv.Itoa(stranger.Process.Pid)
		data := states(t, dir)["data"].Folder
		for path, text := range map[string]string{
			filepath.Join(data, "postmaster.pid"):    pid + "\n" + data + "\n1\n5432\n\n127.0.0.1\n\nready\n",
			filepath.Join(dir, "vault", "vault.pid"): pid + "\n",
		} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want(t, dir, parts.StateDown, parts.Names...)
		up(t, dir)
		want(t, dir, parts.StateUp, parts.Names...)
		if !pgserver.Alive(stranger.Process.Pid) {
			t.Error("a stranger's process was stopped")
		}
	})

	t.Run("move when somebody else listens at their address", func(t *testing.T) {
		if err := parts.Down(t.Context(), dir, io.Discard); err != nil {
			t.Fatal(err)
		}
		before := states(t, dir)
		places := kept(t, dir).Places
		meeting := net.JoinHostPort("127.0.0.1", strconv.Itoa(places[parts.Vault].ClusterPort))
		for _, address := range []string{before[parts.Keyring].Address, before[parts.Vault].Address, meeting} {
			l, err := net.Listen("tcp4", strings.TrimPrefix(address, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
		}
		up(t, dir)
		want(t, dir, parts.StateUp, parts.Names...)
		if after := states(t, dir); after[parts.Keyring].Address == before[parts.Keyring].Address {
			t.Error("the keyring claims an address where another listens")
		}
		if a, err := parts.Locate(dir); err != nil {
			t.Error(err)
		} else if code := vault(t, a, "transit/encrypt/marin", greeting); code != 200 {
			t.Errorf("moved, the key answers %d", code)
		}
	})

	t.Run("clear a Vault whose secrets were lost before it held anything, and no other", func(t *testing.T) {
		lose := func(names ...string) {
			if err := parts.Stop(t.Context(), dir, parts.Vault); err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if err := os.Remove(filepath.Join(dir, "vault", name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		share, err := os.ReadFile(filepath.Join(dir, "vault", "unseal-share"))
		if err != nil {
			t.Fatal(err)
		}
		lose("unseal-share")
		if err := parts.Start(t.Context(), dir, parts.Vault); err == nil {
			t.Fatal("a Vault that holds keys was cleared because its share was lost")
		}
		if err := os.WriteFile(filepath.Join(dir, "vault", "unseal-share"), share, 0o600); err != nil {
			t.Fatal(err)
		}
		a = up(t, dir)
		if code := vault(t, a, "transit/encrypt/marin", greeting); code != 200 {
			t.Errorf("with its share found again, the key answers %d", code)
		}
		lose("unseal-share", "root-token", "furnished")
		a = up(t, dir)
		if code := vault(t, a, "transit/keys/marin", map[string]any{}); code/100 != 2 {
			t.Errorf("the new Vault answers %d", code)
		}
	})
}

// The child is this test binary: it runs Up and is killed at some instant of it.
func TestWhateverTheInstantAtWhichUpIsKilledTheNextOneSucceeds(t *testing.T) {
	if dir := os.Getenv("SCEAU_TEST_UP"); dir != "" {
		parts.Up(t.Context(), dir, io.Discard)
		return
	}
	dir := home(t)
	for _, after := range []time.Duration{50, 300, 700, 1300, 2000} {
		child := exec.Command(os.Args[0], "-test.run=^TestWhateverTheInstantAtWhichUpIsKilledTheNextOneSucceeds$")
		child.Env = append(os.Environ(), "SCEAU_TEST_UP="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond)
		child.Process.Kill()
		child.Wait()
	}
	a := up(t, dir)
	want(t, dir, parts.StateUp, parts.Names...)
	if code := vault(t, a, "transit/keys/marin", map[string]any{}); code/100 != 2 {
		t.Errorf("making a key: %d", code)
	}
}

func TestTheServersOfATrialThatWasKilledStopWithTheHome(t *testing.T) {
	h := home(t)
	trial, err := parts.BeginAside(t.Context(), h, parts.ForTrial, true)
	if err != nil {
		t.Fatal(err)
	}
	err = trial.Prepare(t.Context(), parts.Keyring)
	trial.Close() // as a kill does
	if err != nil {
		t.Fatal(err)
	}
	lock, running := pgserver.Running(filepath.Join(trial.Home(), "postgres", parts.Keyring))
	if !running {
		t.Fatal("the trial has no server: this would prove nothing")
	}
	if err := parts.Down(t.Context(), h, io.Discard); err != nil {
		t.Fatal(err)
	}
	gone(t, lock.PID)
}

func TestNothingWasEverStartedInAnEmptyHome(t *testing.T) {
	dir := home(t)
	want(t, dir, parts.StateAbsent, parts.Names...)
	var none *parts.NoHomeError
	if _, err := parts.Need(t.Context(), dir); !errors.As(err, &none) || none.Home != dir || !strings.Contains(none.Hint(), "SCEAU_HOME") {
		t.Errorf("needing parts that never were: %v", err)
	}
	if err := parts.Down(t.Context(), dir, io.Discard); err != nil {
		t.Errorf("stopping nothing: %v", err)
	}
}

// Root lends PostgreSQL an account that cannot enter a home of mode 0700.
func TestAHomeThatNobodyElseMayEnterStillHasItsClusters(t *testing.T) {
	dir := filepath.Join(home(t), "private", "var")
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parts.Erase(context.Background(), dir); err != nil {
			t.Errorf("leaving nothing behind: %v", err)
		}
	})
	if err := parts.Start(t.Context(), dir, parts.Keyring); err != nil {
		t.Fatal(err)
	}
	want(t, dir, parts.StateUp, parts.Keyring)
	folder := states(t, dir)[parts.Keyring].Folder
	if under := strings.HasPrefix(folder, dir); under != (os.Geteuid() != 0) {
		t.Errorf("run by %d, the cluster lies in %s", os.Geteuid(), folder)
	}
	if err := parts.Erase(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("erased, the home leaves %s", folder)
	}
}

// A home made before there were backups: its Vault keeps its keys in files, and
// parts.json does not say so.
func TestAHomeWhoseVaultIsOnFilesOpensAsBefore(t *testing.T) {
	dir := home(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	program, err := vaultserver.Program(ctx, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	port, err := pgserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	place := vaultserver.Place{Dir: filepath.Join(dir, "vault"), Storage: vaultserver.File}
	if err := place.Configure(program, port, 0); err != nil {
		t.Fatal(err)
	}
	server := place.Command(program)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	client := vaultserver.Client{Addr: vaultserver.Addr(port)}
	if err := client.AwaitAnswer(ctx); err != nil {
		t.Fatal(err)
	}
	token, share, err := client.Initialize(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Unseal(ctx, share); err != nil {
		t.Fatal(err)
	}
	client.Token = token
	if err := client.Furnish(ctx, place.AuditFile()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"vault/root-token": token, "vault/unseal-share": share, "vault/furnished": "",
		"parts.json": `{"places":{"vault":{"port":` + strconv.Itoa(port) + `}}}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := parts.Locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if code := vault(t, a, "transit/keys/marin", map[string]any{}); code/100 != 2 {
		t.Fatalf("making a key: %d", code)
	}
	server.Process.Kill()
	server.Wait()

	if err := parts.Start(ctx, dir, parts.Vault); err != nil {
		t.Fatal(err)
	}
	if code := vault(t, a, "transit/encrypt/marin", greeting); code != 200 {
		t.Errorf("the key of the home answers %d", code)
	}
	if v := kept(t, dir).Places[parts.Vault]; v.Storage != "file" || v.Port != port {
		t.Errorf("the home keeps its Vault as %+v, want file at port %d", v, port)
	}
	if err := (vaultserver.Client{Addr: a.VaultAddr, Token: token}).Snapshot(ctx, io.Discard); !errors.Is(err, vaultserver.ErrNoSnapshot) {
		t.Errorf("a snapshot of storage that gives none: %v", err)
	}
}

func gone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); pgserver.Alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("process %d survives its kill", pid)
		}
	}
}
