package catalogue

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// textFormat is free text: what a person writes, on one line or several.
type textFormat struct {
	max   int
	lines bool
}

func makeText(_ *Catalogue, f *fields) format { return textFormat{f.number("max_length", 0), true} }
func makeLine(_ *Catalogue, f *fields) format { return textFormat{f.number("max_length", 0), false} }

func (t textFormat) check(v any) string {
	s, ok := v.(string)
	if !ok || strings.TrimSpace(s) == "" {
		return t.words() + " (nothing to say is null)"
	}
	if utf8.RuneCountInString(s) > t.max {
		return fmt.Sprintf("longer than %d characters", t.max)
	}
	for _, r := range s {
		if unicode.IsControl(r) && !(t.lines && (r == '\n' || r == '\r' || r == '\t')) {
			return "a control character stands in the text"
		}
	}
	return ""
}

func (t textFormat) bound() (int, bool) {
	// Half of four bytes a letter: a text of nothing but two-byte letters fits,
	// one of emojis may not, and Canonical then says so.
	return 2*t.max + 2, true
}

func (t textFormat) words() string { return fmt.Sprintf("a text of 1 to %d characters", t.max) }

// nameFormat is a person's name as the civil status writes it: one letter or
// sixty, with apostrophes, hyphens and accents.
type nameFormat struct{ max int }

func makeName(_ *Catalogue, f *fields) format { return nameFormat{f.number("max_length", 0)} }

func (n nameFormat) check(v any) string {
	s, ok := v.(string)
	if !ok || strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > n.max {
		return n.words()
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" '’‘ʼ-‐‑.,·()/ ", r) {
			return "a name has letters, blanks, apostrophes, hyphens and points"
		}
	}
	return ""
}

func (n nameFormat) bound() (int, bool) { return quoted(n.max), true }
func (n nameFormat) words() string      { return fmt.Sprintf("a name of 1 to %d characters", n.max) }

// patternFormat is a short string of a known make.
type patternFormat struct {
	pattern *regexp.Regexp
	max     int // characters, all of one byte
	rule    string
}

func (p patternFormat) check(v any) string {
	if s, ok := v.(string); ok && len(s) <= p.max && p.pattern.MatchString(s) {
		return ""
	}
	return p.rule
}

func (p patternFormat) bound() (int, bool) { return p.max + 2, true }
func (p patternFormat) words() string      { return p.rule }

var (
	// Nine digits and one letter is a mistake often seen: ten characters.
	ineFormat          = patternFormat{regexp.MustCompile(`^([0-9]{9}[A-Z]{2}|[0-9]{10}[A-Z])$`), 11, "11 characters: 9 digits and 2 letters, or 10 digits and 1 letter"}
	campusFranceFormat = patternFormat{regexp.MustCompile(`^[A-Z]{2}[0-9]{2}-[0-9]{5}$`), 10, "2 letters, 2 digits of the year, a hyphen and 5 digits"}
	departmentFormat   = patternFormat{regexp.MustCompile(`^(0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]|97[1-6])$`), 3, "a department: 01 to 95, 2A, 2B or 971 to 976"}
	// 99nnn is the range kept for invented communes, and for births abroad.
	communeFormat = patternFormat{regexp.MustCompile(`^((0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])[0-9]{3}|9[789][0-9]{3})$`), 5, "an INSEE commune code of 5 characters"}
	uaiFormat     = patternFormat{regexp.MustCompile(`^[0-9]{7}[A-Z]$`), 8, "a school code (UAI): 7 digits and 1 letter"}
	phoneFormat   = patternFormat{regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`), 16, "a phone number in E.164: + and 7 to 15 digits"}
)

func makeDigits(_ *Catalogue, f *fields) format {
	n := f.number("length", 0)
	if n < 1 || n > 32 {
		f.fail(f.errorf("length is a number from 1 to 32"))
		n = 1
	}
	return patternFormat{regexp.MustCompile(fmt.Sprintf(`^[0-9]{%d}$`, n)), n, fmt.Sprintf("%d digits", n)}
}

func makeCode(_ *Catalogue, f *fields) format {
	n := f.number("max_length", 0)
	return patternFormat{regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`), n, fmt.Sprintf("a code of 1 to %d letters, digits, points and hyphens", n)}
}

// emailFormat is a bare address: no display name, no comment.
type emailFormat struct{ max int }

func makeEmail(_ *Catalogue, f *fields) format { return emailFormat{f.number("max_length", 0)} }

func (e emailFormat) check(v any) string {
	s, ok := v.(string)
	if !ok || len(s) > e.max || strings.ContainsAny(s, " <>\"\\\r\n\t") {
		return e.words()
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return e.words()
	}
	return ""
}

