package dossier

import (
	"time"

	"sceau/audit"
)

// refusedBy says why a campaign does not take a filing, whatever the others of its
// batch are: nil when it does.
func (f *Filing) refusedBy(ref *Reference, now time.Time) *LineError {
	wish := f.forms.forms["per_wish"]
	for _, w := range f.many["per_wish"] {
		if _, known := ref.Programmes[wish.text(w, "A15.X1")]; !known {
			return &LineError{Item: "A15.X1", Rule: "names no programme of this campaign"}
		}
	}
	if fm := f.forms.forms["per_event"]; fm != nil {
		for _, rec := range f.many["per_event"] {
			// Each day has a key: a file that named every day to come would make one
			// for each. A year ahead is for rehearsals.
			at, err := time.Parse(time.RFC3339, fm.text(rec, audit.ItemTime))
			if err == nil && at.After(now.AddDate(1, 0, 0)) {
				return &LineError{Item: audit.ItemTime, Rule: "more than a year from now"}
			}
		}
	}
	return nil
}
