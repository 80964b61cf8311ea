package vaultserver

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Place is the folder of a private server, mode 0700: configuration, storage,
// audit file, log.
type Place struct {
	Dir     string
	Storage string // File or Raft; empty means File
}

// Kinds of storage. A server on Raft gives snapshots of what it holds, which is what
// a backup needs; homes made before there were backups are on File.
const (
	File = "file"
	Raft = "raft"
)

// Found is the kind of storage that lies in the folder, Raft where nothing does yet.
func (p Place) Found() string {
	held, err := os.ReadDir(p.StorageDir())
	if err != nil || len(held) == 0 {
		return Raft
	}
	if _, err := os.Stat(filepath.Join(p.StorageDir(), "vault.db")); err == nil {
		return Raft
	}
	return File
}

func (p Place) ConfigFile() string { return filepath.Join(p.Dir, "vault.json") }
func (p Place) StorageDir() string { return filepath.Join(p.Dir, "storage") }
func (p Place) AuditFile() string  { return filepath.Join(p.Dir, OwnAudit) }
func (p Place) PIDFile() string    { return filepath.Join(p.Dir, "vault.pid") }
func (p Place) LogFile() string    { return filepath.Join(p.Dir, "vault.log") }

// Addr is where a server configured for a port answers.
func Addr(port int) string { return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Configure writes the configuration, in the words that vault, bao and the built
// server share. clusterPort serves raft only.
func (p Place) Configure(program string, port, clusterPort int) error {
	kind := p.Storage
	if kind == "" {
		kind = File
	}
	store := map[string]any{"path": p.StorageDir()}
	listener := map[string]any{"address": net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), "tls_disable": true}
	config := map[string]any{
		"storage":       map[string]any{kind: store},
		"listener":      []any{map[string]any{"tcp": listener}},
		"api_addr":      Addr(port),
		"disable_mlock": true,
		"ui":            false,
		"log_level":     "info",
	}
	if kind == Raft {
		store["node_id"] = "sceau"
		// A server alone elects itself: with the waits meant for several machines, a seal
		// and a kill cost ten seconds in place of three (measured).
		store["performance_multiplier"] = "1"
		listener["cluster_address"] = net.JoinHostPort("127.0.0.1", strconv.Itoa(clusterPort))
		config["cluster_addr"] = "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(clusterPort))
	}
	if strings.HasPrefix(filepath.Base(program), "bao") {
		config["unsafe_allow_api_audit_creation"] = true // OpenBao wants it said
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	for _, dir := range []string{p.Dir, p.StorageDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making the folder of vault: %w", err)
		}
	}
	if err := os.WriteFile(p.ConfigFile(), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("configuring vault: %w", err)
	}
	return nil
}

// Command prepares, without starting it, the server, alone in its session and
// with no core dump. The shell that becomes the server writes its own number first:
// were it left to us, a kill in between would leave a server nobody knows of.
func (p Place) Command(program string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", `ulimit -c 0; umask 077; echo $$ >"$0"; exec "$@"`, p.PIDFile(), program, "server", "-config", p.ConfigFile())
	cmd.Dir = p.Dir
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// environment drops VAULT_ and BAO_ variables: some of them override the
// configuration, one of them the path of the storage.
func environment() []string {
	var kept []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "VAULT_") && !strings.HasPrefix(e, "BAO_") {
			kept = append(kept, e)
		}
	}
	return kept
}
