package sheets

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sceau/policy"
)

// node is a piece of a file that knows where it stands, so that a lawyer is
// told the line to correct.
type node struct {
	file string
	yaml *yaml.Node
}

func (n node) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", n.file, n.yaml.Line, fmt.Errorf(format, args...))
}

func document(fsys fs.FS, name string) (node, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return node{}, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return node{}, fmt.Errorf("%s: %w: indent with spaces and no tab, put a value that has a colon between quotation marks, save as UTF-8", name, err)
	}
	if len(doc.Content) != 1 {
		return node{}, fmt.Errorf("%s:1: the file is empty", name)
	}
	return node{name, doc.Content[0]}, nil
}

// mapping reads keys of a closed list; a trailing "?" marks one that may be
// absent. The first error stays: reads after it give nothing.
type mapping struct {
	node   node
	values map[string]node
	err    error
}

func (n node) mapping(keys ...string) *mapping {
	m := &mapping{node: n, values: map[string]node{}}
	if n.yaml.Kind != yaml.MappingNode {
		m.fail(n.errorf("keys and values are expected here"))
		return m
	}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		key := node{n.file, n.yaml.Content[i]}
		name := key.yaml.Value
		if !slices.Contains(keys, name) && !slices.Contains(keys, name+"?") {
			m.fail(key.errorf("unknown key %s", name))
		}
		if m.has(name) {
			m.fail(key.errorf("key %s appears twice", name))
		}
		m.values[name] = node{n.file, n.yaml.Content[i+1]}
	}
	for _, k := range keys {
		if !strings.HasSuffix(k, "?") && !m.has(k) {
			m.fail(n.errorf("%s is missing", k))
		}
	}
	return m
}

func (m *mapping) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *mapping) has(key string) bool { _, ok := m.values[key]; return ok }

func (m *mapping) at(key string) node {
	if n, ok := m.values[key]; ok {
		return n
	}
	return m.node
}

func (m *mapping) text(key string) string {
	if m.err != nil || !m.has(key) {
		return ""
	}
	n := m.at(key)
	if n.yaml.Kind != yaml.ScalarNode {
		m.fail(n.errorf("%s is a single value", key))
		return ""
	}
	if !policy.Legible(n.yaml.Value) {
		m.fail(n.errorf("%s is of printable characters, on one line of at most 1000", key))
		return ""
	}
	return n.yaml.Value
}

func (m *mapping) number(key string) int {
	text := m.text(key)
	if m.err != nil || text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		m.fail(m.at(key).errorf("%s is a number of files", key))
		return 0
	}
	return n
}

func (m *mapping) list(key string) []node {
	if m.err != nil || !m.has(key) {
		return nil
	}
	n := m.at(key)
	if n.yaml.Kind != yaml.SequenceNode {
		m.fail(n.errorf("%s is a list", key))
		return nil
	}
	out := make([]node, len(n.yaml.Content))
	for i, y := range n.yaml.Content {
		out[i] = node{n.file, y}
	}
	return out
}

// words reads a list of ids, each known and each once.
func words[W any, ID ~string](m *mapping, key string, known []W, id func(W) ID) []ID {
	var out []ID
	for _, n := range m.list(key) {
		w := ID(n.yaml.Value)
		switch {
		case n.yaml.Kind != yaml.ScalarNode, !slices.ContainsFunc(known, func(k W) bool { return id(k) == w }):
			m.fail(n.errorf("%s: unknown word %q", key, w))
		case slices.Contains(out, w):
			m.fail(n.errorf("%s: %s appears twice", key, w))
		}
		out = append(out, w)
	}
	return out
}
