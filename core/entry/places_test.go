package entry_test

import (
	"testing"

	"pgregory.net/rapid"

	"sceau/core/entry"
)

func TestAMinimumRateIsRoundedUpInTheCandidatesFavour(t *testing.T) {
	for _, tt := range []struct {
		places   []int64
		minimums []int
		refused  bool
	}{
		{[]int64{18, 12}, []int{0, 40}, false},
		{[]int64{19, 11}, []int{0, 40}, true},
		{[]int64{18, 13}, []int{0, 40}, false}, // 12.4 of 31
		{[]int64{19, 12}, []int{0, 40}, true},
		{[]int64{0, 1}, []int{0, 1}, false},
		{[]int64{1, 0}, []int{0, 1}, true},
		{[]int64{0, 0}, []int{0, 40}, false},
		{[]int64{30}, []int{100}, false},
		{[]int64{33, 33, 34}, []int{33, 33, 34}, false},
		{[]int64{3, 3, 4}, []int{33, 33, 34}, true}, // they ask for 12 of 10
		{nil, nil, false},
		{[]int64{30}, []int{101}, true},
		{[]int64{30}, []int{-1}, true},
		{[]int64{-1, 31}, []int{0, 0}, true},
		{[]int64{1 << 40}, []int{0}, true},
		{[]int64{30}, nil, true},
	} {
		if err := entry.CheckShares(tt.places, tt.minimums); (err != nil) != tt.refused {
			t.Errorf("places %d, minimums %d: %v", tt.places, tt.minimums, err)
		}
	}
}

func TestASplitKeepsEachMinimumAndAsksForNoPlaceMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.Int64Range(0, 5000).Draw(t, "places")
		rate := rapid.IntRange(0, 100).Draw(t, "rate")
		n := entry.MinimumShare(places, rate)
		if 100*n < places*int64(rate) || n > 0 && 100*(n-1) >= places*int64(rate) {
			t.Fatalf("%d of %d places for a minimum of %d %%", n, places, rate)
		}
		if err := entry.CheckShares([]int64{places - n, n}, []int{0, rate}); err != nil {
			t.Fatal(err)
		}
		if n > 0 && entry.CheckShares([]int64{places - n + 1, n - 1}, []int{0, rate}) == nil {
			t.Fatalf("%d of %d places pass for a minimum of %d %%", n-1, places, rate)
		}
	})
}

func TestRatesBecomeTheMinimumsOfTheCallOrder(t *testing.T) {
	for _, tt := range []struct {
		name              string
		rates             entry.Rates
		selective         bool
		bursary, resident int
		refused           bool
	}{
		{"both rates of a programme that does not select", entry.Rates{BursaryMin: 20, NonResidentMax: 5}, false, 20, 95, false},
		{"no rate", entry.NoRates, false, 0, 0, false},
		{"no non-resident at all", entry.Rates{NonResidentMax: 0}, false, 0, 100, false},
		{"a bursary rate of a selective programme", entry.Rates{BursaryMin: 20, NonResidentMax: 100}, true, 20, 0, false},
		{"a resident rate of a selective programme", entry.Rates{BursaryMin: 20, NonResidentMax: 99}, true, 0, 0, true},
		{"a bursary rate above all", entry.Rates{BursaryMin: 101, NonResidentMax: 100}, false, 0, 0, true},
		{"a bursary rate below nothing", entry.Rates{BursaryMin: -1, NonResidentMax: 100}, false, 0, 0, true},
		{"a maximum above all", entry.Rates{NonResidentMax: 101}, false, 0, 0, true},
		{"a maximum below nothing", entry.Rates{NonResidentMax: -1}, false, 0, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bursary, resident, err := tt.rates.Minimums(tt.selective)
			if bursary != tt.bursary || resident != tt.resident || (err != nil) != tt.refused {
				t.Errorf("%d, %d (%v), want %d, %d", bursary, resident, err, tt.bursary, tt.resident)
			}
		})
	}
}
