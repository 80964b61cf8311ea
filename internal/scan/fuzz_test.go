package scan

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func FuzzCanaries(f *testing.F) {
	for _, text := range []string{
		`{"candidate_line":1,"item":"A01.06","name":"last_name","value":"Mandragore"}`, `{"candidate_line":1,"item":"","value":"Mandragore"}`,
		`{"Mandragore":1}`, `{"candidate_line":"Mandragore"}`, "\n\n", `{"candidate_line":1,"item":"A01.06","value":"` + strings.Repeat("Mandragore", 500) + `"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadCanaries(strings.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), "Mandrag") {
				t.Errorf("the error repeats a value: %v", err)
			}
			return
		}
		var back bytes.Buffer
		for _, c := range all {
			if err := json.NewEncoder(&back).Encode(map[string]any{"candidate_line": c.Line, "item": c.Item, "name": c.Name, "value": c.Value}); err != nil {
				t.Fatal(err)
			}
		}
		again, err := ReadCanaries(&back)
		if err != nil || !slices.Equal(all, again) {
			t.Errorf("%d canaries read as %d others: %v", len(all), len(again), err)
		}
	})
}

// The matcher samples: it must find what a search byte by byte finds, and no more.
func FuzzMatcher(f *testing.F) {
	f.Add([]byte("au nom de Mandragore"), []byte("Mandragore"), []byte("andragore"))
	f.Add([]byte("0123456789ABCDEF0123456701234567"), []byte("01234567"), []byte("23456789"))
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaa"), []byte("aaaaaaaaa"), []byte("aaaaaaaaaaaaaaaa"))
	f.Fuzz(func(t *testing.T, text, one, two []byte) {
		if len(one) < gram || len(two) < gram || len(text) < gram || len(one)+len(two) > 256 {
			return
		}
		m := newMatcher([]pattern{{bytes: one}, {bytes: two}})
		type hit struct {
			pattern int32
			at      int
		}
		var got, want []hit
		m.scan(text, 0, len(text)-gram, func(p int32, at int) { got = append(got, hit{p, at}) })
		for k, p := range [][]byte{one, two} {
			for at := range text {
				if bytes.HasPrefix(text[at:], p) {
					want = append(want, hit{int32(k), at})
				}
			}
		}
		order := func(a, b hit) int { return int(a.pattern-b.pattern)<<20 + a.at - b.at }
		slices.SortFunc(got, order)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("found %v, a search byte by byte %v", got, want)
		}
	})
}

// Pages lose their headers and nothing else, however their bytes arrive.
func FuzzWAL(f *testing.F) {
	page := make([]byte, 2*walPage+100)
	binary.NativeEndian.PutUint16(page, 0xd116)
	binary.NativeEndian.PutUint16(page[2:], walIsLong)
	f.Add(page[:walPage])
	f.Add(page)
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, log []byte) {
		whole, err := io.ReadAll(&walJoiner{r: bytes.NewReader(log)})
		if err != nil {
			t.Fatal(err)
		}
		slow, err := io.ReadAll(&walJoiner{r: iotest.HalfReader(bytes.NewReader(log))})
		if err != nil || !bytes.Equal(whole, slow) {
			t.Errorf("read by pieces it is another log: %v", err)
		}
		pages := (len(log) + walPage - 1) / walPage
		if lost := len(log) - len(whole); lost < 0 || lost > pages*walLongHeader {
			t.Errorf("%d bytes of %d pages are lost", lost, pages)
		}
		if cut := errors.New("cut"); !errors.Is(readAll(iotest.ErrReader(cut)), cut) {
			t.Error("an error of reading is passed over")
		}
	})
}

func readAll(r io.Reader) error {
	_, err := io.ReadAll(&walJoiner{r: r})
	return err
}
