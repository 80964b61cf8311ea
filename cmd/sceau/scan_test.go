package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts"
	"sceau/internal/postgres/roles"
	"sceau/internal/scan"
)

// A house that was lived in: dossiers with canaries were sent in and read, statistics
// gathered, everything backed up, errors forced. The verb that an operator types finds
// nothing of them anywhere, and says what it looked at.
func TestALivedInHouseHasNoCanaryAnywhere(t *testing.T) {
	h := sharedHouse.open(t)
	if os.Getenv("SCEAU_SOAK") != "" {
		h = ruled.own(t)
		// Folders of an epoch: the copies that it keeps, the trial that it makes.
		err := h.people(400)
		if err == nil {
			err = h.run([]string{"keys", "epoch", "--order"})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	marked, own := h.marked(t)
	if len(own) < 100 {
		t.Fatalf("%d canaries of one candidate: this would prove little", len(own))
	}
	if err := h.run([]string{"dossier", "read", "--as", marked.Accounts[0], "--purpose", "P1", "--on", "2026-06-05", marked.Ref}); err != nil {
		t.Fatal(err)
	}
	at, err := parts.Locate(h.home)
	if err != nil {
		t.Fatal(err)
	}
	for _, cluster := range roles.Clusters {
		dsn, err := at.Admin(cluster)
		if err != nil {
			t.Fatal(err)
		}
		c, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		if _, err := c.Exec(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		for _, canary := range own[:20] {
			if _, err := c.Exec(t.Context(), "SELECT ('the ' || $1::text)::date", canary.Value); err == nil {
				t.Fatal("a canary passes for a date")
			}
		}
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if err := h.run([]string{"backup", "--to", backup}); err != nil {
		t.Fatal(err)
	}
	canaries := filepath.Join(h.home, "canaries.ndjson")

	// Everything that the parts and the home keep.
	report := h.scan(t, "--canaries", canaries, "--exclude", h.dossiers)
	wanted := []string{"dump", "base backup", "write-ahead log", "statistics", "log", "vault: storage", "vault: audit", "blobs", "files of the home"}
	if os.Getenv("SCEAU_SOAK") != "" {
		wanted = append(wanted, "epochs")
	}
	for _, name := range wanted {
		looked := false
		for _, p := range report.Places {
			looked = looked || strings.Contains(p.Place, name) && p.Bytes > 0
		}
		if !looked {
			t.Errorf("no place that is searched is named %s", name)
		}
	}
	// And what was taken out of it, dumps and snapshots unpacked.
	report = h.scan(t, "--canaries", canaries, backup)
	if report.Files < 8 {
		t.Errorf("%d files of a backup were searched", report.Files)
	}
	// The twin: a file that tells, among the others.
	if err := os.WriteFile(filepath.Join(backup, "data", "note"), []byte("call "+own[longest(own)].Value), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := h.output("scan", "--json", "--canaries", canaries, backup); err == nil {
		t.Errorf("a canary in a backup is not found: %s", out)
	}
}

func longest(all []scan.Canary) (at int) {
	for i, c := range all {
		if len(c.Value) > len(all[at].Value) {
			at = i
		}
	}
	return at
}

// scan runs the verb, which must find nothing and leave nothing out.
func (h *testHouse) scan(t *testing.T, args ...string) scan.Report {
	t.Helper()
	out, err := h.output(append([]string{"scan", "--json"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	var r scan.Report
	if err := json.Unmarshal(out, &r); err != nil || !r.Clean || r.Found > 0 {
		t.Fatalf("the report of a scan: clean %t, found %d, %v", r.Clean, r.Found, err)
	}
	return r
}
