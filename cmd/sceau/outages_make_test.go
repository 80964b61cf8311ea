package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"

	"sceau/internal/parts"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/roles"
)

// outages are all of them, each made for real.
func outages() []outage {
	all := []outage{
		{part: parts.Vault, name: "stopped", made: "its process is killed.", remedy: "start it, unseal it; `sceau up` for a private one.",
			begin: killVault, end: start(parts.Vault)},
		{part: parts.Vault, name: "sealed", made: "it is sealed, and runs.", remedy: "unseal it; `sceau up` for a private one.",
			begin: func(s *stage) error { return parts.Seal(context.Background(), s.house.home) }, end: start(parts.Vault)},
		{part: parts.Vault, name: "slow", made: "a proxy takes each request and never answers.",
			remedy: "look at its load, its storage and the network between.", proxied: true, together: true, begin: mood(silent), end: mood(frank)},
		{part: parts.Vault, name: "full audit device", made: "its one audit device writes to `/dev/full`.",
			remedy: "make room where Vault writes its audit, or give it a second device. It answers nobody meanwhile.", begin: fillAudit, end: emptyAudit},
		{part: parts.Vault, name: "200 with errors inside", made: "a proxy puts an error in the place of one item of each batch, and the answer stays 200. Single requests pass: those who read send no batch.",
			remedy: "look at Vault's own log: its storage fails in part.", proxied: true, begin: mood(inside200), end: mood(frank)},
		{part: parts.Vault, name: "400 with good items inside", made: "the same, answered 400 with the other items good.",
			remedy: "look at Vault's own log. Coming back does not help: Vault says that the request is wrong.", proxied: true, begin: mood(inside400), end: mood(frank)},
		{part: parts.Vault, name: "quota reached", made: "a rate limit quota of Vault on transit, used up.",
			remedy: "raise the quota, or find out who asks so much.", begin: reachQuota, end: liftQuota},
	}
	for _, cluster := range roles.Clusters {
		all = append(all,
			outage{part: cluster, name: "stopped", made: "the server is stopped.", remedy: "start it; `sceau up` for a private one.",
				begin: func(s *stage) error { return parts.Stop(context.Background(), s.house.home, cluster) }, end: start(cluster)},
			outage{part: cluster, name: "disk full", made: "the server may not write past a size (RLIMIT_FSIZE), where its write-ahead log is. PostgreSQL reports the failed write of the first transaction that writes, cuts everybody, and is down.",
				remedy: "make room and start it; `sceau up` for a private one. Nothing that was acknowledged is lost.",
				begin:  full(cluster), settled: givenUp(cluster), end: start(cluster)},
			outage{part: cluster, name: "no connection left", made: "another client holds every connection of the server (SQLSTATE 53300).",
				remedy: "find who holds them (`pg_stat_activity`), end them, or raise `max_connections`.",
				begin:  exhaust(cluster), end: release(cluster)},
			outage{part: cluster, name: "locked", made: "another session holds a lock on the tables that are read or written, and whoever needs them waits; forty more readers at once take what connections the process has.", together: true,
				remedy: "find who holds it (`pg_locks`) and end that session.",
				begin:  lock(cluster), settled: crowd, end: release(cluster)},
		)
	}
	return all
}

func start(part string) func(*stage) error {
	return func(s *stage) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return parts.Start(ctx, s.house.home, part)
	}
}

func mood(m int32) func(*stage) error {
	return func(s *stage) error { s.mood.Store(m); return nil }
}

