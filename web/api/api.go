package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/singleflight"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/policy"
)

// A Server answers on loopback for one identity. It stands on the same gate as
// everything else, and pages will stand on it.
type Server struct {
	Gate     *dossier.Gate
	Identity string
	Intake   *dossier.Intake // for the identity of intake alone, nil for the others
	Sender   [32]byte        // digest of the credential of who sends dossiers in
	Table    func() *policy.Table
	Ready    func(context.Context) error // nil when every part answers
	looking  singleflight.Group
	Log      *slog.Logger
	// Longest is how long a question may take, whatever part hangs; 0 is 15 s. A
	// creation has the minute of its batch.
	Longest time.Duration
}

// longest is more than Vault and a database take one after the other to give up.
const longest = 15 * time.Second

// Handler routes the verbs: read, list, decide, health, and create for intake.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	most := int64(mostOfQuestion)
	if s.Intake != nil {
		most = mostOfDossier
	}
	r.Use(limit(most), s.logged)
	r.With(s.bounded).Get("/v1/health", s.health)
	if s.Intake != nil {
		r.Post("/v1/dossiers/{campaign}", s.create)
		return r
	}
	r.With(s.bounded).Post("/v1/read", s.read)
	r.With(s.bounded).Get("/v1/list", s.list)
	r.Post("/v1/decide", s.decide)
	return r
}

// A question names some hundreds of items at most, and is read before anybody knows
// who asks; a dossier brings its documents.
const (
	mostOfQuestion = 32 << 10
	mostOfDossier  = 64 << 20
)

// limit keeps requests small and answers out of caches and of other sites' pages.
func limit(most int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, most)
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Content-Type", "application/json")
			next.ServeHTTP(w, r)
		})
	}
}

// logged writes the route's pattern, never the URL: nothing personal is in a URL
// here, and a log that copies URLs would copy the day somebody puts one there.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ww := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(ww, r)
		if s.Log != nil {
			s.Log.Info("request", "route", chi.RouteContext(r.Context()).RoutePattern(), "status", ww.code,
				"ms", time.Since(began).Milliseconds())
		}
	})
}

// bounded ends a question that a part leaves hanging: its caller comes back, instead
// of keeping a connection of ours for as long as it lasts.
func (s *Server) bounded(next http.Handler) http.Handler {
	most := s.Longest
	if most == 0 {
		most = longest
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), most)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

type status struct {
	http.ResponseWriter
	code int
}

func (w *status) WriteHeader(code int) { w.code = code; w.ResponseWriter.WriteHeader(code) }

// Unwrap lets an answer be flushed.
func (w *status) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// A ReadRequest is the body of /v1/read. The credential comes in the header
// "Authorization: Sceau <credential>".
type ReadRequest struct {
	Mission   string             `json:"mission"`
	Purpose   catalogue.Purpose  `json:"purpose"`
	Campaign  string             `json:"campaign,omitempty"`
	Candidate string             `json:"candidate,omitempty"`
	Scope     string             `json:"scope,omitempty"` // with File, in the place of Candidate
	File      string             `json:"file,omitempty"`
	Items     []catalogue.ItemID `json:"items,omitempty"`
	On        string             `json:"on,omitempty"` // demonstration campaigns only
}

func (s *Server) read(w http.ResponseWriter, r *http.Request) {
	var q ReadRequest
	if !decode(w, r, &q) {
		return
	}
	ask, err := q.ask(r)
	s.named(ask.Items)
	if err != nil {
		fail(w, http.StatusBadRequest, Problem{Sentence: err.Error()})
		return
	}
	v, err := s.Gate.Read(r.Context(), ask)
	if err != nil {
		s.problem(w, err)
		return
	}
	defer v.Forget()
	p, err := pageOf(v)
	if err == nil {
		err = send(w, p)
	}
	if err != nil && s.Log != nil {
		s.Log.Warn("the caller went away", "request", v.Request)
	}
}

// named brings the English names that answers use to ids of the annex.
func (s *Server) named(items []catalogue.ItemID) {
	for i, word := range items {
		if it, ok := s.Gate.Catalogue.ItemNamed(string(word)); ok {
			items[i] = it.ID
		}
	}
}

// A body of more than net/http buffers is written past its buffers, which are kept for
// the next caller with what was in them; the rest of a shorter one is white space.
const pastBuffers = 4<<10 + 1

