// Package pool opens connections to the data cluster as one role.
package pool

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// A Pool is the connections of one role.
type Pool = pgxpool.Pool

// most bounds the connections of one role and process: more than the cores can
// serve only queue in the database instead of here.
const most = 24

// Longest is how long a look-up by key may take, locks included, before those behind
// it are told that the database does not answer.
const Longest = 5 * time.Second

// LockTimeout is how long a statement waits for a lock, as the server spells it: who
// holds one for ever must not hang everybody behind.
const LockTimeout = "5s"

// Open prepares a pool. It connects when it is first used, and again after a
// restart of the database. The caller closes it.
func Open(ctx context.Context, dsn string) (*Pool, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// The cause would quote the password.
		return nil, errors.New("the DSN of the data cluster does not parse")
	}
	config.MaxConns = most
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	// Nearly every statement here finds rows by key. A plan made anew for each request costs
	// more than the request (measured: reads end to end nearly doubled without it).
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["jit"] = "off"
	config.ConnConfig.RuntimeParams["lock_timeout"] = LockTimeout
	// And a plan that reads a whole large table is one for a table whose statistics are
	// missing: a campaign just opened, or restored. The few statements that list a
	// small one pay little.
	for _, whole := range []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin"} {
		config.ConnConfig.RuntimeParams[whole] = "off"
	}
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errors.New("opening the data cluster: its settings are refused")
	}
	return p, nil
}

// LetGo ends a connection that holds locks of its session. They are gone when it returns,
// so that whoever comes next is not told that somebody is there.
func LetGo(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	// Unlocked first: that a connection was closed the server notices in its own time.
	// Whatever it answers, the locks end with the session.
	_, _ = conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`)
	_ = conn.Conn().Close(ctx)
	conn.Release()
}
