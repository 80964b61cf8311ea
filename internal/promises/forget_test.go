package promises_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/dossier"
)

// people enters some candidates into a campaign made for one test.
func (p *place) newcomers(t *testing.T, campaign string, n int, seed uint64) []*person {
	t.Helper()
	in := p.campaignIntake(t, campaign)
	lines, err := invent(context.Background(), n, seed, false)
	if err != nil {
		t.Fatal(err)
	}
	people, err := takeIn(context.Background(), in, campaign, lines)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// leads counts, table by table, what leads to a candidate or belongs to them.
func (p *place) leads(t *testing.T, campaign string, c dossier.Ref) map[string]int {
	t.Helper()
	ctx := context.Background()
	found := map[string]int{}
	for _, table := range []string{"blind_index", "account", "password"} {
		var n int
		if err := p.owner["data"].QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE campaign = $1 AND unit = $2", table), campaign, c[:]).Scan(&n); err != nil {
			t.Fatal(err)
		}
		found[table] = n
	}
	for _, table := range []string{"unit_secret", "unit_class_secret"} {
		var n int
		statement := "SELECT count(*) FROM unit_secret WHERE campaign = $1 AND owner = $2"
		if table == "unit_class_secret" {
			statement = "SELECT count(*) FROM unit_class_secret WHERE campaign = $1 AND unit = $2"
		}
		if err := p.owner["keyring"].QueryRow(ctx, statement, campaign, c[:]).Scan(&n); err != nil {
			t.Fatal(err)
		}
		found[table] = n
	}
	// Nothing in a route says whose it is: every one of them is opened.
	ring, _, err := p.ColdRing("rights")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Routing(ctx, campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Zero()
	rows, err := p.owner["data"].Query(ctx, "SELECT scope_kind, scope_id, file_no, state, sealed_ref FROM routing WHERE campaign = $1", campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind, id, state string
		var no, sealed []byte
		if err := rows.Scan(&kind, &id, &no, &state, &sealed); err != nil {
			t.Fatal(err)
		}
		pointer, err := key.Open(nil, kind, id, append(no, state...), sealed)
		if err != nil {
			t.Fatal(err)
		}
		if dossier.Ref(pointer[:16]) == c {
			found["routing"]++
		}
	}
	return found
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func TestNothingLeadsToWhoIsForgotten(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "forgetting"
	people := p.newcomers(t, campaign, 5, 1207)
	gone, other := people[0], people[1]

	// Another node, whose memory holds both persons.
	node, _, err := p.ColdRing("agents")
	if err != nil {
		t.Fatal(err)
	}
	opens := func(c dossier.Ref) error {
		half, err := node.Half(ctx, campaign, c, "identity", "other", 0)
		if err == nil {
			half.Zero()
		}
		return err
	}
	for _, one := range people[:2] {
		if err := opens(one.ref); err != nil {
			t.Fatal(err)
		}
		if _, err := p.read(t, one.accounts[0], "A01.06"); err != nil {
			t.Fatal(err)
		}
	}
	before, others := p.leads(t, campaign, gone.ref), p.leads(t, campaign, other.ref)
	for table, n := range before {
		if n == 0 && table != "password" {
			t.Fatalf("nothing in %s: this test would prove nothing", table)
		}
	}

	f, err := p.Forgetting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done, err := f.Forget(ctx, campaign, dossier.Target{Candidate: gone.ref}, "operator:test")
	if err != nil || done.Units != before["unit_secret"] || done.Stay != nil {
		t.Fatalf("forgotten: %+v, error %v, want the %d units that the keyring says are theirs", done, err, before["unit_secret"])
	}
	if err := opens(gone.ref); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("another node, which had the secret in memory: %v, want ErrForgotten", err)
	}
	if _, err := p.read(t, gone.accounts[0], "A01.06"); !errors.Is(err, dossier.ErrNoSuchMission) {
		t.Errorf("the account: %v, want ErrNoSuchMission", err)
	}
	if left := p.leads(t, campaign, gone.ref); total(left) != 0 {
		t.Errorf("what is left: %v", left)
	}
	if after := p.leads(t, campaign, other.ref); total(after) != total(others) {
		t.Errorf("of somebody else %v is left of %v", after, others)
	}
	if err := opens(other.ref); err != nil {
		t.Errorf("somebody else: %v", err)
	}

	if again, err := f.Forget(ctx, campaign, dossier.Target{Candidate: gone.ref}, "operator:test"); err != nil || again != done {
		t.Errorf("forgotten again: %+v, error %v", again, err)
	}
	if _, err := f.Forget(ctx, campaign, dossier.Target{Candidate: crypto.NewUnitID()}, "operator:test"); !errors.Is(err, dossier.ErrNoSuchCandidate) {
		t.Errorf("somebody who never was: %v, want ErrNoSuchCandidate", err)
	}
	if _, err := f.Forget(ctx, campaigns[0], dossier.Target{Candidate: other.ref}, "operator:test"); !errors.Is(err, dossier.ErrNoSuchCandidate) {
		t.Errorf("somebody of another campaign: %v, want ErrNoSuchCandidate", err)
	}
}

// A forgetting that is cut between the keyring and the dossiers is ended by the next.
func TestAForgettingThatWasCutIsEndedByTheNext(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "forgetting-cut"
	one := p.newcomers(t, campaign, 1, 1208)[0]
	f, err := p.Forgetting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cut := *f
	cut.Files = lostEraser{f.Files}
	if _, err := cut.Forget(ctx, campaign, dossier.Target{Candidate: one.ref}, "operator:test"); !errors.Is(err, errLost) {
		t.Fatalf("cut: %v", err)
	}
	if left := p.leads(t, campaign, one.ref); left["unit_secret"] != 0 || left["routing"] == 0 {
		t.Fatalf("cut, what is left is %v: the secrets go first", left)
	}
	if _, err := f.Forget(ctx, campaign, dossier.Target{Candidate: one.ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	if left := p.leads(t, campaign, one.ref); total(left) != 0 {
		t.Errorf("what is left: %v", left)
	}
}

var errLost = errors.New("the database is lost")

type lostEraser struct{ dossier.Eraser }

func (lostEraser) EraseFile(context.Context, string, dossier.Ref, [][16]byte) error { return errLost }

func TestAForgottenResponsibleOrBundleLeavesTheFileOpen(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "forgetting-parts"
	people := p.newcomers(t, campaign, 8, 1209)
	at := slices.IndexFunc(people, func(one *person) bool { return len(one.accounts) >= 3 })
	if at < 0 {
		t.Fatal("nobody has two responsibles")
	}
	one := people[at]
	owners := func(v dossier.View, id catalogue.ItemID) (owners []int) {
		for _, f := range v.Fields {
			if f.Item == id {
				owners = append(owners, f.Owner)
			}
		}
		slices.Sort(owners)
		return owners
	}
	before, err := p.read(t, one.accounts[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := owners(before, "A01.22"); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("the responsibles before are %v, want both", got)
	}
	f, err := p.Forgetting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	forget := func(text string) {
		t.Helper()
		target, err := dossier.ParseTarget(text, p.Layout)
		if err != nil {
			t.Fatal(err)
		}
		if done, err := f.Forget(ctx, campaign, target, "operator:test"); err != nil || done.Units != 1 {
			t.Fatalf("forgetting %s: %+v, error %v", text, done, err)
		}
	}

	forget(one.ref.String() + "/responsible-2")
	after, err := p.read(t, one.accounts[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := owners(after, "A01.22"); !slices.Equal(got, []int{1}) {
		t.Errorf("the responsibles are %v, want the first", got)
	}
	if len(after.Held) != len(before.Held) {
		t.Errorf("items with no record are %v, and were %v", after.Held, before.Held)
	}
	if _, err := p.read(t, one.accounts[2], "A01.22"); !errors.Is(err, dossier.ErrNoSuchMission) {
		t.Errorf("the account of the second responsible: %v, want ErrNoSuchMission", err)
	}

	forget(one.ref.String() + "/responsible-1")
	alone, err := p.read(t, one.accounts[0], "A01.22", "A01.06")
	if err != nil {
		t.Fatal(err)
	}
	if got := owners(alone, "A01.22"); len(got) != 0 || !slices.Contains(alone.Held, "A01.22") {
		t.Errorf("with no responsible left the fields are %v, items with no record %v", got, alone.Held)
	}
	if len(owners(alone, "A01.06")) != 1 {
		t.Error("the candidate's own name is not there any more")
	}

	forget(one.ref.String() + "/identity-proof")
	if v, err := p.read(t, one.accounts[0], "A01.20"); err != nil || !slices.Contains(v.Held, "A01.20") {
		t.Errorf("the documents of a forgotten bundle: items with no record %v, error %v", v.Held, err)
	}
	for what, text := range map[string]string{
		"a bundle that no catalogue has": "/portrait", "no responsible": "/responsible-0", "a fifth": "/responsible-5", "another spelling": "/responsible-02", "nothing": "/",
	} {
		if _, err := dossier.ParseTarget(one.ref.String()+text, p.Layout); err == nil {
			t.Errorf("%s: %s was understood", what, text)
		}
	}
}

// What forgets deletes by one function, and what turns keys changes wraps alone.
func TestTheRolesThatForgetAndTurnDoNothingElse(t *testing.T) {
	p := open(t)
	for role, statements := range map[string][]string{
		"sceau_keyring_forget": {
			"SELECT wrap FROM unit_secret", "DELETE FROM unit_secret", "DELETE FROM forgetting", "SELECT raise_floor('x', 'person', '', 2)",
			"INSERT INTO forgetting VALUES ('x', '', 'x', now())",
		},
		"sceau_keyring_turn": {
			"DELETE FROM unit_secret", "UPDATE unit_secret SET commitment = ''", "UPDATE unit_secret SET unit = unit",
			"INSERT INTO unit_secret VALUES ('x', '', '', 'k', '', '')", "INSERT INTO branch_key VALUES ('x', 'c', '', 1, '', '')",
			"DELETE FROM key_name", "UPDATE key_name SET name = name", "UPDATE wrap_floor SET version = 1", "DELETE FROM epoch",
			"SELECT forget_units('x', 'x', ARRAY[''::bytea], now())",
		},
		"sceau_keyring_write": {"SELECT forget_units('x', 'x', ARRAY[''::bytea], now())", "UPDATE unit_secret SET wrap = wrap"},
		"sceau_keyring_read":  {"SELECT forget_units('x', 'x', ARRAY[''::bytea], now())", "UPDATE unit_secret SET wrap = wrap"},
	} {
		conn := p.connect(t, "keyring", role)
		for _, statement := range statements {
			_, err := conn.Exec(context.Background(), statement)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" {
				t.Errorf("%s: %s: %v, want permission denied (42501)", role, statement, err)
			}
		}
	}
}