func killVault(s *stage) error {
	text, err := os.ReadFile(filepath.Join(s.house.home, "vault", "vault.pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := pgserver.Halt(ctx, pid, syscall.SIGKILL, syscall.SIGKILL, 10*time.Second); err != nil {
		return err
	}
	for { // its last thread closes the door
		if _, err := s.vault("GET", "sys/health", nil); err != nil {
			return nil
		}
	}
}

// fillAudit gives Vault a device without room and takes the good one away; what starts
// a private Vault gives it back.
func fillAudit(s *stage) error {
	device := filepath.Join(s.aside, "audit-device")
	if err := s.link("/dev/full", device); err != nil {
		return err
	}
	listed, err := s.vault("GET", "sys/audit", nil)
	if err != nil {
		return err
	}
	good, _ := listed["data"].(map[string]any)
	_, err = s.vault("PUT", "sys/audit/full", map[string]any{"type": "file", "options": map[string]string{"file_path": device, "mode": "0000", "skip_test": "true"}})
	for name := range good {
		if err == nil {
			_, err = s.vault("DELETE", "sys/audit/"+strings.TrimSuffix(name, "/"), nil)
		}
	}
	return err
}

func emptyAudit(s *stage) error {
	if err := s.link(filepath.Join(s.aside, "audit-room"), filepath.Join(s.aside, "audit-device")); err != nil {
		return err
	}
	return start(parts.Vault)(s)
}

func reachQuota(s *stage) error {
	if _, err := s.vault("POST", "sys/quotas/rate-limit/outage", map[string]any{"path": "transit", "rate": 1, "interval": "1h"}); err != nil {
		return err
	}
	_, err := s.vault("GET", "transit/keys?list=true", nil) // the one of this hour
	return err
}

func liftQuota(s *stage) error {
	_, err := s.vault("DELETE", "sys/quotas/rate-limit/outage", nil)
	return err
}

// room is how far the processes of a full cluster may write into a file: less than
// where its write-ahead log stands, more than any table or its log of messages has.
const room = 4 << 20

// full limits how far into a file the server may write: what comes next is a failed
// write to the write-ahead log, as on a full disk, for root and for anybody else, with
// nothing mounted. The processes at work already, those that write behind the callers'
// backs among them, keep their room; each new connection has the limit.
func full(cluster string) func(*stage) error {
	return func(s *stage) error {
		ctx := context.Background()
		c := s.connect(cluster)
		defer c.Close(ctx)
		for {
			var at int64
			if err := c.QueryRow(ctx, `SELECT ((pg_current_wal_insert_lsn() - '0/0') % 16777216)::bigint`).Scan(&at); err != nil {
				return err
			}
			if at > room+1<<20 && at < 3*room {
				break
			}
			if _, err := c.Exec(ctx, `SELECT pg_logical_emit_message(false, 'room', repeat('-', 1000000))`); err != nil {
				return err
			}
		}
		// What was read since the last checkpoint needs no page written anew.
		if _, err := c.Exec(ctx, `CHECKPOINT`); err != nil {
			return err
		}
		said, err := os.ReadFile(s.log(cluster))
		if err != nil {
			return err
		}
		s.logged = len(said)
		l, err := pgserver.ReadLock(s.folder(cluster))
		if err != nil {
			return err
		}
		if err := limitWrites(l.PID, room); err != nil {
			return err
		}
		if _, err = c.Exec(ctx, cutOthers); err != nil || cluster == parts.Audit {
			return err // there the first read is the first write
		}
		return s.freshen()
	}
}

// freshen has each process find out that its connections were cut, and make new ones.
func (s *stage) freshen() error {
	last := s.people[len(s.people)-1]
	known, _, _ := bytes.Cut(s.known, []byte("\n"))
	for _, ask := range []func() seen{
		func() seen { return s.read("portal", last.Accounts[0], last.Ref, "last_name") },
		func() seen { return s.read("health", last.Accounts[0], last.Ref, "A07.03") },
		// Somebody who is in already: refused, and nothing is written for it.
		func() seen { x := s.create(known); x.done = x.cell == "422"; return x },
	} {
		if x := s.patiently(ask); !x.done {
			return fmt.Errorf("with new connections: %s %s", x.cell, x.line)
		}
	}
	return nil
}

const cutOthers = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`

const countOthers = `SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename <> $1`

// limitWrites sets the soft limit of a process. Root without the right to change the
// limits of others, as in a container, does it as the account of the process: on one
// thread, which ends with it.
func limitWrites(pid int, size uint64) error {
	set := func() error {
		var was unix.Rlimit
		if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &was); err != nil {
			return err
		}
		was.Cur = min(size, was.Max)
		return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &was, nil)
	}
	err := set()
	if !errors.Is(err, unix.EPERM) {
		return err
	}
	as, err := pgserver.Lend()
	if err != nil {
		return err
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread goes with the goroutine
		uid, gid := uintptr(as.UID), uintptr(as.GID)
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESGID, gid, gid, gid); e != 0 {
			done <- e
			return
		}
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, uid, uid, uid); e != 0 {
			done <- e
			return
		}
		done <- set()
	}()
	return <-done
}

// givenUp waits for PostgreSQL's own words about the write that failed. It then goes on
// recovering, and failing, or gives up, as its processes happen to end: it is stopped,
// so that what follows is always seen of a server that is down.
func givenUp(cluster string) func(*stage) error {
	return func(s *stage) error {
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			said, err := os.ReadFile(s.log(cluster))
			if err != nil {
				return err
			}
			if strings.Contains(string(said[s.logged:]), "File too large") {
				break
			}
			if time.Now().After(end) {
				return errors.New("PostgreSQL reports no failed write")
			}
		}
		l, running := pgserver.Running(s.folder(cluster))
		if !running {
			return nil
		}
		return pgserver.Halt(context.Background(), l.PID, syscall.SIGQUIT, syscall.SIGKILL, 10*time.Second)
	}
}

func (s *stage) folder(cluster string) string {
	for _, f := range s.at.Folders() {
		if f.Part == cluster && f.Kind == "data" {
			return f.Path
		}
	}
	return ""
}

// exhaust takes every connection of a server, those of the processes that serve among
// them, as a client that forgets to give back.
func exhaust(cluster string) func(*stage) error {
	return func(s *stage) error {
		dsn, err := s.at.DSN(cluster, roles.Owner)
		if err != nil {
			return err
		}
		ctx := context.Background()
		boss := s.connect(cluster)
		s.held = append(s.held, boss) // closed now, it would leave one free
		var mu sync.Mutex
		take := func() error {
			var takers sync.WaitGroup
			var failed error
			for range 8 {
				takers.Go(func() {
					for {
						c, err := pgx.Connect(ctx, dsn)
						mu.Lock()
						if err == nil {
							s.held = append(s.held, c)
						}
						var no *pgconn.PgError
						if err != nil && !(errors.As(err, &no) && no.Code == "53300") {
							failed = err
						}
						mu.Unlock()
						if err != nil {
							return
						}
					}
				})
			}
			takers.Wait()
			// Those that were turned away together kept the last ones from each other.
			for refusals := 0; failed == nil && refusals < 3; {
				c, err := pgx.Connect(ctx, dsn)
				if err == nil {
					s.held, refusals = append(s.held, c), 0
					continue
				}
				refusals++
				time.Sleep(50 * time.Millisecond)
			}
			return failed
		}
		if err := take(); err != nil {
			return err
		}
		if _, err := boss.Exec(ctx, cutOthers+` AND usename <> $1`, roles.Owner); err != nil {
			return err
		}
		for others := 1; others > 0; time.Sleep(20 * time.Millisecond) { // until those that were cut have gone
			if err := boss.QueryRow(ctx, countOthers, roles.Owner).Scan(&others); err != nil {
				return err
			}
		}
		return take()
	}
}

// locked are the tables behind the requests of each cluster.
var locked = map[string][]string{
	parts.Data:    {"mission", "account", "campaign", "brake", "blind_index", "fact", "policy_publication", "import"},
	parts.Keyring: {"unit_secret", "unit_class_secret", "key_name"},
	parts.Audit:   {"trace", "trace_hash"},
}

func lock(cluster string) func(*stage) error {
	return func(s *stage) error {
		ctx := context.Background()
		c := s.connect(cluster)
		s.held = append(s.held, c)
		if _, err := c.Exec(ctx, `BEGIN`); err != nil {
			return err
		}
		for _, table := range locked[cluster] {
			if _, err := c.Exec(ctx, fmt.Sprintf(`LOCK TABLE %s IN ACCESS EXCLUSIVE MODE`, table)); err != nil {
				return err
			}
		}
		return nil
	}
}

// crowd is more readers than a process has connections: each is told to come back, none
// is left waiting.
func crowd(s *stage) error {
	asks := make([]func() seen, 40)
	for i := range asks {
		who := s.living[i%len(s.living)]
		asks[i] = func() seen { return s.read("health", who.Accounts[0], who.Ref, "A07.03") }
	}
	for _, x := range together(asks...) {
		if x.cell != "503, retry" {
			return fmt.Errorf("one of a crowd got %s, want 503 and when to come back", x.cell)
		}
	}
	return nil
}

func release(string) func(*stage) error {
	return func(s *stage) error {
		var closing sync.WaitGroup
		for _, c := range s.held {
			closing.Go(func() { c.Close(context.Background()) })
		}
		closing.Wait()
		s.held = nil
		return nil
	}
}
