package dossier

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/view"
	"sceau/crypto"
)

func TestEveryItemThatTheCoreNeedsIsDrawnFromOrLeftClosedForAReason(t *testing.T) {
	c := catalogue.MustLoad()
	if err := view.Check(c, view.Columns()); err != nil {
		t.Fatal(err)
	}
	projected := Projected(c)
	for _, it := range c.Items() {
		why, closed := unread[it.ID]
		switch {
		case closed && (!it.CoreNeed || why == ""):
			t.Errorf("%s is left closed, and the core does not need it, or nobody says why", it.ID)
		case slices.Contains(projected, it.ID) != (it.CoreNeed && !closed):
			t.Errorf("%s: needed %t, left closed %t, opened %t", it.ID, it.CoreNeed, closed, slices.Contains(projected, it.ID))
		}
	}
	if len(projected) < 20 {
		t.Errorf("%d items are opened: too few to be true", len(projected))
	}
	// And each that is opened has a form.
	samples := map[catalogue.ItemID]string{
		"A01.09": `"F"`, "A01.17": `"Lyon"`, "A02.06": `4`, "A02.07": `0`, "A04.01": `"Lyon"`, "A04.10": `"acceptée"`, "A12.03": `"STMG"`,
		"A15.01": `true`, "A15.02": `false`, "A15.03": `12.5`, "A15.04": `7`, "A15.05": `"complet"`, "A15.06": `"Bacs généraux"`, "A15.08": `"2026-04-01"`,
		"A15.13": `1`, "A15.X1": `"F00126"`, "A16.03": `12`, "A16.04": `3`, "A16.05": `"accepte"`, "A16.06": `"2026-06-02T10:00:00+02:00"`,
		"A16.07": `"oui_si"`, "A16.09": `"CAES"`,
	}
	w := &projecting{words: view.Words()}
	for _, id := range projected {
		it, _ := c.Item(id)
		sample, ok := samples[id]
		if !ok {
			t.Errorf("%s is opened, and no sample of it is tried here", id)
			continue
		}
		if err := it.Check([]byte(sample)); err != nil {
			t.Errorf("%s: the sample is none: %v", id, err)
		}
		var err error
		if it.Repeats == "per_wish" {
			err = w.takeOfWish(&wishDraft{}, id, []byte(sample))
		} else {
			f := &coreFile{draft: coreDraft{requests: map[crypto.RecordID]*requestDraft{}}}
			err = w.take(f, &it, crypto.RecordID{}, []byte(sample))
		}
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAnItemThatTheCoreDoesNotNeedHasNoForm(t *testing.T) {
	c := catalogue.MustLoad()
	w := &projecting{words: view.Words()}
	for _, it := range c.Items() {
		if slices.Contains(Projected(c), it.ID) {
			continue
		}
		f := &coreFile{draft: coreDraft{requests: map[crypto.RecordID]*requestDraft{}}}
		var err error
		if it.Repeats == "per_wish" {
			err = w.takeOfWish(&wishDraft{}, it.ID, []byte(`"valeur"`))
		} else {
			err = w.take(f, &it, crypto.RecordID{}, []byte(`"valeur"`))
		}
		if !errors.Is(err, errNoForm) || strings.Contains(err.Error(), "valeur") {
			t.Errorf("%s has a form in the core: %v", it.ID, err)
		}
	}
}

// A word of the register that the core did not know would stop a campaign.
func TestEveryWordOfTheRegisterHasItsWordInTheCore(t *testing.T) {
	c := catalogue.MustLoad()
	words := view.Words()
	values := func(id catalogue.ItemID) []string {
		it, _ := c.Item(id)
		if len(it.Values()) == 0 {
			t.Fatalf("%s has no list", id)
		}
		return it.Values()
	}
	for _, series := range values("A12.03") {
		if _, ok := trackOf[series]; !ok && series != "étrangère" {
			t.Errorf("series %s has no track", series)
		}
	}
	used := map[string]bool{}
	for _, nature := range values("A16.09") {
		word := admissionTypes[nature]
		if words["admission_type"][word] == 0 || used[word] {
			t.Errorf("nature %s becomes %q", nature, word)
		}
		used[word] = true
	}
	for column, id := range map[string]catalogue.ItemID{"answer": "A16.05", "institution_answer": "A16.07"} {
		for _, value := range values(id) {
			if words[column][value] == 0 {
				t.Errorf("%s: the core has no word for %q", column, value)
			}
		}
	}
	for i, band := range distanceBands {
		if got := int(words["distance_band"][band.label]); got != i+1 {
			t.Errorf("band %s is the core's number %d, want %d", band.label, got, i+1)
		}
	}
	if len(distanceBands) != len(words["distance_band"]) {
		t.Errorf("%d bands here, %d in the core", len(distanceBands), len(words["distance_band"]))
	}
}

type oneDeadline struct{ until time.Time }

func (d oneDeadline) Deadline(string) (time.Time, bool) { return d.until, !d.until.IsZero() }

func TestWhatTakesSeveralValues(t *testing.T) {
	noon := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	programmes := map[string]Programme{"F1": {ID: "F1", Academy: "Lyon"}, "F2": {ID: "F2", Academy: "Nantes"}}
	file := func(change func(*coreDraft)) *coreFile {
		f := &coreFile{draft: coreDraft{sex: "F", academy: "Lyon", requests: map[crypto.RecordID]*requestDraft{}, wishes: map[crypto.RecordID]*wishDraft{
			{1}: {programme: "F1", ordinal: 0}, {2}: {programme: "F2", ordinal: 1},
		}}}
		change(&f.draft)
		return f
	}
	for _, tt := range []struct {
		name      string
		deadlines Deadlines
		change    func(*coreDraft)
		want      func(*coreDraft) bool
	}{
		{"a wish in the own academy is of the sector, and another is not", nil, func(*coreDraft) {}, func(d *coreDraft) bool {
			return d.wishes[crypto.RecordID{1}].Resident && !d.wishes[crypto.RecordID{2}].Resident && d.person.Pool == 0
		}},
		{"an accepted request counts as the academy", nil, func(d *coreDraft) { d.requests[crypto.RecordID{9}] = &requestDraft{"Nantes", true} },
			func(d *coreDraft) bool { return d.wishes[crypto.RecordID{2}].Resident }},
		{"one that is not accepted does not", nil, func(d *coreDraft) { d.requests[crypto.RecordID{9}] = &requestDraft{"Nantes", false} },
			func(d *coreDraft) bool { return !d.wishes[crypto.RecordID{2}].Resident }},
		{"who gave no academy is of no sector", nil, func(d *coreDraft) { d.academy = "" }, func(d *coreDraft) bool { return !d.wishes[crypto.RecordID{1}].Resident }},
		{"a boarder has a pool", nil, func(d *coreDraft) { d.wishes[crypto.RecordID{1}].Boarding = true }, func(d *coreDraft) bool { return d.person.Pool == core.Girls }},
		{"a cancelled wish is none", nil, func(d *coreDraft) {
			d.wishes[crypto.RecordID{2}].cancelled = true
			d.wishes[crypto.RecordID{2}].Boarding = true
		},
			func(d *coreDraft) bool { return len(d.wishes) == 1 && d.person.Pool == 0 }},
		{"a band is of a wish with boarding", nil, func(d *coreDraft) { d.wishes[crypto.RecordID{1}].Band = 2 }, func(d *coreDraft) bool { return d.wishes[crypto.RecordID{1}].Band == 0 }},
		{"named twice, it is the first", nil, func(d *coreDraft) {
			d.wishes[crypto.RecordID{3}] = &wishDraft{programme: "F1", ordinal: 2, Wish: view.Wish{PedagogicalRank: 9}}
		}, func(d *coreDraft) bool {
			_, kept := d.wishes[crypto.RecordID{1}]
			return kept && len(d.wishes) == 2
		}},
		{"or the one that was confirmed", nil, func(d *coreDraft) {
			d.wishes[crypto.RecordID{3}] = &wishDraft{programme: "F1", ordinal: 2, Wish: view.Wish{PedagogicalRank: 9, Confirmed: true}}
		}, func(d *coreDraft) bool {
			kept, there := d.wishes[crypto.RecordID{3}]
			return there && kept.Resident && len(d.wishes) == 2
		}},
		{"with boarding and without are two", nil, func(d *coreDraft) {
			d.wishes[crypto.RecordID{3}] = &wishDraft{programme: "F1", ordinal: 2, Wish: view.Wish{Boarding: true}}
		}, func(d *coreDraft) bool { return len(d.wishes) == 3 }},
		{"an answer before the deadline is in time", oneDeadline{noon}, func(d *coreDraft) { d.wishes[crypto.RecordID{1}].answered = noon },
			func(d *coreDraft) bool {
				return d.wishes[crypto.RecordID{1}].InTime && !d.wishes[crypto.RecordID{2}].InTime
			}},
		{"one after it is not", oneDeadline{noon}, func(d *coreDraft) { d.wishes[crypto.RecordID{1}].answered = noon.Add(time.Second) },
			func(d *coreDraft) bool { return !d.wishes[crypto.RecordID{1}].InTime }},
		{"without a deadline every answer is", oneDeadline{}, func(d *coreDraft) { d.wishes[crypto.RecordID{1}].answered = noon },
			func(d *coreDraft) bool { return d.wishes[crypto.RecordID{1}].InTime }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &projecting{Projection: &Projection{Deadlines: tt.deadlines}, programmes: programmes, words: view.Words()}
			f := file(tt.change)
			if err := w.settle(f); err != nil || !tt.want(&f.draft) {
				t.Errorf("%+v, %v", f.draft.person, err)
			}
			if f.draft.sex != "" || f.draft.academy != "" {
				t.Error("what does not enter the view as it is stays in memory")
			}
		})
	}
}
