package proof

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/policy"
)

// An Excess is one row of a table that the decree does not allow, with the
// sentence that a lawyer reads.
type Excess struct {
	Row      policy.Row
	Code     Code
	Sentence string // French: it names recipient, item, phase, relation and article

	who, what, reason string
}

// Code says what is in excess, for programs.
type Code string

const (
	UnknownRecipient Code = "unknown-recipient"
	UnknownItem      Code = "unknown-item"
	Denied           Code = "denied"     // an item-level denial of the ceiling
	Closed           Code = "closed"     // the recipient is granted nothing of that item
	WrongPurpose     Code = "purpose"    // ... for that purpose
	WrongPhase       Code = "phase"      // ... in that phase
	WrongRelation    Code = "relation"   // ... by that relation
	WrongAction      Code = "action"     // ... to write
	HigherForm       Code = "form"       // ... in so high a form
	WrongDerive      Code = "derive"     // ... so derived
	MissingGuard     Code = "guard"      // ... without a guard
	Incoherent       Code = "incoherent" // the form says one thing, the derive another
	NamedPseudonym   Code = "named"      // an identity under a file number
	Uncited          Code = "uncited"    // no article, or no sheet row
	Repeated         Code = "repeated"   // the same guard twice
	OpenContext      Code = "context"    // the rules open what the ceiling closes whole
)

// Words of the decree's tables; forms from the least to the most.
const (
	forms           = "none aggregate pseudonymised masked clear"
	coarse          = "coded band yes-no match"
	identityClasses = "identity contact"
)

// Check reads the decree and gives every row of the table that goes beyond it.
// It gives nothing when the table is within the ceiling.
func Check(rows []policy.Row, decreeFiles fs.FS) ([]Excess, error) {
	d, err := read(decreeFiles)
	if err != nil {
		return nil, err
	}
	var out []Excess
	for _, r := range rows {
		if code, nearest, ok := d.excess(r); ok {
			x := Excess{Row: r, Code: code, who: d.who(r), what: d.what(r), reason: d.reason(r, code, nearest)}
			x.Sentence = group{x, []string{x.what}, []string{string(r.Phase)}, []string{verb(r)}, 1}.sentence()
			out = append(out, x)
		}
	}
	return out, nil
}

// CheckOpened gives the contexts that the rules open and where the ceiling grants
// nothing at all to that recipient. A sheet that asked there would find an open door.
func CheckOpened(opened []policy.Context, decreeFiles fs.FS) ([]Excess, error) {
	d, err := read(decreeFiles)
	if err != nil {
		return nil, err
	}
	granted := map[string]bool{}
	for _, c := range d.order {
		if !c.grants() {
			continue
		}
		for ph := range c.phases {
			for rel := range c.relations {
				granted[context(c.recipient, c.purpose, ph, rel)] = true
			}
		}
	}
	var out []Excess
	for _, c := range opened {
		if granted[context(string(c.Recipient), string(c.Purpose), string(c.Phase), string(c.Relation))] {
			continue
		}
		r := policy.Row{Recipient: c.Recipient, Purpose: c.Purpose, Phase: c.Phase, Relation: c.Relation}
		out = append(out, Excess{Row: r, Code: OpenContext, Sentence: fmt.Sprintf(
			"Les règles ouvrent à %s les données pour %s en %s par la relation %s, où le plafond ne lui accorde rien (Art. 3 al. 1).",
			d.who(r), c.Purpose, c.Phase, c.Relation)})
	}
	return out, nil
}

