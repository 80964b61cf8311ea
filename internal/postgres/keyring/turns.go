package keyring

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/internal/postgres/pool"
)

var (
	_ rotation.Store  = (*Store)(nil)
	_ rotation.Epochs = (*Store)(nil)
)

// RaiseFloor is that of rotation.Store.
func (s *Store) RaiseFloor(ctx context.Context, key crypto.KeyName, version uint32) error {
	_, err := s.db.Exec(ctx, `SELECT raise_floor($1, $2, $3, $4)`, key.Campaign, key.Role, key.Of, version)
	return explain(ctx, err)
}

// LastTurn is that of rotation.Store.
func (s *Store) LastTurn(ctx context.Context, key string) (t rotation.Turn, any bool, err error) {
	t.Key = key
	var done *time.Time
	err = s.db.QueryRow(ctx, `SELECT version, state, after, rewrapped, verified, began_at, done_at FROM key_turn WHERE key = $1 ORDER BY version DESC LIMIT 1`, key).
		Scan(&t.Version, &t.State, &t.After, &t.Rewrapped, &t.Verified, &t.Began, &done)
	if errors.Is(err, pgx.ErrNoRows) {
		return rotation.Turn{}, false, nil
	}
	t.Done = orZero(done)
	return t, err == nil, explain(ctx, err)
}

// SaveTurn is that of rotation.Store.
func (s *Store) SaveTurn(ctx context.Context, t rotation.Turn) error {
	_, err := s.db.Exec(ctx, `
		INSERT INTO key_turn (key, version, state, after, rewrapped, verified, began_at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (key, version) DO UPDATE SET state = excluded.state, after = excluded.after,
			rewrapped = excluded.rewrapped, verified = excluded.verified, done_at = excluded.done_at`,
		t.Key, t.Version, t.State, t.After, t.Rewrapped, t.Verified, t.Began, orNull(t.Done))
	return explain(ctx, err)
}

// BeginRotation is that of rotation.Store. The caller is alone.
func (s *Store) BeginRotation(ctx context.Context, campaign string, at time.Time) (began time.Time, err error) {
	const open = `SELECT began_at FROM key_rotation WHERE campaign = $1 AND done_at IS NULL`
	if err = s.db.QueryRow(ctx, open, campaign).Scan(&began); errors.Is(err, pgx.ErrNoRows) {
		err = s.db.QueryRow(ctx, `INSERT INTO key_rotation (campaign, began_at) VALUES ($1, $2) RETURNING began_at`, campaign, at).Scan(&began)
	}
	return began, explain(ctx, err)
}

// EndRotation is that of rotation.Store.
func (s *Store) EndRotation(ctx context.Context, campaign string, at time.Time) error {
	_, err := s.db.Exec(ctx, `UPDATE key_rotation SET done_at = $2 WHERE campaign = $1 AND done_at IS NULL`, campaign, at)
	return explain(ctx, err)
}

// LastBranchTurn is that of rotation.BranchTurns.
func (s *Store) LastBranchTurn(ctx context.Context, campaign, class string) (t rotation.BranchTurn, any bool, err error) {
	t = rotation.BranchTurn{Campaign: campaign, Class: class}
	var added, pass, done *time.Time
	err = s.db.QueryRow(ctx, `SELECT version, state, began_at, added_at, pass_at, at_table, after, resealed, done_at
		FROM branch_turn WHERE campaign = $1 AND class = $2 ORDER BY version DESC LIMIT 1`, campaign, class).
		Scan(&t.Version, &t.State, &t.Began, &added, &pass, &t.Table, &t.After, &t.Resealed, &done)
	if errors.Is(err, pgx.ErrNoRows) {
		return rotation.BranchTurn{}, false, nil
	}
	t.Added, t.Pass, t.Done = orZero(added), orZero(pass), orZero(done)
	return t, err == nil, explain(ctx, err)
}

// SaveBranchTurn is that of rotation.BranchTurns.
func (s *Store) SaveBranchTurn(ctx context.Context, t rotation.BranchTurn) error {
	_, err := s.db.Exec(ctx, `
		INSERT INTO branch_turn (campaign, class, version, state, began_at, added_at, pass_at, at_table, after, resealed, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (campaign, class, version) DO UPDATE SET state = excluded.state, added_at = excluded.added_at, pass_at = excluded.pass_at,
			at_table = excluded.at_table, after = excluded.after, resealed = excluded.resealed, done_at = excluded.done_at`,
		t.Campaign, t.Class, t.Version, t.State, t.Began, orNull(t.Added), orNull(t.Pass), t.Table, t.After, t.Resealed, orNull(t.Done))
	return explain(ctx, err)
}

// Spaces of advisory locks, those of Alone and of Settling; the numbers are drawn at random.
const (
	turning  = 1822640147
	settling = 1193046471
)

// Alone is that of rotation.Store.
func (s *Store) Alone(ctx context.Context, campaign string) (func(), error) {
	return s.lock(ctx, campaign, func(conn *pgxpool.Conn, campaign int32) error {
		var alone bool
		err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, turning, campaign).Scan(&alone)
		if err == nil && !alone {
			err = rotation.ErrBusy
		}
		return err
	})
}

