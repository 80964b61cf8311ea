package crypto

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// Bytes sealed once, under keys that are no secret, and kept: what this version reads
// for ever. The cells are in vectors.json, a real wrap in the stores of internal/upgrade.
type sealedOnce struct {
	Person, Branch string // secrets
	Reference      struct {
		Kind, ID, Bound, Payload, Sealed string
	}
	Record   struct{ Face, ID string }
	Document struct{ Name, Content, Sealed string } // sealed, in a file beside
}

const (
	onceFile     = "testdata/sealed.json"
	documentFile = "testdata/document.sealed"
)

func TestWhatWasSealedOnceOpensForEver(t *testing.T) {
	if *update {
		sealOnce(t)
	}
	text, err := os.ReadFile(onceFile)
	if err != nil {
		t.Fatal(err)
	}
	var v sealedOnce
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	routing := must(newRoutingKey(must(SecretFrom(unhex(v.Branch))), "2026"))
	r := v.Reference
	if got, err := routing.Open(nil, r.Kind, r.ID, unhex(r.Bound), unhex(r.Sealed)); err != nil || hex.EncodeToString(got) != r.Payload {
		t.Errorf("the routing reference opens to %x, error %v", got, err)
	}
	if got := routing.Unmask(RecordID(unhex(v.Record.ID))); hex.EncodeToString(got[:]) != v.Record.Face {
		t.Errorf("the record id says %x, want %s", got, v.Record.Face)
	}
	row := onceRow(v)
	document, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openDocument(row, v.Document.Name, document); err != nil || string(got) != v.Document.Content {
		t.Errorf("the document opens to %q, error %v", got, err)
	}

	// The twin: one bit, and none of them opens.
	altered := unhex(r.Sealed)
	altered[len(altered)-1] ^= 1
	if _, err := routing.Open(nil, r.Kind, r.ID, unhex(r.Bound), altered); !errors.Is(err, ErrOpen) {
		t.Errorf("an altered reference: %v", err)
	}
	document[len(document)-1] ^= 1
	if _, err := openDocument(row, v.Document.Name, document); !errors.Is(err, ErrOpen) {
		t.Errorf("an altered document: %v", err)
	}
}

func onceRow(v sealedOnce) *Row {
	half := Join(must(SecretFrom(unhex(v.Person))), must(SecretFrom(unhex(v.Branch))), "2026", UnitID{1, 2, 3}, "health", "", 1)
	return must(half.Row(RecordID{9}))
}

func sealOnce(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(onceFile); err == nil {
		return // sealed once
	}
	var v sealedOnce
	v.Person, v.Branch = strings.Repeat("15", 32), strings.Repeat("85", 32)
	routing := must(newRoutingKey(must(SecretFrom(unhex(v.Branch))), "2026"))
	payload, bound := bytes.Repeat([]byte{0xa5}, 48), append(bytes.Repeat([]byte{7}, 16), "open"...)
	v.Reference.Kind, v.Reference.ID = "programme", "F00126"
	v.Reference.Payload, v.Reference.Bound = hex.EncodeToString(payload), hex.EncodeToString(bound)
	v.Reference.Sealed = hex.EncodeToString(must(routing.Seal(nil, "programme", "F00126", bound, payload)))
	face := [16]byte{0, 2, 0, 1, 0xde, 0xad}
	id := routing.Mask(face)
	v.Record.Face, v.Record.ID = hex.EncodeToString(face[:]), hex.EncodeToString(id[:])
	v.Document.Name, v.Document.Content, v.Document.Sealed = "6CHTU4BKM3", "%PDF-1.7 Inès", "document.sealed"
	text := must(json.MarshalIndent(v, "", "  "))
	document := sealDocument(t, onceRow(v), v.Document.Name, []byte(v.Document.Content))
	if err := errors.Join(os.WriteFile(onceFile, append(text, '\n'), 0o644), os.WriteFile(documentFile, document, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// What a newer version wrote is refused in words that say so, and left as it lies.
func TestAFormatThatIsNotKnownIsNamed(t *testing.T) {
	person, branch := secretOf(t, 1), secretOf(t, 2)
	row := must(Join(person, branch, "2026", UnitID{1}, "file", "", 1).Row(RecordID{1}))
	routing := must(newRoutingKey(branch, "2026"))
	cell := row.Seal(nil, "A08.01", 3, []byte("valeur"))
	reference := must(routing.Seal(nil, "school", "0990000M", []byte("no"), []byte("payload")))
	document := sealDocument(t, row, "proof.pdf", []byte("%PDF-1.7"))
	for _, tt := range []struct {
		name   string
		format byte
		sealed []byte
		read   func([]byte) error
	}{
		{"cell", cellFormat, cell, func(b []byte) error { _, err := row.Open(nil, "A08.01", b); return err }},
		{"cell", cellFormat, cell, func(b []byte) error { _, err := Revision(b); return err }},
		{"cell", cellFormat, cell, func(b []byte) error { _, err := HeadRevision(b[:CellHead]); return err }},
		{"routing reference", routingFormat, reference, func(b []byte) error {
			_, err := routing.Open(nil, "school", "0990000M", []byte("no"), b)
			return err
		}},
		{"document", documentFormat, document, func(b []byte) error { _, err := openDocument(row, "proof.pdf", b); return err }},
	} {
		if tt.sealed[0] != tt.format {
			t.Errorf("a %s begins with %d, want its format %d", tt.name, tt.sealed[0], tt.format)
		}
		if err := tt.read(tt.sealed); err != nil {
			t.Errorf("a %s of format %d: %v", tt.name, tt.format, err)
		}
		for format := range 256 {
			if byte(format) == tt.format {
				continue
			}
			other := bytes.Clone(tt.sealed)
			other[0] = byte(format)
			before := bytes.Clone(other)
			err := tt.read(other)
			var unknown *FormatError
			if !errors.As(err, &unknown) || !errors.Is(err, ErrOpen) || *unknown != (FormatError{tt.name, byte(format)}) {
				t.Fatalf("a %s of format %d: %v, want a FormatError that names it", tt.name, format, err)
			}
			if !bytes.Equal(other, before) {
				t.Fatalf("a %s of format %d was changed by reading it", tt.name, format)
			}
		}
	}
}
