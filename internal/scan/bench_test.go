package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func BenchmarkStream(b *testing.B) {
	c := people(1000)
	c[0].Value = "99HJ12345K" // ten characters, the shortest that the generator writes
	s, err := New(c, Options{})
	if err != nil {
		b.Fatal(err)
	}
	random := make([]byte, 64<<20)
	src := rand.NewChaCha8([32]byte{1})
	src.Read(random)
	words := bytes.Repeat([]byte("COPY wishes (candidate, sealed) FROM stdin; \\x0011aabbccddeeff5566\n"), (64<<20)/68)
	for _, tt := range []struct {
		name string
		text []byte
	}{{"sealed", random}, {"words", words}, {"zeros", make([]byte, 64<<20)}} {
		b.Run(tt.name, func(b *testing.B) {
			b.SetBytes(int64(len(tt.text)))
			for b.Loop() {
				if _, err := s.stream(b.Context(), bytes.NewReader(tt.text), func(int32, int64) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.patterns)), "patterns")
			b.ReportMetric(float64(s.match.stride), "stride")
		})
	}
}
