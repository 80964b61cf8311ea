package dossier

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"sceau/catalogue"
)

// A Filing is one dossier as it was sent in, checked and still in clear. It lives
// between the wire and the seal, refuses to print, and is wiped by Close.
type Filing struct {
	Line  int64 // where it stood, for the report; 0 when it came alone
	forms *Forms
	// one holds the items that stand once, in the order of the form; many the
	// repeated records by the word of `repeats`.
	one  Record
	many map[catalogue.Repeat][]Record
	raw  []byte
}

// A Record is one value for each item of a form; nil stands for null.
type Record []json.RawMessage

// Format covers every verb, of a filing and of a pointer to one.
func (Filing) Format(s fmt.State, _ rune) { io.WriteString(s, "filing") }

// LogValue keeps a log from walking its fields.
func (Filing) LogValue() slog.Value { return slog.StringValue("filing") }

// MarshalJSON refuses: what was sent in leaves through the gate only.
func (Filing) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a filing does not marshal")
}

// Close wipes the values.
func (f *Filing) Close() {
	clear(f.raw)
	f.one.wipe()
	for _, records := range f.many {
		for _, r := range records {
			r.wipe()
		}
	}
	f.one, f.many = nil, nil
}

func (r Record) wipe() {
	for _, v := range r {
		clear(v)
	}
}

// A LineError says why a line was refused: the item and the rule, never the value.
type LineError struct {
	Item catalogue.ItemID // empty when the line as a whole is refused
	Rule string
}

func (e *LineError) Error() string {
	if e.Item == "" {
		return e.Rule
	}
	return string(e.Item) + ": " + e.Rule
}

// Forms knows, for each word of `repeats`, which items a record has and where.
type Forms struct {
	catalogue *catalogue.Catalogue
	forms     map[catalogue.Repeat]*form
}

type form struct {
	items []catalogue.Item
	at    map[string]int // English name to position
	byID  map[catalogue.ItemID]int
}

// NewForms derives the forms of intake from the catalogue. The traces of actions
// (A14.03) are in none: they are the traces themselves.
func NewForms(c *catalogue.Catalogue) *Forms {
	f := &Forms{catalogue: c, forms: map[catalogue.Repeat]*form{}}
	for _, it := range c.Items() {
		if it.Kind == "event" {
			continue
		}
		fm := f.forms[it.Repeats]
		if fm == nil {
			fm = &form{at: map[string]int{}, byID: map[catalogue.ItemID]int{}}
			f.forms[it.Repeats] = fm
		}
		fm.at[it.Name] = len(fm.items)
		fm.byID[it.ID] = len(fm.items)
		fm.items = append(fm.items, it)
	}
	return f
}

// perAgent records come with missions, not with dossiers.
const perAgent = "per_agent"

// limits on the records of one file, so that a hostile line ends early.
const (
	maxRecords = 400
	maxLine    = 32 << 20
)

// Parse reads one line: keys are the English names of the annex, repeated records
// are lists under the word of `repeats`. An unknown key, a key given twice, a value
// out of form: the line is refused, with the item and the rule.
//
// Parse keeps line: the values of the filing point into it.
func (f *Forms) Parse(line []byte) (*Filing, error) {
	if len(line) > maxLine {
		return nil, &LineError{Rule: fmt.Sprintf("line: at most %d bytes", maxLine)}
	}
	filing := &Filing{forms: f, many: map[catalogue.Repeat][]Record{}, raw: line}
	// jsontext refuses a key that stands twice, which encoding/json would pass over.
	dec := jsontext.NewDecoder(bytes.NewReader(line))
	one := f.forms["one"]
	filing.one = make(Record, len(one.items))
	err := readObject(dec, func(key string) error {
		if fm, ok := f.forms[catalogue.Repeat(key)]; ok && key != "one" && key != perAgent {
			records, err := fm.readList(dec)
			filing.many[catalogue.Repeat(key)] = records
			return err
		}
		return one.readItem(dec, key, filing.one)
	})
	if err != nil {
		return nil, lineError(err)
	}
	if _, err := dec.ReadToken(); err == nil {
		return nil, &LineError{Rule: "line: one object, nothing after it"}
	}
	if len(filing.many["per_responsible"]) > maxResponsibles {
		return nil, &LineError{Rule: fmt.Sprintf("per_responsible: at most %d", maxResponsibles)}
	}
	for k, it := range one.items {
		if it.Required && filing.one[k] == nil {
			return nil, &LineError{Item: it.ID, Rule: "a value is required"}
		}
	}
	return filing, nil
}

