package crypto_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
)

// anotherBranch adds the next version of a branch key, as an administrator does.
func (h *house) anotherBranch(t *testing.T, class, fate string, version uint32) {
	t.Helper()
	ctx := t.Context()
	names, err := h.store.Names(ctx, "2026")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(names, func(n crypto.KeyName) bool { return n.Role == crypto.RoleClass && n.Of == class })
	secret := bytes.Repeat([]byte{byte(0x40 + version)}, 32)
	// What binds the wrap, by hand: each field behind its length.
	var bound []byte
	for _, field := range []string{"sceau branch", "2026", class, fate, string(binary.BigEndian.AppendUint32(nil, version))} {
		bound = append(binary.BigEndian.AppendUint32(bound, uint32(len(field))), field...)
	}
	wraps, err := h.service.Wrap(ctx, names[at].Name, crypto.Plain{Context: bound, Secret: bytes.Clone(secret)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := crypto.SecretFrom(secret)
	if err != nil {
		t.Fatal(err)
	}
	b := crypto.BranchWrap{Campaign: "2026", Class: class, Fate: fate, Version: version, Sealing: crypto.Sealing{Wrap: wraps[0], Commitment: s.Commitment(bound)}}
	if err := h.store.AddBranch(ctx, b); err != nil {
		t.Fatal(err)
	}
}

// A lateStore has lost the first version of every branch key.
type lateStore struct{ *cryptotest.Store }

func (s lateStore) Branches(ctx context.Context, campaign string) ([]crypto.BranchWrap, error) {
	all, err := s.Store.Branches(ctx, campaign)
	return slices.DeleteFunc(all, func(b crypto.BranchWrap) bool { return b.Version == 1 }), err
}

// Rows of two versions of one class lie side by side while they are moved: each names
// its version in its header, and opens with the branch key of that version alone.
func TestRowsOfTwoVersionsOfAClassOpenSideBySide(t *testing.T) {
	h := newHouse(t)
	unit := h.candidate(t, "2026")
	record := crypto.NewRecordID()
	type row struct{ header, cell []byte }
	seal := func(version uint32) row {
		t.Helper()
		half, err := h.reader().Half(t.Context(), "2026", unit.ID, "choices", "coded", 0)
		if err != nil {
			t.Fatal(err)
		}
		if half.Version() != version {
			t.Fatalf("what is sealed now is of version %d, want %d", half.Version(), version)
		}
		r, err := half.Row(record)
		if err != nil {
			t.Fatal(err)
		}
		header := r.Commitment()
		return row{header[:], r.Seal(nil, "A15.01", 1, []byte("valeur"))}
	}
	rows := []row{seal(1)}
	h.anotherBranch(t, "choices", "coded", 2)
	rows = append(rows, seal(2))
	if bytes.Equal(rows[0].header, rows[1].header) {
		t.Error("two versions of one record commit to one key")
	}

	halves, err := h.reader().Halves(t.Context(), "2026", unit.ID, crypto.Branch{Class: "choices", Fate: "coded", Version: 1}, crypto.Branch{Class: "choices", Fate: "coded", Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		opened, err := halves[i].RowOf(record, r.header)
		if err != nil {
			t.Fatalf("version %d: %v", i+1, err)
		}
		if got, err := opened.Open(nil, "A15.01", r.cell); err != nil || string(got) != "valeur" {
			t.Errorf("version %d opens to %q, error %v", i+1, got, err)
		}
		// A header that somebody gave the other version opens nothing.
		if _, err := halves[1-i].RowOf(record, r.header); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("version %d read as the other: %v, want ErrOpen", i+1, err)
		}
		other, err := halves[1-i].Row(record)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Open(nil, "A15.01", r.cell); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("a cell of version %d under the other: %v, want ErrOpen", i+1, err)
		}
	}
	if _, err := h.reader().Half(t.Context(), "2026", unit.ID, "choices", "coded", 3); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("a version that is not there: %v, want an error that names it", err)
	}

	// Once the first version is gone, the second opens as before.
	late := &crypto.Keyring{Service: &h.service, Store: lateStore{&h.store}}
	for version, gone := range map[uint32]bool{1: true, 2: false} {
		if _, err := late.Half(t.Context(), "2026", unit.ID, "choices", "coded", version); (err != nil) != gone {
			t.Errorf("without version 1, version %d: %v", version, err)
		}
	}
}