// excess says what is wrong with a row, and which row of the ceiling comes nearest.
func (d *decree) excess(r policy.Row) (Code, *ceiling, bool) {
	if _, ok := d.recipients[string(r.Recipient)]; !ok {
		return UnknownRecipient, nil, true
	}
	it, ok := d.items[string(r.Item)]
	if !ok {
		return UnknownItem, nil, true
	}
	if r.Article == "" || !strings.HasPrefix(r.SheetRow, "S-"+string(r.Recipient)+"-") {
		return Uncited, nil, true
	}
	if code, bad := incoherent(r); bad {
		return code, nil, true
	}
	// Under a file number, what names a person may only leave as a code, a
	// band, one bit or the answer to a comparison.
	if r.Form.String() == "pseudonymised" && word(identityClasses, it.class) && !word(coarse, string(r.Derive)) {
		return NamedPseudonym, nil, true
	}
	key := string(r.Recipient) + " " + string(r.Item)
	for _, c := range d.denials[key] {
		if (c.purpose == "ALL" || c.purpose == string(r.Purpose)) && c.phases[string(r.Phase)] &&
			(len(c.relations) == 0 || c.relations[string(r.Relation)]) {
			return Denied, &c, true
		}
	}
	if len(d.grants[key]) == 0 {
		return Closed, nil, true
	}
	// The nearest miss tells best what is wrong: the row of the ceiling that
	// the table's row comes furthest with.
	best, at := Code(""), -1
	var nearest *ceiling
	for _, c := range d.grants[key] {
		code, step, fits := within(r, c)
		if fits {
			return "", nil, false
		}
		if step > at {
			best, at, nearest = code, step, &c
		}
	}
	return best, nearest, true
}

// within says whether a row of the ceiling covers a row of the table, and if
// not, at which step it stops doing so.
func within(r policy.Row, c ceiling) (code Code, step int, fits bool) {
	for i, t := range []struct {
		code Code
		ok   bool
	}{
		{WrongPurpose, c.purpose == string(r.Purpose)},
		{WrongPhase, c.phases[string(r.Phase)]},
		{WrongRelation, c.relations[string(r.Relation)]},
		{WrongAction, r.Action == "read" || (r.Action == "write" && c.access == "write")},
		{HigherForm, rank(r.Form.String()) <= rank(c.form())},
		{WrongDerive, deriveWithin(r, c)},
		{MissingGuard, guarded(r, c)},
	} {
		if !t.ok {
			return t.code, i, false
		}
	}
	return "", 0, true
}

// form is the form that a row of the ceiling allows.
func (c ceiling) form() string {
	switch {
	case c.access == "aggregate", c.access == "pseudonymised":
		return c.access
	case c.derive == "as-is":
		return "clear"
	}
	return "masked"
}

func rank(form string) int { return slices.Index(strings.Fields(forms), form) }

func word(list, w string) bool { return slices.Contains(strings.Fields(list), w) }

// deriveWithin: the value as it is may be lowered to anything; a derived value
// stays derived that way, because a band and a match do not tell less than one
// another, they tell other things. The couple's own value is no lower: it is the value,
// where the ceiling says that the item is of one couple. A count tells less than any line.
func deriveWithin(r policy.Row, c ceiling) bool {
	return c.derive == string(r.Derive) || c.derive == "as-is" && r.Derive != "own-couple" || (r.Form.String() == "aggregate" && r.Derive == "count")
}

// guarded: the table may ask for more facts than the ceiling, never for fewer.
func guarded(r policy.Row, c ceiling) bool {
	for g := range c.guards {
		if !slices.ContainsFunc(r.Guards, func(w catalogue.Guard) bool { return string(w) == g }) {
			return false
		}
	}
	return true
}

func incoherent(r policy.Row) (Code, bool) {
	form, asIs, count := r.Form.String(), r.Derive == "as-is", r.Derive == "count"
	switch {
	case form == "clear" && !asIs, form == "masked" && (asIs || count), (form == "aggregate") != count, rank(form) < 1:
		return Incoherent, true
	case r.Action == "write" && form != "clear" && form != "masked":
		return Incoherent, true
	}
	for i, g := range r.Guards {
		if slices.Contains(r.Guards[:i], g) {
			return Repeated, true
		}
	}
	return "", false
}

func (d *decree) who(r policy.Row) string {
	who := string(r.Recipient)
	if label := d.recipients[who]; label != "" {
		who += " (" + label + ")"
	}
	return who
}
