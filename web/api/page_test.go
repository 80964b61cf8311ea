package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sceau/policy"
)

func TestAPageIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	shapes := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]any{
		"Diallo", "œ\"\\\"{[,:]}\\", "", 12.5, true, nil, []any{}, map[string]any{}, []any{"a", []any{map[string]any{"b": []any{1}}}},
		map[string]any{"name": "cv.pdf", "pdf": "JVBERi0x"}, map[string]any{"a": map[string]any{"b": nil, "c": "\\\\"}, "d": []any{}},
	}), 1, 6), func(v []any) []any { return v })
	rapid.Check(t, func(r *rapid.T) {
		var values []json.RawMessage
		frame, whole := map[string]any{}, map[string]any{}
		for i, v := range shapes.Draw(r, "values") {
			text, err := json.Marshal(v)
			if err != nil {
				r.Fatal(err)
			}
			if rapid.Bool().Draw(r, "spaced") {
				var b bytes.Buffer
				if err := json.Indent(&b, text, "\t", " "); err != nil {
					r.Fatal(err)
				}
				text = b.Bytes()
			}
			values = append(values, text)
			name := string(rune('a' + i))
			frame[name], whole[name] = map[string]slot{"item": slot(i)}, map[string]json.RawMessage{"item": text}
		}
		indented := func(v any) []byte {
			text, err := json.MarshalIndent(v, "", "  ")
			if err != nil {
				r.Fatal(err)
			}
			return text
		}
		p := &page{}
		if err := p.fill(indented(frame), values); err != nil {
			r.Fatal(err)
		}
		if want := indented(whole); !bytes.Equal(p.b, want) {
			r.Fatalf("a page is\n%s\nwant\n%s", p.b, want)
		}
		sent := p.b
		if p.forget(); len(bytes.Trim(sent, "\x00")) > 0 {
			r.Fatal("a page that was sent is not cleared")
		}
	})
}

func TestAFrameWithoutItsValueIsNoPage(t *testing.T) {
	for _, frame := range []string{`{"a": "\u00001"}`, `{"a": "\u0000-1"}`, `{"a": "\u0000x"}`, `{"a": "\u0000`} {
		if err := (&page{}).fill([]byte(frame), []json.RawMessage{json.RawMessage("1")}); err == nil {
			t.Errorf("%s is filled", frame)
		}
	}
}

// No cache keeps an answer, of whatever kind: a browser would write it to a disk.
func TestNoAnswerIsKeptByACache(t *testing.T) {
	s := &Server{Table: func() *policy.Table { return nil }, Ready: func(context.Context) error { return nil }}
	for _, tt := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/v1/health", "", http.StatusOK},
		{"POST", "/v1/decide", "{}", http.StatusServiceUnavailable},
		{"POST", "/v1/read", "no JSON", http.StatusBadRequest},
		{"POST", "/v1/read", "{}", http.StatusBadRequest},
		{"POST", "/v1/decide", strings.Repeat(" ", mostOfQuestion+1), http.StatusBadRequest},
		{"GET", "/v1/read", "", http.StatusMethodNotAllowed},
		{"GET", "/v1/nothing", "", http.StatusNotFound},
		{"GET", "/", "", http.StatusNotFound},
	} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body)))
		if w.Code != tt.want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: answered %d with Cache-Control %q, want %d and no-store", tt.method, tt.path, w.Code, w.Header().Get("Cache-Control"), tt.want)
		}
	}
}
