package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
)

// The scripts are the manual: each shows one promise of the README, by the commands
// that a person would type, and the refusal beside what is granted. They share one
// house; one that stops parts or tampers with them asks for its own.
func TestTheManualIsTrue(t *testing.T) {
	t.Parallel()
	h := sharedHouse.open(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: false,
		Setup:               func(env *testscript.Env) error { return h.lend(env, env.WorkDir) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"house":   ownHouse,
			"fill":    fill,
			"keep":    keep,
			"failed":  ends(failed),
			"misused": ends(misused),
			"refused": ends(refused),
			"port":    freePort,
			"get":     get,
			"post":    post,
			"part":    part,
			"db":      db,
			"widen":   widen,

			"same-items": sameItems,
			"damage":     damage,
			"erase":      eraseHome,
		},
	})
}

// lend gives a script the house: where it is, and who is in it.
func (h *testHouse) lend(env interface{ Setenv(key, value string) }, work string) error {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME"} { // the built Vault is there
		env.Setenv(name, os.Getenv(name))
	}
	for name, path := range map[string]string{"EXAMPLES": examples, "DECREE": "../../catalogue/decree"} {
		abs, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		env.Setenv(name, abs)
	}
	env.Setenv("SCEAU_HOME", h.home)
	env.Setenv("DOSSIERS", h.dossiers)
	if h.dossiers == "" {
		return nil // nobody is in it yet
	}
	if minor, ok := h.minor("2008-06-13"); ok {
		env.Setenv("REF_MINOR", minor.Ref)
		env.Setenv("RESPONSIBLE", minor.Accounts[1])
	}
	for name, p := range map[string]person{"A": h.a, "B": h.b, "C": h.neighbour} {
		env.Setenv("REF_"+name, p.Ref)
		env.Setenv("ACCOUNT_"+name, p.Accounts[0])
		if err := p.card(filepath.Join(work, strings.ToLower(name))); err != nil {
			return err
		}
	}
	return nil
}

// card writes what a person says at a desk, one file for each way to find them.
func (p person) card(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var first []string
	if err := json.Unmarshal(p.Dossier["first_names"], &first); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"registration": p.text("registration_number"),
		"ine":          p.text("ine"),
		"email":        p.text("email"),
		"phone":        p.text("mobile_phone"),
		"last-name":    p.text("last_name"),
		"name-birth":   strings.Join([]string{p.text("last_name"), strings.Join(first, " "), p.text("birth_date")}, "; "),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ownHouse gives the script a house that it may spoil: `house` with nobody in it,
// `house inhabited` with the same people as in the other, `house unsigned` with no
// table of access in force.
func ownHouse(ts *testscript.TestScript, neg bool, args []string) {
	from := ruled
	switch {
	case slices.Contains(args, "unsigned"):
		from = unsigned
	case slices.Contains(args, "inhabited"):
		from = inhabited
	}
	h, err := from.copy()
	if h != nil {
		ts.Defer(func() { ts.Check(h.erase()) })
	}
	ts.Check(err)
	ts.Check(h.lend(ts, ts.Getenv("WORK")))
}

// fill puts the references of the house in the place of ${NAME} in files.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// keep keeps a part of the last answer under a name: keep REF '"candidate": "(.*)"'.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("the answer has no %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// ends runs a command that must end with that exit code.
func ends(want int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		err := ts.Exec(args[0], args[1:]...)
		var exit *exec.ExitError
		switch {
		case err == nil:
			ts.Fatalf("it was done, and should have ended with %d", want)
		case !errors.As(err, &exit):
			ts.Fatalf("%v", err)
		case exit.ExitCode() != want:
			ts.Fatalf("it ended with %d, and should have with %d", exit.ExitCode(), want)
		case strings.Contains(ts.ReadFile("stderr"), "goroutine "):
			ts.Fatalf("it crashed, which ends with %d too", exit.ExitCode())
		}
	}
}

// freePort names a free port of the loopback in the environment.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	port, err := pgserver.FreePort()
	ts.Check(err)
	ts.Setenv(args[0], fmt.Sprint(port))
}

// get asks a server: get URL [MISSION]. It prints the status, the headers and the body.
func get(ts *testscript.TestScript, neg bool, args []string) {
	r, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	present(ts, r, args[1:])
	answer(ts, r)
}

