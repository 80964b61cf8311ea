package dossier

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"sceau/catalogue"
	"sceau/core"
	"sceau/core/view"
	"sceau/crypto"
)

// A coreDraft is what was opened of one candidate, on its way to the forms of the core.
// Of what it holds, the academies alone do not enter the view as they are.
type coreDraft struct {
	person   view.Person
	sex      string
	academy  string
	wishes   map[crypto.RecordID]*wishDraft
	requests map[crypto.RecordID]*requestDraft
}

type wishDraft struct {
	view.Wish
	programme, group string
	ordinal          uint16
	cancelled        bool
	answered         time.Time
}

// A requestDraft is a request to be treated as a resident of another academy
// ("demande d'assimilation").
type requestDraft struct {
	academy  string
	accepted bool
}

// derive opens the rows of one candidate, each under the key of its row, and draws the
// forms from them. Every value is cleared once its form is drawn.
func (w *projecting) derive(f *coreFile) error {
	f.draft.wishes, f.draft.requests = map[crypto.RecordID]*wishDraft{}, map[crypto.RecordID]*requestDraft{}
	named := false
	buffer := make([]byte, 0, 512)
	defer func() { clear(buffer[:cap(buffer)]) }()
	for _, r := range f.rows {
		plan := w.Layout.Plan(r.Table)
		half := f.halves[lock{class: plan.Class, fate: plan.Fate, version: r.BranchVersion}]
		if r.Table == w.Layout.Pseudonym() {
			p, err := openPseudonym(half, r.SealedRow)
			if err != nil {
				return fmt.Errorf("projecting candidate %s: %w", f.ref, err)
			}
			f.pseudonym, named = p, true
			continue
		}
		row, err := half.RowOf(r.Record, r.Commitment[:])
		if err != nil {
			return fmt.Errorf("projecting candidate %s: table %s: %w", f.ref, plan.Name, err)
		}
		for k := range r.items {
			it := &r.items[k]
			padded, err := row.Open(buffer[:0], string(it.ID), r.Cells[k])
			if err == nil {
				var value []byte
				if value, err = crypto.Unpad(padded); err == nil && !absent(value) {
					err = w.take(f, it, r.Record, value)
				}
			}
			clear(padded)
			if err != nil {
				row.Zero()
				return fmt.Errorf("projecting candidate %s: %s: %w", f.ref, it.ID, err)
			}
		}
		row.Zero()
	}
	if !named {
		drawn, p, err := w.Layout.drawPseudonym(f.halves[lock{class: w.Layout.pseudonym.Class, fate: w.Layout.pseudonym.Fate}], f.ref)
		if err != nil {
			return err
		}
		f.pseudonym, f.drawn = p, &drawn
	}
	return w.settle(f)
}

// take draws the form of one value. Errors never quote it.
func (w *projecting) take(f *coreFile, it *catalogue.Item, record crypto.RecordID, value []byte) error {
	d := &f.draft
	switch it.ID {
	case "A01.09":
		d.sex = plainText(value)
		return nil
	case "A01.17":
		d.academy = plainText(value)
		return nil
	case "A02.06", "A02.07":
		n, err := strconv.ParseFloat(string(value), 64)
		d.person.Bursary = d.person.Bursary || err == nil && n > 0
		return nil
	case "A12.03":
		d.person.Track = trackOf[plainText(value)] // of a foreign diploma there is none
		return nil
	case "A04.01", "A04.10":
		r := d.requests[record]
		if r == nil {
			r = &requestDraft{}
			d.requests[record] = r
		}
		if it.ID == "A04.01" {
			r.academy = plainText(value)
		} else {
			r.accepted = plainText(value) == "acceptée"
		}
		return nil
	}
	if it.Repeats != "per_wish" {
		return errNoForm
	}
	wish := d.wishes[record]
	if wish == nil {
		face := readFace(w.routing, record)
		wish = &wishDraft{Wish: view.Wish{Group: view.NoGroup}, ordinal: face.Ordinal}
		d.wishes[record] = wish
	}
	return w.takeOfWish(wish, it.ID, value)
}

func (w *projecting) takeOfWish(wish *wishDraft, id catalogue.ItemID, value []byte) (err error) {
	yes := bytes.Equal(value, jsonTrue)
	switch id {
	case "A15.X1":
		wish.programme = plainText(value)
	case "A15.01":
		wish.Selective = yes
	case "A15.02":
		wish.Boarding = yes
	case bandItem:
		var label json.RawMessage
		if label, err = band(distanceBands, value); err == nil {
			wish.Band = view.Band(w.words["distance_band"][plainText(label)])
		}
	case "A15.04":
		wish.PedagogicalRank, err = rank(value)
	case "A15.05":
		state := plainText(value)
		wish.Complete, wish.cancelled = applicationComplete(state), state == "annulé"
	case "A15.06":
		wish.group = plainText(value)
	case "A15.08":
		wish.Confirmed = true
	case "A15.13":
		wish.PreferenceRank, err = rank(value)
	case "A16.03":
		wish.CallOrderRank, err = rank(value)
	case "A16.04":
		wish.WaitingListRank, err = rank(value)
	case "A16.05":
		wish.Answer, err = word[view.Answer](w, "answer", plainText(value))
	case "A16.06":
		if wish.answered, err = time.Parse(time.RFC3339, plainText(value)); err != nil {
			err = errNoForm
		}
	case "A16.07":
		wish.Institution, err = word[core.InstitutionAnswer](w, "institution_answer", plainText(value))
	case "A16.09":
		wish.Type, err = word[view.AdmissionType](w, "admission_type", admissionTypes[plainText(value)])
	default:
		err = errNoForm
	}
	return err
}

