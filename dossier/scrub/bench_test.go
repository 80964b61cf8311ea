package scrub

import (
	"encoding/json"
	"testing"

	"sceau/catalogue"
	"sceau/dossier/scrub/scrubtest"
)

// A commission that opens one file clears some twenty texts of it.
func BenchmarkTheTextsOfAFile(b *testing.B) {
	c := catalogue.MustLoad()
	texts := scrubtest.Texts(1, 20)
	var values []json.RawMessage
	size := 0
	for _, t := range texts {
		v, _ := json.Marshal(t.Body)
		values = append(values, v)
		size += len(t.Body)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		var s Scrubber
		for _, v := range texts[0].Of.Known {
			it, _ := c.Item(v.Item)
			if err := s.Learn(it.Kind, v.JSON); err != nil {
				b.Fatal(err)
			}
		}
		for _, v := range values {
			if _, err := s.Clean(v); err != nil {
				b.Fatal(err)
			}
		}
		s.Forget()
	}
}
