package pool

import (
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away tells a database that does not answer, for which a caller may come back, from
// one that says no.
func Away(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		if refused.SeverityUnlocalized == "PANIC" {
			return true // it could not write what it must, and goes down with everybody
		}
		// Shutting down, starting up, no room or no connection left, a lock that nobody
		// gives back; a wrong password is none of these and stays what it is.
		for _, class := range []string{"57P", "53", "08", "55P03"} {
			if strings.HasPrefix(refused.Code, class) {
				return true
			}
		}
		return false
	}
	// Nothing was sent: the connection had died with its server, and its first use found out.
	if pgconn.SafeToRetry(err) {
		return true
	}
	var unreached *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &unreached) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Part lets go of all connections of a pool when a server went away under one of them:
// the others died with it, and each would fail one caller more after it is back.
func Part(p *Pool, err error) {
	var refused *pgconn.PgError
	if err == nil || !Away(err) || errors.As(err, &refused) && !strings.HasPrefix(refused.Code, "57P") {
		return // there is a server, and it says no
	}
	p.Reset()
}
