package promises_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sceau/audit"
	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
)

// closed gives no key of a class or of a person: whoever opens through it fails.
type closed struct{ dossier.Rings }

var errOpened = errors.New("a key of a class was asked for")

func (c closed) Ring(r catalogue.RecipientID, class catalogue.ClassID) (*crypto.Keyring, error) {
	if class != dossier.ClassRouting {
		return nil, errOpened
	}
	return c.Rings.Ring(r, class)
}

// noTraces makes every recording fail.
type noTraces struct{}

func (noTraces) Record(context.Context, ...audit.Event) ([]audit.Receipt, error) {
	return nil, errors.New("no room")
}

// What is foreseen is what is answered, item by item and form by form, for each mission
// of the demonstration, on days of different phases; and not one key is used for it.
func TestAForesightIsWhatTheGateAnswers(t *testing.T) {
	p := open(t)
	blind := &dossier.Gate{Catalogue: p.gate.Catalogue, Words: p.gate.Words, Layout: p.gate.Layout, Desk: p.gate.Desk, Shelf: p.gate.Shelf,
		Traces: p.gate.Traces, Rings: closed{p.gate.Rings}, Documents: p.gate.Documents, Now: p.gate.Now}
	blind, err := dossier.NewGate(blind)
	if err != nil {
		t.Fatal(err)
	}
	table, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	blind.Put(table)

	asks := []string{}
	for _, o := range p.orders {
		if o.Campaign == campaigns[0] {
			asks = append(asks, o.Mission)
		}
	}
	one := p.people[0]
	asks = append(asks, one.accounts...)
	answered := 0
	for _, who := range asks {
		for _, day := range []string{"2026-02-01", "2026-04-15", "2026-06-20", "2026-09-10"} {
			on, _ := time.Parse(time.DateOnly, day)
			for _, about := range p.people[:3] {
				all, err := blind.Foresee(t.Context(), dossier.Overseer{}, dossier.Ask{Mission: who, Candidate: about.ref}, on)
				if err != nil {
					t.Fatalf("%s on %s: %v", who, day, err)
				}
				for _, f := range all {
					ask := p.ask(t, who, f.Purpose, about.ref)
					ask.On = on
					view, err := p.gate.Read(t.Context(), ask)
					if err != nil && !errors.As(err, new(*dossier.Refusal)) && !errors.As(err, new(*dossier.LimitError)) {
						t.Fatalf("%s on %s: %v", who, day, err)
					}
					want, got := forms(f), read(view)
					view.Forget()
					if !slices.Equal(want, got) {
						t.Errorf("%s, %s, %s: foreseen %v, answered %v", who, f.Purpose, day, want, got)
					}
					answered += len(got)
				}
			}
		}
	}
	if answered < 1000 {
		t.Errorf("only %d forms were answered: this shows little", answered)
	}
}

// forms spells what is foreseen: item, form, derive.
func forms(f dossier.Foresight) []string {
	var out []string
	for _, x := range f.Items {
		if x.Records > 0 {
			out = append(out, fmt.Sprintf("%s %s %s %d", x.Item, x.Form, x.Derive, many(x.Item, x.Records)))
		}
	}
	slices.Sort(out)
	return out
}

func read(v dossier.View) []string {
	count := map[string]int{}
	for _, f := range v.Fields {
		count[fmt.Sprintf("%s %s %s", f.Item, f.Form, f.Derive)]++
	}
	var out []string
	for form, n := range count {
		out = append(out, fmt.Sprintf("%s %d", form, many(catalogue.ItemID(form[:6]), n)))
	}
	slices.Sort(out)
	return out
}

// many leaves connections uncounted: how many there are is under the keys of their days.
func many(item catalogue.ItemID, n int) int {
	if strings.HasPrefix(string(item), "A14.") {
		return 1
	}
	return n
}

