package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/internal/backup"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// A watcher knows what must be in a house where commands are killed, and looks.
type watcher struct {
	h          *testHouse
	open       *house.House
	job        *rotation.Job
	store      *keyring.Store
	candidates int // in each file

	files        []string            // that are imported, the last of them maybe in part
	seed         int                 // of the last of them
	numbers      map[string]bool     // by which somebody in them is known
	people       map[string][]person // who entered, by file
	acknowledged map[string]int      // who was in at the last kill of an import
	backups      []string
	old          []crypto.Placed // wraps as they stood before the epoch
	patience     time.Duration   // for locks of a client that is gone
}

const campaign = "2026"

func watch(t *testing.T, h *testHouse, candidates int) *watcher {
	t.Helper()
	open, err := house.Open(t.Context(), h.home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(open.Close)
	w := &watcher{h: h, open: open, candidates: candidates, numbers: map[string]bool{}, people: map[string][]person{}, patience: 5 * time.Second}
	if w.job, w.store, err = open.KeyJob(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// struck looks at what a kill left before anybody mends it.
func (w *watcher) struck(t *testing.T, what string) {
	t.Helper()
	for _, wrong := range w.trims(t) {
		t.Errorf("%s was killed, and %s", what, wrong)
	}
}

// mustBeWhole looks at everything.
func (w *watcher) mustBeWhole(t *testing.T, when string) {
	t.Helper()
	for _, file := range w.files {
		if _, told := w.people[file]; told {
			continue
		}
		// It tells again which line became whom.
		people, err := w.h.importAll(file)
		if err != nil {
			t.Fatal(err)
		}
		w.people[file] = people
	}
	for _, wrong := range w.findings(t) {
		t.Errorf("%s: %s", when, wrong)
	}
	if w.epochState(t) == rotation.Ended {
		w.oldWrapsOpenNowhere(t)
	}
}

// findings is everything that is not as it should be.
func (w *watcher) findings(t *testing.T) (wrong []string) {
	t.Helper()
	for _, look := range []func(*testing.T) []string{w.counts, w.persons, w.secrets, w.trims, w.turned, w.reads, w.traces, w.copies, w.leftovers} {
		wrong = append(wrong, look(t)...)
	}
	return wrong
}

// counts are of what an import writes once for each candidate.
func (w *watcher) counts(t *testing.T) (wrong []string) {
	t.Helper()
	want := len(w.files) * w.candidates
	for _, what := range []string{
		"SELECT count(*) FROM account WHERE responsible = 0",
		"SELECT count(*) FROM identity_other",
		"SELECT count(DISTINCT unit) FROM identity_other",
		"SELECT count(*) FROM health",
		"SELECT count(*) FROM blind_index WHERE index_id = 'registration'",
		"SELECT count(DISTINCT mac) FROM blind_index WHERE index_id = 'registration'",
		"SELECT count(*) FROM routing WHERE scope_kind = 'file'",
		"SELECT coalesce(sum(entered), 0) FROM import",
		"SELECT coalesce(sum(lines), 0) FROM import",
	} {
		if got := count(t, w.h, parts.Data, what); got != want {
			wrong = append(wrong, fmt.Sprintf("%s: %d, want %d", what, got, want))
		}
	}
	if n := count(t, w.h, parts.Data, "SELECT count(*) FROM import_refusal"); n > 0 {
		wrong = append(wrong, fmt.Sprintf("%d lines are refused", n))
	}
	return wrong
}

// persons compares who is in with who came, and with who was in at the last kill.
func (w *watcher) persons(t *testing.T) (wrong []string) {
	t.Helper()
	in := w.accounts(t)
	for _, file := range w.files {
		lines := map[int]bool{}
		for _, p := range w.people[file] {
			if lines[p.Line] = true; in[p.Ref] != 1 {
				wrong = append(wrong, fmt.Sprintf("candidate %s has %d accounts", p.Ref, in[p.Ref]))
			}
		}
		if n := len(w.people[file]); n != w.candidates || len(lines) != n {
			wrong = append(wrong, fmt.Sprintf("%d candidates came of %d lines, want %d of each", n, len(lines), w.candidates))
		}
	}
	for ref := range w.acknowledged {
		if in[ref] != 1 {
			wrong = append(wrong, fmt.Sprintf("candidate %s was in before the kill, and is there %d times", ref, in[ref]))
		}
	}
	return wrong
}

// secrets looks for the wrap of each unit that a row stands under, and opens every wrap
// there is, as the identity that compares them with what their rows commit to. Secrets
// that open nothing may stay behind a kill; a row without its secret may not.
func (w *watcher) secrets(t *testing.T) (wrong []string) {
	t.Helper()
	var tables []string
	for _, table := range w.open.Layout.Tables {
		tables = append(tables, "SELECT unit FROM "+pgx.Identifier{table.Name}.Sanitize())
	}
	has := map[crypto.UnitID]bool{}
	for _, unit := range w.units(t, parts.Keyring, "SELECT unit FROM unit_secret") {
		has[unit] = true
	}
	for _, unit := range w.units(t, parts.Data, strings.Join(tables, " UNION ")) {
		if !has[unit] {
			wrong = append(wrong, fmt.Sprintf("rows of unit %s have lost their secret", unit))
		}
	}
	lone := count(t, w.h, parts.Keyring, `SELECT count(*) FROM unit_secret s WHERE kind = 'candidate'
		AND NOT EXISTS (SELECT FROM unit_class_secret c WHERE (c.unit, c.campaign) = (s.unit, s.campaign))`)
	if lone > 0 {
		wrong = append(wrong, fmt.Sprintf("%d candidates have lost the secrets of their own classes", lone))
	}
	keys, err := rotation.Wrapping(t.Context(), w.store, campaign)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		page, _, err := w.job.Wraps.Page(t.Context(), key, 0, nil, math.MaxInt32)
		if err == nil {
			err = crypto.Verify(t.Context(), w.job.Verifier, key, page)
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("wraps under the %s key %s do not open: %v", key.Role, key.Of, err))
		}
	}
	return wrong
}

// trims looks for a version of a key that went while a wrap needed it, or without the
// word of a second person.
func (w *watcher) trims(t *testing.T) (wrong []string) {
	t.Helper()
	ctx := t.Context()
	keys, err := rotation.Wrapping(ctx, w.store, campaign)
	if err != nil {
		t.Fatal(err)
	}
	approved := w.approved(t)
	for _, key := range keys {
		// Vault first: a trim that is on its way comes after the wraps have moved.
		v, err := w.job.Keeper.Versions(ctx, key.Name)
		if err != nil {
			t.Fatal(err)
		}
		wraps, err := w.store.Counts(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		for version, n := range wraps {
			if version < v.Kept || version < v.Opens {
				wrong = append(wrong, fmt.Sprintf("%d wraps under the %s key %s are of version %d, and version %d is the oldest kept", n, key.Role, key.Of, version, max(v.Kept, v.Opens)))
			}
		}
		if v.Kept > max(1, approved[key.Name]) {
			wrong = append(wrong, fmt.Sprintf("the %s key %s is trimmed below version %d, and nobody approved more than %d", key.Role, key.Of, v.Kept, approved[key.Name]))
		}
	}
	return wrong
}

// turned looks for a key that a rotation, typed again after a kill, has turned twice or
// left out: each rotation and, for that of persons, each epoch is one version in Vault.
func (w *watcher) turned(t *testing.T) (wrong []string) {
	t.Helper()
	const rotations, epochs = "SELECT count(*) FROM key_rotation WHERE done_at IS NOT NULL", "SELECT count(*) FROM epoch WHERE state <> 'turning'"
	keys, err := rotation.Wrapping(t.Context(), w.store, campaign)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		want := 1 + count(t, w.h, parts.Keyring, rotations)
		if key.Role == crypto.RolePerson {
			want += count(t, w.h, parts.Keyring, epochs)
		}
		v, err := w.job.Keeper.Versions(t.Context(), key.Name)
		if err != nil {
			t.Fatal(err)
		}
		if int(v.Newest) != want {
			wrong = append(wrong, fmt.Sprintf("the %s key is at version %d, and has turned %d times", key.Label(), v.Newest, want-1))
		}
	}
	return wrong
}

// approved is, for each key, the version below which a second person let it be trimmed.
func (w *watcher) approved(t *testing.T) map[string]uint32 {
	t.Helper()
	all := map[string]uint32{}
	w.asked(t, parts.Keyring, func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, "SELECT key, max(version) FROM epoch WHERE state IN ('trimming', 'ended') AND approved_by <> '' GROUP BY key")
		if err != nil {
			return err
		}
		var key string
		var version uint32
		_, err = pgx.ForEachRow(rows, []any{&key, &version}, func() error { all[key] = version; return nil })
		return err
	})
	return all
}

