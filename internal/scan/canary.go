package scan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Canary is a value that an invented candidate holds and nobody else does. It
// prints as its line and its item, never as its value.
type Canary struct {
	Line  int    // of the candidate, in the file of dossiers
	Item  string // of the annex
	Name  string
	Value string
}

// Format shields the value under every verb.
func (c Canary) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "canary of line %d, item %s", c.Line, c.Item)
}

// MarshalJSON refuses: a report names a canary, it does not carry it.
func (c Canary) MarshalJSON() ([]byte, error) { return nil, errors.New("a canary does not marshal") }

// Shortest is how many characters a value needs to be looked for: a shorter one is
// met by chance in gigabytes of sealed bytes, and accuses nobody.
const Shortest = 8

// longest bounds how much of a stream must be held at once.
const longest = 4096

func (c Canary) short() bool { return utf8.RuneCountInString(norm.NFC.String(c.Value)) < Shortest }

func (c Canary) check() error {
	switch {
	case !utf8.ValidString(c.Value):
		return fmt.Errorf("%v is not UTF-8", c)
	case len(c.Value) > longest:
		return fmt.Errorf("%v is too long to be looked for: %d bytes at most", c, longest)
	}
	return nil
}

// ReadCanaries reads the file that the generator writes beside its dossiers: one
// JSON object a line. A file without any is ErrNoCanary.
func ReadCanaries(r io.Reader) ([]Canary, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var all []Canary
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		var in struct {
			Line  int    `json:"candidate_line"`
			Item  string `json:"item"`
			Name  string `json:"name"`
			Value string `json:"value"`
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if d.Decode(&in) != nil || in.Item == "" {
			return nil, fmt.Errorf("canaries, line %d: not {candidate_line, item, name, value}", n) // the cause could quote the value
		}
		c := Canary(in)
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("canaries, line %d: %w", n, err)
		}
		all = append(all, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading canaries: %w", err)
	}
	if len(all) == 0 {
		return nil, ErrNoCanary
	}
	return all, nil
}