func lineError(err error) error {
	var refused *LineError
	if errors.As(err, &refused) {
		return refused
	}
	var bad *catalogue.FormatError
	if errors.As(err, &bad) {
		return &LineError{Item: bad.Item, Rule: bad.Rule}
	}
	// jsontext quotes what it read; the rule does not.
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return &LineError{Rule: "line: a key stands twice"}
	}
	return &LineError{Rule: "line: malformed JSON"}
}

func readObject(dec *jsontext.Decoder, member func(key string) error) error {
	if dec.PeekKind() != '{' {
		return &LineError{Rule: "line: not an object"}
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (fm *form) readItem(dec *jsontext.Decoder, key string, into Record) error {
	k, ok := fm.at[key]
	if !ok {
		return &LineError{Rule: "unknown key " + quoteKey(key)}
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if value.Kind() == 'n' {
		return nil
	}
	// One spelling for one value, so that one value has one size; and a copy, because
	// the decoder's buffer is its own.
	into[k], err = fm.items[k].Canonical(json.RawMessage(value))
	return err
}

func (fm *form) readList(dec *jsontext.Decoder) ([]Record, error) {
	switch dec.PeekKind() {
	case 'n':
		_, err := dec.ReadToken()
		return nil, err
	case '[':
	default:
		return nil, &LineError{Rule: "repeated records are a list"}
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var records []Record
	for dec.PeekKind() != ']' {
		if len(records) == maxRecords {
			return nil, &LineError{Rule: fmt.Sprintf("at most %d records of a kind", maxRecords)}
		}
		rec := make(Record, len(fm.items))
		if err := readObject(dec, func(key string) error { return fm.readItem(dec, key, rec) }); err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	_, err := dec.ReadToken()
	return records, err
}

// quoteKey shows an unknown key when it looks like a name and hides it otherwise:
// a value in the place of a key must not reach a report.
func quoteKey(key string) string {
	if len(key) > 40 || key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" ||
		!strings.Contains(key, "_") && len(key) > 16 || strings.ContainsAny(key, "0123456789") {
		return notShown
	}
	return `"` + key + `"`
}

const notShown = "(not shown)"

// shown is an unknown word when it looks like an id of the register (R4b-exam, PH2,
// A01.06) or like a key, and hides it otherwise.
func shown(word string) string {
	if len(word) <= 12 && registerID.MatchString(word) {
		return word
	}
	return quoteKey(word)
}

var registerID = regexp.MustCompile(`^([A-Z]{1,2}[0-9]|SYS-)[A-Za-z0-9.-]*$`)

// item is the value of an item that stands once, nil for null.
func (f *Filing) item(id catalogue.ItemID) json.RawMessage {
	fm := f.forms.forms["one"]
	if k, ok := fm.byID[id]; ok {
		return f.one[k]
	}
	return nil
}

// items gives the values of several items that stand once, as an index wants them.
func (f *Filing) items(ids []catalogue.ItemID) map[catalogue.ItemID]json.RawMessage {
	values := make(map[catalogue.ItemID]json.RawMessage, len(ids))
	for _, id := range ids {
		if v := f.item(id); v != nil {
			values[id] = v
		}
	}
	return values
}

// text reads a JSON string, number or boolean of a record as text.
func (fm *form) text(rec Record, id catalogue.ItemID) string {
	k, ok := fm.byID[id]
	if !ok || rec[k] == nil {
		return ""
	}
	return plainText(rec[k])
}

func plainText(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}
