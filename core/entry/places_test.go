package entry_test

import (
	"testing"

	"pgregory.net/rapid"

	"sceau/core/entry"
)

func TestAMinimumShareIsRoundedUpInTheCandidatesFavour(t *testing.T) {
	for _, tt := range []struct {
		places int64
		rate   int
		want   int64
	}{{30, 40, 12}, {31, 40, 13}, {1, 1, 1}, {0, 40, 0}, {30, 0, 0}, {30, 100, 30}, {1<<31 - 1, 100, 1<<31 - 1}} {
		if got := entry.MinimumShare(tt.places, tt.rate); got != tt.want {
			t.Errorf("%d %% of %d places: %d, want %d", tt.rate, tt.places, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.Int64Range(0, 1<<31).Draw(t, "places")
		rate := rapid.IntRange(0, 100).Draw(t, "rate")
		if n := entry.MinimumShare(places, rate); 100*n < places*int64(rate) || n > 0 && 100*(n-1) >= places*int64(rate) {
			t.Fatalf("%d of %d places for a minimum of %d %%", n, places, rate)
		}
	})
}
