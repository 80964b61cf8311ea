package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// copyingKey names the lock on which backups and what destroys keys meet. The database
// knows it as a number; the keyring alone uses it.
const copyingKey int64 = 0x5363656175 // "Sceau"

// Copying keeps keys from being destroyed while they are copied. Any number of holders
// share it; NoCopying waits until the last has let go, and they wait while it is held
// alone. A backup that was cut by a trim would hold wraps that its snapshot of Vault
// opens no more.
//
// The context it gives ends, with a cause, when the database is lost and the lock with
// it: who works under the lock works under that context. release lets go.
func Copying(ctx context.Context, dsn string) (held context.Context, release func(), err error) {
	return hold(ctx, dsn, "SELECT pg_advisory_lock_shared($1)")
}

// NoCopying is for what destroys keys: nobody holds the keyring meanwhile. Who holds it
// alone must not make a backup before it lets go: the backup would wait for ever.
func NoCopying(ctx context.Context, dsn string) (held context.Context, release func(), err error) {
	return hold(ctx, dsn, "SELECT pg_advisory_lock($1)")
}

var errHoldLost = errors.New("the keyring database was lost, and the lock on its keys with it")

func hold(ctx context.Context, dsn, lock string) (context.Context, func(), error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, errors.New("holding off what copies or destroys keys: the DSN does not parse") // the cause would quote the password
	}
	config.RuntimeParams["application_name"] = "sceau copying"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("holding off what copies or destroys keys: %w", explain(ctx, err))
	}
	// The lock belongs to the session: whatever ends it, a kill included, lets go.
	if _, err := conn.Exec(ctx, lock, copyingKey); err != nil {
		end(conn)
		return nil, nil, fmt.Errorf("holding off what copies or destroys keys: %w", explain(ctx, err))
	}
	held, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// Nobody notifies: this ends with the connection or with the hold.
		for held.Err() == nil {
			if _, err := conn.WaitForNotification(held); err != nil && held.Err() == nil {
				cancel(errHoldLost)
			}
		}
	}()
	return held, func() {
		cancel(nil)
		<-ended
		end(conn)
	}, nil
}

func end(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = conn.Close(ctx) // the session ends with it, whatever it answers
}
