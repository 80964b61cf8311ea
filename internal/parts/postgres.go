package parts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/migrations"
)

func (h *house) dataDir(cluster string) string { return filepath.Join(h.postgres(), cluster) }
func (h *house) logFile(cluster string) string { return h.path("logs", cluster+".log") }

// choosePostgres decides once where the private clusters live. Under home, unless
// the account that runs them cannot enter it: root in a home of mode 0700.
func (h *house) choosePostgres(as pgserver.Account) error {
	if h.Postgres != "" {
		return nil
	}
	dir, kept := h.path("postgres"), "postgres"
	if as.CanReach(h.home) != nil {
		sum := sha256.Sum256([]byte(h.home))
		// Random too: a home that was moved leaves its clusters where they are, and the
		// next home at the same place must not find them.
		dir = filepath.Join("/var/lib/sceau", hex.EncodeToString(sum[:8])+"-"+rand.Text()[:8])
		kept = dir
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("making the folder of the clusters: %w", err)
	}
	if err := as.CanReach(dir); err != nil {
		return fmt.Errorf("choosing the folder of the clusters: %w", err)
	}
	h.Postgres = kept
	return h.save()
}

// furnish makes roles, database and tables of a cluster that answers.
func (h *house) furnish(ctx context.Context, cluster string) error {
	if err := h.prepare(ctx, cluster); err != nil {
		return err
	}
	return h.migrate(ctx, cluster)
}

// prepare makes the roles, each with its password, and a database without tables.
func (h *house) prepare(ctx context.Context, cluster string) error {
	passwords := map[string]string{}
	for _, role := range roles.Of(cluster) {
		p, err := h.password(cluster, role)
		if err != nil {
			return err
		}
		passwords[role] = p
	}
	admin, err := h.admin(cluster, "postgres")
	if err != nil {
		return err
	}
	return roles.Prepare(ctx, admin, cluster, Database, passwords)
}

// migrate brings the tables to the present.
func (h *house) migrate(ctx context.Context, cluster string) error {
	dir, err := migrations.Of(cluster)
	if err != nil {
		return err
	}
	password, err := h.password(cluster, roles.Owner)
	if err != nil {
		return err
	}
	owner, err := h.dsn(cluster, Database, roles.Owner, password)
	if err != nil {
		return err
	}
	return migrate.Up(ctx, owner, dir)
}

// adoptServer uses a server that is not ours to start.
func (h *house) adoptServer(ctx context.Context, cluster string) error {
	u, err := url.Parse(h.existing(cluster))
	if err != nil || u.Host == "" {
		return fmt.Errorf("the DSN of cluster %s is not a postgres:// address", cluster)
	}
	u.User = nil // parts.json holds no secret
	if err := h.set(cluster, place{Existing: true, URL: u.String()}); err != nil {
		return err
	}
	return h.furnish(ctx, cluster)
}

// startCluster brings a private cluster up, from whatever state it is in.
func (h *house) startCluster(ctx context.Context, cluster string, say func(string, ...any)) error {
	bin, err := pgserver.Find()
	if err != nil {
		return err
	}
	as, err := pgserver.Lend()
	if err != nil {
		return err
	}
	dir := h.dataDir(cluster)
	password, err := h.password(cluster, pgserver.Admin)
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		say("making a PostgreSQL %d cluster", bin.Version)
		if err := pgserver.Make(ctx, bin, as, dir, password); err != nil {
			return err
		}
	}
	if lock, running := pgserver.Running(dir); running {
		if err := h.set(cluster, place{Port: lock.Port}); err != nil {
			return err
		}
		return pgserver.AwaitReady(ctx, dir, nil)
	}
	say("starting")
	// A server killed a moment ago may still have children at work on the files:
	// PostgreSQL refuses to start until the last has gone.
	for end := time.Now().Add(30 * time.Second); ; {
		err := h.launchCluster(ctx, cluster, bin, as)
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func (h *house) launchCluster(ctx context.Context, cluster string, bin pgserver.Binaries, as pgserver.Account) error {
	dir := h.dataDir(cluster)
	if err := pgserver.ClearStale(dir); err != nil {
		return err
	}
	port, err := keepPort(h.at(cluster).Port)
	if err != nil {
		return err
	}
	if err := h.set(cluster, place{Port: port}); err != nil {
		return err
	}
	settings := pgserver.Private(port)
	// What is written stays written: durable is the word of the trace.
	settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "on", "on", "on"
	// A scan looks for values in the WAL: keep some, and keep it readable.
	settings["wal_keep_size"], settings["wal_compression"] = "512MB", "off"

	if err := os.MkdirAll(h.path("logs"), 0o700); err != nil {
		return fmt.Errorf("making the folder of logs: %w", err)
	}
	log, err := os.OpenFile(h.logFile(cluster), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log of %s: %w", cluster, err)
	}
	defer log.Close()
	cmd := pgserver.Command(bin, as, dir, settings)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	exited := make(chan struct{})
	go func() { cmd.Wait(); close(exited) }()
	if err := pgserver.AwaitReady(ctx, dir, exited); err != nil {
		return fmt.Errorf("%w (see %s)", err, h.logFile(cluster))
	}
	return nil
}

func (h *house) stopCluster(ctx context.Context, cluster string, polite syscall.Signal) error {
	if h.postgres() == "" {
		return nil
	}
	lock, running := pgserver.Running(h.dataDir(cluster))
	if !running {
		return nil
	}
	return pgserver.Halt(ctx, lock.PID, polite, syscall.SIGQUIT, 20*time.Second)
}

// keepPort keeps the port of last time, so that addresses written elsewhere stay
// true, unless somebody else listens there now.
func keepPort(port int) (int, error) {
	if port != 0 && pgserver.Free(port) {
		return port, nil
	}
	return pgserver.FreePort()
}
