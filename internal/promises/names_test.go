package promises_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// A wish has one name in one answer, whichever forms its items come in. Where the answer
// does not name the candidate, that is a name of the scope's own, the one that it has
// under the file number too; the name in clear stands beside a reference only.
func TestARecordHasOneNameInAnAnswer(t *testing.T) {
	p := open(t)
	mixed, clear := 0, 0
	askers := slices.Clone(p.people[0].accounts)
	for _, o := range p.orders {
		if o.Campaign == campaigns[0] {
			askers = append(askers, o.Mission)
		}
	}
	for _, who := range askers {
		for _, day := range []string{"2026-04-15", "2026-06-20"} {
			on, _ := time.Parse(time.DateOnly, day)
			for _, about := range p.people[:2] {
				ask := p.ask(t, who, "P1", about.ref)
				ask.On = on
				view, err := p.gate.Read(t.Context(), ask)
				if err != nil {
					if !errors.As(err, new(*dossier.Refusal)) && !errors.As(err, new(*dossier.LimitError)) {
						t.Fatal(err)
					}
					continue
				}
				inClear := p.namesInClear(t, about)
				names, forms := map[string]string{}, map[catalogue.Form]bool{}
				for _, f := range view.Fields {
					if f.Repeats != "per_wish" {
						continue
					}
					forms[f.Form] = true
					at := fmt.Sprint(f.Ordinal)
					if names[at] == "" {
						names[at] = f.Record
					}
					if f.Record != names[at] {
						t.Errorf("%s, %s: a wish has two names", who, f.Item)
					}
					if inClear[f.Record] != view.Clear {
						t.Errorf("%s, %s in form %s: named in clear %t, and the reference may be shown %t", who, f.Item, f.Form, inClear[f.Record], view.Clear)
					}
				}
				if len(forms) > 1 && !view.Clear {
					mixed++
				}
				if len(forms) > 0 && view.Clear {
					clear++
				}
				view.Forget()
			}
		}
	}
	if mixed == 0 || clear == 0 {
		t.Errorf("%d answers with wishes in several forms, %d in clear: this shows little", mixed, clear)
	}
}

// namesInClear are those of the records of a candidate's wishes.
func (p *place) namesInClear(t testing.TB, of *person) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	rows, err := p.owner["data"].Query(context.Background(), "SELECT record FROM choices_coded_wish WHERE campaign = $1 AND unit = $2", of.campaign, of.ref[:])
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		names[strings.ToLower(crypto.RecordID(id).String())] = true
	}
	return names
}
