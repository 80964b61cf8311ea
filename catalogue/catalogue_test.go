package catalogue_test

import (
	"testing"

	"sceau/catalogue"
)

func TestTheRegisterLoads(t *testing.T) {
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Items()) != 170 {
		t.Errorf("%d items, want 170", len(c.Items()))
	}
	for _, tb := range c.Tables() {
		t.Log(tb.Name, tb.Unit, tb.MinRecords, tb.Items)
	}
}
