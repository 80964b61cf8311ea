package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"sceau/internal/synth"
)

type generateVerb struct {
	Candidates int    `required:"" placeholder:"N" help:"How many candidates."`
	Seed       uint64 `default:"1" help:"The same seed gives the same bytes."`
	Out        string `required:"" placeholder:"FILE" help:"Where the dossiers go, one JSON object a line."`
	Canaries   string `placeholder:"FILE" help:"Where the marker strings of the canary candidates go."`
	Session    int    `placeholder:"YEAR" help:"The year of the campaign."`
	Edge       bool   `help:"Put every edge case at the head of the file."`
	Reference  string `placeholder:"FOLDER" type:"existingdir" help:"Folder with programmes.csv and schools.csv; the demonstration's by default."`
	Offer      string `placeholder:"FILE" help:"Where what programmes offer to so many goes, for sceau admission offer."`
	Large      bool   `help:"Documents of 30 to 300 kB instead of small ones."`
}

func (v generateVerb) Run(ctx context.Context, t *terminal) error {
	o := synth.Options{Candidates: v.Candidates, Seed: v.Seed, Session: v.Session, Edge: v.Edge}
	if v.Large {
		o.Documents = synth.LargeDocuments
	}
	if v.Reference != "" {
		offer, err := synth.ReadReference(v.Reference)
		if err != nil {
			return err
		}
		o.Reference = offer
	}
	bar := newBar(t, "generating", int64(v.Candidates))
	o.Progress = func(n int) { bar.set(int64(n)) }
	err := writeWhole(v.Out, func(out *bufio.Writer) error {
		if v.Canaries == "" {
			return synth.Generate(ctx, out, nil, o)
		}
		return writeWhole(v.Canaries, func(marks *bufio.Writer) error { return synth.Generate(ctx, out, marks, o) })
	})
	bar.end()
	if err == nil && v.Offer != "" {
		err = v.writeOffer(o.Reference)
	}
	if err == nil {
		fmt.Fprintf(t.err, "%d dossiers of invented people, seed %d, in %s\n", v.Candidates, v.Seed, v.Out)
	}
	return err
}

func (v generateVerb) writeOffer(reference *synth.Offer) (err error) {
	if reference == nil {
		if reference, err = synth.DefaultReference(); err != nil {
			return err
		}
	}
	return writeWhole(v.Offer, func(w *bufio.Writer) error { return synth.WriteOffer(w, reference, v.Candidates) })
}

// writeWhole writes a file beside its place and puts it there when it is whole: a
// kill leaves no half file that looks like one. It is for its owner's eyes.
func writeWhole(path string, write func(*bufio.Writer) error) (err error) {
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path+".part"))
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(write(w), w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}
