package crypto_test

import (
	"errors"
	"testing"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

// A court asks for one file. Everything else of the campaign is destroyed, and that one
// opens for its case, its classes and nobody else's.
func TestAHoldOutlivesTheKeysOfItsCampaignForOneFileAlone(t *testing.T) {
	h := newHouse(t)
	held, other, record := h.candidate(t, "2026"), h.candidate(t, "2026"), crypto.NewRecordID()
	branches := []crypto.Branch{{Class: "choices", Fate: "coded", Version: 1}, {Class: "health", Version: 1}}
	cells := map[crypto.Branch][]byte{}
	headers := map[crypto.Branch][16]byte{}
	for _, b := range branches {
		half, err := h.NewHalf(t.Context(), "2026", held, b.Class, b.Fate)
		if err != nil {
			t.Fatal(err)
		}
		row, err := half.Row(record)
		if err != nil {
			t.Fatal(err)
		}
		cells[b], headers[b] = row.Seal(nil, "A15.01", 1, []byte("valeur")), row.Commitment()
	}
	for range 2 { // held twice, it is held once
		if err := h.Hold(t.Context(), &h.store, "2026", "case-7", held.ID, branches...); err != nil {
			t.Fatal(err)
		}
	}
	names, err := h.store.Names(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	var doomed []crypto.KeyName
	for _, n := range names {
		if n.Role != crypto.RoleHold {
			doomed = append(doomed, n)
		}
	}
	if err := rotation.Freeze(t.Context(), &h.service, &h.store, doomed); err != nil {
		t.Fatal(err)
	}
	for i := range doomed {
		doomed[i].State = crypto.KeyFrozen
	}
	if err := rotation.Destroy(t.Context(), &h.service, &h.store, doomed); err != nil {
		t.Fatal(err)
	}

	later := h.reader()
	for _, b := range branches {
		if _, err := later.Half(t.Context(), "2026", held.ID, b.Class, b.Fate, 1); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("%s by the keys of the campaign: %v, want ErrForgotten", b.Class, err)
		}
		half, err := later.HeldHalf(t.Context(), &h.store, "2026", "case-7", held.ID, b)
		if err != nil {
			t.Fatal(err)
		}
		header := headers[b]
		row, err := half.RowOf(record, header[:])
		if err != nil {
			t.Fatal(err)
		}
		if text, err := row.Open(nil, "A15.01", cells[b]); err != nil || string(text) != "valeur" {
			t.Errorf("%s by the hold: %q, %v", b.Class, text, err)
		}
	}
	for what, try := range map[string]struct {
		held   string
		unit   crypto.UnitID
		branch crypto.Branch
	}{
		"another case":    {"case-8", held.ID, branches[0]},
		"another person":  {"case-7", other.ID, branches[0]},
		"another class":   {"case-7", held.ID, crypto.Branch{Class: "identity", Version: 1}},
		"another fate":    {"case-7", held.ID, crypto.Branch{Class: "choices", Fate: "other", Version: 1}},
		"another version": {"case-7", held.ID, crypto.Branch{Class: "choices", Fate: "coded", Version: 2}},
	} {
		if _, err := later.HeldHalf(t.Context(), &h.store, "2026", try.held, try.unit, try.branch); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("%s: %v, want ErrForgotten", what, err)
		}
	}
}

func TestAHoldThatIsNotWhatWasKeptIsNoHold(t *testing.T) {
	h := newHouse(t)
	held := h.candidate(t, "2026")
	b := crypto.Branch{Class: "health", Version: 1}
	if err := h.Hold(t.Context(), &h.store, "2026", "", held.ID, b); err == nil {
		t.Error("a hold for no case was made")
	}
	// Somebody who may write to the keyring put another wrap in the place first.
	place := crypto.WrapPlace{Case: "case-7", Unit: held.ID, Class: "health", Version: 1}
	forged := crypto.Placed{WrapPlace: place, Sealing: crypto.Sealing{Wrap: crypto.NewWrap(1, make([]byte, 60))}}
	if err := h.store.AddHolds(t.Context(), crypto.KeyName{Campaign: "2026", Role: crypto.RoleHold}, []crypto.Placed{forged}); err != nil {
		t.Fatal(err)
	}
	if err := h.Hold(t.Context(), &h.store, "2026", "case-7", held.ID, b); err == nil {
		t.Error("a forged wrap was taken for the hold")
	}
	stranger := crypto.NewUnitID()
	if err := h.Hold(t.Context(), &h.store, "2026", "case-7", stranger, b); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("somebody who was forgotten: %v, want ErrForgotten", err)
	}
}
