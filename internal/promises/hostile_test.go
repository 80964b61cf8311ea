package promises_test

import (
	"context"
	"errors"
	"testing"

	"sceau/catalogue"
	"sceau/dossier"
)

// Words that no database takes are refused before one is asked, and leave their trace.
func TestWordsThatNoRegisterHasAreRefusedWithATrace(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	one := p.people[0]
	tr := p.trail(t)
	for name, change := range map[string]func(*dossier.Ask){
		"mission":             func(a *dossier.Ask) { a.Mission = "dge\x00sip" },
		"mission not UTF-8":   func(a *dossier.Ask) { a.Mission = "\xff\xfe" },
		"campaign":            func(a *dossier.Ask) { a.Campaign = "2026\x00" },
		"item of a stranger":  func(a *dossier.Ask) { a.Items, a.Credential = []catalogue.ItemID{"A\x00"}, dossier.NewCredential() },
		"purpose of somebody": func(a *dossier.Ask) { a.Purpose, a.Credential = "P\x00", dossier.NewCredential() },
	} {
		ask := p.ask(t, one.accounts[0], "P1", one.ref, "A01.06")
		change(&ask)
		if _, err := p.gate.Read(ctx, ask); !errors.Is(err, dossier.ErrNoSuchMission) || errors.Is(err, dossier.ErrNotTraced) {
			t.Errorf("%s: %v, want a mission that is not in force, traced", name, err)
		}
		if n := len(tr.since(t)); n != 1 {
			t.Errorf("%s: %d traces, want one", name, n)
		}
	}
}

// An item named many times is one item.
func TestAnItemNamedManyTimesIsOneItem(t *testing.T) {
	p := open(t)
	one := p.people[0]
	ask := p.ask(t, one.accounts[0], "P1", one.ref)
	for range 5000 { // more columns than PostgreSQL gives back
		ask.Items = append(ask.Items, "A01.06")
	}
	v, err := p.gate.Read(context.Background(), ask)
	if err != nil || len(v.Fields) != 1 {
		t.Errorf("%d fields, %v, want one", len(v.Fields), err)
	}
}
