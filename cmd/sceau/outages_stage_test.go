package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/parts"
	"sceau/internal/postgres/roles"
	"sceau/internal/scan"
	"sceau/internal/synth"
)

// A stage is a house of its own with the processes that serve, which live through
// every outage, and a proxy between them and Vault.
type stage struct {
	*testing.T
	house       *testHouse
	at          parts.Addresses
	credentials *house.House
	servers     map[string]string // identity: address
	proxy       *httptest.Server
	mood        atomic.Int32 // of the proxy
	people      []person
	living      []person // those whom no outage has forgotten
	known       []byte   // the lines of people
	strangers   [][]byte // lines that nobody sent in yet
	canaries    []scan.Canary
	aside, tmp  string
	heard       ear         // the servers' logs
	held        []*pgx.Conn // that an outage takes
	logged      int         // how much a server had said before its outage
}

func raise(t *testing.T) *stage {
	h := inhabited.own(t)
	s := &stage{T: t, house: h, servers: map[string]string{}, aside: t.TempDir(), tmp: t.TempDir()}
	var err error
	if s.at, err = parts.Locate(h.home); err != nil {
		t.Fatal(err)
	}
	if s.people, err = h.importAll(h.dossiers); err != nil {
		t.Fatal(err)
	}
	if s.known, err = os.ReadFile(h.dossiers); err != nil {
		t.Fatal(err)
	}
	s.invent()
	s.intercede()
	for _, cluster := range roles.Clusters {
		// A vacuum of its own accord would meet a full disk before the caller does.
		s.admin(cluster, `ALTER SYSTEM SET autovacuum = off`)
		s.admin(cluster, `SELECT pg_reload_conf()`)
	}
	for _, identity := range []string{"portal", "health", "agents", "intake"} {
		s.serve(identity)
	}
	s.wantAnUntracedOpeningNoticed()
	s.wantHalfADossierNoticed()
	return s
}

// invent makes those who will try to enter, and knows them by what nobody else has.
func (s *stage) invent() {
	var file bytes.Buffer
	if err := synth.Generate(s.Context(), &file, nil, synth.Options{Candidates: 60, Seed: 9}); err != nil {
		s.Fatal(err)
	}
	s.strangers = bytes.SplitAfter(bytes.TrimSpace(file.Bytes()), []byte("\n"))
	for i, line := range s.strangers {
		var values map[string]json.RawMessage
		if err := json.Unmarshal(line, &values); err != nil {
			s.Fatal(err)
		}
		for item, name := range map[string]string{"A01.03": "ine", "A02.04": "email", "A02.05": "mobile_phone"} {
			var value string
			if json.Unmarshal(values[name], &value) == nil && len(value) >= scan.Shortest {
				s.canaries = append(s.canaries, scan.Canary{Line: i + 1, Item: item, Name: name, Value: value})
			}
		}
	}
}

// serve has one identity answer in this process for as long as the test lasts.
func (s *stage) serve(identity string) {
	h, err := house.Open(s.Context(), s.house.home)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(h.Close)
	h.Parts.VaultAddr = s.proxy.URL
	server, err := h.Server(s.Context(), identity, slog.New(slog.NewTextHandler(&s.heard, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		s.Fatal(err)
	}
	server.Longest = 3 * time.Second // instead of the 15 that the page promises
	web := httptest.NewServer(server.Handler())
	s.Cleanup(web.Close)
	s.servers[identity] = web.URL
	s.credentials = h
}

// Moods of the proxy.
const (
	frank     = iota
	silent    // it takes the request and does not answer
	inside200 // one item of a batch is an error, the answer is 200
	inside400 // one item of a batch is an error, the answer is 400, the others are good
)

type ofBatch struct{}

// intercede stands between the servers and Vault.
func (s *stage) intercede() {
	target, err := url.Parse(s.at.VaultAddr)
	if err != nil {
		s.Fatal(err)
	}
	forward := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		// What is refused there is refused here: nothing answers.
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ModifyResponse: s.spoil,
	}
	s.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if s.mood.Load() == silent {
			<-r.Context().Done() // until the caller has had enough
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte(`"batch_input"`)) {
			r = r.WithContext(context.WithValue(r.Context(), ofBatch{}, true))
		}
		forward.ServeHTTP(w, r)
	}))
	s.proxy.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Cleanup(s.proxy.Close)
}

// spoil puts an error into the last item of a batch.
func (s *stage) spoil(r *http.Response) error {
	mood := s.mood.Load()
	if r.Request.Context().Value(ofBatch{}) == nil || mood != inside200 && mood != inside400 {
		return nil
	}
	var answer map[string]any
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return err
	}
	data, _ := answer["data"].(map[string]any)
	items, _ := data["batch_results"].([]any)
	if len(items) > 0 {
		items[len(items)-1] = map[string]any{"error": "internal error"}
	}
	if mood == inside400 {
		r.StatusCode, r.Status = http.StatusBadRequest, "400 Bad Request"
	}
	text, err := json.Marshal(answer)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	r.Header.Del("Content-Length")
	return err
}

