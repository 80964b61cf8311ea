package audittest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"sceau/audit"
)

// Figures are what a load measured: durable traces, and how long one took.
type Figures struct {
	Clients   int
	PerSecond float64
	P50, P99  time.Duration
}

// Print writes one line a figure, as every bench of the house does.
func (f Figures) Print(w io.Writer) {
	fmt.Fprintf(w, "bench trace/c%d %.0f /s\n", f.Clients, f.PerSecond)
	fmt.Fprintf(w, "bench trace-p50/c%d %.2f ms\n", f.Clients, f.P50.Seconds()*1e3)
	fmt.Fprintf(w, "bench trace-p99/c%d %.2f ms\n", f.Clients, f.P99.Seconds()*1e3)
}

// Load records traces from so many clients at once, each waiting for its own,
// for that long.
func Load(ctx context.Context, log *audit.Log, clients int, lasting time.Duration) (Figures, error) {
	start := time.Now()
	took := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			subject := fmt.Appendf(nil, "file-of-client-%d", c)
			for i := 0; time.Since(start) < lasting; i++ {
				begin := time.Now()
				if _, err := log.Record(ctx, Reading(subject, i)); err != nil {
					errs[c] = err
					return
				}
				took[c] = append(took[c], time.Since(begin))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	for _, err := range errs {
		if err != nil {
			return Figures{}, err
		}
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) == 0 {
		return Figures{Clients: clients}, nil
	}
	return Figures{
		Clients: clients, PerSecond: float64(len(all)) / elapsed.Seconds(),
		P50: all[len(all)/2], P99: all[len(all)*99/100],
	}, nil
}
