// Package roles keeps concerns apart inside the database servers: one login role
// per concern, and a database that nobody else may enter.
//
// What each role may do to which table is said by the grants of the migrations;
// here a role is only made to exist, with its password.
package roles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Owner migrates. It owns the database of its cluster and serves nobody.
const Owner = "sceau_owner"

// Clusters are the three database servers, in the order in which they start.
// They are three so that whoever holds one backup holds neither lock, nor trace.
var Clusters = []string{"data", "keyring", "audit"}

var serving = map[string][]string{
	"data":    {"sceau_register", "sceau_intake", "sceau_gate", "sceau_policy", "sceau_forget", "sceau_reseal", "sceau_project", "sceau_core"},
	"keyring": {"sceau_keyring_write", "sceau_keyring_read", "sceau_keyring_turn", "sceau_keyring_forget", "sceau_keyring_hold", "sceau_keyring_run"},
	"audit":   {"sceau_trace_write", "sceau_trace_read"},
}

// Of lists the roles of a cluster, the owner first. An unknown cluster has none.
func Of(cluster string) []string {
	own, known := serving[cluster]
	if !known {
		return nil
	}
	return append([]string{Owner}, own...)
}

// Prepare makes the roles of a cluster and its database exist on the server that
// admin reaches with the right to create both. Done twice it changes nothing but
// the passwords, so that a lost password file is mended by the next start.
func Prepare(ctx context.Context, admin, cluster, database string, passwords map[string]string) error {
	names := Of(cluster)
	if names == nil {
		return fmt.Errorf("preparing roles: no cluster is named %q", cluster)
	}
	conn, err := connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("preparing the roles of %s: %w", cluster, err)
	}
	defer conn.Close(ctx)

	for _, name := range names {
		if err := ensureRole(ctx, conn, name, passwords[name]); err != nil {
			return fmt.Errorf("preparing role %s of %s: %w", name, cluster, err)
		}
	}
	if err := ensureDatabase(ctx, conn, database, names); err != nil {
		return fmt.Errorf("preparing database %s of %s: %w", database, cluster, err)
	}
	return nil
}

// Drop removes a database, with whoever is still connected to it.
func Drop(ctx context.Context, admin, database string) error {
	conn, err := connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("dropping database %s: %w", database, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+ident(database)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("dropping database %s: %w", database, err)
	}
	return nil
}

// Ping says whether the server behind dsn answers its role.
func Ping(ctx context.Context, dsn string) error {
	conn, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

func connect(ctx context.Context, dsn string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the DSN does not parse") // the cause would quote it
	}
	return pgx.ConnectConfig(ctx, config)
}

func ensureRole(ctx context.Context, conn *pgx.Conn, name, password string) error {
	if password == "" {
		return errors.New("no password was given")
	}
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name).Scan(&exists); err != nil {
		return err
	}
	verb := "CREATE"
	if exists {
		verb = "ALTER"
	}
	// Stated in full even when it is the default: a role that was given more by
	// hand loses it at the next start.
	_, err := conn.Exec(ctx, fmt.Sprintf(
		"%s ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %s",
		verb, ident(name), literal(password)))
	return err
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, name string, names []string) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		// On a server that is not ours the administrator may be no superuser, and
		// must then be a member of the role it gives the database to.
		var member bool
		if err := conn.QueryRow(ctx, "SELECT pg_has_role(current_user, $1, 'MEMBER')", Owner).Scan(&member); err != nil {
			return err
		}
		if !member {
			if _, err := conn.Exec(ctx, "GRANT "+Owner+" TO CURRENT_USER"); err != nil {
				return err
			}
		}
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+ident(name)+" OWNER "+Owner+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return err
		}
	}
	// PUBLIC may connect by default: on a shared server the roles of one cluster
	// would enter the database of another.
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = ident(n)
	}
	for _, q := range []string{
		"REVOKE ALL ON DATABASE " + ident(name) + " FROM PUBLIC",
		"GRANT CONNECT ON DATABASE " + ident(name) + " TO " + strings.Join(quoted, ", "),
	} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// Known says whether role serves the cluster.
func Known(cluster, role string) bool { return slices.Contains(Of(cluster), role) }

func ident(s string) string { return pgx.Identifier{s}.Sanitize() }

// literal quotes a string for a statement that takes no parameter.
func literal(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}
