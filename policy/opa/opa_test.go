package opa

import (
	"testing"
	"time"

	"sceau/catalogue"
)

func TestX(t *testing.T) {
	c := catalogue.MustLoad()
	t0 := time.Now()
	b, err := Build(t.Context(), c, Sources{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(b.Rows), len(b.Refused), time.Since(t0))
	for i, r := range b.Refused {
		if i < 60 {
			t.Log(r)
		}
	}
}
