package dossier

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"sceau/crypto"
)

func TestTheDetailOfAWriteSaysEachRevision(t *testing.T) {
	wish := crypto.RecordID{7}
	for _, tt := range []struct {
		name string
		w    Written
		want string
	}{
		{"a creation", Created(812), `{"format":1,"cells":812,"revision":1}`},
		{"one cell", Written{Changed: map[CellAt]uint32{{Item: "A01.06"}: 2}}, `{"format":1,"changed":{"A01.06":2}}`},
		{"a wish more", Written{Cells: 833, Changed: map[CellAt]uint32{{wish, "A15.02"}: 1, {wish, "A15.04"}: 1}},
			`{"format":1,"cells":833,"records":{"` + wish.String() + `":{"A15.02":1,"A15.04":1}}}`},
		{"all sealed anew after a write", Written{Cells: 812, Revision: 1, Changed: map[CellAt]uint32{{Item: "A01.06"}: 2}},
			`{"format":1,"cells":812,"revision":1,"changed":{"A01.06":2}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := json.Marshal(tt.w)
			if err != nil || string(text) != tt.want {
				t.Errorf("it is written %s, %v; want %s", text, err, tt.want)
			}
			var back Written
			if err := json.Unmarshal(text, &back); err != nil || !same(back, tt.w) {
				t.Errorf("it is read back as %+v, %v", back, err)
			}
		})
	}
}

func same(a, b Written) bool {
	return a.Cells == b.Cells && a.Revision == b.Revision && maps.Equal(a.Changed, b.Changed)
}

func TestTheDetailsOfFirstCreationsAreReadStill(t *testing.T) {
	var w Written
	if err := json.Unmarshal([]byte(`{"cells":812,"revision":1}`), &w); err != nil || !same(w, Created(812)) {
		t.Errorf("%+v, %v", w, err)
	}
}

// Half of a detail would call a sound cell forged, and a detail is under seal: no
// error about one may quote it.
func TestADetailThatIsNotKnownWholeIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `null`, `{}`, `{"cells":12}`, `{"revision":1}`, `{"format":2,"cells":1,"revision":1}`,
		`{"cells":1,"revision":1,"Mandragore":1}`, `{"cells":1,"revision":1,"changed":{"A01.06":2}}`,
		`{"format":1,"cells":-1,"revision":1}`, `{"format":1,"changed":{"A01.06":0}}`, `{"format":1,"changed":{"":2}}`,
		`{"format":1,"records":{"Mandragore":{"A15.02":2}}}`, `{"format":1,"records":{"aaaaaaaaaaaaaaaaaaaaaaaaaa":{"A15.02":2}}}`,
		`{"format":1,"cells":4,"revision":1,"records":{"` + crypto.RecordID{7}.String() + `":{}}}`,
		`{"format":1,"cells":4294967296,"revision":4294967296}`,
	} {
		w := Created(3)
		err := w.UnmarshalJSON([]byte(text))
		if err == nil || strings.Contains(err.Error(), "Mandragore") {
			t.Errorf("%s: %v", text, err)
		}
		if !same(w, Created(3)) {
			t.Errorf("%s: refused, and half read: %+v", text, w)
		}
	}
	for _, w := range []Written{{}, {Revision: 1}, {Cells: -1, Revision: 1}, {Changed: map[CellAt]uint32{{}: 1}}} {
		if text, err := json.Marshal(w); err == nil {
			t.Errorf("%+v is written as %s, which nobody reads", w, text)
		}
	}
}
