package testkit_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

func TestEachCallGivesAFreshDatabaseWhoseRolesCanEnter(t *testing.T) {
	for _, cluster := range roles.Clusters {
		t.Run(cluster, func(t *testing.T) {
			t.Parallel()
			one, two := testkit.Postgres(t, cluster), testkit.Postgres(t, cluster)
			if one.DSN(roles.Owner) == two.DSN(roles.Owner) {
				t.Error("two calls gave the same database")
			}
			for _, role := range roles.Of(cluster) {
				if err := roles.Ping(t.Context(), one.DSN(role)); err != nil {
					t.Errorf("%s cannot enter: %v", role, err)
				}
			}
		})
	}
}

func TestARoleOfAnotherClusterIsRefusedAtTheDoor(t *testing.T) {
	data, audit := testkit.Postgres(t, "data"), testkit.Postgres(t, "audit")
	if err := roles.Ping(t.Context(), data.DSN("sceau_trace_write")); err == nil {
		t.Error("the role that writes traces entered the database of the dossiers")
	}
	if err := roles.Ping(t.Context(), audit.DSN("sceau_gate")); err == nil {
		t.Error("the gate's role entered the database of the traces")
	}
}

func TestAServingRoleMayCreateNothing(t *testing.T) {
	d := testkit.Postgres(t, "data")
	conn := connect(t, d.DSN("sceau_gate"))
	for _, q := range []string{"CREATE TABLE mine (a int)", "CREATE TEMP TABLE mine (a int)", "CREATE SCHEMA mine", "CREATE ROLE mine"} {
		if _, err := conn.Exec(t.Context(), q); err == nil {
			t.Errorf("the gate's role was allowed: %s", q)
		}
	}
}

func TestAnErrorLeavesNoValueInTheServersLog(t *testing.T) {
	const canary = "CANARI-7731"
	d := testkit.Postgres(t, "data")
	conn := connect(t, d.DSN(roles.Owner))
	exec := func(q string, args ...any) error {
		_, err := conn.Exec(t.Context(), q, args...)
		return err
	}
	if err := exec("CREATE TABLE seen (v text PRIMARY KEY, n int CHECK (n > 0))"); err != nil {
		t.Fatal(err)
	}
	if err := exec("INSERT INTO seen VALUES ($1, 1)", canary); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"a duplicate key":    exec("INSERT INTO seen VALUES ($1, 1)", canary),
		"a refused check":    exec("INSERT INTO seen VALUES ($1, -1)", canary+"b"),
		"a broken literal":   exec("SELECT FROM seen WHERE v = '" + canary + "' AND nothing = 1"),
		"a value in syntax":  exec("SELEKT '" + canary + "'"),
		"a value of no date": exec("SELECT $1::text::date", canary),
	} {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	log, err := os.ReadFile(d.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	// That errors would be logged by a server with other settings, with all they quote, is
	// shown where such a server is searched (internal/postgres/atrest).
	if !strings.Contains(string(log), "ready to accept connections") || strings.Contains(string(log), "ERROR") {
		t.Fatal("the log is not that of a server which logs what is of its own alone")
	}
	if strings.Contains(string(log), canary) {
		t.Errorf("the log of the server holds a value:\n%s", log)
	}
}

// The child is this test binary: it starts a server, says where, and is killed.
func TestNothingIsLeftAfterAKill(t *testing.T) {
	if os.Getenv("SCEAU_TESTKIT_CHILD") == "1" {
		d := testkit.Postgres(t, "audit")
		os.Stdout.WriteString("dir " + d.DataDir() + "\n")
		time.Sleep(time.Minute)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestNothingIsLeftAfterAKill$", "-test.v")
	child.Env = append(os.Environ(), "SCEAU_TESTKIT_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for buf := make([]byte, 4096); !strings.Contains(said.String(), "/data\n"); {
		n, err := out.Read(buf)
		said.Write(buf[:n])
		if err != nil {
			t.Fatalf("the child ended early: %s", said.String())
		}
	}
	dir := strings.TrimSpace(said.String()[strings.Index(said.String(), "dir ")+4:])
	lock, err := pgserver.ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	child.Process.Kill()
	child.Wait()
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := os.Stat(dir)
		if os.IsNotExist(err) && !alive(lock.PID) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("15 s after the kill: folder gone %v, server alive %v", os.IsNotExist(err), alive(lock.PID))
		}
	}
}

// alive leaves out a process that ended and waits for its parent to notice.
func alive(pid int) bool { return pgserver.Alive(pid) }

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
