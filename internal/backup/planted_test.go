package backup_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sceau/internal/backup"
	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/roles"
)

// planted is what the owner of a live cluster, who is no superuser, leaves for whoever
// restores a dump of it: a check that runs with the first line, and writes a file. It
// puts off whatever role the session took.
const planted = `
	CREATE OR REPLACE FUNCTION planted() RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		BEGIN
			RESET ROLE;
			RESET SESSION AUTHORIZATION;
			EXECUTE 'COPY (SELECT 1) TO PROGRAM ''cat > %s''';
		EXCEPTION WHEN insufficient_privilege THEN
			%s;
		END;
		RETURN true;
	END $$`

// ground is where it is planted: the check was harmless when the line came.
const ground = `
	DROP TABLE IF EXISTS ground;
	DROP FUNCTION IF EXISTS planted();
	CREATE FUNCTION planted() RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE TABLE ground (line int CHECK (planted()));
	INSERT INTO ground VALUES (1)`

// A dump is the word of who owned the cluster, or of who forged it.
func TestADumpRunsNoCommandOfTheSystem(t *testing.T) {
	l := newLive(t)
	owner, err := l.at.DSN(parts.Data, roles.Owner)
	if err != nil {
		t.Fatal(err)
	}
	// The account that runs PostgreSQL writes there.
	marks, err := os.MkdirTemp("", "sceau-test-planted-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(marks) })
	if err := os.Chmod(marks, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, denied, refusal string }{
		{"a plant that hides its failure comes back and does nothing", "NULL", ""},
		{"one that does not stops the restore", "RAISE", `COPY failed for table "ground"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mark := filepath.Join(marks, strings.ReplaceAll(tt.name, " ", "-"))
			conn := connect(t, owner)
			for _, statement := range []string{ground, fmt.Sprintf(planted, mark, tt.denied)} {
				if _, err := conn.Exec(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			dir, _ := l.backup(t, backup.Options{Only: []string{parts.Data, parts.Keyring}})
			written := func() bool {
				_, err := os.Stat(mark)
				if err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Fatal(err)
				}
				return err == nil
			}
			r, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{Replace: true, Only: []string{parts.Data}})
			if tt.refusal == "" && err != nil || tt.refusal != "" && (err == nil || !strings.Contains(err.Error(), tt.refusal)) {
				t.Errorf("restored: %v, want %q", err, tt.refusal)
			}
			if written() {
				t.Error("the dump ran a command of the system")
			}
			if err == nil {
				at, err := parts.Need(t.Context(), r.Home, parts.Data)
				if err != nil {
					t.Fatal(err)
				}
				same(t, l.at, at, parts.Data)
			}

			// The control: as a superuser, and in the role of the owner too.
			exec1(t, l.at, parts.Data, "CREATE DATABASE control OWNER "+roles.Owner)
			defer exec1(t, l.at, parts.Data, "DROP DATABASE control")
			admin, err := l.at.Admin(parts.Data)
			if err != nil {
				t.Fatal(err)
			}
			admin = strings.Replace(admin, "/"+parts.Database+"?", "/control?", 1)
			if err := pgserver.Run(t.Context(), admin, "pg_restore", "--role="+roles.Owner, "--no-owner", filepath.Join(dir, "data", "sceau.dump")); err != nil {
				t.Log(err)
			}
			if !written() {
				t.Error("restored by a superuser, the dump does nothing either: this proves nothing")
			}
		})
	}
}
