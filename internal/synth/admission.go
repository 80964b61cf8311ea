package synth

import (
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json"

	offers "sceau/core/session"
)

// WriteOffer writes what the programmes of a reference offer to so many candidates, one
// JSON object a line, as `sceau admission offer` takes it: the groups in which boards
// rank, rates in the proportions of real ones, places for nine candidates in ten, and a
// boarding school for each programme that has one.
func WriteOffer(w io.Writer, reference *Offer, candidates int) error {
	capacity := 0
	for _, p := range reference.Programmes {
		capacity += p.Capacity
	}
	scale := 0.9 * float64(candidates) / float64(max(1, capacity))
	line := func(v any) error {
		text, err := json.Marshal(v, json.Deterministic(true))
		if err == nil {
			_, err = w.Write(append(text, '\n'))
		}
		return err
	}
	for i, p := range reference.Programmes {
		if err := programmeOffer(line, i, p, scale); err != nil {
			return fmt.Errorf("writing an offer: %w", err)
		}
	}
	return nil
}

// programmeOffer writes the lines of one programme. Rates follow from its number, so that
// the same reference offers the same.
func programmeOffer(line func(any) error, i int, p Programme, scale float64) error {
	g := offers.Group{Selective: p.Selective, Apprenticeship: p.has(flagApprenticeship), BursaryMin: 6 + i*7%19}
	g.Programme = p.ID
	labels := rankingGroups[otherBac:]
	if p.Selective {
		labels = rankingGroups[:]
	} else {
		most := 1 + i*5%25
		g.NonResidentMax = &most
	}
	if p.has(flagBoarding) {
		g.Beds.Mixed = "I-" + p.ID
	}
	places := int64(0)
	for k, label := range labels {
		share := 1.0
		if len(labels) > 1 { // the first list is of most candidates, and each has a place at least
			share = [...]float64{0.6, 0.2, 0.15, 0.05}[k]
		}
		g.Group = label
		g.Places = max(1, int64(math.Round(float64(p.Capacity)*scale*share)))
		places += g.Places
		if err := line(g); err != nil {
			return err
		}
	}
	// A canary's list is none of these, and its programme says that it takes no part.
	others := offers.Group{Others: true}
	others.Programme = p.ID
	if err := line(others); err != nil || g.Beds.Mixed == "" {
		return err
	}
	return line(offers.BoardingSchool{ID: g.Beds.Mixed, Beds: max(1, places/3), GroupOrder: true})
}
