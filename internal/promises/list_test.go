package promises_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/web/api"
)

// A listed campaign has people of its own, whose files nobody else changes.
type listedCampaign struct {
	*place
	people []*person
	key    *crypto.RoutingKey
}

const lists = "lists"

var theLists = sync.OnceValue(func() *listedCampaign { return &listedCampaign{} })

func openLists(t *testing.T) *listedCampaign {
	t.Helper()
	l := theLists()
	if l.place == nil {
		p := open(t)
		l.people = p.newcomers(t, lists, 60, 4040)
		l.place, l.key = p, p.routingKey(t, lists)
		for _, m := range []struct {
			name, recipient string
			scopes          func(dossier.Scope, *dossier.MissionScopes)
		}{
			{"lists-exam", "R4b-exam", func(s dossier.Scope, m *dossier.MissionScopes) {
				if s.Kind == dossier.ScopeProgramme {
					m.Programmes = append(m.Programmes, s.ID)
				}
			}},
			{"lists-head", "R3a", func(s dossier.Scope, m *dossier.MissionScopes) {
				if s.Kind == dossier.ScopeSchool {
					m.Schools = append(m.Schools, s.ID)
				}
			}},
			{"lists-rectorate", "R2a", func(s dossier.Scope, m *dossier.MissionScopes) {
				if s.Kind == dossier.ScopeAcademy || s.Kind == dossier.ScopeAcademyOfProgramme {
					m.Academies = append(m.Academies, s.ID)
				}
			}},
		} {
			var scopes dossier.MissionScopes
			for s := range l.files(t) {
				m.scopes(s, &scopes)
			}
			l.give(t, m.name, catalogue.RecipientID(m.recipient), scopes)
		}
	}
	return l
}

func (l *listedCampaign) give(t testing.TB, name string, r catalogue.RecipientID, scopes dossier.MissionScopes) {
	t.Helper()
	err := l.GiveMissions(t.Context(), []dossier.MissionOrder{{Mission: name, Campaign: lists, Recipient: r, Organisation: "lists", Scopes: scopes, Until: "2029-12-31"}})
	if err != nil {
		t.Fatal(err)
	}
}

// files are those that each scope knows, from what the candidates sent in and from
// nothing that Sceau made of it: how far the wish came, for a programme.
func (l *listedCampaign) files(t testing.TB) map[dossier.Scope]map[*person]string {
	t.Helper()
	all := map[dossier.Scope]map[*person]string{}
	add := func(kind dossier.ScopeKind, id string, who *person, state string) {
		s := dossier.Scope{Kind: kind, ID: id}
		if all[s] == nil {
			all[s] = map[*person]string{}
		}
		if _, asked := all[s][who]; !asked { // asked for twice, a programme knows the first wish
			all[s][who] = state
		}
	}
	for _, one := range l.people {
		for _, w := range records(one, "per_wish") {
			id := text(w["wish_target_programme"])
			state := ""
			switch {
			case text(w["candidate_answer"]) == "accepte":
				state = "admitted"
			case text(w["wish_confirmation_date"]) != "":
				state = "confirmed"
			}
			add(dossier.ScopeProgramme, id, one, state)
			add(dossier.ScopeAcademyOfProgramme, l.reference.Programmes[id].Academy, one, "")
		}
		if years := records(one, "per_school_year"); len(years) > 0 && text(years[0]["school_information"]) != "" {
			add(dossier.ScopeSchool, text(years[0]["school_information"]), one, "")
		}
		if academy := text(one.values["academy_of_residence"]); academy != "" {
			add(dossier.ScopeAcademy, academy, one, "")
		}
	}
	return all
}

// number is the one under which a scope knows a candidate.
func (l *listedCampaign) number(t testing.TB, s dossier.Scope, who *person) (no dossier.FileNo) {
	t.Helper()
	tag := l.key.Tag(string(s.Kind), s.ID, who.ref)
	copy(no[:], l.route(t, lists, tag)[1].([]byte))
	return no
}

func (l *listedCampaign) listAsk(t testing.TB, mission string, s dossier.Scope, items ...catalogue.ItemID) dossier.ListAsk {
	t.Helper()
	ask := dossier.ListAsk{Ask: l.ask(t, mission, "P1", dossier.Ref{}, items...)}
	ask.Scope, ask.On = s, examining
	return ask
}

// pages goes through a list.
func (l *listedCampaign) pages(t testing.TB, ask dossier.ListAsk) (rows []dossier.Row) {
	t.Helper()
	for {
		page, err := l.gate.List(context.Background(), ask)
		if err != nil {
			t.Fatalf("%s: %v", ask.Scope, err)
		}
		rows = append(rows, page.Rows...)
		if page.Next == (dossier.FileNo{}) {
			return rows
		}
		ask.After = page.Next
	}
}

