package grants_test

import (
	"slices"
	"testing"

	"sceau/catalogue"
	"sceau/policy"
	"sceau/policy/opa"
	"sceau/policy/publish"
)

func TestNoRowIsOfAnOperator(t *testing.T) {
	d, err := publish.Make(t.Context(), catalogue.MustLoad(), opa.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if rows := d.Table.OfNobody(); len(rows) > 0 {
		t.Errorf("%d rows are of no recipient: %+v", len(rows), rows[0])
	}
	forged, err := policy.Compile(d.Table.Vocabulary(), append(slices.Clone(d.Table.Rows()), policy.Row{Recipient: "X1", Purpose: "P1", Action: policy.Read,
		Phase: "PH3", Relation: "national", Item: "A01.06", Form: catalogue.FormClear, Derive: "as-is", Article: "Art. 3", SheetRow: "S-X1-01"}))
	if err == nil && len(forged.OfNobody()) != 1 {
		t.Error("a row of an operator is not named")
	}
}
