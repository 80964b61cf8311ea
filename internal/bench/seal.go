package bench

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/policy"
)

// Seal measures one field against the bare cipher that no format can beat.
func (s Sheet) Seal() error {
	unit, record := crypto.NewUnitID(), crypto.NewRecordID()
	half := crypto.Join(crypto.NewSecret(), crypto.NewSecret(), "2026", unit, "schooling", "coded", 1)
	row, err := half.Row(record)
	if err != nil {
		return err
	}
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	bare, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	for _, size := range []int{16, 200, 2048} {
		plain := make([]byte, size)
		nonce := make([]byte, 12)
		aad := make([]byte, 93) // what a cell is bound to takes as much
		cell := row.Seal(nil, "A08.08", 1, plain)
		buffer := make([]byte, 0, size+64)
		s.Row(fmt.Sprintf("seal/%dB", size), against(func() {
			rand.Read(nonce)
			bare.Seal(buffer[:0], nonce, plain, aad)
		}, func() { row.Seal(buffer[:0], "A08.08", 1, plain) }), "x-of-AES-256-GCM")
		rand.Read(nonce)
		box := bare.Seal(nil, nonce, plain, aad)
		s.Row(fmt.Sprintf("open/%dB", size), against(func() {
			if _, err := bare.Open(buffer[:0], nonce, box, aad); err != nil {
				panic(err)
			}
		}, func() {
			if _, err := row.Open(buffer[:0], "A08.08", cell); err != nil {
				panic(err)
			}
		}), "x-of-AES-256-GCM")
	}
	return nil
}

// Decide measures one decision of the table.
func (s Sheet) Decide(t *policy.Table, c *catalogue.Catalogue) error {
	q, err := t.Query("R4b-exam", "P1", "PH3", policy.Read)
	if err != nil {
		return err
	}
	if q.Relations, err = t.Vocabulary().Relations("applied_programme"); err != nil {
		return err
	}
	item := c.ItemIndex("A08.08")
	s.Row("decision", perOp(func() { t.Decide(&q, item) }), "ns")
	s.Row("decision-allocations", testing.AllocsPerRun(1000, func() { t.Decide(&q, item) }), "each")
	return nil
}

// perOp is the nanoseconds of one call, the best of several short runs: what else
// the machine does only adds.
func perOp(f func()) float64 {
	best := 0.0
	for range rounds {
		if ns := lap(f); best == 0 || ns < best {
			best = ns
		}
	}
	return best
}

// against is how many times longer ours takes than the limit. The two take turns, so
// that a busy machine slows both.
func against(limit, ours func()) float64 {
	var l, o float64
	for range rounds {
		if ns := lap(limit); l == 0 || ns < l {
			l = ns
		}
		if ns := lap(ours); o == 0 || ns < o {
			o = ns
		}
	}
	return o / l
}

const rounds = 15

// lap times one short run.
func lap(f func()) float64 {
	const lasting = 20 * time.Millisecond
	began, calls := time.Now(), 0
	for time.Since(began) < lasting {
		for range 200 { // a look at the clock costs as much as a small field
			f()
		}
		calls += 200
	}
	return float64(time.Since(began).Nanoseconds()) / float64(calls)
}
