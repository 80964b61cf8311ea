package catalogue_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"testing"

	"sceau/catalogue"
)

// What a person types finds what intake indexed: one input for one meaning, and two
// fields cannot trade letters.
func FuzzTyped(f *testing.F) {
	for _, line := range []string{"Lemaître; Inès Anne; 2008-02-29", "LEMAÎTRE;INÈS ANNE;2008-02-29", "990000011AA", ";;", "", "\xff;a;b", "ǰ;ß;ﬁ", "İ", "; ;ꭶ"} {
		f.Add(line)
	}
	indexes := catalogue.MustLoad().Indexes()
	f.Fuzz(func(t *testing.T, line string) {
		for _, x := range indexes {
			input, ok := x.Typed(line)
			if !ok {
				continue
			}
			// Read back: the id of the index, then a part for each item.
			parts, rest := []string{}, input
			for len(rest) >= 4 {
				n := binary.BigEndian.Uint32(rest)
				if uint64(n) > uint64(len(rest)-4) {
					break
				}
				parts, rest = append(parts, string(rest[4:4+n])), rest[4+n:]
			}
			if len(rest) > 0 || len(parts) != 1+len(x.Items) || parts[0] != x.ID {
				t.Fatalf("index %s: its input is %d parts and %d bytes", x.ID, len(parts), len(rest))
			}
			if x.Normalise != "fold" {
				continue
			}
			// Spelt as it was folded, it is the same.
			values := map[catalogue.ItemID]json.RawMessage{}
			for i, id := range x.Items {
				raw, err := json.Marshal(parts[1+i])
				if err != nil {
					t.Fatal(err)
				}
				values[id] = raw
			}
			if again, ok := x.Input(values); !ok || !bytes.Equal(again, input) {
				t.Errorf("index %s: folding twice is not folding once: %q then %q", x.ID, input, again)
			}
		}
	})
}

func FuzzForm(f *testing.F) {
	for _, form := range []string{"none", "clear", "read", "pseudonymised", ""} {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if form, err := catalogue.ParseForm(text); err == nil && form.String() != text {
			t.Errorf("%q is taken for %s", text, form)
		}
	})
}
