package synth

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
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
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for i, p := range reference.Programmes {
		g := map[string]any{"programme": p.ID}
		if p.Selective {
			g["selective"] = true
		}
		if p.has(flagApprenticeship) {
			g["apprenticeship"] = true
		}
		labels := []string{rankingGroups[otherBac]}
		if p.Selective {
			labels = slices.Clone(rankingGroups[:])
		}
		// From the number of the programme, so that the same reference offers the same.
		rate := 6 + i*7%19
		g["bursary_min"] = rate
		if !p.Selective {
			g["nonresident_max"] = 1 + i*5%25
		}
		var school string
		if p.has(flagBoarding) {
			school = "I-" + p.ID
			g["beds"] = map[string]string{"mixed": school}
		}
		places := 0
		for k, label := range labels {
			g["group"] = label
			// Each list has at least a place; the first, of most candidates, has most.
			n := max(1, int(math.Round(float64(p.Capacity)*scale*[...]float64{0.6, 0.2, 0.15, 0.05}[k])))
			if len(labels) == 1 {
				n = max(1, int(math.Round(float64(p.Capacity)*scale)))
			}
			g["places"] = n
			places += n
			if err := out.Encode(g); err != nil {
				return err
			}
		}
		// A canary's list is none of these, and its programme says that it takes no part.
		if err := out.Encode(map[string]any{"programme": p.ID, "others": true, "places": 0}); err != nil {
			return err
		}
		if school == "" {
			continue
		}
		if err := out.Encode(map[string]any{"boarding": school, "beds": max(1, places/3), "group_order": true}); err != nil {
			return fmt.Errorf("writing an offer: %w", err)
		}
	}
	return nil
}
