package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A FormatError says which item broke which rule. It never carries the value:
// it is printed, logged and sent back to whoever filled in the form.
type FormatError struct {
	Item ItemID
	Rule string
}

func (e *FormatError) Error() string { return fmt.Sprintf("item %s: %s", e.Item, e.Rule) }

// A format checks one shape of value, already decoded from JSON with its
// numbers kept as written.
type format interface {
	// check returns the rule that the value breaks, or "". The rule is made of
	// the register's words only.
	check(v any) string
	// bound is the size of the longest canonical value in bytes, when there is
	// one.
	bound() (int, bool)
	// words says in a few words what is expected, for people.
	words() string
}

// A shape points to a format, so that two items can be compared.
type shape struct{ format }

// Check refuses a value that is not of the item's format, with a *FormatError.
func (i Item) Check(v json.RawMessage) error {
	_, err := i.Canonical(v)
	return err
}

// Canonical checks a value and returns the one spelling in which it is sealed:
// no blanks, keys sorted, nothing escaped that need not be. One value has one
// size, whoever wrote its JSON.
func (i Item) Canonical(v json.RawMessage) (json.RawMessage, error) {
	value, rule := decode(v)
	if rule == "" && value == nil {
		if !i.Required {
			return json.RawMessage("null"), nil
		}
		rule = "a value is required"
	}
	if rule == "" {
		rule = i.check.check(value)
	}
	if rule != "" {
		return nil, &FormatError{i.ID, rule}
	}
	out := appendCanonical(nil, value)
	if _, fits := i.Padded(len(out)); !fits && i.Kind != "document" {
		return nil, &FormatError{i.ID, fmt.Sprintf("longer than the %d bytes its cell holds", i.room())}
	}
	return out, nil
}

func (i Item) room() int {
	if i.Pad > 0 {
		return i.Pad - PadHeader
	}
	return largestPad - PadHeader
}

// CheckOn is Check with the rules that need a date: the age of a candidate on
// the first day of the session. The catalogue has no clock of its own.
func (i Item) CheckOn(v json.RawMessage, day time.Time) error {
	if err := i.Check(v); err != nil {
		return err
	}
	d, ok := i.check.format.(dateFormat)
	if !ok || d.maxAge == 0 || bytes.Equal(bytes.TrimSpace(v), []byte("null")) {
		return nil
	}
	value, _ := decode(v)
	born, err := time.Parse(time.DateOnly, value.(string))
	if err != nil {
		return &FormatError{i.ID, d.words()}
	}
	age := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		age--
	}
	if age < d.minAge || age > d.maxAge {
		return &FormatError{i.ID, fmt.Sprintf("an age from %d to %d is expected", d.minAge, d.maxAge)}
	}
	return nil
}

// Expects says in a few words what Check accepts.
func (i Item) Expects() string { return i.check.words() }

// Values are the values that an item of a closed list may take, else nil.
func (i Item) Values() []string {
	if e, ok := i.check.format.(enumFormat); ok {
		return e.values
	}
	return nil
}

func decode(v json.RawMessage) (any, string) {
	if s, plain := plainString(v); plain {
		return s, ""
	}
	// encoding/json would put a replacement mark for each bad byte, in silence.
	if !utf8.Valid(v) {
		return nil, "not valid UTF-8"
	}
	d := json.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return nil, "not valid JSON" // the decoder's own words quote the value
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, "more than one JSON value"
	}
	return value, ""
}

// plainString reads a string in which nothing is escaped. Nearly all values are one,
// and the decoder costs five times as much (measured).
func plainString(v json.RawMessage) (string, bool) {
	end := len(v) - 1
	if end < 1 || v[0] != '"' || v[end] != '"' {
		return "", false
	}
	for _, b := range v[1:end] {
		if b < ' ' || b == '"' || b == '\\' {
			return "", false
		}
	}
	return string(v[1:end]), utf8.Valid(v)
}

