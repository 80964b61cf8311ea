package promises_test

import (
	"bytes"
	"testing"

	"sceau/crypto/cryptotest"
)

// The cells as they lie in the tables after an import, agents' own among them.
func TestNoTwoCellsOfTheHouseShareANonce(t *testing.T) {
	l := loadLedger(t, open(t))
	var book cryptotest.Nonces[*row]
	for _, c := range l.cells {
		if err := book.Add(c.row, c.bytes()); err != nil {
			t.Fatalf("%s: %v", column(l.place, c), err)
		}
	}
	if book.Cells() < 50_000 || book.Keys() != len(l.rows) {
		t.Errorf("%d cells in %d rows of %d were looked at: too few to prove anything", book.Cells(), book.Keys(), len(l.rows))
	}
	if got := book.Entropy(); got <= cryptotest.LeastEntropy {
		t.Errorf("ciphertext has %.4f bits a byte, want more than %.2f", got, cryptotest.LeastEntropy)
	}
	t.Logf("%d cells in %d rows: %.5f bits a byte", book.Cells(), book.Keys(), book.Entropy())

	// A cell sealed with the nonce of its neighbour would have been found.
	a, b := l.cells[0], l.cells[1]
	forged := bytes.Clone(b.bytes())
	copy(forged[5:17], a.bytes()[5:17])
	if book.Add(b.row, forged) == nil {
		t.Error("a nonce used twice under one key is not found")
	}
}
