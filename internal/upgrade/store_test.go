// Package upgrade_test opens the stores of older versions with this one.
//
// What was sealed is kept for years and by then is read by a program that did not
// write it. Each archive in testdata is a home as a version left it; testdata/README.md
// says how they are made. Nothing in them is real.
package upgrade_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/parts/turn"
	"sceau/internal/postgres/roles"
)

// keeperOf names, to the process that watches over a home, which one.
const keeperOf = "SCEAU_UPGRADE_KEEPER_OF"

func TestMain(m *testing.M) {
	if home := os.Getenv(keeperOf); home != "" {
		keep(home)
		return
	}
	os.Exit(m.Run())
}

// keep waits for the end of the tests, by whatever cause, and erases the home: no
// deferred call survives a kill.
func keep(home string) {
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := parts.Erase(ctx, home); err != nil {
		os.Exit(1)
	}
}

// A store is what an archive says, and where it was laid out.
type store struct {
	made struct {
		Commit, Home string
		At           time.Time
	}
	people []person
	home   string
}

// A person is one candidate of a store: the line that was sent in, and who may read it.
type person struct {
	sent     map[string]json.RawMessage
	ref      dossier.Ref
	accounts []string // the candidate's own first
}

// stores are the archives there are.
func stores(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*.tar.gz")
	if err != nil || len(all) == 0 {
		t.Fatalf("no older store is here: %v", err)
	}
	return all
}

// layOut makes a home out of an archive, with clusters and passwords of its own. What
// the older version wrote is there as it left it, its migrations included: bringing it
// to the present is the work of the next start.
func layOut(t *testing.T, archive string) *store {
	t.Helper()
	ctx := t.Context()
	files := t.TempDir()
	unpack(t, archive, files)
	s := &store{}
	readJSON(t, filepath.Join(files, "made.json"), &s.made)
	s.readPeople(t, files)

	root, err := os.MkdirTemp("", "sceau-upgrade-")
	if err != nil {
		t.Fatal(err)
	}
	// The account that runs PostgreSQL crosses the home and reads nothing of it.
	if err := os.Chmod(root, 0o711); err != nil {
		t.Fatal(err)
	}
	appointKeeper(t, root)
	// Aside: the only way to a cluster with roles and no tables yet.
	aside, err := parts.BeginAside(ctx, root, parts.ForUse, false)
	if err != nil {
		t.Fatal(err)
	}
	defer aside.Close()
	for _, cluster := range roles.Clusters {
		if err := aside.Prepare(ctx, cluster); err != nil {
			t.Fatal(err)
		}
		at, err := aside.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		admin, err := at.Admin(cluster)
		if err != nil {
			t.Fatal(err)
		}
		if err := pgserver.Run(ctx, admin, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
			"--output="+os.DevNull, "--file="+filepath.Join(files, cluster+".sql")); err != nil {
			t.Fatal(err)
		}
	}
	s.home = aside.Home()
	if err := copyInto(s.home, filepath.Join(files, "home")); err != nil {
		t.Fatal(err)
	}
	if err := aside.Finish(); err != nil {
		t.Fatal(err)
	}
	return s
}

// up starts the home with this program, as `sceau up` does, and opens it on the day
// after it was made: what it says of days does not depend on when the test runs.
func (s *store) up(t *testing.T) *house.House {
	t.Helper()
	ctx := t.Context()
	defer s.lendAuditFolder(t)()
	at, err := parts.Up(ctx, s.home, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := house.Furnish(ctx, at, io.Discard); err != nil {
		t.Fatal(err)
	}
	h, err := house.At(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	began := time.Now()
	h.Now = func() time.Time { return s.made.At.AddDate(0, 0, 1).Add(time.Since(began)) }
	return h
}

// lendAuditFolder gives a Vault of before the folder that it recorded in, for as long
// as its first start takes: it opens nothing where it cannot record, and this version
// then tells it to record in its own folder. On a home that was not moved, the folder
// is simply there.
func (s *store) lendAuditFolder(t *testing.T) (end func()) {
	t.Helper()
	lock := s.made.Home + ".turn"
	next, err := turn.Take(t.Context(), lock)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.made.Home, "vault"), 0o700); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(os.RemoveAll(s.made.Home), os.Remove(lock)); err != nil {
			t.Error(err)
		}
		next()
	}
}

func (s *store) readPeople(t *testing.T, files string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(files, "sent.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var entered struct {
		Candidates []struct {
			Line      int
			Candidate string
			Accounts  []string
		}
	}
	readJSON(t, filepath.Join(files, "entered.json"), &entered)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(entered.Candidates) != len(lines) {
		t.Fatalf("%d of %d lines entered", len(entered.Candidates), len(lines))
	}
	s.people = make([]person, len(lines))
	for _, e := range entered.Candidates {
		p := &s.people[e.Line-1]
		p.accounts = e.Accounts
		ref, _, ok := dossier.ParseAccount(e.Accounts[0])
		if !ok || ref.String() != e.Candidate {
			t.Fatalf("line %d: the account is not the candidate's", e.Line)
		}
		p.ref = ref
		if err := json.Unmarshal(lines[e.Line-1], &p.sent); err != nil {
			t.Fatal(err)
		}
	}
}

func appointKeeper(t *testing.T, home string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), keeperOf+"="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // the signal that stops the tests must not stop it
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
			t.Errorf("leaving nothing behind: %v", err)
		}
	})
}

// unpack writes the files of an archive, for their owner alone.
func unpack(t *testing.T, archive, to string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(z); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		if !filepath.IsLocal(head.Name) {
			t.Fatalf("%s: %s leads out of the archive", archive, head.Name)
		}
		text, err := io.ReadAll(files)
		if err == nil {
			err = put(filepath.Join(to, head.Name), text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func copyInto(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return put(filepath.Join(to, strings.TrimPrefix(path, from)), text)
	})
}

func put(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", filepath.Base(path), err))
	}
}
