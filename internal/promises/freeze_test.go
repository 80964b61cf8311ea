package promises_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
)

// A brake holds at the gate with the very next request, and in Vault against whoever
// asks it: the test is one who stole the credential of the agents' identity and the
// wraps, and goes past the gate.
func TestWhatIsFrozenOpensForNobodyAndThawsWhole(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "freezing"
	people := p.newcomers(t, campaign, 3, 1310)
	one := people[0]
	order := p.orders[slices.IndexFunc(p.orders, func(o dossier.MissionOrder) bool { return o.Recipient == "R1a-leg" && o.Campaign == campaigns[0] })]
	order.Mission, order.Campaign = "law-"+campaign, campaign
	if err := p.GiveMissions(ctx, []dossier.MissionOrder{order}); err != nil {
		t.Fatal(err)
	}

	// A thief reads the names of keys before the brake, and has nothing open yet.
	prepare := func() func(class string) error {
		ring, _, err := p.ColdRing("agents")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ring.Index(ctx, campaign, "ine", []byte("x")); err != nil {
			t.Fatal(err)
		}
		return func(class string) error {
			half, err := ring.Half(ctx, campaign, one.ref, class, "other", 0)
			if err == nil {
				half.Zero()
			}
			return err
		}
	}
	thief := prepare()
	asks := func(who string, items ...string) error {
		ask := p.ask(t, who, "P1", one.ref)
		if id, ok := p.Catalogue.ItemNamed(items[0]); ok {
			ask.Items = append(ask.Items, id.ID)
		}
		_, err := p.gate.Read(ctx, ask)
		return err
	}
	frozen := func(err error) bool {
		var refused *dossier.Refusal
		return errors.As(err, &refused) && strings.Contains(refused.Reason, "frozen") && refused.Request != ""
	}
	enters := func() error {
		in, err := p.Intake(ctx, campaign)
		if err != nil {
			t.Fatal(err)
		}
		imports++
		lines, err := invent(ctx, 1, uint64(1311+imports), false)
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Create(ctx, campaign, lines[0])
		return err
	}
	account := one.accounts[0]
	for what, err := range map[string]error{"name": asks(account, "last_name"), "address": asks(account, "postal_address"), "thief": thief("contact"), "intake": enters()} {
		if err != nil {
			t.Fatalf("before: %s: %v", what, err)
		}
	}

	for _, tt := range []struct {
		name  string
		brake house.Brake
		// what is refused, of: the account's name, its address, the mission, what a thief
		// opens of contact and of schooling, and who enters
		refused map[string]bool
	}{
		{"a class", house.Brake{Campaign: campaign, Class: "contact"}, map[string]bool{"address": true, "thief of contact": true, "intake": true}},
		{"a mission", house.Brake{Mission: order.Mission}, map[string]bool{"mission": true}},
		{"the campaign", house.Brake{Campaign: campaign},
			map[string]bool{"name": true, "address": true, "mission": true, "thief of contact": true, "thief of schooling": true, "intake": true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			thief := prepare()
			for range 2 { // the second finds it done
				if got, err := p.Freeze(ctx, tt.brake, "operator:test"); err != nil || !slices.Equal(got, []string{campaign}) {
					t.Fatalf("frozen in %v, error %v", got, err)
				}
			}
			for what, err := range map[string]error{
				"name": asks(account, "last_name"), "address": asks(account, "postal_address"), "mission": asks(order.Mission, "last_name"),
				"thief of contact": thief("contact"), "thief of schooling": thief("schooling"), "intake": enters(),
			} {
				// To who has the names, it is Vault that says no.
				refused := frozen(err) || errors.Is(err, crypto.ErrOpen) || errors.Is(err, dossier.ErrFrozen)
				if refused != tt.refused[what] {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, err := p.read(t, p.people[0].accounts[0], "A01.06"); err != nil {
				t.Errorf("another campaign: %v", err)
			}
			if _, err := p.Thaw(ctx, tt.brake, "operator:test"); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Thaw(ctx, tt.brake, "operator:test"); err == nil {
				t.Error("what was not frozen is said to be thawed")
			}
			for what, err := range map[string]error{
				"name": asks(account, "last_name"), "address": asks(account, "postal_address"),
				"thief of contact": thief("contact"), "thief of schooling": thief("schooling"), "intake": enters(),
			} {
				if err != nil {
					t.Errorf("thawed: %s: %v", what, err)
				}
			}
			if _, err := p.Thaw(ctx, tt.brake, "operator:test"); err == nil && tt.brake.Class == "" {
				t.Error("what is not frozen was thawed")
			}
		})
	}

	t.Run("a class frozen by itself stays so when its campaign thaws", func(t *testing.T) {
		thief := prepare()
		for _, b := range []house.Brake{{Campaign: campaign, Class: "contact"}, {Campaign: campaign}} {
			if _, err := p.Freeze(ctx, b, "operator:test"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Thaw(ctx, house.Brake{Campaign: campaign}, "operator:test"); err != nil {
			t.Fatal(err)
		}
		if err := asks(account, "postal_address"); !frozen(err) {
			t.Errorf("the class: %v, want a refusal", err)
		}
		if err := thief("contact"); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("the class, past the gate: %v, want ErrOpen", err)
		}
		if err := asks(account, "last_name"); err != nil {
			t.Errorf("another class: %v", err)
		}
		if _, err := p.Thaw(ctx, house.Brake{Class: "contact"}, "operator:test"); err != nil { // of every campaign
			t.Fatal(err)
		}
		if err := asks(account, "postal_address"); err != nil {
			t.Errorf("thawed: %v", err)
		}
	})
}