// An ear keeps the last line of a log.
type ear struct {
	mu   sync.Mutex
	line string
}

func (e *ear) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.line = string(b)
	return len(b), nil
}

func (e *ear) last() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.line
}

// connect opens a connection as the administrator of a cluster.
func (s *stage) connect(cluster string) *pgx.Conn {
	s.Helper()
	dsn, err := s.at.Admin(cluster)
	if err != nil {
		s.Fatal(err)
	}
	c, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		s.Fatalf("cluster %s: %v", cluster, err)
	}
	return c
}

func (s *stage) admin(cluster, sql string, args ...any) {
	s.Helper()
	c := s.connect(cluster)
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), sql, args...); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
}

// list reads rows of a text and a number.
func (s *stage) list(cluster, sql string, args ...any) map[string]int {
	s.Helper()
	c := s.connect(cluster)
	defer c.Close(context.Background())
	rows, err := c.Query(context.Background(), sql, args...)
	if err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
	all, name, n := map[string]int{}, "", 0
	if _, err := pgx.ForEachRow(rows, []any{&name, &n}, func() error { all[name] = n; return nil }); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
	return all
}

// rows counts what a dossier leaves in the data cluster.
func (s *stage) rows() map[string]int {
	s.Helper()
	tables := []string{"routing", "blind_index", "account", "password"}
	for _, t := range s.credentials.Layout.Tables {
		tables = append(tables, t.Name)
	}
	var counts []string
	for _, table := range tables {
		counts = append(counts, "SELECT '"+table+"', count(*)::int FROM "+pgx.Identifier{table}.Sanitize())
	}
	return s.list(parts.Data, strings.Join(counts, " UNION ALL "))
}

// traces counts, by action and decision, what was traced in a while.
func (s *stage) traces(from, to time.Time) map[string]int {
	s.Helper()
	return s.list(parts.Audit, `SELECT action || ' ' || decision, count(*)::int FROM trace WHERE at BETWEEN $1 AND $2 GROUP BY 1`, from.Truncate(time.Microsecond), to)
}

// orphans are candidates whose secrets were kept and whose dossiers were not: no
// account is theirs.
func (s *stage) orphans(most int) (refs []string) {
	s.Helper()
	accounts := s.list(parts.Data, `SELECT encode(unit, 'hex'), 1 FROM account WHERE responsible = 0`)
	for unit := range s.list(parts.Keyring, `SELECT encode(unit, 'hex'), 1 FROM unit_secret WHERE kind = 'candidate'`) {
		raw, err := hex.DecodeString(unit)
		if err != nil || len(raw) != len(crypto.UnitID{}) {
			s.Fatal("a unit that is none")
		}
		if accounts[unit] == 0 && len(refs) < most {
			refs = append(refs, crypto.UnitID(raw).String())
		}
	}
	return refs
}

// readUntraced opens a value behind the back of the log.
func (s *stage) readUntraced() error {
	h, err := house.Open(s.Context(), s.house.home)
	if err != nil {
		return err
	}
	defer h.Close()
	gate, err := h.Gate(s.Context())
	if err != nil {
		return err
	}
	gate.Traces = forgetful{}
	who := s.people[0].Accounts[0]
	ask := dossier.Ask{Mission: who, Purpose: "P1", Items: []catalogue.ItemID{"A01.06"}}
	if ask.Credential, err = h.Credential(who); err != nil {
		return err
	}
	if ask.Candidate, err = crypto.ParseUnitID(s.people[0].Ref); err != nil {
		return err
	}
	if ask.On, err = time.Parse(time.DateOnly, during); err != nil {
		return err
	}
	_, err = gate.Read(s.Context(), ask)
	return err
}

// forgetful says that it recorded.
type forgetful struct{}

func (forgetful) Record(_ context.Context, events ...audit.Event) ([]audit.Receipt, error) {
	return make([]audit.Receipt, len(events)), nil
}

// vault asks the private Vault as its administrator.
func (s *stage) vault(method, path string, body any) (map[string]any, error) {
	token, err := s.at.RootToken()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(method, s.at.VaultAddr+"/v1/"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Vault-Token", token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(a.Body).Decode(&answer); err != nil && err != io.EOF {
		return nil, err
	}
	return answer, nil
}

func (s *stage) link(to, name string) error {
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(to, name)
}

func (s *stage) log(cluster string) string {
	return filepath.Join(s.house.home, "logs", cluster+".log")
}
