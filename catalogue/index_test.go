package catalogue_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"sceau/catalogue"
)

func input(t *testing.T, index string, values map[catalogue.ItemID]string) []byte {
	t.Helper()
	x, ok := catalogue.MustLoad().Index(index)
	if !ok {
		t.Fatalf("there is no index %s", index)
	}
	raw := map[catalogue.ItemID]json.RawMessage{}
	for id, v := range values {
		raw[id] = json.RawMessage(v)
	}
	out, ok := x.Input(raw)
	if !ok {
		return nil
	}
	return out
}

func TestOnePersonIsFoundUnderEverySpellingOfAValue(t *testing.T) {
	one := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": `"Aït-Élie"`, "A01.07": `["Inès","Marie"]`, "A01.08": `"2008-02-29"`})
	other := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": `" AI\u0308T-E\u0301LIE "`, "A01.07": `"inès  marie"`, "A01.08": `"2008-02-29"`})
	if one == nil || !bytes.Equal(one, other) {
		t.Error("two spellings of one name are two people")
	}
	x, _ := catalogue.MustLoad().Index("name-birth")
	if typed, ok := x.Typed("aït-élie; Inès Marie; 2008-02-29\n"); !ok || !bytes.Equal(typed, one) {
		t.Error("what a person types is another person")
	}
	if _, ok := x.Typed("aït-élie; Inès Marie"); ok {
		t.Error("a part is missing, and something is looked for")
	}
}

func TestSomebodyWithoutFirstNameIsFound(t *testing.T) {
	none := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": `"Malo"`, "A01.07": `[]`, "A01.08": `"2008-02-29"`})
	null := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": `"Malo"`, "A01.07": `null`, "A01.08": `"2008-02-29"`})
	if none == nil || !bytes.Equal(none, null) {
		t.Error("no first name, written in two ways, is two people")
	}
}

func TestNothingIsLookedForWhereThereIsNoValue(t *testing.T) {
	for _, v := range []string{`null`, `""`, `"  "`, `12`, `{}`, ``} {
		if input(t, "ine", map[catalogue.ItemID]string{"A01.03": v}) != nil {
			t.Errorf("%q is looked for", v)
		}
	}
}

// Where parts met without their lengths, "ab"+"c" would be found under "a"+"bc".
func TestPartsCannotTradeLetters(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.StringMatching(`[a-z]{1,8}`)
		a, b, c, d := word.Draw(rt, "a"), word.Draw(rt, "b"), word.Draw(rt, "c"), word.Draw(rt, "d")
		q := func(s string) string { return `"` + s + `"` }
		one := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": q(a), "A01.07": q(b), "A01.08": `"2008-01-01"`})
		two := input(t, "name-birth", map[catalogue.ItemID]string{"A01.06": q(c), "A01.07": q(d), "A01.08": `"2008-01-01"`})
		if bytes.Equal(one, two) != (a == c && b == d) {
			rt.Fatalf("(%s,%s) and (%s,%s) are taken for each other", a, b, c, d)
		}
	})
}

func TestOneValueInTwoIndexesIsTwoInputs(t *testing.T) {
	phone := input(t, "phone", map[catalogue.ItemID]string{"A01.15": `"+33639980001"`})
	ine := input(t, "ine", map[catalogue.ItemID]string{"A01.03": `"+33639980001"`})
	if bytes.Equal(phone, ine) {
		t.Error("two indexes hash the same bytes")
	}
}
