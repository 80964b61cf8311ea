package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/internal/parts"
	"sceau/internal/scan"
)

var only = flag.String("outage", "", "one outage alone, by its part and name: the page is printed and not compared")

var update = flag.Bool("update", false, "rewrite the golden files")

// An outage is one way for a part to be away, made for real.
type outage struct {
	part, name string
	made       string // how the test makes it
	remedy     string // what an operator does
	proxied    bool   // commands reach Vault through the proxy, as the servers always do
	over       bool   // the part is back
	together   bool   // everything is asked at once: most of it is waiting
	begin, end func(*stage) error
	// settled comes after the first writes, and waits for what they bring about.
	settled func(*stage) error
}

// The page is what a caller sees of each outage, measured; every cell of it is also
// held to the promises: nothing opens without a durable trace, nothing is written in
// clear or kept for later, nothing is half done, and when the part is back the same
// request is answered with no restart.
func TestWhatACallerSeesOfEachOutageAndThatNothingOpenedUntracedOrLayInClear(t *testing.T) {
	t.Parallel()
	s := raise(t)
	all := outages()
	attempts := s.attempts(len(all))
	var page pageOf
	for i, o := range all {
		if *only != "" && !strings.HasPrefix(o.part+" "+o.name, *only) {
			continue
		}
		mine := attempts[i]
		if err := s.warm(mine); err != nil {
			t.Fatalf("before %s %s: %v", o.part, o.name, err)
		}
		rows, files := s.rows(), s.files()
		if err := o.begin(s); err != nil {
			t.Fatalf("making %s %s: %v", o.part, o.name, err)
		}
		began := time.Now()
		saw := s.all(o, mine)
		ended := time.Now()
		s.wantAWayBack(o, saw)
		s.wantNothingInClear(o, files)
		if err := o.end(s); err != nil {
			t.Fatalf("ending %s %s: %v", o.part, o.name, err)
		}
		s.wantTraced(o, saw, began, ended)
		s.wantNothingHalf(o, saw, rows)
		s.wantAnswered(o, mine, saw)
		page.add(o, saw)
		t.Logf("%s %s: %.1f s away, %.1f s in all", o.part, o.name, ended.Sub(began).Seconds(), time.Since(began).Seconds())
	}
	if *only == "" {
		s.wantNothingAnywhere()
	}
	page.compare(t, filepath.Join("..", "..", "docs", "outages.md"))
}

// wantAWayBack: what is away is said with when to come back. An answer of 400 says that
// the request is wrong, and asking again does not make it right.
func (s *stage) wantAWayBack(o outage, saw []seen) {
	s.Helper()
	for _, x := range saw {
		switch {
		case strings.HasPrefix(x.cell, "50") && x.cell != "503, retry" && o.name != "400 with good items inside":
			s.Errorf("%s %s: %s: %s; the log: %s", o.part, o.name, x.act, x.cell, s.heard.last())
		case strings.HasPrefix(x.cell, "exit") && !strings.Contains(x.line, "hint: ") && o.name != "400 with good items inside":
			s.Errorf("%s %s: %s has no hint: %s", o.part, o.name, x.act, x.line)
		}
	}
}

// wantNothingInClear looks, while the part is away, into everything but the tables,
// which the last scan covers: a dossier that could not be taken in must not wait for
// better days in a file.
func (s *stage) wantNothingInClear(o outage, before map[string]bool) {
	s.Helper()
	var places []scan.Place
	for _, p := range s.places() {
		if !strings.Contains(p.Name, ": tables") && !strings.Contains(p.Name, "write-ahead") {
			places = append(places, p)
		}
	}
	if found := s.scan(places...); found != "" {
		s.Errorf("%s %s: %s", o.part, o.name, found)
	}
	for path := range s.files() {
		// Sealed documents of a refused dossier may stay: their key was never kept.
		if !before[path] && !strings.HasPrefix(path, "blobs/") {
			s.Errorf("%s %s: %s appeared: something is kept for later", o.part, o.name, path)
		}
	}
}

// wantNothingAnywhere scans the whole house at the end: tables, their logs, Vault. The
// same scan finds a canary that is put there.
func (s *stage) wantNothingAnywhere() {
	s.Helper()
	planted := filepath.Join(s.house.home, "blobs", "planted")
	if err := os.WriteFile(planted, []byte("waiting: "+s.canaries[0].Value+"\n"), 0o600); err != nil {
		s.Fatal(err)
	}
	found := s.scan(s.places()...)
	if err := os.Remove(planted); err != nil {
		s.Fatal(err)
	}
	if !strings.Contains(found, "blobs") || strings.Count(found, "\n") > 0 {
		s.Errorf("with one canary planted among the documents, the scan says %q", found)
	}
}

