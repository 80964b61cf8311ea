package promises_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/crypto/vault"
	"sceau/internal/house"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// A court asks for one file of a campaign that is to be destroyed. What its case holds
// opens afterwards, for that case, that person and those classes; nothing else of the
// campaign does, for nobody, and nothing brings its keys back under their names.
func TestWhatACaseHoldsOutlivesTheKeysOfItsCampaign(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign, held = "purged", "case-2026-41"
	people := p.newcomers(t, campaign, 3, 2611)
	one, other := people[0], people[1]
	name, health := crypto.Branch{Class: "identity", Fate: "other", Version: 1}, crypto.Branch{Class: "health", Version: 1}

	as := func(role string) *keyring.Store {
		dsn, err := p.at.DSN("keyring", role)
		if err != nil {
			t.Fatal(err)
		}
		s, err := keyring.Open(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	holds, turns := as("sceau_keyring_hold"), as("sceau_keyring_turn")
	ring := func() *crypto.Keyring { return &crypto.Keyring{Service: p.vaultAs(t, "rights"), Store: holds} }
	lastName := func(unit crypto.UnitID, half *crypto.Half) ([]byte, error) {
		var commitment, cell []byte
		err := p.owner["data"].QueryRow(ctx, "SELECT commitment, last_name FROM identity_other WHERE campaign = $1 AND unit = $2", campaign, unit[:]).Scan(&commitment, &cell)
		if err != nil {
			return nil, err
		}
		row, err := half.RowOf(crypto.RecordID{}, commitment)
		if err != nil {
			return nil, err
		}
		padded, err := row.Open(nil, "A01.06", cell)
		if err != nil {
			return nil, err
		}
		return crypto.Unpad(padded)
	}
	for range 2 { // held twice, it is held once
		if err := ring().Hold(ctx, holds, campaign, held, one.ref, name, health); err != nil {
			t.Fatal(err)
		}
	}

	names, err := turns.Names(ctx, campaign)
	if err != nil {
		t.Fatal(err)
	}
	doomed := slices.DeleteFunc(names, func(k crypto.KeyName) bool { return k.Role == crypto.RoleHold })
	admin, err := vault.NewAdmin(vault.Config{Addr: p.at.VaultAddr, TokenFile: p.at.RootTokenFile})
	if err != nil {
		t.Fatal(err)
	}
	if err := rotation.Destroy(ctx, admin, turns, doomed); !errors.Is(err, rotation.ErrNotFrozen) {
		t.Fatalf("keys that serve: %v, want ErrNotFrozen", err)
	}
	if _, err := p.read(t, one.accounts[0], "A01.06"); err != nil {
		t.Fatalf("after a refused destruction: %v", err)
	}
	if err := rotation.Freeze(ctx, p.vaultAs(t, "keyring"), turns, doomed); err != nil {
		t.Fatal(err)
	}
	if doomed, err = turns.Names(ctx, campaign); err != nil {
		t.Fatal(err)
	}
	doomed = slices.DeleteFunc(doomed, func(k crypto.KeyName) bool { return k.Role == crypto.RoleHold })
	// Whoever turns keys cannot destroy one; it takes an administrator, for one command.
	if err := rotation.Destroy(ctx, (&vault.Admin{Client: p.vaultAs(t, "keyring")}), turns, doomed); !errors.Is(err, crypto.ErrRefused) {
		t.Errorf("destroying as the keyring's identity: %v, want ErrRefused", err)
	}
	for range 2 { // the second finds it done
		if err := rotation.Destroy(ctx, admin, turns, doomed); err != nil {
			t.Fatal(err)
		}
	}

	half, err := ring().HeldHalf(ctx, holds, campaign, held, one.ref, name)
	if err != nil {
		t.Fatal(err)
	}
	var sent string
	if err := json.Unmarshal(one.values["last_name"], &sent); err != nil {
		t.Fatal(err)
	}
	if got, err := lastName(one.ref, half); err != nil || !bytes.Contains(got, []byte(sent)) {
		t.Errorf("what the case holds opens to %d bytes, error %v", len(got), err)
	}
	if _, err := lastName(other.ref, half); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("another person's row with it: %v, want ErrOpen", err)
	}
	for what, try := range map[string]func() error{
		"another person in the case": func() error { _, err := ring().HeldHalf(ctx, holds, campaign, held, other.ref, name); return err },
		"another class in the case": func() error {
			_, err := ring().HeldHalf(ctx, holds, campaign, held, one.ref, crypto.Branch{Class: "contact", Fate: "other", Version: 1})
			return err
		},
		"another case": func() error {
			_, err := ring().HeldHalf(ctx, holds, campaign, "case-2026-42", one.ref, name)
			return err
		},
		"the way it opened before": func() error { _, err := ring().Halves(ctx, campaign, one.ref, name); return err },
		"holding one more":         func() error { return ring().Hold(ctx, holds, campaign, held, other.ref, name) },
	} {
		if err := try(); !errors.Is(err, crypto.ErrForgotten) {
			t.Errorf("%s: %v, want ErrForgotten", what, err)
		}
	}
	// A process that has nothing of the file in its memory, where it stays for a minute.
	node, err := house.At(p.at)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	gate, err := node.Gate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.Read(ctx, p.ask(t, one.accounts[0], "P1", one.ref, "A01.06")); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("through the gate: %v, want ErrForgotten", err)
	}
	if _, err := gate.Read(ctx, p.ask(t, p.people[0].accounts[0], "P1", p.people[0].ref, "A01.06")); err != nil {
		t.Errorf("another campaign: %v", err)
	}

	plan := house.KeyPlanOf(p.Catalogue)
	if err := crypto.CreateCampaignKeys(ctx, admin, as(roles.Owner), campaign, plan); err == nil || !strings.Contains(err.Error(), "destroyed") {
		t.Errorf("making its keys again: %v", err)
	}
	if _, err := p.owner["keyring"].Exec(ctx, "DELETE FROM key_name WHERE campaign = $1", campaign); err == nil {
		t.Error("names of destroyed keys were removed from the registry")
	}
	status, err := p.KeyStatus(ctx, campaign)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range status.Keys {
		if want := map[bool]crypto.KeyState{true: crypto.KeyActive, false: crypto.KeyDestroyed}[k.Role == crypto.RoleHold]; k.State != want {
			t.Errorf("the %s key is %s, want %s", k.Role.Label(k.Of), k.State, want)
		}
	}
}
