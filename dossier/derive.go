package dossier

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"sceau/catalogue"
)

// errNoForm means that a value does not have the granted form by itself: it takes
// other items, which the projection to the core reads, or it never leaves as such.
var errNoForm = errors.New("the granted form is not drawn from this item alone")

var (
	jsonTrue  = json.RawMessage("true")
	jsonFalse = json.RawMessage("false")
)

// A derivation gives what leaves the gate in place of a value ("forme"). It may be
// handed null, and then answers what absence means in that form.
type derivation func(value json.RawMessage) (json.RawMessage, error)

// derivationOf finds how an item takes a form for a recipient. It is known before
// anything is opened: an item that does not have the form is refused, never passed
// on as it is.
func derivationOf(it catalogue.Item, word catalogue.Derive, r catalogue.RecipientID) (derivation, bool) {
	switch word {
	case "as-is":
		return asIs, true
	case "own-couple":
		// The value itself, of something that a file has once for each programme.
		return asIs, it.Repeats == "per_wish" || it.Repeats == "per_payment"
	case "yes-no":
		f, ok := yesNo(it)
		return f, ok
	case "band":
		bands, ok := bandsOf[it.ID]
		return present(func(v json.RawMessage) (json.RawMessage, error) { return band(bands, v) }), ok
	case "status-only":
		return present(statusOnly(it)), it.Kind == "enum"
	case "coded":
		if r == "SYS-core" || r == "SYS-project" {
			f, ok := coreForms[it.ID]
			return f, ok
		}
		f, ok := coded(it)
		return present(f), ok
	}
	// match and count hand out nothing; scrub needs the person, see scrubberFor.
	return nil, false
}

func asIs(v json.RawMessage) (json.RawMessage, error) { return v, nil }

func absent(v json.RawMessage) bool { return len(v) == 0 || bytes.Equal(v, null) }

// present leaves null alone.
func present(f derivation) derivation {
	return func(v json.RawMessage) (json.RawMessage, error) {
		if absent(v) {
			return bytes.Clone(null), nil
		}
		return f(v)
	}
}

func bit(holds bool) (json.RawMessage, error) {
	if holds {
		return bytes.Clone(jsonTrue), nil // a view clears what it was given
	}
	return bytes.Clone(jsonFalse), nil
}

// drawn gives a form of a value, and clears the value unless the form is itself.
func drawn(f derivation, value json.RawMessage) (json.RawMessage, error) {
	form, err := f(value)
	if err != nil || len(form) == 0 || len(value) == 0 || &form[0] != &value[0] {
		clear(value)
	}
	return form, err
}

// yesNo is one bit; no value counts as no. An academy is no yes or no by itself:
// "of the sector" takes the programme's too.
func yesNo(it catalogue.Item) (derivation, bool) {
	switch {
	case it.ID == "A15.05":
		return func(v json.RawMessage) (json.RawMessage, error) { return bit(plainText(v) == "complet") }, true
	case it.ID == "A02.06", it.ID == "A02.07":
		// est_boursier: a step or a number of shares above nothing.
		return func(v json.RawMessage) (json.RawMessage, error) {
			n, err := strconv.ParseFloat(plainText(v), 64)
			return bit(err == nil && n > 0)
		}, true
	case it.Kind == "bool":
		return func(v json.RawMessage) (json.RawMessage, error) { return bit(bytes.Equal(v, jsonTrue)) }, true
	}
	return nil, false
}

// coreForms are the core_form of the annex, for those that one item gives alone. The
// others (sector, track, boarding pool, pseudonym) are drawn by the projection.
var coreForms = map[catalogue.ItemID]derivation{
	"A15.01": asIs, "A15.02": asIs, "A15.04": asIs, "A15.06": asIs, "A15.X1": asIs, "A15.13": asIs,
	"A16.03": asIs, "A16.04": asIs, "A16.05": asIs, "A16.07": asIs, "A16.09": asIs,
	"A15.05": func(v json.RawMessage) (json.RawMessage, error) { return bit(applicationComplete(plainText(v))) },
	"A15.08": func(v json.RawMessage) (json.RawMessage, error) { return bit(!absent(v)) },
}

// A step is the lower bound of a band and its published label.
type step struct {
	from  float64
	label string
}

// applicationComplete is the form of a state in the core: who confirmed a wish had
// completed it.
func applicationComplete(state string) bool { return state == "complet" || state == "confirmé" }

// Bands of A02.01 (euros a year) and A15.03 (kilometres). The decree publishes
// none: these are coarse enough that no band holds a household or a home.
var (
	incomeBands = []step{{-1e12, "0"}, {1, "1-14999"}, {15000, "15000-24999"}, {25000, "25000-34999"},
		{35000, "35000-49999"}, {50000, "50000-74999"}, {75000, "75000+"}}
	distanceBands = []step{{-1, "0-9"}, {10, "10-29"}, {30, "30-99"}, {100, "100-299"}, {300, "300+"}}
)

var bandsOf = map[catalogue.ItemID][]step{"A02.01": incomeBands, "A15.03": distanceBands}

func band(bands []step, value json.RawMessage) (json.RawMessage, error) {
	n, err := strconv.ParseFloat(plainText(value), 64)
	if err != nil {
		return nil, errNoForm
	}
	label := bands[0].label
	for _, b := range bands {
		if n >= b.from {
			label = b.label
		}
	}
	return quote(label), nil
}

// statusOnly is the state without ground, text, rank or mark: "oui si" says that
// somebody is thought weak, so it reads "oui".
func statusOnly(it catalogue.Item) derivation {
	return func(v json.RawMessage) (json.RawMessage, error) {
		state := plainText(v)
		if it.ID == "A16.07" && strings.HasPrefix(state, "oui") {
			state = "oui"
		}
		return quote(state), nil
	}
}

// coded keeps codes and numbers: no text, no document, dates cut to the year,
// occupations by two digits with 44 merged into its neighbour.
func coded(it catalogue.Item) (derivation, bool) {
	switch it.Kind {
	case "date", "timestamp":
		return func(v json.RawMessage) (json.RawMessage, error) {
			day := plainText(v)
			if len(day) < 4 {
				return nil, errNoForm
			}
			return quote(day[:4]), nil
		}, true
	case "enum":
		if it.ID == "A01.24" {
			return func(v json.RawMessage) (json.RawMessage, error) {
				if plainText(v) == "44" { // clergy: it tells a faith
					return quote("45"), nil
				}
				return v, nil
			}, true
		}
		return asIs, true
	case "bool", "int", "decimal", "list":
		return asIs, true
	case "string":
		// Codes of schools and programmes, never a name or a number of a person.
		return asIs, it.Class == "schooling" || it.Class == "choices"
	}
	return nil, false
}

func quote(s string) json.RawMessage {
	b, _ := json.Marshal(s)
	return b
}
