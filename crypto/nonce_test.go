package crypto_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
)

// rows are records of one unit and class: they share both locks and nothing else.
func rows(t *testing.T, n int) []*crypto.Row {
	t.Helper()
	secret := func(b byte) *crypto.Secret {
		s, err := crypto.SecretFrom(bytes.Repeat([]byte{b}, 32))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	half := crypto.Join(secret(1), secret(2), "2026", crypto.UnitID{1}, "file", "", 1)
	out := make([]*crypto.Row, n)
	for i := range out {
		var err error
		if out[i], err = half.Row(crypto.RecordID{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A real row seals some tens of cells. Here a few keys seal them all: what would repeat
// would repeat under one key first.
func TestNoNonceComesTwiceUnderAKey(t *testing.T) {
	cells := 50_000
	if os.Getenv("SCEAU_SOAK") == "1" {
		cells = 1_000_000
	}
	var book cryptotest.Nonces[[16]byte]
	of := rows(t, 8)
	padded := make([]byte, 16) // one value for all: whatever differs, the sealing made
	var cell []byte
	for i := range cells {
		row := of[i%len(of)]
		cell = row.Seal(cell[:0], "A08.01", 1, padded)
		if err := book.Add(row.Commitment(), cell); err != nil {
			t.Fatalf("cell %d: %v", i, err)
		}
	}
	if book.Cells() != cells || book.Keys() != len(of) {
		t.Errorf("%d cells under %d keys were looked at, want %d under %d", book.Cells(), book.Keys(), cells, len(of))
	}
	if got := book.Entropy(); got <= cryptotest.LeastEntropy {
		t.Errorf("ciphertext has %.4f bits a byte, want more than %.2f", got, cryptotest.LeastEntropy)
	}
	t.Logf("%d cells under %d keys: %.5f bits a byte", cells, len(of), book.Entropy())
}

// A sealer that draws its nonces badly is found by the same book.
func TestASealerThatRepeatsANonceIsFound(t *testing.T) {
	of := rows(t, 2)
	seal := func(row *crypto.Row, n int) []byte {
		cell := row.Seal(nil, "A08.01", 1, make([]byte, 16))
		binary.BigEndian.PutUint64(cell[crypto.CellHead:], 0)
		binary.BigEndian.PutUint32(cell[crypto.CellHead+8:], uint32(n))
		return cell
	}
	for _, tt := range []struct {
		name string
		next func(i int) (*crypto.Row, int)
	}{
		{"one nonce for all", func(int) (*crypto.Row, int) { return of[0], 7 }},
		{"a counter that restarts with each key", func(i int) (*crypto.Row, int) { return of[i%2], i / 2 }},
		{"a generator of forty states", func(i int) (*crypto.Row, int) { return of[0], i % 40 }},
	} {
		var book cryptotest.Nonces[[16]byte]
		found := error(nil)
		for i := 0; i < 100 && found == nil; i++ {
			row, n := tt.next(i)
			found = book.Add(row.Commitment(), seal(row, n))
		}
		if found == nil {
			t.Errorf("%s is not found", tt.name)
		}
	}
}

func TestWhatIsNotSealedDoesNotPassForNoise(t *testing.T) {
	var book cryptotest.Nonces[[16]byte]
	row := rows(t, 1)[0]
	for i := range 5000 {
		cell := append(row.Seal(nil, "A08.01", 1, nil), bytes.Repeat([]byte("Lemaître;Inès;"), 5)...)
		if err := book.Add(row.Commitment(), cell); err != nil {
			t.Fatalf("cell %d: %v", i, err)
		}
	}
	if got := book.Entropy(); got > cryptotest.LeastEntropy {
		t.Errorf("text in clear has %.4f bits a byte, and passes", got)
	}
}
