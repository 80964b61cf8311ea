package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
	"sceau/crypto/rotation"
	"sceau/crypto/vault"
	"sceau/dossier"
	"sceau/internal/house"
	"sceau/internal/postgres/keyring"
	"sceau/internal/postgres/roles"
)

// A resealing is what changes the branch key of one class in one campaign, by hand: a
// test stands between it and each of its parts.
type resealing struct {
	*place
	campaign, class string
	admin           *vault.Admin
	keys            *vault.Client
	owner, turns    *keyring.Store
}

func (p *place) resealing(t *testing.T, campaign, class string) *resealing {
	t.Helper()
	admin, err := vault.NewAdmin(vault.Config{Addr: p.at.VaultAddr, TokenFile: p.at.RootTokenFile})
	if err != nil {
		t.Fatal(err)
	}
	once, err := admin.IssueOnce(t.Context(), "reseal")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.LogInOnce(t.Context(), vault.Config{Addr: p.at.VaultAddr}, once)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keys.End(context.Background()) })
	r := &resealing{place: p, campaign: campaign, class: class, admin: admin, keys: keys}
	for role, store := range map[string]**keyring.Store{roles.Owner: &r.owner, "sceau_keyring_turn": &r.turns} {
		dsn, err := p.at.DSN("keyring", role)
		if err == nil {
			*store, err = keyring.Open(t.Context(), dsn)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup((*store).Close)
	}
	return r
}

