package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// A Problem is what outsiders are told: a sentence and a reference. Operators find
// the chain of causes in the log, under the same reference.
type Problem struct {
	Sentence string           `json:"error"`
	Item     catalogue.ItemID `json:"item,omitempty"`
	Article  string           `json:"article,omitempty"`
	Request  string           `json:"request,omitempty"`
	// Of a limit that was met: how many files are left now, and when there are more.
	Left *int   `json:"left,omitempty"`
	Next string `json:"next,omitempty"`
}

// retryAfter is how long a caller waits when a part is down, in seconds.
const retryAfter = "2"

// callerLeft is the code that proxies write for a caller who closed the connection.
const callerLeft = 499

// problem turns the gate's errors into answers, in one place. What it does not know
// is an internal error, told without its cause.
func (s *Server) problem(w http.ResponseWriter, err error) {
	var refusal *dossier.Refusal
	var over *dossier.LimitError
	switch {
	case errors.As(err, &over):
		limited(w, over)
		return
	case errors.As(err, &refusal):
		fail(w, http.StatusForbidden, Problem{Sentence: refusal.Error(), Item: refusal.Item, Article: refusal.Article, Request: refusal.Request})
		return
	case errors.Is(err, dossier.ErrNoSuchMission):
		fail(w, http.StatusUnauthorized, Problem{Sentence: dossier.ErrNoSuchMission.Error()})
		return
	case errors.Is(err, dossier.ErrNoSuchCandidate):
		fail(w, http.StatusNotFound, Problem{Sentence: dossier.ErrNoSuchCandidate.Error()})
		return
	case errors.Is(err, crypto.ErrForgotten):
		fail(w, http.StatusGone, Problem{Sentence: crypto.ErrForgotten.Error()})
		return
	case errors.Is(err, dossier.ErrFrozen), errors.Is(err, crypto.ErrFrozen):
		fail(w, http.StatusLocked, Problem{Sentence: "the campaign, or a class of its data, is frozen: nothing was opened and nothing entered"})
		return
	case errors.Is(err, dossier.ErrWhichScope):
		fail(w, http.StatusBadRequest, Problem{Sentence: dossier.ErrWhichScope.Error()})
		return
	case errors.Is(err, dossier.ErrElsewhere):
		fail(w, http.StatusMisdirectedRequest, Problem{Sentence: dossier.ErrElsewhere.Error()})
		return
	}
	if errors.Is(err, context.Canceled) {
		// Anybody can leave: a failure must not be lost among those who did.
		if s.Log != nil {
			s.Log.Info("the caller left")
		}
		fail(w, callerLeft, Problem{Sentence: "the caller left"})
		return
	}
	if s.Log != nil {
		s.Log.Error("request failed", "cause", cause(err))
	}
	if unavailable(err) {
		// Nothing is queued and nothing is kept in clear: the caller comes back.
		w.Header().Set("Retry-After", retryAfter)
		fail(w, http.StatusServiceUnavailable, Problem{Sentence: "a part of the service does not answer: nothing was opened"})
		return
	}
	fail(w, http.StatusInternalServerError, Problem{Sentence: "the request failed: nothing was opened"})
}

// limited says that a limit was met, and when to come back. Where waiting brings nothing,
// there is no Retry-After.
func limited(w http.ResponseWriter, over *dossier.LimitError) {
	p := Problem{Sentence: over.Error(), Request: over.Request, Left: &over.Left}
	if wait := over.After(); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		p.Next = over.Next.UTC().Format(time.RFC3339)
	}
	fail(w, http.StatusTooManyRequests, p)
}

func unavailable(err error) bool {
	// A deadline that passed is a part that hangs.
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, crypto.ErrUnavailable) || errors.Is(err, crypto.ErrBusy) || errors.Is(err, dossier.ErrUnavailable) || errors.Is(err, dossier.ErrNotTraced) || errors.Is(err, dossier.ErrNoPolicy)
}

// cause is the chain for those who operate the service, which what a caller is told of a
// file number leaves out.
func cause(err error) string {
	var file *dossier.FileError
	if errors.As(err, &file) {
		return err.Error() + ": " + file.Cause()
	}
	return err.Error()
}

func fail(w http.ResponseWriter, code int, p Problem) { write(w, code, p) }