// scan says where canaries lie, one line for each, or nothing.
func (s *stage) scan(places ...scan.Place) string {
	s.Helper()
	scanner, err := scan.New(s.canaries, scan.Options{Exclude: []string{s.house.dossiers, filepath.Join(s.house.home, "canaries.ndjson")}})
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, p := range places {
		r, err := scanner.Path(context.Background(), p)
		for _, h := range r.Hits {
			lines = append(lines, fmt.Sprintf("%s: line %d, %s, in %s", p.Name, h.Line, h.Item, h.Encoding))
		}
		if err != nil && len(r.Hits) == 0 {
			lines = append(lines, fmt.Sprintf("%s: %v", p.Name, err))
		}
	}
	return strings.Join(lines, "\n")
}

func (s *stage) places() []scan.Place {
	s.Helper()
	places, err := scan.Places(s.house.home)
	if err != nil {
		s.Fatal(err)
	}
	return append(places, scan.Place{Name: "temporary files", Path: s.tmp})
}

// files are those of the house outside the parts, by their place in it.
func (s *stage) files() map[string]bool {
	s.Helper()
	all := map[string]bool{}
	for _, root := range []string{s.house.home, s.tmp} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			if d != nil && d.IsDir() && (name == "postgres" || name == "vault" || name == "logs") {
				return filepath.SkipDir
			}
			if err == nil && !d.IsDir() {
				all[name] = true
			}
			return err
		})
		if err != nil {
			s.Fatal(err)
		}
	}
	return all
}

// wantTraced compares what was given while the part was away with the traces of the
// same time.
func (s *stage) wantTraced(o outage, saw []seen, from, to time.Time) {
	s.Helper()
	traced := s.traces(from, to)
	given := map[string]int{}
	for _, x := range saw {
		given[x.action] += x.given
	}
	for _, bad := range untraced(given, traced) {
		s.Errorf("%s %s: %s", o.part, o.name, bad)
	}
	if o.part == parts.Audit {
		return
	}
	// An opening that fails behind its trace says so in a second one.
	if n := traced["read granted"] - traced["read failed"]; n != given["read"] {
		s.Errorf("%s %s: %d reads are traced as granted and not as failed, and %d were answered", o.part, o.name, n, given["read"])
	}
}

// untraced names what was given more often than it was traced.
func untraced(given, traced map[string]int) (bad []string) {
	for action, n := range given {
		if m := traced[action+" granted"]; n > m {
			bad = append(bad, fmt.Sprintf("%d of %s were given and %d traced", n, action, m))
		}
	}
	return bad
}

// An opening behind the back of the log is what the comparison has to notice.
func (s *stage) wantAnUntracedOpeningNoticed() {
	s.Helper()
	from := time.Now()
	if err := s.readUntraced(); err != nil {
		s.Fatal(err)
	}
	if bad := untraced(map[string]int{"read": 1}, s.traces(from, time.Now())); len(bad) != 1 {
		s.Errorf("an opening that nobody traced: the comparison says %q", bad)
	}
}

// wantNothingHalf compares the rows of dossiers with what was answered: what was
// refused left none, and a wrap that it left is of nobody.
func (s *stage) wantNothingHalf(o outage, saw []seen, before map[string]int) {
	s.Helper()
	entered := 0
	for _, x := range saw {
		if x.action == "write" {
			entered += x.given
		}
	}
	for _, bad := range half(before, s.rows(), entered) {
		s.Errorf("%s %s: %s", o.part, o.name, bad)
	}
	for _, ref := range s.orphans(1) {
		// Patiently: the first question of a process may find its connections dead.
		if x := s.patiently(func() seen { return s.read("agents", "exam-a", ref, "A12.03") }); x.given != 0 || !strings.HasPrefix(x.cell, "404") {
			s.Errorf("%s %s: a wrap that a refused creation left is served: %s", o.part, o.name, x.cell)
		}
	}
}

// half names tables that grew though nobody was taken in.
func half(before, after map[string]int, entered int) (bad []string) {
	for table, n := range after {
		if grown := n - before[table]; grown > 0 && entered == 0 {
			bad = append(bad, fmt.Sprintf("%d rows of a refused dossier lie in %s", grown, table))
		}
	}
	slices.Sort(bad)
	return bad
}

