package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"sceau/internal/parts"
	"sceau/internal/scan"
)

type scanVerb struct {
	Canaries string   `required:"" type:"existingfile" help:"The canaries, as generate wrote them."`
	Exclude  []string `help:"Files that hold the canaries by design; they are named in the report."`
	JSON     bool     `help:"Print JSON." name:"json"`
	Paths    []string `arg:"" optional:"" help:"Places to scan. None: everything the parts and this home keep, with a dump and a base backup of each cluster."`
}

func (v scanVerb) Run(ctx context.Context, t *terminal) error {
	canaries, err := readFile(v.Canaries, func(r io.Reader) ([]scan.Canary, error) { return scan.ReadCanaries(r) })
	if err != nil {
		return err
	}
	scanner, err := scan.New(canaries, scan.Options{Exclude: append(v.Exclude, v.Canaries)})
	if err != nil {
		return err
	}
	aside, err := os.MkdirTemp("", "sceau-scan-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	control, err := scanner.Control(ctx, filepath.Join(aside, "control"))
	if err != nil {
		return err
	}
	places, err := v.places(ctx, t, aside)
	if err != nil {
		return err
	}
	report, scanErr := scanner.Run(ctx, &control, nil, places...)
	if v.JSON {
		err = printJSON(t, report)
	} else {
		err = printScan(t, report)
	}
	return errors.Join(err, scanErr)
}

func (v scanVerb) places(ctx context.Context, t *terminal, aside string) ([]scan.Place, error) {
	if len(v.Paths) > 0 {
		places := make([]scan.Place, len(v.Paths))
		for i, p := range v.Paths {
			places[i] = scan.Place{Name: p, Path: p}
		}
		return places, nil
	}
	home := parts.DefaultHome()
	produced, err := scan.Produce(ctx, home, aside, func(what string) { fmt.Fprintln(t.err, "sceau:", what) })
	if err != nil {
		return nil, err
	}
	places, err := scan.Places(home)
	return append(places, produced...), err
}

func printScan(t *terminal, r scan.Report) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLACE\tFILES\tMB\tFOUND")
	least := r.Control.Canaries
	for _, e := range r.Control.Encodings {
		least = min(least, e.Found)
	}
	fmt.Fprintf(w, "positive control, %d encodings each\t\t\t%d of %d\n", len(r.Control.Encodings), least, r.Control.Canaries)
	for _, p := range append(r.Seen, r.Places...) {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%d of %d\n", p.Place, p.Files, float64(p.Bytes)/1e6, p.Found, p.Canaries)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, x := range r.Excluded {
		fmt.Fprintln(t.out, "excluded:", x)
	}
	verdict := "nothing in clear"
	if !r.Clean {
		verdict = "NOT CLEAN"
	}
	_, err := fmt.Fprintf(t.out, "%d canaries of %d candidates, %d files, %.0f MB, %.1f s: %s\n",
		r.Canaries, r.Candidates, r.Files, float64(r.Bytes)/1e6, r.Seconds, verdict)
	return err
}
