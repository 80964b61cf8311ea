package promises_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/web/api"
)

// examining is a day on which commissions examine the files.
var examining = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC)

// wishesOf are the programmes that a candidate asked for, and those confirmed.
func wishesOf(p *person) (asked, confirmed []string) {
	for _, w := range records(p, "per_wish") {
		programme := text(w["wish_target_programme"])
		asked = append(asked, programme)
		if text(w["wish_confirmation_date"]) != "" {
			confirmed = append(confirmed, programme)
		}
	}
	return asked, confirmed
}

// two finds two candidates of a campaign with a confirmed wish each that the other
// has not.
func (p *place) two(t testing.TB, campaign string) (a, b *person, ofA, ofB string) {
	t.Helper()
	for _, a := range p.people {
		askedA, confirmedA := wishesOf(a)
		for _, b := range p.people {
			askedB, confirmedB := wishesOf(b)
			if a == b || a.campaign != campaign || b.campaign != campaign {
				continue
			}
			x := slices.IndexFunc(confirmedA, func(s string) bool { return !slices.Contains(askedB, s) })
			y := slices.IndexFunc(confirmedB, func(s string) bool { return !slices.Contains(askedA, s) })
			if x >= 0 && y >= 0 {
				return a, b, confirmedA[x], confirmedB[y]
			}
		}
	}
	t.Fatal("no two candidates with wishes apart")
	return nil, nil, "", ""
}

