package dossiers

import (
	"strings"
	"testing"
)

// The calendar lies as JSON in a row that its administrator may write.
func FuzzStoredCalendar(f *testing.F) {
	for _, text := range []string{`{"PH1":"2026-01-15"}`, `{"PH1":"Mandragore"}`, `{"PH1":1}`, `null`, ``, `[`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		calendar, err := readCalendar(text)
		if err != nil && calendar != nil {
			t.Error("an error comes with half a calendar")
		}
		if err != nil && strings.Contains(err.Error(), "Mandrag") {
			t.Errorf("the error repeats what was read: %v", err)
		}
		for phase, from := range calendar {
			if from.IsZero() && phase == "" {
				t.Error("a phase has neither name nor day")
			}
		}
	})
}
