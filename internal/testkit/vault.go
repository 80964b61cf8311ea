package testkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
)

// Vault gives a real Vault, private to this test binary, with transit, approle and
// an audit file: its address and its root token. With VAULT_ADDR set it is that one
// (with VAULT_TOKEN or VAULT_TOKEN_FILE), so that the same tests run on OpenBao.
// Tests share it: each names its keys at random.
func Vault(t testing.TB) (addr, rootToken string) {
	t.Helper()
	Required(t)
	v, err := sharedVault()
	if err != nil {
		t.Fatalf("a real Vault is needed here: %v", err)
	}
	return v.Addr, v.Token
}

// VaultServer is a Vault of one test alone, which may be sealed and stopped.
type VaultServer struct {
	Addr, Token string
	// AuditFile is where each request is recorded, for scans.
	AuditFile string

	place   vaultserver.Place
	program string
	port    int
	share   string
	running *exec.Cmd
	exited  chan struct{}
}

// OwnVault starts a Vault that the test may seal and stop. Storage is file or raft.
func OwnVault(t testing.TB, storage string) *VaultServer {
	t.Helper()
	Required(t)
	v, err := startVault(storage)
	if err != nil {
		t.Fatalf("a real Vault is needed here: %v", err)
	}
	t.Cleanup(func() { v.Stop(t) })
	return v
}

// Seal closes it; Unseal opens it again with what it held.
func (v *VaultServer) Seal(t testing.TB) {
	t.Helper()
	if err := v.client().Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Unseal opens a sealed server.
func (v *VaultServer) Unseal(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := v.client().Unseal(ctx, v.share); err != nil {
		t.Fatal(err)
	}
}

// Stop kills the server, as a power cut would. Stopping twice is nothing.
func (v *VaultServer) Stop(t testing.TB) {
	t.Helper()
	if v.running == nil {
		return
	}
	v.running.Process.Kill()
	<-v.exited
	v.running = nil
}

// Start brings a stopped server back at the same address, unsealed.
func (v *VaultServer) Start(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := v.start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := v.client().Unseal(ctx, v.share); err != nil {
		t.Fatal(err)
	}
}

func (v *VaultServer) client() vaultserver.Client {
	return vaultserver.Client{Addr: v.Addr, Token: v.Token}
}

var sharedVault = sync.OnceValues(func() (*VaultServer, error) {
	addr := os.Getenv("VAULT_ADDR")
	if addr == "" {
		return startVault("file")
	}
	token, err := vaultserver.TokenFromEnvironment()
	if err != nil {
		return nil, err
	}
	v := &VaultServer{Addr: addr, Token: token}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return v, v.client().Furnish(ctx, "")
})

func startVault(storage string) (*VaultServer, error) {
	// Minutes when it is not in the cache: the first of all test binaries builds,
	// the others wait for it.
	building, cancel := context.WithTimeout(context.Background(), 18*time.Minute)
	defer cancel()
	program, err := vaultserver.Program(building, os.Stderr)
	if err != nil {
		return nil, err
	}
	dir, err := temporary("sceau-test-vault-", pgserver.Account{Name: "this one"})
	if err != nil {
		return nil, err
	}
	v := &VaultServer{program: program, place: vaultserver.Place{Dir: filepath.Join(dir, "vault"), Storage: storage}}
	v.AuditFile = v.place.AuditFile()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for try := 1; ; try++ { // somebody else may take the free port first
		if v.port, err = pgserver.FreePort(); err != nil {
			return nil, err
		}
		cluster, err := pgserver.FreePort()
		if err != nil {
			return nil, err
		}
		v.Addr = vaultserver.Addr(v.port)
		if err := v.place.Configure(program, v.port, cluster); err != nil {
			return nil, err
		}
		if err = v.start(ctx); err == nil {
			break
		} else if try == 5 {
			return nil, err
		}
	}
	if v.Token, v.share, err = v.client().Initialize(ctx); err != nil {
		return nil, err
	}
	if err := v.client().Unseal(ctx, v.share); err != nil {
		return nil, err
	}
	return v, v.client().Furnish(ctx, v.AuditFile)
}

func (v *VaultServer) start(ctx context.Context) error {
	log, err := os.OpenFile(v.place.LogFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := v.place.Command(v.program)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting vault: %w", err)
	}
	exited := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { cmd.Wait(); close(exited); cancel() }()
	v.running, v.exited = cmd, exited
	if err := v.client().AwaitAnswer(ctx); err != nil {
		text, _ := os.ReadFile(v.place.LogFile())
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return fmt.Errorf("%w: %s", err, strings.Join(lines[max(0, len(lines)-3):], " / "))
	}
	return nil
}
