package dossier

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	jsonv2 "github.com/go-json-experiment/json"
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
		if err := strictly(line, &one); err != nil {
			return nil, fmt.Errorf("line %d: not %s: %w", n, what, err)
		}
		if err := check(one); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}

// strictly reads one object and nothing after it. A key that is unknown, in another
// case, or there twice is refused, where encoding/json would keep the last of two
// values and tell nobody. The error keeps the shape of what is wrong and drops what the
// library quotes: an error never carries a personal value.
func strictly(text []byte, into any) error {
	err := jsonv2.Unmarshal(text, into, jsonv2.RejectUnknownMembers(true))
	var kind *jsonv2.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New("a key stands twice")
	case errors.As(err, &syntax):
		return fmt.Errorf("malformed JSON at byte %d", syntax.ByteOffset)
	case errors.As(err, &kind) && errors.Is(err, jsonv2.ErrUnknownName):
		return fmt.Errorf("unknown key %s", quoteKey(kind.JSONPointer.LastToken()))
	case errors.As(err, &kind) && kind.JSONPointer != "":
		return fmt.Errorf("%s is not of the expected kind", quoteKey(kind.JSONPointer.LastToken()))
	}
	return errors.New("malformed JSON")
}
