package entry_test

import (
	"testing"

	"sceau/core/entry"
)

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
