// Package scan looks for values that must be nowhere in clear: markers, the
// canaries of a campaign, in every place where a system at rest keeps bytes.
//
// A scan that finds nothing proves nothing until the same scanner has found every
// canary where all were put on purpose, so a report without its control, or
// without a canary, or with a file that could not be read, is a failure. What is
// found is named by line, item and place. The value itself is never shown.
package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
)

// Why a scan is not clean.
var (
	// ErrFound means that a canary lies somewhere in clear.
	ErrFound = errors.New("values in clear")
	// ErrIncomplete means that something could not be looked at.
	ErrIncomplete = errors.New("not everything was scanned")
	// ErrNoCanary means that there was nothing to look for.
	ErrNoCanary = errors.New("no canary to look for")
	// ErrBlind means that the scanner missed a canary put there for it to find.
	ErrBlind = errors.New("the scan misses what it should find")
)

// Options of a scanner.
type Options struct {
	// Exclude names files or folders that hold the canaries by design, such as the
	// file they were imported from. They are named in the report.
	Exclude []string
	// Progress, when set, hears how many more bytes were read. It is called by
	// the goroutine that scans.
	Progress func(bytes int64)
}

// A Scanner knows every canary under every encoding. It may be used by several
// goroutines.
type Scanner struct {
	canaries []Canary
	setAside []Canary // too short
	patterns []pattern
	match    *matcher
	buffers  sync.Pool
	exclude  map[string]bool
	progress func(int64)
}

// A pattern is one sequence of bytes to look for; several canaries, or several
// encodings of one, may give the same.
type pattern struct {
	bytes []byte
	alone bool // counts only outside a run of hexadecimal digits
	means []meaning
}

type meaning struct {
	canary   int
	encoding string
}

// New prepares a scanner. Values shorter than Shortest are set aside, and the
// report says so; when no other is left it is ErrNoCanary.
func New(canaries []Canary, o Options) (*Scanner, error) {
	s := &Scanner{exclude: map[string]bool{}, progress: o.Progress}
	for _, c := range canaries {
		if err := c.check(); err != nil {
			return nil, err
		}
		if c.short() {
			s.setAside = append(s.setAside, c)
		} else {
			s.canaries = append(s.canaries, c)
		}
	}
	if len(s.canaries) == 0 {
		return nil, ErrNoCanary
	}
	if s.progress == nil {
		s.progress = func(int64) {}
	}
	for _, path := range o.Exclude {
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("excluding from the scan: %w", err)
		}
		s.exclude[path] = true
	}

	known := map[string]int{}
	for i, c := range s.canaries {
		for _, form := range encodings(c.Value) {
			k, seen := known[form.bytes]
			if !seen {
				k = len(s.patterns)
				known[form.bytes] = k
				s.patterns = append(s.patterns, pattern{bytes: []byte(form.bytes), alone: mistakable(form.bytes)})
			}
			p := &s.patterns[k]
			// The first encoding which gives these bytes names them: the simplest.
			if n := len(p.means); n == 0 || p.means[n-1].canary != i {
				p.means = append(p.means, meaning{i, form.encoding})
			}
		}
	}
	s.match = newMatcher(s.patterns)
	s.buffers.New = func() any { b := make([]byte, max(window, 4*s.match.longest)); return &b }
	return s, nil
}

// Canaries is how many are looked for, those set aside not counted.
func (s *Scanner) Canaries() int { return len(s.canaries) }

// Reader looks for the canaries in a stream.
func (s *Scanner) Reader(ctx context.Context, place string, r io.Reader) (Result, error) {
	f := newFindings(s, place)
	n, err := s.stream(ctx, r, func(k int32, at int64) { f.hit(k, "", at) })
	f.result.Files, f.result.Bytes = 1, n
	if err != nil {
		f.miss("", err)
	}
	return f.done()
}

// window is how much of a stream is looked at together: little enough to stay in
// the processor's cache.
const window = 256 << 10

// stream looks for every pattern, those cut by the end of one read included. It
// returns how many bytes it read.
func (s *Scanner) stream(ctx context.Context, r io.Reader, hit func(pattern int32, at int64)) (int64, error) {
	m := s.match
	pooled := s.buffers.Get().(*[]byte) // a data folder has thousands of small files
	defer s.buffers.Put(pooled)
	buf := *pooled
	var base int64 // where the buffer begins in the stream
	var n, next int
	for {
		if err := ctx.Err(); err != nil {
			return base + int64(n), err
		}
		k, err := io.ReadFull(r, buf[n:])
		n += k
		s.progress(int64(k))
		end := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !end {
			return base + int64(n), err
		}
		// Short of the end, a pattern met here must lie whole in the buffer.
		last := n - m.longest - beside
		if end {
			last = n - gram
		}
		next = m.scan(buf[:n], next, last, func(k int32, at int) { hit(k, base+int64(at)) })
		if end {
			return base + int64(n), nil
		}
		// A pattern may have begun up to a stride before the next sample.
		keep := max(0, next-(m.stride-1)-beside)
		copy(buf, buf[keep:n])
		base, n, next = base+int64(keep), n-keep, next-keep
	}
}
