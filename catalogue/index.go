package catalogue

import (
	"encoding/binary"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// An Index is a blind index: a keyed hash, made inside the key service, by
// which one person is found again without any value in clear.
type Index struct {
	ID        string
	Label     string // French
	Items     []ItemID
	Unique    bool   // two living files with one value are an error
	Normalise string // fold, or exact
}

// An index on an item that takes few values would sort people into its values
// for whoever holds a dump, key or no key: the histogram is the answer.
var indexableKinds = []Kind{"string", "list", "date", "email", "phone"}

// Indexes are the blind indexes of the register.
func (c *Catalogue) Indexes() []Index { return c.indexes }

// Index returns the blind index of that id.
func (c *Catalogue) Index(id string) (Index, bool) {
	i := slices.IndexFunc(c.indexes, func(x Index) bool { return x.ID == id })
	if i < 0 {
		return Index{}, false
	}
	return c.indexes[i], true
}

func (c *Catalogue) readIndexes(fsys fs.FS) error {
	doc, err := c.document(fsys, "indexes.yaml")
	if err != nil {
		return err
	}
	top := doc.root.fields("indexes")
	for _, e := range wordEntries(top, "indexes") {
		f := e.fields("id", "label", "items", "unique", "normalise")
		x := Index{ID: f.text("id"), Label: f.text("label"), Unique: f.yes("unique"), Normalise: f.word("normalise", "fold", "exact")}
		names, es := f.words("items")
		distinct := false
		for n, id := range names {
			item, ok := c.Item(ItemID(id))
			if !ok {
				f.fail(es[n].errorf("index %s: item %s is not in the annex", x.ID, id))
			} else if !slices.Contains(indexableKinds, item.Kind) {
				f.fail(es[n].errorf("index %s: item %s takes few values, and a hash of few values is no secret", x.ID, id))
			}
			distinct = distinct || item.Kind != "date"
		}
		x.Items = convert[ItemID](names)
		if f.err == nil && !distinct {
			f.fail(e.errorf("index %s: a date alone takes few values, and a hash of few values is no secret", x.ID))
		}
		if _, twice := c.Index(x.ID); twice && f.err == nil {
			f.fail(e.errorf("index %s appears twice", x.ID))
		}
		if f.err != nil {
			return f.err
		}
		c.indexes = append(c.indexes, x)
	}
	return top.err
}

// Input is what the keyed hash is taken of: the values brought to one spelling,
// each preceded by its length so that two fields cannot trade letters. It
// reports false when there is nothing to look for. First names alone may be
// absent: some people have none.
func (x Index) Input(values map[ItemID]json.RawMessage) ([]byte, bool) {
	out := appendPart(nil, x.ID)
	for _, id := range x.Items {
		s, ok := spelled(values[id])
		if !ok {
			return nil, false
		}
		if x.Normalise == "fold" {
			s = fold(s)
		}
		if s == "" && len(x.Items) == 1 {
			return nil, false
		}
		out = appendPart(out, s)
	}
	return out, true
}

// Typed is the same from what a person types: the parts in the order of Items,
// separated by semicolons.
func (x Index) Typed(line string) ([]byte, bool) {
	parts := strings.Split(strings.TrimSpace(line), ";")
	if len(parts) != len(x.Items) {
		return nil, false
	}
	values := map[ItemID]json.RawMessage{}
	for n, id := range x.Items {
		raw, err := json.Marshal(strings.TrimSpace(parts[n]))
		if err != nil {
			return nil, false
		}
		values[id] = raw
	}
	return x.Input(values)
}

func appendPart(out []byte, s string) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(s)))
	return append(out, s...)
}

// spelled is the text of a value: a string, or the strings of a list in a row.
func spelled(raw json.RawMessage) (string, bool) {
	var one *string
	if json.Unmarshal(raw, &one) == nil {
		if one == nil {
			return "", true
		}
		return *one, true
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return strings.Join(many, " "), true
	}
	return "", false
}

// fold brings letters to one case. Lower case comes after, because the library folds
// each case of Cherokee letters to the other.
func fold(s string) string {
	s = norm.NFC.String(strings.ToLower(cases.Fold().String(norm.NFC.String(s))))
	return strings.Join(strings.Fields(s), " ")
}
