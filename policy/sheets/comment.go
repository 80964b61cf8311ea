package sheets

import "go.yaml.in/yaml/v3"

// Comments are what a sheet says to its readers alone, in the order of the file: above a
// line, at its end, or below the last. A text that is no YAML has none.
func Comments(text []byte) []string {
	var document yaml.Node
	if yaml.Unmarshal(text, &document) != nil {
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
