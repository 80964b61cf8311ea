package crypto

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// versioned is one row under two versions of its branch key, which are two keys.
func versioned(t testing.TB, record byte) (from, to *Row) {
	t.Helper()
	unit := UnitID{7}
	from = must(Join(secretOf(t, 1), secretOf(t, 2), "2026", unit, "choices", "coded", 1).Row(RecordID{record}))
	to = must(Join(secretOf(t, 1), secretOf(t, 3), "2026", unit, "choices", "coded", 2).Row(RecordID{record}))
	return from, to
}

func paddedTo(t testing.TB, value string, size int) []byte {
	t.Helper()
	return must(Pad(nil, []byte(value), Padding{Fixed: size}))
}

func TestACellSealedAnewHoldsTheSameUnderAnotherKey(t *testing.T) {
	from, to := versioned(t, 1)
	padded := paddedTo(t, `"P0042"`, 32)
	cell := from.Seal(nil, "A15.X1", 9, padded)
	anew, err := Reseal(from, to, "A15.X1", cell)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := to.Open(nil, "A15.X1", anew); err != nil || !bytes.Equal(got, padded) {
		t.Errorf("it opened to %q, error %v", got, err)
	}
	if r, err := Revision(anew); err != nil || r != 9 {
		t.Errorf("its revision is %d, %v: want that of the write, 9", r, err)
	}
	if len(anew) != len(cell) {
		t.Errorf("the cell has %d bytes and had %d", len(anew), len(cell))
	}
	if from.Commitment() == to.Commitment() {
		t.Error("the header commits to the same key")
	}
	for _, old := range []struct {
		row  *Row
		cell []byte
	}{{from, anew}, {to, cell}} {
		if _, err := old.row.Open(nil, "A15.X1", old.cell); !errors.Is(err, ErrOpen) {
			t.Errorf("a cell under the key of another version: %v, want ErrOpen", err)
		}
	}
}