// Settling is that of rotation.Registry.
func (s *Store) Settling(ctx context.Context, campaign string) (func(), error) {
	return s.lock(ctx, campaign, func(conn *pgxpool.Conn, campaign int32) error {
		_, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, settling, campaign)
		return err
	})
}

// lock takes a lock of a campaign. It is a connection's: it goes with the process,
// however that ends.
func (s *Store) lock(ctx context.Context, campaign string, take func(conn *pgxpool.Conn, campaign int32) error) (release func(), err error) {
	conn, err := s.db.Acquire(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	h := fnv.New32a()
	h.Write([]byte(campaign))
	if err := take(conn, int32(h.Sum32())); err != nil {
		conn.Release()
		return nil, explain(ctx, err)
	}
	return func() { pool.LetGo(conn) }, nil
}

const epochColumns = `number, key, version, state, forgotten, ordered_by, ordered_at, kept_where, kept_digest, kept_at, controls, approved_by, approved_at, trimmed_at`

// OpenEpoch is that of rotation.Epochs.
func (s *Store) OpenEpoch(ctx context.Context, campaign string) (rotation.Epoch, bool, error) {
	return s.epoch(ctx, campaign, `state <> 'ended'`)
}

// LastEpoch is that of rotation.Epochs.
func (s *Store) LastEpoch(ctx context.Context, campaign string) (rotation.Epoch, bool, error) {
	return s.epoch(ctx, campaign, `state = 'ended'`)
}

func (s *Store) epoch(ctx context.Context, campaign, where string) (rotation.Epoch, bool, error) {
	e := rotation.Epoch{Campaign: campaign}
	var kept, approved, trimmed *time.Time
	err := s.db.QueryRow(ctx, `SELECT `+epochColumns+` FROM epoch WHERE campaign = $1 AND `+where+` ORDER BY number DESC LIMIT 1`, campaign).
		Scan(&e.Number, &e.Key, &e.Version, &e.State, &e.Forgotten, &e.OrderedBy, &e.OrderedAt, &e.Kept.Where, &e.Kept.Digest, &kept,
			&e.Kept.Controls, &e.ApprovedBy, &approved, &trimmed)
	if errors.Is(err, pgx.ErrNoRows) {
		return rotation.Epoch{}, false, nil
	}
	e.Kept.At, e.ApprovedAt, e.TrimmedAt = orZero(kept), orZero(approved), orZero(trimmed)
	return e, err == nil, explain(ctx, err)
}

// SaveEpoch is that of rotation.Epochs.
func (s *Store) SaveEpoch(ctx context.Context, e rotation.Epoch) (rotation.Epoch, error) {
	fields := []any{e.Campaign, e.Number, e.Key, e.Version, e.State, e.Forgotten, e.OrderedBy, e.OrderedAt, e.Kept.Where, e.Kept.Digest, orNull(e.Kept.At),
		e.Kept.Controls, e.ApprovedBy, orNull(e.ApprovedAt), orNull(e.TrimmedAt)}
	err := s.db.QueryRow(ctx, `
		INSERT INTO epoch (campaign, `+epochColumns+`)
		VALUES ($1, coalesce(nullif($2::integer, 0), (SELECT coalesce(max(number), 0) + 1 FROM epoch WHERE campaign = $1)),
			$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (campaign, number) DO UPDATE SET version = excluded.version, state = excluded.state, kept_where = excluded.kept_where,
			kept_digest = excluded.kept_digest, kept_at = excluded.kept_at, controls = excluded.controls,
			approved_by = excluded.approved_by, approved_at = excluded.approved_at, trimmed_at = excluded.trimmed_at
		RETURNING number`, fields...).Scan(&e.Number)
	if err != nil {
		return e, fmt.Errorf("saving the epoch of campaign %s: %w", e.Campaign, explain(ctx, err))
	}
	return e, nil
}

// Forgotten is that of rotation.Epochs.
func (s *Store) Forgotten(ctx context.Context, campaign string, from uint32) (n int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM forgetting WHERE campaign = $1 AND version >= $2`, campaign, from).Scan(&n)
	return n, explain(ctx, err)
}

// Revived is that of rotation.Epochs.
func (s *Store) Revived(ctx context.Context, campaign string) (targets []string, err error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT f.target FROM forgetting f JOIN unit_secret s USING (unit, campaign) WHERE f.campaign = $1 ORDER BY 1`, campaign)
	if err == nil {
		targets, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	return targets, explain(ctx, err)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Move is that of rotation.Registry. The database keeps to the moves that a state may
// make.
func (s *Store) Move(ctx context.Context, name string, from, to crypto.KeyState) error {
	done, err := s.db.Exec(ctx, `UPDATE key_name SET state = $3 WHERE name = $1 AND state = $2`, name, from, to)
	if err != nil {
		return explain(ctx, err)
	}
	if done.RowsAffected() == 1 {
		return nil
	}
	var state crypto.KeyState
	if err := s.db.QueryRow(ctx, `SELECT state FROM key_name WHERE name = $1`, name).Scan(&state); err != nil || state != to {
		return fmt.Errorf("no key named %s is %s", name, from)
	}
	return nil
}
