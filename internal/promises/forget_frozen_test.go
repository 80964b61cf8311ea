package promises_test

import (
	"context"
	"errors"
	"testing"

	"sceau/crypto"
	"sceau/dossier"
	"sceau/internal/house"
)

// forgetting is that of a process that has read nothing yet.
func (p *place) forgetting(t *testing.T) *dossier.Forgetting {
	t.Helper()
	f, err := p.Forgetting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fresh := *f
	if fresh.Ring, _, err = p.ColdRing("rights"); err != nil {
		t.Fatal(err)
	}
	return &fresh
}

// named counts what names a candidate or opens them, routes apart: those are followed
// with a key only.
func (p *place) named(t *testing.T, campaign string, c dossier.Ref) (n int) {
	t.Helper()
	for _, q := range []struct{ cluster, statement string }{
		{"data", "SELECT count(*) FROM blind_index WHERE campaign = $1 AND unit = $2"},
		{"data", "SELECT count(*) FROM account WHERE campaign = $1 AND unit = $2"},
		{"keyring", "SELECT count(*) FROM unit_secret WHERE campaign = $1 AND owner = $2"},
		{"keyring", "SELECT count(*) FROM unit_class_secret WHERE campaign = $1 AND unit = $2"},
	} {
		var some int
		if err := p.owner[q.cluster].QueryRow(t.Context(), q.statement, campaign, c[:]).Scan(&some); err != nil {
			t.Fatal(err)
		}
		n += some
	}
	return n
}

func TestWhoseCampaignIsFrozenIsForgottenAllTheSame(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "forgetting-frozen"
	people := p.newcomers(t, campaign, 2, 1216)
	one, other := people[0], people[1]
	before := p.leads(t, campaign, one.ref)
	if before["routing"] == 0 || p.named(t, campaign, one.ref) == 0 {
		t.Fatalf("nothing leads to them: %v: this test would prove nothing", before)
	}
	brake := house.Brake{Campaign: campaign}
	if _, err := p.Freeze(ctx, brake, "operator:test"); err != nil {
		t.Fatal(err)
	}
	target := dossier.Target{Candidate: one.ref}
	done, err := p.forgetting(t).Forget(ctx, campaign, target, "operator:test")
	if err != nil || done.Units != before["unit_secret"] || !errors.Is(done.Stay, crypto.ErrFrozen) {
		t.Fatalf("forgotten in a frozen campaign: %+v, error %v", done, err)
	}
	if n := p.named(t, campaign, one.ref); n != 0 {
		t.Errorf("%d rows name them or open them", n)
	}
	if _, err := p.forgetting(t).Forget(ctx, campaign, dossier.Target{Candidate: crypto.NewUnitID()}, "operator:test"); !errors.Is(err, dossier.ErrNoSuchCandidate) {
		t.Errorf("somebody who never was: %v, want ErrNoSuchCandidate", err)
	}
	var traced int
	if err := p.owner["audit"].QueryRow(ctx, "SELECT count(*) FROM trace WHERE campaign = $1 AND action = 'forget' AND rule = 'routes stay' AND decision = 'granted'", campaign).Scan(&traced); err != nil || traced != 2 {
		t.Errorf("%d traces say that routes stay, error %v", traced, err)
	}

	if _, err := p.Thaw(ctx, brake, "operator:test"); err != nil {
		t.Fatal(err)
	}
	if left := p.leads(t, campaign, one.ref); left["routing"] != before["routing"] || total(left) != left["routing"] {
		t.Errorf("thawed, what is left is %v, and their routes were %d", left, before["routing"])
	}
	if done, err = p.forgetting(t).Forget(ctx, campaign, target, "operator:test"); err != nil || done.Stay != nil {
		t.Errorf("asked again after the thaw: %+v, error %v", done, err)
	}
	if left := p.leads(t, campaign, one.ref); total(left) != 0 {
		t.Errorf("and then what is left is %v", left)
	}
	if left := p.leads(t, campaign, other.ref); left["routing"] == 0 || left["unit_secret"] == 0 {
		t.Errorf("of somebody else only %v is left", left)
	}
}

func TestWhoseCampaignHasLostItsKeysIsForgottenAllTheSame(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "forgetting-destroyed"
	one := p.newcomers(t, campaign, 1, 1217)[0]
	for _, state := range []string{"frozen", "destroyed"} {
		p.one(t, "keyring", "UPDATE key_name SET state = $1 WHERE campaign = $2 AND role = 'routing'", state, campaign)
	}
	done, err := p.forgetting(t).Forget(ctx, campaign, dossier.Target{Candidate: one.ref}, "operator:test")
	if err != nil || done.Units == 0 || !errors.Is(done.Stay, crypto.ErrForgotten) {
		t.Errorf("forgotten: %+v, error %v", done, err)
	}
	if n := p.named(t, campaign, one.ref); n != 0 {
		t.Errorf("%d rows name them or open them", n)
	}
}

// A Vault that does not answer is no reason to leave routes behind.
func TestAForgettingThatCannotFollowRoutesForAnotherCauseRemovesNothing(t *testing.T) {
	p := open(t)
	const campaign = "forgetting-away"
	one := p.newcomers(t, campaign, 1, 1218)[0]
	before := p.leads(t, campaign, one.ref)
	f := p.forgetting(t)
	f.Ring = &crypto.Keyring{Service: sealedService{f.Ring.Service}, Store: f.Ring.Store}
	if done, err := f.Forget(t.Context(), campaign, dossier.Target{Candidate: one.ref}, "operator:test"); !errors.Is(err, crypto.ErrSealed) {
		t.Errorf("with Vault sealed: %+v, error %v", done, err)
	}
	if left := p.leads(t, campaign, one.ref); total(left) != total(before) {
		t.Errorf("what is left is %v of %v", left, before)
	}
}

type sealedService struct{ crypto.KeyService }

func (sealedService) Unwrap(context.Context, string, ...crypto.Wrapped) ([][]byte, error) {
	return nil, crypto.ErrSealed
}