// commission gives a mission on one programme.
func (p *place) commission(t testing.TB, name, campaign, programme string) string {
	t.Helper()
	err := p.GiveMissions(t.Context(), []dossier.MissionOrder{{Mission: name, Campaign: campaign, Recipient: "R4b-exam",
		Organisation: "lycee", Scopes: dossier.MissionScopes{Programmes: []string{programme}}, Until: "2029-12-31"}})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// answer is what the gate says, as a caller would receive it; empty for an error.
func (p *place) answer(t testing.TB, ask dossier.Ask) (string, error) {
	t.Helper()
	return answerOf(t, p.gate, ask)
}

func answerOf(t testing.TB, gate *dossier.Gate, ask dossier.Ask) (string, error) {
	t.Helper()
	v, err := gate.Read(context.Background(), ask)
	if err != nil {
		if len(v.Fields) > 0 {
			t.Errorf("an error came with %d fields", len(v.Fields))
		}
		return "", err
	}
	v.Request = "" // another one each time
	var b bytes.Buffer
	if err := api.WriteView(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String(), nil
}

func (p *place) examine(t testing.TB, mission string, about dossier.Ref) (string, error) {
	t.Helper()
	ask := p.ask(t, mission, "P1", about)
	ask.On = examining
	return p.answer(t, ask)
}

// A routing row says under which number a scope knows a file. Whoever writes to the
// table cannot make it say anything else.
func TestARoutingRowThatWasChangedLeadsNowhere(t *testing.T) {
	p := open(t)
	a, b, ofA, ofB := p.two(t, "2026")
	key := p.routingKey(t, "2026")
	examA, examB := p.commission(t, "swap-a", "2026", ofA), p.commission(t, "swap-b", "2026", ofB)

	ownA, err := p.examine(t, examA, a.ref)
	if err != nil {
		t.Fatalf("the commission of %s reads its candidate: %v", ofA, err)
	}
	ownB, err := p.examine(t, examB, b.ref)
	if err != nil {
		t.Fatalf("the commission of %s reads its candidate: %v", ofB, err)
	}
	never := func(what string) {
		t.Helper()
		for _, tt := range []struct {
			mission string
			about   *person
		}{{examA, b}, {examB, a}} {
			if got, err := p.examine(t, tt.mission, tt.about.ref); err == nil {
				t.Errorf("%s: %s reads a file that is not its own: %d bytes", what, tt.mission, len(got))
			}
		}
		for _, tt := range []struct {
			mission, own string
			about        *person
		}{{examA, ownA, a}, {examB, ownB, b}} {
			if got, err := p.examine(t, tt.mission, tt.about.ref); err == nil && got != tt.own {
				t.Errorf("%s: %s is answered otherwise than before", what, tt.mission)
			}
		}
	}
	never("untouched")

	tagA := key.Tag(string(dossier.ScopeProgramme), ofA, a.ref)
	tagB := key.Tag(string(dossier.ScopeProgramme), ofB, b.ref)
	rowA, rowB := p.route(t, "2026", tagA), p.route(t, "2026", tagB)
	columns := []string{"scope_id", "file_no", "state", "ref_tag", "sealed_ref"}
	for mask := 1; mask < 1<<len(columns)-1; mask++ {
		var moved []string
		x, y := slices.Clone(rowA), slices.Clone(rowB)
		for k, name := range columns {
			if mask&(1<<k) != 0 {
				moved = append(moved, name)
				x[k], y[k] = rowB[k], rowA[k]
			}
		}
		p.putRoutes(t, "2026", [][16]byte{tagA, tagB}, x, y)
		never("exchanged " + strings.Join(moved, " and "))
		p.putRoutes(t, "2026", [][16]byte{tagA, tagB}, rowA, rowB)
	}
	// Another scope that the mission has, and another campaign.
	x := slices.Clone(rowB)
	x[0] = ofA
	p.putRoutes(t, "2026", [][16]byte{tagB}, x)
	never("moved to the programme of the other commission")
	p.putRoutes(t, "2026", [][16]byte{tagB}, rowB)
	for _, tt := range [][2]string{{examA, ownA}, {examB, ownB}} {
		about := map[string]*person{examA: a, examB: b}[tt[0]]
		if got, err := p.examine(t, tt[0], about.ref); err != nil || got != tt[1] {
			t.Errorf("put back, %s: %v", tt[0], err)
		}
	}
}

// A wish that was formulated and not confirmed is not the programme's to read,
// whatever the table is made to say.
func TestAWishCannotBeConfirmedInTheTable(t *testing.T) {
	p := open(t)
	key := p.routingKey(t, "2026")
	for _, one := range p.people {
		asked, confirmed := wishesOf(one)
		i := slices.IndexFunc(asked, func(s string) bool { return !slices.Contains(confirmed, s) })
		if one.campaign != "2026" || i < 0 {
			continue
		}
		exam := p.commission(t, "unconfirmed", "2026", asked[i])
		if _, err := p.examine(t, exam, one.ref); err == nil {
			t.Fatal("a wish that is not confirmed is read")
		}
		tag := key.Tag(string(dossier.ScopeProgramme), asked[i], one.ref)
		for _, state := range []string{"confirmed", "admitted"} {
			p.one(t, "data", "UPDATE routing SET state = $1 WHERE campaign = '2026' AND ref_tag = $2", state, tag[:])
			if got, err := p.examine(t, exam, one.ref); err == nil {
				t.Errorf("a wish made %s in the table: %d bytes are answered", state, len(got))
			}
		}
		p.one(t, "data", "UPDATE routing SET state = 'wished' WHERE campaign = '2026' AND ref_tag = $1", tag[:])
		return
	}
	t.Fatal("every wish of the house is confirmed: this test would prove nothing")
}

func (p *place) routingKey(t testing.TB, campaign string) *crypto.RoutingKey {
	t.Helper()
	ring, _, err := p.ColdRing("agents")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Routing(context.Background(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p *place) route(t testing.TB, campaign string, tag [16]byte) []any {
	t.Helper()
	r := make([]any, 5)
	err := p.owner["data"].QueryRow(context.Background(), "SELECT scope_id, file_no, state, ref_tag, sealed_ref FROM routing WHERE campaign = $1 AND ref_tag = $2",
		campaign, tag[:]).Scan(&r[0], &r[1], &r[2], &r[3], &r[4])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// putRoutes writes rows anew in the place of those of some tags.
func (p *place) putRoutes(t testing.TB, campaign string, tags [][16]byte, rows ...[]any) {
	t.Helper()
	all := make([][]byte, len(tags))
	for i := range tags {
		all[i] = tags[i][:]
	}
	if n := p.exec(t, "data", "DELETE FROM routing WHERE campaign = $1 AND scope_kind = 'programme' AND ref_tag = ANY($2)", campaign, all); n != int64(len(rows)) {
		t.Fatalf("%d routes replaced, want %d", n, len(rows))
	}
	for _, r := range rows {
		p.one(t, "data", "INSERT INTO routing (campaign, scope_kind, scope_id, file_no, state, ref_tag, sealed_ref) VALUES ($1, 'programme', $2, $3, $4, $5, $6)",
			append([]any{campaign}, r...)...)
	}
}

// A fact is about one file, for one addressee, of one kind: its row cannot be made
// to speak of another.
func TestAFactThatWasChangedHoldsForNobody(t *testing.T) {
	p := open(t)
	a, b := p.people[0], p.people[1]
	by, err := p.Credential("dgesip")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []dossier.Fact{
		{ID: "ticket-a", Kind: "open_ticket", Candidate: a.ref.String(), To: dossier.Addressee{Mission: "support"}},
		{ID: "ticket-b", Kind: "open_ticket", Candidate: b.ref.String(), To: dossier.Addressee{Mission: "support"}},
		{ID: "ticket-other", Kind: "open_ticket", Candidate: b.ref.String(), To: dossier.Addressee{Mission: "support-b"}},
	} {
		f.By, f.From = "dgesip", "2026-01-01"
		if err := p.gate.RecordFact(t.Context(), p.register, f, by, during); err != nil {
			t.Fatal(err)
		}
	}
	support := func(about *person) error {
		_, err := p.answer(t, p.ask(t, "support", "P1", about.ref))
		return err
	}
	if err := support(b); err != nil {
		t.Fatalf("support reads by its ticket: %v", err)
	}
	// Ended as it should be, by who recorded it.
	if err := p.gate.EndFact(t.Context(), p.register, "ticket-b", "dgesip", by); err != nil {
		t.Fatal(err)
	}
	var refusal *dossier.Refusal
	if err := support(b); !errors.As(err, &refusal) {
		t.Fatalf("a closed ticket: %v, want a refusal", err)
	}
	for _, tt := range []struct{ name, change string }{
		{"a ticket on somebody else, under the tag of this file",
			"UPDATE fact x SET tag = y.tag FROM fact y WHERE x.fact = 'ticket-a' AND y.fact = 'ticket-b'"},
		{"the content of a ticket on somebody else",
			"UPDATE fact x SET sealed = y.sealed, ended_at = NULL, ended_by = NULL FROM fact y WHERE x.fact = 'ticket-b' AND y.fact = 'ticket-a'"},
		{"another kind of fact about this file, called a ticket",
			"UPDATE fact x SET kind = 'open_ticket', tag = y.tag FROM fact y WHERE x.fact = 'case-2026-2' AND y.fact = 'ticket-b'"},
		{"a colleague's ticket under the tag of this mission, and its id",
			"UPDATE fact x SET sealed = y.sealed, ended_at = NULL, ended_by = NULL FROM fact y WHERE x.fact = 'ticket-b' AND y.fact = 'ticket-other'"},
		{"a colleague's ticket that stands, under the tag of this mission's that ended",
			"UPDATE fact x SET tag = y.tag FROM fact y WHERE x.fact = 'ticket-other' AND y.fact = 'ticket-b'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.exec(t, "data", "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM fact")
			defer func() {
				p.exec(t, "data", "UPDATE fact x SET kind = y.kind, tag = y.tag, sealed = y.sealed, ended_at = y.ended_at, ended_by = y.ended_by FROM kept y WHERE x.fact = y.fact")
				p.exec(t, "data", "DROP TABLE kept")
			}()
			p.one(t, "data", tt.change)
			if err := support(b); err == nil {
				t.Error("support reads by it")
			}
		})
	}
	// What stands in clear beside the seal is held to it.
	for _, change := range []string{
		"UPDATE fact SET begins = begins - 1 WHERE fact = 'ticket-a'",
		"UPDATE fact SET until = '2030-01-01' WHERE fact = 'ticket-a'",
		"UPDATE fact SET recorded_by = 'security' WHERE fact = 'ticket-a'",
	} {
		p.one(t, "data", change)
		if err := support(a); err == nil {
			t.Errorf("support reads after %s", change)
		}
		p.one(t, "data", "UPDATE fact SET begins = '2026-01-01', until = NULL, recorded_by = 'dgesip' WHERE fact = 'ticket-a'")
	}
	if err := support(a); err != nil {
		t.Errorf("put back, support reads by the ticket that stands: %v", err)
	}
}
