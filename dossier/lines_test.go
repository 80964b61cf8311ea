package dossier

import (
	"strings"
	"testing"

	"sceau/catalogue"
)

// Of two values under one key, readers keep the first or the last: a mission must not
// be one thing to who approved the file and another to who imports it.
func TestALineThatSaysTwoThingsIsRefused(t *testing.T) {
	c := catalogue.MustLoad()
	if _, err := ReadMissionOrders(strings.NewReader(missionLine), c); err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]string{
		"a key twice":                 strings.Replace(missionLine, `"until"`, `"mission":"exam-b","until"`, 1),
		"a key twice, in two cases":   strings.Replace(missionLine, `"until"`, `"MISSION":"exam-b","until"`, 1),
		"a key of a scope twice":      strings.Replace(missionLine, `{"programmes"`, `{"national":true,"national":false,"programmes"`, 1),
		"a second mission after it":   missionLine + missionLine,
		"what is no JSON after it":    missionLine + " and another",
		"a key that nobody knows":     strings.Replace(missionLine, `"until"`, `"before":"2030-01-01","until"`, 1),
		"a list instead of an object": "[" + missionLine + "]",
	} {
		if orders, err := ReadMissionOrders(strings.NewReader(line), c); err == nil {
			t.Errorf("%s: %d missions are read", name, len(orders))
		}
	}
}
