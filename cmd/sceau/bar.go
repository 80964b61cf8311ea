package main

import (
	"io"
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

// step is for work in several steps, each with a count of its own.
func (b bar) step(doing string, n, of int64) {
	b.bar.Describe(doing)
	b.bar.ChangeMax64(of)
	b.set(n)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
