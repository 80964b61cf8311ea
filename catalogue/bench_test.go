package catalogue

import "testing"

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(register); err != nil {
			b.Fatal(err)
		}
	}
}

// An import checks every field of every dossier.
func BenchmarkCanonical(b *testing.B) {
	c := MustLoad()
	item, _ := c.ItemNamed("marks")
	v := []byte(`[{"term":"T1","mark":12.50},{"term":"T2","mark":13}]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := item.Canonical(v); err != nil {
			b.Fatal(err)
		}
	}
}
