// Package runs keeps the records of runs of the admission core in PostgreSQL: what the
// schema core holds, and all that it holds. What runs read and gave lies in sealed files.
package runs

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/core"
	"sceau/core/run"
	"sceau/dossier"
	"sceau/internal/postgres/pool"
)

// A Book is the records of runs, as the role of its connections may read and write them:
// that of the projection, or that of the core.
type Book struct{ DB *pgxpool.Pool }

// ErrStays means that a record cannot be changed, dropped or taken any more.
var ErrStays = errors.New("the record of that run stays as it is")

// ErrBusy means that another process is at the runs of the campaign.
var ErrBusy = errors.New("another process is at the runs of that campaign")

// Begin adds a run and gives it the next number of its campaign. One that takes a
// projection which was dropped, or has not ended, is ErrStays.
func (b Book) Begin(ctx context.Context, r run.Run) (run.Run, error) {
	var takes *string
	if r.Takes != "" {
		takes = &r.Takes
	}
	err := pgx.BeginFunc(ctx, b.DB, func(tx pgx.Tx) error {
		// One at a time, so that numbers follow each other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, numbering, campaignLock(r.Campaign)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO core.run (run, campaign, number, kind, day, rules, takes, input_file, input_digest, output_file, output_digest, started_at, signature)
			VALUES ($1, $2, (SELECT coalesce(max(number), 0) + 1 FROM core.run WHERE campaign = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, '') RETURNING number`,
			r.ID, r.Campaign, r.Kind, r.Day, r.Rules, takes, r.Input.Name, digest(r.Input), r.Output.Name, digest(r.Output), r.Started).Scan(&r.Number)
	})
	return r, quiet("beginning a run", err)
}

// End says how a run ended. What was said of an ended run stays.
func (b Book) End(ctx context.Context, r run.Run) error {
	var tag pgconn.CommandTag
	var err error
	if r.Kind == run.Projection { // its role changes no output
		tag, err = b.DB.Exec(ctx, `UPDATE core.run SET input_digest = $2, ended_at = $3, signature = $4 WHERE run = $1`, r.ID, digest(r.Input), r.Ended, r.Signature)
	} else {
		tag, err = b.DB.Exec(ctx, `UPDATE core.run SET input_digest = $2, ended_at = $3, signature = $4, output_file = $5, output_digest = $6 WHERE run = $1`,
			r.ID, digest(r.Input), r.Ended, r.Signature, r.Output.Name, digest(r.Output))
	}
	if err == nil && tag.RowsAffected() == 0 {
		err = fmt.Errorf("no run is named %s", r.ID)
	}
	return quiet("ending a run", err)
}

// Runs lists the runs of a campaign, by number.
func (b Book) Runs(ctx context.Context, campaign string) ([]run.Run, error) {
	return b.list(ctx, `campaign = $1 ORDER BY number`, campaign)
}

// Projection is the newest projection of a campaign that has ended and stands: what a run
// takes.
func (b Book) Projection(ctx context.Context, campaign string) (run.Run, bool, error) {
	return one(b.list(ctx, `campaign = $1 AND kind = 'projection' AND ended_at IS NOT NULL AND dropped_at IS NULL ORDER BY number DESC LIMIT 1`, campaign))
}

// Taken is the newest projection of a campaign that a run took.
func (b Book) Taken(ctx context.Context, campaign string) (run.Run, bool, error) {
	return one(b.list(ctx, `campaign = $1 AND kind = 'projection' AND EXISTS (SELECT FROM core.run t WHERE t.takes = core.run.run) ORDER BY number DESC LIMIT 1`, campaign))
}

// Superseded lists the projections that no run took and that one of a number takes the
// place of: those dropped already, and those that a kill cut, too.
func (b Book) Superseded(ctx context.Context, campaign string, number int) ([]run.Run, error) {
	return b.list(ctx, `campaign = $1 AND kind = 'projection' AND number < $2
		AND NOT EXISTS (SELECT FROM core.run t WHERE t.takes = core.run.run) ORDER BY number`, campaign, number)
}

// Drop says that a projection stands no more. One that a run took meanwhile is ErrStays.
func (b Book) Drop(ctx context.Context, id string, at time.Time) error {
	_, err := b.DB.Exec(ctx, `UPDATE core.run SET dropped_at = $2 WHERE run = $1 AND dropped_at IS NULL`, id, at)
	return quiet("dropping a projection", err)
}

// Alone lets one process at a time project a campaign, run a day of it or take its answers. It does not wait.
func (b Book) Alone(ctx context.Context, campaign string) (release func(), err error) {
	conn, err := b.DB.Acquire(ctx)
	if err != nil {
		return nil, quiet("waiting for a turn", err)
	}
	var alone bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, running, campaignLock(campaign)).Scan(&alone); err != nil || !alone {
		conn.Release()
		if err == nil {
			err = ErrBusy
		}
		return nil, quiet("waiting for a turn", err)
	}
	return func() { pool.LetGo(conn) }, nil
}

// Spaces of advisory locks; the numbers are drawn at random.
const (
	numbering = 1403316790
	running   = 1928374611
)

func campaignLock(campaign string) int32 {
	h := fnv.New32a()
	h.Write([]byte(campaign))
	return int32(h.Sum32())
}

func (b Book) list(ctx context.Context, where string, args ...any) ([]run.Run, error) {
	rows, err := b.DB.Query(ctx, `SELECT run, campaign, number, kind, day, rules, coalesce(takes, ''), input_file, input_digest, output_file, output_digest,
		started_at, ended_at, dropped_at, signature FROM core.run WHERE `+where, args...)
	if err != nil {
		return nil, quiet("listing runs", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r run.Run, err error) {
		var in, out string
		var ended, dropped *time.Time
		if err := row.Scan(&r.ID, &r.Campaign, &r.Number, &r.Kind, &r.Day, &r.Rules, &r.Takes, &r.Input.Name, &in, &r.Output.Name, &out,
			&r.Started, &ended, &dropped, &r.Signature); err != nil {
			return r, err
		}
		if ended != nil {
			r.Ended = *ended
		}
		if dropped != nil {
			r.Dropped = *dropped
		}
		if in != "" {
			if r.Input.Digest, err = core.ParseDigest(in); err != nil {
				return r, err
			}
		}
		if out != "" {
			r.Output.Digest, err = core.ParseDigest(out)
		}
		return r, err
	})
	return list, quiet("listing runs", err)
}

func one(list []run.Run, err error) (run.Run, bool, error) {
	if err != nil || len(list) == 0 {
		return run.Run{}, false, err
	}
	return list[0], true, nil
}

func digest(f run.File) string {
	if f.Digest == (core.Digest{}) {
		return ""
	}
	return f.Digest.String()
}

// quiet keeps the condition of a database error and drops its message and detail.
func quiet(doing string, err error) error {
	if err == nil {
		return nil
	}
	if pool.Away(err) {
		return fmt.Errorf("%s: %w", doing, dossier.ErrUnavailable)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if pg.Code == "SC004" {
			return fmt.Errorf("%s: %w", doing, ErrStays)
		}
		return fmt.Errorf("%s: database condition %s on %s%s", doing, pg.Code, pg.TableName, pg.ConstraintName)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
