package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sceau/internal/parts"
	"sceau/internal/raised"
	"sceau/internal/testkit"
	"sceau/policy/sheets"
)

// The scripts and the kills run the program itself, in a process of its own for
// each command: testscript puts it on PATH under its name.
func TestMain(m *testing.M) {
	testscript.Main(keeper{m}, map[string]func(){"sceau": main, "housekeeper": housekeeper, "decoy": decoy})
}

// A keeper runs the tests and leaves no house behind.
type keeper struct{ *testing.M }

func (k keeper) Run() int {
	// Parts that the environment of whoever runs the tests would lend.
	for _, name := range []string{"SCEAU_HOME", "SCEAU_DATA_DSN", "SCEAU_KEYRING_DSN", "SCEAU_AUDIT_DSN", "VAULT_ADDR"} {
		os.Unsetenv(name)
	}
	// What this process itself asks of Vault, in its outages mostly. Commands have their own.
	os.Setenv("VAULT_CLIENT_TIMEOUT", "3s") // instead of 10
	code := k.M.Run()
	for _, l := range []*lazyHouse{sharedHouse, inhabited, raisedHouse, ruled, unsigned} {
		if l.h == nil {
			continue // nobody needed it
		}
		if err := l.h.erase(); err != nil {
			fmt.Fprintln(os.Stderr, "leaving nothing behind:", err)
			code = max(code, 1)
		}
	}
	return code
}

// A testHouse is a whole platform of real parts, in a folder of its own.
type testHouse struct {
	home      string
	dossiers  string // the file that was imported
	a, b      person // who asks programme A and not B, and the other way round
	neighbour person // of A: asks the same programme
	everybody []person
	keeper    io.Closer
}

// A person is an invented candidate, as the file has them.
type person struct {
	Ref      string
	Line     int
	Accounts []string
	Dossier  map[string]json.RawMessage
}

func (p person) text(name string) string {
	var s string
	if json.Unmarshal(p.Dossier[name], &s) != nil {
		return ""
	}
	return s
}

// minor is somebody who was born after a day, and has a responsible.
func (h *testHouse) minor(born string) (person, bool) {
	i := slices.IndexFunc(h.everybody, func(p person) bool { return p.text("birth_date") > born && len(p.Accounts) > 1 })
	if i < 0 {
		return person{}, false
	}
	return h.everybody[i], true
}

// Houses are prepared once, each out of the one before, and stopped: a test that needs
// one of its own gets a copy, which is up in a second where a new one takes seven.
var (
	unsigned = &lazyHouse{from: newHouse}
	ruled    = &lazyHouse{from: unsigned.copy, step: (*testHouse).sign}
	// Where whoever looks after each kill reads more than a person does in a year.
	raisedHouse = &lazyHouse{from: unsigned.copy, step: (*testHouse).signRaised}
	inhabited   = &lazyHouse{from: ruled.copy, step: func(h *testHouse) error { return h.people(60) }}

	// sharedHouse is the house of all tests that spoil nothing.
	sharedHouse = &lazyHouse{from: inhabited.copy, runs: true}
)

// A lazyHouse is made by the first that needs it: most runs of this package's tests
// need none.
type lazyHouse struct {
	from func() (*testHouse, error)
	step func(*testHouse) error // what it has more; nil for nothing
	runs bool                   // its parts stay up, and it is not copied

	once sync.Once
	h    *testHouse
	err  error
}

func (l *lazyHouse) made() (*testHouse, error) {
	l.once.Do(func() {
		l.h, l.err = l.from()
		if l.err == nil && l.step != nil {
			l.err = l.step(l.h)
		}
		if l.err == nil && !l.runs {
			l.err = parts.Down(context.Background(), l.h.home, io.Discard)
		}
	})
	return l.h, l.err
}

func (l *lazyHouse) open(t testing.TB) *testHouse {
	t.Helper()
	testkit.Required(t)
	h, err := l.made()
	if err != nil {
		t.Fatalf("making the house: %v", err)
	}
	return h
}

