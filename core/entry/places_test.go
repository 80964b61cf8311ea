package entry_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sceau/core/entry"
)

func TestAMinimumRateIsRoundedUpInTheCandidatesFavour(t *testing.T) {
	for _, tt := range []struct {
		places   int64
		minimums []int
		want     []int64 // nil: refused
	}{
		{30, []int{40}, []int64{12, 18}},
		{31, []int{40}, []int64{13, 18}},
		{1, []int{1}, []int64{1, 0}},
		{0, []int{40}, []int64{0, 0}},
		{30, []int{0}, []int64{0, 30}},
		{30, []int{100}, []int64{30, 0}},
		{30, nil, []int64{30}},
		{10, []int{33, 33, 34}, nil},
		{100, []int{33, 33, 34}, []int64{33, 33, 34, 0}},
		{1, []int{50, 50}, nil},
		{30, []int{101}, nil},
		{30, []int{-1}, nil},
		{-1, []int{40}, nil},
		{1 << 40, []int{40}, nil},
	} {
		got, err := entry.SplitPlaces(tt.places, tt.minimums...)
		if (err != nil) != (tt.want == nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%d places, minimums %d: %d (%v), want %d", tt.places, tt.minimums, got, err, tt.want)
		}
	}
}

func TestASplitLosesNoPlaceAndKeepsEachMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.Int64Range(0, 5000).Draw(t, "places")
		rates := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 3).Draw(t, "rates")
		split, err := entry.SplitPlaces(places, rates...)
		if err != nil {
			return
		}
		sum := int64(0)
		for i, n := range split {
			sum += n
			if i < len(rates) && (100*n < places*int64(rates[i]) || n > 0 && 100*(n-1) >= places*int64(rates[i])) {
				t.Fatalf("%d of %d places for a minimum of %d %%", n, places, rates[i])
			}
		}
		if sum != places || split[len(split)-1] < 0 {
			t.Fatalf("%d places are split into %d", places, split)
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