// send writes an answer to the connection, and leaves no copy of it on the way.
func send(w http.ResponseWriter, p *page) error {
	defer p.forget()
	for len(p.b) < pastBuffers {
		p.put('\n')
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(p.b))) // pieces would be copied
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err // what is buffered takes the next bytes with it
	}
	_, err := w.Write(p.b)
	return err
}

func (q ReadRequest) ask(r *http.Request) (dossier.Ask, error) {
	ask := dossier.Ask{Mission: q.Mission, Purpose: q.Purpose, Campaign: q.Campaign, Items: q.Items}
	var err error
	switch {
	case q.Scope == "" && q.File == "":
		if ask.Candidate, err = crypto.ParseUnitID(q.Candidate); err != nil {
			return ask, errors.New("candidate is an internal reference")
		}
	case q.Candidate != "":
		return ask, errors.New("a file is named by candidate, or by scope and file")
	default:
		if ask.Scope, err = dossier.ParseScope(q.Scope); err != nil {
			return ask, err
		}
		if ask.File, err = dossier.ParseFileNo(q.File); err != nil {
			return ask, errors.New("file is a file number")
		}
	}
	if ask.On, err = dayOf(q.On); err != nil {
		return ask, err
	}
	ask.Credential, err = credentialOf(r)
	return ask, err
}

func dayOf(text string) (on time.Time, err error) {
	if text == "" {
		return on, nil
	}
	if on, err = time.Parse(time.DateOnly, text); err != nil {
		return on, errors.New("on is a date, 2026-04-15")
	}
	return on, nil
}

func credentialOf(r *http.Request) (dossier.Credential, error) {
	const scheme = "Sceau "
	h := r.Header.Get("Authorization")
	if len(h) <= len(scheme) || h[:len(scheme)] != scheme {
		return dossier.Credential{}, errors.New("no credential: Authorization: Sceau <credential>")
	}
	return dossier.ParseCredential([]byte(h[len(scheme):]))
}

func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	var q policy.Question
	if !decode(w, r, &q) {
		return
	}
	table := s.Table()
	if table == nil {
		s.problem(w, dossier.ErrNoPolicy)
		return
	}
	verdicts, err := table.Answer(q)
	if err != nil {
		fail(w, http.StatusBadRequest, Problem{Sentence: err.Error()})
		return
	}
	write(w, http.StatusOK, verdicts)
}

// create takes one dossier in.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	// Who may send in is told which numbers are registered already: nobody else is.
	credential, err := credentialOf(r)
	if err == nil && credential.Digest() != s.Sender {
		err = dossier.ErrNoSuchMission
	}
	if err != nil {
		fail(w, http.StatusUnauthorized, Problem{Sentence: err.Error()})
		return
	}
	var line json.RawMessage
	if !decode(w, r, &line) {
		return
	}
	entry, err := s.Intake.Create(r.Context(), chi.URLParam(r, "campaign"), line)
	if err != nil {
		s.problem(w, err)
		return
	}
	if entry.Refused != nil {
		fail(w, http.StatusUnprocessableEntity, Problem{Item: entry.Refused.Item, Sentence: entry.Refused.Rule})
		return
	}
	write(w, http.StatusCreated, map[string]any{"candidate": entry.Ref, "accounts": entry.Accounts})
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	// Those who ask at once share one look, so that asking is no way to keep parts busy. It
	// is everybody's: the first who asked may leave.
	_, err, _ := s.looking.Do("", func() (any, error) {
		ctx := context.WithoutCancel(r.Context())
		if end, bounded := r.Context().Deadline(); bounded {
			var stop context.CancelFunc
			ctx, stop = context.WithDeadline(ctx, end)
			defer stop()
		}
		return nil, s.Ready(ctx)
	})
	if err != nil {
		s.problem(w, err)
		return
	}
	write(w, http.StatusOK, map[string]string{"identity": s.Identity, "status": "ready"})
}

// decode reads a body strictly: a key that nobody knows is a misunderstanding that
// must not pass for consent.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		// And so is what follows it: it would be answered as if it were not there.
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("the body goes on")
		}
	}
	if err != nil {
		fail(w, http.StatusBadRequest, Problem{Sentence: "the body is not the JSON expected here"})
		return false
	}
	return true
}

func write(w http.ResponseWriter, code int, v any) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the caller went away: nobody is left to tell
}
