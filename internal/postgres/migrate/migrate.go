// Package migrate brings a database to the present of its folder of migrations.
//
// Forward only: undoing is a restore. Two processes that migrate the same
// database at once take turns, and what was applied is never applied again.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver that goose drives
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Up applies, in order, the migrations of dir that the database at dsn lacks.
// The role in dsn must own the database: migrations create tables and grants. A
// database that a newer version brought further is a *NewerError, and is left as it is.
func Up(ctx context.Context, dsn string, dir fs.FS) error {
	if err := Known(ctx, dsn, dir); err != nil {
		return err
	}
	return with(ctx, dsn, dir, func(p *goose.Provider) error {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("applying migrations: %w", err)
		}
		return nil
	})
}

// Pending says how many migrations of dir the database at dsn still lacks.
func Pending(ctx context.Context, dsn string, dir fs.FS) (int, error) {
	pending := 0
	err := with(ctx, dsn, dir, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		if err != nil {
			return fmt.Errorf("reading migrations: %w", err)
		}
		for _, s := range status {
			if s.State == goose.StatePending {
				pending++
			}
		}
		return nil
	})
	return pending, err
}

// Version is the last migration that the database at dsn has, 0 for a fresh one.
func Version(ctx context.Context, dsn string, dir fs.FS) (int64, error) {
	var version int64
	err := with(ctx, dsn, dir, func(p *goose.Provider) (err error) {
		if version, err = p.GetDBVersion(ctx); err != nil {
			return fmt.Errorf("reading migrations: %w", err)
		}
		return nil
	})
	return version, err
}

// Latest is the last migration of a folder.
func Latest(dir fs.FS) (int64, error) {
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return 0, err
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("reading the folder of migrations: %w", err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

// NewerError means that a newer version of sceau brought the database further than
// this one knows. What it holds may mean what this one does not read.
type NewerError struct{ Has, Knows int64 }

func (e *NewerError) Error() string {
	return fmt.Sprintf("a newer version of sceau brought the database to migration %d, and this one knows %d", e.Has, e.Knows)
}

// Hint is what to do about it.
func (e *NewerError) Hint() string {
	return "start the newer version; the way back is to restore a backup made before it"
}

// Known says that this version knows every migration that the database at dsn has, or
// gives a *NewerError. It changes nothing.
func Known(ctx context.Context, dsn string, dir fs.FS) error {
	knows, err := Latest(dir)
	if err != nil {
		return err
	}
	db, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var has int64
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename+" WHERE is_applied").Scan(&has)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == noSuchTable {
		return nil // a fresh one
	}
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if has > knows {
		return &NewerError{Has: has, Knows: knows}
	}
	return nil
}

const noSuchTable = "42P01"

func open(ctx context.Context, dsn string) (*sql.DB, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, errors.New("opening the database: its DSN does not parse") // the cause would quote the password
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("reaching the database: %w", err)
	}
	return db, nil
}

func with(ctx context.Context, dsn string, dir fs.FS, do func(*goose.Provider) error) error {
	db, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.Close()

	// Goose waits five seconds between two tries of its own lock; a second is
	// plenty for a schema of this size.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("preparing the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithSessionLocker(locker))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the folder of migrations: %w", err)
	}
	return do(provider)
}
