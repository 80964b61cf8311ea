package campaign_test

import (
	"testing"
	"time"

	"sceau/core"
	"sceau/core/campaign"
	"sceau/core/coretest"
)

// A day in which a tenth of the national instance gets its first proposals, none of which
// anybody answers.
func BenchmarkFirstDayAndItsLapse(b *testing.B) {
	const candidates, groups, wishes = 91_700, 2_100, 1_180_000
	roll := &core.Roll{Candidates: candidates, Programme: make([]int32, groups)}
	w := &roll.Wishes
	cfg := campaign.Config{Calendar: coretest.Calendar(b, "", 2023), Roll: roll, Track: make([]core.Track, candidates), Answer: make([]core.InstitutionAnswer, wishes)}
	cfg.ReservationEnd = cfg.Calendar.DateOf(20)
	for i := range wishes {
		w.Candidate = append(w.Candidate, core.Candidate(i*7919%candidates))
		w.Group = append(w.Group, int32(i%groups))
		w.CallRank = append(w.CallRank, int32(i/groups+1))
		cfg.Answer[i] = core.OnHold
	}
	w.ShownRank, w.Kind = w.CallRank, make([]core.Kind, wishes)
	first := cfg.Calendar.Opening.Starts().Add(6 * time.Hour)
	for b.Loop() {
		s, err := campaign.New(cfg)
		if err != nil {
			b.Fatal(err)
		}
		d, err := s.Freeze(first, make([]core.Group, groups), nil)
		if err != nil {
			b.Fatal(err)
		}
		o := campaign.Outcome{Status: d.Status, WaitingRank: make([]int32, wishes)}
		for i, rank := range w.CallRank {
			if rank < 130 {
				o.Status[i] = core.Proposed
			}
		}
		if err := s.Publish(first, o); err != nil {
			b.Fatal(err)
		}
		if n, err := s.Lapse(first.AddDate(0, 0, 5)); err != nil || n != groups*129 {
			b.Fatalf("%d proposals lapse: %v", n, err)
		}
	}
}
