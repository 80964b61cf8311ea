// Package bench measures the house against its limits and its peers, in one run and
// on one machine, and prints one line for each figure: bench NAME VALUE UNIT.
//
// A ratio compares two things measured side by side, so that it means the same on a
// slower machine; a rate is only worth what the machine is worth that day.
package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Sheet prints figures as they come.
type Sheet struct{ Out io.Writer }

// Row prints one figure.
func (s Sheet) Row(name string, value float64, unit string) {
	format := "bench %s %.0f %s\n"
	if value < 100 {
		format = "bench %s %.2f %s\n"
	}
	fmt.Fprintf(s.Out, format, name, value, unit)
}

// A load is what a number of clients did in a time.
type load struct {
	perSecond float64
	p50, p99  time.Duration
}

// run has n clients call work again and again for a while. The first error ends it.
func run(ctx context.Context, n int, lasting time.Duration, work func(ctx context.Context, call int) error) (load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var calls atomic.Int64
	times := make([][]time.Duration, n)
	end := time.Now().Add(lasting)
	began := time.Now()
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			for time.Now().Before(end) && ctx.Err() == nil {
				from := time.Now()
				if err := work(ctx, int(calls.Add(1)-1)); err != nil {
					cancel(err)
					return
				}
				times[i] = append(times[i], time.Since(from))
			}
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		return load{}, err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	if len(all) == 0 {
		return load{}, fmt.Errorf("no call ended in %s", lasting)
	}
	return load{
		perSecond: float64(len(all)) / time.Since(began).Seconds(),
		p50:       all[len(all)/2],
		p99:       all[len(all)*99/100],
	}, nil
}

func (s Sheet) load(name string, l load) {
	s.Row(name, l.perSecond, "/s")
	s.Row(name+"-p50", float64(l.p50.Microseconds())/1000, "ms")
	s.Row(name+"-p99", float64(l.p99.Microseconds())/1000, "ms")
}
