package scrub

import (
	"encoding/json"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// The cause of a value that cannot be read would quote it.
var errNotJSON = errors.New("a value is not JSON")

// A literal is where a string stands in a value, with its quotes.
type literal struct{ from, to int }

// eachString hands out the strings of a value at any depth, keys of objects aside. The
// text is a copy that whoever gets it may clear.
func eachString(value json.RawMessage, give func(at literal, text []byte) error) error {
	if !jsontext.Value(value).IsValid() {
		return errNotJSON
	}
	for i := 0; i < len(value); i++ {
		if value[i] != '"' {
			continue
		}
		at := literal{from: i}
		for i++; value[i] != '"'; i++ {
			if value[i] == '\\' {
				i++
			}
		}
		at.to = i + 1
		if isKey(value[at.to:]) {
			continue
		}
		text, err := jsontext.AppendUnquote(nil, value[at.from:at.to])
		if err != nil {
			return errNotJSON
		}
		if err := give(at, text); err != nil {
			return err
		}
	}
	return nil
}

// isKey says whether what follows a string makes it a key.
func isKey(after []byte) bool {
	for _, c := range after {
		switch c {
		case ' ', '\t', '\n', '\r':
		default:
			return c == ':'
		}
	}
	return false
}
