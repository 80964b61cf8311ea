package promises_test

import (
	"encoding/json"
	"errors"
	"testing"

	"sceau/catalogue"
	"sceau/dossier"
)

// schoolOf is the school that a candidate attends, as their line has it.
func schoolOf(t testing.TB, one *person) string {
	t.Helper()
	var years []struct {
		School string `json:"school_information"`
	}
	if raw, ok := one.values["per_school_year"]; ok {
		if err := json.Unmarshal(raw, &years); err != nil {
			t.Fatal(err)
		}
	}
	if len(years) == 0 {
		return ""
	}
	return years[0].School
}

// A teacher reads the pupils of their class, and a class is in a school: whoever records
// the one does not reach beyond the other.
func TestAClassIsInItsSchool(t *testing.T) {
	p := open(t)
	const campaign = "2026"
	var here, there *person
	for _, one := range p.people {
		switch school := schoolOf(t, one); {
		case one.campaign != campaign || school == "":
		case here == nil:
			here = one
		case school != schoolOf(t, here) && there == nil:
			there = one
		}
	}
	if there == nil {
		t.Fatal("no two candidates of two schools")
	}
	order := func(name string, recipient catalogue.RecipientID, one *person) dossier.MissionOrder {
		school := schoolOf(t, one)
		return dossier.MissionOrder{Mission: name, Campaign: campaign, Recipient: recipient, Organisation: school,
			Scopes: dossier.MissionScopes{Schools: []string{school}}, Until: "2029-12-31"}
	}
	err := p.GiveMissions(t.Context(), []dossier.MissionOrder{
		order("class-head", "R3a", here), order("class-head-there", "R3a", there), order("class-teacher", "R3b-pp", here),
	})
	if err != nil {
		t.Fatal(err)
	}
	record := func(id, by string, one *person, to dossier.Addressee) error {
		credential, err := p.Credential(by)
		if err != nil {
			t.Fatal(err)
		}
		return p.gate.RecordFact(t.Context(), p.register, dossier.Fact{ID: id, Kind: "own_class", Candidate: one.ref.String(), By: by, To: to, From: "2026-01-01"},
			credential, examining)
	}
	read := func(one *person) error {
		ask := p.ask(t, "class-teacher", "P2", one.ref, "A01.06")
		ask.On = examining
		_, err := p.answer(t, ask)
		return err
	}
	refused := func(what string, err error) {
		t.Helper()
		var r *dossier.Refusal
		if !errors.As(err, &r) {
			t.Errorf("%s: %v, want a refusal", what, err)
		}
	}
	refused("no class is on record", read(here))

	// Not to a whole school, and not to every teacher of the country.
	refused("a class of a school", record("class-wide", "class-head", here, dossier.Addressee{Organisation: schoolOf(t, here)}))
	refused("a class of all teachers", record("class-wider", "class-head", here, dossier.Addressee{Recipient: "R3b-pp"}))
	refused("neither is on record", read(here))

	teacher := dossier.Addressee{Mission: "class-teacher"}
	if err := record("class-here", "class-head", here, teacher); err != nil {
		t.Fatal(err)
	}
	if err := read(here); err != nil {
		t.Errorf("a pupil of the class: %v", err)
	}
	// A head may record it of their own pupils; to a teacher of another school it says nothing.
	refused("the head of another school", record("class-not-mine", "class-head-there", here, teacher))
	if err := record("class-there", "class-head-there", there, teacher); err != nil {
		t.Fatal(err)
	}
	refused("a pupil of another school", read(there))

	// Who leaves the school has left the class, whatever is still on record.
	key := p.routingKey(t, campaign)
	tag := key.Tag(string(dossier.ScopeSchool), schoolOf(t, here), here.ref)
	p.one(t, "data", "UPDATE routing SET ref_tag = $3 WHERE campaign = $1 AND ref_tag = $2", campaign, tag[:], make([]byte, len(tag)))
	refused("a pupil who left the school", read(here))
	p.one(t, "data", "UPDATE routing SET ref_tag = $2 WHERE campaign = $1 AND ref_tag = $3", campaign, tag[:], make([]byte, len(tag)))
	if err := read(here); err != nil {
		t.Errorf("back in the school: %v", err)
	}
}
