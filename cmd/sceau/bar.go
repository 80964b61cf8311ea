package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A bar shows how far long work is, on terminals only: a log wants no moving line.
type bar struct{ bar *progressbar.ProgressBar }

func newBar(t *terminal, doing string, of int64) bar {
	if !isTerminal(t.err) {
		return bar{progressbar.DefaultSilent(of, doing)}
	}
	return bar{progressbar.NewOptions64(of,
		progressbar.OptionSetWriter(t.err), progressbar.OptionSetDescription(doing),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())}
}

// The bar is for the eye: a terminal that cannot show it is no reason to fail.
func (b bar) set(n int64) { _ = b.bar.Set64(n) }

func (b bar) end() {
	if b.bar != nil { // it may not have begun
		_ = b.bar.Finish()
	}
}

// steps shows what a long work does: a line for each thing, and a bar, on terminals,
// where it knows how long that is. Each thing has a bar of its own: one whose end
// comes to stand before it draws itself without end.
type steps struct {
	t     *terminal
	doing string
	bar   *bar
}

func newSteps(t *terminal) *steps { return &steps{t: t} }

func (s *steps) step(doing string, done, of int64) {
	if doing != s.doing {
		s.end()
		s.doing = doing
		fmt.Fprintln(s.t.err, "sceau:", doing)
	}
	if of == 0 {
		return
	}
	if s.bar == nil {
		b := newBar(s.t, doing, of)
		s.bar = &b
	}
	s.bar.set(min(done, of))
}

func (s *steps) end() {
	if s.bar != nil {
		s.bar.end()
		s.bar = nil
	}
}

// isTerminal says whether a stream is a person's.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
