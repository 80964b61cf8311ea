package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"sceau/internal/parts"
	"sceau/internal/scan"
)

type scanVerb struct {
	Canaries string   `required:"" placeholder:"FILE" type:"existingfile" help:"The canaries, as generate wrote them."`
	Exclude  []string `placeholder:"FILE" help:"Files that hold the canaries by design; they are named in the report."`
	Process  []int    `placeholder:"PID" help:"Processes whose memory is scanned too, as root: what sceau serve holds."`
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
	// A table in clear on a throwaway server: the scanner must see into the very
	// kinds of files that it then finds nothing in.
	decoy, err := v.decoy(ctx, scanner)
	if err != nil {
		return err
	}
	report, scanErr := scanner.Run(ctx, &control, decoy, places...)
	if v.JSON {
		err = printJSON(t, report)
	} else {
		err = printScan(t, report)
	}
	return errors.Join(err, scanErr)
}

func (v scanVerb) decoy(ctx context.Context, s *scan.Scanner) ([]scan.Result, error) {
	if len(v.Paths) > 0 {
		return nil, nil // files of the caller's choosing: the control in files is enough
	}
	return s.Decoy(ctx)
}

func (v scanVerb) places(ctx context.Context, t *terminal, aside string) ([]scan.Place, error) {
	var live []scan.Place
	for _, pid := range v.Process {
		live = append(live, scan.Place{PID: pid})
	}
	if len(v.Paths) > 0 {
		for _, p := range v.Paths {
			live = append(live, scan.Place{Name: p, Path: p})
		}
		return live, nil
	}
	home := parts.DefaultHome()
	produced, err := scan.Produce(ctx, home, aside, func(what string) { fmt.Fprintln(t.err, "sceau:", what) })
	if err != nil {
		return nil, err
	}
	places, err := scan.Places(home)
	return slices.Concat(places, produced, live), err
}

func printScan(t *terminal, r scan.Report) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLACE\tFILES\tMB\tFOUND")
	fmt.Fprintf(w, "positive control: %s\t\t\t\n", r.Control)
	for _, p := range r.Seen {
		fmt.Fprintf(w, "positive control: %s\t%d\t%.1f\t%d of %d\n", p.Place, p.Files, float64(p.Bytes)/1e6, p.Found, p.Canaries)
	}
	for _, p := range r.Places {
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
