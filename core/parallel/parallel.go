// Package parallel spreads independent work over threads.
//
// Rule. Pieces are handed out one by one, in order, to whichever thread is free.
//
// Invariant. What is done is the same on any number of threads: each piece is done once,
// and writes only what is its own (D8).
//
// Cost. One atomic addition a piece.
//
// Source: none; no law speaks of threads.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Threads is how many to use when n are asked for: 0 is all there are.
func Threads(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}

// Each does the pieces 0 to n-1. Every thread has a worker of its own, so that it can
// keep memory from one piece to the next. Pieces are handed out one by one, in order:
// where they differ much in size, put the large first.
func Each(n, threads int, worker func() func(int)) {
	threads = min(Threads(threads), n)
	if threads <= 1 {
		do := worker()
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range threads {
		wait.Go(func() {
			do := worker()
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				do(i)
			}
		})
	}
	wait.Wait()
}

// Ranges cuts 0 to n in pieces of about size and does each: do(from, to).
func Ranges(n, size, threads int, worker func() func(from, to int)) {
	Each((n+size-1)/size, threads, func() func(int) {
		do := worker()
		return func(i int) { do(i*size, min(n, (i+1)*size)) }
	})
}
