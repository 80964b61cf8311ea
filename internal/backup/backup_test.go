package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/internal/backup"
	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

var keeps = backup.Keeps{
	Blobs:   []string{"blobs", "runs"},
	Public:  []string{"policy/signers", "identities/log.pub"},
	Carried: []string{"identities", "missions", "policy/signers"},
}

// A live home with one line in each database, two documents and a key in Vault.
type live struct {
	home   string
	at     parts.Addresses
	sealed string // by the key in Vault
}

const (
	blobOne = "blobs/AB/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	blobTwo = "blobs/ZY/ZYXWVUTSRQPONMLKJIHGFEDCBA"
	runFile = "runs/KL/KLMNOPQRSTUVWXYZABCDEFGHIJ"
)

func TestMain(m *testing.M) {
	// Parts that the environment of whoever runs the tests would lend.
	for _, name := range []string{"SCEAU_DATA_DSN", "SCEAU_KEYRING_DSN", "SCEAU_AUDIT_DSN", "VAULT_ADDR"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

func newHome(t *testing.T) string {
	t.Helper()
	testkit.Required(t)
	home, err := os.MkdirTemp("", "sceau-test-backup-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := parts.Erase(context.Background(), home); err != nil {
			t.Errorf("leaving nothing behind: %v", err)
		}
	})
	return home
}

func newLive(t *testing.T) *live {
	t.Helper()
	home := newHome(t)
	l := &live{home: home}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // Vault may have to be built
	defer cancel()
	var said bytes.Buffer
	var err error
	if l.at, err = parts.Up(ctx, home, &said); err != nil {
		t.Fatalf("up: %v\n%s", err, said.String())
	}
	for cluster, row := range rows {
		exec1(t, l.at, cluster, row.insert)
	}
	l.vault(t, l.at, "keys/marin", map[string]any{})
	_, l.sealed = l.vault(t, l.at, "encrypt/marin", map[string]any{"plaintext": clear})
	for path, text := range map[string]string{
		blobOne: "the first document, sealed", blobTwo: strings.Repeat("another document, sealed. ", 9000),
		runFile:              "what a run was computed on, sealed",
		"identities/log.pub": "sceau-traces+public", "identities/log.key": "secret-of-the-log", "identities/agents.secret-id": "secret-of-agents",
		"missions/exam-a.key": "secret-of-a-mission", "policy/signers": "dpo+public", "policy/keys/dpo.key": "secret-of-a-signer",
	} {
		write(t, home, path, text)
	}
	return l
}

var clear = base64.StdEncoding.EncodeToString([]byte("Inès"))

// One line of each database, as its owner sees it.
var rows = map[string]struct{ insert, read string }{
	parts.Data: {`INSERT INTO campaign (campaign, label, calendar) VALUES ('2026', 'Campagne', '{}')`,
		`SELECT string_agg(campaign || label, ' ') FROM campaign`},
	parts.Keyring: {`INSERT INTO key_name VALUES ('sceau-person-2026-x', '2026', 'person', '', 'active')`,
		`SELECT string_agg(name || state, ' ' ORDER BY name) FROM key_name`},
	parts.Audit: {`INSERT INTO day_key VALUES ('2026-04-15', '\x0102', 1)`,
		`SELECT string_agg(day || wrap::text, ' ') FROM day_key`},
}

