package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/synth"
)

// examination are the branches of what an examiner reads.
var examination = []crypto.Branch{{Class: "schooling", Fate: "coded"}, {Class: "schooling", Fate: "other"}, {Class: "choices", Fate: "coded"}, {Class: "file"}}

// ColdKeys measures the keys of a cold dossier against one bare call to Vault, and those
// of one that is in memory.
func (s Sheet) ColdKeys(ctx context.Context, g Ground) error {
	ring, bare, err := g.House.ColdRing("agents")
	if err != nil {
		return err
	}
	halves := func(c dossier.Ref) error {
		halves, err := ring.Halves(ctx, g.Campaign, c, examination...)
		for _, h := range halves {
			h.Zero()
		}
		return err
	}
	// Branch keys are there before anybody asks; the person's secret is not.
	if err := halves(g.Candidates[0]); err != nil {
		return err
	}
	var cold, warm, call time.Duration
	n := 0
	for _, c := range g.Candidates[1:min(len(g.Candidates), 200)] {
		for _, took := range []*time.Duration{&cold, &warm} {
			from := time.Now()
			if err := halves(c); err != nil {
				return err
			}
			*took += time.Since(from)
		}
		from := time.Now()
		if err := bare(ctx, g.Campaign, c); err != nil {
			return err
		}
		call += time.Since(from)
		n++
	}
	if n == 0 {
		return errors.New("too few candidates for a cold dossier")
	}
	s.Row("cold-keys", cold.Seconds()/call.Seconds(), "x-of-one-vault-call")
	s.Row("warm-keys", warm.Seconds()/call.Seconds(), "x-of-one-vault-call")
	return nil
}

// Turn measures a rotation of every wrapping key, alone and under a load of readers, of
// whom none may be refused. Persons are candidates: each has some seven units.
func (s Sheet) Turn(ctx context.Context, g Ground, lasting time.Duration) error {
	gate, err := g.House.Gate(ctx)
	if err != nil {
		return err
	}
	turn := func(ctx context.Context) (units int64, took time.Duration, err error) {
		job, _, err := g.House.KeyJob(ctx, nil)
		if err != nil {
			return 0, 0, err
		}
		from := time.Now()
		turns, err := job.RotateWraps(ctx, g.Campaign)
		for _, t := range turns {
			if t.Role == crypto.RolePerson {
				units = t.Verified
			}
		}
		return units, time.Since(from), err
	}
	persons, err := g.persons(ctx)
	if err != nil {
		return err
	}
	units, took, err := turn(ctx)
	if err != nil {
		return err
	}
	s.Row("epoch-turn", float64(persons)/took.Seconds(), "persons/s")
	s.Row("epoch-turn-units", float64(units)/took.Seconds(), "units/s")

	turning, stop := context.WithCancel(ctx)
	defer stop()
	turned := make(chan error, 1)
	rounds := 0
	go func() {
		for turning.Err() == nil {
			if _, _, err := turn(ctx); err != nil {
				turned <- err
				return
			}
			rounds++
		}
		turned <- nil
	}()
	l, err := run(ctx, 8, lasting, g.read(gate)) // a refused read ends it
	stop()
	if err = errors.Join(err, <-turned); err != nil {
		return err
	}
	s.load("dossier-read/c8-while-keys-turn", l)
	s.Row("turns-meanwhile", float64(rounds), "each")
	return nil
}

// persons counts the candidates of the campaign: who has a secret for health.
func (g Ground) persons(ctx context.Context) (int64, error) {
	status, err := g.House.KeyStatus(ctx, g.Campaign)
	if err != nil {
		return 0, err
	}
	for _, k := range status.Keys {
		if k.Role != crypto.RoleOwn {
			continue
		}
		var n int64
		for _, of := range k.Wraps {
			n += of
		}
		return n, nil
	}
	return 0, errors.New("no class has secrets of its own")
}

// Forget measures how long it takes to forget a candidate who came in a moment ago.
func (s Sheet) Forget(ctx context.Context, g Ground, seed uint64) error {
	const forgotten = 40
	in, err := g.House.Intake(ctx, g.Campaign)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := synth.Generate(ctx, &file, nil, synth.Options{Candidates: forgotten, Seed: seed}); err != nil {
		return err
	}
	var refs []dossier.Ref
	_, err = in.Import(ctx, g.Campaign, bytes.NewReader(file.Bytes()), dossier.ImportOptions{Source: fmt.Sprintf("bench-%d", seed),
		Arrived: func(a dossier.Arrival) { refs = append(refs, a.Ref) }})
	if err != nil {
		return err
	}
	f, err := g.House.Forgetting(ctx)
	if err != nil {
		return err
	}
	var times []time.Duration
	for _, ref := range refs {
		from := time.Now()
		if _, err := f.Forget(ctx, g.Campaign, dossier.Target{Candidate: ref}, "operator:bench"); err != nil {
			return err
		}
		times = append(times, time.Since(from))
	}
	slices.Sort(times)
	s.Row("forget-p50", float64(times[len(times)/2].Microseconds())/1000, "ms")
	s.Row("forget-max", float64(times[len(times)-1].Microseconds())/1000, "ms")
	return nil
}
