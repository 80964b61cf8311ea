package parts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/vaultserver"
	"sceau/internal/whole"
)

const plainly = `This Vault is for development. Its root token and the share that unseals it lie
in this folder, beside what they protect: whoever reads it opens everything.
In production Vault is somebody else's: set VAULT_ADDR, and no token lies here.
`

func (h *house) vault() vaultserver.Place {
	v := vaultserver.Place{Dir: h.path("vault"), Storage: h.at(Vault).Storage}
	if v.Storage == "" {
		v.Storage = v.Found()
	}
	return v
}

func (h *house) adoptVault(ctx context.Context) error {
	addr := h.lent("VAULT_ADDR")
	if u, err := url.Parse(addr); err != nil || u.Host == "" {
		return errors.New("VAULT_ADDR is not an address")
	}
	if err := h.set(Vault, place{Existing: true, URL: addr}); err != nil {
		return err
	}
	health, err := vaultserver.Client{Addr: addr}.Health(ctx)
	if err != nil {
		return fmt.Errorf("VAULT_ADDR: %w", err)
	}
	if !health.Serving() {
		return errors.New("the Vault of VAULT_ADDR is sealed or not initialised: its administrator has to unseal it")
	}
	token, err := vaultserver.TokenFromEnvironment()
	if err != nil {
		return err
	}
	// How an existing Vault is audited is its administrator's affair.
	return vaultserver.Client{Addr: addr, Token: token}.Furnish(ctx, "")
}

// startVault brings the private Vault up and unsealed, from whatever state.
func (h *house) startVault(ctx context.Context, out io.Writer, say func(string, ...any)) error {
	v := h.vault()
	if pid := h.vaultPID(); pid == 0 {
		program, err := vaultserver.Program(ctx, out)
		if err != nil {
			return err
		}
		say("starting")
		if err := h.launchVault(ctx, v, program); err != nil {
			return err
		}
	}
	client := vaultserver.Client{Addr: vaultserver.Addr(h.at(Vault).Port)}
	health, err := client.Health(ctx)
	if err != nil {
		return err
	}
	if !health.Initialized {
		say("initialising: a development root token goes to %s", h.path("vault", "root-token"))
		return h.initialize(ctx, client)
	}
	return h.unseal(ctx, v, client, health, out, say)
}

// unseal opens the private Vault with what lies beside it.
func (h *house) unseal(ctx context.Context, v vaultserver.Place, client vaultserver.Client, health vaultserver.Health, out io.Writer, say func(string, ...any)) error {
	token, err1 := os.ReadFile(h.path("vault", "root-token"))
	share, err2 := os.ReadFile(h.path("vault", "unseal-share"))
	if err := errors.Join(err1, err2); err != nil {
		if _, furnished := os.Stat(h.path("vault", "furnished")); furnished == nil {
			return fmt.Errorf("this Vault holds keys and its token or its share is gone: %w", err)
		}
		// Killed between the answer of Vault and our writing it down: the secrets
		// are lost, and nothing was ever sealed under them.
		say("clearing a half-made Vault")
		if err := h.stopVault(ctx, orderly.vault); err != nil {
			return err
		}
		if err := os.RemoveAll(v.StorageDir()); err != nil {
			return fmt.Errorf("clearing a half-made Vault: %w", err)
		}
		return h.startVault(ctx, out, say)
	}
	client.Token = strings.TrimSpace(string(token))
	if health.Sealed {
		if err := client.Unseal(ctx, strings.TrimSpace(string(share))); err != nil {
			return err
		}
	}
	// Unsealed by one who was killed a moment ago, it may still be electing itself.
	if err := client.AwaitServing(ctx); err != nil {
		return err
	}
	return h.furnishVault(ctx, client)
}

func (h *house) initialize(ctx context.Context, client vaultserver.Client) error {
	token, share, err := client.Initialize(ctx)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"root-token": token + "\n", "unseal-share": share + "\n", "README": plainly} {
		if err := whole.Write(h.path("vault", name), []byte(text)); err != nil {
			return err
		}
	}
	if err := client.Unseal(ctx, share); err != nil {
		return err
	}
	client.Token = token
	return h.furnishVault(ctx, client)
}

func (h *house) furnishVault(ctx context.Context, client vaultserver.Client) error {
	if err := client.Furnish(ctx, vaultserver.OwnAudit); err != nil {
		return err
	}
	// From here on the storage may hold keys: it is never cleared again.
	return whole.Write(h.path("vault", "furnished"), []byte("the storage of this Vault may hold keys\n"))
}

func (h *house) launchVault(ctx context.Context, v vaultserver.Place, program string) error {
	was := h.at(Vault)
	port, err := keepPort(was.Port)
	if err != nil {
		return err
	}
	now := place{Port: port, Storage: v.Storage}
	if v.Storage == vaultserver.Raft {
		if now.ClusterPort, err = keepPort(was.ClusterPort); err != nil {
			return err
		}
	}
	if err := h.set(Vault, now); err != nil {
		return err
	}
	if err := v.Configure(program, now.Port, now.ClusterPort); err != nil {
		return err
	}
	log, err := os.OpenFile(v.LogFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log of vault: %w", err)
	}
	defer log.Close()
	cmd := v.Command(program)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting vault: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	go func() { cmd.Wait(); cancel() }() // no use in waiting for one that ended
	if err := (vaultserver.Client{Addr: vaultserver.Addr(port)}).AwaitAnswer(ctx); err != nil {
		return fmt.Errorf("%w (see %s)", err, v.LogFile())
	}
	return nil
}

// vaultPID is the process of the private Vault, 0 when it does not run.
func (h *house) vaultPID() int {
	text, err := os.ReadFile(h.vault().PIDFile())
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !pgserver.Belongs(pid, h.vault().ConfigFile()) {
		return 0
	}
	return pid
}

func (h *house) stopVault(ctx context.Context, polite syscall.Signal) error {
	pid := h.vaultPID()
	if pid == 0 {
		return nil
	}
	if err := pgserver.Halt(ctx, pid, polite, syscall.SIGKILL, 10*time.Second); err != nil {
		return err
	}
	return os.Remove(h.vault().PIDFile())
}
