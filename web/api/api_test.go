package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sceau/policy"
)

// A question is read before anybody knows who asks: one of 300,000 items took a minute
// of a core.
func TestALongQuestionIsNotRead(t *testing.T) {
	s := &Server{Table: func() *policy.Table { return nil }}
	for n, want := range map[int]int{100: http.StatusServiceUnavailable, 300_000: http.StatusBadRequest} {
		body := `{"items":["A01.06"` + strings.Repeat(`,"A01.06"`, n) + `]}`
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/decide", strings.NewReader(body)))
		if w.Code != want {
			t.Errorf("%d items: answered %d, want %d", n, w.Code, want)
		}
	}
}