func sum(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

func write(t *testing.T, home, path, text string) {
	t.Helper()
	path = filepath.Join(home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func admin(t *testing.T, at parts.Addresses, cluster string) *pgx.Conn {
	t.Helper()
	dsn, err := at.Admin(cluster)
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, dsn)
}

func exec1(t *testing.T, at parts.Addresses, cluster, statement string) {
	t.Helper()
	if _, err := admin(t, at, cluster).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, at parts.Addresses, cluster string) (text string) {
	t.Helper()
	if err := admin(t, at, cluster).QueryRow(t.Context(), rows[cluster].read).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// vault calls transit with the root token of the live home.
func (l *live) vault(t *testing.T, at parts.Addresses, path string, body map[string]any) (int, string) {
	t.Helper()
	token, err := l.at.RootToken()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", at.VaultAddr+"/v1/transit/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data map[string]any }
	json.NewDecoder(resp.Body).Decode(&answer)
	for _, key := range []string{"plaintext", "ciphertext"} {
		if value, ok := answer.Data[key].(string); ok {
			return resp.StatusCode, value
		}
	}
	return resp.StatusCode, ""
}

// opens says whether the Vault of a home opens what was sealed before the backup.
func (l *live) opens(t *testing.T, at parts.Addresses) {
	t.Helper()
	if code, text := l.vault(t, at, "decrypt/marin", map[string]any{"ciphertext": l.sealed}); text != clear {
		t.Errorf("what was sealed before opens to %q (%d)", text, code)
	}
}

func (l *live) backup(t *testing.T, o backup.Options) (string, backup.Summary) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	s, err := backup.Backup(t.Context(), l.at, keeps, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func (l *live) restore(t *testing.T, dir string, o backup.RestoreOptions) parts.Addresses {
	t.Helper()
	r, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, o)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{parts.Data, parts.Keyring, parts.Audit, parts.Vault}
	if o.Only != nil {
		names = backup.Keys
	}
	at, err := parts.Need(t.Context(), r.Home, names...)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func same(t *testing.T, a, b parts.Addresses, clusters ...string) {
	t.Helper()
	for _, cluster := range clusters {
		if want, got := read(t, a, cluster), read(t, b, cluster); got != want {
			t.Errorf("cluster %s holds %q, and held %q", cluster, got, want)
		}
	}
}

func pids(t *testing.T, home string) (all []int) {
	t.Helper()
	s, err := parts.Read(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Parts {
		all = append(all, p.PID)
	}
	return all
}

// One live home lives through all of it: making one takes seconds. Alone, because it is
// lent parts by the environment; the tests after it wait more than they compute, and run
// side by side.
func TestAPlatformIsCopiedAndBroughtBackBesideItself(t *testing.T) {
	l := newLive(t)
	dir, summary := l.backup(t, backup.Options{})
	before := pids(t, l.home)

	t.Run("a backup has a folder for each part, closed to others, and no credential", func(t *testing.T) {
		l.holdsNoCredential(t, dir, summary)
	})

	t.Run("a finished backup is not written over", func(t *testing.T) {
		if _, err := backup.Backup(t.Context(), l.at, keeps, dir, backup.Options{}); !errors.Is(err, backup.ErrFinished) {
			t.Errorf("a second backup there: %v", err)
		}
		if _, err := backup.Read(dir); err != nil {
			t.Errorf("and then the first: %v", err)
		}
		mine := t.TempDir()
		write(t, mine, "data/letter", "mine")
		if _, err := backup.Backup(t.Context(), l.at, keeps, mine, backup.Options{}); err == nil {
			t.Error("a folder that holds something else was taken")
		}
		if text, err := os.ReadFile(filepath.Join(mine, "data/letter")); string(text) != "mine" {
			t.Errorf("what was in it: %q, %v", text, err)
		}
	})

	t.Run("one byte of any file stops a restore before it begins", func(t *testing.T) { l.refusesDamage(t, dir) })

	t.Run("it comes back with the Vault of the live home", func(t *testing.T) {
		at := l.restore(t, dir, backup.RestoreOptions{})
		same(t, l.at, at, roles.Clusters...)
		l.opens(t, at)
		if at.VaultAddr != l.at.VaultAddr {
			t.Errorf("the Vault of the home aside is at %s, that of the live one at %s", at.VaultAddr, l.at.VaultAddr)
		}
		if _, err := at.RootToken(); err == nil {
			t.Error("the home aside gives the root token of a Vault that is not its own")
		}
		l.hasItsOwnRoles(t, at)
		l.carriedOver(t, at.Home)
		if _, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{}); !errors.Is(err, parts.ErrAsideExists) {
			t.Errorf("a home aside that may be in use: %v", err)
		}
	})

	t.Run("it stops and starts by itself, whatever the environment lends", func(t *testing.T) {
		for _, name := range []string{"SCEAU_DATA_DSN", "SCEAU_KEYRING_DSN", "SCEAU_AUDIT_DSN"} {
			t.Setenv(name, "postgres://nobody:nothing@127.0.0.1:1/postgres")
		}
		t.Setenv("VAULT_ADDR", "")
		aside := parts.AsideOf(l.home)
		if err := parts.Down(t.Context(), aside, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
		at, err := parts.Up(t.Context(), aside, new(bytes.Buffer))
		if err != nil {
			t.Fatal(err)
		}
		l.opens(t, at)
		if text := read(t, at, parts.Audit); text == "" {
			t.Error("the audit cluster came back empty")
		}
	})

	t.Run("erased, it takes nothing of the live home with it", func(t *testing.T) {
		aside := parts.AsideOf(l.home)
		if err := parts.Erase(t.Context(), aside); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(aside); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("erased, it leaves %v", err)
		}
		if now := pids(t, l.home); !slices.Equal(now, before) {
			t.Errorf("the live parts were processes %v, are %v", before, now)
		}
		l.opens(t, l.at)
		read(t, l.at, parts.Data)
	})

	t.Run("it comes back with a Vault of its own, and nothing of the live home runs", func(t *testing.T) {
		if err := parts.Down(t.Context(), l.home, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
		audited, err := os.Stat(filepath.Join(l.home, "vault", "audit.log"))
		if err != nil {
			t.Fatal(err)
		}
		at := l.restore(t, dir, backup.RestoreOptions{Vault: backup.FromBackup})
		l.opens(t, at)
		if at.VaultAddr == l.at.VaultAddr {
			t.Error("two Vaults have one address")
		}
		if now, err := os.Stat(filepath.Join(l.home, "vault", "audit.log")); err != nil || now.Size() != audited.Size() {
			t.Errorf("the Vault aside records in the file of the live one (%v)", err)
		}
		if own, err := os.ReadFile(filepath.Join(at.Home, "vault", "audit.log")); err != nil || !bytes.Contains(own, []byte("transit/decrypt/marin")) {
			t.Errorf("the Vault aside does not record what it opened (%v)", err)
		}
		// Killed as by a power cut, it opens again at the next start.
		for _, pid := range pids(t, at.Home) {
			if err := pgserver.Halt(t.Context(), pid, syscall.SIGKILL, syscall.SIGKILL, 10*time.Second); err != nil {
				t.Fatal(err)
			}
		}
		again, err := parts.Up(t.Context(), at.Home, new(bytes.Buffer))
		if err != nil {
			t.Fatal(err)
		}
		l.opens(t, again)
		if l.at, err = parts.Up(t.Context(), l.home, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
		same(t, l.at, again, roles.Clusters...)
		before = pids(t, l.home)
	})

	t.Run("the keys alone come back, to prove that they open", func(t *testing.T) {
		keys, s := l.backup(t, backup.Options{Only: backup.Keys})
		if len(s.Parts) != 2 {
			t.Errorf("a copy of the keys has %d parts: %v", len(s.Parts), s.Parts)
		}
		at := l.restore(t, keys, backup.RestoreOptions{Replace: true, Vault: backup.FromBackup, Only: backup.Keys})
		same(t, l.at, at, parts.Keyring)
		l.opens(t, at)
		if _, err := backup.RestoreAside(t.Context(), l.home, keys, keeps, backup.RestoreOptions{Replace: true, Only: []string{parts.Data}}); err == nil {
			t.Error("data came back out of a copy of the keys")
		}
	})

	t.Run("it answers nobody before it was told what happened since", func(t *testing.T) {
		told := errors.New("the ledger does not answer")
		_, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{Replace: true, Only: backup.Keys,
			Replay: func(ctx context.Context, aside parts.Addresses) error {
				var unfinished *parts.UnfinishedError
				if _, err := parts.Need(ctx, aside.Home); !errors.As(err, &unfinished) {
					t.Errorf("meanwhile it answers: %v", err)
				}
				same(t, l.at, aside, parts.Keyring)
				return told
			}})
		if !errors.Is(err, told) {
			t.Errorf("a home that could not be told: %v", err)
		}
		var unfinished *parts.UnfinishedError
		if _, err := parts.Locate(parts.AsideOf(l.home)); !errors.As(err, &unfinished) {
			t.Errorf("and then it answers: %v", err)
		}
		if _, err := parts.Up(t.Context(), parts.AsideOf(l.home), new(bytes.Buffer)); !errors.As(err, &unfinished) {
			t.Errorf("and starts: %v", err)
		}
	})

	t.Run("the data of an older backup opens with younger keys, and not the other way", func(t *testing.T) {
		exec1(t, l.at, parts.Keyring, `INSERT INTO key_name VALUES ('sceau-person-2027-y', '2027', 'person', '', 'active')`)
		younger, _ := l.backup(t, backup.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
		at := l.restore(t, younger, backup.RestoreOptions{Data: dir})
		same(t, l.at, at, parts.Keyring)
		if _, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{Replace: true, Data: younger}); err == nil || !strings.Contains(err.Error(), "younger") {
			t.Errorf("data younger than the keys: %v", err)
		}
	})

	t.Run("a Vault whose storage gives no snapshot is refused before anything is copied", func(t *testing.T) {
		server := testkit.OwnVault(t, "file")
		t.Setenv("VAULT_ADDR", server.Addr)
		t.Setenv("VAULT_TOKEN", server.Token)
		at, err := parts.Locate(l.home)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "backup")
		var refused *backup.SnapshotError
		if _, err := backup.Backup(t.Context(), at, keeps, to, backup.Options{}); !errors.As(err, &refused) || refused.Private || !strings.Contains(refused.Hint(), "administrator") {
			t.Errorf("the Vault of VAULT_ADDR on files: %v", err)
		}
		if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it left %v", err)
		}
		// On raft, its administrator's token takes it.
		server = testkit.OwnVault(t, "raft")
		t.Setenv("VAULT_ADDR", server.Addr)
		t.Setenv("VAULT_TOKEN", server.Token)
		if at, err = parts.Locate(l.home); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Backup(t.Context(), at, keeps, to, backup.Options{Only: []string{parts.Vault}}); err != nil {
			t.Errorf("the Vault of VAULT_ADDR on raft: %v", err)
		}
	})

	t.Run("keys are not destroyed in the middle of it, and it knows when it lost that", func(t *testing.T) {
		dsn, err := l.at.DSN(parts.Keyring, roles.Owner)
		if err != nil {
			t.Fatal(err)
		}
		asked := false
		l.backup(t, backup.Options{Progress: func(s backup.Step) {
			if asked || !strings.Contains(s.Doing, "audit") {
				return
			}
			asked = true
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if _, release, err := keyring.NoCopying(ctx, dsn); err == nil {
				release()
				t.Error("keys may be destroyed in the middle of a backup")
			}
		}})
		if !asked {
			t.Fatal("the audit cluster was not reached: this proves nothing")
		}
		to := filepath.Join(t.TempDir(), "backup")
		_, err = backup.Backup(t.Context(), l.at, keeps, to, backup.Options{Progress: func(s backup.Step) {
			if s.Doing == "dumping cluster audit" {
				exec1(t, l.at, parts.Keyring, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sceau copying'")
				time.Sleep(100 * time.Millisecond)
			}
		}})
		var unfinished *backup.UnfinishedError
		if _, read := backup.Read(to); err == nil || !errors.As(read, &unfinished) {
			t.Errorf("a backup that lost its hold ended with %v, and reads as %v", err, read)
		}
	})

	t.Run("a copy older than a trim opens nothing with the Vault that trimmed", func(t *testing.T) {
		two := map[string]any{"min_decryption_version": 2, "min_encryption_version": 2, "min_available_version": 2}
		for _, path := range []string{"keys/marin/rotate", "keys/marin/config", "keys/marin/trim"} {
			if code, _ := l.vault(t, l.at, path, two); code/100 != 2 {
				t.Fatalf("%s: %d", path, code)
			}
		}
		o := backup.RestoreOptions{Replace: true, Only: backup.Keys}
		at := l.restore(t, dir, o)
		if code, text := l.vault(t, at, "decrypt/marin", map[string]any{"ciphertext": l.sealed}); code/100 == 2 || text == clear {
			t.Errorf("what was trimmed opens to %q (%d)", text, code)
		}
		// The snapshot of that day still holds it, which is why it is kept for days.
		o.Vault = backup.FromBackup
		l.opens(t, l.restore(t, dir, o))
	})

	t.Run("a backup of an older version is brought to the present, one of a newer is refused", func(t *testing.T) {
		exec1(t, l.at, parts.Keyring, `DO $$ DECLARE statement text; BEGIN
			FOR statement IN
				SELECT format('DROP TABLE %I CASCADE', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'goose_db_version'
				UNION ALL SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			LOOP EXECUTE statement; END LOOP;
		END $$; DELETE FROM goose_db_version WHERE version_id > 1`)
		older, s := l.backup(t, backup.Options{Only: backup.Keys})
		if s.Parts[0].Migrations != 1 {
			t.Fatalf("the older keyring has migration %d, want 1: this proves nothing", s.Parts[0].Migrations)
		}
		at := l.restore(t, older, backup.RestoreOptions{Replace: true, Only: backup.Keys})
		exec1(t, at, parts.Keyring, rows[parts.Keyring].insert)

		exec1(t, l.at, parts.Keyring, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
		newer, _ := l.backup(t, backup.Options{Only: backup.Keys})
		if _, err := backup.RestoreAside(t.Context(), l.home, newer, keeps, backup.RestoreOptions{Replace: true}); err == nil || !strings.Contains(err.Error(), "newer version of sceau") {
			t.Errorf("a backup made by a newer version: %v", err)
		}
	})
}

func (l *live) holdsNoCredential(t *testing.T, dir string, s backup.Summary) {
	var names []string
	for _, p := range s.Parts {
		names = append(names, p.Part)
	}
	// Vault last: its keys are older than every wrap in the dumps before it.
	if want := []string{"data", "keyring", "audit", "policy", "vault"}; !slices.Equal(names, want) {
		t.Errorf("parts are copied in the order %v, want %v", names, want)
	}
	secrets := map[string][]byte{}
	for _, folder := range []string{"roles", "identities", "missions", "policy/keys", "vault"} {
		err := filepath.WalkDir(filepath.Join(l.home, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".pub" {
				return err
			}
			if folder == "vault" && d.Name() != "root-token" && d.Name() != "unseal-share" {
				return nil
			}
			text, err := os.ReadFile(path)
			secrets[path] = bytes.TrimSpace(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(secrets) < 15 {
		t.Fatalf("%d secrets to look for: this would prove little", len(secrets))
	}
	control := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", path, info.Mode(), want)
		}
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		for name, secret := range secrets {
			if bytes.Contains(text, secret) {
				t.Errorf("%s holds what is in %s", path, name)
			}
		}
		if bytes.Contains(text, []byte("dpo+public")) || bytes.Contains(text, []byte("the first document, sealed")) {
			control++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if control != 2 {
		t.Errorf("what has to be there was found %d times, want 2: the search may see nothing", control)
	}
	if info, err := os.Stat(filepath.Join(dir, "data", blobOne)); err != nil || info.ModTime().Unix() != 0 {
		t.Errorf("a document in the backup tells when it came: %v", err)
	}
}

func (l *live) hasItsOwnRoles(t *testing.T, at parts.Addresses) {
	for _, cluster := range roles.Clusters {
		for _, role := range roles.Of(cluster) {
			mine, err1 := at.DSN(cluster, role)
			theirs, err2 := l.at.DSN(cluster, role)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if err := roles.Ping(t.Context(), mine); err != nil {
				t.Errorf("%s cannot enter %s aside: %v", role, cluster, err)
			}
			_, password, _ := strings.Cut(strings.TrimPrefix(mine, "postgres://"), ":")
			password, _, _ = strings.Cut(password, "@")
			if strings.Contains(theirs, password) {
				t.Errorf("%s has one password in both homes", role)
			}
		}
	}
	// Grants came back: who adds wraps cannot read one.
	dsn, err := at.DSN(parts.Keyring, "sceau_keyring_write")
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, dsn)
	if _, err := conn.Exec(t.Context(), "SELECT name FROM key_name"); err != nil {
		t.Errorf("intake cannot read the names of keys: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "SELECT wrap FROM unit_secret"); err == nil {
		t.Error("intake reads wraps in the home aside")
	}
	// And so did the owner, who migrates.
	var owner string
	if err := admin(t, at, parts.Data).QueryRow(t.Context(), "SELECT tableowner FROM pg_tables WHERE tablename = 'campaign'").Scan(&owner); err != nil || owner != roles.Owner {
		t.Errorf("the tables belong to %q, %v", owner, err)
	}
}

func (l *live) carriedOver(t *testing.T, aside string) {
	for _, path := range []string{blobOne, blobTwo, runFile, "identities/log.pub", "identities/log.key", "identities/agents.secret-id", "missions/exam-a.key", "policy/signers"} {
		want, err1 := os.ReadFile(filepath.Join(l.home, path))
		got, err2 := os.ReadFile(filepath.Join(aside, path))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(want, got) {
			t.Errorf("%s was not brought over: %v", path, err)
			continue
		}
		info, err := os.Stat(filepath.Join(aside, path))
		if err != nil || info.Mode().Perm() != 0o600 || info.ModTime().Unix() != 0 {
			t.Errorf("%s is %v of %v", path, info.Mode(), info.ModTime())
		}
	}
	if _, err := os.Stat(filepath.Join(aside, "policy/keys/dpo.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the key of a signer was brought over: %v", err)
	}
}

// refusesDamage changes each file of a backup in turn, and puts it back.
func (l *live) refusesDamage(t *testing.T, dir string) {
	refused := func(path string) {
		t.Helper()
		_, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{Vault: backup.FromBackup})
		var damaged *backup.DamagedError
		if !errors.As(err, &damaged) || damaged.File != path {
			t.Errorf("with %s damaged: %v", path, err)
		}
		if _, err := os.Stat(filepath.Join(parts.AsideOf(l.home), "parts.json")); err == nil {
			t.Fatalf("with %s damaged a home was made", path)
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "backup.json" {
			return err
		}
		files++
		name, _ := filepath.Rel(dir, path)
		good, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		put := func(text []byte) {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		bad := bytes.Clone(good)
		bad[len(bad)/2] ^= 1
		put(bad)
		refused(name)
		put(good[:len(good)-1])
		refused(name)
		put(good)
		if d.Name() == "files.ndjson" {
			return nil
		}
		if err := os.Rename(path, path+".away"); err != nil {
			return err
		}
		refused(name)
		return os.Rename(path+".away", path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 12 {
		t.Errorf("%d files were damaged: this proves little", files)
	}
	var missing *backup.MissingError
	if err := os.Rename(filepath.Join(dir, "keyring"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{}); !errors.As(err, &missing) || missing.Part != parts.Keyring {
		t.Errorf("with the keyring kept elsewhere: %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "keyring")); err != nil {
		t.Fatal(err)
	}
	// Whoever changes a list must change the summary: then no file leads out of the part.
	list := filepath.Join(dir, "policy", "files.ndjson")
	good, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := os.ReadFile(filepath.Join(dir, "backup.json"))
	if err != nil {
		t.Fatal(err)
	}
	climbing := bytes.Replace(good, []byte(`"signers"`), []byte(`"../../etc/passwd"`), 1)
	write(t, dir, "policy/files.ndjson", string(climbing))
	write(t, dir, "backup.json", strings.Replace(string(summary), sum(good), sum(climbing), 1))
	refused("policy/files.ndjson")
	write(t, dir, "policy/files.ndjson", string(good))
	write(t, dir, "backup.json", "{")
	refused("backup.json")
	write(t, dir, "backup.json", string(summary))
}

var backupSteps = []string{"dumping cluster data", "copying documents", "dumping cluster keyring", "dumping cluster audit",
	"copying public keys", "taking a snapshot of Vault", "finishing the backup"}

var restoreSteps = []string{"comparing vault with its list", "starting a Vault from the snapshot", "making cluster data", "filling cluster data",
	"bringing back documents", "making cluster keyring", "filling cluster keyring", "filling cluster audit",
	"bringing over credentials of the live home", "telling the home what happened since", "finishing the restore"}

// The child is this test binary: it kills itself, as a power cut would, when it
// reaches a step.
func TestWhateverTheStepAtWhichItIsKilled(t *testing.T) {
	if os.Getenv("SCEAU_TEST_STEP") != "" {
		killed(t)
		return
	}
	t.Parallel()
	l := newLive(t)
	child := func(step, verb, dir string) {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run=^TestWhateverTheStepAtWhichItIsKilled$")
		cmd.Env = append(os.Environ(), "SCEAU_TEST_STEP="+step, "SCEAU_TEST_VERB="+verb, "SCEAU_TEST_HOME="+l.home, "SCEAU_TEST_DIR="+dir)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
			t.Fatalf("%s was not killed at %q: %v\n%s", verb, step, err, out)
		}
	}
	dir := filepath.Join(t.TempDir(), "backup")

	t.Run("a backup is none, and the next one there is whole", func(t *testing.T) {
		for _, step := range backupSteps {
			child(step, "backup", dir)
			var unfinished *backup.UnfinishedError
			if _, err := backup.RestoreAside(t.Context(), l.home, dir, keeps, backup.RestoreOptions{}); !errors.As(err, &unfinished) {
				t.Errorf("killed at %q, it is restored: %v", step, err)
			}
		}
		if _, err := backup.Backup(t.Context(), l.at, keeps, dir, backup.Options{}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a restore leaves a home that answers nobody, and the next one begins anew", func(t *testing.T) {
		steps := restoreSteps
		if os.Getenv("SCEAU_SOAK") == "" {
			steps = []string{steps[0], "starting a Vault from the snapshot", "filling cluster data", "finishing the restore"}
		}
		for _, step := range steps {
			child(step, "restore", dir)
			var unfinished *parts.UnfinishedError
			_, err := parts.Locate(parts.AsideOf(l.home))
			if begun := !strings.HasPrefix(step, "comparing"); begun && !errors.As(err, &unfinished) {
				t.Errorf("killed at %q, it answers: %v", step, err)
			}
		}
		at := l.restore(t, dir, backup.RestoreOptions{Vault: backup.FromBackup})
		same(t, l.at, at, roles.Clusters...)
		l.opens(t, at)
		l.carriedOver(t, at.Home)
	})
	t.Run("the home made aside takes the place of the live one, as the runbook says", func(t *testing.T) {
		want := map[string]string{}
		for _, cluster := range roles.Clusters {
			want[cluster] = read(t, l.at, cluster)
		}
		for _, vault := range []string{backup.Current, backup.FromBackup} {
			l.restore(t, dir, backup.RestoreOptions{Replace: true, Vault: vault})
			l.promote(t, vault)
			for cluster, text := range want {
				if got := read(t, l.at, cluster); got != text {
					t.Errorf("with the Vault %s, cluster %s holds %q, and held %q", vault, cluster, got, text)
				}
			}
			l.opens(t, l.at)
		}
	})
}

// The live home is lost but for what its keepers bring: no part of it ever runs.
func TestAPlatformComesBackFromItsBackupAndWhatItsKeepersBring(t *testing.T) {
	t.Parallel()
	l := newLive(t)
	dir, _ := l.backup(t, backup.Options{})
	empty := newHome(t)
	for _, path := range []string{"vault/root-token", "vault/unseal-share", "identities/agents.secret-id"} {
		text, err := os.ReadFile(filepath.Join(l.home, path))
		if err != nil {
			t.Fatal(err)
		}
		write(t, empty, path, string(text))
	}
	if err := parts.Down(t.Context(), l.home, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	r, err := backup.RestoreAside(t.Context(), empty, dir, keeps, backup.RestoreOptions{Vault: backup.FromBackup})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Absent, []string{"missions"}) {
		t.Errorf("it lacks %v, want the missions", r.Absent)
	}
	at, err := parts.Need(t.Context(), r.Home)
	if err != nil {
		t.Fatal(err)
	}
	l.opens(t, at)
	if text := read(t, at, parts.Data); text == "" {
		t.Error("the data cluster came back empty")
	}
	if _, err := os.Stat(filepath.Join(r.Home, "policy", "signers")); err != nil {
		t.Errorf("who may sign did not come back: %v", err)
	}
	// Without the share, the snapshot opens nothing, and nothing half made answers.
	if err := os.Remove(filepath.Join(empty, "vault", "unseal-share")); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.RestoreAside(t.Context(), empty, dir, keeps, backup.RestoreOptions{Vault: backup.FromBackup, Replace: true}); err == nil || !strings.Contains(err.Error(), "share") {
		t.Errorf("a snapshot without its share: %v", err)
	}
}

// promote does what docs/runbook.md says, and removes what was live before.
func (l *live) promote(t *testing.T, vault string) {
	t.Helper()
	aside := parts.AsideOf(l.home)
	for _, home := range []string{aside, l.home} {
		if err := parts.Down(t.Context(), home, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
	}
	before, after := l.home+".before", l.home+".after"
	moves := [][2]string{{aside, after}, {l.home, before}, {after, l.home}}
	if vault == backup.Current {
		moves = append(moves, [2]string{filepath.Join(before, "vault"), filepath.Join(l.home, "vault")})
	}
	for _, m := range moves {
		if err := os.Rename(m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(before); err != nil {
		t.Fatal(err)
	}
	var err error
	if l.at, err = parts.Up(t.Context(), l.home, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(aside); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("promoted, the home has something aside again: %v", err)
	}
}

func killed(t *testing.T) {
	home, dir := os.Getenv("SCEAU_TEST_HOME"), os.Getenv("SCEAU_TEST_DIR")
	progress := func(s backup.Step) {
		if s.Doing == os.Getenv("SCEAU_TEST_STEP") {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	at, err := parts.Locate(home)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("SCEAU_TEST_VERB") == "backup" {
		_, err = backup.Backup(t.Context(), at, keeps, dir, backup.Options{Progress: progress})
	} else {
		nothing := func(context.Context, parts.Addresses) error { return nil }
		_, err = backup.RestoreAside(t.Context(), home, dir, keeps, backup.RestoreOptions{Progress: progress, Vault: backup.FromBackup, Replay: nothing})
	}
	t.Fatalf("it came to its end: %v", err)
}

// A home made before there were backups keeps its keys in files.
func TestAHomeWhoseVaultIsOnFilesIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	write(t, home, "parts.json", `{"places":{"vault":{"storage":"file"}}}`)
	if err := parts.Start(t.Context(), home, parts.Vault); err != nil {
		t.Fatal(err)
	}
	at, err := parts.Locate(home)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	var refused *backup.SnapshotError
	_, err = backup.Backup(t.Context(), at, keeps, to, backup.Options{})
	if !errors.As(err, &refused) || !refused.Private || !strings.Contains(refused.Hint(), "docs/runbook.md") {
		t.Errorf("a backup of it: %v", err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it left %v", err)
	}
}