func TestACellThatIsNotTheRowsOwnIsNotSealedAnew(t *testing.T) {
	from, to := versioned(t, 1)
	otherFrom, otherTo := versioned(t, 2)
	cell := from.Seal(nil, "A15.X1", 1, paddedTo(t, `"P0042"`, 32))
	altered := bytes.Clone(cell)
	altered[len(altered)-1] ^= 1
	raised := bytes.Clone(cell)
	raised[4]++
	zeroed, _ := versioned(t, 1)
	zeroed.Zero()
	elsewhere := func(change func(*RowKey)) *Row {
		k := to.Key()
		change(&k)
		return must(Join(secretOf(t, 1), secretOf(t, 3), k.Campaign, k.Unit, k.Class, k.Fate, k.Version).Row(k.Record))
	}
	for name, tt := range map[string]struct {
		from, to *Row
		item     string
		cell     []byte
		want     error
	}{
		"another item's":            {from, to, "A15.02", cell, ErrOpen},
		"another record's":          {otherFrom, otherTo, "A15.X1", cell, ErrOpen},
		"altered":                   {from, to, "A15.X1", altered, ErrOpen},
		"with another revision":     {from, to, "A15.X1", raised, ErrOpen},
		"cut short":                 {from, to, "A15.X1", cell[:20], ErrOpen},
		"under a zeroed row":        {zeroed, to, "A15.X1", cell, ErrOpen},
		"into a zeroed row":         {from, zeroed, "A15.X1", cell, ErrOpen},
		"into another record":       {from, otherTo, "A15.X1", cell, errMoved},
		"into its own version":      {from, from, "A15.X1", cell, errMoved},
		"into another unit":         {from, elsewhere(func(k *RowKey) { k.Unit[0]++ }), "A15.X1", cell, errMoved},
		"into another class":        {from, elsewhere(func(k *RowKey) { k.Class = "file" }), "A15.X1", cell, errMoved},
		"into the other fate":       {from, elsewhere(func(k *RowKey) { k.Fate = "other" }), "A15.X1", cell, errMoved},
		"into another campaign":     {from, elsewhere(func(k *RowKey) { k.Campaign = "2027" }), "A15.X1", cell, errMoved},
		"as it was, from the newer": {to, from, "A15.X1", cell, ErrOpen},
	} {
		got, err := Reseal(tt.from, tt.to, tt.item, tt.cell)
		if !errors.Is(err, tt.want) || got != nil {
			t.Errorf("%s: %d bytes, error %v, want %v", name, len(got), err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "P0042") {
			t.Errorf("%s: the error repeats the value", name)
		}
	}
	if _, err := Reseal(from, to, "A15.X1", cell); err != nil {
		t.Errorf("the cell of the row itself: %v", err)
	}
}

func TestAValueThatIsChangedOnTheWayIsZeroedAndKeepsItsSize(t *testing.T) {
	from, to := versioned(t, 1)
	cell := from.Seal(nil, "A07.04", 2, paddedTo(t, `{"blob":"OLD"}`, 64))
	var seen []byte
	made := []byte(`{"blob":"NEW"}`)
	anew, err := ResealWith(from, to, "A07.04", cell, func(value []byte) ([]byte, error) {
		seen = value
		if string(value) != `{"blob":"OLD"}` {
			t.Errorf("the value is %d bytes", len(value))
		}
		return made, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Trim(string(seen)+string(made), "\x00") != "" {
		t.Error("a value was left in memory")
	}
	padded, err := to.Open(nil, "A07.04", anew)
	if err != nil || len(padded) != 64 || string(must(Unpad(padded))) != `{"blob":"NEW"}` {
		t.Errorf("it opened to %d bytes, error %v", len(padded), err)
	}
	if _, err := ResealWith(from, to, "A07.04", cell, func([]byte) ([]byte, error) { return make([]byte, 61), nil }); err == nil {
		t.Error("a value longer than the cell's own room was sealed")
	}
	lost := errors.New("lost")
	if _, err := ResealWith(from, to, "A07.04", cell, func([]byte) ([]byte, error) { return nil, lost }); !errors.Is(err, lost) {
		t.Errorf("the error of who changes it: %v", err)
	}
}

func TestADocumentSealedAnewOpensUnderItsNewNameAlone(t *testing.T) {
	from, to := versioned(t, 1)
	_, other := versioned(t, 2)
	content := bytes.Repeat([]byte("%PDF-1.7 \x80\x00"), 30_000) // five segments
	old := sealDocument(t, from, "OLD", content)
	var anew bytes.Buffer
	if err := ResealStream(&anew, bytes.NewReader(old), from, to, "OLD", "NEW"); err != nil {
		t.Fatal(err)
	}
	if got, err := openDocument(to, "NEW", anew.Bytes()); err != nil || !bytes.Equal(got, content) {
		t.Errorf("it opened to %d bytes, error %v", len(got), err)
	}
	if anew.Len() != len(old) {
		t.Errorf("its size is %d and was %d", anew.Len(), len(old))
	}
	for name, row := range map[string]*Row{"OLD": to, "NEW": from} {
		if _, err := openDocument(row, name, anew.Bytes()); !errors.Is(err, ErrOpen) {
			t.Errorf("as %s: %v, want ErrOpen", name, err)
		}
	}
	for what, tt := range map[string]struct {
		sealed []byte
		to     *Row
		name   string
		want   error
	}{
		"cut short":           {old[:len(old)-1], to, "OLD", ErrOpen},
		"cut at a segment":    {old[:2*segmentSize], to, "OLD", ErrOpen},
		"under another name":  {old, to, "OTHER", ErrOpen},
		"into another record": {old, other, "OLD", errMoved},
	} {
		if err := ResealStream(&bytes.Buffer{}, bytes.NewReader(tt.sealed), from, tt.to, tt.name, "NEW"); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", what, err, tt.want)
		}
	}
}
