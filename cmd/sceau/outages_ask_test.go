package main

import (
	"bytes"
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
	"sync"
	"time"

	"sceau/dossier"
	"sceau/internal/parts"
)

// seen is what a caller got.
type seen struct {
	act    string
	cell   string // status or exit code, as the page says it
	line   string // sentence and hint of a command
	done   bool
	action string // what its trace is called, when something was given
	given  int
}

// An attempt is what is asked around one outage: people of its own, so that nothing is
// in memory that another request brought there.
type attempt struct {
	n          int
	warm, cold person
	forgotten  person
	created    []byte // a line nobody sent in before
	file       string // one line more, to import
	fact       string // one fact, to record
}

// during is a day on which candidates may read nearly everything of their own.
const during = "2026-06-20"

// all asks everything, reads first: a disk that is full fails at the first write.
func (s *stage) all(o outage, a attempt) []seen {
	var saw, after []seen
	create := func() seen { return s.named("create a dossier", s.create(a.created)) }
	if o.together {
		var reads, first []seen
		together(
			func() seen { reads = s.reads(o, a); return seen{} },
			func() seen { first = together(create); return seen{} },
			func() seen { after = s.commands(o, a); return seen{} },
		)
		saw = append(reads, first...)
	} else {
		saw = append(s.reads(o, a), create())
	}
	if o.settled != nil {
		if err := o.settled(s); err != nil {
			s.Errorf("%s %s: %v", o.part, o.name, err)
		}
	}
	if !o.together {
		after = s.commands(o, a)
	}
	return append(saw, after...)
}

func (s *stage) reads(o outage, a attempt) []seen {
	read := func(identity string, p person, item string) seen {
		ask := func() seen { return s.read(identity, p.Accounts[0], p.Ref, item) }
		if o.over { // the first of a process may find its connections dead
			return s.patiently(ask)
		}
		return ask()
	}
	saw := []seen{
		s.named("is the service there (`GET /v1/health`)", s.health("portal")),
		s.named("ask the table (`POST /v1/decide`)", s.decide()),
		s.named("read what was read a moment ago", read("portal", a.warm, "last_name")),
	}
	return append(saw, together(
		func() seen { return s.named("read what nobody read yet", read("portal", a.cold, "last_name")) },
		func() seen { return s.named("read of class health", read("health", a.cold, "A07.03")) },
		func() seen { return s.named("`dossier find` by index", s.find(o, a.cold)) },
	)...)
}

func (s *stage) commands(o outage, a attempt) []seen {
	saw := together(
		func() seen {
			x := s.named("`import`", s.run(o, "", "import", "--json", a.file))
			if x.done {
				x.action, x.given = "write", 1
			}
			return x
		},
		func() seen { return s.named("`fact record`", s.run(o, "", "fact", "record", "--on", during, a.fact)) },
		func() seen { return s.named("`keys forget`", s.run(o, "", "keys", "forget", a.forgotten.Ref)) },
		func() seen { return s.named("`keys rotate wraps`", s.run(o, "", "keys", "rotate", "wraps")) },
		func() seen { return s.named("`policy publish`", s.publish(o)) },
	)
	// Last, because it stops others where it succeeds.
	return append(saw, s.named("`keys freeze`", s.run(o, "", "keys", "freeze", "--class", "fraud")))
}

// together asks several things at once: most of an outage is waiting.
func together(asks ...func() seen) []seen {
	saw := make([]seen, len(asks))
	var all sync.WaitGroup
	for i, ask := range asks {
		all.Go(func() { saw[i] = ask() })
	}
	all.Wait()
	return saw
}

// again asks for what was refused, and for the reads, when the part is back. A freeze
// is thawed first: it may have taken place though it said that something failed.
func (s *stage) again(o outage, a attempt, before []seen) []seen {
	o.over = true
	thaw := s.named("`keys thaw`", s.run(o, "", "keys", "thaw", "--class", "fraud"))
	thaw.done = thaw.done || strings.Contains(thaw.line, "is not frozen")
	saw := append([]seen{thaw}, s.reads(o, a)...)
	if !wasDone(before, "create") {
		saw = append(saw, s.named("create a dossier", s.patiently(func() seen { return s.create(a.created) })))
	}
	for _, x := range s.commands(o, a) {
		if x.done || !wasDone(before, x.act) {
			saw = append(saw, x)
		}
	}
	return append(saw, s.named("`keys thaw`", s.run(o, "", "keys", "thaw", "--class", "fraud")))
}

