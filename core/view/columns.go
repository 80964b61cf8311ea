package view

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"sceau/catalogue"
	"sceau/core"
)

// A Form is what the values of a column are, and can be nothing else.
type Form uint8

const (
	ID   Form = iota // a pseudonym, a programme, a group
	Bool             // yes or no
	Int              // a rank, from 1; 0 is none
	Enum             // a word of a closed list, or none
)

// A Column of the view is what some items of the annex become in the core.
type Column struct {
	Name  string             // first word of the core_form of its items
	Items []catalogue.ItemID // from which it may be drawn
	Form  Form
	Words []string // of an Enum; value 1 is the first
	// Moves: it changes by the course of the campaign. That it differs from one view to
	// the next is no rectification.
	Moves bool
}

// A column of rows of one kind: how it is read and written.
type column[Row any] struct {
	Column
	get func(*Row) uint32
	set func(*Row, uint32)
}

// most is the greatest value of a column by itself; the dictionaries bound ids.
func (c *column[Row]) most() uint32 {
	switch c.Form {
	case Bool:
		return 1
	case Enum:
		return uint32(len(c.Words))
	case Int:
		return core.MaxRank
	}
	return math.MaxUint32
}

// PseudonymColumn is the form of the registration number in the core: drawn, and sealed
// in the dossier under the same name.
const PseudonymColumn = "candidate_pseudonym"

// personPseudonym stands first in the person's columns; its 16 bytes are written as
// they are.
var personPseudonym = Column{Name: PseudonymColumn, Items: []catalogue.ItemID{"A01.01"}, Form: ID}

var personColumns = []column[Person]{
	{Column{Name: "est_boursier", Items: []catalogue.ItemID{"A02.06", "A02.07"}, Form: Bool},
		func(p *Person) uint32 { return bit(p.Bursary) }, func(p *Person, n uint32) { p.Bursary = n == 1 }},
	{Column{Name: "bac_track", Items: []catalogue.ItemID{"A08.03", "A12.03"}, Form: Enum, Words: words(core.General, core.Technological, core.Professional)},
		func(p *Person) uint32 { return uint32(p.Track) }, func(p *Person, n uint32) { p.Track = core.Track(n) }},
	{Column{Name: "boarding_pool", Items: []catalogue.ItemID{"A01.09"}, Form: Enum, Words: words(core.Girls, core.Boys, core.Mixed)},
		func(p *Person) uint32 { return uint32(p.Pool) }, func(p *Person, n uint32) { p.Pool = core.Pool(n) }},
}

// The programme stands first: a file has it beside the number of a person's wishes, so
// that it cannot announce more wishes than it has bytes for.
var wishColumns = []column[Wish]{
	{Column{Name: "programme_id", Items: []catalogue.ItemID{"A15.X1", "A16.01", "A16.02"}, Form: ID},
		func(w *Wish) uint32 { return uint32(w.Programme) }, func(w *Wish, n uint32) { w.Programme = int32(n) }},
	{Column{Name: "boarding_requested", Items: []catalogue.ItemID{"A15.02"}, Form: Bool},
		func(w *Wish) uint32 { return bit(w.Boarding) }, func(w *Wish, n uint32) { w.Boarding = n == 1 }},
	{Column{Name: "selective", Items: []catalogue.ItemID{"A15.01"}, Form: Bool},
		func(w *Wish) uint32 { return bit(w.Selective) }, func(w *Wish, n uint32) { w.Selective = n == 1 }},
	{Column{Name: "est_du_secteur", Items: []catalogue.ItemID{"A01.17", "A01.18", "A04.01", "A04.02", "A04.10"}, Form: Bool},
		func(w *Wish) uint32 { return bit(w.Resident) }, func(w *Wish, n uint32) { w.Resident = n == 1 }},
	{Column{Name: "wish_confirmed", Items: []catalogue.ItemID{"A15.08"}, Form: Bool},
		func(w *Wish) uint32 { return bit(w.Confirmed) }, func(w *Wish, n uint32) { w.Confirmed = n == 1 }},
	{Column{Name: "application_complete", Items: []catalogue.ItemID{"A15.05"}, Form: Bool},
		func(w *Wish) uint32 { return bit(w.Complete) }, func(w *Wish, n uint32) { w.Complete = n == 1 }},
	{Column{Name: "distance_band", Items: []catalogue.ItemID{"A15.03"}, Form: Enum, Words: []string{"0-9", "10-29", "30-99", "100-299", "300+"}},
		func(w *Wish) uint32 { return uint32(w.Band) }, func(w *Wish, n uint32) { w.Band = Band(n) }},
	{Column{Name: "group_id", Items: []catalogue.ItemID{"A15.06"}, Form: ID}, // 0 is none
		func(w *Wish) uint32 { return uint32(w.Group + 1) }, func(w *Wish, n uint32) { w.Group = int32(n - 1) }},
	{Column{Name: "pedagogical_rank", Items: []catalogue.ItemID{"A15.04"}, Form: Int},
		func(w *Wish) uint32 { return uint32(w.PedagogicalRank) }, func(w *Wish, n uint32) { w.PedagogicalRank = int32(n) }},
	{Column{Name: "call_order_rank", Items: []catalogue.ItemID{"A16.03"}, Form: Int, Moves: true},
		func(w *Wish) uint32 { return uint32(w.CallOrderRank) }, func(w *Wish, n uint32) { w.CallOrderRank = int32(n) }},
	{Column{Name: "waiting_list_rank", Items: []catalogue.ItemID{"A16.04"}, Form: Int, Moves: true},
		func(w *Wish) uint32 { return uint32(w.WaitingListRank) }, func(w *Wish, n uint32) { w.WaitingListRank = int32(n) }},
	{Column{Name: "preference_rank", Items: []catalogue.ItemID{"A15.13"}, Form: Int, Moves: true},
		func(w *Wish) uint32 { return uint32(w.PreferenceRank) }, func(w *Wish, n uint32) { w.PreferenceRank = int32(n) }},
	{Column{Name: "answer", Items: []catalogue.ItemID{"A16.05"}, Form: Enum, Words: []string{"accepte", "accepte et maintient", "renonce", "sans réponse"}, Moves: true},
		func(w *Wish) uint32 { return uint32(w.Answer) }, func(w *Wish, n uint32) { w.Answer = Answer(n) }},
	{Column{Name: "answer_in_time", Items: []catalogue.ItemID{"A16.06"}, Form: Bool, Moves: true},
		func(w *Wish) uint32 { return bit(w.InTime) }, func(w *Wish, n uint32) { w.InTime = n == 1 }},
	{Column{Name: "institution_answer", Items: []catalogue.ItemID{"A16.07"}, Form: Enum, Words: words(core.Yes, core.YesIf, core.OnHold, core.No)},
		func(w *Wish) uint32 { return uint32(w.Institution) }, func(w *Wish, n uint32) { w.Institution = core.InstitutionAnswer(n) }},
	{Column{Name: "admission_type", Items: []catalogue.ItemID{"A16.09"}, Form: Enum, Words: []string{"main", "complementary", "apprenticeship", "caes", "direct"}, Moves: true},
		func(w *Wish) uint32 { return uint32(w.Type) }, func(w *Wish, n uint32) { w.Type = AdmissionType(n) }},
}

