package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// A part that hangs, and heeds nothing but the deadline it is given.
func TestAQuestionThatAPartLeavesHangingEndsWithWhenToComeBack(t *testing.T) {
	s := &Server{Longest: time.Millisecond, Ready: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/health", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d, come back after %q; want 503 and some seconds", w.Code, w.Header().Get("Retry-After"))
	}
	s.Ready = func(context.Context) error { return nil }
	w = httptest.NewRecorder()
	if s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/health", nil)); w.Code != http.StatusOK {
		t.Errorf("the control: %d", w.Code)
	}
}