func (s *stage) wantHalfADossierNoticed() {
	s.Helper()
	before := s.rows()
	s.admin(parts.Data, `INSERT INTO blind_index (campaign, index_id, mac, unit) SELECT campaign, 'planted', mac, unit FROM blind_index LIMIT 1`)
	after := s.rows()
	s.admin(parts.Data, `DELETE FROM blind_index WHERE index_id = 'planted'`)
	if bad := half(before, after, 0); len(bad) != 1 || !strings.Contains(bad[0], "blind_index") {
		s.Errorf("with one row planted, the comparison says %q", bad)
	}
}

// wantAnswered asks everything again, of the same processes.
func (s *stage) wantAnswered(o outage, mine attempt, before []seen) {
	s.Helper()
	o.proxied = false
	for _, x := range s.again(o, mine, before) {
		if !x.done {
			s.Errorf("%s %s is over: %s: %s %s", o.part, o.name, x.act, x.cell, x.line)
		}
	}
}

// A pageOf gathers what was seen, part by part.
type pageOf struct {
	outages []outage
	saw     [][]seen
}

func (p *pageOf) add(o outage, saw []seen) {
	p.outages, p.saw = append(p.outages, o), append(p.saw, saw)
}

const pageHead = `<!-- Written by go test ./cmd/sceau -run TestWhatACallerSees -update. Do not edit. -->

# Outages, and what a caller sees of them

Each part is taken away for real, each request is made, and what comes back is written here by the test that also looks whether the promises hold. In every cell below:

- nothing opened without a durable trace, and an opening that failed behind its trace has a second one that says so (while the traces can be written);
- nothing of a refused dossier lies in clear anywhere, and nothing is queued: whoever was refused comes back;
- nothing is half there: a refused creation left no row, no route, no index; a wrap that it left opens nothing and is served to nobody;
- when the part is back the same request is answered, with no restart of Sceau.

A number is an HTTP status; *retry* says that ` + "`Retry-After`" + ` comes with it. *done* is exit code 0 of a command; *exit 1* comes with the sentence and the hint under the table.
A question over HTTP is answered within 15 seconds and a creation within a minute, whatever is away. A command waits at most 10 seconds for one answer of Vault (or what ` + "`VAULT_CLIENT_TIMEOUT`" + ` says), 3 for a connection to a database and 5 for a lock.
`

// page writes one table for each part.
func (p *pageOf) page() []byte {
	var b bytes.Buffer
	b.WriteString(pageHead)
	titles := map[string]string{parts.Vault: "Vault", parts.Data: "The data cluster", parts.Keyring: "The keyring cluster", parts.Audit: "The audit cluster"}
	for _, part := range []string{parts.Vault, parts.Data, parts.Keyring, parts.Audit} {
		fmt.Fprintf(&b, "\n## %s\n\n", titles[part])
		var mine []int
		for i, o := range p.outages {
			if o.part == part {
				mine = append(mine, i)
			}
		}
		if len(mine) == 0 {
			continue
		}
		head, rule := "| request |", "| --- |"
		for _, i := range mine {
			head, rule = head+" "+p.outages[i].name+" |", rule+" --- |"
		}
		fmt.Fprintln(&b, head)
		fmt.Fprintln(&b, rule)
		for k, x := range p.saw[mine[0]] {
			fmt.Fprintf(&b, "| %s |", x.act)
			for _, i := range mine {
				fmt.Fprintf(&b, " %s |", p.saw[i][k].cell)
			}
			fmt.Fprintln(&b)
		}
		for _, i := range mine {
			o := p.outages[i]
			fmt.Fprintf(&b, "\n**%s.** Made by: %s What to do: %s\n", capital(o.name), o.made, o.remedy)
			var lines []string
			for _, x := range p.saw[i] {
				if x.line != "" && !slices.Contains(lines, x.line) {
					lines = append(lines, x.line)
				}
			}
			slices.Sort(lines)
			for _, line := range lines {
				fmt.Fprintf(&b, "\n    %s\n", strings.ReplaceAll(line, "\n", "\n    "))
			}
		}
	}
	return b.Bytes()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (p *pageOf) compare(t *testing.T, file string) {
	t.Helper()
	page := p.page()
	if *only != "" {
		t.Logf("%s", page)
		return
	}
	if *update {
		if t.Failed() {
			t.Fatal("the page is not written from a run that failed")
		}
		if err := os.WriteFile(file, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, want) {
		t.Errorf("what was seen differs from %s:\n%s", file, page)
	}
}
