package traces_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sceau/audit"
	"sceau/audit/audittest"
	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/internal/parts/pgserver"
	"sceau/internal/postgres/migrate"
	"sceau/internal/postgres/roles"
	"sceau/internal/postgres/traces"
	"sceau/migrations"
)

// BenchmarkTrace measures durable traces. It makes a cluster of its own: that of
// the tests does not flush to disk, and would measure a promise that is not kept.
func BenchmarkTrace(b *testing.B) {
	writer, reader := durable(b)
	service := &cryptotest.Service{}
	if err := service.CreateKey(b.Context(), dayKey, crypto.WrapKey); err != nil {
		b.Fatal(err)
	}
	log, err := audit.New(audit.Config{Store: writer, Keys: service, DayKey: dayKey, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("c%d", clients), func(b *testing.B) {
			f, err := audittest.Load(b.Context(), log, clients, 2*time.Second)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(f.PerSecond, "traces/s")
			b.ReportMetric(f.P50.Seconds()*1e3, "p50-ms")
			b.ReportMetric(f.P99.Seconds()*1e3, "p99-ms")
			f.Print(os.Stdout)
		})
	}
	b.Run("verify", func(b *testing.B) {
		start := time.Now()
		r, err := audit.Verify(b.Context(), audit.Verification{Store: reader, Keys: service, DayKey: dayKey})
		if err != nil || !r.OK() {
			b.Fatal(r.Findings, err)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(r.Traces)/time.Since(start).Seconds(), "traces/s")
		fmt.Printf("bench trace-verify %.0f /s\n", float64(r.Traces)/time.Since(start).Seconds())
	})
}

// durable starts a cluster that flushes, gone when the benchmark ends.
func durable(b *testing.B) (*traces.Writer, *traces.Reader) {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	bin, err := pgserver.Find()
	check(err)
	as, err := pgserver.Lend()
	check(err)
	dir, err := os.MkdirTemp("/var/tmp", "sceau-bench-") // /tmp may be memory, which flushes nothing
	check(err)
	b.Cleanup(func() { os.RemoveAll(dir) })
	check(os.Chmod(dir, 0o711))
	check(as.Own(dir))
	data := filepath.Join(dir, "data")
	check(pgserver.Make(ctx, bin, as, data, "bench"))
	port, err := pgserver.FreePort()
	check(err)
	cmd := pgserver.Command(bin, as, data, pgserver.Private(port))
	check(cmd.Start())
	exited := make(chan struct{})
	go func() { cmd.Wait(); close(exited) }()
	b.Cleanup(func() { cmd.Process.Signal(os.Interrupt); <-exited })
	check(pgserver.AwaitReady(ctx, data, exited))

	passwords := map[string]string{}
	for _, role := range roles.Of("audit") {
		passwords[role] = "bench"
	}
	check(roles.Prepare(ctx, pgserver.DSN(port, "postgres", pgserver.Admin, "bench"), "audit", "sceau", passwords))
	dsn := func(role string) string { return pgserver.DSN(port, "sceau", role, "bench") }
	folder, err := migrations.Of("audit")
	check(err)
	check(migrate.Up(ctx, dsn(roles.Owner), folder))
	writer, err := traces.OpenWriter(ctx, dsn("sceau_trace_write"))
	check(err)
	reader, err := traces.OpenReader(ctx, dsn("sceau_trace_read"))
	check(err)
	b.Cleanup(func() { writer.Close(); reader.Close() })
	return writer, reader
}

// BenchmarkConnections measures the bulk of an import: thirty connections a
// candidate, spread over a year.
func BenchmarkConnections(b *testing.B) {
	writer, _ := durable(b)
	service := &cryptotest.Service{}
	if err := service.CreateKey(b.Context(), dayKey, crypto.WrapKey); err != nil {
		b.Fatal(err)
	}
	log, err := audit.New(audit.Config{Store: writer, Keys: service, DayKey: dayKey, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	now := time.Now()
	var bulk []audit.Connection
	for i := range 6000 {
		bulk = append(bulk, audit.Connection{Subject: fmt.Appendf(nil, "file-%d", i/30), At: now.Add(-time.Duration(i%30*12) * 24 * time.Hour)})
	}
	start := time.Now()
	for b.Loop() {
		if err := log.RecordConnections(b.Context(), bulk); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(bulk))/time.Since(start).Seconds(), "connections/s")
}