// own gives a test a copy that it may spoil, and that goes with it.
func (l *lazyHouse) own(t testing.TB) *testHouse {
	t.Helper()
	testkit.Required(t)
	h, err := l.copy()
	if h != nil {
		t.Cleanup(func() {
			if err := h.erase(); err != nil {
				t.Errorf("leaving nothing behind: %v", err)
			}
		})
	}
	if err != nil {
		t.Fatalf("making the house: %v", err)
	}
	return h
}

// copy makes a house out of the prepared one, and starts its parts.
func (l *lazyHouse) copy() (*testHouse, error) {
	from, err := l.made()
	if err != nil {
		return nil, err
	}
	h, err := emptyHouse()
	if err != nil {
		return h, err
	}
	h.a, h.b, h.neighbour, h.everybody = from.a, from.b, from.neighbour, from.everybody
	if from.dossiers != "" {
		h.dossiers = filepath.Join(h.home, filepath.Base(from.dossiers))
	}
	// With the owners of files: the clusters belong to the account that runs PostgreSQL.
	if out, err := exec.Command("cp", "-a", from.home+"/.", h.home).CombinedOutput(); err != nil {
		return h, fmt.Errorf("copying a house: %w: %s", err, out)
	}
	if err := h.forgetPorts(); err != nil {
		return h, err
	}
	return h, h.run([]string{"up"})
}

