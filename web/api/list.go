package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"sceau/catalogue"
	"sceau/dossier"
)

// A PageAnswer is a page of a list as a caller receives it.
type PageAnswer struct {
	Request   string                `json:"request"`
	Recipient catalogue.RecipientID `json:"recipient"`
	Purpose   catalogue.Purpose     `json:"purpose"`
	Phase     catalogue.Phase       `json:"phase"`
	Policy    string                `json:"policy"`
	Scope     string                `json:"scope"`
	Rows      []RowAnswer           `json:"rows"`
	Next      string                `json:"next,omitempty"` // for after; nothing follows without it
	Most      int                   `json:"most"`           // rows of a page of this mission: one that asked for more got so many
}

// A RowAnswer is one file of a page. What was named is in it as in an answer about one
// file; relations and number are all there is of it otherwise.
type RowAnswer struct {
	File      string                        `json:"file"`
	Relations []catalogue.Relation          `json:"relations"`
	Items     map[string]slot               `json:"items,omitempty"`
	Records   map[catalogue.Repeat][]Record `json:"records,omitempty"`
	Grants    map[catalogue.ItemID]Grant    `json:"grants,omitempty"`
	Empty     []catalogue.ItemID            `json:"empty,omitempty"`
	Warnings  []string                      `json:"warnings,omitempty"`
	Refused   []RefusedItem                 `json:"refused,omitempty"`
	Failed    string                        `json:"failed,omitempty"`
}

// A RefusedItem is an item that a file does not give, while others may.
type RefusedItem struct {
	Item    catalogue.ItemID `json:"item"`
	Article string           `json:"article"`
	Reason  string           `json:"reason"`
}

func rowOf(r dossier.Row, values *[]json.RawMessage) RowAnswer {
	a := RowAnswer{File: r.File.String(), Relations: r.Relations, Empty: r.View.Held, Warnings: r.View.Warnings, Failed: r.Failed}
	a.Items, a.Records, a.Grants = layOut(r.View.Fields, values)
	for _, refused := range r.Refused {
		a.Refused = append(a.Refused, RefusedItem{refused.Item, refused.Article, refused.Reason})
	}
	return a
}

func pageOfList(l dossier.Page) (*page, error) {
	a := PageAnswer{Request: l.Request, Recipient: l.Recipient, Purpose: l.Purpose, Phase: l.Phase, Policy: l.Policy,
		Scope: l.Scope.String(), Rows: []RowAnswer{}, Most: l.Most}
	if l.Next != (dossier.FileNo{}) {
		a.Next = l.Next.String()
	}
	var values []json.RawMessage
	for _, r := range l.Rows {
		a.Rows = append(a.Rows, rowOf(r, &values))
	}
	return framed(a, values, "  ")
}

// WriteRows writes the rows of a page as lines of JSON to the caller who asked for them.
func WriteRows(w io.Writer, l dossier.Page) error {
	for _, r := range l.Rows {
		var values []json.RawMessage
		a := rowOf(r, &values)
		p, err := framed(a, values, "")
		if err != nil {
			return err
		}
		_, err = w.Write(p.b)
		p.forget()
		if err != nil {
			return err
		}
	}
	return nil
}

// list answers a page. What stands in its URL are words of the register, the mission's
// name and scope, and numbers that mean something to that scope alone: nothing personal.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	ask, err := listAsk(r)
	s.named(ask.Items)
	if err != nil {
		fail(w, http.StatusBadRequest, Problem{Sentence: err.Error()})
		return
	}
	l, err := s.Gate.List(r.Context(), ask)
	if err != nil {
		s.problem(w, err)
		return
	}
	defer l.Forget()
	for _, row := range l.Rows {
		if row.Cause != nil && s.Log != nil {
			s.Log.Error("a file of a page did not open", "request", l.Request, "cause", row.Cause.Error())
		}
	}
	p, err := pageOfList(l)
	if err == nil {
		err = send(w, p)
	}
	if err != nil && s.Log != nil {
		s.Log.Warn("the caller went away", "request", l.Request)
	}
}

// listWords are the keys of a question for a page; item alone may come again.
var listWords = []string{"mission", "purpose", "campaign", "scope", "after", "limit", "item", "on"}

// listAsk reads a question as strictly as a body is read, and repeats nothing of it.
func listAsk(r *http.Request) (ask dossier.ListAsk, err error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return ask, errors.New("the query is not the one expected here")
	}
	for key, values := range q {
		if !slices.Contains(listWords, key) || len(values) > 1 && key != "item" {
			return ask, errors.New("the query has mission, purpose, campaign, scope, after, limit and on, each once, and item")
		}
	}
	ask.Mission, ask.Purpose, ask.Campaign = q.Get("mission"), catalogue.Purpose(q.Get("purpose")), q.Get("campaign")
	for _, id := range q["item"] {
		ask.Items = append(ask.Items, catalogue.ItemID(id))
	}
	if q.Has("scope") {
		if ask.Scope, err = dossier.ParseScope(q.Get("scope")); err != nil {
			return ask, err
		}
	}
	if q.Has("after") {
		if ask.After, err = dossier.ParseFileNo(q.Get("after")); err != nil {
			return ask, errors.New("after is the file number that the page before gives as next")
		}
	}
	if q.Has("limit") {
		if ask.Limit, err = strconv.Atoi(q.Get("limit")); err != nil || ask.Limit < 1 || ask.Limit > dossier.MostRows {
			return ask, dossier.ErrTooManyRows
		}
	}
	if ask.On, err = dayOf(q.Get("on")); err != nil {
		return ask, err
	}
	ask.Credential, err = credentialOf(r)
	return ask, err
}
