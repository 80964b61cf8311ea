package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
)

// Lists measures a page of 200 files of one programme: their numbers alone, and with
// thirty items of each, beside what as many single readings take in the same minute.
func (s Sheet) Lists(ctx context.Context, g Ground, seed uint64) error {
	if err := g.fill(ctx, dossier.MostRows+20, seed); err != nil {
		return err
	}
	gate, err := g.House.Gate(ctx)
	if err != nil {
		return err
	}
	ask := dossier.ListAsk{Ask: dossier.Ask{Mission: g.Mission, Credential: g.Credential, Purpose: "P1", On: g.On,
		Scope: dossier.Scope{Kind: dossier.ScopeProgramme, ID: g.Programme}}}
	var numbers []dossier.FileNo
	page := func(items ...catalogue.ItemID) func() error {
		return func() error {
			of := ask
			of.Items = items
			p, err := gate.List(ctx, of)
			if err != nil {
				return err
			}
			defer p.Forget()
			if len(p.Rows) != dossier.MostRows || len(items) > 0 && len(p.Rows[0].View.Fields) < 20 {
				return fmt.Errorf("a page of %d files: the measure would be of nothing", len(p.Rows))
			}
			numbers = numbers[:0]
			for _, r := range p.Rows {
				numbers = append(numbers, r.File)
			}
			return nil
		}
	}
	read := func(no dossier.FileNo) error {
		of := ask.Ask
		of.File, of.Items = no, thirty
		v, err := gate.Read(ctx, of)
		v.Forget()
		return err
	}
	one := func() error { return read(numbers[0]) }
	each := func() error {
		for _, no := range numbers {
			if err := read(no); err != nil {
				return err
			}
		}
		return nil
	}
	// As many clients as the page opens at once, and more than any machine here has cores.
	together := func() error {
		errs := make([]error, 16)
		var wait sync.WaitGroup
		for k := range errs {
			wait.Go(func() {
				for i := k; i < len(numbers) && errs[k] == nil; i += len(errs) {
					errs[k] = read(numbers[i])
				}
			})
		}
		wait.Wait()
		return errors.Join(errs...)
	}
	// Once before, so that every secret is in memory for all of them.
	if err := page(thirty...)(); err != nil {
		return err
	}
	took, err := inTurns(9, page(), page(thirty...), one, each, together)
	if err != nil {
		return err
	}
	bare, full := took[0], took[1]
	s.Row("list-page", ms(bare), "ms")
	s.Row("list-page/of-reads", bare.Seconds()/took[2].Seconds(), "x-of-one-read")
	s.Row("list-page/items", ms(full), "ms")
	s.Row("list-page/items/of-reads", full.Seconds()/took[3].Seconds(), "x-of-200-reads")
	s.Row("list-page/items/of-reads-at-once", full.Seconds()/took[4].Seconds(), "x-of-200-reads-by-16-clients")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// inTurns does several things one after the other, again and again, and gives the median
// of each: a busy minute slows all of them.
func inTurns(rounds int, work ...func() error) ([]time.Duration, error) {
	times := make([][]time.Duration, len(work))
	for range rounds {
		for i, do := range work {
			from := time.Now()
			if err := do(); err != nil {
				return nil, err
			}
			times[i] = append(times[i], time.Since(from))
		}
	}
	medians := make([]time.Duration, len(work))
	for i := range times {
		slices.Sort(times[i])
		medians[i] = times[i][rounds/2]
	}
	return medians, nil
}

// fill imports candidates who all confirmed a wish for the programme of the mission.
func (g Ground) fill(ctx context.Context, n int, seed uint64) error {
	lines, err := generated(ctx, n, seed)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	for _, line := range lines {
		var d map[string]json.RawMessage
		var wishes []map[string]json.RawMessage
		if json.Unmarshal(line, &d) != nil || json.Unmarshal(d["per_wish"], &wishes) != nil || len(wishes) == 0 {
			return errors.New("a generated line has no wishes")
		}
		wishes[0]["wish_target_programme"], wishes[0]["wish_confirmation_date"] = json.RawMessage(`"`+g.Programme+`"`), json.RawMessage(`"2026-03-20"`)
		if d["per_wish"], err = json.Marshal(wishes); err != nil {
			return err
		}
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		file.Write(append(text, '\n'))
	}
	in, err := g.House.Intake(ctx, g.Campaign)
	if err != nil {
		return err
	}
	_, err = in.Import(ctx, g.Campaign, bytes.NewReader(file.Bytes()), dossier.ImportOptions{Source: fmt.Sprintf("bench-%d", seed)})
	return err
}
