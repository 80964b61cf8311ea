package dossier

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sceau/crypto"
)

// A pointer says nothing of its version: what this one does not know of is zero.
func TestAPointerThatSaysMoreThanIsKnownIsRefused(t *testing.T) {
	p := Pointer{Candidate: crypto.UnitID{1}, Record: crypto.RecordID{2}, AdultOn: 20_000, Marks: markBoarder | markResumes}
	if got, err := decodePointer(p.encode()); err != nil || got != p {
		t.Fatalf("%v, error %v", got, err)
	}
	for at := 36; at < pointerSize; at++ { // the marks, and what is left
		b := p.encode()
		b[at] |= 0x10
		if _, err := decodePointer(b); !errors.Is(err, errPointerSays) {
			t.Errorf("byte %d: %v, want %v", at, err, errPointerSays)
		}
	}
	if _, err := decodePointer(p.encode()[:40]); !errors.Is(err, errPointer) {
		t.Errorf("a short one: %v", err)
	}
}

// A detail of another number is refused by its number, whatever keys it has.
func TestADetailOfAnotherFormatIsNamed(t *testing.T) {
	for _, text := range []string{`{"format":2,"cells":1,"revision":1}`, `{"format":2,"sealed":{"by":"somebody else"}}`} {
		var w Written
		if err := json.Unmarshal([]byte(text), &w); !errors.Is(err, errWritten) || !strings.Contains(err.Error(), "format 2") {
			t.Errorf("%s: %v, want an error that names format 2", text, err)
		}
	}
	for _, text := range []string{`{"cells":812,"revision":1}`, `{"format":1,"cells":812,"revision":1}`} {
		var w Written
		if err := json.Unmarshal([]byte(text), &w); err != nil || !same(w, Created(812)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