// Who sees is whoever would be answered: the list agrees with a reading by each mission.
func TestWhoSeesIsWhoIsAnswered(t *testing.T) {
	p := open(t)
	about := p.people[0]
	for _, item := range []catalogue.ItemID{"A01.06", "A12.03", "A08.08", "A07.03"} {
		viewers, err := p.WhoSees(t.Context(), dossier.Overseer{}, about.campaign, about.ref, item, during)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, v := range viewers {
			seen[fmt.Sprint(v.Recipient, v.Organisation, v.Purpose, v.Form)] = true
		}
		read := map[string]bool{}
		for _, o := range p.orders {
			if o.Campaign != about.campaign {
				continue
			}
			for _, purpose := range p.Catalogue.Purposes() {
				view, err := p.gate.Read(t.Context(), p.ask(t, o.Mission, purpose.ID, about.ref, item))
				if err != nil {
					continue
				}
				for _, f := range view.Fields {
					read[fmt.Sprint(o.Recipient, o.Organisation, purpose.ID, f.Form)] = true
				}
				view.Forget()
			}
		}
		for who := range read {
			if !seen[who] {
				t.Errorf("%s: %s was answered, and is not in the list", item, who)
			}
		}
	}
}

// What is frozen sees nothing and asks nothing, and the list says so: it would be believed
// at the very moment of an incident.
func TestWhoIsFrozenSeesNothingAndAsksNothing(t *testing.T) {
	p := open(t)
	about, _, programme, _ := p.two(t, campaigns[0])
	reader := house.Brake{Campaign: about.campaign, Mission: p.commission(t, "frozen-jury", about.campaign, programme)}
	const item = catalogue.ItemID("A08.01")
	sees := func() (missions int) {
		t.Helper()
		viewers, err := p.WhoSees(t.Context(), dossier.Overseer{}, about.campaign, about.ref, item, examining)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range viewers {
			missions += v.Missions
		}
		return missions
	}
	whileFrozen := func(b house.Brake, look func()) {
		t.Helper()
		if _, err := p.Freeze(t.Context(), b, "operator:test"); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if _, err := p.Thaw(context.WithoutCancel(t.Context()), b, "operator:test"); err != nil {
				t.Error(err)
			}
		}()
		look()
	}
	all := sees()
	whileFrozen(reader, func() {
		if got := sees(); got != all-1 {
			t.Errorf("%d see, %d with one of them frozen", all, got)
		}
	})
	whileFrozen(house.Brake{Campaign: about.campaign, Class: "schooling"}, func() {
		if got := sees(); got != 0 {
			t.Errorf("%d see an item of a class that is frozen", got)
		}
	})
	if got := sees(); got != all {
		t.Errorf("%d see once all is thawed, %d before", got, all)
	}

	credential, err := p.Credential("dpo")
	if err != nil {
		t.Fatal(err)
	}
	asks := func() error {
		_, err := p.WhoSees(t.Context(), dossier.Overseer{Mission: "dpo", Credential: credential}, about.campaign, about.ref, item, examining)
		return err
	}
	if err := asks(); err != nil {
		t.Fatal(err)
	}
	whileFrozen(house.Brake{Campaign: about.campaign, Mission: "dpo"}, func() {
		var refused *dossier.Refusal
		if err := asks(); !errors.As(err, &refused) || refused.Request == "" {
			t.Errorf("a mission that is frozen asks who sees: %v", err)
		}
	})
}

func TestWhoLooksAtWhoLooksIsTracedFirst(t *testing.T) {
	p := open(t)
	untraced, err := dossier.NewGate(&dossier.Gate{Catalogue: p.gate.Catalogue, Words: p.gate.Words, Layout: p.gate.Layout, Desk: p.gate.Desk,
		Shelf: p.gate.Shelf, Traces: noTraces{}, Rings: p.gate.Rings, Now: p.gate.Now})
	if err != nil {
		t.Fatal(err)
	}
	table, err := p.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	untraced.Put(table)
	about := p.people[0]
	if all, err := untraced.Foresee(t.Context(), dossier.Overseer{}, dossier.Ask{Mission: about.accounts[0], Candidate: about.ref}, during); !errors.Is(err, dossier.ErrNotTraced) || all != nil {
		t.Errorf("a foresight without a trace: %v", err)
	}
	var c dossier.Campaign
	c.ID = about.campaign
	if list, err := untraced.WhoSees(t.Context(), dossier.Overseer{}, nil, c, about.ref, "A01.06", during); !errors.Is(err, dossier.ErrNotTraced) || list != nil {
		t.Errorf("a list without a trace: %v", err)
	}
}
