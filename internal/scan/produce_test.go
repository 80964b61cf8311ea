package scan

import (
	"errors"
	"os"
	"testing"

	"sceau/internal/parts"
)

func TestATableInClearIsSeenWhereverAServerKeepsIt(t *testing.T) {
	if os.Getenv("SCEAU_SKIP_PARTS") == "1" {
		t.Skip("needs real parts, and SCEAU_SKIP_PARTS=1 says there are none")
	}
	s := scanner(t, people(800), Options{})
	seen, err := s.Decoy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != 5 {
		t.Errorf("seen in %d places, want 5", len(seen))
	}
	for _, r := range seen {
		if r.Found != 800 {
			t.Errorf("%s: found %d of 800", r.Place, r.Found)
		}
	}
}

func TestWhatIsNotUpIsNotScanned(t *testing.T) {
	_, err := Produce(t.Context(), t.TempDir(), t.TempDir(), func(string) {})
	var none *parts.NoHomeError
	if !errors.As(err, &none) {
		t.Errorf("producing from a home where nothing runs: %v", err)
	}
}
