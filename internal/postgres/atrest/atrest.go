// Package atrest brings what a PostgreSQL server holds to where it rests: on disk,
// in a dump and in a base backup, none of them compressed, so that they can be
// searched byte by byte.
//
// It also makes a server with a table in clear, to show that such a search sees.
package atrest

import (
	"context"
	"errors"
	"fmt"
	"io"

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
	return pgserver.Run(ctx, admin, "pg_dump", "--format=plain", "--compress=0", "--file="+file)
}

// Unpack reads a dump in custom format, which is compressed, as the SQL that it holds.
// Close says whether it was whole.
func Unpack(ctx context.Context, file string) (io.ReadCloser, error) {
	return pgserver.Pipe(ctx, "pg_restore", "--file=-", file)
}

// BaseBackup copies a whole server into a folder, with the log it needs to start.
func BaseBackup(ctx context.Context, admin, dir string) error {
	return pgserver.Run(ctx, admin, "pg_basebackup", "--pgdata="+dir, "--format=plain", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
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
