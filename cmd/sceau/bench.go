package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sceau/dossier"
	"sceau/internal/bench"
	"sceau/internal/demo"
	"sceau/internal/house"
	"sceau/internal/raised"
	"sceau/policy/sheets"
)

type benchVerb struct {
	Candidates int           `default:"600" help:"Candidates of the bulk import."`
	Seed       uint64        `default:"1" help:"Seed of the invented people."`
	Lasting    time.Duration `default:"5s" help:"How long each load lasts."`
	National   bool          `default:"true" negatable:"" help:"The admission of a whole country too."`
	Examples   string        `default:"docs/examples/demo" type:"existingdir" help:"Campaign, programmes, schools and missions."`
}

// Run measures on a house of its own, in a temporary folder, with real parts.
func (v benchVerb) Run(ctx context.Context, t *terminal) (err error) {
	home, err := os.MkdirTemp("", "sceau-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	// The verbs below find their home in the environment, as a person's would.
	if err := os.Setenv("SCEAU_HOME", home); err != nil {
		return err
	}
	quiet := &terminal{in: strings.NewReader(""), out: t.err, err: t.err}
	// One mission reads for minutes on end: under limits that it does not meet, and that
	// are counted all the same.
	d := demoVerb{Candidates: v.Candidates, Seed: v.Seed, Examples: v.Examples, sheets: filepath.Join(home, "policy", "raised")}
	if err := os.MkdirAll(d.sheets, 0o700); err != nil {
		return err
	}
	if err := raised.Sheets(sheets.Files, d.sheets); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.step(quiet, "down")) }()
	if err := d.furnish(quiet, home); err != nil {
		return err
	}
	return v.measure(ctx, t, home)
}

func (v benchVerb) measure(ctx context.Context, t *terminal, home string) error {
	sheet := bench.Sheet{Out: t.out}
	if v.National {
		program, err := os.Executable()
		if err != nil {
			return err
		}
		if err := sheet.National(ctx, program, home); err != nil {
			return err
		}
	}
	h, err := house.Open(ctx, home)
	if err != nil {
		return err
	}
	defer h.Close()
	table, err := h.Table(ctx)
	if err != nil {
		return err
	}
	if err := sheet.Seal(); err != nil {
		return err
	}
	if err := sheet.Decide(table, h.Catalogue); err != nil {
		return err
	}
	if err := sheet.Publish(ctx, h.Catalogue); err != nil {
		return err
	}
	ground, err := v.ground(ctx, h)
	if err != nil {
		return err
	}
	if err := sheet.Import(ctx, ground, v.Candidates, v.Seed+1); err != nil {
		return err
	}
	if err := sheet.ColdKeys(ctx, ground); err != nil {
		return err
	}
	if err := sheet.Reads(ctx, ground, v.Lasting); err != nil {
		return err
	}
	if err := sheet.Lists(ctx, ground, v.Seed+4); err != nil {
		return err
	}
	if err := sheet.Turn(ctx, ground, v.Lasting); err != nil {
		return err
	}
	if err := sheet.Forget(ctx, ground, v.Seed+3); err != nil {
		return err
	}
	return sheet.Creates(ctx, ground, v.Seed+2, v.Lasting)
}

// ground imports candidates and finds the examiner with the most of them.
func (v benchVerb) ground(ctx context.Context, h *house.House) (bench.Ground, error) {
	none := bench.Ground{}
	campaign, err := h.OnlyCampaign(ctx, "")
	if err != nil {
		return none, err
	}
	file := h.Path("bench.ndjson")
	if err := (generateVerb{Candidates: v.Candidates, Seed: v.Seed, Out: file}).Run(ctx, &terminal{in: strings.NewReader(""), out: os.Stderr, err: os.Stderr}); err != nil {
		return none, err
	}
	refs := map[int64]dossier.Ref{}
	if _, err := runImport(ctx, &terminal{err: os.Stderr}, h, campaign, file, func(a dossier.Arrival) { refs[a.Line] = a.Ref }); err != nil {
		return none, err
	}
	people, err := demo.ReadPeople(file, refs)
	if err != nil {
		return none, err
	}
	orders, err := readOrders(filepath.Join(v.Examples, "missions.ndjson"), h.Catalogue)
	if err != nil {
		return none, err
	}
	on, _ := time.Parse(time.DateOnly, "2026-04-15") // in PH3 of the examples
	best := bench.Ground{House: h, Campaign: campaign, On: on}
	for _, o := range orders {
		if o.Recipient != "R4b-exam" {
			continue
		}
		var mine []dossier.Ref
		for _, p := range people {
			for _, w := range p.Wishes {
				if w.Confirmed && len(o.Scopes.Programmes) > 0 && w.Programme == o.Scopes.Programmes[0] {
					mine = append(mine, p.Ref)
				}
			}
		}
		if len(mine) > len(best.Candidates) {
			best.Mission, best.Programme, best.Candidates = o.Mission, o.Scopes.Programmes[0], mine
		}
	}
	if len(best.Candidates) < 3 {
		return none, fmt.Errorf("no examiner of the examples has 3 candidates among %d: take more", v.Candidates)
	}
	best.Credential, err = h.Credential(best.Mission)
	return best, err
}
