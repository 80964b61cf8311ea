package crypto

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func FuzzHead(f *testing.F) {
	row := must(Join(secretOf(f, 1), secretOf(f, 2), "2026", UnitID{1}, "file", "", 1).Row(RecordID{1}))
	for _, seed := range [][]byte{nil, {1, 0, 0, 0, 1}, {2, 0, 0, 0, 1}, {1, 0, 0, 0}, row.Seal(nil, "A08.01", 7, []byte("valeur"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell []byte) {
		whole, err := Revision(cell)
		if err != nil {
			if !errors.Is(err, ErrOpen) {
				t.Errorf("%v, want ErrOpen", err)
			}
			return
		}
		if head, err := HeadRevision(cell[:CellHead]); err != nil || head != whole {
			t.Errorf("the head says revision %d, the cell %d: %v", head, whole, err)
		}
	})
}

// What is sealed in one place opens there and in no neighbour's.
func FuzzSealAndOpen(f *testing.F) {
	f.Add("A08.01", uint32(1), []byte("valeur"), "A08.02")
	f.Add("", uint32(0), []byte{}, "A")
	half := Join(secretOf(f, 1), secretOf(f, 2), "2026", UnitID{1}, "file", "", 1)
	row, beside := must(half.Row(RecordID{1})), must(half.Row(RecordID{2}))
	f.Fuzz(func(t *testing.T, item string, revision uint32, value []byte, other string) {
		cell := row.Seal(nil, item, revision, value)
		if got, err := row.Open(nil, item, cell); err != nil || !bytes.Equal(got, value) {
			t.Fatalf("it opened to %d bytes: %v", len(got), err)
		}
		if lies, err := Revision(cell); err != nil || lies != revision {
			t.Errorf("revision %d, want %d: %v", lies, revision, err)
		}
		if _, err := row.Open(nil, other, cell); other != item && !errors.Is(err, ErrOpen) {
			t.Errorf("it opens as %q too", other)
		}
		if _, err := beside.Open(nil, item, cell); !errors.Is(err, ErrOpen) {
			t.Error("it opens in the record beside")
		}
		if _, err := row.Open(nil, item, atRevision(cell, revision+1)); !errors.Is(err, ErrOpen) {
			t.Error("it opens at another revision")
		}
	})
}

func FuzzPad(f *testing.F) {
	f.Add([]byte("valeur"), 16)
	f.Add(make([]byte, 70), 0)
	f.Fuzz(func(t *testing.T, value []byte, fixed int) {
		size := Padding{Fixed: fixed & 0xfff}
		padded, err := Pad(nil, value, size)
		if err != nil {
			if len(value)+padHead <= size.Fixed {
				t.Errorf("%d bytes do not fit %d: %v", len(value), size.Fixed, err)
			}
			return
		}
		if got, err := Unpad(padded); err != nil || !bytes.Equal(got, value) {
			t.Errorf("%d bytes came back: %v", len(got), err)
		}
		if n, err := size.Size(len(value)); err != nil || n != len(padded) {
			t.Errorf("%d bytes where %d were announced: %v", len(padded), n, err)
		}
	})
}

// Two spellings of one identifier would be two identifiers to whoever compares texts.
func FuzzIDs(f *testing.F) {
	for _, seed := range []string{UnitID{1}.String(), strings.ToUpper(UnitID{1}.String()), strings.Repeat("b", 26), "Mandragore", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseUnitID(text)
		if err == nil && u.String() != text {
			t.Errorf("%q is taken for %s", text, u)
		}
		if err != nil && strings.Contains(err.Error(), "Mandrag") {
			t.Errorf("the error repeats what was read: %v", err)
		}
		if r, other := ParseRecordID(text); (other == nil) != (err == nil) || [16]byte(r) != [16]byte(u) {
			t.Errorf("a unit and a record are spelt differently: %v, %v", err, other)
		}
		var again UnitID
		if other := again.UnmarshalText([]byte(text)); (other == nil) != (err == nil) || again != u {
			t.Errorf("as a text it reads otherwise: %v, %v", err, other)
		}
	})
}

// A reference opens in its own row of routing and nowhere else.
func FuzzReference(f *testing.F) {
	key := must(newRoutingKey(secretOf(f, 3), "2026"))
	good := must(key.Seal(nil, "programme", "F00042", []byte("number"), []byte("pointer")))
	f.Add("programme", "F00042", []byte("number"), good)
	f.Add("programme", "F0004", []byte("2number"), good)
	f.Add("programm", "eF00042", []byte("number"), good)
	f.Add("programme", "F00042", []byte("number"), good[:20])
	f.Add("programme", "F00042", []byte{}, []byte{1})
	if got, err := key.Open(nil, "programme", "F00042", []byte("number"), good); err != nil || string(got) != "pointer" {
		f.Fatalf("in its own place: %q, %v", got, err)
	}
	f.Fuzz(func(t *testing.T, kind, id string, number, sealed []byte) {
		got, err := key.Open(nil, kind, id, number, sealed)
		own := kind == "programme" && id == "F00042" && string(number) == "number"
		switch {
		case err == nil && (!own || string(got) != "pointer"): // the only one ever sealed under this key
			t.Errorf("in %q %q %q it opens to %q", kind, id, number, got)
		case err != nil && !errors.Is(err, ErrOpen):
			t.Errorf("%v, want ErrOpen", err)
		}
	})
}

// Record ids are a permutation of their faces.
func FuzzMask(f *testing.F) {
	key := must(newRoutingKey(secretOf(f, 3), "2026"))
	f.Add([]byte("sixteen bytes are"), []byte("needed, not more."))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		if len(one) < 16 || len(two) < 16 {
			return
		}
		a, b := [16]byte(one[:16]), [16]byte(two[:16])
		if key.Unmask(key.Mask(a)) != a || (key.Mask(a) == key.Mask(b)) != (a == b) {
			t.Error("two faces have one id, or one face is lost")
		}
	})
}
