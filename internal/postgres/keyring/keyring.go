// Package keyring keeps the wraps of secrets in PostgreSQL, away from what they open.
//
// A role for each concern: one adds units and reads none, one reads and changes nothing,
// one turns wraps, one forgets, one holds. Campaigns are made by the owner of the database.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/crypto"
	"sceau/dossier/gather"
	"sceau/internal/postgres/pool"
)

// A Store is the keyring as the role of its connections sees it.
type Store struct {
	db    *pgxpool.Pool
	units gather.Way[looking, looked]
}

var (
	_ crypto.Store         = (*Store)(nil)
	_ crypto.CampaignStore = (*Store)(nil)
)

// Open prepares to use the database at dsn. It connects when it is first needed,
// and again whenever the database comes back.
func Open(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("opening the keyring: the DSN does not parse") // the cause would quote the password
	}
	config.ConnConfig.RuntimeParams["application_name"] = "sceau keyring"
	// Rows are found by key: a plan made anew for each request costs more than it.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["lock_timeout"] = pool.LockTimeout
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	config.MaxConns = max(config.MaxConns, 16)
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the keyring: %w", err)
	}
	s := &Store{db: p}
	s.units.Go, s.units.Longest = s.lookings, pool.Longest
	return s, nil
}

// Close ends the connections.
func (s *Store) Close() { s.db.Close() }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return explain(ctx, s.db.Ping(ctx)) }

// explain tells a database that is away from one that says no.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if pool.Away(err) {
		return errAway
	}
	return err
}

var errAway = fmt.Errorf("%w: the keyring database does not answer", crypto.ErrUnavailable)

func sealing(wrap, commitment []byte) (crypto.Sealing, error) {
	s := crypto.Sealing{Wrap: wrap}
	if copy(s.Commitment[:], commitment) != len(s.Commitment) || len(commitment) != len(s.Commitment) {
		return crypto.Sealing{}, errors.New("a commitment has 16 bytes")
	}
	return s, nil
}

// Codes of the database: for a wrap below the floor of its key, and for one of a unit
// that was forgotten.
const (
	belowFloor = "SC001"
	forgotten  = "SC003"
)

// refusedAs is the code with which the database refused, empty when it did not.
func refusedAs(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// each reads rows one by one.
func each(rows pgx.Rows, err error, scan func(pgx.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
