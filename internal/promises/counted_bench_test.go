package promises_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sceau/dossier"
)

// uncounted stands in for the count, to see what it costs.
type uncounted struct{}

func (uncounted) Spend(context.Context, dossier.Charge) (dossier.Spent, error) {
	return dossier.Spent{Taken: true}, nil
}

// What counting costs readers of one mission who come at once: both ways in turns, so that
// a busy second slows both.
func BenchmarkReadsThatAreCounted(b *testing.B) {
	p := open(b)
	var programme string
	var about []*person
	for _, one := range p.people {
		_, confirmed := wishesOf(one)
		if one.campaign != "2026" || len(confirmed) == 0 {
			continue
		}
		if programme == "" {
			programme = confirmed[0]
		}
		if slices.Contains(confirmed, programme) {
			about = append(about, one)
		}
	}
	mission := p.commission(b, "counted", "2026", programme)
	for _, clients := range []int{1, 64} {
		b.Run(map[int]string{1: "1-client", 64: "64-clients"}[clients], func(b *testing.B) {
			counted := p.gate
			plain, err := dossier.NewGate(&dossier.Gate{Catalogue: p.gate.Catalogue, Words: p.gate.Words, Layout: p.gate.Layout, Desk: p.gate.Desk, Shelf: p.gate.Shelf,
				Traces: p.gate.Traces, Rings: p.gate.Rings, Documents: p.gate.Documents, Connections: p.gate.Connections, Allowances: uncounted{}, Now: p.gate.Now})
			if err != nil {
				b.Fatal(err)
			}
			table, err := p.Table(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			plain.Put(table)
			slice := func(g *dossier.Gate) float64 {
				var n atomic.Int64
				var wait sync.WaitGroup
				began := time.Now()
				for k := range clients {
					wait.Go(func() {
						for i := k; time.Since(began) < 700*time.Millisecond; i++ {
							ask := p.ask(b, mission, "P1", about[i%len(about)].ref, "A12.03", "A12.04", "A08.01", "A08.02", "A15.01", "A15.02", "A15.05")
							ask.On = examining
							if _, err := g.Read(context.Background(), ask); err != nil {
								b.Error(err)
								return
							}
							n.Add(1)
						}
					})
				}
				wait.Wait()
				return float64(n.Load()) / time.Since(began).Seconds()
			}
			slice(counted)
			slice(plain)
			var with, without []float64
			for range max(b.N, 9) {
				with, without = append(with, slice(counted)), append(without, slice(plain))
			}
			slices.Sort(with)
			slices.Sort(without)
			b.ReportMetric(with[len(with)/2], "counted/s")
			b.ReportMetric(without[len(without)/2], "uncounted/s")
			b.ReportMetric(with[len(with)/2]/without[len(without)/2], "x-of-uncounted")
		})
	}
}