// appendCanonical writes a decoded value. encoding/json spells < > & and two
// separators in six bytes each; here a letter takes what UTF-8 takes.
func appendCanonical(out []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...)
	case bool:
		return strconv.AppendBool(out, v)
	case json.Number:
		return append(out, v...)
	case string:
		return appendString(out, v)
	case []any:
		out = append(out, '[')
		for n, e := range v {
			if n > 0 {
				out = append(out, ',')
			}
			out = appendCanonical(out, e)
		}
		return append(out, ']')
	case map[string]any:
		out = append(out, '{')
		for n, k := range sortedKeys(v) {
			if n > 0 {
				out = append(out, ',')
			}
			out = appendString(out, k)
			out = append(out, ':')
			out = appendCanonical(out, v[k])
		}
		return append(out, '}')
	}
	return out
}

func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for n := range len(s) {
		switch b := s[n]; {
		case b == '"' || b == '\\':
			out = append(out, '\\', b)
		case b == '\n':
			out = append(out, '\\', 'n')
		case b == '\t':
			out = append(out, '\\', 't')
		case b == '\r':
			out = append(out, '\\', 'r')
		case b < ' ':
			out = fmt.Appendf(out, `\u%04x`, b)
		default:
			out = append(out, b)
		}
	}
	return append(out, '"')
}

// readFormat reads the format of an item, or of the elements of a list.
func (c *Catalogue) readFormat(e entry) (format, string, error) {
	made, f, err := c.readKeys(e)
	if err != nil {
		return nil, "", err
	}
	return made, f.text("is"), nil
}

// readKeys reads a format among other keys, which its caller knows.
func (c *Catalogue) readKeys(e entry, others ...string) (format, *fields, error) {
	is, err := formatName(e)
	if err != nil {
		return nil, nil, err
	}
	m, ok := makers[is]
	if !ok {
		return nil, nil, e.errorf("unknown format %q", is)
	}
	f := e.fields(slices.Concat([]string{"is"}, m.keys, others)...)
	if f.err != nil {
		return nil, nil, f.err
	}
	made := m.make(c, f)
	return made, f, f.err
}

func formatName(e entry) (string, error) {
	ps, err := e.pairs()
	if err != nil {
		return "", err
	}
	for _, p := range ps {
		if p.key == "is" {
			return p.value.text()
		}
	}
	return "", e.errorf("is is missing")
}

// A maker builds a format from the keys that it knows.
type maker struct {
	keys []string
	make func(*Catalogue, *fields) format
}

var makers map[string]maker

func init() {
	// A table that refers to functions which refer to the table needs this one
	// assignment; nothing else happens here.
	makers = map[string]maker{
		"text":          {[]string{"max_length"}, makeText},
		"line":          {[]string{"max_length"}, makeLine},
		"name":          {[]string{"max_length"}, makeName},
		"digits":        {[]string{"length"}, makeDigits},
		"ine":           {nil, constant(ineFormat)},
		"campus-france": {nil, constant(campusFranceFormat)},
		"department":    {nil, constant(departmentFormat)},
		"commune":       {nil, constant(communeFormat)},
		"uai":           {nil, constant(uaiFormat)},
		"phone":         {nil, constant(phoneFormat)},
		"code":          {[]string{"max_length"}, makeCode},
		"email":         {[]string{"max_length"}, makeEmail},
		"enum":          {[]string{"values?", "from?"}, makeEnum},
		"bool":          {nil, constant(boolFormat{})},
		"int":           {[]string{"min", "max"}, makeInt},
		"decimal":       {[]string{"min", "max", "scale"}, makeDecimal},
		"date":          {[]string{"from", "to", "ages?"}, makeDate},
		"timestamp":     {nil, constant(timestampFormat{})},
		"ip":            {nil, constant(ipFormat{})},
		"document":      {[]string{"max_bytes"}, makeDocument},
		"password":      {nil, constant(passwordFormat{})},
		"list":          {[]string{"of", "max", "min?"}, makeList},
		"one-or-list":   {[]string{"of", "max"}, makeOneOrList},
		"object":        {[]string{"fields", "ascending?"}, makeObject},
	}
}

func constant(f format) func(*Catalogue, *fields) format {
	return func(*Catalogue, *fields) format { return f }
}

// quoted is what a string of n characters takes at most: all of them at four
// bytes, and the quotes.
func quoted(n int) int { return 4*n + 2 }

func joinWords(values []string) string {
	if len(values) > 8 {
		return fmt.Sprintf("one of %d values", len(values))
	}
	return "one of " + strings.Join(values, ", ")
}
