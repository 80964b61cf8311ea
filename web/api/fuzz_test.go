package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sceau/catalogue"
	"sceau/dossier"
	"sceau/policy"
)

// A body comes from anybody. It is a question, or it is refused in words that repeat
// nothing of it.
func FuzzReadRequest(f *testing.F) {
	good := `{"mission":"exam-a","purpose":"P1","candidate":"aaaaaaaaaaaaaaaaaaaaaaaaaa","items":["A12.03"],"on":"2026-04-15"}`
	credential := "Sceau " + strings.TrimSpace(string(dossier.NewCredential().Text()))
	f.Add(good, credential)
	f.Add(strings.Replace(good, "2026-04-15", "Mandragore", 1), credential)
	f.Add(strings.Replace(good, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "Mandragore", 1), credential)
	f.Add(strings.Replace(good, "purpose", "Mandragore", 1), credential)
	numbered := strings.Replace(good, `"candidate"`, `"scope":"programme:F00042","file"`, 1)
	f.Add(numbered, credential)
	f.Add(strings.Replace(numbered, "programme:", "Mandragore:", 1), credential)
	f.Add(strings.Replace(numbered, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "Mandragore", 1), credential)
	f.Add(good+good, credential)
	f.Add(good, "Sceau Mandragore")
	f.Add(good, "Basic Mandragore")
	f.Add(`{"items":["A12.03`, "")
	f.Fuzz(func(t *testing.T, body, authorization string) {
		r := httptest.NewRequest(http.MethodPost, "/v1/read", strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		var q ReadRequest
		if !decode(w, r, &q) {
			if w.Code != http.StatusBadRequest || !json.Valid(w.Body.Bytes()) || strings.Contains(w.Body.String(), "Mandrag") {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
			return
		}
		if !json.Valid([]byte(body)) {
			t.Error("a body that is no JSON, or goes on after it, is taken for a question")
		}
		ask, err := q.ask(r)
		if err != nil && strings.Contains(err.Error(), "Mandrag") {
			t.Errorf("the error repeats what was read: %v", err)
		}
		named := ask.Candidate.String() == q.Candidate && q.Scope+q.File == ""
		if q.Candidate == "" {
			named = ask.Candidate == (dossier.Ref{}) && ask.Scope.String() == q.Scope && ask.File.String() == q.File
		}
		if err == nil && (!named || ask.Mission != q.Mission) {
			t.Error("another question is asked")
		}
	})
}

// A query comes from anybody too, and an address is written down by everything that it
// passes: what is no question is refused, and nothing of it is repeated.
func FuzzListQuery(f *testing.F) {
	good := "mission=exam-a&purpose=P1&scope=programme%3AF00042&item=A12.03&item=A15.02&after=aaaaaaaaaaaaaaaaaaaaaaaaaa&limit=20&on=2026-04-15"
	credential := "Sceau " + strings.TrimSpace(string(dossier.NewCredential().Text()))
	f.Add(good, credential)
	for _, word := range []string{"programme", "F00042", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "20", "2026-04-15", "mission", "limit", "P1"} {
		f.Add(strings.Replace(good, word, "Mandragore", 1), credential)
	}
	f.Add(good+"&limit=30", credential)
	f.Add(good+"&limit=0", credential)
	f.Add(good+"&limit=201", credential)
	f.Add(good+"&scope=", credential)
	f.Add(good+"&%zz", credential)
	f.Add(good, "Sceau Mandragore")
	f.Fuzz(func(t *testing.T, query, authorization string) {
		r := httptest.NewRequest(http.MethodGet, "/v1/list", nil)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", authorization)
		ask, err := listAsk(r)
		if err != nil {
			if strings.Contains(err.Error(), "Mandrag") {
				t.Errorf("the error repeats what was read: %v", err)
			}
			return
		}
		q := r.URL.Query()
		if ask.Mission != q.Get("mission") || len(ask.Items) != len(q["item"]) || ask.Candidate != (dossier.Ref{}) || ask.File != (dossier.FileNo{}) {
			t.Error("another question is asked")
		}
		if q.Has("scope") && ask.Scope.String() != q.Get("scope") || q.Has("after") && ask.After.String() != q.Get("after") || ask.Limit > dossier.MostRows {
			t.Error("another page is asked for")
		}
	})
}

// Who asks the table gets a verdict for each item, or is refused.
func FuzzDecide(f *testing.F) {
	for _, body := range []string{
		`{"Recipient":"C1","Purpose":"P1","Phase":"PH0","Relations":["national"],"Items":["A14.03"]}`,
		`{"Recipient":"C1","Purpose":"P1","Phase":"PH0"}`, `{"Items":["Mandragore"]}`, `{"Recipient":"C1"}{}`, `null`, `[]`, ``,
	} {
		f.Add([]byte(body))
	}
	table, err := policy.ReadCSV(policy.NewVocabulary(catalogue.MustLoad()), strings.NewReader(
		"recipient,purpose,action,state,phase,relation,flags,item,form,derive,article,sheet_row\n"+
			"C1,P1,read,active,PH0,national,,A03.09,aggregate,count,GDPR 39; SEC-11,S-C1-02\n"+
			"C1,P1,read,active,PH0,national,,A14.03,pseudonymised,as-is,GDPR 39; SEC-06; SEC-11,S-C1-01\n"))
	if err != nil {
		f.Fatal(err)
	}
	s := &Server{Table: func() *policy.Table { return table }}
	handler := s.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/decide", bytes.NewReader(body)))
		if !json.Valid(w.Body.Bytes()) || w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Fatalf("answered %d: %s", w.Code, w.Body)
		}
		var verdicts []policy.Verdict
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &verdicts); err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range verdicts {
			if v.Granted && v.Item != "A14.03" && v.Item != "A03.09" {
				t.Errorf("%s is granted, and no row says so", v.Item)
			}
		}
	})
}
