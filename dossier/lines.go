package dossier

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// readLines reads a file of JSON objects, one a line, and refuses the whole of it at
// the first that is not in order: half a file of missions is nobody's intention.
func readLines[T any](r io.Reader, what string, check func(T) error) ([]T, error) {
	var all []T
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var one T
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&one); err != nil {
			return nil, fmt.Errorf("line %d: not %s: %w", n, what, withoutValue(err))
		}
		// What encoding/json passes over: of two values under one key it would keep the
		// last, and nobody would miss what follows the object.
		if !jsontext.Value(line).IsValid() {
			return nil, fmt.Errorf("line %d: not %s: a key stands twice, or something follows the object", n, what)
		}
		if err := check(one); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}

// withoutValue keeps the shape of a JSON error and drops what it quotes: an
// error never carries a personal value.
func withoutValue(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s is not of the expected kind", kind.Field)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown key %s", quoteKey(strings.Trim(field, `"`)))
	}
	return errors.New("malformed JSON")
}