func wasDone(saw []seen, act string) bool {
	for _, x := range saw {
		if strings.HasPrefix(x.act, act) {
			return x.done
		}
	}
	return false
}

func (s *stage) named(act string, x seen) seen { x.act = act; return x }

// patiently does what a caller is told to: comes back after Retry-After.
func (s *stage) patiently(ask func() seen) seen {
	x := ask()
	for range 3 {
		if x.done || !strings.Contains(x.cell, "retry") {
			break
		}
		time.Sleep(2 * time.Second)
		x = ask()
	}
	return x
}

func (s *stage) read(identity, who, ref, item string) seen {
	body, err := json.Marshal(map[string]any{"mission": who, "purpose": "P1", "candidate": ref, "items": []string{item}, "on": during})
	if err != nil {
		s.Fatal(err)
	}
	x := s.post(identity, "/v1/read", who, body)
	if x.done {
		x.action, x.given = "read", 1
	}
	return x
}

func (s *stage) decide() seen {
	return s.post("portal", "/v1/decide", "", []byte(`{"recipient":"R4b-exam","purpose":"P1","phase":"PH3","relations":["applied_programme"],"items":["A12.03"]}`))
}

func (s *stage) create(line []byte) seen {
	x := s.post("intake", "/v1/dossiers/2026", dossier.SenderName, line)
	if x.done {
		x.action, x.given = "write", 1
	}
	return x
}

func (s *stage) health(identity string) seen {
	r, err := http.NewRequest(http.MethodGet, s.servers[identity]+"/v1/health", nil)
	if err != nil {
		s.Fatal(err)
	}
	return s.send(r)
}

func (s *stage) post(identity, path, who string, body []byte) seen {
	r, err := http.NewRequest(http.MethodPost, s.servers[identity]+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if who != "" {
		credential, err := s.credentials.Credential(who)
		if err != nil {
			s.Fatal(err)
		}
		r.Header.Set("Authorization", "Sceau "+strings.TrimSpace(string(credential.Text())))
	}
	return s.send(r)
}

// bound is beyond what the page promises of any request.
const bound = 70 * time.Second

func (s *stage) send(r *http.Request) seen {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	a, err := http.DefaultClient.Do(r.WithContext(ctx))
	if err != nil {
		s.Errorf("%s: no answer: %v", r.URL.Path, err)
		return seen{cell: "no answer"}
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		s.Errorf("%s: %v", r.URL.Path, err)
	}
	x := seen{cell: fmt.Sprint(a.StatusCode), done: a.StatusCode/100 == 2}
	if a.Header.Get("Retry-After") != "" {
		x.cell += ", retry"
	}
	if !x.done {
		var problem struct{ Error string }
		if json.Unmarshal(text, &problem) != nil || problem.Error == "" {
			s.Errorf("%s: %d without a sentence", r.URL.Path, a.StatusCode)
		}
		x.line = fmt.Sprintf("HTTP %d: %s", a.StatusCode, unmarked(problem.Error))
	}
	return x
}

func (s *stage) find(o outage, who person) seen {
	x := s.run(o, who.text("registration_number")+"\n", "dossier", "find", "--as", who.Accounts[0], "--purpose", "P1", "--on", during, "--index", "registration")
	if x.done {
		x.action, x.given = "find", 1
	}
	return x
}

// publish is asked where the table is kept, and costs some seconds of proof.
func (s *stage) publish(o outage) seen {
	if o.part != parts.Data || o.over && o.name != "locked" {
		return seen{cell: "–", done: true} // it needs no other part
	}
	x := s.run(o, "", "policy", "publish")
	if strings.Contains(x.line, "already") {
		x.done = true
	}
	return x
}

// run types a command of the program itself.
func (s *stage) run(o outage, stdin string, args ...string) seen {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	like := s.house.command(args...)
	cmd := exec.CommandContext(ctx, like.Path, args...)
	cmd.Env = append(like.Env, "TMPDIR="+s.tmp, "VAULT_CLIENT_TIMEOUT=3s")
	if o.proxied {
		cmd.Env = append(cmd.Env, "VAULT_ADDR="+s.proxy.URL, "VAULT_CLIENT_TIMEOUT=2s")
	}
	cmd.Stdin = strings.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return seen{cell: "done", done: true}
	case ctx.Err() != nil || !errors.As(err, &exit):
		s.Errorf("sceau %s: %v", strings.Join(args[:2], " "), err)
		return seen{cell: "no end"}
	case strings.Contains(said.String(), "goroutine "):
		s.Errorf("sceau %s: %s", strings.Join(args[:2], " "), said.String())
	}
	s.wantNoName(args, said.String())
	return seen{cell: fmt.Sprintf("exit %d", exit.ExitCode()), line: sentence(said.String())}
}

