package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts"
)

// seesWhatIsWrong does each harm that a kill could have done, and undoes it: the
// watcher must have seen it.
func (w *watcher) seesWhatIsWrong(t *testing.T) {
	// The database refuses some of this by itself.
	const force = "SET session_replication_role = replica; "
	for _, tt := range []struct {
		name, cluster, harm, undo, seen string
		look                            func(*testing.T) []string
	}{
		{"a row is doubled", parts.Data,
			`CREATE TABLE twin AS SELECT * FROM identity_other LIMIT 1; UPDATE twin SET unit = decode(repeat('00', 16), 'hex'); INSERT INTO identity_other SELECT * FROM twin`,
			`DELETE FROM identity_other WHERE unit = (SELECT unit FROM twin); DROP TABLE twin`, "FROM identity_other: ", w.counts},
		{"a row is lost", parts.Data,
			`CREATE TABLE twin AS SELECT * FROM health LIMIT 1; DELETE FROM health WHERE unit = (SELECT unit FROM twin)`,
			`INSERT INTO health SELECT * FROM twin; DROP TABLE twin`, "FROM health: ", w.counts},
		{"a candidate who was in is lost", parts.Data,
			`CREATE TABLE twin AS SELECT * FROM account WHERE responsible = 0 ORDER BY unit LIMIT 1; DELETE FROM account WHERE (unit, responsible) = (SELECT unit, responsible FROM twin)`,
			`INSERT INTO account SELECT * FROM twin; DROP TABLE twin`, "has 0 accounts", w.persons},
		{"a line is told twice", parts.Data,
			`UPDATE import SET lines = lines + 1 WHERE import = 1`, `UPDATE import SET lines = lines - 1 WHERE import = 1`, "FROM import: ", w.counts},
		{"secrets are lost", parts.Keyring,
			`CREATE TABLE twin AS SELECT * FROM unit_secret WHERE kind = 'candidate'; ` + force + `DELETE FROM unit_secret WHERE kind = 'candidate'`,
			`INSERT INTO unit_secret SELECT * FROM twin; DROP TABLE twin`, "lost their secret", w.secrets},
		{"a wrap is unreadable", parts.Keyring,
			`CREATE TABLE twin AS SELECT * FROM unit_class_secret ORDER BY unit LIMIT 1; UPDATE unit_class_secret SET wrap = set_byte(wrap, 40, get_byte(wrap, 40) # 1) WHERE (unit, class) = (SELECT unit, class FROM twin)`,
			`UPDATE unit_class_secret s SET wrap = twin.wrap FROM twin WHERE (s.unit, s.class) = (twin.unit, twin.class); DROP TABLE twin`, "do not open", w.secrets},
		{"a version was trimmed while a wrap needed it", parts.Keyring,
			`CREATE TABLE twin AS SELECT * FROM unit_secret ORDER BY unit LIMIT 1; ` + force + `UPDATE unit_secret SET wrap = int4send(1) || substring(wrap FROM 5) WHERE unit = (SELECT unit FROM twin)`,
			force + `UPDATE unit_secret s SET wrap = twin.wrap FROM twin WHERE s.unit = twin.unit; DROP TABLE twin`, "is the oldest kept", w.trims},
		{"nobody approved the trim", parts.Keyring,
			`UPDATE epoch SET version = version - 1`, `UPDATE epoch SET version = version + 1`, "nobody approved", w.trims},
		{"a rotation has turned keys twice", parts.Keyring,
			`DELETE FROM key_rotation WHERE began_at = (SELECT max(began_at) FROM key_rotation)`,
			`INSERT INTO key_rotation VALUES ('2026', now(), now())`, "has turned", w.turned},
		{"a trace is altered", parts.Audit,
			force + `UPDATE trace SET rule = rule || '!' WHERE seq = 0`, force + `UPDATE trace SET rule = rtrim(rule, '!') WHERE seq = 0`, "traces do not verify", w.traces},
		{"a row is swapped for another", parts.Data,
			`UPDATE identity_other SET commitment = set_byte(commitment, 0, get_byte(commitment, 0) # 1)`,
			`UPDATE identity_other SET commitment = set_byte(commitment, 0, get_byte(commitment, 0) # 1)`, "does not open", w.reads},
		{"a copy is kept that no epoch counts", parts.Keyring,
			`UPDATE epoch SET kept_where = kept_where || '!'`, `UPDATE epoch SET kept_where = rtrim(kept_where, '!')`, "no epoch kept", w.leftovers},
	} {
		w.asked(t, tt.cluster, func(ctx context.Context, c *pgx.Conn) error { _, err := c.Exec(ctx, tt.harm); return err })
		seen := tt.look(t)
		w.asked(t, tt.cluster, func(ctx context.Context, c *pgx.Conn) error { _, err := c.Exec(ctx, tt.undo); return err })
		if !slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, tt.seen) }) {
			t.Errorf("%s, and what is seen is %q", tt.name, seen)
		}
	}

	t.Run("among processes and locks too", func(t *testing.T) {
		path, err := exec.LookPath("sleep")
		if err == nil {
			_, err = os.Stat("/proc/self/cmdline")
		}
		if err != nil {
			t.Skip("processes are not seen here: ", err)
		}
		stray := exec.Cmd{Path: path, Args: []string{filepath.Join(w.h.home, parts.ForTrial), "600"}}
		if err := stray.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = stray.Process.Kill()
			_ = stray.Wait()
		}()
		w.asked(t, parts.Keyring, func(ctx context.Context, c *pgx.Conn) error {
			if _, err := c.Exec(ctx, "SELECT pg_advisory_lock(1)"); err != nil {
				return err
			}
			was := w.patience
			w.patience = 0 // nobody gives this lock back
			seen := strings.Join(w.leftovers(t), "\n")
			w.patience = was
			for _, want := range []string{"a process is left behind", "a lock is left behind in cluster keyring"} {
				if !strings.Contains(seen, want) {
					t.Errorf("%q is not seen in:\n%s", want, seen)
				}
			}
			return nil
		})
	})
	t.Run("in files too", func(t *testing.T) {
		if err := os.Mkdir(filepath.Join(w.h.home, parts.ForTrial), 0o700); err != nil {
			t.Fatal(err)
		}
		dump := filepath.Join(w.backups[0], parts.Keyring, "sceau.dump")
		whole, err := os.ReadFile(dump)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dump, whole[:len(whole)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		seen := strings.Join(append(w.copies(t), w.leftovers(t)...), "\n")
		for _, want := range []string{"the home trial is left behind", "a backup is not whole"} {
			if !strings.Contains(seen, want) {
				t.Errorf("%q is not seen in:\n%s", want, seen)
			}
		}
		if err := os.WriteFile(dump, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(w.h.home, parts.ForTrial)); err != nil {
			t.Fatal(err)
		}
	})
	w.mustBeWhole(t, "after every harm was undone")
}