// The files of a page are those of the candidates who sent in that they belong there, in
// every scope that anybody has to do with.
func TestAListHasTheFilesOfItsScopeAndNoOther(t *testing.T) {
	l := openLists(t)
	rows, full, small := 0, 0, 0
	for s, files := range l.files(t) {
		if len(files) <= 3 {
			if small++; small > 150 && !soaking() {
				continue
			}
		}
		mission := map[dossier.ScopeKind]string{dossier.ScopeProgramme: "lists-exam", dossier.ScopeSchool: "lists-head"}[s.Kind]
		if mission == "" {
			mission = "lists-rectorate"
		}
		want := map[dossier.FileNo]bool{}
		for who, state := range files {
			if s.Kind != dossier.ScopeProgramme || state != "" {
				want[l.number(t, s, who)] = true
			}
		}
		ask := l.listAsk(t, mission, s)
		ask.Limit = 3
		got := map[dossier.FileNo]bool{}
		for _, row := range l.pages(t, ask) {
			if got[row.File] {
				t.Errorf("%s: a file comes twice", s)
			}
			got[row.File] = true
			if len(row.Relations) != 1 {
				t.Errorf("%s: a row tells the relations %v", s, row.Relations)
			}
			if row.View.File != "" || len(row.View.Fields)+len(row.Refused) > 0 || row.Failed != "" {
				t.Errorf("%s: a row of which nothing was asked says something", s)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s lists %d files, want %d", s, len(got), len(want))
		}
		rows += len(got)
		if len(got) > 3 {
			full++
		}
	}
	if rows < 100 || full < 3 {
		t.Errorf("%d rows, %d lists of several pages: this proves little", rows, full)
	}
	t.Logf("%d rows, %d lists of several pages", rows, full)
}

// Who accepted for good is told to who enrols them, and to no jury: not by the relations
// beside a number, nor by anything else of a row.
func TestAJuryIsNotToldWhoAccepted(t *testing.T) {
	l := openLists(t)
	var s dossier.Scope
	var admitted, confirmed []*person
	for of, files := range l.files(t) {
		in := map[string][]*person{}
		for who, state := range files {
			in[state] = append(in[state], who)
		}
		if len(in["admitted"]) > 0 && len(in["confirmed"]) > 0 && len(files) > len(admitted)+len(confirmed) {
			s, admitted, confirmed = of, in["admitted"], in["confirmed"]
		}
	}
	if len(admitted) == 0 {
		t.Fatal("nobody accepted a programme that somebody else applied to")
	}
	calling := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	ask := l.listAsk(t, "lists-exam", s)
	ask.On = calling
	rows := l.pages(t, ask)
	if len(rows) != len(admitted)+len(confirmed) {
		t.Errorf("%d rows, want %d", len(rows), len(admitted)+len(confirmed))
	}
	for _, row := range rows {
		if fmt.Sprint(row.Relations) != "[applied_programme]" {
			t.Errorf("a jury is told %v", row.Relations)
		}
	}
	ask.Items = []catalogue.ItemID{"A16.05"}
	if _, err := l.gate.List(t.Context(), ask); !errors.As(err, new(*dossier.Refusal)) {
		t.Errorf("a jury that asks for the answer: %v", err)
	}

	l.give(t, "lists-enrolment", "R4b-enr", dossier.MissionScopes{Programmes: []string{s.ID}})
	ask = l.listAsk(t, "lists-enrolment", s)
	ask.On = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	told := map[dossier.FileNo]bool{}
	for _, row := range l.pages(t, ask) {
		if slices.Contains(row.Relations, "admitted_programme") {
			told[row.File] = true
		}
	}
	for _, one := range admitted {
		if !told[l.number(t, s, one)] {
			t.Error("who enrols is not told that somebody accepted")
		}
	}
	if len(told) != len(admitted) {
		t.Errorf("who enrols is told of %d, want the %d who accepted", len(told), len(admitted))
	}
}

// busiest is the programme with most files.
func (l *listedCampaign) busiest(t testing.TB) (dossier.Scope, []*person) {
	t.Helper()
	var best dossier.Scope
	var who []*person
	for s, files := range l.files(t) {
		if s.Kind != dossier.ScopeProgramme {
			continue
		}
		var confirmed []*person
		for one, state := range files {
			if state != "" {
				confirmed = append(confirmed, one)
			}
		}
		if len(confirmed) > len(who) || len(confirmed) == len(who) && s.ID < best.ID {
			best, who = s, confirmed
		}
	}
	if len(who) < 4 {
		t.Fatalf("no programme has more than %d files", len(who))
	}
	return best, who
}

// said is what is told of one file, without what changes from one request to the next.
type said struct {
	File    string                     `json:"file"`
	Items   map[string]json.RawMessage `json:"items"`
	Records map[string]any             `json:"records"`
	Grants  map[string]any             `json:"grants"`
	Empty   []catalogue.ItemID         `json:"empty"`
	Warns   []string                   `json:"warnings"`
}

func heard(t testing.TB, text []byte) (s said) {
	t.Helper()
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for name, value := range s.Items { // one is indented, the other is not
		var line bytes.Buffer
		if err := json.Compact(&line, value); err != nil {
			t.Fatal(err)
		}
		s.Items[name] = line.Bytes()
	}
	if len(s.Items) == 0 {
		s.Items = nil
	}
	slices.Sort(s.Empty)
	return s
}

// columns of an examination: of the file and of the wish, codes and a cleared text, one
// that rests on a guard, one of which some have no record.
var examined = []catalogue.ItemID{"A12.03", "A08.07", "A15.X1", "A15.02", "A08.12", "A08.08", "A07.17", "A16.07", "A15.10", "A08.17"}

// A list is as many readings: what stands in a row is what Read gives by that number, and
// what it refuses is refused there in the same words.
func TestARowIsWhatReadGivesByItsNumber(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	// One of them wants the scheme shown, so that a guard holds in one row and in no other.
	by, err := l.Credential(who[0].accounts[0])
	if err != nil {
		t.Fatal(err)
	}
	opted := dossier.Fact{ID: "lists-opted", Kind: "equal_opportunity_opt_in", Candidate: who[0].ref.String(), By: who[0].accounts[0],
		To: dossier.Addressee{Mission: "lists-exam"}, From: "2026-01-01"}
	if err := l.gate.RecordFact(t.Context(), l.register, opted, by, examining); err != nil {
		t.Fatal(err)
	}
	rows := l.pages(t, l.listAsk(t, "lists-exam", s, examined...))
	if len(rows) != len(who) {
		t.Fatalf("%d rows, want %d", len(rows), len(who))
	}
	refusals := 0
	for _, row := range rows {
		var line bytes.Buffer
		if err := api.WriteRows(&line, dossier.Page{Rows: []dossier.Row{row}}); err != nil {
			t.Fatal(err)
		}
		got := heard(t, line.Bytes())
		ask := l.ask(t, "lists-exam", "P1", dossier.Ref{})
		ask.Scope, ask.File, ask.On = s, row.File, examining
		for _, id := range examined {
			refused := slices.IndexFunc(row.Refused, func(r *dossier.Refusal) bool { return r.Item == id })
			if refused < 0 {
				ask.Items = append(ask.Items, id)
				continue
			}
			refusals++
			alone := ask
			alone.Items = []catalogue.ItemID{id}
			_, err := l.gate.Read(t.Context(), alone)
			var r *dossier.Refusal
			if !errors.As(err, &r) || r.Error() != row.Refused[refused].Error() {
				t.Errorf("%s: a row says %v, and a reading %v", id, row.Refused[refused], err)
			}
		}
		read, err := l.answer(t, ask)
		if err != nil {
			t.Fatal(err)
		}
		if want := heard(t, []byte(read)); !reflect.DeepEqual(got, want) {
			t.Errorf("a row and a reading of the same file differ: %d items and %d, records of %d kinds and %d, %d empty and %d",
				len(got.Items), len(want.Items), len(got.Records), len(want.Records), len(got.Empty), len(want.Empty))
		}
		if of := l.number(t, s, who[0]); (row.File == of) == slices.ContainsFunc(row.Refused, func(r *dossier.Refusal) bool { return r.Item == "A08.07" }) {
			t.Errorf("the scheme is shown of whom did not ask for it, or hidden of whom did")
		}
	}
	if refusals != len(who)-1 {
		t.Errorf("%d items refused, want one in every row but one", refusals)
	}
}

// Whoever works under file numbers never hears the reference: not in a reading, not in a
// list, not in a refusal, not in an error. Nor any other name that two scopes could
// compare: units, records, numbers of other scopes.
func TestUnderAFileNumberNothingJoinsTwoScopes(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	ctx := context.Background()
	secret := map[string]string{}
	for _, one := range who {
		secret[one.ref.String()] = "the reference"
		for n := 1; n <= 4; n++ {
			secret[dossier.Responsible(one.ref, n).String()] = "the unit of a responsible"
		}
		for other, files := range l.files(t) {
			if _, in := files[one]; in && other != s {
				secret[l.number(t, other, one).String()] = "a number of another scope"
			}
		}
		for id := range l.namesInClear(t, one) {
			secret[id] = "a record in clear"
		}
	}
	silent := func(what, text string) {
		t.Helper()
		for word, of := range secret {
			if strings.Contains(text, word) {
				t.Errorf("%s says %s", what, of)
			}
		}
	}
	rows := l.pages(t, l.listAsk(t, "lists-exam", s, examined...))
	var text bytes.Buffer
	page := dossier.Page{Scope: s, Rows: rows}
	if err := errors.Join(api.WriteRows(&text, page), api.WriteTable(&text, page, examined)); err != nil {
		t.Fatal(err)
	}
	silent("a list", text.String())
	ask := l.ask(t, "lists-exam", "P1", dossier.Ref{})
	ask.Scope, ask.On = s, examining
	for _, row := range rows {
		ask.File = row.File
		for _, items := range [][]catalogue.ItemID{nil, {"A15.X1"}, {"A15.X1", "A12.03"}, {"A16.08"}} {
			ask.Items = items
			v, err := l.gate.Read(ctx, ask)
			if err != nil {
				t.Fatal(err)
			}
			if v.Candidate != (dossier.Ref{}) || v.Clear {
				t.Errorf("%v: a view asked for by number has the reference", items)
			}
			text.Reset()
			if err := api.WriteView(&text, v); err != nil {
				t.Fatal(err)
			}
			silent(fmt.Sprint("a reading of ", items), text.String())
		}
	}
	// What cannot be opened says so of the number.
	one := who[0]
	ask.File, ask.Items = l.number(t, s, one), []catalogue.ItemID{"A12.03"}
	l.without(t, one, func() {
		_, err := l.gate.Read(ctx, ask)
		var file *dossier.FileError
		if !errors.Is(err, crypto.ErrForgotten) || !errors.As(err, &file) || !strings.Contains(file.Cause(), one.ref.String()) {
			t.Errorf("whose secret is gone: %v", err)
		}
		silent("an error", fmt.Sprint(err))
	})
}

// without does something while the secret of a candidate is gone from the keyring.
func (l *listedCampaign) without(t testing.TB, one *person, do func()) {
	t.Helper()
	l.exec(t, "keyring", "CREATE TABLE kept AS SELECT * FROM unit_secret WHERE campaign = '"+lists+"'")
	l.one(t, "keyring", "DELETE FROM unit_secret WHERE campaign = $1 AND unit = $2", lists, one.ref[:])
	defer func() {
		l.one(t, "keyring", "INSERT INTO unit_secret SELECT * FROM kept WHERE unit = $1", one.ref[:])
		l.exec(t, "keyring", "DROP TABLE kept")
	}()
	do()
}

func TestANumberOfAnotherScopeIsRefusedAsOneThatNobodyHas(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	tr := l.trail(t)
	ctx := context.Background()
	files := l.files(t)
	var elsewhere, unconfirmed dossier.FileNo
	for other, of := range files {
		if _, in := of[who[0]]; in && other != s && other.Kind == dossier.ScopeAcademyOfProgramme {
			elsewhere = l.number(t, other, who[0])
		}
	}
	wished := s
	for other, of := range files {
		for one, state := range of {
			if other.Kind == dossier.ScopeProgramme && state == "" {
				wished, unconfirmed = other, l.number(t, other, one)
			}
		}
	}
	if elsewhere == (dossier.FileNo{}) || unconfirmed == (dossier.FileNo{}) {
		t.Fatal("nobody has a number elsewhere, or a wish that is not confirmed")
	}
	var words []string
	for _, tt := range []struct {
		name  string
		scope dossier.Scope
		no    dossier.FileNo
	}{
		{"nobody's", s, dossier.FileNo(crypto.NewUnitID())},
		{"of another scope", s, elsewhere},
		{"of a wish that is not confirmed", wished, unconfirmed},
		{"the reference itself", s, dossier.FileNo(who[0].ref)},
		{"nothing", s, dossier.FileNo{}},
	} {
		ask := l.ask(t, "lists-exam", "P1", dossier.Ref{}, "A12.03")
		ask.Scope, ask.File, ask.On = tt.scope, tt.no, examining
		v, err := l.gate.Read(ctx, ask)
		var r *dossier.Refusal
		if !errors.As(err, &r) || errors.Is(err, dossier.ErrNotTraced) || v.File != "" || len(v.Fields) > 0 {
			t.Fatalf("%s: %v, want a refusal", tt.name, err)
		}
		words = append(words, r.Error())
		if got := tr.since(t); len(got) != 1 || got[0].Decision != "refused" || got[0].Action != "read" {
			t.Errorf("%s: %d traces", tt.name, len(got))
		}
	}
	if slices.Sort(words); words[0] != words[len(words)-1] {
		t.Errorf("they are told apart: %q and %q", words[0], words[len(words)-1])
	}
	// A scope that is not the mission's, whoever knows the number there.
	for _, scope := range []dossier.Scope{{Kind: dossier.ScopeSchool, ID: s.ID}, {Kind: dossier.ScopeProgramme, ID: "F99999"}, {Kind: dossier.ScopeFile}} {
		ask := l.ask(t, "lists-exam", "P1", dossier.Ref{}, "A12.03")
		ask.Scope, ask.File, ask.On = scope, l.number(t, s, who[0]), examining
		var r *dossier.Refusal
		if _, err := l.gate.Read(ctx, ask); !errors.As(err, &r) || r.Reason != "that is no scope of this mission" {
			t.Errorf("%s: %v", scope.Kind, err)
		}
	}
	ask := l.ask(t, "lists-exam", "P1", who[0].ref, "A12.03")
	ask.Scope, ask.File = s, l.number(t, s, who[0])
	if _, err := l.gate.Read(ctx, ask); err == nil {
		t.Error("a file is named by two names")
	}
}

func TestAPageHasItsTraceAndEachFileOpenedForItItsOwn(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	ctx := context.Background()
	tr := l.trail(t)
	numbers := l.pages(t, l.listAsk(t, "lists-exam", s))
	got := l.wantTraces(t, tr, "numbers alone", told{"granted", "list", "R4b-exam", "lists-exam", dossier.Ref{}, nil})
	if len(got) == 1 && (got[0].Rule == "" || got[0].Purpose != "P1" || !bytes.Contains(got[0].Detail, []byte(fmt.Sprintf(`"rows":%d`, len(numbers))))) {
		t.Errorf("the trace of a page says rule %q, and under seal %d bytes", got[0].Rule, len(got[0].Detail))
	}
	l.pages(t, l.listAsk(t, "lists-exam", s, "A12.03", "A08.07"))
	got = tr.since(t)
	seen, opened, refused := map[string]bool{}, 0, 0
	for i, e := range got {
		switch {
		case i == 0:
			if e.Action != "list" || e.Candidate != "" || e.Decision != "granted" {
				t.Errorf("the page comes as %s %s", e.Decision, e.Action)
			}
		case e.Action != "read" || e.Request != got[0].Request:
			t.Errorf("a file of the page comes as %s, of another request %t", e.Action, e.Request != got[0].Request)
		case e.Decision == "granted":
			opened++
			seen[e.Candidate] = true
		case e.Decision == "refused":
			refused++
		}
	}
	if opened != len(who) || len(seen) != len(who) || refused == 0 {
		t.Errorf("%d readings of %d candidates and %d refusals are traced, of %d files", opened, len(seen), refused, len(who))
	}

	// The traces of a page are not in the order of its numbers, which lie in clear in routing.
	shuffled := false
	for range 8 {
		ask := l.listAsk(t, "lists-exam", s, "A12.03")
		page := l.pages(t, ask)
		for i, e := range tr.since(t)[1:] {
			shuffled = shuffled || e.Candidate != l.behind(t, s, who, page[i].File)
		}
	}
	if !shuffled {
		t.Error("eight times the traces of a page came in the order of its numbers")
	}

	for name, ask := range map[string]dossier.ListAsk{
		"a scope that is another's": l.listAsk(t, "lists-exam", dossier.Scope{Kind: dossier.ScopeSchool, ID: "0990134H"}),
		"several, and none named":   l.listAsk(t, "lists-exam", dossier.Scope{}),
		"a name":                    l.listAsk(t, "lists-exam", s, "A12.03", "A01.06"),
		"another's credential": func() dossier.ListAsk {
			a := l.listAsk(t, "lists-exam", s)
			a.Credential = dossier.NewCredential()
			return a
		}(),
		"another purpose": func() dossier.ListAsk { a := l.listAsk(t, "lists-exam", s); a.Purpose = "P3"; return a }(),
		"before the examination": func() dossier.ListAsk {
			a := l.listAsk(t, "lists-exam", s)
			a.On = examining.AddDate(0, -3, 0)
			return a
		}(),
	} {
		page, err := l.gate.List(ctx, ask)
		if err == nil || errors.Is(err, dossier.ErrNotTraced) || len(page.Rows) > 0 {
			t.Errorf("%s: %d rows, %v", name, len(page.Rows), err)
		}
		if got := tr.since(t); len(got) != 1 || got[0].Decision != "refused" || got[0].Action != "list" || got[0].Candidate != "" {
			t.Errorf("%s: %d traces", name, len(got))
		}
	}
}

// behind is whose number that is.
func (l *listedCampaign) behind(t testing.TB, s dossier.Scope, who []*person, no dossier.FileNo) string {
	t.Helper()
	for _, one := range who {
		if l.number(t, s, one) == no {
			return one.ref.String()
		}
	}
	t.Fatal("nobody's number is in a page")
	return ""
}

// Nobody lists the country, nor what they are not granted anything of.
func TestWhoHasNoScopeOrNothingToReadListsNobody(t *testing.T) {
	l := openLists(t)
	for _, o := range l.orders {
		if o.Campaign != campaigns[0] {
			continue
		}
		scoped := len(o.Scopes.Programmes)+len(o.Scopes.Institutions)+len(o.Scopes.Pools)+len(o.Scopes.Schools)+len(o.Scopes.Academies)+len(o.Scopes.Ministries) > 0
		if !scoped {
			ask := dossier.ListAsk{Ask: l.ask(t, o.Mission, "P1", dossier.Ref{})}
			var r *dossier.Refusal
			if _, err := l.gate.List(t.Context(), ask); !errors.As(err, &r) || !strings.Contains(r.Reason, "lists nobody") {
				t.Errorf("%s: %v", o.Recipient, err)
			}
		}
	}
	var r *dossier.Refusal
	for _, account := range l.people[0].accounts {
		ask := dossier.ListAsk{Ask: l.ask(t, account, "P1", dossier.Ref{})}
		if _, err := l.gate.List(t.Context(), ask); !errors.As(err, &r) {
			t.Errorf("an account: %v", err)
		}
	}
	l.give(t, "lists-ministry", "R1e", dossier.MissionScopes{Ministries: []string{"armees"}})
	ask := l.listAsk(t, "lists-ministry", dossier.Scope{Kind: dossier.ScopeMinistryOfProgramme, ID: "armees"})
	if _, err := l.gate.List(t.Context(), ask); !errors.As(err, &r) || r.Article == "" {
		t.Errorf("a ministry: %v", err)
	}
}

// With no trace there is no page, and nothing opened for it.
func TestWithoutATraceThereIsNoPage(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	// Another process, which has nothing of these people in memory but the routing key.
	elsewhere, err := house.At(l.at)
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	gate, err := elsewhere.Gate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.List(t.Context(), l.listAsk(t, "lists-exam", s)); err != nil {
		t.Fatal(err)
	}
	opened := l.openings(t)
	l.exec(t, "audit", "REVOKE INSERT ON trace FROM sceau_trace_write")
	for _, items := range [][]catalogue.ItemID{nil, {"A12.03"}} {
		page, err := gate.List(t.Context(), l.listAsk(t, "lists-exam", s, items...))
		if !errors.Is(err, dossier.ErrNotTraced) || len(page.Rows) > 0 || page.Request != "" {
			t.Errorf("%v: %d rows, %v", items, len(page.Rows), err)
		}
	}
	var r *dossier.Refusal
	_, err = gate.List(t.Context(), l.listAsk(t, "lists-exam", s, "A01.06"))
	if !errors.As(err, &r) || !errors.Is(err, dossier.ErrNotTraced) {
		t.Errorf("a refusal that cannot be traced: %v", err)
	}
	l.exec(t, "audit", "GRANT INSERT ON trace TO sceau_trace_write")
	if n := l.openings(t); n != opened {
		t.Errorf("Vault was asked to open %d secrets of persons before any trace", n-opened)
	}
	page, err := gate.List(t.Context(), l.listAsk(t, "lists-exam", s, "A12.03"))
	if err != nil || len(page.Rows) != len(who) || l.openings(t)-opened < len(who) {
		t.Errorf("with the traces back: %d rows, %d openings, %v", len(page.Rows), l.openings(t)-opened, err)
	}
}

// One file that does not open says so in its row, and in the traces; the others are given.
func TestOneFileThatDoesNotOpenStopsNoOther(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	tr := l.trail(t)
	one := who[len(who)-1]
	no := l.number(t, s, one)
	look := func(t *testing.T, failed string) {
		t.Helper()
		rows := l.pages(t, l.listAsk(t, "lists-exam", s, "A12.03"))
		given := 0
		for _, row := range rows {
			switch {
			case row.File == no:
				if row.Failed != failed || len(row.View.Fields) > 0 || row.Cause == nil {
					t.Errorf("its row says %q with %d fields", row.Failed, len(row.View.Fields))
				}
			case row.Failed == "" && len(row.View.Fields) == 1:
				given++
			}
		}
		if given != len(who)-1 {
			t.Errorf("%d of the %d others are given", given, len(who)-1)
		}
		last := tr.since(t)
		if e := last[len(last)-1]; e.Decision != "failed" || e.Rule != failed || e.Candidate != one.ref.String() {
			t.Errorf("the last trace says %s %q", e.Decision, e.Rule)
		}
	}
	t.Run("forgotten a moment ago", func(t *testing.T) {
		l.without(t, one, func() { look(t, "forgotten") })
	})
	t.Run("a cell that was altered", func(t *testing.T) {
		l.exec(t, "data", "CREATE TABLE kept AS SELECT unit, bac_series FROM schooling_coded WHERE campaign = '"+lists+"'")
		defer l.exec(t, "data", "DROP TABLE kept")
		l.one(t, "data", "UPDATE schooling_coded SET bac_series = set_byte(bac_series, 20, get_byte(bac_series, 20) # 1) WHERE campaign = $1 AND unit = $2", lists, one.ref[:])
		look(t, "does-not-open")
		l.one(t, "data", "UPDATE schooling_coded x SET bac_series = y.bac_series FROM kept y WHERE x.campaign = $1 AND x.unit = y.unit AND x.unit = $2", lists, one.ref[:])
	})
}

// Whoever writes to the table of routes adds no row to a list, and moves none.
func TestARouteThatWasChangedIsInNoList(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	ctx := context.Background()
	before := l.pages(t, l.listAsk(t, "lists-exam", s))
	tags := make([][16]byte, 2)
	rows := make([][]any, 2)
	for i := range tags {
		tags[i] = l.key.Tag(string(s.Kind), s.ID, who[i].ref)
		rows[i] = l.route(t, lists, tags[i])
	}
	wished, unconfirmed := dossier.Scope{}, [16]byte{}
	for other, of := range l.files(t) {
		for one, state := range of {
			if other.Kind == dossier.ScopeProgramme && state == "" {
				wished, unconfirmed = other, l.key.Tag(string(other.Kind), other.ID, one.ref)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		scope  dossier.Scope
		change func(t *testing.T)
	}{
		{"a wish confirmed in the table", wished, func(t *testing.T) {
			l.one(t, "data", "UPDATE routing SET state = 'confirmed' WHERE campaign = $1 AND ref_tag = $2", lists, unconfirmed[:])
			t.Cleanup(func() {
				l.one(t, "data", "UPDATE routing SET state = 'wished' WHERE campaign = $1 AND ref_tag = $2", lists, unconfirmed[:])
			})
		}},
		{"a route of another programme", s, func(t *testing.T) {
			l.one(t, "data", "UPDATE routing SET scope_id = $3, state = 'confirmed' WHERE campaign = $1 AND ref_tag = $2", lists, unconfirmed[:], s.ID)
			t.Cleanup(func() {
				l.one(t, "data", "UPDATE routing SET scope_id = $3, state = 'wished' WHERE campaign = $1 AND ref_tag = $2", lists, unconfirmed[:], wished.ID)
			})
		}},
		{"another number", s, func(t *testing.T) {
			other := crypto.NewUnitID()
			l.one(t, "data", "UPDATE routing SET file_no = $3 WHERE campaign = $1 AND ref_tag = $2", lists, tags[0][:], other[:])
			t.Cleanup(func() {
				l.one(t, "data", "UPDATE routing SET file_no = $3 WHERE campaign = $1 AND ref_tag = $2", lists, tags[0][:], rows[0][1])
			})
		}},
		{"two numbers exchanged by their tags", s, func(t *testing.T) {
			swap := func() {
				x, y := slices.Clone(l.route(t, lists, tags[0])), slices.Clone(l.route(t, lists, tags[1]))
				x[3], y[3] = y[3], x[3]
				l.putListed(t, tags, x, y)
			}
			swap()
			t.Cleanup(func() { l.putListed(t, tags, rows...) })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change(t)
			for _, items := range [][]catalogue.ItemID{nil, {"A12.03"}} {
				page, err := l.gate.List(ctx, l.listAsk(t, "lists-exam", tt.scope, items...))
				var r *dossier.Refusal
				if err == nil || errors.As(err, &r) || len(page.Rows) > 0 {
					t.Errorf("%v: %d rows, %v", items, len(page.Rows), err)
				}
			}
		})
	}
	if after := l.pages(t, l.listAsk(t, "lists-exam", s)); !reflect.DeepEqual(before, after) {
		t.Error("put back, the list is another one")
	}
}

// putListed writes routes of programmes anew in the place of those of some tags.
func (l *listedCampaign) putListed(t testing.TB, tags [][16]byte, rows ...[]any) {
	t.Helper()
	l.putRoutes(t, lists, tags, rows...)
}

// A database that answers something else than it was asked is not believed.
func TestAPageThatWasNotAskedForIsNoPage(t *testing.T) {
	l := openLists(t)
	s, who := l.busiest(t)
	table, err := l.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	honest := l.gate.Desk
	all, err := honest.List(t.Context(), dossier.Listing{Campaign: lists, By: "applied_programme", ID: s.ID, Limit: 500})
	if err != nil || len(all) != len(who) {
		t.Fatalf("%d routes, %v", len(all), err)
	}
	var elsewhere dossier.Route
	for other := range l.files(t) {
		if other.Kind == dossier.ScopeSchool {
			routes, err := honest.List(t.Context(), dossier.Listing{Campaign: lists, By: "own_pupil", ID: other.ID, Limit: 1})
			if err != nil || len(routes) == 0 {
				t.Fatal(err)
			}
			elsewhere = routes[0]
		}
	}
	for name, routes := range map[string][]dossier.Route{
		"more rows than asked for": slices.Concat(all, all, all)[:4],
		"a row twice":              {all[0], all[0]},
		"rows out of order":        {all[1], all[0]},
		"a row of the page before": {all[0]},
		"a row of another scope":   {all[1], elsewhere},
	} {
		g := &dossier.Gate{Catalogue: l.gate.Catalogue, Words: l.gate.Words, Layout: l.gate.Layout, Shelf: l.gate.Shelf, Traces: l.gate.Traces,
			Rings: l.gate.Rings, Documents: l.gate.Documents, Allowances: l.gate.Allowances, Now: time.Now, Desk: lyingDesk{honest, routes}}
		if g, err = dossier.NewGate(g); err != nil {
			t.Fatal(err)
		}
		g.Put(table)
		ask := l.listAsk(t, "lists-exam", s)
		if ask.Limit = 2; name == "a row of the page before" {
			ask.After = all[0].FileNo
		}
		if page, err := g.List(t.Context(), ask); err == nil || len(page.Rows) > 0 {
			t.Errorf("%s: %d rows are given", name, len(page.Rows))
		}
	}
}

type lyingDesk struct {
	dossier.Desk
	routes []dossier.Route
}

func (d lyingDesk) List(context.Context, dossier.Listing) ([]dossier.Route, error) {
	return d.routes, nil
}

// Those who list at once share their round trips, and each gets what they asked for.
func TestWhoListsInACrowdIsAnsweredAsWhoListsAlone(t *testing.T) {
	l := openLists(t)
	s, _ := l.busiest(t)
	lines := func(ask dossier.ListAsk) string {
		page, err := l.gate.List(context.Background(), ask)
		if err != nil {
			return err.Error()
		}
		var b bytes.Buffer
		if err := api.WriteRows(&b, page); err != nil {
			t.Error(err)
		}
		return b.String()
	}
	asks := []dossier.ListAsk{l.listAsk(t, "lists-exam", s, examined...), l.listAsk(t, "lists-exam", s)}
	for other := range l.files(t) {
		switch other.Kind {
		case dossier.ScopeSchool:
			ask := l.listAsk(t, "lists-head", other, "A01.06", "A12.03")
			asks = append(asks, ask)
		case dossier.ScopeAcademy:
			asks = append(asks, l.listAsk(t, "lists-rectorate", other, "A01.06"))
		}
	}
	asks = asks[:min(len(asks), 30)]
	alone := make([]string, len(asks))
	for i, ask := range asks {
		alone[i] = lines(ask)
	}
	var wait sync.WaitGroup
	for range 3 {
		for i, ask := range asks {
			wait.Go(func() {
				if got := lines(ask); got != alone[i] {
					t.Errorf("%s: in a crowd %d bytes, alone %d", ask.Scope.Kind, len(got), len(alone[i]))
				}
			})
		}
	}
	wait.Wait()
}

// Limits of a page, and words that no register has.
func TestAPageHasFromOneToTwoHundredRows(t *testing.T) {
	l := openLists(t)
	s, _ := l.busiest(t)
	for _, limit := range []int{-1, dossier.MostRows + 1, 1 << 40} {
		ask := l.listAsk(t, "lists-exam", s)
		ask.Limit = limit
		if _, err := l.gate.List(t.Context(), ask); !errors.Is(err, dossier.ErrTooManyRows) {
			t.Errorf("%d rows: %v", limit, err)
		}
	}
	for _, id := range []string{s.ID + "\x00", "\xff", s.ID + "'", strings.Repeat(s.ID, 1000), " " + s.ID, s.ID + " "} {
		ask := l.listAsk(t, "lists-exam", dossier.Scope{Kind: s.Kind, ID: id})
		var r *dossier.Refusal
		if _, err := l.gate.List(t.Context(), ask); !errors.As(err, &r) || strings.Contains(err.Error(), id) {
			t.Errorf("a scope that nobody has: %v", err)
		}
	}
	ask := l.listAsk(t, "lists-exam", s, "A12.03", "A12.03", "A12.03")
	for _, row := range l.pages(t, ask) {
		if len(row.View.Fields) > 1 {
			t.Error("an item named three times is answered more than once")
		}
	}
}
