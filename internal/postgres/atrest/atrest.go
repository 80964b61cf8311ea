// Package atrest brings what a PostgreSQL server holds to where it rests: on disk,
// in a dump and in a base backup, none of them compressed, so that they can be
// searched byte by byte.
//
// It also makes a server with a table in clear, to show that such a search sees.
package atrest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts/pgserver"
)

// Settle writes to disk what the server holds in memory. The address is that of an
// administrator: others may not force a checkpoint.
func Settle(ctx context.Context, admin string) error {
	return with(ctx, admin, "forcing a checkpoint", func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "CHECKPOINT")
		return err
	})
}

// Dump writes a database as SQL into a file, as whoever steals a dump has it.
func Dump(ctx context.Context, admin, file string) error {
	return run(ctx, admin, "pg_dump", "--format=plain", "--compress=0", "--file="+file)
}

// BaseBackup copies a whole server into a folder, with the log it needs to start.
func BaseBackup(ctx context.Context, admin, dir string) error {
	return run(ctx, admin, "pg_basebackup", "--pgdata="+dir, "--format=plain", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
}

// run starts one of PostgreSQL's programs. The password goes through the
// environment: an argument shows in the list of processes.
func run(ctx context.Context, admin, program string, args ...string) error {
	u, err := url.Parse(admin)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s: the address is not a postgres:// one", program) // never quoted: it holds a password
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())

	bin, err := pgserver.Find()
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	cmd := exec.CommandContext(ctx, companion(bin, program), append(args, "--no-password", "--dbname="+u.String())...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "PG") }), "PGPASSWORD="+password, "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", program, ctx.Err())
		}
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %w: %s", program, err, lines[len(lines)-1])
	}
	return nil
}

// companion finds a program of the server's own version. Some put links to the
// server alone on PATH: its companions lie where the link leads.
func companion(bin pgserver.Binaries, program string) string {
	if _, err := os.Stat(bin.Path(program)); err == nil {
		return bin.Path(program)
	}
	if real, err := filepath.EvalSymlinks(bin.Path("postgres")); err == nil {
		return filepath.Join(filepath.Dir(real), program)
	}
	return bin.Path(program)
}

// with opens a connection for the time of one piece of work.
func with(ctx context.Context, dsn, what string, work func(*pgx.Conn) error) error {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New(what + ": the DSN does not parse") // the cause would quote it
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := work(conn); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
