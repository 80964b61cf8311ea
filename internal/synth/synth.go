// Package synth invents candidates: plausible as a population, impossible as
// people. Nothing it writes is sampled from anybody, no mail, phone or address
// reaches anyone, and the same seed writes the same bytes on any number of
// processors, so that a campaign of any size can be published and made again.
//
// Family names are syllables; mails end in example.org; phones come from the
// ranges that the French numbering plan keeps for fiction, IP addresses from
// those kept for documentation; communes are 99nnn, schools 099nnnn, national
// numbers begin with 999; documents say SPÉCIMEN.
//
// How programmes, academies and wishes are shared out follows the open data set
// "Parcoursup : vœux de poursuite d'études et de réorientation et réponses des
// établissements", session 2025 (fr-esr-parcoursup, ministry in charge of higher
// education, data.enseignementsup-recherche.gouv.fr, Licence Ouverte). The
// aggregates in data/marginals.csv are ours, computed from that set as reduced
// to 32 columns in the public repository R7even31/EDA-Parcoursup-Admissions.
package synth

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// Options says which candidates Generate invents.
type Options struct {
	// Candidates is how many, one a line.
	Candidates int
	Seed       uint64
	// Session is the year of the campaign; zero means 2026. Another year gives
	// other people, but for the edge case of two sessions.
	Session int
	// Edge puts every case of EdgeCases at the head of the file.
	Edge bool
	// Reference is where candidates come from and go to; nil means
	// DefaultReference.
	Reference *Offer
	// Documents is how large generated documents are.
	Documents DocumentSize
	// Progress, when set, hears how many candidates are written. It is called
	// from one goroutine.
	Progress func(done int)
}

// A DocumentSize is how large generated documents are.
type DocumentSize int

const (
	// SmallDocuments take 1 to 4 kB.
	SmallDocuments DocumentSize = iota
	// LargeDocuments take 30 to 300 kB, as scans do.
	LargeDocuments
)

// maxCandidates is how many registration numbers of seven digits a session has.
const maxCandidates = registrationNumbers

// chunkSize is how many candidates one worker writes at once: enough to forget
// the cost of passing them on, little enough to keep memory low.
const chunkSize = 32

// Generate writes one dossier a line to w and, where canaries is not nil, the
// marker strings of the canary candidates. Memory does not grow with the number
// of candidates.
func Generate(ctx context.Context, w io.Writer, canaries io.Writer, o Options) error {
	g, err := newGenerator(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	// Chunks are written in the order in which their places were taken in the
	// queue, whichever worker ends first.
	type chunk struct {
		from, to int
		lines    []byte
		marks    []byte
		err      error
		done     chan struct{}
	}
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan *chunk, 2*workers)
	jobs := make(chan *chunk)
	free := sync.Pool{New: func() any { return new(chunk) }}

	go func() {
		defer close(queue)
		defer close(jobs)
		for from := 0; from < o.Candidates; from += chunkSize {
			c := free.Get().(*chunk)
			*c = chunk{from: from, to: min(from+chunkSize, o.Candidates), lines: c.lines[:0], marks: c.marks[:0], done: make(chan struct{})}
			for _, ch := range []chan *chunk{queue, jobs} {
				select {
				case ch <- c:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for range workers {
		running.Go(func() {
			pen := g.pen()
			for c := range jobs {
				c.lines, c.marks, c.err = pen.write(c.lines, c.marks, c.from, c.to)
				close(c.done)
			}
		})
	}

	for c := range queue {
		select {
		case <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if c.err != nil {
			return c.err
		}
		if _, err := w.Write(c.lines); err != nil {
			return fmt.Errorf("writing dossiers: %w", err)
		}
		if canaries != nil && len(c.marks) > 0 {
			if _, err := canaries.Write(c.marks); err != nil {
				return fmt.Errorf("writing canaries: %w", err)
			}
		}
		if o.Progress != nil {
			o.Progress(c.to)
		}
		free.Put(c)
	}
	return ctx.Err()
}