// wantNoName: an error names an item and a rule, nobody's value.
func (s *stage) wantNoName(args []string, said string) {
	for _, c := range s.canaries {
		if strings.Contains(said, c.Value) {
			s.Errorf("sceau %s quotes %v", args[0], c)
		}
	}
}

// causes begin the part of a sentence that does not depend on which of several things
// done at once failed first. What follows some of them does, and is left out.
var causes = []struct {
	begins string
	whole  bool
}{
	{"key service unavailable", true}, {"key service quota reached", false}, {"the database of dossiers does not answer", false},
	{"the access could not be traced", false}, {"trace not recorded", false}, {"part ", true},
}

// sentence is the error and the hint of a command, without what changes at each run.
func sentence(said string) string {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(said), "\n") {
		if !strings.HasPrefix(line, "sceau: ") || progress.MatchString(line) {
			continue
		}
		line = unmarked(line)
		if head, _, cut := strings.Cut(line, "trace not recorded"); cut {
			line = head + "trace not recorded" // what follows depends on where the trace was
		}
		if !strings.HasPrefix(line, "sceau: hint: ") {
			for _, c := range causes {
				if at := strings.Index(line, c.begins); at >= 0 && !strings.Contains(line, " is in force, ") {
					line = "sceau: " + map[bool]string{true: "", false: "... "}[at == len("sceau: ")] + line[at:]
					if end := strings.Index(line, c.begins) + len(c.begins); !c.whole {
						line = line[:end]
					}
					break
				}
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

var (
	address    = regexp.MustCompile(`(https?://)?127\.0\.0\.1:\d+`)
	reference  = regexp.MustCompile(`\b[a-z2-7]{26}\b|\b[A-Z2-7]{26}\b`)
	keyName    = regexp.MustCompile(`sceau-[a-z0-9-]+`)
	keyVersion = regexp.MustCompile(`version [0-9]+`)
	// How far a command had come when it failed is no answer.
	progress = regexp.MustCompile(`^sceau: (re-wrapping|verifying) [a-z_ ]+$`)
)

func unmarked(text string) string {
	text = address.ReplaceAllString(text, "ADDRESS")
	text = keyName.ReplaceAllString(text, "KEY")
	text = keyVersion.ReplaceAllString(text, "version N")
	return reference.ReplaceAllString(text, "REF")
}

// attempts prepares what is asked around each outage.
func (s *stage) attempts(n int) []attempt {
	all := s.people
	if len(all) < 2*n+1 || len(s.strangers) < 2*n {
		s.Fatalf("%d people and %d strangers are too few for %d outages", len(all), len(s.strangers), n)
	}
	s.living = append(slices.Clone(all[:n]), all[2*n:]...)
	out := make([]attempt, n)
	for i := range out {
		a := attempt{n: i, warm: all[2*n], cold: all[i], forgotten: all[n+i], created: s.strangers[2*i]}
		a.file, a.fact = filepath.Join(s.aside, fmt.Sprintf("import-%d.ndjson", i)), filepath.Join(s.aside, fmt.Sprintf("fact-%d.ndjson", i))
		fact := fmt.Sprintf(`{"fact":"case-%d","kind":"case_open","candidate":%q,"by":"dgesip","to":{"recipient":"S1"},"from":"2026-01-01"}`+"\n", i, a.cold.Ref)
		for path, text := range map[string][]byte{a.file: s.strangers[2*i+1], a.fact: []byte(fact)} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				s.Fatal(err)
			}
		}
		out[i] = a
	}
	return out
}

// warm reads what is to be in memory.
func (s *stage) warm(a attempt) error {
	if x := s.patiently(func() seen { return s.read("portal", a.warm.Accounts[0], a.warm.Ref, "last_name") }); !x.done {
		return fmt.Errorf("reading: %s %s", x.cell, x.line)
	}
	return nil
}