// forgetPorts has the parts of a copy come up at ports of their own. Two copies that
// start together would both find those of the original free, and one would be taken for
// the other: they have the same passwords.
func (h *testHouse) forgetPorts() error {
	file := filepath.Join(h.home, "parts.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var kept struct {
		Postgres string                    `json:"postgres"`
		Places   map[string]map[string]any `json:"places"`
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		return err
	}
	if filepath.IsAbs(kept.Postgres) {
		return fmt.Errorf("the clusters of %s lie elsewhere: they were not copied", h.home)
	}
	for _, place := range kept.Places {
		delete(place, "port")
		delete(place, "cluster_port")
	}
	if text, err = json.Marshal(kept); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

const examples = "../../docs/examples/demo"

// newHouse does what the README says, command by command: the parts, two signers, a
// demonstration campaign, missions. Nobody is in it, and no table is in force yet.
func newHouse() (*testHouse, error) {
	h, err := emptyHouse()
	if err != nil {
		return h, err
	}
	return h, h.run(
		[]string{"up"},
		[]string{"policy", "keygen", "dpo", "--out", h.key("dpo"), "--trust"},
		[]string{"policy", "keygen", "controller", "--out", h.key("controller"), "--trust"},
		[]string{"campaign", "create", filepath.Join(examples, "campaign.yaml"), "--demo"},
		[]string{"mission", "import", filepath.Join(examples, "missions.ndjson")},
	)
}

// emptyHouse is a folder that goes with this process, its parts stopped.
func emptyHouse() (*testHouse, error) {
	home, err := testkit.Folder("sceau-script-")
	if err != nil {
		return nil, err
	}
	h := &testHouse{home: home}
	h.keeper, err = watchHouse(home)
	return h, err
}

func (h *testHouse) key(name string) string {
	return filepath.Join(h.home, "policy", "keys", name+".key")
}

// sign puts the table of access in force.
func (h *testHouse) sign() error { return h.signFrom() }

// signRaised does the same with limits that nobody meets.
func (h *testHouse) signRaised() error {
	dir := filepath.Join(h.home, "policy", "raised")
	if err := errors.Join(os.MkdirAll(dir, 0o700), raised.Sheets(sheets.Files, dir)); err != nil {
		return err
	}
	return h.signFrom("--sheets", dir, "--author", "policy-office")
}

func (h *testHouse) signFrom(sources ...string) error {
	return h.run(
		append([]string{"policy", "publish"}, sources...),
		[]string{"policy", "sign", "--key", h.key("dpo")},
		[]string{"policy", "sign", "--key", h.key("controller")},
	)
}

// run types commands, and stops at the first that fails.
func (h *testHouse) run(commands ...[]string) error {
	for _, args := range commands {
		if _, err := h.output(args...); err != nil {
			return err
		}
	}
	return nil
}

func (h *testHouse) output(args ...string) ([]byte, error) {
	cmd := h.command(args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("sceau %v: %w\n%s", args, err, said.String())
	}
	return out, nil
}

func (h *testHouse) command(args ...string) *exec.Cmd {
	cmd := exec.Command("sceau", args...)
	cmd.Env = append(os.Environ(), "SCEAU_HOME="+h.home, "VAULT_CLIENT_TIMEOUT=")
	return cmd
}

// people generates and imports n candidates, and chooses those that scripts speak of.
func (h *testHouse) people(n int) error {
	h.dossiers = filepath.Join(h.home, "dossiers.ndjson")
	err := h.run([]string{"generate", "--candidates", strconv.Itoa(n), "--seed", "1", "--out", h.dossiers,
		"--canaries", filepath.Join(h.home, "canaries.ndjson")})
	if err != nil {
		return err
	}
	all, err := h.importAll(h.dossiers)
	if err != nil {
		return err
	}
	programmes, err := programmesOf(filepath.Join(examples, "missions.ndjson"), "exam-a", "exam-b")
	if err != nil {
		return err
	}
	var ofA, ofB []person
	for _, p := range all {
		a, b := p.confirmed(programmes["exam-a"]), p.confirmed(programmes["exam-b"])
		switch {
		case p.text("ine") == "" || p.text("email") == "" || p.text("mobile_phone") == "":
			// Not found by every index.
		case a && !b:
			ofA = append(ofA, p)
		case b && !a:
			ofB = append(ofB, p)
		}
	}
	if len(ofA) < 2 || len(ofB) < 1 {
		return fmt.Errorf("%d candidates of programme A alone, %d of B alone: generate more", len(ofA), len(ofB))
	}
	h.a, h.neighbour, h.b, h.everybody = ofA[0], ofA[1], ofB[0], all
	return nil
}

// importAll imports a file and joins each line with the reference it got.
func (h *testHouse) importAll(file string) ([]person, error) {
	out, err := h.output("import", "--json", file)
	if err != nil {
		return nil, err
	}
	var report struct {
		Entered    int
		Refused    []any
		Candidates []struct {
			Line      int
			Candidate string
			Accounts  []string
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, err
	}
	if len(report.Refused) > 0 {
		return nil, fmt.Errorf("%d lines refused", len(report.Refused))
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(text, []byte("\n"))
	var all []person
	for _, c := range report.Candidates {
		p := person{Ref: c.Candidate, Line: c.Line, Accounts: c.Accounts}
		if err := json.Unmarshal(lines[c.Line-1], &p.Dossier); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// confirmed says whether the candidate confirmed a wish on one of the programmes.
func (p person) confirmed(programmes []string) bool {
	var wishes []struct {
		Programme string `json:"wish_target_programme"`
		Confirmed string `json:"wish_confirmation_date"`
	}
	if json.Unmarshal(p.Dossier["per_wish"], &wishes) != nil {
		return false
	}
	for _, w := range wishes {
		if w.Confirmed != "" && slices.Contains(programmes, w.Programme) {
			return true
		}
	}
	return false
}

func programmesOf(file string, missions ...string) (map[string][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found := map[string][]string{}
	for d := json.NewDecoder(f); ; {
		var m struct {
			Mission string
			Scopes  struct{ Programmes []string }
		}
		err := d.Decode(&m)
		switch {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, err
		case slices.Contains(missions, m.Mission):
			found[m.Mission] = m.Scopes.Programmes
		}
	}
}

func (h *testHouse) erase() error {
	err := parts.Erase(context.Background(), h.home)
	if h.keeper != nil {
		err = errors.Join(err, h.keeper.Close())
	}
	return err
}

// watchHouse starts a process that erases a house when this one ends, by whatever
// cause: no deferred call survives a kill, and servers do.
func watchHouse(home string) (io.Closer, error) {
	cmd := exec.Command("housekeeper", home)
	cmd.Dir = "/"
	// A session of its own: the signal that stops the tests must not stop it first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return closer(func() error { return errors.Join(in.Close(), cmd.Wait()) }), nil
}

type closer func() error

func (c closer) Close() error { return c() }

func housekeeper() {
	_, _ = io.Copy(io.Discard, os.Stdin) // any end of it is the end of the tests
	if err := parts.Erase(context.Background(), os.Args[1]); err != nil {
		os.Exit(failed)
	}
}