// post asks a server with a body: post URL FILE [MISSION]. The mission presents its
// credential, as it would from its own machine.
func post(ts *testscript.TestScript, neg bool, args []string) {
	r, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	present(ts, r, args[2:])
	answer(ts, r)
}

// present shows the credential of a mission, if one is named.
func present(ts *testscript.TestScript, r *http.Request, mission []string) {
	if len(mission) == 0 {
		return
	}
	credential, err := os.ReadFile(filepath.Join(ts.Getenv("SCEAU_HOME"), "missions", mission[0]+".key"))
	ts.Check(err)
	r.Header.Set("Authorization", "Sceau "+strings.TrimSpace(string(credential)))
}

func answer(ts *testscript.TestScript, r *http.Request) {
	var a *http.Response
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var err error
		if a, err = http.DefaultClient.Do(r); err == nil {
			break // it listens
		}
		if time.Now().After(end) {
			ts.Fatalf("%v", err)
		}
		if r.GetBody != nil {
			r.Body, err = r.GetBody()
			ts.Check(err)
		}
	}
	defer a.Body.Close()
	fmt.Fprintln(ts.Stdout(), a.Status)
	ts.Check(a.Header.Write(ts.Stdout()))
	_, err := io.Copy(ts.Stdout(), a.Body)
	ts.Check(err)
}

// part does to a part of the house what an accident would: part stop|start audit,
// part seal|unseal.
func part(ts *testscript.TestScript, neg bool, args []string) {
	ctx, home := context.Background(), ts.Getenv("SCEAU_HOME")
	switch args[0] {
	case "stop":
		ts.Check(parts.Stop(ctx, home, args[1]))
	case "start":
		ts.Check(parts.Start(ctx, home, args[1]))
	case "seal":
		ts.Check(parts.Seal(ctx, home))
	case "unseal":
		ts.Check(parts.Unseal(ctx, home))
	default:
		ts.Fatalf("part stop|start|seal|unseal")
	}
}

// db does what the administrator of a cluster can: db audit 'UPDATE ...'. It prints
// rows as columns joined by spaces.
func db(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(asAdministrator(ts, args[0], func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, args[1])
		if err != nil {
			return err
		}
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			fmt.Fprintln(ts.Stdout(), values...)
		}
		return rows.Err()
	}))
}

func asAdministrator(ts *testscript.TestScript, cluster string, do func(context.Context, *pgx.Conn) error) error {
	ctx := context.Background()
	a, err := parts.Locate(ts.Getenv("SCEAU_HOME"))
	if err != nil {
		return err
	}
	dsn, err := a.Admin(cluster)
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, c), c.Close(ctx))
}

// sameItems compares the values of two answers, which have traces of their own.
func sameItems(ts *testscript.TestScript, neg bool, args []string) {
	var items [2]json.RawMessage
	for i, file := range args {
		var answer struct{ Items json.RawMessage }
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &answer))
		items[i] = answer.Items
	}
	if len(items[0]) < 3 || !bytes.Equal(items[0], items[1]) {
		ts.Fatalf("%s and %s do not say the same", args[0], args[1])
	}
}

// damage changes one byte in the middle of a file.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	text := []byte(ts.ReadFile(args[0]))
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// eraseHome stops the parts of a home and removes it.
func eraseHome(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(parts.Erase(context.Background(), args[0]))
}

// widen adds a row to the table in force, in the database, as its administrator
// could: widen FILE, a line of the table.
func widen(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(asAdministrator(ts, parts.Data, func(ctx context.Context, c *pgx.Conn) error {
		var packed []byte
		err := c.QueryRow(ctx, "SELECT table_csv FROM policy_publication ORDER BY number DESC LIMIT 1").Scan(&packed)
		if err != nil {
			return err
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return err
		}
		csv, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		header, rows, _ := strings.Cut(string(csv), "\n")
		var wider bytes.Buffer
		w := gzip.NewWriter(&wider)
		_, err = io.WriteString(w, header+"\n"+ts.ReadFile(args[0])+rows)
		if err := errors.Join(err, w.Close()); err != nil {
			return err
		}
		_, err = c.Exec(ctx, "UPDATE policy_publication SET table_csv = $1", wider.Bytes())
		return err
	}))
}