// words are those of a closed list that the core counts from 1, in that order.
func words[T fmt.Stringer](list ...T) (all []string) {
	for _, value := range list {
		all = append(all, value.String())
	}
	return all
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// Columns lists the columns of the view: those of a person, then those of a wish.
func Columns() []Column {
	all := []Column{personPseudonym}
	for _, c := range personColumns {
		all = append(all, c.Column)
	}
	for _, c := range wishColumns {
		all = append(all, c.Column)
	}
	return all
}

// Items are those that a column is drawn from.
func Items(column string) []catalogue.ItemID {
	for _, c := range Columns() {
		if c.Name == column {
			return c.Items
		}
	}
	return nil
}

// Words gives, for each column that has a closed list, the value of each of its words.
func Words() map[string]map[string]uint8 {
	all := map[string]map[string]uint8{}
	for _, c := range Columns() {
		if len(c.Words) == 0 {
			continue
		}
		all[c.Name] = map[string]uint8{}
		for i, word := range c.Words {
			all[c.Name][word] = uint8(i + 1)
		}
	}
	return all
}

// Check compares columns with the register, both ways: each item that the core needs is
// in the column that its core_form names, in that very form, and each column has items
// that the core needs and no other.
func Check(c *catalogue.Catalogue, columns []Column) error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	drawn := map[catalogue.ItemID]string{}
	names := map[string]bool{}
	for _, col := range columns {
		if names[col.Name] {
			say("column %s stands twice", col.Name)
		}
		names[col.Name] = true
		if len(col.Items) == 0 {
			say("column %s is drawn from no item of the annex", col.Name)
		}
		for _, id := range col.Items {
			it, known := c.Item(id)
			switch {
			case !known:
				say("column %s: the annex has no item %s", col.Name, id)
				continue
			case !it.CoreNeed:
				say("column %s: the core does not need %s", col.Name, id)
				continue
			case drawn[id] != "":
				say("item %s is in column %s and in column %s", id, drawn[id], col.Name)
			}
			drawn[id] = col.Name
			if said := formOf(it).differs(col); said != "" {
				say("column %s of %s: %s, and the annex says %q", col.Name, id, said, it.CoreForm)
			}
		}
	}
	for _, it := range c.Items() {
		if it.CoreNeed && drawn[it.ID] == "" {
			say("the core needs %s (%s), and no column has it", it.ID, it.CoreForm)
		}
	}
	return errors.Join(wrong...)
}

// A coreForm is a core_form of the annex, read.
type coreForm struct {
	name  string
	form  Form
	words []string // nil where the annex leaves the closed list to the platform
}

// formOf reads the core_form of an item: a name, and in parentheses what its values are.
func formOf(it catalogue.Item) (f coreForm) {
	text := strings.TrimPrefix(it.CoreForm, "programme attribute ")
	f.name, _, _ = strings.Cut(text, " ")
	_, inside, _ := strings.Cut(text, "(")
	inside, _, _ = strings.Cut(inside, ")")
	word, _, _ := strings.Cut(strings.ReplaceAll(inside, ",", " "), " ")
	switch {
	case word == "bool":
		f.form = Bool
	case word == "int":
		f.form = Int
	case word == "enum":
		f.form, f.words = Enum, it.Values()
	case strings.Contains(word, "|"):
		f.form, f.words = Enum, strings.Split(word, "|")
	case strings.HasSuffix(f.name, "_band"):
		f.form = Enum
	}
	return f
}

func (f coreForm) differs(col Column) string {
	switch {
	case f.name != col.Name:
		return "it has another name"
	case f.form != col.Form:
		return "its values have another form"
	case f.words != nil && !slices.Equal(f.words, col.Words):
		return "its words are " + strings.Join(col.Words, "|")
	case f.form == Enum && len(col.Words) == 0:
		return "its list is not closed"
	}
	return ""
}
