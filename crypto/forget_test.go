package crypto

import (
	"bytes"
	"io"
	"testing"
	"unsafe"
)

// What a hash holds of what it read is private: its memory is looked at.
func TestAHashOfADerivationKeepsNothing(t *testing.T) {
	secret := bytes.Repeat([]byte("secret "), 8)
	var made hashes
	h := made.hash()
	if _, err := h.Write(secret); err != nil {
		t.Fatal(err)
	}
	memory := func() []byte {
		type words struct{ kind, at unsafe.Pointer }
		return unsafe.Slice((*byte)((*words)(unsafe.Pointer(&h)).at), 104)
	}
	if !bytes.Contains(memory(), secret[:32]) {
		t.Fatal("this Go keeps what a hash read elsewhere: find out where, or this proves nothing")
	}
	if made.forget(); bytes.Contains(memory(), secret[:8]) {
		t.Error("a hash that was forgotten still has what it read")
	}
}

func TestADocumentThatWasReadIsClearedInEveryBuffer(t *testing.T) {
	row := documentRow(t, 1)
	var sealed bytes.Buffer
	w, err := SealStream(&sealed, row, "cv")
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("curriculum vitae "), 9000) // several segments
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenStream(&sealed, row, "cv")
	if err != nil {
		t.Fatal(err)
	}
	d := r.(*documentReader)
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if held := d.segments.clear[:100]; !bytes.Equal(held, text[:100]) {
		t.Fatal("the segment that was read is not where it is looked for")
	}
	rest, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(rest, text[100:]) {
		t.Fatalf("the rest of a document: %d bytes, %v", len(rest), err)
	}
	for _, b := range [][]byte{d.buf, d.segments.clear[:cap(d.segments.clear)]} {
		if !bytes.Equal(b, make([]byte, len(b))) {
			t.Error("a buffer of a document that was read to its end is not clear")
		}
	}
}
