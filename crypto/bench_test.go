package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"testing"
)

// What a field costs against bare AES-256-GCM with a fresh random nonce, a reused
// buffer and associated data of the same length, in one run: the ratio is what
// binding a field to its place costs. The key is cached on both sides.
func BenchmarkField(b *testing.B) {
	row := must(Join(secretOf(b, 1), secretOf(b, 2), "2026", UnitID{1}, "identity", "other", 1).Row(RecordID{1}))
	gcm := must(cipher.NewGCM(must(aes.NewCipher(make([]byte, 32)))))
	const item = "A01.06"
	for _, size := range []int{16, 200, 2048} {
		value, aad := make([]byte, size), *row.aad(item, 1)
		buf := make([]byte, 0, size+CellOverhead)

		b.Run(fmt.Sprintf("seal-bare/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				nonce := buf[:12]
				rand.Read(nonce)
				buf = gcm.Seal(nonce, nonce, value, aad)[:0]
			}
		})
		b.Run(fmt.Sprintf("seal/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = row.Seal(buf[:0], item, 1, value)
			}
		})
		nonce := make([]byte, 12)
		box := gcm.Seal(nonce, nonce, value, aad)
		b.Run(fmt.Sprintf("open-bare/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = gcm.Open(buf[:0], box[:12], box[12:], aad)
			}
		})
		cell := row.Seal(nil, item, 1, value)
		b.Run(fmt.Sprintf("open/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				row.Open(buf[:0], item, cell)
			}
		})
	}
}

// What a row costs before its first field: two blocks of HKDF and a key schedule.
func BenchmarkRow(b *testing.B) {
	half := Join(secretOf(b, 1), secretOf(b, 2), "2026", UnitID{1}, "identity", "other", 1)
	b.ReportAllocs()
	for b.Loop() {
		must(half.Row(RecordID{1}))
	}
}

// What turning both locks costs once the secrets are open.
func BenchmarkJoin(b *testing.B) {
	person, branch := secretOf(b, 1), secretOf(b, 2)
	b.ReportAllocs()
	for b.Loop() {
		Join(person, branch, "2026", UnitID{1}, "identity", "other", 1)
	}
}
