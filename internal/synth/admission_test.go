package synth

import (
	"bytes"
	"testing"

	offers "sceau/core/session"
)

// An invented offer is one that a session begins with: its shares are kept, each list has
// a place, and whoever refuses somebody has an act.
func TestAnInventedOfferCanBeRun(t *testing.T) {
	reference, err := DefaultReference()
	if err != nil {
		t.Fatal(err)
	}
	for _, candidates := range []int{1, 60, 2000} {
		var b bytes.Buffer
		if err := WriteOffer(&b, reference, candidates); err != nil {
			t.Fatal(err)
		}
		offer, err := offers.ReadOffer(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := offer.CheckShares(); err != nil {
			t.Errorf("for %d candidates: %v", candidates, err)
		}
		shares := 0
		for _, g := range offer.Groups {
			if g.Act == "" || g.Places < 1 && !g.Others {
				t.Errorf("for %d candidates: %+v", candidates, g)
			}
			if g.MinShare > 0 {
				shares++
			}
		}
		if shares == 0 {
			t.Error("no list has a minimum share: nothing was tried")
		}
	}
}
