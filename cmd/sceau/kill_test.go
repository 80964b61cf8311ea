package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/testkit"
	"sceau/policy"
	"sceau/web/api"
)

// An import of several batches is killed at random moments, as by a power cut, and run
// again until it ends. Whatever the moments, each line entered exactly once, and each
// candidate reads what their line said.
func TestAnImportKilledAtRandomMomentsEntersEachLineOnce(t *testing.T) {
	testkit.Required(t)
	seed, kills, candidates := uint64(time.Now().UnixNano()), 3, 600
	if os.Getenv("SCEAU_SOAK") != "" {
		kills, candidates = 40, 6000
	}
	if s, err := strconv.ParseUint(os.Getenv("SCEAU_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SCEAU_SEED=%d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))

	h, err := newHouse()
	if h != nil {
		t.Cleanup(func() {
			if err := h.erase(); err != nil {
				t.Errorf("leaving nothing behind: %v", err)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := h.sign(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(h.home, "dossiers.ndjson")
	// Edge cases first: families of four responsibles, empty dossiers, long texts.
	err = h.run([]string{"generate", "--candidates", fmt.Sprint(candidates), "--seed", "3", "--edge", "--out", file})
	if err != nil {
		t.Fatal(err)
	}

	// Each kill waits for some more of the file to be in, then for a moment more: it
	// falls anywhere in a batch, and the first before there is any.
	entered := func() int { return count(t, h, parts.Data, "SELECT count(*) FROM account WHERE responsible = 0") }
	killed := 0
	for k := range kills {
		from := k * candidates / (kills + 1)
		if killImport(t, h, file, func() bool { return entered() >= from }, time.Duration(dice.Int64N(int64(time.Second)))) {
			killed++
			t.Logf("killed with %d dossiers in", entered())
		}
	}
	if killed == 0 || entered() == 0 {
		t.Fatalf("%d kills, %d dossiers in: this would prove nothing", killed, entered())
	}

	people, err := h.importAll(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[int]bool{}
	refs := map[string]bool{}
	for _, p := range people {
		lines[p.Line], refs[p.Ref] = true, true
	}
	if len(people) != candidates || len(lines) != candidates || len(refs) != candidates {
		t.Errorf("%d candidates of %d lines under %d references, want %d of each", len(people), len(lines), len(refs), candidates)
	}
	nothingIsDoubled(t, h, candidates)
	eachReadsTheirOwn(t, h, people)
	if err := h.run([]string{"audit", "verify"}); err != nil {
		t.Error(err)
	}
}

// killImport starts an import and kills it a moment after something is true. It says
// whether the kill came before the end.
func killImport(t *testing.T, h *testHouse, file string, begun func() bool, moment time.Duration) bool {
	t.Helper()
	cmd := h.command("import", file)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); !begun() && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(moment)
	if err := cmd.Process.Kill(); err != nil {
		t.Log(err) // it ended
	}
	_ = cmd.Wait() // how it ended is asked of its state
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		t.Fatal("this system does not say how a process ended")
	}
	if !status.Signaled() && status.ExitStatus() != done {
		t.Fatalf("the import failed by itself: %s", said.String())
	}
	return status.Signaled()
}

// nothingIsDoubled counts what an import writes once for each candidate.
func nothingIsDoubled(t *testing.T, h *testHouse, candidates int) {
	t.Helper()
	for _, what := range []string{
		"SELECT count(*) FROM account WHERE responsible = 0",
		"SELECT count(*) FROM identity_other",
		"SELECT count(DISTINCT unit) FROM identity_other",
		"SELECT count(*) FROM health",
		"SELECT count(*) FROM blind_index WHERE index_id = 'registration'",
		"SELECT count(DISTINCT mac) FROM blind_index WHERE index_id = 'registration'",
		"SELECT count(*) FROM routing WHERE scope_kind = 'file'",
		"SELECT entered FROM import",
		"SELECT lines FROM import",
	} {
		if got := count(t, h, parts.Data, what); got != candidates {
			t.Errorf("%s: %d, want %d", what, got, candidates)
		}
	}
	// Secrets are kept before the dossier that they open: a kill in between leaves some
	// that open nothing, and never a dossier without its secret.
	if got := count(t, h, parts.Keyring, "SELECT count(*) FROM unit_secret WHERE kind = 'candidate'"); got < candidates {
		t.Errorf("%d secrets of candidates, want at least %d", got, candidates)
	}
}

func count(t *testing.T, h *testHouse, cluster, query string) (n int) {
	t.Helper()
	ctx := t.Context()
	a, err := parts.Locate(h.home)
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := a.Admin(cluster)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// eachReadsTheirOwn opens every dossier as its candidate, through the gate, and holds
// each item that stands once against the line that was sent in.
func eachReadsTheirOwn(t *testing.T, h *testHouse, people []person) {
	t.Helper()
	open, err := house.Open(t.Context(), h.home)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	gate, err := open.Gate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := open.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := table.Answer(policy.Question{Recipient: "S1", Purpose: "P1", Phase: "PH4", Relations: []catalogue.Relation{"self"}})
	if err != nil {
		t.Fatal(err)
	}
	var items []catalogue.Item
	for _, v := range verdicts {
		if it, ok := open.Catalogue.Item(v.Item); ok && it.Repeats == "one" && v.Derive == "as-is" {
			items = append(items, it)
		}
	}
	if len(items) < 50 {
		t.Fatalf("a candidate reads %d items that stand once: this would prove little", len(items))
	}
	readers, ctx := errgroup.WithContext(t.Context())
	readers.SetLimit(8)
	for _, p := range people {
		readers.Go(func() error {
			credential, err := open.Credential(p.Accounts[0])
			if err != nil {
				return err
			}
			return p.readsTheirOwn(ctx, gate, credential, items)
		})
	}
	if err := readers.Wait(); err != nil {
		t.Error(err)
	}
}

// readsTheirOwn asks for items as the candidate, and compares them with the line.
func (p person) readsTheirOwn(ctx context.Context, gate *dossier.Gate, credential dossier.Credential, items []catalogue.Item) error {
	ref, _, ok := dossier.ParseAccount(p.Accounts[0])
	if !ok || ref.String() != p.Ref {
		return fmt.Errorf("line %d: %s is not the account of %s", p.Line, p.Accounts[0], p.Ref)
	}
	ask := dossier.Ask{Mission: p.Accounts[0], Credential: credential, Purpose: "P1", Candidate: ref,
		On: time.Date(2026, 6, 5, 0, 0, 0, 0, time.UTC)}
	sent := map[string]any{}
	for _, it := range items {
		ask.Items = append(ask.Items, it.ID)
		sent[it.Name] = nil // what the line does not say is null
		if raw, ok := p.Dossier[it.Name]; ok {
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				return err
			}
			sent[it.Name] = v
		}
	}
	view, err := gate.Read(ctx, ask)
	if err != nil {
		return fmt.Errorf("line %d: %w", p.Line, err)
	}
	// As a caller receives it: there is no other way for a value to leave.
	var received bytes.Buffer
	if err := api.WriteView(&received, view); err != nil {
		return err
	}
	var answer struct {
		Items map[string]any `json:"items"`
	}
	if err := json.Unmarshal(received.Bytes(), &answer); err != nil {
		return err
	}
	if diff := cmp.Diff(sent, answer.Items); diff != "" {
		// People who were invented for a test: their values may be shown.
		return fmt.Errorf("line %d opens to something else than was sent in (-sent +read):\n%s", p.Line, diff)
	}
	return nil
}
