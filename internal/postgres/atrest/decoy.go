package atrest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts/pgserver"
)

// Plant makes a table that holds the values in clear, with an index on them. It is
// for servers that go with what they hold: the values outlive the table in the
// write-ahead log.
func Plant(ctx context.Context, admin string, values []string) error {
	return with(ctx, admin, "planting a table in clear", func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "CREATE TABLE in_clear (value text)"); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, "INSERT INTO in_clear SELECT unnest($1::text[])", values); err != nil {
			return err
		}
		_, err := c.Exec(ctx, "CREATE INDEX in_clear_index ON in_clear (value)")
		return err
	})
}

// Files names the files of the planted table and of its index, in a data folder.
func Files(ctx context.Context, admin, data string) (table, index string, err error) {
	err = with(ctx, admin, "finding the table in clear", func(c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT pg_relation_filepath('in_clear'), pg_relation_filepath('in_clear_index')").Scan(&table, &index)
	})
	return filepath.Join(data, table), filepath.Join(data, index), err
}

// A Decoy is a server that was made to tell: where each of the values lies in clear.
type Decoy struct {
	Table  string // file of the table
	Index  string
	WAL    string // folder of the write-ahead log
	Dump   string
	Backup string // folder
}

// Bait makes a private server like those of Sceau, puts the values in clear into
// it, takes a dump and a base backup of it, and stops it. Everything lies in a new
// folder, which forget removes.
func Bait(ctx context.Context, values []string) (d Decoy, forget func() error, err error) {
	as, err := pgserver.Lend()
	if err != nil {
		return d, nil, err
	}
	bin, err := pgserver.Find()
	if err != nil {
		return d, nil, err
	}
	dir, err := folder(as)
	if err != nil {
		return d, nil, fmt.Errorf("making a decoy: %w", err)
	}
	forget = func() error { return os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			forget()
		}
	}()
	data := filepath.Join(dir, "data")
	secret := make([]byte, 24)
	rand.Read(secret) // never fails since Go 1.24
	password := hex.EncodeToString(secret)
	if err := pgserver.Make(ctx, bin, as, data, password); err != nil {
		return d, forget, fmt.Errorf("making a decoy: %w", err)
	}
	port, err := pgserver.FreePort()
	if err != nil {
		return d, forget, err
	}
	settings := pgserver.Private(port)
	settings["fsync"], settings["shared_buffers"] = "off", "16MB" // it lives for seconds
	settings["wal_compression"] = "off"
	cmd := pgserver.Command(bin, as, data, settings)
	if err := cmd.Start(); err != nil {
		return d, forget, fmt.Errorf("starting a decoy: %w", err)
	}
	exited := make(chan struct{})
	go func() { cmd.Wait(); close(exited) }()
	defer func() {
		if stop := pgserver.Halt(context.WithoutCancel(ctx), cmd.Process.Pid, syscall.SIGINT, syscall.SIGQUIT, 10*time.Second); err == nil {
			err = stop
		}
		<-exited
	}()
	if err := pgserver.AwaitReady(ctx, data, exited); err != nil {
		return d, forget, fmt.Errorf("starting a decoy: %w", err)
	}

	admin := pgserver.DSN(port, "postgres", pgserver.Admin, password)
	if err := Plant(ctx, admin, values); err != nil {
		return d, forget, err
	}
	if err := Settle(ctx, admin); err != nil {
		return d, forget, err
	}
	d = Decoy{WAL: filepath.Join(data, "pg_wal"), Dump: filepath.Join(dir, "dump.sql"), Backup: filepath.Join(dir, "backup")}
	if d.Table, d.Index, err = Files(ctx, admin, data); err != nil {
		return d, forget, err
	}
	if err := Dump(ctx, admin, d.Dump); err != nil {
		return d, forget, err
	}
	return d, forget, BaseBackup(ctx, admin, d.Backup)
}

// folder makes one that the account of the server can enter.
func folder(as pgserver.Account) (string, error) {
	for _, root := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if as.CanReach(root) != nil {
			continue
		}
		dir, err := os.MkdirTemp(root, "sceau-decoy-")
		if err != nil {
			return "", err
		}
		if err := os.Chmod(dir, 0o711); err != nil {
			return "", err
		}
		return dir, nil
	}
	return "", fmt.Errorf("account %s can enter no temporary folder", as.Name)
}
