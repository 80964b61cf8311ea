package testkit

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/migrations"
)

// Database is a fresh, migrated database of one cluster, dropped with its test.
type Database struct {
	Cluster, Name string
	t             testing.TB
	server        *postgres
}

// Postgres gives a fresh database of a cluster (data, keyring or audit) on the real
// server of this test binary, with every migration of that cluster applied.
func Postgres(t testing.TB, cluster string) *Database {
	t.Helper()
	Required(t)
	dir, err := migrations.Of(cluster)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sharedPostgres()
	if err != nil {
		t.Fatalf("a real PostgreSQL is needed here: %v", err)
	}
	return server.database(t, cluster, dir)
}

// OwnPostgres is a database on a server of one test alone, with settings of its own
// where the product's would show nothing.
func OwnPostgres(t testing.TB, cluster string, settings map[string]string) *Database {
	t.Helper()
	Required(t)
	dir, err := migrations.Of(cluster)
	if err != nil {
		t.Fatal(err)
	}
	server, err := startPostgres(settings)
	if err != nil {
		t.Fatalf("a real PostgreSQL is needed here: %v", err)
	}
	return server.database(t, cluster, dir)
}

func (server *postgres) database(t testing.TB, cluster string, dir fs.FS) *Database {
	t.Helper()
	d := &Database{
		Cluster: cluster, t: t, server: server,
		Name: fmt.Sprintf("%s_%d", cluster, server.made.Add(1)),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	// Roles belong to the server: two tests that create them at once would collide.
	server.creating.Lock()
	err := roles.Prepare(ctx, server.admin("postgres"), cluster, d.Name, server.passwords)
	server.creating.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := roles.Drop(ctx, server.admin("postgres"), d.Name); err != nil {
			t.Errorf("leaving no database behind: %v", err)
		}
	})
	if err := migrate.Up(ctx, d.DSN(roles.Owner), dir); err != nil {
		t.Fatal(err)
	}
	return d
}

// DSN is the address of the database for one of its cluster's roles. A role of
// another cluster has a DSN too, so that tests can show it refused.
func (d *Database) DSN(role string) string {
	d.t.Helper()
	password, ok := d.server.passwords[role]
	if !ok {
		d.t.Fatalf("no role is named %s", role)
	}
	return pgserver.DSN(d.server.port, d.Name, role, password)
}

// Admin is the superuser's address: for looking at the schema, never for the
// work under test.
func (d *Database) Admin() string { return d.server.admin(d.Name) }

// DataDir is the folder where the server keeps its files, for scans.
func (d *Database) DataDir() string { return filepath.Join(d.server.dir, "data") }

// LogFile is what the server wrote.
func (d *Database) LogFile() string { return filepath.Join(d.server.dir, "log") }

type postgres struct {
	dir       string
	port      int
	passwords map[string]string
	creating  sync.Mutex
	made      atomic.Int64
}

func (p *postgres) admin(database string) string {
	return pgserver.DSN(p.port, database, pgserver.Admin, p.passwords[pgserver.Admin])
}

// One server per test binary: making one costs a second, a database 0.1.
var sharedPostgres = sync.OnceValues(func() (*postgres, error) { return startPostgres(nil) })

func startPostgres(own map[string]string) (*postgres, error) {
	bin, err := pgserver.Find()
	if err != nil {
		return nil, err
	}
	as, err := pgserver.Lend()
	if err != nil {
		return nil, err
	}
	dir, err := temporary("sceau-test-pg-", as)
	if err != nil {
		return nil, err
	}
	p := &postgres{dir: dir, passwords: map[string]string{pgserver.Admin: secret()}}
	for _, cluster := range roles.Clusters {
		for _, role := range roles.Of(cluster) {
			if p.passwords[role] == "" {
				p.passwords[role] = secret()
			}
		}
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	data := filepath.Join(dir, "data")
	if err := pgserver.Make(ctx, bin, as, data, p.passwords[pgserver.Admin]); err != nil {
		return nil, err
	}
	// Between finding a free port and listening on it somebody else may take it.
	for try := 1; ; try++ {
		if err = p.listen(ctx, bin, as, data, own); err == nil {
			return p, nil
		}
		if try == 5 {
			return nil, fmt.Errorf("%w: %s", err, p.lastWords())
		}
	}
}

func (p *postgres) listen(ctx context.Context, bin pgserver.Binaries, as pgserver.Account, data string, own map[string]string) error {
	var err error
	if p.port, err = pgserver.FreePort(); err != nil {
		return err
	}
	settings := pgserver.Private(p.port)
	// The cluster dies with the test: nobody will ever recover it.
	settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "off", "off", "off"
	settings["shared_buffers"] = "32MB"
	maps.Copy(settings, own)

	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := pgserver.Command(bin, as, data, settings)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	exited := make(chan struct{})
	go func() { cmd.Wait(); close(exited) }()
	return pgserver.AwaitReady(ctx, data, exited)
}

func (p *postgres) lastWords() string {
	text, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " / ")
}
