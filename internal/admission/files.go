package admission

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"time"

	"sceau/core"
	"sceau/core/run"
	"sceau/core/session"
	"sceau/crypto"
	"sceau/internal/runfiles"
)

// record is a run to come, which takes a projection or none.
func (c *Campaign) record(kind run.Kind, day int, takes string) run.Run {
	return run.Run{ID: rand.Text(), Campaign: c.Name, Kind: kind, Day: day, Rules: core.RuleVersion, Takes: takes,
		Input: run.File{Name: runfiles.Name()}, Started: c.Now().UTC().Truncate(time.Second)}
}

// keep records a run with what it read and what it gave, which may be nothing, and signs
// it. The record stands before the files: what a kill leaves is a run that has not ended,
// and that nobody believes.
func (c *Campaign) keep(ctx context.Context, r run.Run, read func(io.Writer) (core.Digest, error), gave func(io.Writer) error) (run.Run, error) {
	if gave != nil {
		r.Output.Name = runfiles.Name()
	}
	r, err := c.Book.Begin(ctx, r)
	if err != nil {
		return r, err
	}
	err = c.Files.Keep(ctx, c.Name, crypto.RunFile{Run: r.ID, Kind: Input}, r.Input.Name, func(w io.Writer) (err error) {
		r.Input.Digest, err = read(w)
		return err
	})
	if err != nil {
		return r, err
	}
	if gave != nil {
		err = c.Files.Keep(ctx, c.Name, crypto.RunFile{Run: r.ID, Kind: Output}, r.Output.Name, func(w io.Writer) (err error) {
			r.Output.Digest, err = digested(w, gave)
			return err
		})
		if err != nil {
			return r, err
		}
	}
	r.Ended = c.Now().UTC().Truncate(time.Second)
	if r.Signature, err = c.Notary.SignRun(r); err != nil {
		return r, err
	}
	return r, c.Book.End(ctx, r)
}

// digested writes, and gives the digest of what was written.
func digested(w io.Writer, write func(io.Writer) error) (core.Digest, error) {
	sum := sha256.New()
	err := write(io.MultiWriter(w, sum))
	return core.Digest(sum.Sum(nil)), err
}

// open reads a file of a run, and compares it with the digest that was signed.
func (c *Campaign) open(ctx context.Context, r run.Run, kind string, read func(io.Reader) error) error {
	of := r.Input
	if kind == Output {
		of = r.Output
	}
	file, err := c.Files.Open(ctx, c.Name, crypto.RunFile{Run: r.ID, Kind: kind}, of.Name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := &summing{r: file, hash: sha256.New()}
	if err := read(sum); err != nil {
		return fmt.Errorf("%s of run %d: %w", kind, r.Number, err)
	}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return err
	}
	if core.Digest(sum.hash.Sum(nil)) != of.Digest {
		return fmt.Errorf("%s of run %d: %w", kind, r.Number, run.ErrRecord)
	}
	return nil
}

type summing struct {
	r    io.Reader
	hash hash.Hash
}

func (s *summing) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.hash.Write(b[:n])
	return n, err
}

func (c *Campaign) offer(ctx context.Context, r run.Run) (o *session.Offer, err error) {
	err = c.open(ctx, r, Input, func(file io.Reader) (err error) {
		o, _, err = session.OpenOffer(file)
		return err
	})
	return o, err
}

func (c *Campaign) manifest(ctx context.Context, r run.Run) (m session.Manifest, err error) {
	err = c.open(ctx, r, Input, func(file io.Reader) (err error) {
		m, _, err = session.ReadManifest(file)
		return err
	})
	return m, err
}
