package dossier

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sceau/catalogue"
	"sceau/policy"
)

// grants are rows as a table has them, for what lists rest on.
const grants = `recipient,purpose,action,state,phase,relation,flags,item,form,derive,article,sheet_row
R1e,P3,read,active,PH5,supervised_programme,,A08.03,aggregate,count,Art. 1 al. 3,S-count
R4b-enr,P1,read,active,PH5,admitted_programme,,A01.06,clear,as-is,Art. 3 4°,S-name
R4b-enr,P1,read,active,PH5,admitted_programme,minor_or_boarder,A01.22,clear,as-is,Art. 3 4°,S-responsible
R4b-enr,P1,read,active,PH5,applied_programme,,A06.01,masked,own-couple,annex H6,S-payment
R4b-enr,P1,read,active,PH5,applied_programme,military_lycee,A01.20,clear,as-is,annex H1,S-proof
R4b-hand,P2,read,active,PH5,admitted_programme,agreement_given,A01.19,clear,as-is,Art. 3 4°,S-mail
SYS-gate,P1,read,active,PH5,applied_programme,scrub_pending,A01.06,masked,match,D. 612-1-13 I al. 2,S-match
`

func listGate(t testing.TB) *Gate {
	t.Helper()
	c := catalogue.MustLoad()
	words := policy.NewVocabulary(c)
	table, err := policy.ReadCSV(words, strings.NewReader(grants))
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGate(&Gate{Catalogue: c, Words: words, Layout: NewLayout(c, NewForms(c)), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	g.Put(table)
	return g
}

func TestAListGoesByTheWidestRelationThatCouldGrantWhatIsAskedFor(t *testing.T) {
	g := listGate(t)
	for _, tt := range []struct {
		name      string
		recipient catalogue.RecipientID
		purpose   catalogue.Purpose
		kind      ScopeKind
		items     []catalogue.ItemID
		by        catalogue.Relation
		why       string // of a refusal
	}{
		{"numbers of whoever applied", "R4b-enr", "P1", ScopeProgramme, nil, "applied_programme", ""},
		{"payments of whoever applied", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A06.01"}, "applied_programme", ""},
		{"names of those admitted", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A01.06"}, "admitted_programme", ""},
		{"both of those admitted", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A06.01", "A01.06"}, "admitted_programme", ""},
		{"a guard is judged for each row", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A01.22"}, "admitted_programme", ""},
		{"numbers of those admitted, where nothing else is granted", "R4b-hand", "P2", ScopeProgramme, nil, "admitted_programme", ""},

		{"an item that no row of it could have", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A01.06", "A02.06"}, "", "may not read A02.06"},
		{"another scope brings another relation", "R4b-enr", "P1", ScopeSchool, []catalogue.ItemID{"A01.06"}, "", "not held: relation admitted_programme"},
		{"and no list", "R4b-enr", "P1", ScopeSchool, nil, "", "may not list files"},
		{"another purpose", "R4b-enr", "P2", ScopeProgramme, nil, "", "P2 does not need them; R4b-enr has them for P1"},
		{"a document", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A01.20"}, "", "a list holds no documents"},
		{"counts", "R1e", "P3", ScopeMinistryOfProgramme, nil, "", "R1e is granted count here, which hands out nothing of one dossier"},
		{"a count by name", "R1e", "P3", ScopeMinistryOfProgramme, []catalogue.ItemID{"A08.03"}, "", "granted in form count, which hands out nothing of one file"},
		{"a match", "SYS-gate", "P1", ScopeProgramme, nil, "", "granted match here"},
		{"an item that no dossier has", "R4b-enr", "P1", ScopeProgramme, []catalogue.ItemID{"A03.02"}, "", "no dossier holds that item"},
		{"the file itself", "R4b-enr", "P1", ScopeFile, nil, "", "that is no scope of this mission"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := asking{mission: Mission{Recipient: tt.recipient}, purpose: tt.purpose, phase: "PH5"}
			by, row, refused := g.listBy(a, Scope{tt.kind, "F1"}, tt.items)
			switch {
			case tt.why != "" && (refused == nil || !strings.Contains(refused.Error(), tt.why)):
				t.Errorf("listed by %s, refused %v, want a refusal that says %q", by, refused, tt.why)
			case tt.why == "" && (refused != nil || by != tt.by || row == ""):
				t.Errorf("listed by %q under %q, refused %v, want by %s", by, row, refused, tt.by)
			}
		})
	}
}

func TestNothingIsListedOutsideTheCalendarOrOfAFrozenClass(t *testing.T) {
	g := listGate(t)
	a := asking{mission: Mission{Recipient: "R4b-enr"}, purpose: "P1"}
	if _, _, refused := g.listBy(a, Scope{ScopeProgramme, "F1"}, nil); refused == nil || refused.Reason != "the campaign has not begun" {
		t.Errorf("before the campaign: %v", refused)
	}
	a.phase = "PH4"
	if _, _, refused := g.listBy(a, Scope{ScopeProgramme, "F1"}, nil); refused == nil || !strings.Contains(refused.Reason, "granted to R4b-enr in PH5, not in PH4") {
		t.Errorf("in another phase: %v", refused)
	}
	a.phase = "PH5"
	a.campaign.Frozen.Add(FreezeClass, "payment")
	if _, _, refused := g.listBy(a, Scope{ScopeProgramme, "F1"}, []catalogue.ItemID{"A06.01"}); refused == nil || refused.Article != security {
		t.Errorf("an item of a frozen class: %v", refused)
	}
	if by, _, refused := g.listBy(a, Scope{ScopeProgramme, "F1"}, []catalogue.ItemID{"A01.06"}); refused != nil || by != "admitted_programme" {
		t.Errorf("its neighbour of another class: by %q, %v", by, refused)
	}
	for _, class := range []string{"identity", "family", "civil_status"} {
		a.campaign.Frozen.Add(FreezeClass, class)
	}
	if _, _, refused := g.listBy(a, Scope{ScopeProgramme, "F1"}, nil); refused == nil || refused.Article != security {
		t.Errorf("numbers, with every class behind them frozen: %v", refused)
	}
}

// Whoever has a relation of a scope has the widest one: a list by it misses nobody.
func TestTheWidestRelationOfAScopeHoldsWhereverAnotherDoes(t *testing.T) {
	g := listGate(t)
	for _, kind := range []ScopeKind{ScopeFile, ScopeProgramme, ScopeSchool, ScopeAcademy, ScopeAcademyOfProgramme, ScopeMinistryOfSchool, ScopeMinistryOfProgramme, ScopeRecipient} {
		for _, state := range routeStates {
			relations := Route{Scope: Scope{Kind: kind}, State: state}.Relations()
			for _, r := range relations {
				if !slices.Contains(listed[kind], r) {
					t.Errorf("a route of %s brings %s, by which nothing is listed", kind, r)
				}
			}
			if len(relations) > 0 && relations[0] != listed[kind][0] {
				t.Errorf("a route of %s in state %s does not bring %s", kind, state, listed[kind][0])
			}
		}
		for _, by := range listed[kind] {
			if set, err := g.brought(kind, by); err != nil || set == ^policy.RelationSet(0) || set&g.relation(by) == 0 {
				t.Errorf("%s: no route brings %s", kind, by)
			}
		}
	}
}

func TestAMissionListsItsOwnScopesAndNoOther(t *testing.T) {
	several := Mission{Recipient: "R2a", Programmes: []string{"F1", "F1"}, Scopes: MissionScopes{Programmes: []string{"F1"}, Academies: []string{"Paris"}, Schools: []string{""}}}
	for _, tt := range []struct {
		name    string
		mission Mission
		asked   Scope
		want    Scope
		refused bool
		other   error
	}{
		{"the only one goes without saying", Mission{Programmes: []string{"F1", "F1"}}, Scope{}, Scope{ScopeProgramme, "F1"}, false, nil},
		{"one of several", several, Scope{ScopeAcademyOfProgramme, "Paris"}, Scope{ScopeAcademyOfProgramme, "Paris"}, false, nil},
		{"of several none goes without saying", several, Scope{}, Scope{}, false, ErrWhichScope},
		{"another programme", several, Scope{ScopeProgramme, "F2"}, Scope{}, true, nil},
		{"one that begins like it", several, Scope{ScopeProgramme, "F"}, Scope{}, true, nil},
		{"the same id in another kind", several, Scope{ScopeSchool, "F1"}, Scope{}, true, nil},
		{"the file's own route", several, Scope{ScopeFile, ""}, Scope{}, true, nil},
		{"a number computed for a recipient", several, Scope{ScopeRecipient, "R2a"}, Scope{}, true, nil},
		{"no scope at all", Mission{Recipient: "R5"}, Scope{ScopeProgramme, "F1"}, Scope{}, true, nil},
		{"nor the whole country", Mission{Recipient: "R1a", Scopes: MissionScopes{National: true}}, Scope{}, Scope{}, true, nil},
		{"even with a programme beside it", Mission{Recipient: "R1a", Programmes: []string{"F1"}, Scopes: MissionScopes{National: true}}, Scope{ScopeProgramme, "F1"}, Scope{}, true, nil},
		{"an account", Mission{Recipient: "S1", Candidate: Ref{1}}, Scope{}, Scope{}, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := asking{mission: tt.mission}.scopeOf(tt.asked)
			var refusal *Refusal
			if got != tt.want || errors.As(err, &refusal) != tt.refused || tt.other != nil && !errors.Is(err, tt.other) || err != nil && !tt.refused && tt.other == nil {
				t.Errorf("it lists %v, %v", got, err)
			}
		})
	}
	// Whether there is such a scope is not told.
	_, one := asking{mission: several}.scopeOf(Scope{ScopeProgramme, "F2"})
	_, other := asking{mission: several}.scopeOf(Scope{ScopeSchool, "nobody's"})
	if one.Error() != other.Error() {
		t.Errorf("two scopes that are others' are told apart: %v; %v", one, other)
	}
}

// A mission may have any scopes, and is asked for any: the answer is one of them.
func TestWhateverIsAskedForAListIsOfAScopeOfTheMission(t *testing.T) {
	ids := rapid.SampledFrom([]string{"", "F1", "F10", "F1'", "f1", "%", "Paris", "Pa\u0301ris", "F1\x00", "\xff"})
	lists := rapid.SliceOfN(ids, 0, 3)
	kinds := rapid.SampledFrom([]ScopeKind{ScopeFile, ScopeProgramme, ScopeSchool, ScopeAcademy, ScopeAcademyOfProgramme, ScopeMinistryOfSchool, ScopeMinistryOfProgramme, ScopeRecipient, "", "Programme"})
	rapid.Check(t, func(r *rapid.T) {
		m := Mission{Programmes: lists.Draw(r, "programmes"), Scopes: MissionScopes{National: rapid.IntRange(0, 9).Draw(r, "national") == 0,
			Schools: lists.Draw(r, "schools"), Academies: lists.Draw(r, "academies"), Ministries: lists.Draw(r, "ministries")}}
		asked := Scope{kinds.Draw(r, "kind"), ids.Draw(r, "id")}
		got, err := asking{mission: m}.scopeOf(asked)
		own := map[Scope]bool{}
		for kind, of := range map[ScopeKind][]string{ScopeProgramme: m.Programmes, ScopeSchool: m.Scopes.Schools, ScopeAcademy: m.Scopes.Academies,
			ScopeAcademyOfProgramme: m.Scopes.Academies, ScopeMinistryOfSchool: m.Scopes.Ministries, ScopeMinistryOfProgramme: m.Scopes.Ministries} {
			for _, id := range of {
				own[Scope{kind, id}] = true
			}
		}
		switch {
		case err == nil && (!own[got] || m.Scopes.National || asked != (Scope{}) && got != asked):
			r.Fatalf("asked for %q, it lists %q", asked, got)
		case err != nil && got != (Scope{}):
			r.Fatal("a refusal comes with a scope")
		case err != nil && own[asked] && !m.Scopes.National:
			r.Fatalf("its own scope %q is refused: %v", asked, err)
		}
	})
}

// What a page tells beside the number is a column like any other: the table grants
// something under it, or it is not told.
func TestAPageTellsNoRelationThatGrantsNothing(t *testing.T) {
	g := listGate(t)
	for _, tt := range []struct {
		recipient catalogue.RecipientID
		purpose   catalogue.Purpose
		phase     catalogue.Phase
		kind      ScopeKind
		want      []catalogue.Relation
	}{
		{"R4b-enr", "P1", "PH5", ScopeProgramme, []catalogue.Relation{"applied_programme", "admitted_programme"}},
		{"R4b-enr", "P1", "PH4", ScopeProgramme, nil},
		{"R4b-enr", "P2", "PH5", ScopeProgramme, nil},
		{"R4b-hand", "P2", "PH5", ScopeProgramme, []catalogue.Relation{"admitted_programme"}},
		{"R4b-enr", "P1", "PH5", ScopeSchool, nil},
		{"R1e", "P3", "PH5", ScopeMinistryOfProgramme, nil}, // counts are of nobody
		{"SYS-gate", "P1", "PH5", ScopeProgramme, nil},      // a comparison hands nothing out
	} {
		a := asking{mission: Mission{Recipient: tt.recipient}, purpose: tt.purpose, phase: tt.phase}
		if told, err := g.tellable(a, tt.kind); err != nil || !slices.Equal(told, tt.want) {
			t.Errorf("%s, %s, %s, of a %s: %v, %v, want %v", tt.recipient, tt.purpose, tt.phase, tt.kind, told, err, tt.want)
		}
	}
}