func (e emailFormat) bound() (int, bool) { return e.max + 2, true }
func (e emailFormat) words() string {
	return fmt.Sprintf("an e-mail address of at most %d bytes", e.max)
}

// enumFormat is a closed list of values.
type enumFormat struct{ values []string }

func makeEnum(c *Catalogue, f *fields) format {
	values, _ := f.words("values")
	if f.has("from") == f.has("values") {
		f.fail(f.errorf("an enum has values, or says from which list"))
		return enumFormat{}
	}
	switch from := f.text("from"); {
	case from == "":
	case from == "recipients":
		for _, r := range c.recipients {
			if r.Type == "recipient" || r.Type == "sub-role" || r.Type == "oversight" {
				values = append(values, string(r.ID))
			}
		}
	default:
		if values = c.vocabulary.lists[from]; values == nil {
			f.fail(f.values["from"].errorf("unknown list %q", from))
		}
	}
	return enumFormat{values}
}

func (e enumFormat) check(v any) string {
	if s, ok := v.(string); ok && slices.Contains(e.values, s) {
		return ""
	}
	return e.words()
}

func (e enumFormat) bound() (int, bool) {
	longest := 0
	for _, s := range e.values {
		longest = max(longest, len(appendString(nil, s)))
	}
	return longest, true
}

func (e enumFormat) words() string { return joinWords(e.values) }

type boolFormat struct{}

func (boolFormat) check(v any) string {
	if _, ok := v.(bool); ok {
		return ""
	}
	return boolFormat{}.words()
}

func (boolFormat) bound() (int, bool) { return len("false"), true }
func (boolFormat) words() string      { return "true or false" }

type intFormat struct{ min, max int }

func makeInt(_ *Catalogue, f *fields) format {
	i := intFormat{f.number("min", 0), f.number("max", 0)}
	if f.err == nil && i.min > i.max {
		f.fail(f.errorf("min is above max"))
	}
	return i
}

func (i intFormat) check(v any) string {
	n, ok := v.(json.Number)
	if !ok || strings.ContainsAny(string(n), ".eE") {
		return i.words()
	}
	x, err := strconv.Atoi(string(n))
	if err != nil || x < i.min || x > i.max {
		return i.words()
	}
	return ""
}

func (i intFormat) bound() (int, bool) {
	return max(len(strconv.Itoa(i.min)), len(strconv.Itoa(i.max))), true
}

func (i intFormat) words() string { return fmt.Sprintf("a whole number from %d to %d", i.min, i.max) }

// decimalFormat keeps the digits as written: a mark of 12.50 is no float.
type decimalFormat struct {
	min, max int
	scale    int // digits after the point, at most
}

func makeDecimal(_ *Catalogue, f *fields) format {
	d := decimalFormat{f.number("min", 0), f.number("max", 0), f.number("scale", 0)}
	if f.err == nil && (d.min > d.max || d.scale < 1) {
		f.fail(f.errorf("min is above max, or scale is below 1"))
	}
	return d
}

func (d decimalFormat) check(v any) string {
	n, ok := v.(json.Number)
	if !ok {
		return d.words()
	}
	// An exponent would let one number have many spellings, and so many sizes.
	whole, decimals, _ := strings.Cut(string(n), ".")
	if strings.ContainsAny(string(n), "eE") || len(whole) > 13 || len(decimals) > d.scale {
		return d.words()
	}
	x, err := strconv.ParseFloat(string(n), 64)
	if err != nil || x < float64(d.min) || x > float64(d.max) {
		return d.words()
	}
	return ""
}

func (d decimalFormat) bound() (int, bool) {
	return max(len(strconv.Itoa(d.min)), len(strconv.Itoa(d.max))) + len("-.") + d.scale, true
}

func (d decimalFormat) words() string {
	return fmt.Sprintf("a number from %d to %d with at most %d decimals", d.min, d.max, d.scale)
}

type dateFormat struct {
	from, to       string // compared as text, which orders ISO dates
	minAge, maxAge int
}

func makeDate(_ *Catalogue, f *fields) format {
	d := dateFormat{from: f.text("from"), to: f.text("to")}
	for _, key := range []string{"from", "to"} {
		if _, err := time.Parse(time.DateOnly, f.text(key)); f.err == nil && err != nil {
			f.fail(f.values[key].errorf("%s is a date, year first", key))
		}
	}
	if ages, _ := f.words("ages"); len(ages) > 0 {
		var err1, err2 error
		if len(ages) == 2 {
			d.minAge, err1 = strconv.Atoi(ages[0])
			d.maxAge, err2 = strconv.Atoi(ages[1])
		}
		if len(ages) != 2 || err1 != nil || err2 != nil {
			f.fail(f.values["ages"].errorf("ages are two whole numbers"))
		}
	}
	return d
}

