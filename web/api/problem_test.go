package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sceau/dossier"
)

// Who met a limit is told so, what is left, and when to come back; where waiting brings
// nothing, not to wait.
func TestALimitIs429WithWhenToComeBack(t *testing.T) {
	for _, tt := range []struct {
		name  string
		next  time.Time
		retry string
	}{
		{"more comes", time.Now().Add(time.Hour), "a number"},
		{"none ever comes", time.Time{}, ""},
	} {
		w := httptest.NewRecorder()
		over := &dossier.LimitError{Recipient: "R3a", Kind: dossier.LimitHour, Most: 60, Asked: 20, Left: 12, Next: tt.next, Request: "ABC"}
		(&Server{}).problem(w, fmt.Errorf("reading: %w", over))
		var p struct {
			Error, Request, Next string
			Left                 *int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusTooManyRequests || p.Left == nil || *p.Left != 12 || p.Request != "ABC" || p.Error == "" {
			t.Errorf("%s: %d, %s", tt.name, w.Code, w.Body)
		}
		if retry := w.Header().Get("Retry-After"); (retry != "") != (tt.retry != "") || (p.Next != "") != (tt.retry != "") {
			t.Errorf("%s: come back after %q, at %q", tt.name, retry, p.Next)
		}
	}
}
