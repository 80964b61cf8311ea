package pgserver

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Admin is the superuser of a private cluster. Only Sceau's own start-up and its
// scans use it: no served request does.
const Admin = "sceau_admin"

// Make creates a data folder owned by the account, with the superuser's password.
// The folder appears whole or not at all: what a kill leaves is named dir.new-N and
// goes with the next success.
func Make(ctx context.Context, bin Binaries, as Account, dir, password string) error {
	// A name of its own: an initdb whose parent was killed goes on for a moment, and
	// would be found at work in the folder that we clear.
	half, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".new-")
	if err != nil {
		return fmt.Errorf("making a cluster: %w", err)
	}
	secret := half + ".pw"
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return fmt.Errorf("making a cluster: %w", err)
	}
	defer os.Remove(secret)
	for _, p := range []string{half, secret} {
		if err := as.Own(p); err != nil {
			return fmt.Errorf("making a cluster: %w", err)
		}
	}
	// No sync here: a power cut during initdb leaves dir.new, which is made anew.
	cmd := exec.CommandContext(ctx, bin.Path("initdb"), "--pgdata="+half, "--username="+Admin, "--pwfile="+secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions")
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as.Credential()}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := runChild(cmd); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLine(said.String()))
	}
	if err := os.Rename(half, dir); err != nil {
		return fmt.Errorf("making a cluster: %w", err)
	}
	left, _ := filepath.Glob(dir + ".new-*")
	for _, l := range left {
		os.RemoveAll(l) // best effort: nobody reads it
	}
	return nil
}

// Private are the settings of every private cluster: the loopback alone, scram,
// and logs in which no value of a query can appear.
func Private(port int) map[string]string {
	return map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(port),
		"unix_socket_directories": "", // a path over 107 bytes would fail
		"password_encryption":     "scram-sha-256",
		"max_connections":         "200",

		// Values reach the log by six doors, each of them shut.
		"log_statement":                     "none",
		"log_min_error_statement":           "panic",
		"log_min_duration_statement":        "-1",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
		// A constraint quotes the refused row in DETAIL; terse leaves it out.
		"log_error_verbosity": "terse",
		// The message of an error quotes what it could not read ("invalid input syntax
		// for type date"). Who sent it is told; the log has what is of the server alone.
		"log_min_messages": "log",
		// A crashed backend's query would be logged with it.
		"track_activities": "off",

		"log_destination":   "stderr",
		"logging_collector": "off",
		"log_timezone":      "UTC",
		"timezone":          "UTC",
		"datestyle":         "iso, ymd",

		"shared_buffers":            "96MB",
		"work_mem":                  "4MB",
		"maintenance_work_mem":      "48MB",
		"effective_cache_size":      "512MB",
		"max_wal_size":              "1GB",
		"wal_level":                 "replica",
		"max_wal_senders":           "4",
		"jit":                       "off", // short queries: compiling costs more than it saves
		"huge_pages":                "off",
		"restart_after_crash":       "on",
		"max_prepared_transactions": "0",
	}
}

// Arguments turns settings into the command line of postgres.
func Arguments(dir string, settings map[string]string) []string {
	args := []string{"-D", dir}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// Command prepares, without starting it, the server of a data folder, alone in
// its session so that a signal to its parent's group does not reach it.
func Command(bin Binaries, as Account, dir string, settings map[string]string) *exec.Cmd {
	// No core dump: an image of the server would hold what passed through it.
	cmd := exec.Command("/bin/sh", append([]string{"-c", `ulimit -c 0; exec "$@"`, "sh", bin.Path("postgres")}, Arguments(dir, settings)...)...)
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as.Credential(), Setsid: true}
	return cmd
}

// Lock is what a running server writes in postmaster.pid.
type Lock struct {
	PID, Port int
	Ready     bool
}

// ReadLock reads the lock of a data folder; an absent one is os.ErrNotExist.
func ReadLock(dir string) (Lock, error) {
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return Lock{}, err
	}
	lines := strings.Split(string(text), "\n")
	var l Lock
	if l.PID, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil {
		return Lock{}, fmt.Errorf("postmaster.pid of %s does not parse", filepath.Base(dir))
	}
	if len(lines) > 3 {
		l.Port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	l.Ready = len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
	return l, nil
}

// AwaitReady waits until the server of a data folder accepts connections. It gives
// up as soon as exited is closed.
func AwaitReady(ctx context.Context, dir string, exited <-chan struct{}) error {
	for {
		if l, err := ReadLock(dir); err == nil && l.Ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for PostgreSQL: %w", ctx.Err())
		case <-exited:
			return fmt.Errorf("PostgreSQL of %s stopped while starting", filepath.Base(dir))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// FreePort finds a loopback port nobody listens on now. It lies below those from
// which Linux (from 32768) and others (from 49152) draw for outgoing connections: a
// part that comes back after a kill finds its port where it left it.
func FreePort() (int, error) {
	const lowest, past = 15000, 32768
	for range 100 {
		port := lowest + rand.IntN(past-lowest)
		if Free(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("found no free port between %d and %d", lowest, past)
}

// Free says whether nobody listens on a loopback port now.
func Free(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	return err == nil && l.Close() == nil
}

// DSN is the address of a database of a private cluster, for one role.
func DSN(port int, database, role, password string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable", // never leaves the loopback
	}
	return u.String()
}

// environment keeps PGDATA, PGPORT and their kin of the caller away from ours.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=/"}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