// reads opens some dossiers of each file as their candidates.
func (w *watcher) reads(t *testing.T) []string {
	t.Helper()
	var some []person
	for _, file := range w.files {
		all := w.people[file]
		some = append(some, all[0], all[len(all)/2], all[len(all)-1])
	}
	if err := eachReadsTheirOwn(t, w.open, some); err != nil {
		return []string{"a dossier does not open: " + err.Error()}
	}
	return nil
}

func (w *watcher) everybody() (all []person) {
	for _, file := range w.files {
		all = append(all, w.people[file]...)
	}
	return all
}

func (w *watcher) traces(t *testing.T) []string {
	t.Helper()
	if err := w.h.run([]string{"audit", "verify"}); err != nil {
		return []string{"the traces do not verify: " + err.Error()}
	}
	return nil
}

// copies compares every file of every backup with its list.
func (w *watcher) copies(t *testing.T) (wrong []string) {
	t.Helper()
	for _, dir := range w.backups {
		if _, err := backup.Check(t.Context(), dir); err != nil {
			wrong = append(wrong, "a backup is not whole: "+err.Error())
		}
	}
	return wrong
}

// leftovers are homes, copies, servers, programs and locks of processes that are gone.
func (w *watcher) leftovers(t *testing.T) (wrong []string) {
	t.Helper()
	for _, name := range []string{parts.ForTrial, parts.ForUse} {
		if _, err := os.Stat(filepath.Join(w.h.home, name)); !errors.Is(err, os.ErrNotExist) {
			wrong = append(wrong, "the home "+name+" is left behind")
		}
	}
	kept := map[string]bool{}
	for _, where := range strings.Fields(w.text(t, parts.Keyring, "SELECT coalesce(string_agg(kept_where, ' '), '') FROM epoch")) {
		kept[filepath.Base(where)] = true
	}
	copies, err := os.ReadDir(filepath.Join(w.h.home, "epochs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, c := range copies {
		if !kept[c.Name()] {
			wrong = append(wrong, "a copy of the keys that no epoch kept is left behind: "+c.Name())
		}
	}
	for _, line := range commandLines(w.h.home) {
		if !w.lives(line) {
			wrong = append(wrong, "a process is left behind: "+line)
		}
	}
	for _, cluster := range roles.Clusters {
		// PostgreSQL notices within a moment that a client is gone.
		const held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
		end := time.Now().Add(w.patience)
		for count(t, w.h, cluster, held) > 0 {
			if time.Now().After(end) {
				wrong = append(wrong, "a lock is left behind in cluster "+cluster)
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return wrong
}

// lives says whether a process is one of the parts of the house, or looks after it.
func (w *watcher) lives(line string) bool {
	for _, f := range w.open.Parts.Folders() {
		if f.Kind == "data" && strings.Contains(line, f.Path) {
			return true
		}
	}
	return strings.Contains(line, filepath.Join(w.h.home, "vault", "vault.json")) || strings.HasPrefix(line, "housekeeper ")
}

// commandLines are those of processes that name a folder. Where there is no /proc there
// are none to see.
func commandLines(folder string) (all []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if line := strings.ReplaceAll(string(text), "\x00", " "); err == nil && strings.Contains(line, folder) {
			all = append(all, line)
		}
	}
	return all
}

// epochState is that of the open epoch; ended when there is none.
func (w *watcher) epochState(t *testing.T) rotation.EpochState {
	t.Helper()
	e, open, err := w.store.OpenEpoch(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	if !open {
		return rotation.Ended
	}
	return e.State
}

func (w *watcher) personKey(t *testing.T) crypto.KeyName {
	t.Helper()
	names, err := w.store.Names(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(names, func(n crypto.KeyName) bool { return n.Role == crypto.RolePerson })
	return names[at]
}

// keepOldWraps copies some wraps, as a backup from before an epoch would have them.
func (w *watcher) keepOldWraps(t *testing.T) {
	t.Helper()
	var err error
	if w.old, _, err = w.job.Wraps.Page(t.Context(), w.personKey(t), 0, nil, 16); err != nil || len(w.old) == 0 {
		t.Fatalf("%d wraps, %v", len(w.old), err)
	}
}

// oldWrapsStillOpen is the control of oldWrapsOpenNowhere.
func (w *watcher) oldWrapsStillOpen(t *testing.T) {
	t.Helper()
	if err := crypto.Verify(t.Context(), w.job.Verifier, w.personKey(t), w.old); err != nil {
		t.Errorf("nothing was trimmed, and a wrap from before does not open: %v", err)
	}
}

func (w *watcher) oldWrapsOpenNowhere(t *testing.T) {
	t.Helper()
	for _, old := range w.old {
		err := crypto.Verify(t.Context(), w.job.Verifier, w.personKey(t), []crypto.Placed{old})
		if err == nil || errors.Is(err, crypto.ErrUnavailable) {
			t.Fatalf("a wrap of version %d from before the epoch: %v", old.Wrap.Version(), err)
		}
	}
}

// asked is a connection as the administrator of a cluster.
func (w *watcher) asked(t *testing.T, cluster string, do func(ctx context.Context, c *pgx.Conn) error) {
	t.Helper()
	dsn, err := w.open.Parts.Admin(cluster)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := do(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func (w *watcher) units(t *testing.T, cluster, query string) (units []crypto.UnitID) {
	t.Helper()
	w.asked(t, cluster, func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, query)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, u := range all {
			units = append(units, crypto.UnitID(u))
		}
		return err
	})
	return units
}

func (w *watcher) text(t *testing.T, cluster, query string) (text string) {
	t.Helper()
	w.asked(t, cluster, func(ctx context.Context, c *pgx.Conn) error { return c.QueryRow(ctx, query).Scan(&text) })
	return text
}
