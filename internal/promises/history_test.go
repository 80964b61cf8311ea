package promises_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sceau/crypto"
	"sceau/dossier"
)

// Whoever owns the database and wants a reading forgotten takes what leads to it out of a
// plain table. The history of the file tells it all the same, or says that it cannot; and
// who is forgotten leaves no route behind for a scope that was taken out.
func TestAHistoryIsWholeOrSaysThatItIsNot(t *testing.T) {
	p := open(t)
	ctx := t.Context()
	const campaign = "history"
	one := p.newcomers(t, campaign, 1, 5051)[0]
	_, confirmed := wishesOf(one)
	if len(confirmed) == 0 {
		t.Fatal("no wish is confirmed")
	}
	programme := confirmed[0]
	ask := p.asksAs(t, p.commission(t, "history-jury", campaign, programme), one.ref, "A12.03")
	if _, err := p.gate.Read(ctx, ask); err != nil {
		t.Fatal(err)
	}
	told := func() (bool, error) {
		looks, err := p.WhoDid(ctx, dossier.Overseer{}, campaign, one.ref, time.Now().AddDate(0, 0, -1), time.Now())
		return slices.ContainsFunc(looks, func(l dossier.Look) bool { return l.Recipient == "R4b-exam" }), err
	}
	const taken = "DELETE FROM scope WHERE (campaign, scope_kind, scope_id) = ($1, 'programme', $2)"
	p.one(t, "data", taken, campaign, programme)
	if seen, err := told(); !seen || err != nil {
		t.Errorf("with the scope taken out of the register, the jury is told: %t, %v", seen, err)
	}

	// Nor by what else is done to the route: under another name its own is tried, and then
	// it does not open.
	tag := p.routingKey(t, campaign).Tag(string(dossier.ScopeProgramme), programme, one.ref)
	const where = " WHERE campaign = $1 AND ref_tag = $2"
	route := p.route(t, campaign, tag)
	for what, change := range map[string]string{
		"under another scope": "UPDATE routing SET scope_id = 'F99999'" + where,
		"under another kind":  "UPDATE routing SET scope_kind = 'file', scope_id = ''" + where,
		"under a new number":  "UPDATE routing SET file_no = decode(repeat('ab', 16), 'hex')" + where,
	} {
		p.one(t, "data", change, campaign, tag[:])
		if _, err := told(); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("a route %s: %v", what, err)
		}
		p.one(t, "data", "UPDATE routing SET scope_kind = 'programme', scope_id = $3, file_no = $4"+where, campaign, tag[:], route[0], route[1])
	}

	p.exec(t, "data", "DELETE FROM scope WHERE campaign = $1", campaign)
	if seen, err := told(); !seen || err != nil {
		t.Errorf("with no register of scopes at all, the jury is told: %t, %v", seen, err)
	}
	if _, err := p.forgetting(t).Forget(ctx, campaign, dossier.Target{Candidate: one.ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	if left := p.leads(t, campaign, one.ref); total(left) != 0 {
		t.Errorf("who is forgotten leaves %v", left)
	}
}
