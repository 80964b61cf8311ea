package scan

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// A form is a canary as some program may have written it.
type form struct {
	encoding string
	bytes    string
}

// encodings are all the forms under which a value is looked for: each way to write
// the text, times each way to write the bytes. The first is the value as it is.
func encodings(value string) []form {
	var all []form
	for _, t := range texts(value) {
		for _, b := range bytesOf(t.bytes) {
			name := b.encoding
			if t.encoding != "" {
				name += ", " + t.encoding
			}
			all = append(all, form{name, b.bytes})
		}
	}
	return all
}

// texts are the ways to write the same words.
func texts(value string) []form {
	nfc, nfd := norm.NFC.String, norm.NFD.String
	lower, upper := strings.ToLower(nfc(value)), strings.ToUpper(nfc(value))
	all := []form{
		{"", value},
		{"composed", nfc(value)},
		{"decomposed", nfd(value)},
		{"lower case", nfc(lower)},
		{"lower case, decomposed", nfd(lower)},
		{"upper case", nfc(upper)},
		{"upper case, decomposed", nfd(upper)},
		{"reversed", reverse(nfc(value))},
		{"reversed, decomposed", reverse(nfd(value))},
	}
	return distinct(all)
}

// bytesOf are the ways to write the same text.
func bytesOf(text string) []form {
	little, big := utf16Bytes(text)
	lowHex := hex.EncodeToString([]byte(text))
	all := []form{
		{"utf-8", text},
		{"utf-16le", little},
		{"utf-16be", big},
		{"hex", lowHex}, // bytea in a dump, after its \x
		{"hex, capital", strings.ToUpper(lowHex)},
	}
	for phase := range 3 {
		name := fmt.Sprintf("base64 at %d mod 3", phase)
		all = append(all,
			form{name, base64Within(base64.StdEncoding, text, phase)},
			form{"url-safe " + name, base64Within(base64.URLEncoding, text, phase)})
	}
	query := url.QueryEscape(text)
	for _, escaped := range []string{query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(text)} {
		all = append(all, form{"url", escaped}, form{"url, small", lowerAfterPercent(escaped)})
	}
	all = append(all, jsonForms(text)...)
	return distinct(all)
}

// base64Within is what base64 writes of text whatever stands before and after it:
// the characters that depend on a neighbour are left out.
func base64Within(enc *base64.Encoding, text string, phase int) string {
	whole := enc.EncodeToString(append(make([]byte, phase), text+"\x00\x00"...))
	from := (8*phase + 5) / 6
	to := 8 * (phase + len(text)) / 6
	return whole[from:to]
}

func jsonForms(text string) []form {
	var all []form
	for _, html := range []bool{false, true} { // Go escapes <, > and & unless told otherwise
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(html)
		if e.Encode(text) != nil {
			continue // a string always encodes
		}
		plain := strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
		all = append(all,
			form{"json", plain},
			form{"json escapes", ascii(plain, `\u%04x`)},
			form{"json escapes, capital", ascii(plain, `\u%04X`)})
	}
	// JSON in a dump has its backslashes twice, JSON within JSON its quotes escaped too.
	inDump := strings.NewReplacer(`\`, `\\`)
	inJSON := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, f := range all {
		within := inJSON.Replace(f.bytes)
		all = append(all,
			form{f.encoding + ", twice", inDump.Replace(f.bytes)},
			form{f.encoding + " within json", within},
			form{f.encoding + " within json, twice", inDump.Replace(within)})
	}
	return all
}

// ascii writes what is not ASCII as escapes of UTF-16 units.
func ascii(s, escape string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, escape, u)
		}
	}
	return b.String()
}

func utf16Bytes(s string) (little, big string) {
	var l, b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		l = append(l, byte(u), byte(u>>8))
		b = append(b, byte(u>>8), byte(u))
	}
	return string(l), string(b)
}

func lowerAfterPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

func reverse(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// distinct keeps the first of equal forms.
func distinct(all []form) []form {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(f form) bool {
		known := seen[f.bytes]
		seen[f.bytes] = true
		return known
	})
}
