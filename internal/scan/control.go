package scan

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// A Control is the proof that a scanner sees: every canary, written in every
// encoding, and how many of them it found in each.
type Control struct {
	Canaries  int       `json:"canaries"`
	Encodings []Sighted `json:"encodings"`
}

// Sighted says how many canaries were found in one encoding.
type Sighted struct {
	Encoding string `json:"encoding"`
	Found    int    `json:"found"`
}

// Err is nil when every canary was found in every encoding.
func (c Control) Err() error {
	if c.Canaries == 0 {
		return ErrNoCanary
	}
	if len(c.Encodings) == 0 {
		return fmt.Errorf("%w: the control tried no encoding", ErrBlind)
	}
	for _, e := range c.Encodings {
		if e.Found != c.Canaries {
			return fmt.Errorf("%w: control in %s: found %d of %d", ErrBlind, e.Encoding, e.Found, c.Canaries)
		}
	}
	return nil
}

// String says in one line what the control saw.
func (c Control) String() string {
	least := c.Canaries
	for _, e := range c.Encodings {
		least = min(least, e.Found)
	}
	return fmt.Sprintf("%d of %d in each of %d encodings", least, c.Canaries, len(c.Encodings))
}

// blind is nil when every canary was found in a place where all were put.
func (r Result) blind() error {
	if r.Canaries == 0 || r.Found != r.Canaries {
		return fmt.Errorf("%w: %s: found %d of %d", ErrBlind, r.Place, r.Found, r.Canaries)
	}
	return nil
}

// See scans a place where every canary was put on purpose, such as a table in
// clear. The error wraps ErrBlind when one is missed.
func (s *Scanner) See(ctx context.Context, p Place) (Result, error) {
	r, err := s.Path(ctx, p)
	if errors.Is(err, ErrIncomplete) || ctx.Err() != nil {
		return r, err
	}
	return r, r.blind()
}

// Control writes every canary in every encoding into dir, one file for each, scans
// them, and leaves the files to the caller to remove. A canary missed in one
// encoding is ErrBlind.
func (s *Scanner) Control(ctx context.Context, dir string) (Control, error) {
	c := Control{Canaries: len(s.canaries)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return c, fmt.Errorf("making the control: %w", err)
	}
	for i, w := range writers {
		var text bytes.Buffer
		for _, canary := range s.canaries {
			text.Write(noise(40)) // so that no two canaries stand at a round distance
			text.Write(w.write(canary.Value))
			text.Write(noise(40))
		}
		path := filepath.Join(dir, fmt.Sprintf("control-%02d", i))
		if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
			return c, fmt.Errorf("making the control: %w", err)
		}
		r, err := s.Path(ctx, Place{Name: "control in " + w.encoding, Path: path})
		if errors.Is(err, ErrIncomplete) || ctx.Err() != nil {
			return c, err
		}
		c.Encodings = append(c.Encodings, Sighted{w.encoding, r.Found})
	}
	return c, c.Err()
}

// The writers of the control share no code with the encodings that are looked for:
// a mistake made once would otherwise be made on both sides, and never be seen.
var writers = func() []writer {
	in := []writer{
		{"utf-8", func(s string) []byte { return []byte(s) }},
		{"utf-16le", func(s string) []byte { return utf16As(binary.LittleEndian, s) }},
		{"utf-16be", func(s string) []byte { return utf16As(binary.BigEndian, s) }},
		{"hex", func(s string) []byte { return fmt.Appendf(nil, `\x%x`, s) }},
		{"hex, capital", func(s string) []byte { return fmt.Appendf(nil, "0x%X", s) }},
		{"url query", func(s string) []byte { return []byte("?" + url.Values{"q": {s}}.Encode() + "&r=1") }},
		{"url path", func(s string) []byte { return []byte((&url.URL{Path: "/p/" + s + "/q"}).EscapedPath()) }},
		{"url, small", func(s string) []byte {
			var b []byte
			for _, c := range []byte(s) {
				if c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.ContainsRune("-._~", rune(c))) {
					b = append(b, c)
				} else {
					b = fmt.Appendf(b, "%%%02x", c)
				}
			}
			return b
		}},
		{"json escapes", func(s string) []byte { return jsonASCII(s, "%04x") }},
		{"json escapes, capital", func(s string) []byte { return jsonASCII(s, "%04X") }},
		{"json within json", func(s string) []byte { return jsonASCII(string(jsonASCII(s, "%04x")), "%04x") }},
	}
	for phase := range 3 {
		around := func(s string) []byte { return []byte(`{"a"`[:1+phase] + s + "}") }
		in = append(in,
			writer{fmt.Sprintf("base64, phase %d", phase), func(s string) []byte {
				return base64.StdEncoding.AppendEncode(nil, around(s))
			}},
			writer{fmt.Sprintf("base64url, phase %d", phase), func(s string) []byte {
				return base64.RawURLEncoding.AppendEncode(nil, around(s))
			}})
	}
	ways := []struct {
		name string
		text func(string) string
	}{
		{"", func(s string) string { return s }},
		{"composed", norm.NFC.String},
		{"decomposed", norm.NFD.String},
		{"lower case", func(s string) string { return strings.Map(unicode.ToLower, norm.NFC.String(s)) }},
		{"upper case", func(s string) string { return norm.NFC.String(strings.ToUpper(norm.NFC.String(s))) }},
		{"upper case, decomposed", func(s string) string { return norm.NFD.String(strings.ToUpper(norm.NFC.String(s))) }},
		{"reversed", func(s string) string {
			var b string
			for _, r := range norm.NFC.String(s) {
				b = string(r) + b
			}
			return b
		}},
	}
	var all []writer
	for _, t := range ways {
		for _, w := range in {
			name := w.encoding
			if t.name != "" {
				name += ", " + t.name
			}
			all = append(all, writer{name, func(s string) []byte { return w.write(t.text(s)) }})
		}
	}
	return all
}()

// Disguises is how many encodings a control has.
func Disguises() int { return len(writers) }

// Disguise writes each canary in another encoding, and begins again after the last: who
// finds them all in a place sees there every encoding.
func Disguise(canaries []Canary) [][]byte {
	all := make([][]byte, len(canaries))
	for i, c := range canaries {
		all[i] = writers[i%len(writers)].write(c.Value)
	}
	return all
}

type writer struct {
	encoding string
	write    func(string) []byte
}

func utf16As(order binary.AppendByteOrder, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// jsonASCII writes a JSON string as programs do that keep to ASCII.
func jsonASCII(s, digits string) []byte {
	q := strconv.QuoteToASCII(s)
	b := []byte(q)
	if digits == "%04X" || strings.Contains(q, `\U`) || strings.Contains(q, `\x`) {
		b = b[:0]
		b = append(b, '"')
		for _, u := range utf16.Encode([]rune(s)) {
			switch {
			case u == '"' || u == '\\':
				b = append(b, '\\', byte(u))
			case u < 0x20 || u > 0x7e:
				b = append(b, `\u`...)
				b = fmt.Appendf(b, digits, u)
			default:
				b = append(b, byte(u))
			}
		}
		b = append(b, '"')
	}
	return b
}

// noise is not a secret: it only keeps the canaries apart.
func noise(n int) []byte {
	b := make([]byte, n+rand.IntN(8))
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}
