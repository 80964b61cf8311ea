package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/synth"
)

// A Ground is a house with a campaign in it, a mission and the candidates of its
// programme: what the rows end to end are measured on.
type Ground struct {
	House      *house.House
	Campaign   string
	Mission    string
	Programme  string // that the mission examines
	Credential dossier.Credential
	Candidates []dossier.Ref
	On         time.Time
}

// thirty are the items of an examination: schooling and wish, in clear codes, over
// seven sealed tables.
var thirty = []catalogue.ItemID{
	"A08.01", "A08.02", "A08.03", "A08.04", "A08.05", "A08.06", "A08.12", "A08.14", "A08.16",
	"A09.06", "A09.07", "A10.01", "A10.02", "A10.03", "A10.04", "A10.05", "A10.06",
	"A12.03", "A12.04", "A12.05", "A12.06", "A12.07", "A12.13", "A12.17",
	"A07.17", "A07.18", "A15.01", "A15.02", "A15.05", "A15.X1",
}

// Peers, on the same kind of machine: a comparable vault (Databunker) creates and
// reads one record of 200 bytes under one key, without a key per field.
const (
	peerCreates = 543.0
	peerReads   = 1105.0
)

// Reads measures a dossier read end to end: mission, routing, table, ciphertext,
// durable trace, keys, thirty items.
func (s Sheet) Reads(ctx context.Context, g Ground, lasting time.Duration) error {
	gate, err := g.House.Gate(ctx)
	if err != nil {
		return err
	}
	for _, clients := range []int{1, 8, 64} {
		l, err := run(ctx, clients, lasting, g.read(gate))
		if err != nil {
			return err
		}
		s.load(fmt.Sprintf("dossier-read/c%d", clients), l)
		if clients == 8 {
			s.Row("dossier-read/c8-to-peer", l.perSecond/peerReads, "x-of-databunker")
		}
	}
	return nil
}

// read has one candidate after the other read by the examiner.
func (g Ground) read(gate *dossier.Gate) func(context.Context, int) error {
	return func(ctx context.Context, call int) error {
		v, err := gate.Read(ctx, dossier.Ask{Mission: g.Mission, Credential: g.Credential, Purpose: "P1", On: g.On,
			Candidate: g.Candidates[call%len(g.Candidates)], Items: thirty})
		if err == nil && len(v.Fields) < 20 {
			err = fmt.Errorf("%d fields answered: the measure would be of nothing", len(v.Fields))
		}
		return err
	}
}

// Creates measures single registrations taken in at once by eight clients, each
// durable when it is answered: what a candidate enters on the day of opening, without
// the school's records and the documents that come later.
func (s Sheet) Creates(ctx context.Context, g Ground, seed uint64, lasting time.Duration) error {
	in, err := g.House.Intake(ctx, g.Campaign)
	if err != nil {
		return err
	}
	lines, err := generated(ctx, registrations, seed)
	if err != nil {
		return err
	}
	for i := range lines {
		if lines[i], err = registration(g.House.Catalogue, lines[i]); err != nil {
			return err
		}
	}
	var cells atomic.Int64
	l, err := run(ctx, 8, lasting, func(ctx context.Context, call int) error {
		if call >= len(lines) {
			return errors.New("too few dossiers were generated for this machine")
		}
		entry, err := in.Create(ctx, g.Campaign, lines[call])
		if err == nil && entry.Refused != nil {
			err = entry.Refused
		}
		cells.Store(int64(entry.Cells))
		return err
	})
	if err != nil {
		return err
	}
	s.load("dossier-create/c8", l)
	s.Row("dossier-create/c8-fields", float64(cells.Load()), "each")
	s.Row("dossier-create/c8-to-peer", l.perSecond/peerCreates, "x-of-databunker")
	return nil
}

// registrations are more than any machine enters while a load lasts.
const registrations = 8000

// registration keeps of a generated dossier what stands once, one wish and one
// responsible, without documents.
func registration(c *catalogue.Catalogue, line []byte) ([]byte, error) {
	var d map[string]json.RawMessage
	if err := json.Unmarshal(line, &d); err != nil {
		return nil, errors.New("a generated line is not JSON")
	}
	for name, value := range d {
		it, ok := c.ItemNamed(name)
		switch {
		case ok && it.Kind != "document":
		case name == "per_wish" || name == "per_responsible":
			var records []json.RawMessage
			if err := json.Unmarshal(value, &records); err != nil {
				return nil, errors.New("a generated list is not one")
			}
			kept, err := json.Marshal(records[:min(1, len(records))])
			if err != nil {
				return nil, err
			}
			d[name] = kept
		default:
			delete(d, name)
		}
	}
	return json.Marshal(d)
}

// Import measures a bulk import, in fields a second.
func (s Sheet) Import(ctx context.Context, g Ground, candidates int, seed uint64) error {
	in, err := g.House.Intake(ctx, g.Campaign)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := synth.Generate(ctx, &file, nil, synth.Options{Candidates: candidates, Seed: seed}); err != nil {
		return err
	}
	r, err := in.Import(ctx, g.Campaign, bytes.NewReader(file.Bytes()), dossier.ImportOptions{Source: fmt.Sprintf("bench-%d", seed)})
	if err != nil {
		return err
	}
	s.Row("import", r.FieldsPerSecond, "fields/s")
	s.Row("import-dossiers", float64(r.Entered)/r.Seconds, "/s")
	s.Row("import-refused", float64(len(r.Refused)), "lines")
	return nil
}

func generated(ctx context.Context, n int, seed uint64) ([][]byte, error) {
	var file bytes.Buffer
	if err := synth.Generate(ctx, &file, nil, synth.Options{Candidates: n, Seed: seed}); err != nil {
		return nil, err
	}
	return bytes.SplitAfter(bytes.TrimSpace(file.Bytes()), []byte("\n")), nil
}