// trackOf is the track of each series ("voie"): since 2021, and before.
var trackOf = map[string]core.Track{
	"générale": core.General, "S": core.General, "ES": core.General, "L": core.General,
	"STMG": core.Technological, "STI2D": core.Technological, "STL": core.Technological, "ST2S": core.Technological,
	"STD2A": core.Technological, "STHR": core.Technological, "S2TMD": core.Technological, "STAV": core.Technological,
	"professionnelle": core.Professional,
}

// admissionTypes are the words of the core for the natures of admission of the annex.
var admissionTypes = map[string]string{
	"principale": "main", "complémentaire": "complementary", "apprentissage": "apprenticeship", "CAES": "caes", "directe": "direct",
}

// word is a word of a closed list of the view.
func word[T ~uint8](w *projecting, column, value string) (T, error) {
	n, ok := w.words[column][value]
	if !ok {
		return 0, errNoForm
	}
	return T(n), nil
}

func rank(value []byte) (int32, error) {
	n, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil || n < 1 || n == math.MaxInt32 {
		return 0, errNoForm // the cause would quote it
	}
	return int32(n), nil
}

// settle draws what takes several values: the sector of each wish, the pool of who asks
// for boarding, whether an answer came in time. Cancelled wishes are no wishes.
func (w *projecting) settle(f *coreFile) error {
	d := &f.draft
	d.person.Pseudonym = f.pseudonym
	type couple struct {
		programme string
		boarding  bool
	}
	boarder := false
	seen := map[couple]crypto.RecordID{}
	for _, record := range wishOrder(d.wishes) {
		wish := d.wishes[record]
		if wish.cancelled {
			delete(d.wishes, record)
			continue
		}
		if wish.programme == "" {
			return fmt.Errorf("projecting candidate %s: a wish names no programme: %w", f.ref, errNoForm)
		}
		// To the core, a programme with boarding or without is one wish. A file that names it
		// twice must not stop a campaign: the first of its list that was confirmed is told, or
		// else the first, and it is counted.
		same := couple{wish.programme, wish.Boarding}
		if first, repeated := seen[same]; repeated {
			f.repeated++
			if !wish.Confirmed || d.wishes[first].Confirmed {
				delete(d.wishes, record)
				continue
			}
			delete(d.wishes, first)
		}
		seen[same] = record
		academy := w.programmes[wish.programme].Academy
		wish.Resident = academy != "" && (d.academy == academy || slices.ContainsFunc(requestsOf(d), func(r *requestDraft) bool { return r.accepted && r.academy == academy }))
		boarder = boarder || wish.Boarding
		if !wish.Boarding {
			wish.Band = 0
		}
		if !wish.answered.IsZero() {
			wish.InTime = true
			if w.Deadlines != nil {
				until, known := w.Deadlines.Deadline(wish.programme)
				wish.InTime = !known || !wish.answered.After(until)
			}
		}
	}
	if boarder {
		switch d.sex {
		case "F":
			d.person.Pool = core.Girls
		case "M":
			d.person.Pool = core.Boys
		default:
			d.person.Pool = core.Mixed
		}
	}
	d.sex, d.academy = "", ""
	return nil
}

// wishOrder lists the wishes of a file as they were sent in.
func wishOrder(wishes map[crypto.RecordID]*wishDraft) []crypto.RecordID {
	return slices.SortedFunc(maps.Keys(wishes), func(a, b crypto.RecordID) int { return cmp.Compare(wishes[a].ordinal, wishes[b].ordinal) })
}

func requestsOf(d *coreDraft) (all []*requestDraft) {
	for _, r := range d.requests {
		all = append(all, r)
	}
	return all
}

// add puts one candidate into the view.
func (w *projecting) add(f *coreFile) {
	wishes := make([]view.Wish, 0, len(f.draft.wishes))
	for _, record := range wishOrder(f.draft.wishes) {
		d := f.draft.wishes[record]
		d.Programme, d.Group = w.build.Programme(d.programme), w.build.Group(d.group)
		wishes = append(wishes, d.Wish)
	}
	w.out.Repeated += int64(f.repeated)
	w.build.Add(f.draft.person, wishes...)
	w.out.who[f.pseudonym] = f.ref
	f.draft, f.halves, f.rows = coreDraft{}, nil, nil
}
