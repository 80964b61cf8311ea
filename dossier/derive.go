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

// derive gives what leaves the gate in place of the value ("forme"). Anything it
// does not know is refused, never passed on.
func derive(it catalogue.Item, word catalogue.Derive, value json.RawMessage) (json.RawMessage, error) {
	absent := len(value) == 0 || bytes.Equal(value, null)
	switch word {
	case "as-is", "own-couple":
		return value, nil
	case "yes-no":
		return yesNo(it, value, absent)
	case "band":
		if absent {
			return null, nil
		}
		return band(it, value)
	case "status-only":
		if absent {
			return null, nil
		}
		return statusOnly(it, value)
	case "coded":
		if absent {
			return null, nil
		}
		return coded(it, value)
	}
	// match and count hand out nothing; scrub needs the person, see scrubber.
	return nil, errNoForm
}

// yesNo is one bit; no value counts as no.
func yesNo(it catalogue.Item, value json.RawMessage, absent bool) (json.RawMessage, error) {
	var holds bool
	switch {
	case absent:
	case it.ID == "A15.05":
		holds = plainText(value) == "complet"
	case it.Kind == "bool":
		holds = bytes.Equal(value, jsonTrue)
	case it.ID == "A02.06", it.ID == "A02.07":
		// est_boursier: a step or a number of shares above nothing.
		n, err := strconv.ParseFloat(plainText(value), 64)
		holds = err == nil && n > 0
	default:
		return nil, errNoForm
	}
	if holds {
		return jsonTrue, nil
	}
	return jsonFalse, nil
}

// A step is the lower bound of a band and its published label.
type step struct {
	from  float64
	label string
}

// Bands of A02.01 (euros a year) and A15.03 (kilometres). The decree publishes
// none: these are coarse enough that no band holds a household or a home.
var (
	incomeBands = []step{{-1e12, "0"}, {1, "1-14999"}, {15000, "15000-24999"}, {25000, "25000-34999"},
		{35000, "35000-49999"}, {50000, "50000-74999"}, {75000, "75000+"}}
	distanceBands = []step{{-1, "0-9"}, {10, "10-29"}, {30, "30-99"}, {100, "100-299"}, {300, "300+"}}
)

func band(it catalogue.Item, value json.RawMessage) (json.RawMessage, error) {
	bands := map[catalogue.ItemID][]step{"A02.01": incomeBands, "A15.03": distanceBands}[it.ID]
	n, err := strconv.ParseFloat(plainText(value), 64)
	if bands == nil || err != nil {
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
func statusOnly(it catalogue.Item, value json.RawMessage) (json.RawMessage, error) {
	if it.Kind != "enum" {
		return nil, errNoForm
	}
	state := plainText(value)
	if it.ID == "A16.07" && strings.HasPrefix(state, "oui") {
		state = "oui"
	}
	return quote(state), nil
}

// coded keeps codes and numbers: no text, no document, dates cut to the year,
// occupations by two digits with 44 merged into its neighbour.
func coded(it catalogue.Item, value json.RawMessage) (json.RawMessage, error) {
	switch it.Kind {
	case "date", "timestamp":
		day := plainText(value)
		if len(day) < 4 {
			return nil, errNoForm
		}
		return quote(day[:4]), nil
	case "bool", "int", "decimal":
		return value, nil
	case "enum":
		if it.ID == "A01.24" && plainText(value) == "44" {
			// 44 is clergy: it tells a faith.
			return quote("45"), nil
		}
		return value, nil
	case "list":
		return value, nil
	case "string":
		// Codes of schools and programmes, never a name or a number of a person.
		if it.Class == "schooling" || it.Class == "choices" {
			return value, nil
		}
	}
	return nil, errNoForm
}

func quote(s string) json.RawMessage {
	b, _ := json.Marshal(s)
	return b
}
