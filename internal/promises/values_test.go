package promises_test

import (
	"encoding/json"
	"strings"
)

// text is a JSON string as text, and anything else as it is written.
func text(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	if string(v) == "null" {
		return ""
	}
	return string(v)
}

// records are those of a list of a line.
func records(p *person, word string) (list []map[string]json.RawMessage) {
	_ = json.Unmarshal(p.values[word], &list)
	return list
}

// leaves are all the strings and numbers of a JSON value, documents by their name and
// by what stands in them.
func leaves(v any) (all []string) {
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case json.Number:
		all = append(all, v.String())
	case []any:
		for _, e := range v {
			all = append(all, leaves(e)...)
		}
	case map[string]any:
		for _, e := range v {
			all = append(all, leaves(e)...)
		}
	}
	return all
}

func decode(v []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(v)))
	d.UseNumber()
	var x any
	err := d.Decode(&x)
	return x, err
}
