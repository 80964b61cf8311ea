package synth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sceau/catalogue"
)

// A canary puts marker strings in every field of a candidate that takes free
// text, and tells which: what a leak test looks for in data folders, logs and
// dumps. What takes text is asked from the catalogue, value by value.
type canary struct {
	line  int
	d     *dice
	marks []byte
	err   error
}

// A sighting is one line of the canaries file: what to look for, and whose it is.
type sighting struct {
	Line  int              `json:"candidate_line"`
	Item  catalogue.ItemID `json:"item"`
	Name  string           `json:"name"`
	Value string           `json:"value"`
}

// Formats whose values are few, or another's too, are no canaries: dates, schools,
// phones. These belong to one candidate, and no other bytes look like them.
var ownFormats = map[string]bool{"digits": true, "ine": true, "campus-france": true, "ip": true}

// marker has 20 characters that do not compress, which survive in a compressed
// page, between letters that tell the encoding.
func (c *canary) marker() (accented, plain string) {
	const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var b [20]byte
	for i := range b {
		b[i] = symbols[c.d.below(len(symbols))]
	}
	return "Œ" + string(b[:]) + "é", string(b[:])
}

// plant returns the value with markers wherever the item's format lets them stand.
func (c *canary) plant(it catalogue.Item, value []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		c.err = err
		return value
	}
	p := &planting{canary: c, item: it, seen: map[string]bool{}}
	p.accented, p.plain = c.marker()
	if doc, ok := root.(map[string]any); ok && it.Kind == "document" {
		// Within the page too: a leak of the file is a leak.
		raw, err := base64.StdEncoding.DecodeString(doc["pdf"].(string))
		if err != nil {
			c.err = err
			return value
		}
		doc["pdf"] = base64.StdEncoding.EncodeToString(specimen("Specimen "+p.plain, len(raw), c.d))
		p.found(p.plain)
	}
	root = p.walk(root, func(v any) bool { return it.Check(encode(v)) == nil })
	return encode(root)
}

// A planting is one value being sown.
type planting struct {
	*canary
	item            catalogue.Item
	accented, plain string
	seen            map[string]bool
}

// walk tries a marker on each string of v. fits says whether the item takes the
// whole value with v in this place.
func (p *planting) walk(v any, fits func(any) bool) any {
	switch v := v.(type) {
	case string:
		return p.leaf(v, fits)
	case []any:
		for i := range v {
			v[i] = p.walk(v[i], func(e any) bool {
				was := v[i]
				v[i] = e
				defer func() { v[i] = was }()
				return fits(v)
			})
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			v[k] = p.walk(v[k], func(e any) bool {
				was := v[k]
				v[k] = e
				defer func() { v[k] = was }()
				return fits(v)
			})
		}
	}
	return v
}

func (p *planting) leaf(s string, fits func(any) bool) string {
	tries := [][2]string{{p.accented, p.accented}}
	if p.item.Kind == "text" {
		tries = [][2]string{{s + " " + p.accented, p.accented}, {p.accented, p.accented}}
	}
	if strings.HasSuffix(s, "@example.org") {
		mail := strings.ToLower(p.plain) + "@example.org"
		tries = [][2]string{{mail, mail}}
	}
	for _, t := range tries {
		if fits(t[0]) {
			p.found(t[1])
			return t[0]
		}
	}
	if ownFormats[p.item.Format] && len(s) >= 7 {
		p.found(s)
	}
	return s
}

// found writes a line of the canaries file, once for a value.
func (p *planting) found(value string) {
	if p.seen[value] {
		return
	}
	p.seen[value] = true
	p.marks = append(p.marks, encode(sighting{p.line, p.item.ID, p.item.Name, value})...)
	p.marks = append(p.marks, '\n')
}

// encode is json.Marshal without the escapes made for web pages.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil // no value of ours fails; Check refuses the empty one
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
