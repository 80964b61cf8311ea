package synth

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/go-json-experiment/json"

	"sceau/core"
	rules "sceau/core/entry"
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
	g.Programme, g.Act = p.ID, core.Act("cev-"+strings.ToLower(p.ID))
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
	places, shares := divide(p, len(labels), scale)
	total := int64(0)
	for k, label := range labels {
		g.Group, g.Places, g.MinShare = label, places[k], shares[k]
		total += g.Places
		if err := line(g); err != nil {
			return err
		}
	}
	// A canary's list is none of these, and its programme says that it takes no part.
	others := offers.Group{Others: true, Act: g.Act}
	others.Programme = p.ID
	if err := line(others); err != nil || g.Beds.Mixed == "" {
		return err
	}
	return line(offers.BoardingSchool{ID: g.Beds.Mixed, Beds: max(1, total/3), GroupOrder: true})
}

// divide gives the places of each list of a programme, and the minimum share that the law
// gives one of them in STS and IUT.
func divide(p Programme, lists int, scale float64) (places []int64, shares []int) {
	places, shares = make([]int64, lists), make([]int, lists)
	total := int64(0)
	for k := range places {
		share := 1.0
		if lists > 1 { // the first list is of most candidates, and each has a place at least
			share = [...]float64{0.6, 0.2, 0.15, 0.05}[k]
		}
		places[k] = max(1, int64(math.Round(float64(p.Capacity)*scale*share)))
		total += places[k]
	}
	to, rate := minimumShare(p.Track)
	if rate == 0 || lists == 1 || p.has(flagApprenticeship) {
		return places, shares
	}
	shares[to] = rate
	if short := rules.MinimumShare(total, rate) - places[to]; short > 0 {
		places[0], places[to] = places[0]-short, places[to]+short
	}
	return places, shares
}

func minimumShare(track string) (list, rate int) {
	switch track {
	case "BTS":
		return int(professional), 15
	case "BUT":
		return int(technological), 20
	}
	return 0, 0
}