func (r *resealing) add(t *testing.T) rotation.BranchTurn {
	t.Helper()
	turn, err := rotation.AddBranch(t.Context(), r.admin, r.owner, r.turns, r.campaign, r.class, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func (r *resealing) run(t *testing.T, change ...func(*dossier.Resealing)) (dossier.Reseal, error) {
	t.Helper()
	job, err := r.Resealing(t.Context(), r.keys, r.turns, nil)
	if err != nil {
		t.Fatal(err)
	}
	job.Page = 3
	for _, c := range change {
		c(job)
	}
	return job.Run(t.Context(), r.add(t), "operator:test")
}

// settle lets the minutes pass after which nothing comes under the version before.
func (r *resealing) settle(t *testing.T) {
	t.Helper()
	r.exec(t, "keyring", "UPDATE branch_turn SET added_at = added_at - interval '1 hour' WHERE campaign = $1 AND class = $2 AND added_at IS NOT NULL", r.campaign, r.class)
	r.exec(t, "data", "UPDATE loose_document SET since = since - interval '1 hour' WHERE campaign = $1", r.campaign)
}

// versions counts the rows of the class under each version.
func (r *resealing) versions(t *testing.T) map[int]int {
	t.Helper()
	counts := map[int]int{}
	for _, plan := range r.Layout.Tables {
		if string(plan.Class) != r.class {
			continue
		}
		rows, err := r.place.owner["data"].Query(t.Context(), "SELECT branch_version, count(*) FROM "+ident(plan.Name)+" WHERE campaign = $1 GROUP BY 1", r.campaign)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var v, n int
			if err := rows.Scan(&v, &n); err != nil {
				t.Fatal(err)
			}
			counts[v] += n
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	return counts
}

func (r *resealing) under(t *testing.T, version int) {
	t.Helper()
	if v := r.versions(t); len(v) != 1 || v[version] == 0 {
		t.Errorf("class %s: rows by version are %v, want all under %d", r.class, v, version)
	}
}

// loose are the blobs of the campaign to which no cell leads.
func (r *resealing) loose(t *testing.T) (blobs []string) {
	t.Helper()
	rows, err := r.place.owner["data"].Query(t.Context(), "SELECT blob FROM loose_document WHERE campaign = $1", r.campaign)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var b string
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		blobs = append(blobs, b)
	}
	return blobs
}

// blobs counts the documents in the folder, whoever's.
func (p *place) blobs(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(p.Path("blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// everything is what each account of some people reads of its own file.
func (p *place) everything(t *testing.T, people []*person) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, one := range people {
		for _, account := range one.accounts {
			answer, err := p.answer(t, p.ask(t, account, "P1", one.ref))
			if err != nil {
				t.Fatal(err)
			}
			said[account] = answer
		}
	}
	return said
}

func (p *place) same(t *testing.T, what string, people []*person, before map[string]string) {
	t.Helper()
	for account, now := range p.everything(t, people) {
		if now != before[account] {
			t.Errorf("%s: account of %s reads %d bytes, and read %d, which are not the same", what, account[:4], len(now), len(before[account]))
		}
	}
}

func TestAClassIsSealedAnewWhileItIsReadAndWritten(t *testing.T) {
	p := open(t)
	const campaign = "resealed"
	in := p.campaignIntake(t, campaign)
	lines, err := invent(t.Context(), 14, 1501, false)
	if err != nil {
		t.Fatal(err)
	}
	people, err := takeIn(t.Context(), in, campaign, lines[:6])
	if err != nil {
		t.Fatal(err)
	}
	before := p.everything(t, people)
	documents := int64(0)
	for _, class := range []string{"choices", "income", "civil_status"} {
		r := p.resealing(t, campaign, class)
		tr := p.trail(t)
		r.add(t)

		stop := make(chan struct{})
		var crowd sync.WaitGroup
		var reads [4]int
		for k := range reads {
			crowd.Go(func() {
				for i := k; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					one := people[i%len(people)]
					account := one.accounts[i%len(one.accounts)]
					if said, err := p.answer(t, p.ask(t, account, "P1", one.ref)); err != nil || said != before[account] {
						t.Errorf("a read while %s is sealed anew: %d bytes, %v", class, len(said), err)
						return
					}
					reads[k]++
				}
			})
		}
		var late []*person
		var lateErr error
		crowd.Go(func() {
			for range 2 {
				var some []*person
				some, lateErr = takeIn(context.Background(), in, campaign, lines[len(people)+len(late):][:1])
				late = append(late, some...)
			}
		})
		report, err := r.run(t)
		if err != nil || report.Ended || report.Due.IsZero() || report.Rows == 0 {
			t.Errorf("class %s at once: %+v, %v: want rows, and a sweep that is due", class, report, err)
		}
		documents += report.Documents
		old := r.loose(t)
		if int64(len(old)) != report.Documents {
			t.Errorf("class %s: %d documents moved, %d left behind", class, report.Documents, len(old))
		}
		// The readers go on over what was sealed anew.
		time.Sleep(200 * time.Millisecond)
		close(stop)
		crowd.Wait()
		if lateErr != nil {
			t.Fatal(lateErr)
		}
		if slices.Min(reads[:]) == 0 {
			t.Errorf("%v reads: the measure is of nothing", reads)
		}
		for account, said := range p.everything(t, late) {
			before[account] = said
		}
		people = append(people, late...)

		r.settle(t)
		report, err = r.run(t)
		for err == nil && !report.Ended { // documents of those who came under the version before
			r.settle(t)
			report, err = r.run(t)
		}
		if err != nil {
			t.Fatalf("class %s, its end: %+v, %v", class, report, err)
		}
		r.under(t, 2)
		p.same(t, "class "+class, people, before)
		for _, blob := range old {
			if _, err := os.Stat(p.Path("blobs", blob[:2], blob)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a document of class %s still lies under its old key: %v", class, err)
			}
		}
		if left := r.loose(t); len(left) > 0 {
			t.Errorf("class %s: %d blobs lead nowhere", class, len(left))
		}
		traced := 0
		for _, e := range tr.since(t) {
			if e.Action == "reseal" {
				traced++
			}
			if e.Action == "reseal" && (e.Recipient != "SYS-keyring" || len(e.Items) == 0 || e.Candidate != "" || len(e.Detail) == 0) {
				t.Errorf("a trace of it says %+v", e)
			}
		}
		if traced < 4 || traced%2 != 0 {
			t.Errorf("%d traces of at least two runs, want both ends of each", traced)
		}
	}
	if documents == 0 {
		t.Error("no document was sealed anew: this test would prove nothing of them")
	}
	// Every cell kept the revision that its write left in the traces.
	p.revisions(t, campaign, nil, nil)

	// The old branch key opens nothing of what lies there now, the new one does.
	ring, _, err := p.ColdRing("agents")
	if err != nil {
		t.Fatal(err)
	}
	var unit, record, commitment, cell []byte
	if err := p.owner["data"].QueryRow(t.Context(), "SELECT unit, record, commitment, wish_target_programme FROM choices_coded_wish WHERE campaign = $1 AND branch_version = 2 LIMIT 1", campaign).
		Scan(&unit, &record, &commitment, &cell); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[uint32]error{1: crypto.ErrOpen, 2: nil} {
		half, err := ring.Half(t.Context(), campaign, crypto.UnitID(unit), "choices", "coded", version)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := half.RowOf(crypto.RecordID(record), commitment); !errors.Is(err, want) {
			t.Errorf("version %d, the header: %v, want %v", version, err, want)
		}
		row, err := half.Row(crypto.RecordID(record))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := row.Open(nil, "A15.X1", cell); !errors.Is(err, want) {
			t.Errorf("version %d, a cell: %v, want %v", version, err, want)
		}
	}

	// A process that has just started seals under the new one.
	fresh, err := house.At(p.at)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	anew, err := fresh.Intake(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	e, err := anew.Create(t.Context(), campaign, bytes.Clone(lines[len(lines)-1]))
	if err != nil || e.Refused != nil {
		t.Fatal(e.Refused, err)
	}
	var oldest, newest int
	if err := p.owner["data"].QueryRow(t.Context(), "SELECT min(branch_version), max(branch_version) FROM choices_coded_wish WHERE campaign = $1 AND unit = $2", campaign, e.Ref[:]).
		Scan(&oldest, &newest); err != nil || oldest != 2 || newest != 2 {
		t.Errorf("a dossier that enters now is sealed under versions %d to %d, %v", oldest, newest, err)
	}
}

// The command of a person: an administrator adds, a job that logs in once seals anew.
func TestABranchKeyIsChangedWithACredentialForOneJob(t *testing.T) {
	p := open(t)
	const campaign = "resealed-once"
	people := p.newcomers(t, campaign, 2, 1506)
	before := p.everything(t, people)
	rotate := func(class catalogue.ClassID) (dossier.Reseal, error) {
		return p.RotateBranch(t.Context(), campaign, class, "operator:test", nil)
	}
	report, err := rotate("family")
	if err != nil || report.Rows == 0 || report.Ended || report.Due.IsZero() {
		t.Errorf("%+v, %v", report, err)
	}
	p.same(t, "at once", people, before)

	// The version is there: an administrator hands over a credential, and no more.
	r := p.resealing(t, campaign, "family")
	once, err := r.admin.IssueOnce(t.Context(), "reseal")
	if err != nil {
		t.Fatal(err)
	}
	handed := filepath.Join(t.TempDir(), "credential")
	if err := os.WriteFile(handed, []byte(once.RoleID+"\n"+once.Wrapping+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(house.ResealCredential, handed)
	r.settle(t)
	if report, err = rotate("family"); err != nil || !report.Ended || report.Version != 2 {
		t.Errorf("with what was handed over: %+v, %v", report, err)
	}
	r.under(t, 2)
	p.same(t, "at its end", people, before)
	if _, err := rotate("family"); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("a second time with the same: %v, want ErrSpent", err)
	}
	for what, text := range map[string]string{"one line": once.RoleID, "three": "a\nb\nc", "nothing": ""} {
		if err := os.WriteFile(handed, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := rotate("family"); err == nil {
			t.Errorf("a file with %s is taken for a credential", what)
		}
	}
	if err := os.Chmod(handed, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rotate("family"); err == nil {
		t.Error("a credential that others may read is taken")
	}
	t.Setenv(house.ResealCredential, "")

	var none *house.NoBranchError
	for _, class := range []catalogue.ClassID{"health", "fraud", "connection", "credential"} {
		if _, err := rotate(class); !errors.As(err, &none) || none.Hint() == "" {
			t.Errorf("class %s, which has no branch key: %v", class, err)
		}
	}
	release, err := r.turns.Alone(t.Context(), campaign)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := rotate("family"); !errors.Is(err, rotation.ErrBusy) {
		t.Errorf("while keys are turned: %v, want ErrBusy", err)
	}
}

// What somebody altered is named, left as it lies, and keeps the change from ending.
func TestARowThatDoesNotOpenIsNamedAndLeftAsItIs(t *testing.T) {
	p := open(t)
	const campaign = "resealed-altered"
	people := p.newcomers(t, campaign, 4, 1502)
	before := p.everything(t, people)
	r := p.resealing(t, campaign, "contact")
	r.add(t)
	one, two, three := people[0].ref, people[1].ref, people[2].ref
	kept := func() (text string) {
		t.Helper()
		if err := p.owner["data"].QueryRow(t.Context(), "SELECT string_agg(c::text, '' ORDER BY unit) FROM contact_other c WHERE campaign = $1 AND unit = ANY($2)",
			campaign, [][]byte{one[:], two[:], three[:]}).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	p.exec(t, "data", "CREATE TABLE kept_rows AS SELECT * FROM contact_other WHERE campaign = $1", campaign)
	defer p.exec(t, "data", "DROP TABLE kept_rows")
	p.one(t, "data", "UPDATE contact_other SET email = set_byte(email, 30, get_byte(email, 30) # 1) WHERE campaign = $1 AND unit = $2", campaign, one[:])
	p.one(t, "data", "UPDATE contact_other SET commitment = set_byte(commitment, 3, get_byte(commitment, 3) # 1) WHERE campaign = $1 AND unit = $2", campaign, two[:])
	p.one(t, "data", "UPDATE contact_other SET branch_version = 99 WHERE campaign = $1 AND unit = $2", campaign, three[:])
	altered := kept()
	r.settle(t)
	for range 2 { // the second finds them again
		report, err := r.run(t)
		if !errors.Is(err, dossier.ErrDamaged) || report.Damaged != 3 || report.Ended {
			t.Errorf("three altered rows: %+v, %v", report, err)
		}
		for ref, item := range map[dossier.Ref]catalogue.ItemID{one: "A01.19", two: "", three: ""} {
			if !slices.Contains(report.Places, dossier.DamagedRow{Table: "contact_other", Unit: ref, Item: item}) {
				t.Errorf("nothing names the row of %s, item %q: %+v", ref, item, report.Places)
			}
		}
		if kept() != altered {
			t.Error("a row that does not open was changed")
		}
	}
	if v := r.versions(t); v[2] == 0 || v[1]+v[99] != 3 {
		t.Errorf("rows by version: %v: the others are to be sealed anew", v)
	}
	// Put right, they follow.
	for _, ref := range []dossier.Ref{one, two, three} {
		p.one(t, "data", `UPDATE contact_other c SET email = k.email, commitment = k.commitment, branch_version = k.branch_version
			FROM kept_rows k WHERE c.campaign = $1 AND c.unit = $2 AND k.unit = c.unit`, campaign, ref[:])
	}
	if report, err := r.run(t); err != nil || report.Rows != 3 || !report.Ended {
		t.Errorf("put right: %+v, %v", report, err)
	}
	r.under(t, 2)
	p.same(t, "put right", people, before)
}

// The wrap of one person, altered, stops nobody else's rows; a freeze stops all.
func TestAWrapThatDoesNotOpenIsTheFaultOfItsUnitAlone(t *testing.T) {
	p := open(t)
	const campaign = "resealed-wrap"
	people := p.newcomers(t, campaign, 2, 1507)
	r := p.resealing(t, campaign, "contact")
	r.add(t)
	r.settle(t)
	alter := func() {
		p.one(t, "keyring", "UPDATE unit_secret SET wrap = set_byte(wrap, 20, get_byte(wrap, 20) # 1) WHERE campaign = $1 AND unit = $2", campaign, people[0].ref[:])
	}
	brake := house.Brake{Campaign: campaign, Class: "contact"}
	if _, err := p.Freeze(t.Context(), brake, "operator:test"); err != nil {
		t.Fatal(err)
	}
	turn, _, err := r.turns.LastBranchTurn(t.Context(), campaign, "contact")
	if err != nil {
		t.Fatal(err)
	}
	job, err := r.Resealing(t.Context(), r.keys, r.turns, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := job.Run(t.Context(), turn, "operator:test"); !errors.Is(err, crypto.ErrFrozen) || report.Rows+report.Damaged > 0 {
		t.Errorf("while the class is frozen: %+v, %v, want ErrFrozen", report, err)
	}
	if _, err := p.Thaw(t.Context(), brake, "operator:test"); err != nil {
		t.Fatal(err)
	}
	alter()
	for _, rows := range []int64{2, 0} { // the second meets nobody else
		if report, err := r.run(t); !errors.Is(err, dossier.ErrDamaged) || report.Damaged != 2 || report.Rows != rows {
			t.Errorf("%+v, %v: want %d rows sealed anew and 2 that do not open", report, err, rows)
		}
	}
	alter() // twice is not at all
	if report, err := r.run(t); err != nil || !report.Ended || report.Rows != 2 {
		t.Errorf("put right: %+v, %v", report, err)
	}
	r.under(t, 2)
}

// Who is forgotten stays ciphertext of nobody, and keeps nothing from ending.
func TestTheRowsOfWhoIsForgottenStayAsTheyAre(t *testing.T) {
	p := open(t)
	const campaign = "resealed-forgotten"
	people := p.newcomers(t, campaign, 3, 1503)
	f, err := p.Forgetting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Forget(t.Context(), campaign, dossier.Target{Candidate: people[0].ref}, "operator:test"); err != nil {
		t.Fatal(err)
	}
	before := p.everything(t, people[1:])
	r := p.resealing(t, campaign, "contact")
	r.add(t)
	r.settle(t)
	report, err := r.run(t)
	if err != nil || !report.Ended || report.Forgotten != 2 || report.Rows != 4 {
		t.Errorf("%+v, %v: want 4 rows of the living, and 2 left", report, err)
	}
	if v := r.versions(t); v[1] != 2 || v[2] != 4 {
		t.Errorf("rows by version: %v", v)
	}
	p.same(t, "the others", people[1:], before)
}

// A correction that comes between the reading of a row and its replacing stands.
func TestAWriteMeanwhileIsNotOverwritten(t *testing.T) {
	p := open(t)
	const campaign = "resealed-written"
	people := p.newcomers(t, campaign, 3, 1504)
	inès := people[1]
	r := p.resealing(t, campaign, "identity")
	turn := r.add(t)
	name := place1{table: "identity_other", item: "A01.06"}
	corrected := 0
	between := func(job *dossier.Resealing) {
		job.Rows = meanwhile{job.Rows, func(swaps []dossier.Swap) {
			if corrected == 0 && slices.ContainsFunc(swaps, func(s dossier.Swap) bool {
				return s.Was.Unit == inès.ref && p.Layout.Tables[s.Was.Table].Name == name.table
			}) {
				corrected++
				p.correct(t, inès, name, []byte(`"Lemaître-Roy"`))
				p.traceWrite(t, inès, dossier.Written{Changed: map[dossier.CellAt]uint32{{Item: name.item}: 2}})
			}
		}}
	}
	report, err := r.run(t, between)
	if err != nil || corrected != 1 || report.Version != turn.Version {
		t.Fatalf("%d corrections, %+v, %v", corrected, report, err)
	}
	r.under(t, 2)
	v, err := p.read(t, inès.accounts[0], name.item)
	if err != nil || len(v.Fields) != 1 || string(v.Fields[0].Value.Reveal()) != `"Lemaître-Roy"` {
		t.Errorf("the correction was lost: %v", err)
	}
	p.revisions(t, campaign, nil, nil)
}

type meanwhile struct {
	dossier.Resealer
	before func([]dossier.Swap)
}

func (m meanwhile) Replace(ctx context.Context, campaign string, at time.Time, swaps []dossier.Swap) ([]bool, error) {
	m.before(swaps)
	return m.Resealer.Replace(ctx, campaign, at, swaps)
}

// Killed before or after any call to a database, to Vault or to the folder of documents,
// and run again, it ends, with every value, every document and nothing else.
func TestASealingAnewThatWasCutAnywhereIsEndedByTheNext(t *testing.T) {
	p := open(t)
	const campaign = "resealed-cut"
	people := p.newcomers(t, campaign, 2, 1505)
	before := p.everything(t, people)
	r := p.resealing(t, campaign, "income")
	blobs := p.blobs(t)
	version, documents, stride := 1, int64(0), 5
	if soaking() {
		stride = 1
	}
	cuts := 0
	for at := 1; ; at += stride {
		fell := false
		for _, after := range []bool{false, true} {
			version++
			r.add(t)
			r.settle(t)
			c := &cutting{at: at, after: after}
			_, err := r.run(t, c.into)
			if c.fell && !errors.Is(err, errCut) {
				t.Fatalf("cut at call %d (%s): %v", at, c.what, err)
			}
			fell = fell || c.fell
			if c.fell {
				cuts++
			}
			var report dossier.Reseal
			for range 4 { // a cut may leave blobs too young to be removed
				if turn, _, _ := r.turns.LastBranchTurn(t.Context(), campaign, "income"); turn.State == rotation.BranchEnded {
					break
				}
				r.settle(t)
				if report, err = r.run(t); err != nil {
					t.Fatalf("after a cut at call %d (%s): %v", at, c.what, err)
				}
				documents += report.Documents
			}
			what := fmt.Sprintf("cut at call %d (%s), after %t", at, c.what, after)
			r.under(t, version)
			p.same(t, what, people, before)
			if n := p.blobs(t); n != blobs {
				t.Errorf("%s: %d documents in the folder, and %d before", what, n, blobs)
			}
			if left := r.loose(t); len(left) > 0 {
				t.Errorf("%s: %d blobs lead nowhere", what, len(left))
			}
		}
		if !fell {
			break
		}
	}
	if cuts < 10 || documents == 0 {
		t.Errorf("%d cuts, %d documents: the measure is of nothing", cuts, documents)
	}
	p.revisions(t, campaign, nil, nil)
	t.Logf("%d cuts", cuts)
}

var errCut = errors.New("cut")

// cutting ends a process at its n-th call, before the call has an effect or after. What
// the process does after its end has no effect either.
type cutting struct {
	at    int
	after bool

	mu    sync.Mutex
	calls int
	fell  bool
	what  string
}

func (c *cutting) around(what string, call func() error) error {
	c.mu.Lock()
	if c.fell {
		c.mu.Unlock()
		return errCut
	}
	c.calls++
	falls := c.calls == c.at
	if falls {
		c.fell, c.what = true, what
	}
	c.mu.Unlock()
	if falls && !c.after {
		return errCut
	}
	err := call()
	if falls {
		return errCut
	}
	return err
}

// into puts the knife between a job and its parts.
func (c *cutting) into(job *dossier.Resealing) {
	job.Rows, job.Turns = cutRows{job.Rows, c}, cutTurns{job.Turns, c}
	job.Documents = cutDocuments{job.Documents, c}
	job.Ring.Service = cutKeys{job.Ring.Service, c}
}

type cutRows struct {
	dossier.Resealer
	c *cutting
}

func (r cutRows) Others(ctx context.Context, campaign string, table int, version uint32, after []byte, limit int) (rows []dossier.SealedRow, err error) {
	err = r.c.around("others", func() (err error) {
		rows, err = r.Resealer.Others(ctx, campaign, table, version, after, limit)
		return err
	})
	return rows, err
}

func (r cutRows) Loosen(ctx context.Context, campaign string, at time.Time, blob string) error {
	return r.c.around("loosen", func() error { return r.Resealer.Loosen(ctx, campaign, at, blob) })
}

func (r cutRows) Replace(ctx context.Context, campaign string, at time.Time, swaps []dossier.Swap) (done []bool, err error) {
	err = r.c.around("replace", func() (err error) {
		done, err = r.Resealer.Replace(ctx, campaign, at, swaps)
		return err
	})
	return done, err
}

func (r cutRows) Sweep(ctx context.Context, campaign string, before time.Time, remove func(string) error) (n int64, youngest time.Time, err error) {
	err = r.c.around("sweep", func() (err error) {
		n, youngest, err = r.Resealer.Sweep(ctx, campaign, before, remove)
		return err
	})
	return n, youngest, err
}

type cutTurns struct {
	rotation.BranchTurns
	c *cutting
}

func (s cutTurns) SaveBranchTurn(ctx context.Context, t rotation.BranchTurn) error {
	return s.c.around("save", func() error { return s.BranchTurns.SaveBranchTurn(ctx, t) })
}

type cutDocuments struct {
	dossier.DocumentMover
	c *cutting
}

func (d cutDocuments) Put(ctx context.Context, name string, sealed []byte) error {
	return d.c.around("put", func() error { return d.DocumentMover.Put(ctx, name, sealed) })
}

func (d cutDocuments) Remove(ctx context.Context, name string) error {
	return d.c.around("remove", func() error { return d.DocumentMover.Remove(ctx, name) })
}

type cutKeys struct {
	crypto.KeyService
	c *cutting
}

func (k cutKeys) Unwrap(ctx context.Context, key string, items ...crypto.Wrapped) (secrets [][]byte, err error) {
	err = k.c.around("unwrap", func() (err error) {
		secrets, err = k.KeyService.Unwrap(ctx, key, items...)
		return err
	})
	return secrets, err
}
