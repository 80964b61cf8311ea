package catalogue

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is one YAML file, read node by node, so that whatever is wrong is
// refused at its line. The register is law: a misspelt key must not be read as
// an absent one.
type document struct {
	file string
	root entry
}

// An entry is one YAML node and the file it stands in.
type entry struct {
	file string
	node *yaml.Node
}

func readDocument(fsys fs.FS, file string) (document, error) {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return document{}, err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(raw, &n); err != nil {
		return document{}, fmt.Errorf("%s: %w", file, err)
	}
	if len(n.Content) != 1 {
		return document{}, fmt.Errorf("%s:1: the file is empty", file)
	}
	return document{file: file, root: entry{file, n.Content[0]}}, nil
}

func (e entry) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", e.file, e.node.Line, fmt.Errorf(format, args...))
}

// list returns the elements of a sequence.
func (e entry) list() ([]entry, error) {
	if e.node.Kind != yaml.SequenceNode {
		return nil, e.errorf("a list is expected here")
	}
	out := make([]entry, len(e.node.Content))
	for i, n := range e.node.Content {
		out[i] = entry{e.file, n}
	}
	return out, nil
}

// pair is one key of a mapping and its value, in the order of the file.
type pair struct {
	key   string
	value entry
}

func (e entry) pairs() ([]pair, error) {
	if e.node.Kind != yaml.MappingNode {
		return nil, e.errorf("keys and values are expected here")
	}
	var out []pair
	for i := 0; i+1 < len(e.node.Content); i += 2 {
		k := e.node.Content[i]
		if slices.ContainsFunc(out, func(p pair) bool { return p.key == k.Value }) {
			// yaml.v3 nodes keep both; the second would win in silence.
			return nil, entry{e.file, k}.errorf("key %s appears twice", k.Value)
		}
		out = append(out, pair{k.Value, entry{e.file, e.node.Content[i+1]}})
	}
	return out, nil
}

// fields reads a mapping whose keys are all known. Keys with a trailing "?"
// may be absent.
type fields struct {
	entry
	values map[string]entry
	err    error
}

func (e entry) fields(known ...string) *fields {
	f := &fields{entry: e, values: map[string]entry{}}
	ps, err := e.pairs()
	if err != nil {
		f.err = err
		return f
	}
	for _, p := range ps {
		if !slices.Contains(known, p.key) && !slices.Contains(known, p.key+"?") {
			f.fail(entry{e.file, keyNode(e.node, p.key)}.errorf("unknown key %s", p.key))
		}
		f.values[p.key] = p.value
	}
	for _, k := range known {
		if _, ok := f.values[k]; !ok && !strings.HasSuffix(k, "?") {
			f.fail(e.errorf("%s is missing", k))
		}
	}
	return f
}

func keyNode(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return n
}

func (f *fields) has(key string) bool { _, ok := f.values[key]; return ok }

// fail keeps the first error; nil is no error.
func (f *fields) fail(err error) {
	if f.err == nil && err != nil {
		f.err = err
	}
}

func (f *fields) scalar(key string) (string, entry, bool) {
	e, ok := f.values[key]
	if !ok || f.err != nil {
		return "", e, false
	}
	s, err := e.text()
	if err != nil {
		f.fail(err)
		return "", e, false
	}
	return s, e, true
}

func (e entry) text() (string, error) {
	if e.node.Kind != yaml.ScalarNode {
		return "", e.errorf("a single value is expected here")
	}
	return e.node.Value, nil
}

// text reads a string; an absent key reads as the empty string.
func (f *fields) text(key string) string {
	s, _, _ := f.scalar(key)
	return s
}

func (f *fields) number(key string, otherwise int) int {
	s, e, ok := f.scalar(key)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		f.fail(e.errorf("%s is not a whole number", key))
	}
	return n
}

func (f *fields) yes(key string) bool {
	s, e, ok := f.scalar(key)
	if !ok {
		return false
	}
	switch s {
	case "true":
		return true
	case "false":
		return false
	}
	f.fail(e.errorf("%s is true or false", key))
	return false
}

// word reads a value out of a closed list.
func (f *fields) word(key string, allowed ...string) string {
	s, e, ok := f.scalar(key)
	if ok && !slices.Contains(allowed, s) {
		f.fail(e.errorf("%s: unknown word %q", key, s))
	}
	return s
}

// words reads a list of single values.
func (f *fields) words(key string) ([]string, []entry) {
	e, ok := f.values[key]
	if !ok || f.err != nil {
		return nil, nil
	}
	es, err := e.list()
	if err != nil {
		f.fail(err)
		return nil, nil
	}
	out := make([]string, len(es))
	for i, e := range es {
		if out[i], err = e.text(); err != nil {
			f.fail(err)
			return nil, nil
		}
		if slices.Contains(out[:i], out[i]) {
			f.fail(e.errorf("%s appears twice", out[i]))
		}
	}
	return out, es
}

// A record is one line of a CSV file of the decree. The names of its columns
// are shared by all the lines.
type record struct {
	file    string
	line    int
	columns map[string]int
	row     []string
}

// get returns a column of the line; an absent one is empty.
func (r record) get(column string) string {
	s, _ := r.lookup(column)
	return s
}

func (r record) lookup(column string) (string, bool) {
	i, ok := r.columns[column]
	if !ok {
		return "", false
	}
	return r.row[i], true
}

func (r record) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.file, r.line, fmt.Errorf(format, args...))
}

var errNoRows = errors.New("no row")

// convert types a list of ids that were already found to be known.
func convert[T ~string](in []string) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, s := range in {
		out[i] = T(s)
	}
	return out
}
