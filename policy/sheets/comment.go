package sheets

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Comments are what a sheet says to its readers alone, in the order of the file: above a
// line, at its end, or below the last. A text that is no YAML has none.
func Comments(text []byte) []string {
	var document yaml.Node
	// The same sheet saved elsewhere ends its lines otherwise.
	if yaml.Unmarshal(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), &document) != nil {
		return nil
	}
	return comments(nil, &document)
}

func comments(said []string, n *yaml.Node) []string {
	for _, c := range []string{n.HeadComment, n.LineComment} {
		if c != "" {
			said = append(said, c)
		}
	}
	for _, child := range n.Content {
		said = comments(said, child)
	}
	if n.FootComment != "" {
		said = append(said, n.FootComment)
	}
	return said
}