func (d dateFormat) check(v any) string {
	s, ok := v.(string)
	if !ok || len(s) != len(time.DateOnly) {
		return d.words()
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil || s < d.from || s > d.to {
		return d.words()
	}
	return ""
}

func (d dateFormat) bound() (int, bool) { return len(`"2000-01-01"`), true }
func (d dateFormat) words() string {
	return fmt.Sprintf("a date from %s to %s, year first", d.from, d.to)
}

type timestampFormat struct{}

func (timestampFormat) check(v any) string {
	s, ok := v.(string)
	if !ok || len(s) > len(time.RFC3339Nano) {
		return timestampFormat{}.words()
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return timestampFormat{}.words()
	}
	return ""
}

func (timestampFormat) bound() (int, bool) { return len(time.RFC3339Nano) + 2, true }
func (timestampFormat) words() string      { return "an instant in RFC 3339, with its offset" }

type ipFormat struct{}

func (ipFormat) check(v any) string {
	s, ok := v.(string)
	if !ok {
		return ipFormat{}.words()
	}
	// A zone names an interface of some machine: it is not part of an address.
	if a, err := netip.ParseAddr(s); err != nil || a.Zone() != "" || len(s) > 45 {
		return ipFormat{}.words()
	}
	return ""
}

func (ipFormat) bound() (int, bool) { return 45 + 2, true }
func (ipFormat) words() string      { return "an IP address" }

// documentFormat is a PDF with the name it was sent under. The bytes are sealed
// apart, as they are too long for a cell; the cell holds the name and where
// they lie, so all documents have one size of cell, whatever their length.
type documentFormat struct{ max int }

func makeDocument(_ *Catalogue, f *fields) format { return documentFormat{f.number("max_bytes", 0)} }

const (
	maxFileName      = 80  // characters
	maxFileNameBytes = 160 // as much in letters of two bytes
	blobName         = 26  // a random name of 128 bits
)

func (d documentFormat) check(v any) string {
	m, ok := v.(map[string]any)
	name, okName := m["name"].(string)
	pdf, okPDF := m["pdf"].(string)
	if !ok || !okName || !okPDF || len(m) != 2 {
		return d.words()
	}
	// What JSON may spell in six bytes would not keep to the cell's one size.
	if name == "" || utf8.RuneCountInString(name) > maxFileName || len(name) > maxFileNameBytes ||
		strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, "/\\<>&\"\u2028\u2029") {
		return fmt.Sprintf("a document has a file name of 1 to %d characters, and no path", maxFileName)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(pdf)
	// Only what a reader would open: the first bytes are what tells a PDF from
	// whatever else could be slipped in under that name.
	if err != nil || !strings.HasPrefix(string(raw[:min(4, len(raw))]), "%PDF") {
		return "the document is not a PDF in base64"
	}
	if len(raw) > d.max {
		return fmt.Sprintf("a document of more than %d bytes", d.max)
	}
	return ""
}

func (d documentFormat) bound() (int, bool) {
	return len(`{"name":"","blob":""}`) + maxFileNameBytes + blobName, true
}

func (d documentFormat) words() string {
	return fmt.Sprintf(`a PDF of at most %d bytes: {"name", "pdf" in base64}`, d.max)
}

// passwordFormat takes the trace of a password and no password: a clear one,
// or a fast hash of one, is refused before anything can store it.
type passwordFormat struct{}

var (
	argon2id = regexp.MustCompile(`^\$argon2id\$v=19\$m=([0-9]{1,9}),t=[0-9]{1,3},p=[0-9]{1,3}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$`)
	scrypt   = regexp.MustCompile(`^\$scrypt\$ln=([0-9]{1,2}),r=[0-9]{1,3},p=[0-9]{1,3}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$`)
)

// The least memory at which a hash is still memory-hard.
const (
	argonKiB  = 8 * 1024
	scryptLog = 14
)

func (p passwordFormat) check(v any) string {
	s, ok := v.(string)
	if !ok {
		return p.words()
	}
	if m := argon2id.FindStringSubmatch(s); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= argonKiB {
			return ""
		}
	}
	if m := scrypt.FindStringSubmatch(s); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= scryptLog {
			return ""
		}
	}
	return p.words()
}

func (passwordFormat) bound() (int, bool) { return 256, true }
func (passwordFormat) words() string {
	return "only the hash of a password, by argon2id or scrypt in PHC form"
}
